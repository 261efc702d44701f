//! What a link needs before anything else works: neighbours, routers and groups find each other.
//! Hop limit 255, or 1 for groups, proves that a packet was not passed on by a router.

use std::net::{IpAddr, Ipv6Addr};

use testkit::{Packet, Seen, ethernet, run_with_input};

use crate::place::Version;
use crate::{Bench, Place, Reach, Rules};

const GROUP_QUERY: u8 = 130;
const GROUP_REPORT: u8 = 131;
const GROUP_DONE: u8 = 132;
const ROUTER_SOLICITATION: u8 = 133;
const ROUTER_ADVERTISEMENT: u8 = 134;
const SOLICITATION: u8 = 135;
const ADVERTISEMENT: u8 = 136;
const GROUP_REPORT2: u8 = 143;

/// Places with an IPv6 link of their own; the CRM's neighbours are written down for good.
const LINKS: [Place; 3] = [Place::Office, Place::Guest, Place::Wan];

fn v6(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V6(v6) => v6,
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
    }
}

fn link_local(place: Place) -> IpAddr {
    Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0x10 + u16::from(place.mac()[5])).into()
}

/// A neighbour message about an address: flags, target, and a link-layer address option.
fn neighbour(kind: u8, flags: u8, place: Place, about: IpAddr) -> Vec<u8> {
    let mut body = vec![flags, 0, 0, 0];
    body.extend(v6(about).octets());
    body.extend([if kind == SOLICITATION { 1 } else { 2 }, 1]);
    body.extend(place.mac());
    body
}

fn is_message(seen: &Seen, kind: u8) -> bool {
    seen.protocol == 58 && seen.ports.0 >> 8 == u16::from(kind)
}

pub(super) fn neighbours_find_each_other(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for place in LINKS {
        let (host, router) = (place.address(Version::V6), place.gateway(Version::V6));
        let ask = neighbour(SOLICITATION, 0, place, router);
        let ask = Packet::new(host, router).icmp(SOLICITATION, 0, &ask);
        bench.kept_from_box(place, &ask.clone().ttl(254));
        bench.send(place, &ask.ttl(255));
        bench.arrives(place, |seen| is_message(seen, ADVERTISEMENT));
        let say = neighbour(ADVERTISEMENT, 0x60, place, host);
        let say = Packet::new(host, router).icmp(ADVERTISEMENT, 0, &say);
        bench.kept_from_box(place, &say.clone().ttl(254));
        bench.reaches_box(place, &say.ttl(255));
        // Before it has an address it asks whether anybody else has it.
        let unspecified = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
        let mut body = vec![0, 0, 0, 0];
        body.extend(v6(host).octets());
        let group = Ipv6Addr::from_bits(
            Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00, 0).to_bits()
                | v6(router).to_bits() & 0xff_ffff,
        );
        let own = Packet::new(unspecified, group.into()).icmp(SOLICITATION, 0, &body);
        bench.kept_from_box(place, &own.clone().ttl(254));
        bench.reaches_box(place, &own.ttl(255));
    }
}

/// The box looks for a neighbour itself when it has something to pass on.
pub(super) fn box_asks_for_neighbours(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let provider = Place::Wan.address(Version::V6);
    bench.router.ip(&[format!("neighbour del {provider} dev wan0")]).expect("neighbour");
    let out = Packet::new(Place::Office.address(Version::V6), Version::V6.internet());
    bench.send(Place::Office, &out.udp(40070, 5000, b"out"));
    bench.arrives(Place::Wan, |seen| is_message(seen, SOLICITATION));
}

pub(super) fn routers_announce_themselves_on_wan_only(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let all_nodes: IpAddr = "ff02::1".parse().expect("all nodes");
    let lifetime = [64, 0, 0, 30, 0, 0, 0, 0, 0, 0, 0, 0];
    for place in LINKS {
        let message = |source: IpAddr, ttl| {
            Packet::new(source, all_nodes).ttl(ttl).icmp(ROUTER_ADVERTISEMENT, 0, &lifetime)
        };
        let (local, host) = (link_local(place), place.address(Version::V6));
        bench.kept_from_box(place, &message(local, 254));
        bench.kept_from_box(place, &message(host, 255));
        if place == Place::Wan {
            bench.reaches_box(place, &message(local, 255));
            let router = place.gateway(Version::V6);
            let dhcp = |source, from| Packet::new(source, router).udp(from, 546, b"reply");
            bench.kept_from_box(place, &dhcp(host, 547));
            bench.kept_from_box(place, &dhcp(local, 548));
            bench.reaches_box(place, &dhcp(local, 547));
        } else {
            bench.kept_from_box(place, &message(local, 255));
        }
    }
}

pub(super) fn hosts_without_address_find_the_router(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let all_routers: IpAddr = "ff02::2".parse().expect("all routers");
    for place in [Place::Office, Place::Guest] {
        let ask = Packet::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), all_routers);
        let ask = ask.icmp(ROUTER_SOLICITATION, 0, &[0; 4]);
        bench.kept_from_box(place, &ask.clone().ttl(254));
        bench.reaches_box(place, &ask.ttl(255));
    }
}

