"""The Debian part of the root: packages, kernel, and everything taken out that the box never uses.

Cached by the hash of the recipe; `--refresh` makes it anew to pick up Debian's updates.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

from .shell import BuildError, lines, run, step

RECIPE = Path(__file__).parent.parent / "recipe"
SOURCES = Path(__file__).parent.parent / "builder" / "sources.list"


def recipe_hash(board):
    """Changes when anything that goes into the base root changes."""
    digest = hashlib.sha256()
    for path in [*sorted(RECIPE.iterdir()), SOURCES, Path(__file__)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update(f"{board['architecture']} {board['kernel']}".encode())
    return digest.hexdigest()[:16]


def make(cache, board, refresh):
    """Returns the directory of the cached base: `full` (packages) and `lean` (what is shipped)."""
    base = cache / f"base-{recipe_hash(board)}"
    run("flock", "--shared", cache / "use.lock", "touch", "--no-create", base)
    with open(cache / "base.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _make_missing(base, board, refresh)
    return base


def _make_missing(base, board, refresh):
    if refresh and base.exists():
        shutil.rmtree(base)
    if not (base / "lean").exists():
        base.mkdir(parents=True, exist_ok=True)
        full, lean = base / "full", base / "lean"
        if not full.exists():
            with step("Debian packages"):
                _install(full, board)
        with step("taking out what the box never uses"):
            new = base / "lean.new"
            shutil.rmtree(new, ignore_errors=True)
            run("cp", "-a", full, new)
            _strip(new)
            new.rename(lean)


def kernel_version(root):
    """The one kernel version in this root."""
    versions = os.listdir(root / "usr/lib/modules")
    if len(versions) != 1:
        raise BuildError(f"{root} has {len(versions)} kernels, one is needed: build with --refresh")
    return versions[0]


def _install(full, board):
    # Its progress goes straight to the terminal.
    argv = [RECIPE / "base-root", full, board["architecture"], board["kernel"]]
    if subprocess.run(argv).returncode != 0:
        raise BuildError("the Debian packages could not be installed: see the lines above")


def _strip(root):
    kernel = root / "usr/lib/modules" / kernel_version(root)
    for pattern in lines(RECIPE / "modules-removed"):
        for path in (kernel / "kernel").glob(pattern):
            _remove(path)
    run("depmod", "-b", root, kernel.name)

    for pattern in lines(RECIPE / "removed"):
        for path in root.glob(pattern):
            _remove(path)
    _keep_only(root / "usr/lib/systemd/system", lines(RECIPE / "units"))
    _keep_only(root / "usr/lib/systemd/system-generators", lines(RECIPE / "generators"))
    for name in ("kernel.control", "dev", "proc", "sys", "run", "tmp", "home", "media", "mnt", "srv", "opt"):
        _remove(root / name)
    for directory, names, files in os.walk(root):
        for name in files:
            path = Path(directory) / name
            mode = path.lstat().st_mode
            if mode & 0o6000 and not path.is_symlink():
                path.chmod(mode & 0o1777)


def _keep_only(directory, patterns):
    """Removes units that are not named; of *.wants directories only links to named units stay."""
    for path in sorted(directory.iterdir()):
        if path.name.endswith((".wants", ".requires")):
            for link in path.iterdir():
                if not any(fnmatch(link.name, pattern) for pattern in patterns):
                    link.unlink()
        elif path.name.endswith(".d"):
            if not any(fnmatch(path.name.removesuffix(".d"), pattern) for pattern in patterns):
                _remove(path)
        elif not any(fnmatch(path.name, pattern) for pattern in patterns):
            _remove(path)


def _remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
