"""A small business, chapter 5, last part: the admin adds a zone, keeps it, and what the matrix says of every two places
is what packets find.

One story with the other chapters: each test goes on from where the one before ended.
"""

import contextlib
import ipaddress
import itertools
import threading

import pytest
from playwright.sync_api import expect

import admin
import crossing
import frames
import looks
import mdns
from harness import internet
from scan import scan
from screen import Screen

pytestmark = pytest.mark.usefixtures("chapter")

LAB = "实验室 Lab"
TRUNK_MAC, WAN_MAC = "52:54:00:67:00:05", "52:54:00:67:00:01"
# What the API changes beside the zone that the admin adds on the page.
ZONES = {"guest": 20, "devices": 50}
POLICIES = [{"from": "office", "to": "wan", "allow": "all"}, {"from": "guest", "to": "wan", "allow": "web"},
            {"from": "lab", "to": "wan", "allow": "all"}, {"from": "office", "to": "devices", "allow": "all"},
            {"from": "lab", "to": "devices", "allow": "web"}]
EVERYBODY = "all"
RULES = [{"id": 11, "action": "allow", "services": ["scanner"], "from": {"zones": ["devices"], "addresses": EVERYBODY},
          "to": {"zones": ["office"], "addresses": EVERYBODY}},
         {"id": 12, "action": "block", "services": ["telnet"], "from": {"zones": ["office"], "addresses": EVERYBODY},
          "to": {"zones": ["devices", "wan"], "addresses": EVERYBODY}}]
SERVICES = {"scanner": ["tcp/9100", "udp/161"], "telnet": ["tcp/23"]}
# Ports that every passage is tried with, whether its rules name them or not.
ALWAYS = (22, 443, 20_001)


def keep(page):
    """Confirms what is being tried."""
    bar = page.page.get_by_role("region", name=page.say("admin.onTrial"))
    expect(bar).to_be_visible()
    page.press("admin.keepSettings")
    expect(bar).to_have_count(0)


def zone(vlan):
    """A zone as the document has it."""
    net = f"192.168.{vlan}"
    return {"vlan": vlan, "ipv4": {"address": f"{net}.1/24", "dhcp": {"from": f"{net}.100", "to": f"{net}.199"}},
            "ipv6": "automatic"}


def test_a_new_zone_is_prepared_looked_over_and_kept(office):
    page = office.tabs["admin"]
    page.open(f"{admin.ADDRESS}/zones").heading(page.say("admin.zones"))
    page.press("admin.zoneNew", "link").heading(page.say("admin.zoneNew"))
    page.fill_in({"admin.zoneLabel": LAB, "admin.zoneVlan": "60", "admin.zoneAddress": "192.168.60.1/24",
                  "admin.zoneDhcpFrom": "192.168.60.100", "admin.zoneDhcpTo": "192.168.60.199"})
    page.press("admin.prepare").heading(page.say("admin.zones")).sees(page.say("admin.staged"))
    found = looks.everywhere(page.page, "admin-zones-staged")
    page.press("admin.reviewChange", "link").heading(page.say("admin.reviewTitle")).sees(LAB)
    page.press("admin.try.60")
    keep(page)
    page.open(f"{admin.ADDRESS}/zones").heading(page.say("admin.zones")).sees(LAB)
    assert found == []


