"""The two web apps, as api's `assets` serves them: `index.html`, and beside it `assets/` with files whose
names carry a hash, each with its `.br` and `.gz` where that is smaller.

Cached by the hash of everything that they are made of. Built in the repository, with the packages that the
Makefile puts into webui/node_modules.
"""

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .shell import BuildError, run, step

APPS = ("admin", "crm")
# Below the repository: what the build script reads.
SOURCES = (
    "webui/package.json", "webui/package-lock.json", "webui/tsconfig.json", "webui/vite.config.ts",
    "webui/src", "webui/tools", "agent/api/openapi", "agent/seal/src/numbers/actions.rs",
)
# Made of the OpenAPI documents by the build script itself.
MADE = "webui/src/api/types"
PRECOMPRESS = Path(__file__).with_name("precompress.mjs")
# What `agent/api/src/assets.rs` gives out.
SERVED = re.compile(r"index\.html|assets/[A-Za-z0-9_-][A-Za-z0-9._-]*")


def make(cache, repository):
    """Returns the directory with one directory for each app."""
    key = _key(repository)
    made = cache / "webui" / key
    made.parent.mkdir(exist_ok=True)
    with open(cache / "webui.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            with step("web apps"):
                _build(repository, made, key)
    return made


def install(made, tree):
    """Puts them where the applications look for them, readable by all."""
    target = tree / "usr/share/gatehouse/webui"
    shutil.copytree(made, target)
    for path in (target.parent, target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _key(repository):
    digest = hashlib.sha256(run("node", "--version"))
    for path in [*_sources(repository), Path(__file__), PRECOMPRESS]:
        digest.update(f"{path.relative_to(repository)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _sources(repository):
    for name in SOURCES:
        place = repository / name
        files = sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else [place]
        yield from (path for path in files if repository / MADE not in path.parents)


def _build(repository, made, key):
    run("make", "--no-print-directory", "-C", repository, "webui/node_modules")
    # What its check finds goes straight to the terminal.
    if subprocess.run(["npm", "--prefix", repository / "webui", "run", "--silent", "build"], stdout=sys.stderr).returncode != 0:
        raise BuildError("the web apps cannot be built: see the lines above")
    with tempfile.TemporaryDirectory(dir=made.parent, prefix="new-") as directory:
        new = Path(directory) / "apps"
        for app in APPS:
            source = repository / "webui/dist" / app
            if not (source / "index.html").is_file():
                raise BuildError(f"the build of the web apps left no {source}/index.html")
            shutil.copytree(source, new / app)
            _check(new / app)
        run("node", PRECOMPRESS, new)
        if _key(repository) != key:
            raise BuildError("webui was changed while it was built: build again")
        new.rename(made)


def _check(app):
    for path in app.rglob("*"):
        name = str(path.relative_to(app))
        if path.is_file() and not SERVED.fullmatch(name):
            raise BuildError(f"the application does not give out {name} of the web app {app.name}")
