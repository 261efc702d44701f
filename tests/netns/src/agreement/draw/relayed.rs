//! Multicast DNS: what devices say to its group, what the router passes on, and what looks alike.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use firewall::ir::CtState;
use firewall::simulate::Transport;
use testkit::Packet;

use super::own::UIDS_TRIED;
use super::{Draw, within};
use crate::Place;
use crate::agreement::case::{Case, judged};
use crate::place::Version;
use crate::rules::UIDS;

const MDNS: u16 = 5353;

impl Draw {
    /// A device says something to the group, or to the router.
    pub(super) fn announcement(&mut self) -> Case {
        let version = self.version();
        let place = self.chance.pick(&[Place::Office, Place::Guest, Place::Crm, Place::Wan]);
        let source = match (version, self.chance.below(3)) {
            (Version::V6, 0) => Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0x99).into(),
            (_, 1) => within(place.address(version), 2 + self.chance.below(90)),
            _ => place.address(version),
        };
        let group = group(version);
        let destination = self.chance.pick(&[group, group, group, place.gateway(version)]);
        let (from, port) = self.ends();
        let packet = Packet::new(source, destination).udp(from, port, b"who has a printer");
        let transport = Transport::Udp { source: from, destination: port };
        let judged = judged(source, destination, 64, transport, CtState::New);
        let pieces = vec![packet.bytes()];
        Case::routed(place, packet, pieces, judged, None)
    }

    /// The router says something to the group, by one of its users.
    pub(super) fn passed_on(&mut self) -> Case {
        let version = self.version();
        let place = self.chance.pick(&[Place::Office, Place::Guest, Place::Crm, Place::Wan]);
        let (source, destination) = (place.gateway(version), group(version));
        let other = self.chance.pick(&UIDS_TRIED);
        let uid = self.chance.pick(&[UIDS.relay, other]);
        let (from, port) = self.ends();
        let packet = Packet::new(source, destination).udp(from, port, b"who has a printer");
        let transport = Transport::Udp { source: from, destination: port };
        let judged = judged(source, destination, 64, transport, CtState::New);
        Case { to: None, ..Case::own(uid, &packet, judged, place) }
    }

    /// Mostly of the port at both ends.
    fn ends(&mut self) -> (u16, u16) {
        match self.chance.below(6) {
            0 => (self.new_port(), MDNS),
            1 => (MDNS, self.port()),
            _ => (MDNS, MDNS),
        }
    }
}

fn group(version: Version) -> IpAddr {
    match version {
        Version::V4 => Ipv4Addr::new(224, 0, 0, 251).into(),
        Version::V6 => Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb).into(),
    }
}