def test_zones_and_a_trunk_that_a_script_adds_are_there_at_once(office):
    page = office.tabs["admin"]
    _, now = page.send_request("GET", "/settings")
    trunk = next(name for name, port in now["document"]["ports"].items() if port["match"].get("mac") == TRUNK_MAC)
    carried = ["office", "guest", "devices", "lab"]
    began = admin.try_changed(page, {"zones": {name: zone(vlan) for name, vlan in ZONES.items()},
                                     "ports": {trunk: {"match": {"mac": TRUNK_MAC}, "role": {"trunk": carried}}},
                                     "policies": POLICIES, "services": SERVICES, "rules": RULES}, 120)
    status, answer = page.send_request("POST", "/settings/confirm", {"token": began["token"]})
    assert status == 204, answer
    page.open(f"{admin.ADDRESS}/zones").heading(page.say("admin.zones"))
    for vlan in (20, 50, 60):
        lease = office.client(f"trunk-{vlan}").dhcp(30)
        assert lease["router"] == f"192.168.{vlan}.1"
        office.client(f"trunk-{vlan}").wait_ra(30)
    office.client("office").wait_ra(30)
    found = looks.everywhere(page.page, "admin-zones-six")
    assert found == []


def test_every_two_places_fare_as_the_matrix_says(office):
    page = office.tabs["admin"]
    status, told = page.send_request("GET", "/matrix")
    assert status == 200, told
    passages = told["passages"]
    places = everywhere(office)
    pairs = {(one["from"], one["to"]) for one in passages}
    assert pairs == {(one, other) for one in places for other in places if one != other}
    assert len(passages) == len(pairs) * len(crossing.PROTOCOLS) * len(crossing.VERSIONS)
    assert all(one["possible"] for one in passages), [one for one in passages if not one["possible"]]
    packets = crossing.drawn(passages, ALWAYS)
    by_passage = {(one["from"], one["to"], one["version"], one["protocol"]): one["passes"] for one in passages}
    expected = {packet for packet in packets if passes(by_passage[packet[:4]], packet, places[packet.source])}
    arrived = crossing.cross(places, packets, expected)
    office.keep("matrix", f"{len(packets)} packets of {len(pairs)} pairs, {len(expected)} should arrive\n"
                + "".join(f"{'arrives' if packet in arrived else 'stopped'} {packet}\n" for packet in packets))
    leaked, lost = sorted(arrived - expected), sorted(expected - arrived)
    assert not leaked and not lost, f"{len(leaked)} leaked: {leaked[:8]}; {len(lost)} lost: {lost[:8]}"
    # Neither side may be empty.
    assert 50 < len(expected) < len(packets) - 50


def passes(allowed, packet, place):
    """Whether the matrix lets a packet through."""
    def one(some):
        ours = place.addresses[packet.version]
        among = packet.source == "box" or any(ipaddress.ip_address(ours) in ipaddress.ip_network(net) for net in some["sources"])
        return among and (packet.protocol == "icmp" or some["allBut"] != (packet.port in some["ports"]))
    return any(one(some) for some in allowed)


def everywhere(office):
    """Every place that packets are sent from and to."""
    zones = {"office": ("office", 10), "guest": ("trunk-20", 20), "devices": ("trunk-50", 50), "lab": ("trunk-60", 60)}
    site = ipaddress.ip_network((int(office.client("office").addresses(6)[0].ip) >> 80 << 80, 48))

    def six(vlan, host):
        return str(site.network_address + (vlan << 64) + host)
    found = {}
    for name, (client, vlan) in zones.items():
        pc = office.client(client)
        found[name] = crossing.Pc(pc, {4: pc.lease["address"], 6: str(pc.addresses(6)[0].ip)},
                                  pc.resolve_link(f"192.168.{vlan}.1"))
    found["wan"] = crossing.Pc(office.client("wan"), {4: internet.WEB4, 6: internet.WEB6}, WAN_MAC)
    found["crm"] = crossing.Inside(office.probe, {4: "192.168.30.10", 6: six(30, 10)}, "crm")
    sides = {name: vlan for name, (_, vlan) in zones.items()} | {"crm": 30}
    outside = office.probe.exec("ip", "-o", "address", "show", "scope", "global", "dev", wan_interface(office)).split()
    own = {version: {name: f"192.168.{vlan}.1" if version == 4 else six(vlan, 1) for name, vlan in sides.items()}
           | {"wan": next(word.split("/")[0] for word, before in zip(outside[1:], outside)
                          if before == ("inet" if version == 4 else "inet6"))} for version in crossing.VERSIONS}
    found["box"] = crossing.Inside(office.probe, own)
    return found


