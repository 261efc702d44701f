"""A network and mounts of a measurement's own, and the programs that it measures, as they are in the image."""

import os
import subprocess
import sys
from pathlib import Path

from harness import children
from process import HOST

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def programs(packages, example=None):
    """Release programs and an example of the crate `crm`, by name."""
    cargo = ["cargo", "build", "--quiet", "--release", "--locked"]
    subprocess.run([*cargo, *(word for package in packages for word in ("-p", package))], check=True, cwd=REPOSITORY)
    if example is not None:
        subprocess.run([*cargo, "-p", "crm", "--example", example], check=True, cwd=REPOSITORY)
    if not (REPOSITORY / "webui/dist/crm/index.html").exists():
        subprocess.run(["npm", "--prefix", REPOSITORY / "webui", "run", "--silent", "build"], check=True, stdout=sys.stderr)
    release = Path(os.environ["CARGO_TARGET_DIR"]) / "release"
    return {**{f"gatehouse-{package}": release / f"gatehouse-{package}" for package in packages},
            **({} if example is None else {example: release / "examples" / example})}


def network(*addresses):
    """Its ports are nobody else's; loopback has these addresses besides."""
    os.unshare(os.CLONE_NEWNET | os.CLONE_NEWNS)
    children.run(["mount", "--make-rprivate", "/"])
    children.run(["ip", "link", "set", "lo", "up"])
    for address in addresses:
        children.run(["ip", "address", "add", address, "dev", "lo"])


def name_host(work):
    """The CRM's name means loopback."""
    (work / "hosts").write_text(f"127.0.0.1 localhost {HOST}\n", encoding="ascii")
    children.run(["mount", "--bind", work / "hosts", "/etc/hosts"])
