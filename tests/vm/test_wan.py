"""Story 4: from power-on to the end a scanner on WAN finds nothing."""

import time


def test_nothing_answered_since_power_on(box):
    box.scanner.wait_rounds(2, 120)
    assert any(":" in target for target in box.scanner.targets()), "no IPv6 address was scanned"
    assert any("." in target for target in box.scanner.targets()), "no IPv4 address was scanned"
    assert box.scanner.findings == []


def test_the_scanner_would_find_an_open_port(box):
    """A port is opened on purpose: the scanner must say so."""
    before = len(box.scanner.findings)
    # hostd would take the foreign rule out again at the next event of a link.
    box.probe.exec("systemctl", "stop", "gatehouse-hostd.service", timeout=60)
    box.probe.serve(tcp=[8888])
    box.probe.exec("nft", "insert", "rule", "inet", "gatehouse", "input", "tcp", "dport", "8888", "accept")
    box.probe.exec("nft", "insert", "rule", "inet", "gatehouse", "output", "tcp", "sport", "8888", "accept")
    deadline = time.monotonic() + 30
    while len(box.scanner.findings) == before:
        assert time.monotonic() < deadline, "the scanner missed an open port"
        box.scanner.wait_rounds(1, 30)
    assert "8888" in box.scanner.findings[before]
    del box.scanner.findings[before:]
    box.back_to_warm()
    del box.scanner.findings[before:]


def test_a_wan_host_cannot_be_forwarded_into_any_zone(box):
    wan = box.world["wan"]
    wan.namespace.ip("route", "replace", "192.168.0.0/16", "via", box.wan4)
    try:
        for client in (box.office, box.guest):
            assert wan.outcome(client.lease["address"], 80, 1) == "silent"
            assert not wan.ping(client.lease["address"], timeout=1)
    finally:
        wan.namespace.ip("route", "delete", "192.168.0.0/16")