def wan_interface(office):
    """What the box calls its port to the internet."""
    for line in office.probe.exec("ip", "-o", "link").splitlines():
        if f"link/ether {WAN_MAC}" in line:
            return line.split(": ")[1].split("@")[0]
    raise AssertionError("the box has no WAN port")


@contextlib.contextmanager
def tried(page, changes):
    """Has changed settings tried for as long as the block lasts."""
    admin.try_changed(page, changes, 300)
    yield
    page.open(f"{admin.ADDRESS}/zones").heading(page.say("admin.zones"))
    page.root.get_by_role("button", name=page.say("ui.undo"), exact=True).click()
    expect(page.page.get_by_role("region", name=page.say("admin.onTrial"))).to_have_count(0)


def test_what_is_published_is_reached_by_the_public_address_and_nothing_else_is(office):
    page, server, outside = office.tabs["admin"], office.client("trunk-50"), office.client("wan")
    public = everywhere(office)["box"].addresses[4]["wan"]
    ports = (*range(1, 1025), *range(8_000, 9_000))
    assert scan(outside, public, ports) == []
    service = {"id": 1, "label": "维修入口", "ports": ["tcp/8443"], "from": EVERYBODY,
               "to": {"zone": "devices", "address": server.lease["address"]}}
    with server.serving(greet, port=8443):
        with tried(page, {"publish": [service]}):
            for client in (outside, office.client("office"), office.client("trunk-60"), server):
                assert client.outcome(public, 8443) == "open", client.name
            assert office.client("trunk-20").outcome(public, 8443) == "silent", "guests may use the web alone"
            assert scan(outside, public, ports) == [f"{public} tcp 8443: open"]
            line = outside.connect(public, 8443)
            line.settimeout(5)
            assert line.recv(16) == b"hello"
        with line, pytest.raises(TimeoutError):
            line.sendall(b"and again")
            line.recv(16)
        assert scan(outside, public, ports) == []


def greet(line):
    """Says hello, and says back whatever it is told."""
    line.sendall(b"hello")
    while said := line.recv(64):
        line.sendall(said)


@contextlib.contextmanager
def scanned(client, address, ports):
    """Scans these ports again and again; gives what answered."""
    found, rounds, ends = set(), [], threading.Event()

    def go_on():
        while not ends.is_set():
            found.update(scan(client, address, ports, 1.0))
            rounds.append(len(found))
    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        ends.set()
        thread.join()
    assert len(rounds) > 4, "the scanner was too slow to see anything"


def test_a_trial_its_end_and_the_death_of_hostd_open_nothing_but_what_is_published(office):
    page, server, outside = office.tabs["admin"], office.client("trunk-50"), office.client("wan")
    public = everywhere(office)["box"].addresses[4]["wan"]
    ports = (*range(1, 128), 443, 445, 853, 3306, 5335, 5353, 5432, 8000, 8080, 8443, 9090)
    changes = {"publish": [{"id": 1, "label": "维修入口", "ports": ["tcp/8443"], "from": EVERYBODY,
                            "to": {"zone": "devices", "address": server.lease["address"]}}]}
    before = len(office.journal())
    with server.serving(greet, port=8443), scanned(outside, public, ports) as found:
        with tried(page, changes):
            office.wait(lambda: outside.outcome(public, 8443) == "open")
        office.wait(lambda: outside.outcome(public, 8443) == "silent")
        admin.try_changed(page, changes, 300)
        office.wait(lambda: outside.outcome(public, 8443) == "open")
        office.probe.exec("systemctl", "kill", "--signal=KILL", "gatehouse-hostd.service")
        office.wait(lambda: outside.outcome(public, 8443) == "silent")
    assert found == {f"{public} tcp 8443: open"}
    assert scan(outside, public, ports) == []
    said = office.journal()[before:]
    mine = ("gatehouse-hostd.service: ", "hostd does not answer")
    assert all(any(part in line for part in mine) for line in said), said
    office.excused += said
    page.open(f"{admin.ADDRESS}/zones").heading(page.say("admin.zones"))
    office.forget_silence(503)


