//! Relays: each between two zones of people and devices, once, and over something that both speak.

use std::collections::BTreeSet;

use super::Check;
use crate::problem::Place;
use crate::relay::MAX_RELAYS;
use crate::{Reason, Relay, Settings};

impl Check<'_> {
    pub(super) fn relay_counts(&self) -> (&'static str, usize, usize) {
        ("relays", self.settings.relays.len(), MAX_RELAYS)
    }

    pub(super) fn relays(&mut self) {
        let settings: &Settings = self.settings;
        let relays = Place::Root.field("relays");
        let mut seen = BTreeSet::new();
        for (index, relay) in settings.relays.iter().enumerate() {
            let place = relays.entry(index);
            self.relayed_zones(&place.field("zones"), relay);
            let (zone, other) = relay.pair();
            if !seen.insert((zone, other)) {
                let (zone, other) = (zone.clone(), other.clone());
                self.note(&place, Reason::RelayRepeated { zone, other });
            }
        }
    }

    fn relayed_zones(&mut self, place: &Place<'_>, relay: &Relay) {
        let settings: &Settings = self.settings;
        let mut are_there = true;
        for (index, zone) in relay.zones.iter().enumerate() {
            let place = place.entry(index);
            are_there &= self.known_zone(&place, zone);
            if *zone == settings.crm.zone {
                self.note(&place, Reason::RelayCrm { zone: zone.clone() });
            }
        }
        let (zone, other) = relay.pair();
        if zone == other {
            return self.note(place, Reason::RelaySame { zone: zone.clone() });
        }
        if are_there && relay.versions(settings) == (false, false) {
            let (zone, other) = (zone.clone(), other.clone());
            self.note(place, Reason::RelayVersions { zone, other });
        }
    }
}
