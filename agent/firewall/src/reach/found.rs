//! How the packets of one zone to one place fared on both sides, by class of sender and by spot.

use std::collections::{BTreeMap, BTreeSet};

use settings::ZoneName;

use super::Trial;
use super::classes::{Class, Classes};
use super::finding::{Place, Sender, Traffic};
use super::here::Here;
use super::probe::{Device, Probe};
use super::spots::Spot;

/// What was found of one zone and one place.
#[derive(Default)]
pub(super) struct Found {
    /// By whether it opens, what for, and the index of the spot.
    pub(super) changes: BTreeMap<(bool, Traffic, usize), Change>,
    /// Classes that get through after, and that do not.
    passes: BTreeMap<(Traffic, usize), BTreeSet<usize>>,
    fails: BTreeMap<(Traffic, usize), BTreeSet<usize>>,
}

/// Classes of senders for which something opens or closes.
#[derive(Clone, Default)]
pub(super) struct Change {
    pub(super) classes: BTreeSet<usize>,
    /// All that it has to be true of to be true of the zone.
    all: BTreeSet<usize>,
}

impl Found {
    pub(super) fn add(
        &mut self,
        trial: &Trial<'_>,
        (zone, place): (&ZoneName, &Place),
        classes: &Classes,
        (traffic, at): (&Traffic, usize),
        tried: &[Fared],
    ) {
        let devices = tried.iter().zip(&classes.all).filter(|(_, class)| !class.local);
        let always = always(&devices.filter_map(|(one, _)| one.tried()).collect::<Vec<_>>());
        for (index, (one, class)) in tried.iter().zip(&classes.all).enumerate() {
            let one = match one {
                Fared::Tried(one) => one,
                // What changes for others is not true of all.
                Fared::AsBefore([before, after]) => {
                    for (opens, here) in [(true, after), (false, before)] {
                        if *here && !class.local {
                            let key = (opens, traffic.clone(), at);
                            self.changes.entry(key).or_default().all.insert(index);
                        }
                    }
                    continue;
                }
            };
            let is_told = always && trial.tells(zone, class, place);
            match one.after {
                Some(true) => self.passes.entry((traffic.clone(), at)).or_default().insert(index),
                Some(false) => self.fails.entry((traffic.clone(), at)).or_default().insert(index),
                None => false,
            };
            for (opens, here, there) in
                [(true, one.after, one.before), (false, one.before, one.after)]
            {
                let change = self.changes.entry((opens, traffic.clone(), at)).or_default();
                // Whoever gets through on the other side keeps it from being true of the zone.
                if (here.is_some() && !class.local) || there == Some(true) {
                    change.all.insert(index);
                }
                let is_new = here == Some(true) && there != Some(true);
                if is_new && !(there.is_none() && is_told) {
                    change.classes.insert(index);
                }
            }
        }
    }

    /// Classes of which it is not so at this spot.
    pub(super) fn against(
        &self,
        opens: bool,
        traffic: &Traffic,
        at: usize,
    ) -> Option<&BTreeSet<usize>> {
        let against = if opens { &self.fails } else { &self.passes };
        against.get(&(traffic.clone(), at))
    }

    /// Whether what is said of most of a place is not so at this spot, for somebody of whom it is said.
    pub(super) fn contradicts(&self, opens: bool, traffic: &Traffic, at: usize) -> bool {
        let Some(change) = self.changes.get(&(opens, traffic.clone(), 0)) else { return false };
        let here = self.against(opens, traffic, at);
        here.is_some_and(|here| !here.is_disjoint(&change.classes))
    }

    /// Services for which it is not so, when it is so for everything else.
    pub(super) fn except(
        &self,
        opens: bool,
        what: &BTreeSet<Traffic>,
        at: usize,
    ) -> BTreeSet<Traffic> {
        if !Traffic::is_everything(what) {
            return BTreeSet::new();
        }
        let against = if opens { &self.fails } else { &self.passes };
        let said = self.changes.get(&(opens, Traffic::Other, at));
        let services = against.iter().filter(|((traffic, there), classes)| {
            *there == at
                && traffic.is_named()
                && said.is_some_and(|said| !said.classes.is_disjoint(classes))
        });
        services.map(|((traffic, _), _)| traffic.clone()).collect()
    }
}

impl Change {
    /// Who it is; `against` are those of whom it is not so.
    pub(super) fn sender(
        &self,
        zone: &ZoneName,
        classes: &Classes,
        against: Option<&BTreeSet<usize>>,
    ) -> Option<Sender> {
        let zone = zone.clone();
        let left: BTreeSet<usize> = self.all.difference(&self.classes).copied().collect();
        if self.classes.is_empty() {
            return None;
        }
        if classes.whole && !self.all.is_empty() && left.is_empty() {
            return Some(Sender::Zone(zone));
        }
        let addresses = classes.networks(&self.classes);
        if classes.whole && against.is_some_and(|against| left.is_subset(against)) {
            let but = classes.networks(&left);
            if !but.is_empty() && but.len() < addresses.len() {
                return Some(Sender::Others { zone, but });
            }
        }
        Some(Sender::Part { zone, addresses })
    }
}

/// How a class fared.
#[derive(PartialEq, Eq)]
pub(super) enum Fared {
    /// As was tried.
    Tried(Tried),
    /// As it did before, so that nothing was tried; whether it and the way are there on each side.
    AsBefore([bool; 2]),
}

impl Fared {
    pub(super) fn tried(&self) -> Option<&Tried> {
        match self {
            Self::Tried(tried) => Some(tried),
            Self::AsBefore(_) => None,
        }
    }
}

/// Whether a class gets through on each side; none when it, or the place, is not there.
#[derive(PartialEq, Eq)]
pub(super) struct Tried {
    pub(super) before: Option<bool>,
    pub(super) after: Option<bool>,
}

impl Tried {
    pub(super) fn of(
        trial: &Trial<'_>,
        zone: &ZoneName,
        class: &Class,
        place: &Place,
        spot: &Spot,
        probe: Probe,
    ) -> Self {
        let on = |here: &Here<'_>| {
            let is_there = here.has(zone, class.address, class.local);
            // A device that keeps an address which its zone no longer has is tried as well: only if it
            // gets through has it something to say. DHCP does not look at who asks.
            if (class.local && *place != Place::Box) || (!is_there && probe == Probe::Dhcp) {
                return None;
            }
            let at = spot.address(class.address.is_ipv6())?;
            let device = Device { zone, address: class.address, card: None };
            let passed = probe.try_from_zone(here, &device, place, at, &trial.outside)?;
            (is_there || passed).then_some(passed)
        };
        Self { before: on(trial.before), after: on(trial.after) }
    }
}

/// Whether all got through on both sides, where there is a way. Then a way that came with new addresses
/// is as it was with the old ones.
fn always(tried: &[&Tried]) -> bool {
    let all = |side: fn(&Tried) -> Option<bool>| {
        let mut there = tried.iter().copied().filter_map(side).peekable();
        there.peek().is_some() && there.all(|passed| passed)
    };
    all(|one| one.before) && all(|one| one.after)
}
