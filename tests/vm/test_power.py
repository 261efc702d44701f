"""Story 5: the plug is pulled at any moment, and settings files are broken on purpose."""

import os
import threading

import pytest

from harness import internet, screen
from harness.esp import Esp
from story import CRM4

SETUP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "setup.json")


def test_power_cuts_during_the_first_boot_and_the_settings_write(factory):
    """The untouched image, set up from the ESP: cut again and again, then it must be whole."""
    with Esp(factory.disk) as files:
        files.copy_in(SETUP, "gatehouse-setup.json")
    never = threading.Event()
    for seconds in (4, 7, 9, 11, 13):
        mark = factory.console.mark()
        factory.start()
        factory.console.wait_for(r"BdsDxe: starting", 60, mark)
        never.wait(seconds)  # the cut is at a moment, not at an event: that is the test
        factory.power_cut()
    mark = factory.console.mark()
    factory.start()
    ready = factory.console.wait_for(screen.READY, 240, mark)
    assert ready.group("settings") == "confirmed"
    pc = factory.topology["guest"]
    assert pc.dhcp(30)["address"].startswith("192.168.20."), "the settings did not survive"
    # Once more, right after ready: the confirmed settings are there without the ESP's file.
    factory.power_cut()
    with Esp(factory.disk) as files:
        files.delete("gatehouse-setup.json")
    mark = factory.console.mark()
    factory.start()
    factory.console.wait_for(screen.READY, 240, mark)
    assert pc.dhcp(30)["address"].startswith("192.168.20."), "the confirmed settings are gone"


@pytest.mark.parametrize("broken,then", [(["confirmed"], "previous"), (["confirmed", "previous"], "factory")])
def test_broken_settings_give_the_former_ones_and_the_console_says_so(box, broken, then):
    """Half of the last settings: the former ones. Half of those too: factory, nothing forwarded."""
    box.journal_may_complain = True
    for name in broken:
        box.probe.exec("sh", "-c", f"for file in /state/settings/{name}.*json; do "
                                   "head -c 200 $file > /run/half && cp /run/half $file; done; sync")
    mark = box.machine.console.mark()
    box.machine.power_cut()
    box.machine.start()
    box.probe = box.machine.probe
    box.machine.console.wait_for(screen.FORMER_SETTINGS if then == "previous" else screen.SETTINGS_LOST, 240, mark)
    assert box.wait_screen_ready(mark).group("settings") == then
    box.probe.wait_ready(60)
    box.serve_for_crm()
    box.office.dhcp(30)
    if then == "previous":
        box.assert_allowed()
    else:
        assert box.office.outcome(CRM4, 443, 1) == "silent"
        assert box.office.outcome(internet.WEB4, 80, 1) == "silent"
    assert box.guest.outcome(CRM4, 443, 1) == "silent"


def test_a_killed_or_stopped_hostd_leaves_the_ruleset_standing(box):
    box.journal_may_complain = True
    before = box.probe.exec("nft", "-j", "-s", "list", "ruleset")
    for signal in ("STOP", "KILL"):
        box.probe.exec("systemctl", "kill", f"--signal={signal}", "gatehouse-hostd.service")
        assert box.guest.outcome(CRM4, 443, 1) == "silent"
        box.assert_allowed()
        assert len(box.probe.exec("nft", "-j", "-s", "list", "ruleset")) == len(before)
