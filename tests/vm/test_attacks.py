"""Attacks beside the CRM's own story: on the link, on names, on addresses, on the box itself."""

import contextlib
import ipaddress
import socket
import struct
import threading

import pytest
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import Ether

import frames
from harness import internet
from story import CRM4, MARK
from test_lan import scan

# IEEE 802.1D-2004 table 7-10 and 802.1AB: spanning tree, pause, slow protocols, port access, the
# provider's bridges, LLDP, and Cisco's own.
LINK_GROUPS = [f"01:80:c2:00:00:{last:02x}" for last in (0x00, 0x01, 0x02, 0x03, 0x08, 0x0D, 0x0E, 0x21)]
LINK_GROUPS += ["01:00:0c:cc:cc:cc", "01:00:0c:cc:cc:cd"]


def link_frames(mac):
    """Frames that bridges treat in a way of their own: IEEE 802.3 with LLC, LLDP, EAPOL, 802.1ad."""
    payload = b"\x42\x42\x03\x00\x00\x00\x00\x00" + MARK
    llc = [frame_of(mac, group, len(payload), payload) for group in LINK_GROUPS]
    typed = [frame_of(mac, group, kind, MARK) for group in LINK_GROUPS for kind in (0x88CC, 0x888E, 0x8809, 0x8808)]
    outer = [frame_of(mac, to, 0x88A8, struct.pack("!HH", vlan, 0x0800) + MARK)
             for to in ("ff:ff:ff:ff:ff:ff", *LINK_GROUPS[:1]) for vlan in (30, 10, 0)]
    nested = [frame_of(mac, "ff:ff:ff:ff:ff:ff", 0x88A8, struct.pack("!HHHH", outside, 0x8100, 30, 0x88B5) + MARK)
              for outside in (10, 20, 30, 0)]
    return llc + typed + outer + nested


def frame_of(mac, to, kind, payload):
    """A frame with a type, or, below 1,536, a length."""
    return (bytes.fromhex(to.replace(":", "")) + bytes.fromhex(mac.replace(":", "")) + struct.pack("!H", kind)
            + payload).ljust(60, b"\0")


@pytest.mark.parametrize("who", ["office", "guest", "peer"])
def test_no_frame_of_the_links_own_protocols_reaches_the_crm(box, who):
    attacker = getattr(box, who)
    with box.nobody_reaches_the_crm():
        attacker.send_frames(link_frames(attacker.mac))


def test_no_untagged_frame_of_the_links_own_protocols_on_the_trunk_reaches_the_crm(box):
    mac = "52:54:01:ff:00:03"
    with box.nobody_reaches_the_crm(mac):
        for frame in link_frames(mac):
            box.world.trunk.send(frame)


def test_no_tcp_flags_open_a_way_to_the_crm(box):
    source, router = box.guest.lease["address"], box.router_mac
    made = [bytes(Ether(src=box.guest.mac, dst=router) / IP(src=source, dst=CRM4)
                  / TCP(sport=41_000 + flags, dport=443, flags=flags) / MARK) for flags in range(256)]
    with box.nobody_reaches_the_crm(source):
        box.guest.send_frames(made)


def test_the_peer_reaches_nothing_of_the_box_by_its_link_local_address(box):
    peer = box.peer
    routers = box.probe.exec("ip", "-6", "-o", "address", "show", "dev", "z-crm", "scope", "link").split()
    router = next(word.split("/")[0] for word in routers if word.startswith("fe80"))
    peer.static("192.168.30.50/24", f"{box.zone6(30, 0x50)}/64", router="192.168.30.1")
    for address in (router, box.zone6(30, 1), "192.168.30.1"):
        peer.namespace.ip("neighbour", "replace", address, "lladdr", box.router_mac, "dev", "eth0", "nud", "permanent")
    for address in (router, box.zone6(30, 1), "192.168.30.1"):
        assert scan(peer, address, (22, 53, 80, 443, 5355)) == []
        assert not peer.ping(f"{address}%eth0" if address == router else address, timeout=1)


def test_the_boxes_address_in_the_crms_zone_answers_nobody(box):
    for client in (box.office, box.guest, box.staff):
        for address in ("192.168.30.1", box.zone6(30, 1)):
            assert scan(client, address, (22, 53, 80, 443)) == []
            assert not client.ping(address, timeout=1)


def test_a_redirect_changes_no_route(box):
    """ICMP redirect (RFC 792), from a neighbour that calls itself the router of the provider."""
    quoted = bytes(IP(src=box.wan4, dst="9.9.9.9") / UDP(sport=123, dport=123))[:28]
    wan = box.world["wan"]
    before = box.probe.exec("ip", "route", "get", "9.9.9.9")
    for code in range(4):
        for sender, source in ((wan, internet.ROUTER4), (box.office, "192.168.10.1")):
            redirect = ICMP(type=5, code=code, gw="11.67.0.66" if sender is wan else box.office.lease["address"])
            mac = "52:54:00:67:00:01" if sender is wan else box.router_mac
            target = box.wan4 if sender is wan else "192.168.10.1"
            sender.send_frames([bytes(Ether(src=sender.mac, dst=mac) / IP(src=source, dst=target) / redirect / quoted)])
    box.assert_allowed()
    assert box.probe.exec("ip", "route", "get", "9.9.9.9").split("uid")[0] == before.split("uid")[0]


