"""Ports come and go: a card plugged in after boot is bound by its address and works."""

import pytest


def test_a_port_plugged_in_after_boot_serves_its_zone(box):
    port = next(port for port in box.world.ports if port.name == "late")
    pc = box.world["late"]
    with pytest.raises(TimeoutError):
        pc.dhcp(2)
    box.machine.plug(port)
    lease = pc.dhcp(30)
    assert lease["address"].startswith("192.168.20.")
    assert pc.resolve("gatehouse.internal") == ["192.168.20.1"]
    assert pc.outcome("192.168.30.10", 443, 1) == "silent"
    box.machine.unplug(port)
    box.assert_allowed()


def test_a_pulled_and_plugged_cable_changes_nothing(box):
    box.machine.cable("nic-office", False)
    assert box.office.outcome("192.168.30.10", 443, 1) == "silent"
    box.machine.cable("nic-office", True)
    box.office.dhcp(30)
    box.assert_allowed()
