//! Between zones and the internet: out behind one address, answers back in, nothing else.

use testkit::{Packet, TcpFlags, ethernet};

use crate::place::Version;
use crate::{Bench, Place, Reach, Rules};

pub(super) fn zones_go_out_behind_one_address(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        for (from, port) in [(Place::Office, 40001), (Place::Guest, 40009)] {
            let syn = Packet::new(from.address(version), version.internet());
            let seen = bench.passes(from, &syn.tcp(port, 443, TcpFlags::SYN), Place::Wan);
            assert_eq!(seen.source(), Some(Place::Wan.gateway(version)), "{from:?}: no NAT");
            assert_eq!(seen.ttl, 63, "routed once");
        }
        let udp = Packet::new(Place::Office.address(version), version.internet());
        let seen = bench.passes(Place::Office, &udp.udp(40002, 5000, b"out"), Place::Wan);
        assert_eq!(seen.source(), Some(Place::Wan.gateway(version)));
    }
}

pub(super) fn answers_come_back(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let (host, server) = (Place::Office.address(version), version.internet());
        let (outside, port) = bench.connect((Place::Office, host, 40003), (Place::Wan, server, 22));
        // Another port of the same server belongs to no connection.
        let answer = Packet::new(server, outside).tcp(23, port, TcpFlags::SYN_ACK);
        bench.send(Place::Wan, &answer);
        bench.nothing(Place::Office, |seen| seen.ports.0 == 23);
    }
}

pub(super) fn web_policy_allows_web_only(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let packet = Packet::new(Place::Guest.address(version), version.internet());
        for port in [80, 443] {
            let syn = packet.clone().tcp(40004, port, TcpFlags::SYN);
            bench.passes(Place::Guest, &syn, Place::Wan);
        }
        bench.passes(Place::Guest, &packet.clone().udp(40004, 443, b"3"), Place::Wan);
        for port in [22, 25, 81, 8443] {
            let syn = packet.clone().tcp(40004, port, TcpFlags::SYN);
            bench.blocked(Place::Guest, &syn, Place::Wan);
        }
        bench.blocked(Place::Guest, &packet.clone().udp(40004, 53, b"x"), Place::Wan);
        bench.blocked(Place::Guest, &packet.echo(7), Place::Wan);
    }
}

pub(super) fn nothing_comes_in_from_wan(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        for from in [version.internet(), Place::Wan.address(version)] {
            for to in [Place::Office, Place::Guest, Place::Crm, Place::Peer] {
                let packet = Packet::new(from, to.address(version));
                for port in [80, 443, 22] {
                    let syn = packet.clone().tcp(50001, port, TcpFlags::SYN);
                    bench.blocked(Place::Wan, &syn, to);
                }
                bench.blocked(Place::Wan, &packet.clone().udp(50001, 53, b"x"), to);
                bench.blocked(Place::Wan, &packet.echo(8), to);
            }
        }
    }
}

/// The provider's DHCP server may name routes; one for the CRM's address would send staff to it.
pub(super) fn routes_from_wan_do_not_draw_us_out(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let crm = Place::Crm.address(version);
        let syn = Packet::new(Place::Office.address(version), crm).tcp(50003, 443, TcpFlags::SYN);
        bench.passes(Place::Office, &syn, Place::Crm);
        let via = Place::Wan.address(version).to_string();
        let route = ["ip", "route", "add", &crm.to_string(), "via", &via];
        bench.router.run(&route).expect("route");
        let syn = Packet::new(Place::Office.address(version), crm).tcp(50004, 443, TcpFlags::SYN);
        bench.blocked(Place::Office, &syn, Place::Wan);
    }
}

pub(super) fn nothing_of_the_box_answers_wan(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        for to in [Place::Wan, Place::Office, Place::Crm] {
            let packet = Packet::new(version.internet(), to.gateway(version));
            for port in [22, 53, 80, 443, 5355] {
                let syn = packet.clone().tcp(50002, port, TcpFlags::SYN);
                bench.kept_from_box(Place::Wan, &syn);
                let datagram = packet.clone().udp(50002, port, b"x");
                bench.kept_from_box(Place::Wan, &datagram);
            }
            for port in [67, 68, 123, 161, 546, 547] {
                let datagram = packet.clone().udp(port, port, b"x");
                bench.kept_from_box(Place::Wan, &datagram);
            }
            bench.kept_from_box(Place::Wan, &packet.echo(9));
        }
    }
}

pub(super) fn zones_are_apart(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        for (from, to) in [(Place::Guest, Place::Office), (Place::Office, Place::Guest)] {
            let packet = Packet::new(from.address(version), to.address(version));
            for port in [22, 80, 443, 445] {
                bench.blocked(from, &packet.clone().tcp(50003, port, TcpFlags::SYN), to);
            }
            bench.blocked(from, &packet.clone().udp(50003, 5353, b"x"), to);
            bench.blocked(from, &packet.echo(10), to);
        }
    }
}

/// Nothing moves before the first ruleset, which ends the lock in its own transaction.
pub(super) fn lock_holds_until_the_ruleset(rules: Rules) {
    let mut bench = Bench::locked();
    for version in Version::BOTH {
        let host = Packet::new(Place::Office.address(version), version.internet());
        let out = host.udp(40005, 5000, b"out");
        bench.blocked(Place::Office, &out, Place::Wan);
        let crm = Packet::new(Place::Office.address(version), Place::Crm.address(version));
        let syn = crm.tcp(40005, 443, TcpFlags::SYN);
        bench.blocked(Place::Office, &syn, Place::Crm);
        let router = Packet::new(Place::Office.address(version), Place::Office.gateway(version));
        bench.kept_from_box(Place::Office, &router.tcp(40005, 443, TcpFlags::SYN));
    }
    let frame = ethernet([0xff; 6], Place::Peer.mac(), 0x88b5, b"neighbour");
    bench.send_frame(Place::Peer, &frame);
    bench.nothing(Place::Crm, |seen| seen.kind == 0x88b5);
    bench.load(rules, Reach::Both);
    for version in Version::BOTH {
        let host = Packet::new(Place::Office.address(version), version.internet());
        bench.passes(Place::Office, &host.udp(40006, 5000, b"out"), Place::Wan);
    }
    let tables = bench.router.run(&["nft", "list", "tables"]).expect("nft");
    let mut tables: Vec<&str> = tables.lines().collect();
    tables.sort_unstable();
    assert_eq!(tables, ["table bridge gatehouse", "table inet gatehouse"]);
}
