"""Who makes network cards: a table made of the IEEE's list as udev carries it (hwdb), which is not shipped."""

import re

LIST = "usr/lib/udev/hwdb.d/20-OUI.hwdb"
TABLE = "usr/share/gatehouse/vendors"
# What a page shows of a name.
LONGEST = 60


def table(hwdb):
    """Lines `001122 Name`, sorted; blocks smaller than a whole first half are left out."""
    makers = {}
    prefix = None
    for line in hwdb.splitlines():
        if match := re.fullmatch(r"OUI:([0-9A-F]{6})\*", line):
            prefix = match[1].lower()
        elif match := re.fullmatch(r" ID_OUI_FROM_DATABASE=(.+)", line):
            name = "".join(c for c in " ".join(match[1].split()) if c.isprintable())
            if prefix is not None and name and name != "Private":
                makers[prefix] = name[:LONGEST].rstrip()
        else:
            prefix = None
    return "".join(f"{prefix} {name}\n" for prefix, name in sorted(makers.items()))


def add(base, tree):
    path = tree / TABLE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(table((base / "full" / LIST).read_text(encoding="utf-8")), encoding="utf-8")
    path.chmod(0o644)
