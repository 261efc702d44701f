//! What the box itself sends: each service by its user, nothing else.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::Duration;

use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrStorage, connect, sendto,
    setsockopt, socket, sockopt,
};
use nix::unistd::{Uid, setfsuid};
use testkit::{Packet, Seen};

use crate::place::Version;
use crate::rules::UIDS;
use crate::{Bench, Place, Reach, Rules};

const DNS: u16 = 53;
const TIME: u16 = 123;

/// Becomes that user, as far as the owner of new sockets goes.
pub(crate) fn become_user(uid: u32) {
    // Twice: the first call only tells who it was before.
    setfsuid(Uid::from_raw(uid));
    assert_eq!(setfsuid(Uid::from_raw(uid)), Uid::from_raw(uid), "became user {uid}");
}

/// Sends an ICMP or ICMPv6 message from the router as that user.
fn send_icmp_as(bench: &Bench, uid: u32, packet: &Packet, hop_limit: i32) {
    let bytes = packet.bytes();
    let to = packet.seen().and_then(|seen| seen.destination()).expect("an address");
    let (family, protocol, header) = match to {
        IpAddr::V4(_) => (AddressFamily::Inet, SockProtocol::Icmp, 20),
        IpAddr::V6(_) => (AddressFamily::Inet6, SockProtocol::IcmpV6, 40),
    };
    bench.router.inside(|| {
        become_user(uid);
        let socket = socket(family, SockType::Raw, SockFlag::SOCK_CLOEXEC, protocol);
        let socket = socket.expect("socket");
        if to.is_ipv6() {
            setsockopt(&socket, sockopt::Ipv6Ttl, &hop_limit).expect("hop limit");
        }
        let to = SockaddrStorage::from(SocketAddr::new(to, 0));
        let message = bytes.get(header..).expect("a message");
        let _ = sendto(socket.as_raw_fd(), message, &to, MsgFlags::empty());
    });
}

/// Begins a TCP connection from the router as that user, and does not wait for it.
pub(super) fn connect_as(bench: &Bench, uid: u32, to: (IpAddr, u16)) {
    let to = SocketAddr::from(to);
    let family = if to.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    bench.router.inside(|| {
        become_user(uid);
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let socket = socket(family, SockType::Stream, flags, None).expect("socket");
        let _ = connect(socket.as_raw_fd(), &SockaddrStorage::from(to));
    });
}

/// Sends a datagram from the router as that user. A socket's owner is its maker's file system user,
/// which a thread can change for itself alone. What the ruleset refuses ends in an error here.
pub(super) fn send_as(bench: &Bench, uid: u32, from: u16, to: (IpAddr, u16)) {
    bench.router.inside(|| {
        let any: SocketAddr = match to.0 {
            IpAddr::V4(_) => ([0, 0, 0, 0], from).into(),
            IpAddr::V6(_) => ([0_u16; 8], from).into(),
        };
        become_user(uid);
        let socket = UdpSocket::bind(any).expect("socket");
        let _ = socket.send_to(b"out", to);
    });
}

pub(super) fn services_have_their_way_out(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for version in Version::BOTH {
        let server = version.internet();
        for (uid, port) in [(UIDS.dnsmasq, DNS), (UIDS.chrony, TIME)] {
            send_as(&bench, uid, 0, (server, port));
            let seen = bench.arrives(Place::Wan, |seen| seen.ports.1 == port);
            assert_eq!(seen.source(), Some(Place::Wan.gateway(version)));
        }
        let is_tcp = |seen: &Seen| (seen.protocol, seen.ports.1) == (6, DNS);
        connect_as(&bench, UIDS.chrony, (server, DNS));
        bench.nothing(Place::Wan, is_tcp);
        connect_as(&bench, UIDS.dnsmasq, (server, DNS));
        bench.arrives(Place::Wan, is_tcp);
    }
    send_as(&bench, UIDS.networkd, 68, (Place::Wan.address(Version::V4), 67));
    bench.arrives(Place::Wan, |seen| seen.ports == (68, 67));
    send_as(&bench, UIDS.networkd, 546, (Place::Wan.address(Version::V6), 547));
    bench.arrives(Place::Wan, |seen| seen.ports == (546, 547));
    for (place, uid) in [(Place::Office, 0), (Place::Guest, UIDS.dnsmasq)] {
        send_as(&bench, uid, 67, (place.address(Version::V4), 68));
        bench.arrives(place, |seen| seen.ports == (67, 68));
    }
}

