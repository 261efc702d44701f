//! ICMP as RFC 4890 asks: errors of known connections pass, whatever else stays out.

use std::net::IpAddr;

use testkit::{Packet, Seen, TcpFlags, icmp_error};

use crate::place::Version;
use crate::{Bench, Place, Reach, Rules};

/// A guest may open it, too.
const SERVICE: u16 = 443;

/// Type, code and parameter of errors: unreachable, too big, time exceeded, parameter problem.
fn errors(version: Version) -> [(u8, u8, u32); 4] {
    match version {
        Version::V4 => [(3, 1, 0), (3, 4, 1280), (11, 0, 0), (12, 0, 0)],
        Version::V6 => [(1, 3, 0), (2, 0, 1280), (3, 0, 0), (4, 1, 0)],
    }
}

fn is_error(seen: &Seen, to: IpAddr, kind: u8, code: u8) -> bool {
    matches!(seen.protocol, 1 | 58)
        && seen.destination() == Some(to)
        && seen.ports.0 == u16::from_be_bytes([kind, code])
}

/// Opens a connection from there to the internet; gives what the provider saw last of it.
fn connection(bench: &mut Bench, from: Place, version: Version, port: u16) -> Packet {
    let (host, server) = (from.address(version), version.internet());
    let (outside, outside_port) = bench.connect((from, host, port), (Place::Wan, server, SERVICE));
    Packet::new(outside, server).tcp_at(outside_port, SERVICE, TcpFlags::ACK, 1001, 2001)
}

pub(super) fn errors_of_connections_pass(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let zones = [(Place::Office, 40050), (Place::Guest, 40055)];
    for ((place, port), version) in
        zones.into_iter().flat_map(|from| Version::BOTH.map(|v| (from, v)))
    {
        let about = connection(&mut bench, place, version, port).bytes();
        // From a router on the way, which is not the server.
        let way = (Place::Wan.address(version), Place::Wan.gateway(version));
        for (kind, code, parameter) in errors(version) {
            bench.send(Place::Wan, &icmp_error(way, (kind, code), parameter, &about));
            let host = place.address(version);
            bench.arrives(place, |seen| is_error(seen, host, kind, code));
        }
    }
}

pub(super) fn errors_from_elsewhere_do_not(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        // Both ends and all ports are known to whoever sends it: the CRM's answer as the office gets it, and
        // what the office says as the CRM gets it.
        let (office, crm) = (Place::Office.address(version), Place::Crm.address(version));
        bench.connect((Place::Office, office, 40054), (Place::Crm, crm, 443));
        let there = Packet::new(office, crm).tcp_at(40054, 443, TcpFlags::ACK, 1001, 2001);
        let back = Packet::new(crm, office).tcp_at(443, 40054, TcpFlags::ACK, 2001, 1001);
        bench.arrived(Place::Crm);
        bench.arrived(Place::Office);
        for (kind, code, parameter) in errors(version) {
            for (from, source) in [
                (Place::Guest, Place::Guest.address(version)),
                (Place::Wan, Place::Wan.address(version)),
                (Place::Wan, version.internet()),
                (Place::Office, version.outsider()),
            ] {
                let error = icmp_error((source, crm), (kind, code), parameter, &back.bytes());
                bench.send(from, &error);
                let arrived = bench.arrived(Place::Crm);
                assert!(arrived.is_empty(), "{kind}/{code} of {source} from {from:?}: {arrived:?}");
                if from != Place::Office {
                    let error =
                        icmp_error((source, office), (kind, code), parameter, &there.bytes());
                    bench.send(from, &error);
                    bench.nothing(Place::Office, |seen| is_error(seen, office, kind, code));
                }
            }
            // Its two ends do.
            let error = icmp_error((office, crm), (kind, code), parameter, &back.bytes());
            bench.send(Place::Office, &error);
            bench.arrives(Place::Crm, |seen| is_error(seen, crm, kind, code));
            let error = icmp_error((crm, office), (kind, code), parameter, &there.bytes());
            bench.send(Place::Crm, &error);
            bench.arrives(Place::Office, |seen| is_error(seen, office, kind, code));
        }
    }
}

pub(super) fn errors_of_nothing_do_not(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let host = Place::Office.address(version);
        let about = Packet::new(host, version.internet()).tcp(40051, SERVICE, TcpFlags::ACK);
        for (kind, code, parameter) in errors(version) {
            let way = (Place::Wan.address(version), host);
            let error = icmp_error(way, (kind, code), parameter, &about.bytes());
            bench.send(Place::Wan, &error);
            bench.nothing(Place::Office, |seen| is_error(seen, host, kind, code));
            let to_box = (Place::Wan.address(version), Place::Wan.gateway(version));
            let error = icmp_error(to_box, (kind, code), parameter, &about.bytes());
            bench.kept_from_box(Place::Wan, &error);
        }
    }
}

pub(super) fn redirects_never_pass(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let about = connection(&mut bench, Place::Office, version, 40052).bytes();
        let host = Place::Office.address(version);
        let kind = if version == Version::V4 { 5 } else { 137 };
        let (provider, outside) = (Place::Wan.address(version), Place::Wan.gateway(version));
        for limit in [64, 255] {
            // Of a known connection: connection tracking calls it related.
            let redirect = icmp_error((provider, outside), (kind, 1), 0x0a63_0007, &about);
            bench.send(Place::Wan, &redirect.ttl(limit));
            bench.nothing(Place::Office, |seen| is_error(seen, host, kind, 1));
            let router = Place::Office.gateway(version);
            let redirect = icmp_error((host, router), (kind, 1), 0x0a63_0007, &about);
            bench.kept_from_box(Place::Office, &redirect.ttl(limit));
        }
    }
}

pub(super) fn pings_go_out_and_come_back(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let (host, server) = (Place::Office.address(version), version.internet());
        let seen = bench.passes(Place::Office, &Packet::new(host, server).echo(53), Place::Wan);
        let reply = if version == Version::V4 { 0 } else { 129 };
        let back = Packet::new(server, seen.source().expect("source"));
        let [high, low] = seen.ports.1.to_be_bytes();
        bench.send(Place::Wan, &back.icmp(reply, 0, &[high, low, 0, 1]));
        bench.arrives(Place::Office, |seen| is_error(seen, host, reply, 0));
        // A reply to nothing.
        bench.send(Place::Wan, &Packet::new(server, host).icmp(reply, 0, &[9, 9, 0, 1]));
        bench.nothing(Place::Office, |seen| is_error(seen, host, reply, 0));
    }
}
