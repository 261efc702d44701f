"""Reads and writes files on the EFI system partition of a machine that is off (mtools).

It starts at 16 MiB in every image (decision 0001); its length comes from the partition table.
"""

import contextlib
import os
import struct
import tempfile

from . import children
from .disk import SECTOR

START = 16 << 20


class Esp:
    """`with Esp(disk) as esp:`; changes are on the disk when the block ends."""

    def __init__(self, disk):
        self._disk = disk
        self._length = _length(disk)
        self._changed = False

    def __enter__(self):
        handle, self._copy = tempfile.mkstemp(prefix="esp-", dir=os.path.dirname(self._disk.path))
        os.close(handle)
        self._disk.take(START, self._length, self._copy)
        return self

    def __exit__(self, kind, *_):
        try:
            if self._changed and kind is None:
                self._disk.put(START, self._length, self._copy)
        finally:
            os.unlink(self._copy)

    def list(self, directory="/"):
        """The names in a directory."""
        shown = self._mtools("mdir", "-b", f"::{directory.strip('/')}/")
        return [line.rstrip("/").rsplit("/", 1)[-1] for line in shown.stdout.splitlines() if line]

    def read(self, name):
        """A file's bytes."""
        with tempfile.TemporaryDirectory(dir=os.path.dirname(self._copy)) as place:
            target = os.path.join(place, "file")
            self._mtools("mcopy", "-n", f"::{name}", target)
            with open(target, "rb") as file:
                return file.read()

    def write(self, name, content):
        """Makes or replaces a file with these bytes."""
        with tempfile.NamedTemporaryFile(dir=os.path.dirname(self._copy)) as file:
            file.write(content)
            file.flush()
            self.copy_in(file.name, name)

    def copy_in(self, source, name):
        """Makes or replaces a file from a file here."""
        self._changed = True
        self._mtools("mcopy", "-o", source, f"::{name}")

    def delete(self, name):
        """Removes a file that may be missing."""
        self._changed = True
        with contextlib.suppress(RuntimeError):
            self._mtools("mdel", f"::{name}")

    def swap_uki(self, source):
        """Puts the UKI `source` in the place of the image's only one; name and tries stay."""
        ukis = [name for name in self.list("EFI/Linux") if name.lower().endswith(".efi")]
        if len(ukis) != 1:
            raise RuntimeError(f"expected one UKI on the ESP, found {ukis}")
        self.copy_in(source, f"EFI/Linux/{ukis[0]}")

    def _mtools(self, command, *words):
        return children.run(["env", "MTOOLS_SKIP_CHECK=1", command, "-i", self._copy, *words], timeout=60)


def _length(disk):
    """Finds the partition that starts at 16 MiB in the GPT (UEFI 2.10, 5.3)."""
    header = disk.read(SECTOR, 92)
    if header[:8] != b"EFI PART":
        raise RuntimeError("the image has no GPT")
    table, count, size = struct.unpack_from("<QII", header, 72)
    entries = disk.read(table * SECTOR, count * size)
    for at in range(0, len(entries), size):
        first, last = struct.unpack_from("<QQ", entries, at + 32)
        if first * SECTOR == START:
            return (last - first + 1) * SECTOR
    raise RuntimeError("the image has no partition at 16 MiB")
