//! Inside the CRM's VLAN, below IP: the CRM and the router see each other, and nobody else.

use std::net::IpAddr;

use testkit::{Packet, TcpFlags, Wire, arp_reply, ethernet};

use crate::place::Version;
use crate::{Bench, Place, Reach, Rules};

const ARP: u16 = 0x0806;
const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
const BROADCAST: [u8; 6] = [0xff; 6];

pub(super) fn peer_and_crm_are_apart(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    bench.arrived(Place::Crm);
    bench.arrived(Place::Peer);
    for (from, to) in [(Place::Peer, Place::Crm), (Place::Crm, Place::Peer)] {
        for version in Version::BOTH {
            let packet = Packet::new(from.address(version), to.address(version));
            let kind = if version == Version::V4 { IPV4 } else { IPV6 };
            for mac in [to.mac(), BROADCAST, [0x33, 0x33, 0, 0, 0, 1]] {
                let syn = packet.clone().tcp(40030, 443, TcpFlags::SYN).bytes();
                bench.send_frame(from, &ethernet(mac, from.mac(), kind, &syn));
            }
        }
        // Not IP at all: any EtherType.
        bench.send_frame(from, &ethernet(to.mac(), from.mac(), 0x88b5, b"experimental"));
        bench.send_frame(from, &ethernet(BROADCAST, from.mac(), 0x88b5, b"experimental"));
        let arrived = bench.arrived(to);
        assert!(arrived.is_empty(), "{from:?} to {to:?}: {arrived:?}");
    }
}

pub(super) fn rogue_servers_do_not_reach_the_crm(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    bench.arrived(Place::Crm);
    let from = Place::Peer;
    let link_local: IpAddr = "fe80::bad".parse().expect("link-local");
    let all_nodes: IpAddr = "ff02::1".parse().expect("all nodes");
    // A router that says it lives 1,800 s, and offers a prefix (RFC 4861, sections 4.2 and 4.6.2).
    let mut advertisement = vec![64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0];
    advertisement.extend([3, 4, 64, 0xc0, 0, 0, 7, 8, 0, 0, 7, 8, 0, 0, 0, 0]);
    advertisement.extend([0xfd, 0xba, 0xd0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let ra = Packet::new(link_local, all_nodes).ttl(255).icmp(134, 0, &advertisement);
    let multicast = [0x33, 0x33, 0, 0, 0, 1];
    bench.send_frame(from, &ethernet(multicast, from.mac(), IPV6, &ra.bytes()));
    bench.send_frame(from, &ethernet(Place::Crm.mac(), from.mac(), IPV6, &ra.bytes()));
    let broadcast: IpAddr = "255.255.255.255".parse().expect("broadcast");
    let offer = Packet::new(from.address(Version::V4), broadcast).udp(67, 68, b"offer");
    bench.send_frame(from, &ethernet(BROADCAST, from.mac(), IPV4, &offer.bytes()));
    bench.send_frame(from, &ethernet(Place::Crm.mac(), from.mac(), IPV4, &offer.bytes()));
    let arrived = bench.arrived(Place::Crm);
    assert!(arrived.is_empty(), "{arrived:?}");
}

pub(super) fn forged_neighbours_change_nothing(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    bench.arrived(Place::Crm);
    let from = Place::Peer;
    let (IpAddr::V4(crm), IpAddr::V4(router)) =
        (Place::Crm.address(Version::V4), Place::Crm.gateway(Version::V4))
    else {
        unreachable!("of version 4")
    };
    // To the CRM: I am the router. To the router: I am the CRM.
    let to_crm = arp_reply((from.mac(), router), (Place::Crm.mac(), crm));
    bench.send_frame(from, &ethernet(Place::Crm.mac(), from.mac(), ARP, &to_crm));
    bench.send_frame(from, &ethernet(BROADCAST, from.mac(), ARP, &to_crm));
    let to_router = arp_reply((from.mac(), crm), (from.gateway_mac(), router));
    bench.send_frame(from, &ethernet(from.gateway_mac(), from.mac(), ARP, &to_router));
    let (crm6, router6) = (Place::Crm.address(Version::V6), Place::Crm.gateway(Version::V6));
    for (claimed, told, mac) in
        [(router6, crm6, Place::Crm.mac()), (crm6, router6, from.gateway_mac())]
    {
        // A neighbour advertisement that overrides (RFC 4861, section 4.4).
        let IpAddr::V6(address) = claimed else { unreachable!("of version 6") };
        let mut body = vec![0x60, 0, 0, 0];
        body.extend(address.octets());
        body.extend([2, 1]);
        body.extend(from.mac());
        let na = Packet::new(claimed, told).ttl(255).icmp(136, 0, &body);
        bench.send_frame(from, &ethernet(mac, from.mac(), IPV6, &na.bytes()));
    }
    let arrived = bench.arrived(Place::Crm);
    assert!(arrived.is_empty(), "{arrived:?}");
    for version in Version::BOTH {
        let host = Place::Office.address(version);
        let crm = Place::Crm.address(version);
        bench.connect((Place::Office, host, 40031), (Place::Crm, crm, 443));
    }
}

/// The rule looks at the tag, so a bridge without VLANs will do: a tag of the CRM's VLAN that comes in
/// at another port never reaches the router, other tags are none of this rule's.
pub(super) fn tagged_frames_do_not_reach_the_router(rules: Rules) {
    let mut bench = Bench::new(rules, Reach::Both);
    let mut inside = Wire::open(&bench.router, "z-crm").expect("z-crm");
    let (from, crm) = (Place::Peer, Place::Crm.address(Version::V4));
    for (vlan, port) in [(30, 5330), (31, 5331)] {
        let packet = Packet::new(crm, from.gateway(Version::V4)).udp(40032, port, b"x");
        let mut content = vec![0, vlan, 0x08, 0];
        content.extend(packet.bytes());
        bench.send_frame(from, &ethernet(from.gateway_mac(), from.mac(), 0x8100, &content));
    }
    // The kernel has taken the tags off by now.
    let before = inside.until(|seen| seen.ports.1 == 5331).expect("z-crm");
    let before = before.expect("the other tag gets through");
    assert!(before.iter().all(|seen| seen.ports.1 != 5330), "{before:?}");
}