pub(super) fn groups_are_asked_for_on_the_link(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let all_nodes: IpAddr = "ff02::1".parse().expect("all nodes");
    // A general query (RFC 2710, section 3): ten seconds to answer.
    let mut general = vec![0x27, 0x10, 0, 0];
    general.extend([0; 16]);
    for place in LINKS {
        let query = |source| Packet::new(source, all_nodes).icmp(GROUP_QUERY, 0, &general);
        let local = link_local(place);
        bench.kept_from_box(place, &query(local).ttl(2));
        bench.kept_from_box(place, &query(place.address(Version::V6)).ttl(1));
        bench.reaches_box(place, &query(local).ttl(1));
    }
}

/// Such a report goes no further than the first chain, which a table of the test's own sees behind.
pub(super) fn hosts_without_address_join_groups(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let probe = "table inet probe {
      chain after { type filter hook prerouting priority -299; policy accept;
        icmpv6 type 143 counter
      }
    }";
    bench.router.inside(|| run_with_input(&["nft", "-f", "-"], probe)).expect("probe");
    let routers: IpAddr = "ff02::16".parse().expect("all listening routers");
    for (place, count) in [(Place::Office, 1), (Place::Guest, 2)] {
        let report = Packet::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), routers);
        let report = report.icmp(GROUP_REPORT2, 0, &[0; 4]);
        bench.kept_from_box(place, &report.clone().ttl(2));
        bench.kept_from_box(place, &report.ttl(1));
        let seen = bench.router.run(&["nft", "list", "table", "inet", "probe"]).expect("probe");
        assert!(seen.contains(&format!("counter packets {count} ")), "{place:?}: {seen}");
    }
}

/// An address brings a group with it: the box tells the link when it comes and when it goes.
pub(super) fn box_says_which_groups_it_listens_to(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for (version, kinds) in [("2", [GROUP_REPORT2; 2]), ("1", [GROUP_REPORT, GROUP_DONE])] {
        for place in LINKS {
            let interface = place.interface();
            let name = format!("ipv6/conf/{interface}/force_mld_version");
            bench.router.sysctl(&name, version).expect("sysctl");
            for (change, kind) in ["add", "del"].into_iter().zip(kinds) {
                let address = format!("address {change} fd12::77:{version}/128 dev {interface}");
                bench.router.ip(&[address]).expect("address");
                // The group of the address (RFC 4291, section 2.7.1), not one that came before.
                let group: Ipv6Addr = format!("ff02::1:ff77:{version}").parse().expect("a group");
                bench.arrives(place, |seen| {
                    let names = |bytes: &[u8]| *bytes == group.octets();
                    is_message(seen, kind) && seen.packet.windows(16).any(names)
                });
            }
        }
    }
}

/// The router's own errors reach both ends of a connection it passes on: here, time exceeded.
pub(super) fn errors_of_the_box_reach_both_ends(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let (host, crm) = (Place::Office.address(version), Place::Crm.address(version));
        bench.connect((Place::Office, host, 40071), (Place::Crm, crm, 443));
        let exceeded = if version == Version::V4 { 11 } else { 3 };
        for (from, source, to, ports) in
            [(Place::Office, host, crm, (40071, 443)), (Place::Crm, crm, host, (443, 40071))]
        {
            let ack = Packet::new(source, to).ttl(1);
            bench.send(from, &ack.tcp(ports.0, ports.1, testkit::TcpFlags::ACK));
            bench.arrives(from, |seen| {
                matches!(seen.protocol, 1 | 58) && seen.ports.0 >> 8 == exceeded
            });
        }
        // To the guest as well, about what the guest may send.
        let guest = Packet::new(Place::Guest.address(version), version.internet()).ttl(1);
        bench.send(Place::Guest, &guest.tcp(40071, 443, testkit::TcpFlags::SYN));
        bench.arrives(Place::Guest, |seen| {
            matches!(seen.protocol, 1 | 58) && seen.ports.0 >> 8 == exceeded
        });
    }
}

/// Not a frame of its own business leaves the box towards the CRM.
pub(super) fn crm_hears_nothing_of_links(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    bench.arrived(Place::Crm);
    bench.router.ip(&["address add fd12::78/128 dev z-crm".to_owned()]).expect("address");
    let announce = Packet::new(link_local(Place::Peer), "ff02::1".parse().expect("all nodes"));
    let announce = announce.ttl(1).icmp(GROUP_QUERY, 0, &[0; 20]).bytes();
    let multicast = [0x33, 0x33, 0, 0, 0, 1];
    bench.send_frame(Place::Peer, &ethernet(multicast, Place::Peer.mac(), 0x86dd, &announce));
    let arrived = bench.arrived(Place::Crm);
    assert!(arrived.is_empty(), "{arrived:?}");
}