def test_a_guest_that_takes_every_address_takes_none_of_the_office(box):
    """DHCP starvation: one request for each address of the guests' range, from cards that are none."""
    made = []
    for number in range(120):
        card = bytes((0x52, 0x54, 0x02, 0x00, 0x00, number))
        made.append(bytes(
            Ether(src=card, dst="ff:ff:ff:ff:ff:ff") / IP(src="0.0.0.0", dst="255.255.255.255")
            / UDP(sport=68, dport=67) / BOOTP(chaddr=card, xid=number + 1, flags=0x8000)
            / DHCP(options=[("message-type", "request"), ("requested_addr", f"192.168.20.{100 + number % 100}"), "end"])))
    cursor = box.journal_cursor()
    box.journal_may_complain = True
    box.guest.send_frames(made)
    lease = box.office.dhcp()
    assert ipaddress.ip_address(lease["address"]) in ipaddress.ip_network("192.168.10.0/24")
    assert box.office.resolve("gatehouse.internal") == ["192.168.10.1"]
    box.assert_allowed()
    # The guests' range being full is all that the journal may tell.
    assert [line for line in box.journal_since(cursor) if "no address available" not in line] == []


def test_a_guest_takes_no_lease_of_the_office_away(box):
    """DHCPDECLINE and DHCPRELEASE for the office PC's address, in its name, naming its subnet (RFC 3011)."""
    card, leased = bytes.fromhex(box.office.mac.replace(":", "")), box.office.dhcp()["address"]
    leases = "/var/lib/gatehouse/dnsmasq/z-office.leases"
    assert leased in box.probe.exec("cat", leases)
    cursor = box.journal_cursor()
    box.journal_may_complain = True
    made = []
    for kind in ("decline", "release"):
        for subnet in ([], [(118, bytes((192, 168, 10, 0)))]):
            for server in ("192.168.10.1", "192.168.20.1"):
                options = [("message-type", kind), ("server_id", server), ("requested_addr", leased), *subnet, "end"]
                made.append(bytes(
                    Ether(src=box.guest.mac, dst="ff:ff:ff:ff:ff:ff")
                    / IP(src=box.guest.lease["address"], dst="255.255.255.255") / UDP(sport=68, dport=67)
                    / BOOTP(chaddr=card, ciaddr=leased, xid=len(made) + 1) / DHCP(options=options)))
    box.guest.send_frames(made)
    # Answered behind all of them: they have been read.
    box.guest.dhcp()
    assert leased in box.probe.exec("cat", leases)
    box.assert_allowed()
    assert [line for line in box.journal_since(cursor) if "dnsmasq" in line and "z-office" in line] == []


def test_guests_that_hold_the_name_server_hold_it_for_guests_only(box):
    """Connections to port 53 that say nothing, more than dnsmasq has processes for."""
    held = [box.guest.connect("192.168.20.1", 53) for _ in range(40)]
    try:
        question = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + b"\x09gatehouse\x08internal\0" + struct.pack("!2H", 1, 1)
        answer = box.office.tcp("192.168.10.1", 53, struct.pack("!H", len(question)) + question)
        assert bytes((192, 168, 10, 1)) in answer
    finally:
        for line in held:
            line.close()


def test_a_name_on_the_internet_cannot_point_inside(box):
    """DNS rebinding: the provider's server answers with addresses of ours."""
    inside = ("192.168.10.1", CRM4, "127.0.0.1", "10.0.0.1", "169.254.169.254", box.crm6, box.zone6(10, 1))
    with lying_server(box.world["wan"].namespace, inside):
        for kind in ("A", "AAAA"):
            try:
                found = box.office.resolve("rebind.internet.test", kind)
            except PermissionError:
                found = []
            assert found == [], f"names lead inside: {found}"
        # The lying server is really asked: its honest answer comes through.
        assert box.office.resolve("honest.internet.test") == ["11.67.80.81"]
    box.journal_may_complain = True  # dnsmasq says that it dropped them


@contextlib.contextmanager
def lying_server(namespace, inside):
    """A DNS server in the place of the provider's: what it does not know honestly leads to `inside`."""
    addresses = [ipaddress.ip_address(address) for address in inside]
    with namespace.entered():
        line = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    line.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    line.bind(("::", 5300))
    # The box knows it by either IP version, and asks whichever answered first.
    namespace.run("nft", "-f", "-", text_input="""table inet lying {
        chain prerouting {
            type nat hook prerouting priority -100
            udp dport 53 redirect to :5300
        }
    }""")
    stop = threading.Event()
    line.settimeout(0.2)

    def serve():
        while not stop.is_set():
            try:
                question, asker = line.recvfrom(4096)
            except TimeoutError:
                continue
            line.sendto(answer(question, addresses), asker)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        line.close()
        namespace.run("nft", "delete", "table", "inet", "lying")


def answer(question, inside):
    """Every address of the asked kind; one honest one for names that begin with `honest`."""
    end = 12
    while question[end]:
        end += 1 + question[end]
    kind = struct.unpack_from("!H", question, end + 1)[0]
    honest = question[13:13 + question[12]] == b"honest"
    wanted = [ipaddress.ip_address("11.67.80.81")] if honest else inside
    found = [address.packed for address in wanted if kind == {4: 1, 6: 28}[address.version]]
    records = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(packed)) + packed for packed in found)
    header = question[:2] + struct.pack("!HHHHH", 0x8180, 1, len(found), 0, 0)
    return header + question[12:end + 5] + records
