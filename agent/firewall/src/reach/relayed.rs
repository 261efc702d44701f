//! Whose devices find each other, found as all else is: by what a device of the one zone says to the group of
//! multicast DNS, and by what the relay then says in the other, both ways.

use std::collections::BTreeSet;
use std::net::IpAddr;

use settings::ZoneName;

use super::finding::Finding;
use super::probe::Probe;
use super::side::Side;
use crate::relay::{MDNS, group};
use crate::simulate::{Packet, Path, Transport, simulate};
use crate::zones::interface;

type Pair<'s> = (&'s ZoneName, &'s ZoneName);

pub(super) fn findings(before: &Side<'_>, after: &Side<'_>) -> Vec<Finding> {
    let relays = before.settings.relays.iter().chain(&after.settings.relays);
    let pairs: BTreeSet<Pair<'_>> = relays.map(settings::Relay::pair).collect();
    let finding = |pair: Pair<'_>| {
        let (zone, other) = (pair.0.clone(), pair.1.clone());
        match (finds(before, pair), finds(after, pair)) {
            (false, true) => Some(Finding::RelayOpened { zone, other }),
            (true, false) => Some(Finding::RelayClosed { zone, other }),
            _ => None,
        }
    };
    pairs.into_iter().filter_map(finding).collect()
}

/// Whether devices of both zones find each other, over either IP version.
fn finds(side: &Side<'_>, (zone, other): Pair<'_>) -> bool {
    let is_relayed = side.settings.relays.iter().any(|relay| relay.pair() == (zone, other));
    is_relayed
        && [false, true].into_iter().any(|v6| {
            [zone, other].into_iter().all(|zone| heard(side, zone, v6) && said(side, zone, v6))
        })
}

/// Whether the relay hears devices of the zone.
fn heard(side: &Side<'_>, zone: &ZoneName, v6: bool) -> bool {
    let Some(device) = side.host(zone, v6) else { return false };
    let packet = Probe::Udp(MDNS).packet(Some(interface(zone)), None, device, group(v6));
    packet.is_some_and(|packet| passes(side, packet, Path::ToBox))
}

/// Whether the relay may speak in the zone.
fn said(side: &Side<'_>, zone: &ZoneName, v6: bool) -> bool {
    let own: Option<IpAddr> = side.routers(zone).into_iter().find(|own| own.is_ipv6() == v6);
    let Some(own) = own else { return false };
    let packet = Probe::Udp(MDNS).packet(None, Some(interface(zone)), own, group(v6));
    let uid = Some(side.context.uids.relay);
    packet.is_some_and(|packet| passes(side, Packet { uid, ..packet }, Path::FromBox))
}

fn passes(side: &Side<'_>, packet: Packet, path: Path) -> bool {
    let transport = Some(Transport::Udp { source: MDNS, destination: MDNS });
    simulate(side.rules, &Packet { transport, ..packet }, path).passed()
}
