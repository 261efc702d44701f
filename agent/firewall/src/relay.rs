//! Two zones whose devices find each other: what the relay hears in both and says in the other. Only the
//! groups of multicast DNS (RFC 6762) and its port at both ends: who asks from another port wants an answer
//! there, which no rule could name, and the relay asks nobody for answers to its own address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::build::{When, when};
use crate::ir::Rule;
use crate::zones::{Scope, ZoneView};

/// Port of multicast DNS.
pub(crate) const MDNS: u16 = 5353;
const GROUP4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const GROUP6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);

/// What a zone may say to the relay, of each IP version: beyond that devices there find nothing for a while, and
/// the box has other things to do than to read it.
const PER_SECOND: u16 = 100;
const BURST: u16 = 300;

/// Devices of the zone ask, answer and announce themselves.
pub(crate) fn hears(scope: &Scope<'_>, zone: &ZoneView<'_>) -> impl Iterator<Item = Rule> {
    groups(scope, zone).map(|way| {
        way.at_most(PER_SECOND, BURST).accept("mDNS: what devices of the zone ask and announce")
    })
}

/// The relay says what it heard in the other zone.
pub(crate) fn passes_on(scope: &Scope<'_>, zone: &ZoneView<'_>) -> impl Iterator<Item = Rule> {
    let relay = scope.context.uids.relay;
    groups(scope, zone)
        .map(move |way| way.uid(relay).accept("mDNS: what was asked and announced elsewhere"))
}

/// Where multicast DNS is spoken.
pub(crate) fn group(v6: bool) -> IpAddr {
    if v6 { GROUP6.into() } else { GROUP4.into() }
}

/// To the groups that a relay of the zone listens to.
fn groups(scope: &Scope<'_>, zone: &ZoneView<'_>) -> impl Iterator<Item = When> {
    let relays = scope.settings.relays.iter().filter(|relay| relay.has(zone.name));
    let (mut v4, mut v6) = (false, false);
    for versions in relays.map(|relay| relay.versions(scope.settings)) {
        v4 |= versions.0;
        v6 |= versions.1;
    }
    let to4 = v4.then(|| when().destination4(GROUP4));
    let to6 = v6.then(|| when().destination6(GROUP6));
    to4.into_iter().chain(to6).map(|way| way.udp().source_port(MDNS).destination_port(MDNS))
}
