"""Story 3: the CRM answers who is allowed, and 0 frames of anybody else arrive in its namespace.

Each attack runs within a capture inside the namespace `crm`; in the same capture the allowed PC
connects (`nobody_reaches_the_crm`), so a capture that sees nothing cannot pass.
"""

import pytest

import frames
from harness.trunk import tagged
from story import ALLOWED4, CRM4, OUTSIDE4


def test_an_allowed_office_address_gets_an_answer(box):
    assert box.office.lease["address"].startswith("192.168.10.1")
    for port in (443, 80):
        assert box.office.tcp(CRM4, port) == f"gatehouse-probe {CRM4}\n".encode()
    assert box.office.outcome(CRM4, 22, 1) == "silent"


def test_a_zone_allowed_whole_reaches_the_crm_over_ipv6_too(box):
    """The matching "passes" of every IPv6 attack below."""
    assert box.staff.tcp(CRM4, 443) == f"gatehouse-probe {CRM4}\n".encode()
    assert box.staff.tcp(box.crm6, 443) == f"gatehouse-probe {box.crm6}\n".encode()


def test_an_office_address_outside_the_range_is_not_answered(box):
    outsider = box.office_trunk
    outsider.static(f"{OUTSIDE4}/24", router="192.168.10.1")
    try:
        assert outsider.ping("192.168.10.1")
        with box.nobody_reaches_the_crm(OUTSIDE4):
            assert outsider.outcome(CRM4, 443) == "silent"
            assert outsider.outcome(CRM4, 443, 1, "udp") == "silent"
            assert not outsider.ping(CRM4, timeout=1)
            outsider_frames(box, outsider, OUTSIDE4)
    finally:
        outsider.dhcp()


def outsider_frames(box, client, source):
    """Hand-made frames of a client towards the CRM through its router."""
    client.send_frames(frames.probes4(client.mac, box.router_mac, source, CRM4))
    client.send_frames(frames.fragments4(client.mac, box.router_mac, source, CRM4))


def test_ipv6_of_a_zone_allowed_by_ipv4_addresses_is_not_answered(box):
    own = str(box.office.wait_ra().ip)
    with box.nobody_reaches_the_crm(own):
        assert box.office.outcome(box.crm6, 443) == "silent"
        assert not box.office.ping(box.crm6, timeout=1)
        box.office.send_frames(frames.probes6(box.office.mac, box.router_mac, own, box.crm6))
        box.office.send_frames(frames.extension_headers6(box.office.mac, box.router_mac, own, box.crm6))


@pytest.mark.parametrize("who", ["guest", "guest_trunk"])
def test_a_guest_is_not_answered(box, who):
    guest = getattr(box, who)
    own4, own6 = guest.lease["address"], str(guest.wait_ra().ip)
    with box.nobody_reaches_the_crm(own4, own6, guest.mac):
        for address in (CRM4, box.crm6):
            assert guest.outcome(address, 443) == "silent"
            assert guest.outcome(address, 80, 1) == "silent"
            assert guest.outcome(address, 443, 1, "udp") == "silent"
            assert not guest.ping(address, timeout=1)
        outsider_frames(box, guest, own4)
        guest.send_frames(frames.probes6(guest.mac, box.router_mac, own6, box.crm6))
        guest.send_frames(frames.extension_headers6(guest.mac, box.router_mac, own6, box.crm6))
        # Straight to the CRM's MAC address, past the router.
        guest.send_frames(frames.probes4(guest.mac, box.crm_mac, own4, CRM4))
        guest.send_frames(frames.probes6(guest.mac, box.crm_mac, own6, box.crm6))


def test_a_guest_that_calls_itself_an_office_pc_is_not_answered(box):
    # The control uses the same address, so only the mark tells the attacker's frames.
    with box.nobody_reaches_the_crm(box.guest.mac):
        for target in (box.router_mac, box.crm_mac):
            box.guest.send_frames(frames.probes4(box.guest.mac, target, ALLOWED4, CRM4))
            box.guest.send_frames(frames.fragments4(box.guest.mac, target, ALLOWED4, CRM4))
            box.guest.send_frames(frames.probes4(box.guest.mac, target, "127.0.0.1", CRM4))
            box.guest.send_frames(frames.probes4(box.guest.mac, target, "192.168.30.1", CRM4))
            box.guest.send_frames(frames.probes6(box.guest.mac, target, box.zone6(40, 0x77), box.crm6))


def test_wan_is_not_answered(box):
    wan, own4, own6 = box.world["wan"], "11.67.0.66", "2600:6700:1::66"
    mac = "52:54:00:67:00:01"
    with box.nobody_reaches_the_crm(own4, own6, wan.mac):
        for source in (own4, ALLOWED4, "192.168.30.1"):
            wan.send_frames(frames.probes4(wan.mac, mac, source, CRM4))
            wan.send_frames(frames.fragments4(wan.mac, mac, source, CRM4))
        for source in (own6, box.zone6(40, 0x77)):
            wan.send_frames(frames.probes6(wan.mac, mac, source, box.crm6))
            wan.send_frames(frames.extension_headers6(wan.mac, mac, source, box.crm6))
        wan.send_frames(frames.probes4(wan.mac, mac, own4, box.wan4))


