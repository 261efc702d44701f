//! An isolated zone: two of its devices on two ports reach the box and the internet, and not each other.

use testkit::{Packet, TcpFlags, ethernet};

use crate::place::Version;
use crate::{Bench, Place, Reach, Rules};

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
const ARP: u16 = 0x0806;
const BROADCAST: [u8; 6] = [0xff; 6];

const TWO: [(Place, Place); 2] = [(Place::Guest, Place::Second), (Place::Second, Place::Guest)];

/// Frames of one device to the other and to everybody: a connection, a call, anything.
fn frames(bench: &mut Bench, from: Place, to: Place) {
    for version in Version::BOTH {
        let packet = Packet::new(from.address(version), to.address(version));
        let kind = if version == Version::V4 { IPV4 } else { IPV6 };
        for mac in [to.mac(), BROADCAST, [0x33, 0x33, 0, 0, 0, 0xfb]] {
            let syn = packet.clone().tcp(40060, 443, TcpFlags::SYN).bytes();
            bench.send_frame(from, &ethernet(mac, from.mac(), kind, &syn));
        }
    }
    bench.send_frame(from, &ethernet(BROADCAST, from.mac(), ARP, b"who is there"));
    bench.send_frame(from, &ethernet(to.mac(), from.mac(), 0x88b5, b"experimental"));
}

pub(super) fn devices_of_a_zone_reach_each_other(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    for (from, to) in TWO {
        bench.arrived(to);
        frames(&mut bench, from, to);
        let arrived = bench.arrived(to).len();
        assert_eq!(arrived, 8, "{from:?} to {to:?}");
    }
}

pub(super) fn devices_of_an_isolated_zone_do_not(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Isolated);
    for (from, to) in TWO {
        bench.arrived(to);
        frames(&mut bench, from, to);
        let arrived = bench.arrived(to);
        assert!(arrived.is_empty(), "{from:?} to {to:?}: {arrived:?}");
        // Nor by way of the router.
        for version in Version::BOTH {
            let packet = Packet::new(from.address(version), to.address(version));
            bench.blocked(from, &packet.tcp(40061, 443, TcpFlags::SYN), to);
        }
    }
}

pub(super) fn isolated_devices_reach_the_box_and_the_internet(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Isolated);
    // Each has a port of its own: NAT would give the second one another.
    for (from, port) in [(Place::Guest, 40063), (Place::Second, 40064)] {
        for version in Version::BOTH {
            let ask = Packet::new(from.address(version), from.gateway(version));
            bench.reaches_box(from, &ask.udp(40062, 53, b"?"));
            let (host, server) = (from.address(version), version.internet());
            bench.connect((from, host, port), (Place::Wan, server, 443));
        }
    }
}
