"""Story 2: what PCs on the office and guest ports get, and what they do not."""

import ipaddress
import time

import pytest

from harness import internet
from harness.watch import Watch
from scan import scan
from story import CRM4

ROUTERS = {"office": "192.168.10.1", "guest": "192.168.20.1"}


@pytest.mark.parametrize("zone", ["office", "guest"])
def test_a_pc_gets_an_address_by_dhcp(box, zone):
    lease = getattr(box, zone).dhcp()
    network = ipaddress.ip_network(ROUTERS[zone] + "/24", strict=False)
    assert ipaddress.ip_address(lease["address"]) in network
    assert lease["router"] == lease["dns"].split()[0] == ROUTERS[zone]


def test_whoever_names_another_zones_subnet_gets_no_address_of_it(box):
    office = ipaddress.ip_address("192.168.10.0")
    with pytest.raises(TimeoutError):  # subnet selection, RFC 3011
        box.guest.dhcp(5, options=("-x", f"0x76:{office.packed.hex()}"))
    assert ipaddress.ip_address(box.guest.dhcp()["address"]) in ipaddress.ip_network("192.168.20.0/24")


def test_a_single_pc_does_not_soon_use_up_the_connections(box):
    assert int(box.probe.exec("cat", "/proc/sys/net/netfilter/nf_conntrack_max")) == 65536
    quiet = "/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established"
    assert int(box.probe.exec("cat", quiet)) == 7440


@pytest.mark.parametrize("zone,vlan", [("office", 10), ("guest", 20)])
def test_a_pc_gets_an_ipv6_address_of_its_zone(box, zone, vlan):
    address = getattr(box, zone).wait_ra()
    assert address.network == ipaddress.ip_network(box.zone6(vlan, 0) + "/64")
    assert address.ip in ipaddress.ip_network("fd00::/8")
    assert getattr(box, zone).router6()


@pytest.mark.parametrize("zone", ["office", "guest"])
def test_the_gateway_resolves_its_name(box, zone):
    client = getattr(box, zone)
    assert client.resolve("gatehouse.internal") == [ROUTERS[zone]]
    assert internet.WEB4 in client.resolve(internet.NAME)


@pytest.mark.parametrize("zone,vlan", [("office", 10), ("guest", 20)])
def test_the_gateway_resolves_its_name_over_ipv6_to_this_zones_address(box, zone, vlan):
    server = box.zone6(vlan, 1)
    assert getattr(box, zone).resolve("gatehouse.internal", server=server) == [ROUTERS[zone]]


def test_only_a_zone_that_may_reach_the_crm_is_told_of_it(box):
    assert box.office.resolve("crm.gatehouse.internal") == [CRM4]
    assert box.guest.resolve("crm.gatehouse.internal") == []


@pytest.mark.parametrize("zone", ["office", "guest"])
@pytest.mark.parametrize("web", [internet.WEB4, internet.WEB6])
def test_a_pc_reaches_the_internet_through_nat(box, zone, web):
    with Watch(box.world["wan"].namespace, "52:54:00:67:00:01") as watch:
        page = getattr(box, zone).http(web)
    assert web in watch.destinations
    seen = page.split("the internet sees ")[1].strip()
    assert seen == (box.wan6 if ":" in web else box.wan4)


@pytest.mark.parametrize("zone", ["office", "guest"])
def test_the_box_gives_the_time(box, zone):
    assert abs(getattr(box, zone).ntp(ROUTERS[zone]) - time.time()) < 60


def test_a_guest_reaches_only_dhcp_dns_and_time_of_the_box(box):
    tcp = [port for port in (*range(1, 1025), 3000, 8080, 8443, 9090) if port != 53]
    found = scan(box.guest, ROUTERS["guest"], tcp)
    found += scan(box.guest, ROUTERS["office"], (53, 80, 443)) + scan(box.guest, box.wan4, (53, 80, 443))
    found += scan(box.guest, box.zone6(20, 1), (22, 80, 443)) + scan(box.guest, box.zone6(10, 1), (53, 80, 443))
    assert found == []
    for address in (ROUTERS["office"], box.wan4, box.zone6(10, 1)):
        assert not box.guest.ping(address, timeout=1)
    for port in (69, 161, 323, 514, 5353):
        assert box.guest.outcome(ROUTERS["guest"], port, 0.5, "udp") == "silent"
    # The matching passes: DNS over both transports.
    assert box.guest.resolve("gatehouse.internal") == [ROUTERS["guest"]]
    assert box.guest.outcome(ROUTERS["guest"], 53) == "open"


@pytest.mark.parametrize("six", [False, True])
def test_a_guest_reaches_nothing_of_the_office(box, listener, six):
    pc = box.office
    address = str(pc.addresses(6)[0].ip) if six else pc.lease["address"]
    # Passes: a colleague in the office's own VLAN.
    assert box.office_trunk.tcp(address, listener) == b"office pc\n"
    assert box.office_trunk.ping(address)
    assert box.guest.outcome(address, listener) == "silent"
    assert not box.guest.ping(address, timeout=1)


@pytest.fixture
def listener(box):
    """A service on the office PC; its port."""
    with box.office.serving(lambda line: line.sendall(b"office pc\n"), "::") as port:
        yield port