def test_a_peer_in_the_crms_own_vlan_is_not_answered(box):
    peer, own4, own6 = box.peer, "192.168.30.50", box.zone6(30, 0x50)
    assert box.probe.exec("sh", "-c", "cat /proc/sys/net/bridge/bridge-nf-call-* 2>/dev/null; true").split() in (
        [], ["0", "0", "0"]), "bridge-nf-call is on: a leak on layer 2 would be hidden"
    peer.static(f"{own4}/24", f"{own6}/64", router="192.168.30.1")
    # Neighbours by hand: the attack must not stop at an unanswered ARP.
    for address in (CRM4, box.crm6):
        peer.namespace.ip("neighbour", "replace", address, "lladdr", box.crm_mac, "dev", "eth0", "nud", "permanent")
    with box.nobody_reaches_the_crm(own4, own6, peer.mac):
        for address in (CRM4, box.crm6):
            assert peer.outcome(address, 443) == "silent"
            assert peer.outcome(address, 443, 1, "udp") == "silent"
            assert not peer.ping(address, timeout=1)
        for target in (box.crm_mac, box.router_mac):
            for source in (own4, ALLOWED4, "192.168.30.1"):
                peer.send_frames(frames.probes4(peer.mac, target, source, CRM4))
                peer.send_frames(frames.fragments4(peer.mac, target, source, CRM4))
            for source in (own6, box.zone6(40, 0x77), box.zone6(30, 1)):
                peer.send_frames(frames.probes6(peer.mac, target, source, box.crm6))
                peer.send_frames(frames.extension_headers6(peer.mac, target, source, box.crm6))
        peer.send_frames([frames.broadcast(peer.mac)])


@pytest.mark.parametrize("who,vlan", [("peer", 30), ("guest", 20), ("office_trunk", 10)])
def test_nobody_takes_the_routers_or_the_crms_place(box, who, vlan):
    """Spoofed ARP and ND, the router's own MAC address as source, rogue RA and DHCP."""
    attacker = getattr(box, who)
    # The PC of the control sits in the attacker's VLAN once: it must not be the victim here.
    box.office.namespace.ip("neighbour", "replace", "192.168.10.1", "lladdr", box.router_mac, "dev", "eth0",
                            "nud", "permanent")
    try:
        with box.nobody_reaches_the_crm(attacker.mac):
            for claimed4, claimed6 in ((f"192.168.{vlan}.1", box.zone6(vlan, 1)), (CRM4, box.crm6),
                                       ("192.168.30.1", box.zone6(30, 1))):
                attacker.send_frames(frames.spoofed_neighbours(attacker.mac, claimed4, claimed6))
            attacker.send_frames(frames.rogue_router(attacker.mac))
            attacker.send_frames(frames.rogue_dhcp(attacker.mac, f"192.168.{vlan}.66", CRM4))
            attacker.send_frames(frames.probes4(box.router_mac, box.crm_mac, "192.168.30.1", CRM4))
            attacker.send_frames(frames.probes4(box.crm_mac, box.router_mac, CRM4, ALLOWED4))
        # The frames above claimed the router's and the CRM's MAC addresses: both still work.
        box.assert_allowed()
        assert box.staff.tcp(box.crm6, 443)
        addresses = box.probe.exec("ip", "-6", "-o", "address", "show", "dev", "eth0", netns="crm")
        assert "2001:db8:bad" not in addresses
    finally:
        for pc in (box.office, box.office_trunk, box.guest, box.guest_trunk):
            pc.renew()


@pytest.mark.parametrize("tags", [(10, 30), (20, 30), (30, 30), (40, 30), (99, 30), (30, 20), (30,), (0, 30),
                                  (99,), (20, 20), (10, 10), (1, 30), ()])
def test_no_tag_on_the_trunk_leads_to_the_crm(box, tags):
    mac = "52:54:01:ff:00:01"
    with box.nobody_reaches_the_crm(mac, "192.168.30.51"):
        made = [frames.broadcast(mac)]
        for target in (box.crm_mac, box.router_mac):
            for source in ("192.168.30.51", ALLOWED4):
                made += frames.probes4(mac, target, source, CRM4)
        for frame in made:
            box.world.trunk.send(tagged(frame, *tags))


@pytest.mark.parametrize("who", ["office", "guest"])
@pytest.mark.parametrize("tags", [(30,), (10, 30), (20, 30), (0, 30), (30, 30)])
def test_no_tag_on_an_access_port_leads_to_the_crm(box, who, tags):
    client = getattr(box, who)
    mac = "52:54:01:ff:00:02"
    with box.nobody_reaches_the_crm(mac, "192.168.30.52"):
        made = [frames.broadcast(mac)]
        for target in (box.crm_mac, box.router_mac):
            made += frames.probes4(mac, target, "192.168.30.52", CRM4)
        client.send_frames([tagged(frame, *tags) for frame in made])


def test_the_capture_would_see_a_leak(box):
    """The rule that keeps a peer from the CRM is taken out: now its frames must be seen."""
    box.freeze_hostd()
    box.probe.exec("nft", "delete", "table", "bridge", "gatehouse")
    peer = box.peer
    with box.probe.capture("eth0", "crm") as capture:
        peer.send_frames([frames.broadcast(peer.mac)])
        box.assert_allowed()
    assert any(frames.MARK in frame.data for frame in capture.arrived)
