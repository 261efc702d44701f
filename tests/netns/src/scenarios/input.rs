//! What zones reach of the box itself.

use std::net::{IpAddr, Ipv4Addr};

use testkit::{Packet, TcpFlags};

use crate::place::Version;
use crate::{Bench, Place, Reach, Rules};

pub(super) fn every_zone_has_dns_dhcp_and_time(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for from in [Place::Office, Place::Guest] {
        for version in Version::BOTH {
            let packet = Packet::new(from.address(version), from.gateway(version));
            bench.reaches_box(from, &packet.clone().udp(40010, 53, b"?"));
            bench.reaches_box(from, &packet.clone().tcp(40010, 53, TcpFlags::SYN));
            bench.reaches_box(from, &packet.udp(40010, 123, b"?"));
        }
        let any = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let discover = Packet::new(any, IpAddr::V4(Ipv4Addr::BROADCAST));
        bench.reaches_box(from, &discover.clone().udp(68, 67, b"discover"));
        bench.kept_from_box(from, &discover.clone().udp(68, 69, b"tftp"));
        bench.kept_from_box(from, &discover.udp(67, 67, b"relay"));
        let (host, router) = (from.address(Version::V4), from.gateway(Version::V4));
        bench.reaches_box(from, &Packet::new(host, router).udp(68, 67, b"renew"));
    }
}

pub(super) fn guests_reach_nothing_else(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let from = Place::Guest;
    for version in Version::BOTH {
        let packet = Packet::new(from.address(version), from.gateway(version));
        for port in [22, 80, 443, 8080] {
            bench.kept_from_box(from, &packet.clone().tcp(40011, port, TcpFlags::SYN));
        }
        for port in [69, 161, 5353, 547] {
            bench.kept_from_box(from, &packet.clone().udp(40011, port, b"x"));
        }
        bench.kept_from_box(from, &packet.echo(11));
    }
}

pub(super) fn admin_pages_from_the_list_only(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let from = Place::Office;
    for version in Version::BOTH {
        let router = from.gateway(version);
        let listed = Packet::new(from.address(version), router);
        let outsider = Packet::new(version.outsider(), router);
        for port in [80, 443] {
            let syn = |packet: &Packet| packet.clone().tcp(40012, port, TcpFlags::SYN);
            bench.reaches_box(from, &syn(&listed));
            // Nothing listens here, and the box says so: answers go out.
            bench.arrives(from, |seen| seen.ports == (port, 40012) && seen.flags & 4 != 0);
            bench.kept_from_box(from, &syn(&outsider));
        }
        bench.reaches_box(from, &listed.clone().echo(12));
        bench.kept_from_box(from, &outsider.clone().echo(13));
        for port in [22, 8080, 3389] {
            bench.kept_from_box(from, &listed.clone().tcp(40013, port, TcpFlags::SYN));
        }
        bench.kept_from_box(from, &listed.udp(40013, 443, b"3"));
        bench.reaches_box(from, &outsider.udp(40013, 53, b"?"));
    }
}

/// The box's address in another zone is none of theirs.
pub(super) fn services_on_foreign_addresses_are_closed(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        for (from, other) in [
            (Place::Guest, Place::Office),
            (Place::Office, Place::Guest),
            (Place::Office, Place::Crm),
            (Place::Office, Place::Wan),
        ] {
            let packet = Packet::new(from.address(version), other.gateway(version));
            bench.kept_from_box(from, &packet.clone().tcp(40014, 443, TcpFlags::SYN));
            bench.kept_from_box(from, &packet.clone().udp(40014, 53, b"?"));
            bench.kept_from_box(from, &packet.echo(14));
        }
    }
}

/// Hop limit 255 proves that no router passed it on (RFC 4861, section 6.1.1).
pub(super) fn router_solicitations_only_from_the_link(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let all_routers: IpAddr = "ff02::2".parse().expect("all routers");
    for (number, from) in [(1_u8, Place::Office), (2, Place::Guest)] {
        let host = Packet::new(format!("fe80::{number}").parse().expect("link-local"), all_routers);
        bench.kept_from_box(from, &host.clone().ttl(254).icmp(133, 0, &[0; 4]));
        bench.reaches_box(from, &host.ttl(255).icmp(133, 0, &[0; 4]));
    }
}
