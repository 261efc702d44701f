"""Running programs and reading lists: what every step needs."""

import subprocess
import sys
import time
from contextlib import contextmanager


class BuildError(Exception):
    """One sentence that tells the person at the keyboard what to do."""


def run(*argv, **options):
    """Runs a program; its failure ends the build, naming it and its last words."""
    words = [str(word) for word in argv]
    result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    if result.returncode != 0:
        last = result.stderr.decode(errors="replace").strip()[-2000:]
        raise BuildError(f"{' '.join(words)[:200]} failed with code {result.returncode}:\n{last}")
    return result.stdout


def lines(path):
    """The lines of a list file without comments and blanks."""
    bare = (line.split("#", 1)[0].strip() for line in path.read_text().splitlines())
    return [line for line in bare if line]


@contextmanager
def step(title):
    """Says what is being done and, afterwards, how long it took."""
    start = time.monotonic()
    print(f"image: {title} …", file=sys.stderr, flush=True)
    yield
    print(f"image: {title}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
