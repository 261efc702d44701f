"""Story 5: the plug is pulled at any moment, and settings files are broken on purpose."""

import threading

from harness import screen
from harness.esp import Esp

import os

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


def test_broken_settings_give_the_former_ones_and_the_console_says_so(box):
    box.journal_may_complain = True
    current = "/state/settings/confirmed.json"
    box.probe.exec("sh", "-c", f"head -c 200 {current} > /run/half && cp /run/half {current} && sync")
    mark = box.machine.console.mark()
    box.machine.power_cut()
    box.machine.start()
    box.probe = box.machine.probe
    assert box.wait_screen_ready(mark).group("settings") == "previous"
    box.machine.console.wait_for(screen.FORMER_SETTINGS, 30, mark)
    box.probe.wait_ready(60)
    box.probe.serve("crm", (443, 80), (443,))
    box.office.dhcp(30)
    box.assert_allowed()
    assert box.guest.outcome("192.168.30.10", 443, 1) == "silent"


def test_a_killed_or_stopped_hostd_leaves_the_ruleset_standing(box):
    box.journal_may_complain = True
    before = box.probe.exec("nft", "-j", "-s", "list", "ruleset")
    for signal in ("STOP", "KILL"):
        box.probe.exec("systemctl", "kill", f"--signal={signal}", "gatehouse-hostd.service")
        assert box.guest.outcome("192.168.30.10", 443, 1) == "silent"
        box.assert_allowed()
        assert len(box.probe.exec("nft", "-j", "-s", "list", "ruleset")) == len(before)
