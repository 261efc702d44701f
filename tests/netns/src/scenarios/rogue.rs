//! Between two devices of a zone, below IP: neither gives the other an address or says that it is the
//! router, in whatever disguise; all else passes.

use std::net::IpAddr;

use testkit::{Namespace, Packet, TcpFlags, Wire, ethernet, fragments, veth};

use crate::place::Version;
use crate::{Bench, Place, Reach, Rules};

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
const TAG: u16 = 0x8100;
const PROVIDER_TAG: u16 = 0x88a8;
const BROADCAST: [u8; 6] = [0xff; 6];
const ALL_NODES: [u8; 6] = [0x33, 0x33, 0, 0, 0, 1];
const OTHER: [u8; 6] = [2, 0, 0, 0, 1, 0x77];
/// Port of the last packet: when it has arrived, all before it have.
const LAST: u16 = 5399;

/// Another device of the office, on a port of its own.
fn other(bench: &Bench) -> (Namespace, Wire) {
    let namespace = Namespace::new().expect("another device");
    let port = (&bench.router, "lan7", [2, 0, 0, 0, 2, 0x77]);
    veth(port, (&namespace, "eth0", OTHER)).expect("link");
    bench.router.ip(&["link set lan7 master z-office".to_owned()]).expect("bridge port");
    let wire = Wire::open(&namespace, "eth0").expect("wire");
    (namespace, wire)
}

fn frame(to: [u8; 6], packet: &[u8]) -> Vec<u8> {
    let kind = if packet.first().is_some_and(|byte| byte >> 4 == 4) { IPV4 } else { IPV6 };
    ethernet(to, Place::Office.mac(), kind, packet)
}

/// The frame behind a tag of VLAN 0, which receivers skip.
fn tagged(tag: u16, frame: &[u8]) -> Vec<u8> {
    let (addresses, rest) = frame.split_at(12);
    [addresses, &tag.to_be_bytes(), &[0, 0], rest].concat()
}

/// How many of the frames arrive at the other device.
fn arriving(bench: &mut Bench, wire: &mut Wire, frames: &[Vec<u8>]) -> usize {
    for frame in frames {
        bench.send_frame(Place::Office, frame);
    }
    let last = Packet::new(Place::Office.address(Version::V4), address("192.168.10.77"));
    bench.send_frame(Place::Office, &frame(OTHER, &last.udp(40090, LAST, b"last").bytes()));
    let before = wire.until(|seen| seen.ports.1 == LAST).expect("wire").expect("the last one");
    before.iter().filter(|seen| seen.mac_source == Place::Office.mac()).count()
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn offer(from: u16) -> Packet {
    let source = Place::Office.address(Version::V4);
    Packet::new(source, address("255.255.255.255")).udp(from, 68, b"offer")
}

fn advertisement() -> Packet {
    let lifetime = [64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0];
    Packet::new(address("fe80::bad"), address("ff02::1")).ttl(255).icmp(134, 0, &lifetime)
}

pub(super) fn servers_and_routers_are_stopped(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let (_namespace, mut wire) = other(&bench);
    let reply = Packet::new(address("fe80::bad"), address("fe80::77")).udp(547, 546, b"reply");
    let [first, _] = fragments(
        &Packet::new(address("192.168.10.10"), address("192.168.10.77")).udp(67, 68, &[0; 400]),
        128,
    );
    // Padding in a header of options (RFC 8200, section 4.6) before the message.
    let hidden = advertisement().extension(60, &[1, 4, 0, 0, 0, 0]);
    for (what, packet, to) in [
        ("an offer to all", offer(67).bytes(), BROADCAST),
        ("an offer to one", offer(67).bytes(), OTHER),
        ("an offer from another port", offer(1067).bytes(), BROADCAST),
        ("an offer in fragments", first, OTHER),
        ("a reply of DHCPv6", reply.bytes(), OTHER),
        ("a router", advertisement().bytes(), ALL_NODES),
        ("a router to one", advertisement().bytes(), OTHER),
        ("a router behind options", hidden.bytes(), ALL_NODES),
    ] {
        let plain = frame(to, &packet);
        let frames = [tagged(TAG, &plain), plain];
        assert_eq!(arriving(&mut bench, &mut wire, &frames), 0, "{what}");
    }
}

/// The bridge takes one tag off and sees the next, and whoever receives the frame skips that.
pub(super) fn tags_within_tags_hide_nothing(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let (_namespace, mut wire) = other(&bench);
    let plain = frame(ALL_NODES, &advertisement().bytes());
    for (outer, inner) in [(TAG, TAG), (TAG, PROVIDER_TAG), (PROVIDER_TAG, TAG)] {
        let hidden = tagged(outer, &tagged(inner, &plain));
        assert_eq!(arriving(&mut bench, &mut wire, &[hidden]), 0, "{outer:x} {inner:x}");
    }
}

pub(super) fn devices_of_a_zone_meet(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let (_namespace, mut wire) = other(&bench);
    let (host, there) = (Place::Office.address(Version::V4), address("192.168.10.77"));
    let packet = || Packet::new(host, there);
    let solicitation = Packet::new(address("fe80::10"), address("ff02::2")).ttl(255);
    let frames = [
        // A client that asks all servers.
        Packet::new(address("0.0.0.0"), address("255.255.255.255")).udp(68, 67, b"x").bytes(),
        packet().udp(67, 6800, b"x").bytes(),
        packet().tcp(40091, 68, TcpFlags::SYN).bytes(),
        solicitation.icmp(133, 0, &[0; 4]).bytes(),
        Packet::new(address("fe80::10"), address("ff02::fb")).udp(5353, 5353, b"x").bytes(),
    ]
    .map(|packet| frame(BROADCAST, &packet));
    assert_eq!(arriving(&mut bench, &mut wire, &frames), frames.len());
    let tagged = tagged(TAG, &frame(OTHER, &packet().udp(40092, 5000, b"x").bytes()));
    assert_eq!(arriving(&mut bench, &mut wire, &[tagged]), 1);
}
