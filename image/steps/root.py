"""The box's root: the lean Debian base, our files over it, our programs, packed with its hash tree."""

import os
import shutil
import uuid
from pathlib import Path

from . import vendors
from .shell import BuildError, lines, run

IMAGE = Path(__file__).parent.parent
SALT_SPACE = uuid.UUID("9ebcd5b4-6b1d-4b4e-8c1c-6c0b6d7b1d10")
EMPTY = ("efi", "state", "var", "dev", "proc", "sys", "run", "tmp", "root", "mnt")


def assemble(base, work, version, programs):
    """Puts the tree of the root together in `work`/root: `programs` maps names in /usr/bin to files."""
    tree = work / "root"
    run("cp", "-a", base / "lean", tree)
    for name in EMPTY:
        (tree / name).mkdir(mode=0o755, exist_ok=True)
    _check_accounts(tree)
    run("cp", "-a", "--no-preserve=ownership,timestamps", f"{IMAGE}/rootfs/.", tree)
    for name, program in programs.items():
        shutil.copy(program, tree / "usr/bin" / name)
        (tree / "usr/bin" / name).chmod(0o755)
    vendors.add(base, tree)
    _write(tree, "usr/lib/os-release", _os_release(version))
    _write(tree, "etc/hostname", "gatehouse\n")
    _write(tree, "etc/machine-id", "uninitialized\n")
    _write(tree, "usr/lib/clock-epoch", "")
    run("systemctl", "--root", tree, "preset-all", "--preset-mode=enable-only")
    for name in ("etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-", "etc/.pwd.lock"):
        (tree / name).unlink(missing_ok=True)
    return tree


def pack(tree, work, epoch):
    """Returns (root file, verity file, root hash). The same tree and date give the same bytes."""
    root, verity = work / "root.erofs", work / "root.verity"
    identity = uuid.uuid5(SALT_SPACE, str(epoch))
    run(
        "mkfs.erofs", "--quiet", "-zlz4hc,level=9", "-C65536", f"-T{epoch}", "-x-1",
        "-U", identity, root, tree,
    )
    output = run(
        "veritysetup", "format", "--hash=sha256", "--data-block-size=4096", "--hash-block-size=4096",
        "--uuid", uuid.uuid5(SALT_SPACE, f"verity {epoch}"), "--salt", identity.hex * 2, root, verity,
    ).decode()
    for line in output.splitlines():
        if line.startswith("Root hash:"):
            return root, verity, line.split()[-1]
    raise BuildError("veritysetup named no root hash")


def _os_release(version):
    return (
        f'NAME=Gatehouse\nPRETTY_NAME="Gatehouse {version}"\nID=gatehouse\nID_LIKE=debian\n'
        f"VERSION_ID={version}\nIMAGE_ID=gatehouse\nIMAGE_VERSION={version}\n"
    )


def _check_accounts(tree):
    """Files on state and data belong to numbers: a package must not have chosen its own."""
    passwd = dict(line.split(":")[0:3:2] for line in (tree / "etc/passwd").read_text().splitlines())
    groups = dict(line.split(":")[0:3:2] for line in (tree / "etc/group").read_text().splitlines())
    listed = dict(line.split()[:2] for line in lines(IMAGE / "recipe/accounts"))
    for name, number in listed.items():
        user = passwd.get(name, number if name == "systemd-journal" else None)
        if user != number or groups.get(name) != number:
            raise BuildError(f"account {name} must have number {number}: look at image/recipe/accounts")
    for name, number in passwd.items():
        if 100 <= int(number) < 1000 and name not in listed:
            raise BuildError(f"a package made the account {name}: give it a number in image/recipe/accounts")
    shadow = (tree / "etc/shadow").read_text().splitlines()
    locked = [line.split(":")[0] + ":!*:" + ":".join(line.split(":")[2:]) for line in shadow]
    (tree / "etc/shadow").write_text("\n".join(locked) + "\n")


def _write(tree, name, text):
    path = tree / name
    if path.is_symlink() or path.exists():
        path.unlink()
    path.write_text(text)
    os.chmod(path, 0o644)
