//! Packets that are sent for a trial: the first of a connection, of each kind that rules could tell
//! apart.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use settings::ZoneName;

use super::finding::{Place, Traffic};
use super::side::{Outside, Side, ports};
use crate::icmp::{ECHO_REQUEST, ECHO_REQUEST6};
use crate::ir::{CtState, Hook, InterfaceName};
use crate::simulate::{Addresses, Packet, Path, Transport, simulate};
use crate::zones::interface;

/// A kind of packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probe {
    Tcp(u16),
    Udp(u16),
    Ping,
    Other,
    /// A host that asks the box for an address, and one that keeps it.
    Dhcp,
}

/// Ports of a sender.
const EPHEMERAL: u16 = 40_000;
/// GRE stands for the protocols that no rule names.
const GRE: u8 = 47;

/// The kinds to try on packets that meet this hook: every port that a rule of either side names, and one
/// that none does.
pub(super) fn probes(sides: [&Side<'_>; 2], hook: Hook) -> Vec<Probe> {
    let mut named = BTreeSet::from([80, 443]);
    named.extend(sides.iter().flat_map(|side| ports(&side.rules, hook)));
    let unnamed = (20_000..).find(|port| !named.contains(port));
    let all: Vec<u16> = named.into_iter().chain(unnamed).collect();
    let tcp = all.iter().map(|port| Probe::Tcp(*port));
    let udp = all.iter().map(|port| Probe::Udp(*port));
    let dhcp = (hook == Hook::Input).then_some(Probe::Dhcp);
    tcp.chain(udp).chain([Probe::Ping, Probe::Other]).chain(dhcp).collect()
}

impl Probe {
    /// What a person calls it at this place.
    pub(super) fn traffic(self, place: &Place) -> Traffic {
        match (self, *place == Place::Box) {
            (Self::Tcp(80 | 443), true) => Traffic::AdminPages,
            (Self::Tcp(53) | Self::Udp(53), true) => Traffic::Dns,
            (Self::Udp(123), true) => Traffic::Time,
            (Self::Tcp(443), false) => Traffic::Https,
            (Self::Tcp(80), false) => Traffic::Http,
            (Self::Udp(443), false) => Traffic::Http3,
            (Self::Tcp(_), _) => Traffic::Tcp,
            (Self::Udp(_), _) => Traffic::Udp,
            (Self::Ping, _) => Traffic::Ping,
            (Self::Other, _) => Traffic::Other,
            (Self::Dhcp, _) => Traffic::Dhcp,
        }
    }

    fn transport(self, v6: bool) -> Transport {
        let source = EPHEMERAL;
        match (self, v6) {
            (Self::Tcp(destination), _) => Transport::Tcp { source, destination },
            (Self::Udp(destination), _) => Transport::Udp { source, destination },
            (Self::Ping, false) => Transport::Icmp(ECHO_REQUEST),
            (Self::Ping, true) => Transport::Icmpv6(ECHO_REQUEST6),
            (Self::Other, _) => Transport::Other(GRE),
            (Self::Dhcp, _) => Transport::Udp { source: 68, destination: 67 },
        }
    }

    /// Whether a device with the address, in the zone, gets through to the place; none when there is
    /// no such way on this side.
    pub(super) fn try_from_zone(
        self,
        side: &Side<'_>,
        (zone, address): (&ZoneName, IpAddr),
        place: &Place,
        outside: &Outside,
    ) -> Option<bool> {
        side.zone(zone)?;
        let input = interface(zone);
        let v6 = address.is_ipv6();
        if *place != Place::Box {
            let (output, destination) = side.way(place, v6, outside)?;
            return Some(self.through(side, input, output, address, destination));
        }
        let own = side.routers(zone).into_iter().find(|own| own.is_ipv6() == v6)?;
        if self == Self::Dhcp {
            side.zone(zone)?.ipv4.as_ref().filter(|_| !v6)?;
            let asks = (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::BROADCAST.into());
            let mut packets = [asks, (address, own)].into_iter();
            return Some(packets.any(|(from, to)| self.to_box(side, input.clone(), from, to)));
        }
        Some(self.to_box(side, input, address, own))
    }

    pub(super) fn through(
        self,
        side: &Side<'_>,
        input: InterfaceName,
        output: InterfaceName,
        source: IpAddr,
        destination: IpAddr,
    ) -> bool {
        let packet = self.packet(Some(input), Some(output), source, destination);
        packet.is_some_and(|packet| simulate(side.rules, &packet, Path::Through).passed())
    }

    pub(super) fn to_box(
        self,
        side: &Side<'_>,
        input: InterfaceName,
        source: IpAddr,
        destination: IpAddr,
    ) -> bool {
        let packet = self.packet(Some(input), None, source, destination);
        packet.is_some_and(|packet| simulate(side.rules, &packet, Path::ToBox).passed())
    }

    /// From the box itself, sent by its root.
    pub(super) fn sent_by_box(
        self,
        side: &Side<'_>,
        output: InterfaceName,
        source: IpAddr,
        destination: IpAddr,
    ) -> bool {
        let packet = self.packet(None, Some(output), source, destination);
        packet.is_some_and(|packet| {
            let packet = Packet { uid: Some(0), ..packet };
            simulate(side.rules, &packet, Path::FromBox).passed()
        })
    }

    pub(super) fn packet(
        self,
        input: Option<InterfaceName>,
        output: Option<InterfaceName>,
        source: IpAddr,
        destination: IpAddr,
    ) -> Option<Packet> {
        let addresses = match (source, destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => Addresses::V4 { source, destination },
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                Addresses::V6 { source, destination, hop_limit: 64 }
            }
            _ => return None,
        };
        Some(Packet {
            input,
            output,
            addresses: Some(addresses),
            transport: Some(self.transport(source.is_ipv6())),
            state: CtState::New,
            reply: false,
            mark: 0,
            about: None,
            uid: None,
            vlan: None,
            card: None,
            inner_tag: None,
            card_to: None,
            sent_to: None,
        })
    }
}
