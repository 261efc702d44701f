"""The machine's disk: a growing copy-on-write file on top of the image, which is never written.

Parts of it can be taken out and put back while the machine is off.
"""

import hashlib
import os
import shutil
import subprocess

from . import children

SECTOR = 512


def unpacked(image, cache):
    """The path of the raw image; a `.zst` is unpacked into the cache once.

    Raises ValueError for a file that is no disk image, in place of a machine that never starts.
    """
    raw = _raw(image, cache)
    with open(raw, "rb") as file:
        file.seek(SECTOR)
        if file.read(8) != b"EFI PART":
            raise ValueError(f"{os.path.realpath(image)} is no image of a disk: it has no partition table (GPT)")
    return raw


def _raw(image, cache):
    if not _is_zstd(image):
        return image
    seen = os.stat(image)
    key = hashlib.sha256(f"{os.path.realpath(image)} {seen.st_size} {seen.st_mtime_ns}".encode())
    target = os.path.join(cache, "images", f"{key.hexdigest()[:16]}.img")
    if not os.path.exists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        part = f"{target}.{os.getpid()}"
        try:
            with open(image, "rb") as packed, open(part, "wb") as raw:
                done = subprocess.run(["zstd", "-dcq"], stdin=packed, stdout=raw, check=False)
            if done.returncode:
                raise ValueError(f"{os.path.realpath(image)} cannot be unpacked: it is damaged")
            # What the image leaves empty need not be stored.
            children.run(["fallocate", "--dig-holes", part], timeout=300, check=False)
            os.rename(part, target)
        finally:
            if os.path.exists(part):
                os.unlink(part)
    return target


def _is_zstd(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x28\xb5\x2f\xfd"


class Disk:
    """A qcow2 file at `path` over the raw `image`, as large as a customer's disk."""

    def __init__(self, image, path, size="8G"):
        self.path = path
        self.image = os.path.abspath(image)
        if os.path.exists(path):
            # Kept from an earlier run, when the image may have had another name.
            children.run(["qemu-img", "rebase", "-u", "-F", "raw", "-b", self.image, path])
            return
        children.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw",
                      "-b", self.image, path, size])

    def copy(self, path):
        """A copy of the whole disk, of a machine that is off."""
        shutil.copyfile(self.path, path)
        return Disk(self.image, path)

    def take(self, start, length, to):
        """Copies `length` bytes from `start` into the file `to`."""
        children.run(["qemu-img", "convert", "-O", "raw", "--image-opts", self._window(start, length), to],
                     timeout=120)

    def put(self, start, length, source):
        """Copies the file `source` back."""
        children.run(["qemu-img", "convert", "-n", "-f", "raw", source, "--target-image-opts",
                      self._window(start, length)], timeout=120)

    def read(self, start, length):
        """A few bytes, for the partition table."""
        with open(self.image, "rb") as file:
            file.seek(start)
            return file.read(length)

    def _window(self, start, length):
        return (f"driver=raw,offset={start},size={length},file.driver=qcow2,"
                f"file.file.driver=file,file.file.filename={self.path}")
