//! Nobody sends with an address that is not theirs. Forged packets that no rule would let in anyway
//! prove little: these are made to ride on what is allowed, mostly on open connections.

use std::net::IpAddr;

use testkit::{Packet, TcpFlags, run_with_input};

use crate::place::Version;
use crate::{Bench, Place, Reach, Rules};

pub(super) fn hosts_have_addresses_of_their_zone(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        for (from, port) in [(Place::Office, 40040), (Place::Guest, 40047)] {
            let other = if from == Place::Office { Place::Guest } else { Place::Office };
            for source in [
                other.address(version),
                from.gateway(version),
                Place::Crm.address(version),
                Place::Stray.address(version),
                version.internet(),
            ] {
                let packet = Packet::new(source, version.internet());
                bench.blocked(from, &packet.clone().tcp(port, 443, TcpFlags::SYN), Place::Wan);
                let query = Packet::new(source, from.gateway(version)).udp(port, 53, b"?");
                bench.send(from, &query);
                bench.nothing(from, |seen| seen.ports.0 == 53);
            }
            let own = Packet::new(from.address(version), version.internet());
            bench.passes(from, &own.tcp(port, 443, TcpFlags::SYN), Place::Wan);
        }
    }
}

/// The CRM takes over a stranger's connection: as the server that an office host talks to.
pub(super) fn crm_has_its_own_address_only(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let (host, server) = (Place::Office.address(version), version.internet());
        let (outside, port) =
            bench.connect((Place::Office, host, 40041), (Place::Wan, server, 443));
        let forged = Packet::new(server, outside).tcp_at(443, port, TcpFlags::ACK, 2001, 1001);
        bench.send(Place::Crm, &forged);
        bench.nothing(Place::Office, |seen| seen.source() == Some(server));
        bench.send(Place::Wan, &forged);
        bench.arrives(Place::Office, |seen| seen.source() == Some(server));
    }
}

/// The internet joins a connection between an office host and the CRM.
pub(super) fn our_addresses_never_come_from_wan(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let (host, crm) = (Place::Office.address(version), Place::Crm.address(version));
        bench.connect((Place::Office, host, 40042), (Place::Crm, crm, 443));
        let forged = Packet::new(host, crm).tcp_at(40042, 443, TcpFlags::ACK, 1001, 2001);
        bench.blocked(Place::Wan, &forged, Place::Crm);
        bench.passes(Place::Office, &forged, Place::Crm);
    }
}

/// Even as an answer: a host asks such an address, and nobody may answer for it.
pub(super) fn impossible_addresses_never_come_from_wan(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let v4 = ["0.1.2.3", "192.0.2.9", "198.18.0.9", "198.51.100.9", "203.0.113.9", "240.0.0.9"];
    let v6 = ["2001:db8::9", "100::9", "2001:2::9", "fec0::9", "3fff::9"];
    for (port, server) in (40100..).zip(v4.into_iter().chain(v6)) {
        let server: IpAddr = server.parse().expect("an address");
        let version = if server.is_ipv4() { Version::V4 } else { Version::V6 };
        let host = Place::Office.address(version);
        let ask = Packet::new(host, server).udp(port, 5000, b"?");
        // Some of them the kernel does not even route.
        bench.send(Place::Office, &ask);
        let outside = Place::Wan.gateway(version);
        let answer = Packet::new(server, outside).udp(5000, port, b"!");
        bench.send(Place::Wan, &answer);
        bench.nothing(Place::Office, |seen| seen.ports == (5000, port));
    }
    for version in Version::BOTH {
        let (host, server) = (Place::Office.address(version), version.internet());
        bench.passes(Place::Office, &Packet::new(host, server).udp(40099, 5000, b"?"), Place::Wan);
        let answer = Packet::new(server, Place::Wan.gateway(version)).udp(5000, 40099, b"!");
        bench.send(Place::Wan, &answer);
        bench.arrives(Place::Office, |seen| seen.ports == (5000, 40099));
    }
}

/// Dropped before anything else looks at them: a table of the test's own counts what is left.
pub(super) fn loopback_never_comes_from_outside(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let probe = "table inet probe {
      counter loopback { }
      counter other { }
      chain after { type filter hook prerouting priority -299; policy accept;
        iifname lo accept
        ip saddr 127.0.0.0/8 counter name loopback
        ip daddr 127.0.0.0/8 counter name loopback
        ip6 saddr ::1 counter name loopback
        ip6 daddr ::1 counter name loopback
        udp dport 53 counter name other
      }
    }";
    bench.router.inside(|| run_with_input(&["nft", "-f", "-"], probe)).expect("probe");
    for from in [Place::Office, Place::Guest, Place::Crm, Place::Wan] {
        for version in Version::BOTH {
            let loopback = version.pick("127.0.0.1", "::1");
            let host = from.address(version);
            bench.kept_from_box(from, &Packet::new(host, loopback).udp(40043, 53, b"?"));
            bench.send(from, &Packet::new(loopback, from.gateway(version)).udp(40043, 53, b"?"));
            bench.send(from, &Packet::new(host, from.gateway(version)).udp(40044, 53, b"?"));
        }
        bench.arrived(from);
    }
    let count = |name| {
        let counter = bench.router.run(&["nft", "list", "counter", "inet", "probe", name]);
        let counter = counter.expect("counter");
        let packets = counter.split("packets ").nth(1).and_then(|rest| rest.split(' ').next());
        packets.and_then(|number| number.parse::<u32>().ok()).expect("a number")
    };
    assert_eq!(count("loopback"), 0);
    assert_eq!(count("other"), 8, "the probe sees what is let on");
}

/// An interface that has no zone: it takes over a connection, and gets nothing through.
pub(super) fn stray_interfaces_are_shut(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let own = Packet::new(Place::Stray.address(version), version.internet());
        bench.blocked(Place::Stray, &own.tcp(40045, 443, TcpFlags::SYN), Place::Wan);
        let router = Place::Stray.gateway(version);
        let query = Packet::new(Place::Stray.address(version), router);
        bench.kept_from_box(Place::Stray, &query.udp(40045, 53, b"?"));
        let (host, server) = (Place::Office.address(version), version.internet());
        let (outside, port) =
            bench.connect((Place::Office, host, 40046), (Place::Wan, server, 443));
        let forged = Packet::new(server, outside).tcp_at(443, port, TcpFlags::ACK, 2001, 1001);
        bench.send(Place::Stray, &forged);
        bench.nothing(Place::Office, |seen| seen.source() == Some(server));
    }
}
