"""What `prune` takes out of a cache and what it leaves."""

import fcntl
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

PRUNE = Path(__file__).with_name("prune")
DAY = 24 * 3600


@pytest.fixture(name="cache")
def make_cache(tmp_path):
    return tmp_path


def place(cache, name, days):
    """A root of this name with a file in it, last used so many days ago."""
    path = cache / name
    (path / "usr").mkdir(parents=True)
    (path / "usr/file").write_text("content")
    then = time.time() - days * DAY
    os.utime(path, (then, then))
    return path


def prune(cache):
    return subprocess.run([PRUNE, cache], check=True, stderr=subprocess.PIPE, text=True).stderr


def test_takes_what_nothing_used_for_30_days_and_says_so(cache):
    old = [place(cache, name, 31) for name in ("builder-1", "builder-2.new", "base-1", "python-1")]
    said = prune(cache)
    assert not any(path.exists() for path in old)
    assert not (cache / "unused").exists()
    assert all(str(path) in said for path in old)


def test_leaves_what_was_used_and_what_is_not_a_root(cache):
    kept = [place(cache, name, days) for name, days in
            (("builder-1", 29), ("base-1", 1), ("python-1", 0), ("target", 400), ("cargo", 400), ("home", 400))]
    assert prune(cache) == ""
    assert all((path / "usr/file").exists() for path in kept)


def test_takes_at_once_what_was_compiled_of_a_clone_that_is_gone(cache):
    gone, here = place(cache, "target/1", 0), place(cache, "target/2", 0)
    (gone / "of-clone").write_text(f"{cache}/no such clone\n")
    (here / "of-clone").write_text(f"{cache}\n")
    old = place(cache, "target/3", 31)
    (old / "of-clone").write_text(f"{cache}/no such clone\n")
    os.utime(old, (time.time() - 31 * DAY,) * 2)
    assert str(gone) in prune(cache)
    assert not gone.exists() and not old.exists()
    assert (here / "usr/file").exists()


def test_leaves_a_root_that_a_process_stands_in(cache):
    root = place(cache, "builder-1", 31)
    shutil.copy("/bin/busybox", root / "busybox")
    then = time.time() - 31 * DAY
    os.utime(root, (then, then))
    stand = 'mount --bind "$0" "$0" && exec chroot "$0" /busybox sh -c "echo in; read -r line"'
    with subprocess.Popen(["unshare", "--mount", "sh", "-c", stand, root],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "in\n"
        assert prune(cache) == ""
        assert (root / "usr/file").exists()
        process.communicate("out\n")
    prune(cache)
    assert not root.exists()


def test_judges_only_while_nobody_says_that_they_use_one(cache):
    root = place(cache, "base-1", 31)
    with open(cache / "use.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        with subprocess.Popen([PRUNE, cache], stderr=subprocess.PIPE) as process:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(1)
            os.utime(root)
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert process.wait(60) == 0
    assert (root / "usr/file").exists()


def test_finishes_what_was_interrupted(cache):
    (cache / "unused/builder-1/usr").mkdir(parents=True)
    prune(cache)
    assert not (cache / "unused").exists()
