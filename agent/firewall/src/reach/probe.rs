//! Packets that are sent for a trial: the first of a connection, of each kind that rules could tell
//! apart.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use settings::{MacAddress, ZoneName};

use super::finding::{Place, Traffic};
use super::here::Here;
use super::side::{Outside, Side, ports};
use crate::icmp::{ECHO_REQUEST, ECHO_REQUEST6};
use crate::ir::{CtState, Hook, InterfaceName};
use crate::simulate::{Addresses, Packet, Path, Transport};
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

/// Who opens a connection.
#[derive(Clone, Copy)]
pub(super) struct Device<'z> {
    pub(super) zone: &'z ZoneName,
    pub(super) address: IpAddr,
    /// Its network card, when rules know it.
    pub(super) card: Option<MacAddress>,
}

/// Ports of a sender.
const EPHEMERAL: u16 = 40_000;
/// GRE stands for the protocols that no rule names.
const GRE: u8 = 47;

/// The kinds to try on packets that meet this hook: every port that a rule of either side names, and one
/// that none does. Those within a range meet the same end as its first, up to where another begins or ends.
pub(super) fn probes(sides: [&Side<'_>; 2], hook: Hook) -> Vec<Probe> {
    let ranges: BTreeSet<(u16, u16)> =
        sides.iter().flat_map(|side| ports(&side.rules, hook)).collect();
    let mut named = BTreeSet::from([80, 443]);
    named.extend(ranges.iter().map(|(first, _)| *first));
    // A range may go on where another, or a single port, ends.
    let after = ranges.iter().filter_map(|(_, last)| last.checked_add(1));
    named.extend(
        after.filter(|port| ranges.iter().any(|(first, last)| first < port && port <= last)),
    );
    let is_named = |port: &u16| {
        named.contains(port) || ranges.iter().any(|(first, last)| first <= port && port <= last)
    };
    let candidates = || (20_000..=u16::MAX).chain(1..20_000);
    let unnamed = candidates().find(|port| !is_named(port));
    // Rules may name them all: then one stands for it that none begins with.
    let unnamed = unnamed.or_else(|| candidates().find(|port| !named.contains(port)));
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

    /// Whether the device gets through to the place, to this address there when one is given; none when there
    /// is no such way on this side.
    pub(super) fn try_from_zone(
        self,
        here: &Here<'_>,
        device: &Device<'_>,
        place: &Place,
        at: Option<IpAddr>,
        outside: &Outside,
    ) -> Option<bool> {
        let Device { zone, address, .. } = *device;
        here.zone(zone)?;
        let input = interface(zone);
        let v6 = address.is_ipv6();
        let sent = |path: Path, output: Option<InterfaceName>, from: IpAddr, to: IpAddr| {
            let packet = self.packet(Some(input.clone()), output, from, to);
            packet.is_some_and(|packet| {
                let card = device.card.map(MacAddress::octets);
                here.simulator.decide(&Packet { card, ..packet }, path).passed()
            })
        };
        if *place != Place::Box {
            let (output, destination) = here.way(place, v6, outside)?;
            return Some(sent(Path::Through, Some(output), address, at.unwrap_or(destination)));
        }
        let own = here.routers(zone).into_iter().find(|own| own.is_ipv6() == v6)?;
        if self == Self::Dhcp {
            here.zone(zone)?.ipv4.as_ref().filter(|_| !v6)?;
            let asks = (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::BROADCAST.into());
            let mut packets = [asks, (address, own)].into_iter();
            return Some(packets.any(|(from, to)| sent(Path::ToBox, None, from, to)));
        }
        Some(sent(Path::ToBox, None, address, own))
    }

    pub(super) fn through(
        self,
        here: &Here<'_>,
        input: InterfaceName,
        output: InterfaceName,
        source: IpAddr,
        destination: IpAddr,
    ) -> bool {
        let packet = self.packet(Some(input), Some(output), source, destination);
        packet.is_some_and(|packet| here.simulator.decide(&packet, Path::Through).passed())
    }

    pub(super) fn to_box(
        self,
        here: &Here<'_>,
        input: InterfaceName,
        source: IpAddr,
        destination: IpAddr,
    ) -> bool {
        let packet = self.packet(Some(input), None, source, destination);
        packet.is_some_and(|packet| here.simulator.decide(&packet, Path::ToBox).passed())
    }

    /// From the box itself, sent by its root.
    pub(super) fn sent_by_box(
        self,
        here: &Here<'_>,
        output: InterfaceName,
        source: IpAddr,
        destination: IpAddr,
    ) -> bool {
        let packet = self.packet(None, Some(output), source, destination);
        packet.is_some_and(|packet| {
            let packet = Packet { uid: Some(0), ..packet };
            here.simulator.decide(&packet, Path::FromBox).passed()
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
