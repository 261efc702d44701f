"""Warm machines kept between runs of `qemu/boot --snapshot NAME`.

A snapshot belongs to one image, set-up, topology and QEMU; with any of them changed it is made
anew. The kept files are copied for each run, never written.
"""

import glob
import hashlib
import os
import re
import shutil

from . import children

# The last one tells what the screen showed: it is not drawn again.
_FILES = ("disk.qcow2", "vars.qcow2", "serial.log", "setup-code")


class Kept:
    """The place of one named snapshot."""

    def __init__(self, cache, name, image, *parts):
        seen = os.stat(image)
        facts = [_FILES, os.path.realpath(image), seen.st_size, seen.st_mtime_ns,
                 children.run(["qemu-system-x86_64", "--version"]).stdout, *parts]
        key = hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
        if not re.fullmatch(r"[A-Za-z0-9_.]{1,40}", name):
            raise ValueError("a snapshot's name: letters, digits, _ and . only")
        self._former = os.path.join(cache, "snapshots", f"{name}-*")
        self._place = os.path.join(cache, "snapshots", f"{name}-{key}")

    @property
    def exists(self):
        """Whether a run can start from it."""
        return os.path.isdir(self._place)

    def take(self, work):
        """Copies it into the work directory of a run."""
        for name in _FILES:
            shutil.copyfile(os.path.join(self._place, name), os.path.join(work, name))

    def keep(self, work):
        """Keeps a stopped machine's files."""
        part = f"{self._place}.{os.getpid()}"
        os.makedirs(part)
        for name in _FILES:
            shutil.copyfile(os.path.join(work, name), os.path.join(part, name))
        for former in glob.glob(self._former):
            if former != part:
                shutil.rmtree(former, ignore_errors=True)
        os.rename(part, self._place)