def test_devices_of_two_zones_find_each_other_while_the_admin_wants_it(office):
    page, ipp = office.tabs["admin"], "_ipp._tcp.local"
    with (mdns.Speaker(office.client("trunk-50"), {ipp: f"Laser-7.{ipp}"}) as printer,
          mdns.Speaker(office.client("office")) as pc, mdns.Speaker(office.client("trunk-20")) as visitor):
        with tried(page, {"relays": [{"zones": ["office", "devices"], "services": "printing"}]}):
            def found():
                pc.ask(ipp)
                return pc.heard("Laser-7")
            office.wait(found)
            visitor.ask("_of-guests._tcp.local")
            pc.ask("_of-office._tcp.local")
            office.wait(lambda: printer.heard("_of-office"))
            assert not printer.heard("_of-guests") and not visitor.heard("Laser-7"), "guests find it, too"
            assert not pc.heard("gatehouse"), "the box announces itself"
            page.open(f"{admin.ADDRESS}/zones").heading(page.say("admin.zones")).sees(page.say("admin.relays"))
            looked = looks.everywhere(page.page, "admin-zones-relay")
        # The rules went first: what is said now nobody passes on, and what passes at all has come by the end of this.
        printer.say(mdns.answer(ipp, f"Laser-8.{ipp}"))
        pc.ask("_of-office-late._tcp.local")
        assert pc.silent(crossing.LEAK_SECONDS)
        assert not pc.heard("Laser-8") and not printer.heard("_of-office-late")
    assert looked == []


def test_the_crm_goes_where_it_was_allowed_to_and_nowhere_else(office):
    page, places = office.tabs["admin"], everywhere(office)
    mark = itertools.count(40_000)

    def arrived():
        """Which of two ports of a site the CRM gets to; a PC's echo request tells that all had the time to."""
        sent = {port: crossing.Packet("crm", "wan", 4, "tcp", port, next(mark)) for port in (80, 443)}
        echo = crossing.Packet("office", "wan", 4, "icmp", 0, next(mark))
        with places["wan"].watching() as look:
            places["crm"].send(sent.values(), [internet.WEB4] * 2)
            places["office"].send([echo], [internet.WEB4])
            office.wait(lambda: ("icmp", echo.mark) in look(), 30)
            return [port for port, packet in sent.items() if ("tcp", packet.mark) in look()]
    assert arrived() == []
    with tried(page, {"egress": [{"for": "crm", "to": internet.NAME, "protocol": "tcp", "port": 80}]}):
        office.wait(lambda: arrived() == [80])
        page.open(f"{admin.ADDRESS}/egress").heading(page.say("admin.egress.title"))
        page.sees(internet.NAME, page.page.get_by_role("main"))
        found = looks.everywhere(page.page, "admin-egress-one")
    assert arrived() == []
    assert found == []


def test_what_the_admin_blocks_in_a_zone_is_not_answered_there_and_is_elsewhere(office):
    page, guest, pc, blocked = office.tabs["admin"], office.client("trunk-20"), office.client("office"), f"ads.{internet.NAME}"

    def unit():
        return office.probe.exec("systemctl", "is-active", "gatehouse-blocking@l-guest.service", check=False)["stdout"].strip()

    def lately():
        _, told = page.send_request("GET", "/blocking")
        return [(one["zone"], one["name"], one["why"]["kind"]) for one in told["lately"]]
    assert (unit(), guest.told(blocked)) == ("inactive", [internet.WEB4])
    with tried(page, {"blocking": {"zones": {"guest": []}, "block": [blocked]}}):
        office.wait(lambda: guest.told(blocked) == [])
        assert guest.resolve(f"deep.below.{blocked}") == []
        assert guest.resolve(internet.NAME) == pc.resolve(blocked) == [internet.WEB4]
        assert unit() == "active"
        office.wait(lambda: ("guest", blocked, "own") in lately())
        page.open(f"{admin.ADDRESS}/addresses/blocking").heading(page.say("admin.dhcp.title"))
        page.sees(blocked, page.page.get_by_role("main"))
        found = looks.everywhere(page.page, "admin-blocking-one")
    office.wait(lambda: (unit(), guest.told(blocked)) == ("inactive", [internet.WEB4]))
    assert found == []


