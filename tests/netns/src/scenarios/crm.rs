//! Who reaches the CRM, and what the CRM reaches: on its two ports, from the listed addresses, and
//! nothing in the other direction.

use testkit::{Packet, TcpFlags, fragments};

use crate::bench::like;
use crate::place::Version;
use crate::{Bench, Place, Reach, Rules};

pub(super) fn allowed_addresses_reach_the_web_ports(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let (host, crm) = (Place::Office.address(version), Place::Crm.address(version));
        for port in [80, 443] {
            let seen = bench.connect((Place::Office, host, 40020), (Place::Crm, crm, port));
            assert_eq!(seen, (host, 40020), "the CRM sees who comes");
        }
    }
}

pub(super) fn others_do_not_reach_it(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    // The boot of the bench is over: from here on every frame at the CRM was let through.
    bench.arrived(Place::Crm);
    for version in Version::BOTH {
        let crm = Place::Crm.address(version);
        for (from, source) in [
            (Place::Office, version.outsider()),
            (Place::Guest, Place::Guest.address(version)),
            (Place::Wan, version.internet()),
            (Place::Stray, Place::Stray.address(version)),
            // Forged: the address is allowed, its zone is not.
            (Place::Guest, Place::Office.address(version)),
            (Place::Wan, Place::Office.address(version)),
        ] {
            for port in [80, 443] {
                bench.send(from, &Packet::new(source, crm).tcp(40021, port, TcpFlags::SYN));
            }
            bench.send(from, &Packet::new(source, crm).echo(21));
            let arrived = bench.arrived(Place::Crm);
            assert!(arrived.is_empty(), "{source} from {from:?}: {arrived:?}");
        }
    }
}

pub(super) fn other_ports_are_closed(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    bench.arrived(Place::Crm);
    for version in Version::BOTH {
        let (host, crm) = (Place::Office.address(version), Place::Crm.address(version));
        let packet = Packet::new(host, crm);
        for port in [22, 53, 81, 444, 8443] {
            bench.send(Place::Office, &packet.clone().tcp(40022, port, TcpFlags::SYN));
        }
        for port in [53, 80, 443] {
            bench.send(Place::Office, &packet.clone().udp(40022, port, b"x"));
        }
        bench.send(Place::Office, &packet.echo(22));
        // Its neighbours in the VLAN are nobody's business either.
        let neighbour = Packet::new(host, Place::Peer.address(version));
        bench.blocked(Place::Office, &neighbour.tcp(40022, 443, TcpFlags::SYN), Place::Peer);
        let arrived = bench.arrived(Place::Crm);
        assert!(arrived.is_empty(), "{arrived:?}");
    }
}

pub(super) fn v4_only_list_refuses_v6(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::V4Only);
    let syn = |version: Version| {
        let packet = Packet::new(Place::Office.address(version), Place::Crm.address(version));
        packet.tcp(40023, 443, TcpFlags::SYN)
    };
    bench.passes(Place::Office, &syn(Version::V4), Place::Crm);
    bench.blocked(Place::Office, &syn(Version::V6), Place::Crm);
}

pub(super) fn empty_list_refuses_all(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Nobody);
    for version in Version::BOTH {
        let packet = Packet::new(Place::Office.address(version), Place::Crm.address(version));
        bench.blocked(Place::Office, &packet.tcp(40024, 443, TcpFlags::SYN), Place::Crm);
    }
}

pub(super) fn crm_opens_no_connections(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let crm = Place::Crm.address(version);
        for (to, destination) in [
            (Place::Wan, version.internet()),
            (Place::Office, Place::Office.address(version)),
            (Place::Guest, Place::Guest.address(version)),
        ] {
            let packet = Packet::new(crm, destination);
            for port in [25, 80, 443] {
                bench.blocked(Place::Crm, &packet.clone().tcp(443, port, TcpFlags::SYN), to);
            }
            bench.blocked(Place::Crm, &packet.clone().udp(40025, 53, b"?"), to);
            bench.blocked(Place::Crm, &packet.echo(25), to);
        }
    }
}

pub(super) fn crm_reaches_nothing_of_the_box(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        for zone in [Place::Crm, Place::Office, Place::Wan] {
            let packet = Packet::new(Place::Crm.address(version), zone.gateway(version));
            for port in [22, 53, 80, 443] {
                bench.kept_from_box(Place::Crm, &packet.clone().tcp(40026, port, TcpFlags::SYN));
            }
            for port in [53, 67, 123] {
                bench.kept_from_box(Place::Crm, &packet.clone().udp(40026, port, b"x"));
            }
            bench.kept_from_box(Place::Crm, &packet.echo(26));
        }
    }
}

/// Whoever may not come in gets in neither behind extension headers nor in pieces; whoever may does.
pub(super) fn headers_and_fragments_open_nothing(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    bench.arrived(Place::Crm);
    // Destination options, hop-by-hop options, and a routing header of type 0 (RFC 5095) that
    // names the CRM as its last stop.
    let options = [1, 4, 0, 0, 0, 0];
    let crm = Place::Crm.address(Version::V6);
    let std::net::IpAddr::V6(stop) = crm else { unreachable!("of version 6") };
    let mut routing = vec![0, 1, 0, 0, 0, 0];
    routing.extend(stop.octets());
    let outsiders = |version: Version| {
        [
            (Place::Office, version.outsider()),
            (Place::Guest, Place::Guest.address(version)),
            (Place::Wan, version.internet()),
        ]
    };
    for (from, source) in outsiders(Version::V6) {
        for (kind, content) in [(60, &options[..]), (0, &options[..]), (43, &routing[..])] {
            let packet = Packet::new(source, crm).extension(kind, content);
            bench.send(from, &packet.tcp(40027, 443, TcpFlags::SYN));
        }
        let router = Packet::new(source, from.gateway(Version::V6)).extension(43, &routing);
        bench.send(from, &router.tcp(40027, 443, TcpFlags::SYN));
    }
    // A SYN in two pieces; cut after the ports, or so that the first piece has the least size that
    // links must carry (1280, RFC 8200: IPv6 routers may drop smaller ones).
    let syn = |source, destination, number: u16| {
        let packet = Packet::new(source, destination).identification(number);
        packet.tcp_with(40000 + number, 443, TcpFlags::SYN, &[0; 1360])
    };
    for version in Version::BOTH {
        for (from, source) in outsiders(version) {
            for (number, cut) in [(27, 8), (28, 1240)] {
                let whole = syn(source, Place::Crm.address(version), number);
                for piece in fragments(&whole, cut) {
                    bench.send_bytes(from, &piece);
                }
            }
        }
    }
    let arrived = bench.arrived(Place::Crm);
    assert!(arrived.is_empty(), "{arrived:?}");
    for version in Version::BOTH {
        let host = Place::Office.address(version);
        let whole = syn(host, Place::Crm.address(version), 29);
        for piece in fragments(&whole, 1240) {
            bench.send_bytes(Place::Office, &piece);
        }
        bench.arrives(Place::Crm, |seen| seen.source() == Some(host) && like(&whole)(seen));
    }
}
