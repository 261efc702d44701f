"""`gatehouse-setup.json`: broken, refused, corrected, and beside a state partition that is lost or repaired."""

import json
import os
import random

import pytest

from harness import internet, screen
from harness.esp import Esp

SETUP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "setup.json")
# The state partition: after esp 512, and twice root 1024 and verity 64 MiB (docs/decisions/0001).
STATE = (16 + 512 + 2 * (1024 + 64)) << 20


@pytest.fixture
def off(factory):
    """The machine, off; and off again when the test ends, however it ends."""
    yield factory
    if factory.running:
        factory.power_cut()


def boot(machine):
    """Starts, waits for ready, returns where the settings come from and the console's mark."""
    mark = machine.console.mark()
    machine.start()
    ready = machine.console.wait_for(screen.READY, 240, mark)
    return ready.group("settings"), mark


def nothing_is_forwarded(machine):
    """The office PC gets an address, and nothing beyond the box."""
    pc = machine.topology["office"]
    pc.dhcp(30)
    return pc.outcome(internet.WEB4, 80, 1) == "silent"


def test_a_file_that_cannot_be_used_changes_nothing_until_it_is_corrected(off):
    with open(SETUP, "rb") as file:
        whole = file.read()
    wrong = json.loads(whole)
    wrong["settings"]["zones"]["guest"]["vlan"] = 10
    for content, said in ((whole[:200], r"gatehouse-setup\.json\s+cannot\s+be\s+read"),
                          (json.dumps(wrong).encode(), r"gatehouse-setup\.json:\s+/settings/zones/office/vlan")):
        with Esp(off.disk) as files:
            files.write("gatehouse-setup.json", content)
        settings, mark = boot(off)
        assert settings == "factory"
        off.console.wait_for(said, 10, mark)
        assert nothing_is_forwarded(off)
        off.power_cut()
    with Esp(off.disk) as files:
        files.write("gatehouse-setup.json", whole)
    settings, _ = boot(off)
    assert settings == "confirmed"
    assert off.topology["guest"].dhcp(30)["address"].startswith("192.168.20.")


@pytest.mark.slow
def test_a_box_that_lost_its_state_is_not_set_up_by_the_file(off):
    # The state is made at the first boot.
    boot(off)
    off.power_cut()
    noise = os.path.join(os.path.dirname(off.disk.path), "noise")
    with open(noise, "wb") as file:
        file.write(random.Random(1).randbytes(64 << 20))
    off.disk.put(STATE, 64 << 20, noise)
    with Esp(off.disk) as files:
        files.copy_in(SETUP, "gatehouse-setup.json")
    # A second boot finds a partition that may have been repaired, and is whole.
    for _ in range(2):
        settings, mark = boot(off)
        assert settings == "factory"
        off.console.wait_for(screen.STATE_LOST, 10, mark)
        assert nothing_is_forwarded(off)
        off.power_cut()