def test_names_that_nobody_signed_are_refused_once_signatures_count(office):
    page, pc = office.tabs["admin"], office.client("office")

    def resolver():
        return office.probe.exec("systemctl", "is-active", "gatehouse-resolver.service", check=False)["stdout"].strip()
    assert (resolver(), pc.told(internet.NAME)) == ("inactive", [internet.WEB4])
    # The internet of this test signs nothing, not even that it does not.
    with tried(page, {"dns": {"dnssec": True}}):
        office.wait(lambda: (resolver(), pc.told(internet.NAME)) == ("active", "refused"))
    office.wait(lambda: (resolver(), pc.told(internet.NAME)) == ("inactive", [internet.WEB4]))


def test_who_gives_out_addresses_is_named_with_zone_and_port(office):
    """A home router that was plugged in the wrong way round. That its frames reach nobody, the attacks show."""
    page, guest = office.tabs["admin"], office.client("trunk-20")
    _, now = page.send_request("GET", "/settings")
    trunk = next(name for name, port in now["document"]["ports"].items() if port["match"].get("mac") == TRUNK_MAC)
    guest.send_frames(frames.rogue_dhcp(guest.mac, "192.168.20.66", "192.168.20.67"))
    guest.send_frames(frames.rogue_router(guest.mac))

    def told():
        _, refused = page.send_request("GET", "/refused")
        mine = [one for one in refused["items"] if one["from"]["mac"] == guest.mac and one["why"].startswith("rogue")]
        return {one["why"]: (one["from"]["zone"], one["at"]) for one in mine}
    office.wait(lambda: told() == {"rogue-dhcp": ("guest", trunk), "rogue-router": ("guest", trunk)})
    page.open(f"{admin.ADDRESS}/zones").heading(page.say("admin.zones")).sees(guest.mac, page.page.get_by_role("main"))
    found = looks.everywhere(page.page, "admin-zones-rogue")
    page.open(f"{admin.ADDRESS}/devices/refused").heading(page.say("admin.tab.refused"))
    page.sees(guest.mac, page.page.get_by_role("main"))
    found += looks.everywhere(page.page, "admin-refused-rogue")
    assert found == []


def alerts(page, kind):
    """What the bell holds of a kind, the last first."""
    status, told = page.send_request("GET", "/alerts?limit=200")
    assert status == 200, told
    return [one for one in told["items"] if one["kind"] == kind]


