"""Story 1: the untouched production image boots to a screen of our own, and to nothing else.

Also: before set-up nothing is forwarded, and no address answers on WAN during the whole boot.
"""

import os

import pytest

from harness import children, internet, screen
from harness.watch import Watch
from wanscan import Scanner


@pytest.fixture(scope="module")
def fresh(factory):
    """A box that was never set up, ready; a scanner on WAN since before power-on."""
    with Scanner(factory.topology["wan"], "52:54:00:67:00:01") as scanner:
        factory.start()
        factory.console.wait_for(screen.READY, 240)
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
    wan, pc = fresh.topology["wan"], fresh.topology["office"]
    lease = pc.dhcp(30)
    assert pc.ping(lease["router"]) or pc.resolve("gatehouse.internal") == [lease["router"]]
    visitors = len(fresh.topology.internet.visitors)
    own = fresh.scanner.targets()
    with Watch(wan.namespace, "52:54:00:67:00:01") as watch:
        for address in (internet.WEB4, internet.ROUTER4):
            assert pc.outcome(address, 80, 1) == "silent"
            assert not pc.ping(address, timeout=1)
        pc.udp_send(internet.WEB4, 53)
        # A frame that does pass proves the watch: the box asks who the scanner is, or renews.
        stray = [str(address) for address in watch.addresses if str(address) not in own and not address.is_link_local]
    assert not stray, f"the box forwarded something from {stray}"
    assert len(fresh.topology.internet.visitors) == visitors


def test_from_power_on_nothing_answers_on_wan(fresh):
    fresh.scanner.wait_rounds(1, 60)
    assert fresh.scanner.findings == []


def test_two_first_boots_differ(fresh, image):
    """One image, two boxes: what one made up at its first boot is not what the image holds."""
    code = fresh.console.wait_for(screen.SETUP_CODE, 5).group(1)
    found = children.run(["grep", "-c", "-a", "-F", code, image], check=False, timeout=120)
    assert found.stdout.strip() == "0"
