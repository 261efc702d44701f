"""Story 1: the untouched production image boots to a screen of our own, and to nothing else.

Also: before set-up nothing is forwarded, a PC finds the set-up page, and no address answers on WAN during the whole boot.
"""

import contextlib
import json
import os

import pytest

from harness import internet, pages, screen
from harness.watch import Watch
from wanscan import Scanner


@pytest.fixture(scope="module")
def fresh(factory):
    """A box that was never set up, ready; a scanner on WAN since before power-on."""
    with Scanner(factory.topology["wan"], "52:54:00:67:00:01") as scanner:
        factory.start()
        factory.console.wait_for(screen.READY, 240)
        scanner.wait_targets(60)
        factory.scanner = scanner
        yield factory


def test_the_console_shows_version_and_setup_code(fresh):
    fresh.console.wait_for(screen.VERSION, 10)
    fresh.console.wait_for(screen.SETUP_CODE, 10)


def test_there_is_no_login_prompt_and_no_shell(fresh):
    before = fresh.console.mark()
    fresh.console.type("root\r\n\r\nid\r\n\x03\x04")
    # The tty echoes nothing back that a shell or getty would say.
    assert "uid=" not in fresh.console.text(before)
    whole = fresh.console.text().lower()
    for word in ("login:", "password:", "press enter", "emergency", "rescue", "gatehouse:~#"):
        assert word not in whole, f"the console says {word!r}"


def test_the_monitor_shows_a_screen_too(fresh, logs):
    picture = os.path.join(logs, "console.png")
    fresh.screenshot(picture)
    assert os.path.getsize(picture) > 1000


def test_before_setup_a_pc_gets_an_address_but_nothing_is_forwarded(fresh):
    """The matching "passes", with the same watch, is test_lan's way to the internet."""
    fresh.console.wait_for(screen.FACTORY, 10)
    wan, pc = fresh.topology["wan"], fresh.topology["office"]
    lease = pc.dhcp(30)
    pc.wait_ra()
    assert pc.resolve("gatehouse.internal") == [lease["router"]]
    with Watch(wan.namespace, "52:54:00:67:00:01") as watch:
        for web in (internet.WEB4, internet.WEB6):
            assert pc.outcome(web, 80, 1) == "silent"
            assert not pc.ping(web, timeout=1)
            with contextlib.suppress(OSError):
                pc.udp_send(web, 53)
        # The box itself talks on WAN: its answer to this shows that the watch sees it.
        assert wan.resolve_link(fresh.scanner.targets()[0])
    assert watch.frames > 0
    assert not {internet.WEB4, internet.WEB6} & watch.destinations
    assert fresh.topology.internet.visitors == []


def test_before_setup_a_pc_opens_the_setup_page_by_the_authority_on_the_console(fresh):
    pc = fresh.topology["office"]
    pc.dhcp(30)
    authority = pages.wait_authority(pc, 60)
    assert screen.fingerprint(fresh.console.wait_for(screen.FINGERPRINT, 30)) == pages.fingerprint(authority)
    pages.wait(pc, "admin", authority, 60)
    status, headers, body = pages.get(pc, "admin", authority, "/")
    assert status == 200 and b'<div id="app">' in body
    assert "default-src 'self'" in headers["content-security-policy"]
    assert not pages.healthy(pc, "crm", authority), "the CRM answers before anybody named who may reach it"


def test_who_guesses_the_setup_code_waits_ten_minutes_after_five_tries(fresh):
    pc = fresh.topology["office"]
    pc.dhcp(30)
    authority = pages.wait_authority(pc, 60)

    def tried(code):
        status, headers, body = pages.post(pc, "admin", authority, "/api/v1/setup/code", {"code": code})
        return status, headers["retry-after"], json.loads(body)
    for left in (4, 3, 2, 1, 0):
        status, _, problem = tried("WRNG-WRNG-WRNG")
        assert (status, problem["triesLeft"]) == (403, left)
    # Not even the right one, now.
    status, wait, problem = tried(fresh.console.wait_for(screen.SETUP_CODE, 10).group(1))
    assert status == 429 and 570 < int(wait) <= 600
    assert problem["retryAfter"] == int(wait)


def test_from_power_on_nothing_answers_on_wan(fresh):
    fresh.scanner.wait_rounds(1, 60)
    assert fresh.scanner.findings == []


def test_two_first_boots_differ(fresh, box):
    """One image, two boxes: what each made up at its first boot is its own."""
    made = []
    for console in (fresh.console, box.machine.console):
        prefix = console.wait_for(r"\b(fd[0-9a-f]{2}:[0-9a-f]*:[0-9a-f]*):", 5).group(1)
        made.append((console.wait_for(screen.SETUP_CODE, 5).group(1), prefix))
    (code, prefix), (other_code, other_prefix) = made
    assert code != other_code
    assert prefix != other_prefix
