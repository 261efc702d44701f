//! Block lists: where each is fetched the admin application may go, each zone names lists that there are,
//! and nothing is blocked that the box needs.

use std::collections::BTreeMap;

use super::Check;
use crate::problem::Place;
use crate::{DomainName, MAX_BLOCK_LISTS, Reason};

impl Check<'_> {
    pub(super) fn blocking(&mut self) {
        let settings = self.settings;
        let blocking = &settings.blocking;
        let root = Place::Root.field("blocking");
        self.lists(&root.field("lists"));
        let zones = root.field("zones");
        for (zone, lists) in &blocking.zones {
            let place = zones.field(zone.as_str());
            if *zone == settings.crm.zone {
                self.note(&place, Reason::BlockingCrm { zone: zone.clone() });
            } else {
                self.known_zone(&place, zone);
            }
            for (index, list) in lists.iter().enumerate() {
                if !blocking.lists.contains_key(list) {
                    let reason = Reason::BlockListUnknown { list: list.clone() };
                    self.note(&place.entry(index), reason);
                }
            }
        }
        let needed = settings.needed_names();
        let place = root.field("block");
        for (index, name) in blocking.block.iter().enumerate() {
            if blocking.allow.contains(name) {
                self.note(&place.entry(index), Reason::BlockAllowed);
            } else if let Some(needed) = needed.iter().find(|needed| is_within(name, needed)) {
                let reason =
                    Reason::BlockNeeded { name: name.clone(), needed: (*needed).to_owned() };
                self.note(&place.entry(index), reason);
            }
        }
    }

    fn lists(&mut self, place: &Place<'_>) {
        let settings = self.settings;
        let lists = &settings.blocking.lists;
        if lists.len() > MAX_BLOCK_LISTS {
            self.note(place, Reason::TooMany { max: MAX_BLOCK_LISTS });
        }
        let mut known = BTreeMap::new();
        for (name, address) in lists {
            let place = place.field(name.as_str());
            if let Some(other) = known.insert(address, name) {
                self.note(&place, Reason::BlockListAgain { list: other.clone() });
            }
            let (host, port) = (address.host(), address.port());
            if !settings.may_fetch(host, port) {
                let host = host.clone();
                self.note(&place, Reason::BlockListNoWay { host, port });
            }
        }
    }
}

/// Whether the name is the other, or below it.
fn is_within(name: &DomainName, other: &str) -> bool {
    name.as_str().strip_suffix(other).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
