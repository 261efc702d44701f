"""An exported log (docs/audit-format.md) taken apart and put together wrongly, for `gatehouse-verify` to find out."""

import struct

_HEADER = 60
FRAME, PART, HEAD, END = 1, 2, 3, 0


def items(export):
    """The items behind the header: `[(kind, content), …]`."""
    at, found = _HEADER, []
    while at < len(export):
        kind, length = struct.unpack_from(">BI", export, at)
        found.append((kind, export[at + 5:at + 5 + length]))
        at += 5 + length
    return found


def joined(export, parts):
    """The header of `export` with these items behind it; the number at the end is made right."""
    frames = sum(kind == FRAME for kind, _ in parts)
    body = [(kind, struct.pack(">Q", frames) if kind == END else content) for kind, content in parts]
    return export[:_HEADER] + b"".join(struct.pack(">BI", kind, len(content)) + content for kind, content in body)


def entries(export):
    """The items of each entry: its frame, its parts, heads that stand behind it. The end is not among them."""
    found = []
    for kind, content in items(export):
        if kind == FRAME:
            found.append([])
        if kind != END:
            found[-1].append((kind, content))
    return found


def _together(export, all_entries):
    return joined(export, [item for entry in all_entries for item in entry] + [(END, b"")])


def one_byte_changed(export):
    """A bit in the middle of an entry's frame is another one."""
    all_entries = entries(export)
    middle = len(all_entries) // 2
    kind, frame = all_entries[middle][0]
    all_entries[middle][0] = (kind, frame[:20] + bytes([frame[20] ^ 1]) + frame[21:])
    return _together(export, all_entries)


def one_entry_removed(export):
    """An entry in the middle is missing."""
    all_entries = entries(export)
    del all_entries[len(all_entries) // 2]
    return _together(export, all_entries)


def two_entries_swapped(export):
    """Two neighbours changed places."""
    all_entries = entries(export)
    middle = len(all_entries) // 2
    all_entries[middle], all_entries[middle + 1] = all_entries[middle + 1], all_entries[middle]
    return _together(export, all_entries)
