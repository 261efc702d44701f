"""The initrd: our init, busybox, blkid, veritysetup and the modules of block devices."""

import os
import re
import shutil
from pathlib import Path

from . import base
from .shell import BuildError, lines, run

HERE = Path(__file__).parent.parent / "initrd"
PROGRAMS = ("usr/sbin/blkid", "usr/sbin/veritysetup")
APPLETS = (
    "cat chroot cmp cut date echo find grep head ls mkdir modprobe mount mv readlink sed sh sleep sort stat "
    "switch_root sync tail tr xargs"
).split()


def make(full, work, epoch):
    """Builds the initrd out of the base root `full`; returns the packed file."""
    tree = work / "initrd"
    for name in ("usr/bin", "usr/sbin", "usr/lib", "proc", "sys", "dev", "run", "sysroot"):
        (tree / name).mkdir(parents=True)
    for name in ("bin", "sbin", "lib"):
        (tree / name).symlink_to(f"usr/{name}")
    (tree / "lib64").symlink_to("usr/lib64")
    (tree / "usr/lib64").mkdir()

    shutil.copy(HERE / "init", tree / "init")
    shutil.copy(full / "usr/bin/busybox", tree / "usr/bin/busybox")
    for applet in APPLETS:
        (tree / "usr/bin" / applet).symlink_to("busybox")
    for program in PROGRAMS:
        _copy_program(full, tree, program)
    _copy_modules(full, tree)
    return _pack(tree, work / "initrd.cpio.zst", epoch)


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


def _pack(tree, target, epoch):
    """Same tree, same bytes: names sorted, times and owners fixed."""
    names = ["."]
    for directory, directories, files in os.walk(tree):
        directories.sort()
        for name in sorted(directories + files):
            names.append(os.path.relpath(os.path.join(directory, name), tree))
    for name in names:
        os.utime(tree / name, (epoch, epoch), follow_symlinks=False)
    names.sort()
    archive = run(
        "cpio", "--quiet", "--create", "--format=newc", "--reproducible", "--owner=0:0",
        cwd=tree, input="\n".join(names).encode() + b"\n",
    )
    if not archive:
        raise BuildError("cpio packed nothing")
    target.write_bytes(run("zstd", "-q", "-19", "-T1", "-c", input=archive))
    return target
