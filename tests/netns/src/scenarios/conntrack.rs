//! Packets that belong to no connection and cannot start one.

use testkit::{Packet, TcpFlags};

use crate::place::Version;
use crate::{Bench, Place, Reach, Rules};

pub(super) fn packets_of_no_connection_are_dropped(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let wrong = [
        TcpFlags::SYN_ACK,
        TcpFlags::RST,
        // Nonsense that scanners send: none, SYN with FIN, all at once.
        TcpFlags(0),
        TcpFlags(0x03),
        TcpFlags(0x3f),
    ];
    for version in Version::BOTH {
        for flags in wrong {
            let host = Place::Office.address(version);
            let out = Packet::new(host, version.internet()).tcp(40060, 443, flags);
            bench.blocked(Place::Office, &out, Place::Wan);
            let crm = Packet::new(host, Place::Crm.address(version)).tcp(40060, 443, flags);
            bench.blocked(Place::Office, &crm, Place::Crm);
            let router = Packet::new(host, Place::Office.gateway(version));
            bench.kept_from_box(Place::Office, &router.clone().tcp(40060, 443, flags));
            bench.kept_from_box(Place::Office, &router.tcp(40060, 53, flags));
        }
    }
}

pub(super) fn broken_packets_do_not_reach_the_box(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let router = Place::Office.gateway(version);
        let packet = Packet::new(Place::Office.address(version), router);
        bench.kept_from_box(Place::Office, &packet.clone().echo(61).broken());
        bench.kept_from_box(Place::Office, &packet.clone().udp(40061, 53, b"?").broken());
        bench.reaches_box(Place::Office, &packet.echo(62));
    }
    // The provider's answer of DHCPv6 starts a connection, for it was asked by multicast.
    let server = "fe80::1".parse().expect("an address");
    let answer = Packet::new(server, Place::Wan.gateway(Version::V6)).udp(547, 546, b"answer");
    bench.kept_from_box(Place::Wan, &answer.clone().broken());
    bench.reaches_box(Place::Wan, &answer);
}
