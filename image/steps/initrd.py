"""The initrd: our init, busybox, blkid, veritysetup and the modules of block devices."""

import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path

from . import base
from .shell import lines, run

HERE = Path(__file__).parent.parent / "initrd"
PROGRAMS = ("usr/sbin/blkid", "usr/sbin/veritysetup")
APPLETS = (
    "cat chroot cmp cut date echo find grep head ls mkdir modprobe mount mv readlink sed sh sleep sort stat "
    "switch_root sync tail tr xargs"
).split()


def make(base_root):
    """Returns the packed initrd of this base root, made once for each change of what goes into it."""
    digest = hashlib.sha256()
    for path in (HERE / "init", HERE / "modules", Path(__file__)):
        digest.update(path.read_bytes())
    packed = base_root / f"initrd-{digest.hexdigest()[:16]}.cpio.zst"
    if not packed.exists():
        with tempfile.TemporaryDirectory(dir=base_root, prefix="initrd-") as directory:
            tree = Path(directory) / "tree"
            _fill(base_root / "full", tree)
            _pack(tree, Path(directory) / "packed")
            (Path(directory) / "packed").rename(packed)
    return packed


def _fill(full, tree):
    for name in ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "proc", "sys", "dev", "run", "sysroot"):
        (tree / name).mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (tree / name).symlink_to(f"usr/{name}")
    shutil.copy(HERE / "init", tree / "init")
    shutil.copy(full / "usr/bin/busybox", tree / "usr/bin/busybox")
    for applet in APPLETS:
        (tree / "usr/bin" / applet).symlink_to("busybox")
    for program in PROGRAMS:
        _copy_program(full, tree, program)
    _copy_modules(full, tree)


def _copy_program(full, tree, program):
    """Copies a program and the libraries that its loader names."""
    loader = run("chroot", full, "/usr/bin/ldd", f"/{program}").decode()
    files = [program, *(match.lstrip("/") for match in re.findall(r"(/\S+) \(0x", loader))]
    for name in files:
        source = full / name
        target = tree / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def _copy_modules(full, tree):
    version = base.kernel_version(full)
    for name in lines(HERE / "modules"):
        # `builtin` lines need no file; the rest are in the order of loading.
        listing = run("modprobe", "-d", full, "-S", version, "--show-depends", name).decode()
        for path in re.findall(r"^insmod (\S+)", listing, re.MULTILINE):
            relative = Path(path).relative_to(full)
            target = tree / "usr" / str(relative).removeprefix("usr/")
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
    modules = tree / "usr/lib/modules" / version
    for name in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
        shutil.copy(full / "usr/lib/modules" / version / name, modules / name)
    run("depmod", "-b", tree, version)
    for path in modules.glob("modules.*"):
        if path.name not in ("modules.dep", "modules.alias", "modules.builtin"):
            path.unlink()


def _pack(tree, target):
    """Same tree, same bytes: names sorted, times and owners fixed."""
    names = ["."]
    for directory, directories, files in os.walk(tree):
        names += [os.path.relpath(os.path.join(directory, name), tree) for name in directories + files]
    for name in names:
        os.utime(tree / name, (0, 0), follow_symlinks=False)
    archive = run(
        "cpio", "--quiet", "--create", "--format=newc", "--reproducible", "--owner=0:0",
        cwd=tree, input="\n".join(sorted(names)).encode() + b"\n",
    )
    target.write_bytes(run("zstd", "-q", "-19", "-T1", "-c", input=archive))
