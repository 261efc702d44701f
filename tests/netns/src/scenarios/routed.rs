//! A network behind another router of office: its devices are office's, for who may send what and for who
//! reaches whom, and office reaches them by way of the box.

use std::net::IpAddr;

use testkit::{Packet, Seen, TcpFlags};

use crate::place::Version;
use crate::{Bench, Place, Reach, Rules};

/// A device behind the other router, which is where office's host is.
fn behind() -> IpAddr {
    Version::V4.pick("10.20.0.9", "::")
}

fn bench(rules: Rules, reach: Reach) -> Bench {
    let bench = Bench::new(rules, reach);
    let mac = Place::Office.mac().map(|byte| format!("{byte:02x}")).join(":");
    let lines = [
        format!("neighbour add 192.168.10.2 lladdr {mac} dev z-office"),
        "route add 10.20.0.0/16 via 192.168.10.2 dev z-office".to_owned(),
    ];
    bench.router.ip(&lines).expect("the route");
    bench
}

pub(super) fn devices_behind_a_router_are_of_its_zone(rules: Rules) {
    let mut bench = bench(rules, Reach::Routed);
    let server = Version::V4.internet();
    bench.connect((Place::Office, behind(), 40070), (Place::Wan, server, 22));
    // Guests may open web pages in office, and so behind its router.
    let guest = Place::Guest.address(Version::V4);
    bench.connect((Place::Guest, guest, 40071), (Place::Office, behind(), 443));
    let other = Packet::new(guest, behind()).tcp(40072, 22, TcpFlags::SYN);
    bench.blocked(Place::Guest, &other, Place::Office);
    let ask = Packet::new(behind(), Place::Office.gateway(Version::V4));
    bench.reaches_box(Place::Office, &ask.udp(40073, 53, b"?"));
}

pub(super) fn nobody_else_has_their_addresses(rules: Rules) {
    let mut bench = bench(rules, Reach::Routed);
    let out = Packet::new(behind(), Version::V4.internet());
    bench.blocked(Place::Guest, &out.clone().tcp(40074, 443, TcpFlags::SYN), Place::Wan);
    bench.passes(Place::Office, &out.tcp(40074, 443, TcpFlags::SYN), Place::Wan);
    // The internet rides on an open connection.
    let guest = Place::Guest.address(Version::V4);
    bench.connect((Place::Guest, guest, 40075), (Place::Office, behind(), 443));
    let forged = Packet::new(behind(), guest).tcp_at(443, 40075, TcpFlags::ACK, 2001, 1001);
    bench.blocked(Place::Wan, &forged, Place::Guest);
    bench.passes(Place::Office, &forged, Place::Guest);
}

pub(super) fn without_a_route_they_are_strangers(rules: Rules) {
    let mut bench = bench(rules, Reach::Both);
    let out = Packet::new(behind(), Version::V4.internet());
    bench.blocked(Place::Office, &out.tcp(40076, 443, TcpFlags::SYN), Place::Wan);
    let host = Place::Office.address(Version::V4);
    bench.send(Place::Office, &Packet::new(host, behind()).tcp(40077, 443, TcpFlags::SYN));
    bench.nothing(Place::Office, |seen| is_routed(seen, behind()));
}

/// The box sees one half of such a connection: the other router answers office's hosts itself.
pub(super) fn office_reaches_them_by_way_of_the_box(rules: Rules) {
    let mut bench = bench(rules, Reach::Routed);
    let host = Place::Office.address(Version::V4);
    let there = Packet::new(host, behind());
    for packet in [
        there.clone().tcp_at(40078, 443, TcpFlags::SYN, 1000, 0),
        there.clone().tcp_at(40078, 443, TcpFlags::ACK, 1001, 2001),
        // What opened the connection from behind never passed the box.
        there.tcp_at(80, 40079, TcpFlags::SYN_ACK, 3000, 4001),
    ] {
        bench.send(Place::Office, &packet);
        bench.arrives(Place::Office, |seen| is_routed(seen, behind()));
    }
    bench.send(Place::Office, &Packet::new(behind(), host).tcp(40080, 443, TcpFlags::SYN));
    bench.arrives(Place::Office, |seen| is_routed(seen, host));
    // Nobody else of office is reached by way of the box.
    let other = Version::V4.outsider();
    bench.send(Place::Office, &Packet::new(host, other).tcp(40081, 443, TcpFlags::SYN));
    bench.nothing(Place::Office, |seen| is_routed(seen, other));
}

/// It went through the box.
fn is_routed(seen: &Seen, to: IpAddr) -> bool {
    seen.destination() == Some(to) && seen.ttl == 63
}
