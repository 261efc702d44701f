"""The booted boxes that the tests share.

`box` is one box with `setup.json`, booted once with a port scanner on WAN from power-on, warm, and
put back to its snapshot before each test. `factory` boots the untouched production image.
Run through `image/builder/enter -- tests/browser/python -m pytest tests/vm`; images come from `make image`.
"""

import glob
import os
import sys
import tempfile
import time

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(REPOSITORY, "qemu"))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(REPOSITORY, "tests", "browser"))
sys.dont_write_bytecode = True

from harness import accel, children, disk, probe, screen, topology  # noqa: E402
from harness.esp import Esp  # noqa: E402
from harness.machine import Machine  # noqa: E402
from story import Box, complaints  # noqa: E402
from wanscan import Scanner  # noqa: E402

CACHE = os.environ.get("GATEHOUSE_CACHE", "/var/tmp")
READY_SECONDS = 240


def _newest(pattern):
    found = sorted(glob.glob(os.path.join(REPOSITORY, "build", "images", pattern)), key=os.path.getmtime)
    if not found:
        pytest.exit(f"build/images/{pattern} is missing: run `make image` first", returncode=2)
    return found[-1]


@pytest.fixture(scope="session")
def image():
    """The production image, raw."""
    return os.environ.get("GATEHOUSE_IMAGE") or _newest("gatehouse-*-x86_64-uefi.img")


@pytest.fixture(scope="session")
def test_uki(image):
    """Kernel, initrd and root hash of the same build, with a command line that takes credentials."""
    return image.removesuffix(".img") + ".test.efi"


@pytest.fixture(scope="session")
def probe_binary():
    """The probe, built for the box's libc (this runs in the builder root)."""
    if given := os.environ.get("GATEHOUSE_PROBE"):
        return given
    children.run(["cargo", "build", "--quiet", "--release", "-p", "gatehouse-probe", "--manifest-path",
                  os.path.join(REPOSITORY, "Cargo.toml")], timeout=600)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(REPOSITORY, "build", "target"))
    return os.path.join(target, "release", "gatehouse-probe")


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: for `make test-long`; `make test` leaves it out")


@pytest.fixture(scope="session", autouse=True)
def _stop_on_sigterm():
    children.stop_on_sigterm()


@pytest.fixture(scope="session")
def logs():
    """Where serial consoles and scanner logs stay for a person to read."""
    path = os.path.join(REPOSITORY, "build", "vm")
    os.makedirs(path, exist_ok=True)
    return path


@pytest.fixture(scope="module")
def factory(image, logs, request):
    """A function that makes a machine of the untouched production image, off, with a fresh disk."""
    with tempfile.TemporaryDirectory(prefix=f"gh{os.getpid()}-", dir="/var/tmp") as work:
        ports = topology.load(os.path.join(HERE, "topology.json"))
        box = disk.Disk(image, f"{work}/disk.qcow2")
        with topology.Topology(ports, work) as world:
            log = os.path.join(logs, f"{request.module.__name__}.log")
            with Machine(box, world, work, accel.best(CACHE), console_log=log) as machine:
                yield machine


@pytest.fixture(scope="session")
def _booted(image, test_uki, probe_binary, logs):
    with tempfile.TemporaryDirectory(prefix=f"gh{os.getpid()}-", dir="/var/tmp") as work:
        ports = topology.load(os.path.join(HERE, "topology.json"))
        drive = disk.Disk(image, f"{work}/disk.qcow2")
        with Esp(drive) as files:
            files.swap_uki(test_uki)
            files.copy_in(os.path.join(HERE, "setup.json"), "gatehouse-setup.json")
        probe.make_disk(probe_binary, f"{work}/probe.erofs")
        with topology.Topology(ports, work, prefix=f"gh{os.getpid()}s") as world, \
                Scanner(world["wan"], "52:54:00:67:00:01") as scanner, \
                Machine(drive, world, work, accel.best(CACHE), probe_disk=f"{work}/probe.erofs",
                        console_log=os.path.join(logs, "box.log")) as machine:
            started = time.monotonic()
            machine.start()
            machine.probe.wait_ready(READY_SECONDS)
            machine.console.wait_for(screen.READY, READY_SECONDS)
            box = Box(machine, world, scanner)
            box.seconds_to_ready = time.monotonic() - started
            box.settle()
            machine.save("warm")
            yield box


@pytest.fixture
def box(_booted):
    """The warm box as it was right after set-up; its journal must stay clean during the test."""
    if _booted.used:
        _booted.back_to_warm()
    _booted.used = True
    cursor = _booted.journal_cursor()
    yield _booted
    if _booted.machine.running and not _booted.journal_may_complain:
        _assert_quiet(_booted.journal_since(cursor))
    _booted.journal_may_complain = False


def _assert_quiet(lines):
    assert not (unexpected := complaints(lines)), "the journal complains:\n" + "\n".join(unexpected)


@pytest.fixture(scope="session")
def office(image, test_uki, probe_binary, logs):
    """The small business of the chapters: a factory-new box, and PCs with browsers."""
    from business import open_business  # needs Playwright, as nothing else here does
    with open_business(image, test_uki, probe_binary, logs) as business:
        yield business


@pytest.fixture(scope="session")
def shop(image, test_uki, probe_binary, logs):
    """A box that has been set up, with its admin signed in: for slow tests."""
    from business import open_business
    with open_business(image, test_uki, probe_binary, logs) as business:
        business.set_up()
        yield business


@pytest.fixture
def chapter(office, request):
    """A part of one story: when a part fails, those after it have nothing to go on from."""
    office.goes_on()
    before = request.session.testsfailed
    yield
    if request.session.testsfailed > before and os.environ.get("GATEHOUSE_GO_ON") != "1":
        office.broken = request.node.name
