//! What devices of one zone reach on both sides, and how the differences are put together: one finding
//! for all services, addresses and places of which the same is true.

use std::collections::{BTreeMap, BTreeSet};

use settings::ZoneName;

use super::Trial;
use super::classes::{Class, Classes};
use super::finding::{Finding, Place, Sender, Traffic};
use super::probe::Probe;
use super::side::Side;

/// Differences of all zones.
#[derive(Default)]
pub(super) struct Changes {
    /// Places by what is the same of them.
    alike: BTreeMap<Alike, Vec<Place>>,
    /// Who reaches the CRM.
    pub(super) crm: Crm,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    opens: bool,
    from: Sender,
    what: BTreeSet<Traffic>,
    /// The box and the CRM have a finding for themselves.
    alone: Option<Place>,
}

/// Whether anybody reaches the CRM's pages.
#[derive(Default)]
pub(super) struct Crm {
    before: bool,
    after: bool,
}

impl Crm {
    pub(super) fn is_lost(&self) -> bool {
        self.before && !self.after
    }
}

/// Classes of senders for which something opens or closes.
#[derive(Default)]
struct Change {
    classes: BTreeSet<usize>,
    /// All that it has to be true of to be true of the zone.
    all: BTreeSet<usize>,
}

impl Changes {
    pub(super) fn add_zone(&mut self, trial: &Trial<'_>, zone: &ZoneName) {
        let sides = [trial.before, trial.after];
        let subnets: Vec<_> = sides.iter().flat_map(|side| side.subnets(zone)).collect();
        let own: Vec<_> = sides.iter().flat_map(|side| side.routers(zone)).collect();
        let classes = Classes::new(&subnets, &own, &trial.lookups);
        let zones = trial.zones().into_iter().filter(|to| *to != zone).cloned().map(Place::Zone);
        for place in [Place::Box, Place::Internet, Place::Crm].into_iter().chain(zones) {
            self.add_place(trial, zone, &classes, place);
        }
    }

    fn add_place(&mut self, trial: &Trial<'_>, zone: &ZoneName, classes: &Classes, place: Place) {
        let probes = if place == Place::Box { &trial.to_box } else { &trial.through };
        let mut changes: BTreeMap<(bool, Traffic), Change> = BTreeMap::new();
        for probe in probes {
            let tried: Vec<Tried> = classes
                .all
                .iter()
                .map(|class| Tried::of(trial, zone, class, &place, *probe))
                .collect();
            let traffic = probe.traffic(&place);
            if place == Place::Crm && matches!(traffic, Traffic::Https | Traffic::Http) {
                self.crm.before |= tried.iter().any(|one| one.before == Some(true));
                self.crm.after |= tried.iter().any(|one| one.after == Some(true));
            }
            let devices = tried.iter().zip(&classes.all).filter(|(_, class)| !class.local);
            let always = always(&devices.map(|(one, _)| one).collect::<Vec<_>>());
            for (index, (one, class)) in tried.iter().zip(&classes.all).enumerate() {
                let is_told = always && trial.tells(zone, class, &place);
                for (opens, here, there) in
                    [(true, one.after, one.before), (false, one.before, one.after)]
                {
                    let change = changes.entry((opens, traffic)).or_default();
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
        let mut by_sender: BTreeMap<(bool, Sender), BTreeSet<Traffic>> = BTreeMap::new();
        for ((opens, traffic), change) in changes {
            if let Some(sender) = change.sender(zone, classes) {
                by_sender.entry((opens, sender)).or_default().insert(traffic);
            }
        }
        let alone = matches!(place, Place::Box | Place::Crm).then(|| place.clone());
        for ((opens, sender), what) in by_sender {
            let alike = Alike { opens, from: sender, what, alone: alone.clone() };
            self.alike.entry(alike).or_default().push(place.clone());
        }
    }

    /// Closed first, then opened, by sender.
    pub(super) fn findings(self) -> impl Iterator<Item = Finding> {
        self.alike.into_iter().map(|(Alike { opens, from, what, .. }, to)| {
            if opens {
                Finding::Opened { from, to, what }
            } else {
                Finding::Closed { from, to, what }
            }
        })
    }
}

impl Change {
    fn sender(&self, zone: &ZoneName, classes: &Classes) -> Option<Sender> {
        let zone = zone.clone();
        if self.classes.is_empty() {
            None
        } else if !self.all.is_empty() && self.all.is_subset(&self.classes) {
            Some(Sender::Zone(zone))
        } else {
            Some(Sender::Part { zone, addresses: classes.networks(&self.classes) })
        }
    }
}

/// Whether a class gets through on each side; none when it, or the place, is not there.
struct Tried {
    before: Option<bool>,
    after: Option<bool>,
}

impl Tried {
    fn of(trial: &Trial<'_>, zone: &ZoneName, class: &Class, place: &Place, probe: Probe) -> Self {
        let on = |side: &Side<'_>| {
            let is_there = side.has(zone, class.address, class.local);
            // A device that keeps an address which its zone no longer has is tried as well: only if it
            // gets through has it something to say. DHCP does not look at who asks.
            if (class.local && *place != Place::Box) || (!is_there && probe == Probe::Dhcp) {
                return None;
            }
            let sender = (zone, class.address);
            let passed = probe.try_from_zone(side, sender, place, &trial.outside)?;
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

impl Trial<'_> {
    /// Whether the finding of a zone that moved tells already that this way came or went.
    fn tells(&self, zone: &ZoneName, class: &Class, place: &Place) -> bool {
        let v6 = class.address.is_ipv6();
        let crm = &self.after.settings.crm.zone;
        let there = match place {
            Place::Zone(to) => Some(to),
            Place::Crm if self.before.settings.crm.zone == *crm => Some(crm),
            _ => None,
        };
        let moved = |zone: &ZoneName| self.moved.contains(&(zone.clone(), v6));
        moved(zone) || there.is_some_and(moved)
    }
}
