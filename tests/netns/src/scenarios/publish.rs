//! Published services of the office's host, by the box's address on the internet: from there, from another zone,
//! from its own zone and from itself; what is not published, not listed, over or switched off is shut.

use std::collections::BTreeSet;
use std::net::IpAddr;

use testkit::{Packet, Seen, TcpFlags, icmp_error};

use crate::place::Version;
use crate::{Bench, Place, Reach, Rules};

/// The box's address on the internet.
fn public() -> IpAddr {
    Place::Wan.gateway(Version::V4)
}

fn server() -> IpAddr {
    Place::Office.address(Version::V4)
}

fn syn(from: IpAddr, source: u16, port: u16) -> Packet {
    Packet::new(from, public()).tcp_at(source, port, TcpFlags::SYN, 1000, 0)
}

/// Opens a connection by the public address, and goes on with it; gives whom the host sees as its sender.
#[track_caller]
fn connect(bench: &mut Bench, from: Place, source: IpAddr, port: u16) -> IpAddr {
    bench.send(from, &syn(source, port, 443));
    let first = bench.arrives(Place::Office, |seen| is_asked(seen, 8443));
    assert_eq!(first.ttl, 63, "routed once");
    let seen = (first.source().expect("a source"), first.ports.0);
    let answer = Packet::new(server(), seen.0);
    bench.send(Place::Office, &answer.tcp_at(8443, seen.1, TcpFlags::SYN_ACK, 2000, 1001));
    bench.arrives(from, |seen| {
        seen.addresses == Some((public(), source)) && seen.ports == (443, port)
    });
    bench.arrived(Place::Office);
    say(bench, from, source, port);
    bench.arrives(Place::Office, |seen| is_asked(seen, 8443));
    seen.0
}

/// The client goes on.
fn say(bench: &mut Bench, from: Place, source: IpAddr, port: u16) {
    let there = Packet::new(source, public());
    bench.send(from, &there.tcp_at(port, 443, TcpFlags::ACK, 1001, 2001));
}

fn is_asked(seen: &Seen, port: u16) -> bool {
    seen.destination() == Some(server()) && seen.ports.1 == port && seen.ttl == 63
}

pub(super) fn the_internet_reaches_it_and_sees_one_address(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Published);
    let outside = Version::V4.internet();
    let seen = connect(&mut bench, Place::Wan, outside, 50100);
    assert_eq!(seen, outside, "the host sees who it is");
    bench.send(Place::Wan, &Packet::new(outside, public()).udp(50101, 7004, b"x"));
    bench.arrives(Place::Office, |seen| is_asked(seen, 7004) && seen.protocol == 17);
    // Nobody outside names the host itself.
    for port in [443, 8443, 7000] {
        let direct = Packet::new(outside, server()).tcp(50102, port, TcpFlags::SYN);
        bench.blocked(Place::Wan, &direct, Place::Office);
    }
}

pub(super) fn exactly_these_ports_are_open(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Published);
    let outside = Version::V4.internet();
    let ports = (1..=1100).chain([2049, 3306, 3389, 5432, 8080, 8443]).chain(6990..=7020);
    let ports: Vec<u16> = ports.chain(8990..=9010).collect();
    for udp in [false, true] {
        let mut open = BTreeSet::new();
        for port in &ports {
            let packet = Packet::new(outside, public());
            let packet = if udp {
                packet.udp(50200, *port, b"scan")
            } else {
                packet.tcp(50200, *port, TcpFlags::SYN)
            };
            bench.send(Place::Wan, &packet);
            if port % 100 == 0 {
                open.extend(asked(&mut bench));
            }
        }
        open.extend(asked(&mut bench));
        let mut want: BTreeSet<u16> = (7000..=7009).collect();
        want.extend((!udp).then_some(8443));
        assert_eq!(open, want, "UDP: {udp}");
        // The box itself answered nothing.
        bench.nothing(Place::Wan, |seen| seen.destination() == Some(outside));
    }
}

fn asked(bench: &mut Bench) -> Vec<u16> {
    let arrived = bench.arrived(Place::Office);
    let asked = arrived.iter().filter(|seen| seen.destination() == Some(server()));
    asked.filter(|seen| matches!(seen.protocol, 6 | 17)).map(|seen| seen.ports.1).collect()
}

pub(super) fn zones_reach_it_as_they_may_the_internet(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Published);
    let guest = Place::Guest.address(Version::V4);
    let seen = connect(&mut bench, Place::Guest, guest, 50110);
    assert_eq!(seen, guest, "other zones keep their address");
    // Guests may open web pages only, on the internet and so here, and nothing of the office's without.
    for port in [7000, 9000, 9001, 8443] {
        bench.send(Place::Guest, &syn(guest, 50111, port));
        bench.nothing(Place::Office, |seen| seen.destination() == Some(server()));
    }
    for port in [443, 8443] {
        let direct = Packet::new(guest, server()).tcp(50112, port, TcpFlags::SYN);
        bench.blocked(Place::Guest, &direct, Place::Office);
    }
    // The CRM opens nothing.
    bench.send(Place::Crm, &syn(Place::Crm.address(Version::V4), 50113, 443));
    bench.nothing(Place::Office, |seen| seen.destination() == Some(server()));
}