/// Router advertisements into zones, solicitations to WAN, and the ping before an address is lent.
pub(super) fn links_are_served_by_the_right_users(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let message = |place: Place, version: Version, kind: u8, content: &[u8]| {
        Packet::new(place.gateway(version), place.address(version)).icmp(kind, 0, content)
    };
    let is = |kind: u8| move |seen: &Seen| seen.ports.0 >> 8 == u16::from(kind);
    for place in [Place::Office, Place::Guest] {
        let advertisement =
            message(place, Version::V6, 134, &[64, 0, 0, 30, 0, 0, 0, 0, 0, 0, 0, 0]);
        let ping = message(place, Version::V4, 8, &[0, 1, 0, 1]);
        for uid in [UIDS.chrony, UIDS.networkd] {
            send_icmp_as(&bench, uid, &advertisement, 255);
            bench.nothing(place, is(134));
            send_icmp_as(&bench, uid, &ping, 0);
            bench.nothing(place, is(8));
        }
        send_icmp_as(&bench, UIDS.dnsmasq, &advertisement, 254);
        bench.nothing(place, is(134));
        for uid in [0, UIDS.dnsmasq] {
            send_icmp_as(&bench, uid, &advertisement, 255);
            bench.arrives(place, is(134));
            send_icmp_as(&bench, uid, &ping, 0);
            bench.arrives(place, is(8));
        }
    }
    let solicitation = message(Place::Wan, Version::V6, 133, &[0; 4]);
    send_icmp_as(&bench, UIDS.networkd, &solicitation, 254);
    bench.nothing(Place::Wan, is(133));
    send_icmp_as(&bench, UIDS.networkd, &solicitation, 255);
    bench.arrives(Place::Wan, is(133));
    let advertisement =
        message(Place::Wan, Version::V6, 134, &[64, 0, 0, 30, 0, 0, 0, 0, 0, 0, 0, 0]);
    send_icmp_as(&bench, UIDS.dnsmasq, &advertisement, 255);
    bench.nothing(Place::Wan, is(134));
}

pub(super) fn nobody_else_has(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let ours = [UIDS.dnsmasq, UIDS.chrony, UIDS.networkd, 0, 65534];
    for version in Version::BOTH {
        for uid in ours {
            for port in [DNS, TIME, 443, 9999] {
                let allowed =
                    (uid, port) == (UIDS.dnsmasq, DNS) || (uid, port) == (UIDS.chrony, TIME);
                if !allowed {
                    send_as(&bench, uid, 0, (version.internet(), port));
                    bench.nothing(Place::Wan, |seen| seen.ports.1 == port);
                }
            }
            // The CRM hears nothing of the box, zones nothing but answers.
            for place in [Place::Crm, Place::Office, Place::Guest] {
                send_as(&bench, uid, 0, (place.address(version), 443));
                bench.nothing(place, |seen| seen.ports.1 == 443);
            }
        }
    }
    send_as(&bench, 65534, 67, (Place::Office.address(Version::V4), 68));
    bench.nothing(Place::Office, |seen| seen.ports == (67, 68));
}

pub(super) fn box_talks_to_itself(rules: Rules) {
    let bench = Bench::new(rules, Reach::Both);
    bench.router.inside(|| {
        for version in Version::BOTH {
            let bind = || UdpSocket::bind((version.pick("127.0.0.1", "::1"), 0)).expect("socket");
            let (one, other) = (bind(), bind());
            one.set_read_timeout(Some(Duration::from_secs(3))).expect("timeout");
            other.send_to(b"in", one.local_addr().expect("address")).expect("sent");
            let mut buffer = [0; 8];
            assert_eq!(one.recv(&mut buffer).expect("received"), 2);
        }
    });
}
