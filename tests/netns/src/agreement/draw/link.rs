//! The link's own business.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use firewall::ir::CtState;
use firewall::simulate::Transport;
use testkit::Packet;

use super::{Draw, moved, within};
use crate::Place;
use crate::agreement::case::{Case, icmp, judged};
use crate::place::Version;

impl Draw {
    /// From or to the loopback address, over IPv6: the kernel drops it before any rule of ours.
    pub fn loopback(&mut self) -> Case {
        let place = self.chance.pick(&[Place::Office, Place::Guest, Place::Crm]);
        let (host, router) = (place.address(Version::V6), place.gateway(Version::V6));
        let own = IpAddr::V6(Ipv6Addr::LOCALHOST);
        let (source, destination) = self.chance.pick(&[(own, router), (host, own)]);
        let (from, port) = (self.new_port(), 9999);
        let packet = Packet::new(source, destination).udp(from, port, b"self");
        let transport = Transport::Udp { source: from, destination: port };
        let judged = judged(source, destination, 64, transport, CtState::New);
        let pieces = vec![packet.bytes()];
        Case { packet: None, ..Case::routed(place, packet, pieces, judged, None) }
    }

    /// The link's own business: neighbours, routers, groups, and hosts that have no address yet.
    pub(super) fn link(&mut self) -> Option<Case> {
        if self.is_ruled() && self.chance.once_in(5) {
            return Some(self.announcement());
        }
        let place = self.chance.pick(&Place::ALL);
        if self.chance.once_in(4) {
            let (source, all) = (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::BROADCAST.into());
            let (from, port) = if self.chance.once_in(4) { (67, 68) } else { (68, 67) };
            let packet = Packet::new(source, all).udp(from, port, b"discover");
            let transport = Transport::Udp { source: from, destination: port };
            let pieces = vec![packet.bytes()];
            let judged = judged(source, all, 64, transport, CtState::New);
            return Some(Case::routed(place, packet, pieces, judged, None));
        }
        if self.chance.once_in(6) {
            // A host keeps its address.
            let router = if self.is_ruled() && self.chance.once_in(2) {
                moved()
            } else {
                place.gateway(Version::V4)
            };
            // One to whom the router never speaks by itself: that would be the same connection.
            let source = within(place.address(Version::V4), 245);
            let packet = Packet::new(source, router).udp(68, 67, b"request");
            let transport = Transport::Udp { source: 68, destination: 67 };
            let judged = judged(source, router, 64, transport, CtState::New);
            let pieces = vec![packet.bytes()];
            return Some(Case::routed(place, packet, pieces, judged, None));
        }
        let own: Ipv6Addr = "fe80::99".parse().ok()?;
        let source = match self.chance.below(4) {
            0 => Ipv6Addr::UNSPECIFIED.into(),
            1 => place.address(Version::V6),
            _ => IpAddr::V6(own),
        };
        if self.chance.once_in(6) {
            let packet = Packet::new(source, place.gateway(Version::V6)).udp(547, 546, b"answer");
            let transport = Transport::Udp { source: 547, destination: 546 };
            if source == IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
                return None;
            }
            let judged = judged(source, place.gateway(Version::V6), 64, transport, CtState::New);
            let pieces = vec![packet.bytes()];
            return Some(Case::routed(place, packet, pieces, judged, None));
        }
        let kind = self.chance.pick(&[130, 131, 132, 133, 134, 135, 136, 143]);
        let hops = self.chance.pick(&[255, 1, 255, 1, 64]);
        let destination = place.gateway(Version::V6);
        let packet = Packet::new(source, destination).ttl(hops).icmp(kind, 0, &[0; 20]);
        let judged = judged(source, destination, hops, icmp(source, kind), CtState::Untracked);
        let pieces = vec![packet.bytes()];
        Some(Case::routed(place, packet, pieces, judged, None))
    }
}