def test_the_bell_rings_for_it_and_is_read(office):
    page, guest = office.tabs["admin"], office.client("trunk-20")

    def rogue():
        return next((one for one in alerts(page, "rogue-dhcp") if guest.mac in one["subject"]), None)
    office.wait(lambda: rogue() is not None)
    one = rogue()
    assert (one["severity"], one["read"], one["muted"]) == ("warning", False, False)
    page.open(admin.ADDRESS).heading(page.say("admin.protection"))
    _, told = page.send_request("GET", "/alerts/unread")
    bell = page.page.get_by_role("banner").get_by_role("button", name=page.say("admin.alerts.bell", count=told["unread"], shown=told["unread"]), exact=True)
    expect(bell).to_be_visible()
    # With the keyboard alone, and back to where one was.
    bell.press("Enter")
    panel = page.page.get_by_role("dialog", name=page.say("admin.alerts.latest"))
    # It shows the latest few: others may have come since.
    newest = page.send_request("GET", "/alerts?limit=1")[1]["items"][0]
    expect(panel.get_by_role("link", name=newest["title"]).first).to_be_visible()
    found = looks.everywhere(page.page, "admin-bell")
    page.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(bell).to_be_focused()
    page.open(f"{admin.ADDRESS}/alerts").heading(page.say("admin.alerts.title"))
    row = page.page.locator(f"#alert-{one['id']}")
    expect(row).to_contain_text(guest.mac)
    expect(row.get_by_role("link", name=page.say("admin.alerts.go", page=page.say("admin.tab.refused")))).to_be_visible()
    found += looks.everywhere(page.page, "admin-alerts")
    Screen(page.page, page.say.language, root=row).press("admin.alerts.readNamed", title=one["title"])
    office.wait(lambda: rogue()["read"])
    expect(row.get_by_role("button", name=page.say("admin.alerts.readNamed", title=one["title"]))).to_have_count(0)
    page.press("admin.alerts.readAll")
    expect(page.page.get_by_role("banner").get_by_role("button", name=page.say("admin.alerts.bellNone"), exact=True)).to_be_visible()
    assert found == []


def test_what_is_muted_comes_without_ringing_until_it_is_let_ring_again(office):
    """Settings that nobody keeps: the box takes them back by itself."""
    page, kind = office.tabs["admin"], "settings-reverted"
    trial = {"dns": {"dnssec": True}}

    def times():
        return sum(one["times"] for one in alerts(page, kind))

    def reverts():
        before = times()
        admin.try_changed(page, trial, 30)
        office.wait(lambda: times() == before + 1)
        return alerts(page, kind)[0]
    assert not reverts()["read"]
    assert page.send_request("POST", "/alerts/read", {"ids": []})[0] == 204
    page.open(f"{admin.ADDRESS}/alerts").heading(page.say("admin.alerts.title"))
    one = alerts(page, kind)[0]
    row = Screen(page.page, page.say.language, root=page.page.locator(f"#alert-{one['id']}"))
    row.press("admin.alerts.muteNamed", title=one["title"])
    dialog = page.dialog().choose("admin.alerts.muteFor", "1")
    found = looks.everywhere(page.page, "admin-alerts-mute")
    dialog.press("admin.alerts.muteNow")
    unmute = page.page.get_by_role("button", name=page.say("admin.alerts.unmuteNamed", name=one["name"]), exact=True)
    expect(unmute).to_be_visible()
    assert reverts()["read"], "it rang, though it is muted"
    unmute.click()
    expect(unmute).to_have_count(0)
    expect(page.page.get_by_text(page.say("admin.alerts.noMutes"))).to_be_visible()
    assert not reverts()["read"], "it does not ring any more"
    assert found == []


def test_the_box_proves_its_network_by_packets_that_nobody_else_has_to_hear_of(office):
    page = office.tabs["admin"]

    def network():
        _, told = page.send_request("GET", "/protection")
        return next(row for row in told["rows"] if row["key"] == "network")
    # Once a minute it looks whether settings have changed; a round is six packets, and six more for each zone.
    office.wait(lambda: network()["state"] == "proven", 300)
    page.open(admin.ADDRESS).heading(page.say("admin.protection")).sees(network()["proof"]["result"])
    found = looks.everywhere(page.page, "admin-protection-proven")
    _, devices = page.send_request("GET", "/devices")
    real = {client.mac for client in office.world.clients.values()}
    assert {one["mac"] for one in devices["items"]} <= real
    _, refused = page.send_request("GET", "/refused")
    strangers = [one for one in refused["items"] if one["from"]["mac"] not in real and one["from"]["zone"] not in ("wan", "crm")]
    assert strangers == []
    assert found == []