pub(super) fn neighbours_and_itself_reach_it(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Published);
    let gateway = Place::Office.gateway(Version::V4);
    for (source, port) in [(Version::V4.outsider(), 50120), (server(), 50121)] {
        let seen = connect(&mut bench, Place::Office, source, port);
        assert_eq!(seen, gateway, "the box asks for a neighbour, so that the answer comes back");
    }
    // A list does not keep neighbours out: they reach the host without the box, too.
    bench.send(Place::Office, &syn(Version::V4.outsider(), 50122, 7000));
    bench.arrives(Place::Office, |seen| is_asked(seen, 7000) && seen.source() == Some(gateway));
}

pub(super) fn an_isolated_zone_stays_so(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::PublishedIsolated);
    bench.send(Place::Office, &syn(Version::V4.outsider(), 50130, 443));
    bench.nothing(Place::Office, |seen| seen.destination() == Some(server()));
    connect(&mut bench, Place::Wan, Version::V4.internet(), 50131);
}

pub(super) fn a_list_limits_who_comes(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Published);
    let stranger = Place::Wan.address(Version::V4);
    bench.send(Place::Wan, &syn(stranger, 50140, 7000));
    bench.send(Place::Wan, &Packet::new(stranger, public()).udp(50140, 7000, b"x"));
    bench.nothing(Place::Office, |seen| seen.destination() == Some(server()));
    bench.send(Place::Wan, &syn(Version::V4.internet(), 50141, 7000));
    bench.arrives(Place::Office, |seen| is_asked(seen, 7000));
    connect(&mut bench, Place::Wan, stranger, 50142);
}

pub(super) fn over_ipv6_nothing_is_translated(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Published);
    let (outside, host) = (Version::V6.internet(), Place::Office.address(Version::V6));
    let seen = bench.connect((Place::Wan, outside, 50150), (Place::Office, host, 8443));
    assert_eq!(seen, (outside, 50150));
    let packet = Packet::new(outside, host);
    for port in [443, 7000, 22, 80] {
        bench.blocked(Place::Wan, &packet.clone().tcp(50151, port, TcpFlags::SYN), Place::Office);
    }
    bench.blocked(Place::Wan, &packet.clone().udp(50151, 8443, b"x"), Place::Office);
    bench.blocked(Place::Wan, &packet.echo(9), Place::Office);
    let other = Packet::new(outside, Version::V6.outsider()).tcp(50152, 8443, TcpFlags::SYN);
    bench.blocked(Place::Wan, &other, Place::Office);
    // Guests may open web pages, and this is none of their ports.
    let guest = Packet::new(Place::Guest.address(Version::V6), host);
    bench.blocked(Place::Guest, &guest.tcp(50153, 8443, TcpFlags::SYN), Place::Office);
}

pub(super) fn what_is_published_no_more_ends(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Published);
    let guest = Place::Guest.address(Version::V4);
    let clients = [
        (Place::Wan, Version::V4.internet(), 50160),
        (Place::Guest, guest, 50161),
        (Place::Office, Version::V4.outsider(), 50162),
    ];
    let seen = clients.map(|(from, source, port)| connect(&mut bench, from, source, port));
    // The same rules once more, and others beside them, end nothing.
    for reach in [Reach::Published, Reach::Both] {
        bench.load(rules, reach);
        for ((from, source, port), seen) in clients.into_iter().zip(seen) {
            bench.arrived(Place::Office);
            say(&mut bench, from, source, port);
            let answer = Packet::new(server(), seen);
            let answer = answer.tcp_at(8443, port, TcpFlags::ACK, 2001, 1001);
            if reach == Reach::Published {
                bench.arrives(Place::Office, |seen| is_asked(seen, 8443));
                bench.send(Place::Office, &answer);
                bench.arrives(from, |seen| seen.addresses == Some((public(), source)));
            } else {
                bench.nothing(Place::Office, |seen| is_asked(seen, 8443));
                bench.send(Place::Office, &answer);
                bench.nothing(from, |seen| seen.destination() == Some(source) && seen.ttl == 63);
            }
        }
    }
}

pub(super) fn errors_of_its_connections_pass(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Published);
    let (outside, port) = (Version::V4.internet(), 50170);
    connect(&mut bench, Place::Wan, outside, port);
    // From a router on the way: what the host said is too big.
    let about = Packet::new(public(), outside).tcp_at(443, port, TcpFlags::ACK, 2001, 1001);
    let way = (Place::Wan.address(Version::V4), public());
    let is_error = |seen: &Seen| seen.protocol == 1 && seen.destination() == Some(server());
    bench.send(Place::Wan, &icmp_error(way, (3, 4), 1280, &about.bytes()));
    bench.arrives(Place::Office, is_error);
    // From a zone, whoever knows of the connection tells nothing.
    let way = (Place::Guest.address(Version::V4), public());
    bench.send(Place::Guest, &icmp_error(way, (3, 4), 1280, &about.bytes()));
    bench.nothing(Place::Office, is_error);
}

pub(super) fn forged_senders_stay_out(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Published);
    for (from, source) in [
        (Place::Wan, Version::V4.outsider()),
        (Place::Wan, Version::V4.pick("127.0.0.1", "::1")),
        (Place::Guest, Version::V4.outsider()),
        (Place::Guest, Version::V4.internet()),
    ] {
        bench.send(from, &syn(source, 50180, 443));
        bench.nothing(Place::Office, |seen| is_asked(seen, 8443));
    }
}
