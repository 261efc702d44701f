//! What devices of one zone reach on both sides, and how the differences are put together: one finding
//! for all services, addresses and places of which the same is true.

use std::collections::{BTreeMap, BTreeSet};

use settings::ZoneName;

use super::Trial;
use super::classes::{Class, Classes, Run, joined};
use super::finding::{Finding, Place, Sender, Traffic};
use super::found::{Fared, Found, Tried};
use super::probe::Probe;
use super::spots::{Spot, others, part, spots};
use super::touched::Area;

/// Differences of all zones.
#[derive(Default)]
pub(super) struct Changes {
    /// Places by what is the same of them.
    alike: BTreeMap<Alike, Vec<Place>>,
    /// Who reaches the CRM.
    pub(super) crm: Crm,
    /// Not all was tried.
    pub(super) cut: bool,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    opens: bool,
    from: Sender,
    what: BTreeSet<Traffic>,
    except: BTreeSet<Traffic>,
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

    /// Whether anybody does, at this time or at that of the other.
    pub(super) fn add(&mut self, other: &Self) {
        self.before |= other.before;
        self.after |= other.after;
    }
}

impl Changes {
    pub(super) fn add_zone(&mut self, trial: &Trial<'_>, zone: &ZoneName) {
        let zones = trial.zones().into_iter().filter(|to| *to != zone).cloned().map(Place::Zone);
        for place in [Place::Box, Place::Internet, Place::Crm].into_iter().chain(zones) {
            self.add_place(trial, zone, &place);
        }
    }

    fn add_place(&mut self, trial: &Trial<'_>, zone: &ZoneName, place: &Place) {
        let all = trial.is_other(zone, place);
        let areas: Vec<&Area> = trial.areas(zone, place).filter(|it| it.cards.is_none()).collect();
        if areas.is_empty() && !all && *place != Place::Crm {
            return;
        }
        let Some(classes) = self.senders(trial, zone, place, &areas) else { return };
        let (spots, left_out) = spots(trial, place, (!all).then_some(areas.as_slice()));
        self.cut |= left_out;
        let anybody = all || *place == Place::Crm;
        let wanted = |class: &Class, spot: &Spot| {
            anybody || areas.iter().any(|area| area.holds(class, spot.runs()))
        };
        let probes = if *place == Place::Box { &trial.to_box } else { &trial.through };
        let mut fared: Vec<(Probe, Vec<Vec<Fared>>)> = Vec::new();
        for probe in probes {
            let pages = matches!(probe.traffic(place), Traffic::Https | Traffic::Http);
            // Where nothing is otherwise, all that counts is whether anybody reaches the pages.
            if *place == Place::Crm && areas.is_empty() && !all && !pages {
                continue;
            }
            let mut at_spots = Vec::with_capacity(spots.len());
            for spot in &spots {
                let mut tried = Vec::with_capacity(classes.all.len());
                for class in &classes.all {
                    let is_here = spot.address(class.address.is_ipv6()).is_some();
                    let is_wanted = is_here && wanted(class, spot);
                    let is_tried = is_wanted && trial.may_go_on();
                    self.cut |= is_wanted && !is_tried;
                    tried.push(if is_tried {
                        Fared::Tried(Tried::of(trial, zone, class, place, spot, *probe))
                    } else {
                        Fared::AsBefore([trial.before, trial.after].map(|side| {
                            // Of a place of which one IP version alone is touched the other is a part as well.
                            (is_here || spot.runs().is_none())
                                && trial.has_way(side, (zone, class), place)
                        }))
                    });
                }
                if *place == Place::Crm && pages {
                    let tried = || tried.iter().filter_map(Fared::tried);
                    self.crm.before |= tried().any(|one| one.before == Some(true));
                    self.crm.after |= tried().any(|one| one.after == Some(true));
                }
                at_spots.push(tried);
            }
            fared.push((*probe, at_spots));
        }
        let mut found = Found::default();
        let called = trial.services.called(&fared, place);
        for ((_, at_spots), traffic) in fared.iter().zip(&called) {
            for (at, tried) in at_spots.iter().enumerate() {
                found.add(trial, (zone, place), &classes, (traffic, at), tried);
            }
        }
        self.put_together(zone, place, &classes, &spots, &found);
    }

    /// Classes of the zone's addresses: all of them, or those that could fare otherwise.
    fn senders(
        &mut self,
        trial: &Trial<'_>,
        zone: &ZoneName,
        place: &Place,
        areas: &[&Area],
    ) -> Option<Classes> {
        let sides = [trial.before, trial.after];
        let subnets: Vec<_> = sides.iter().flat_map(|side| side.subnets(zone)).collect();
        let own: Vec<_> = sides.iter().flat_map(|side| side.routers(zone)).collect();
        let new = |only: Option<&[Run]>| Classes::new(&subnets, &own, trial.lookups, only);
        let from: Option<Vec<&Vec<Run>>> = areas.iter().map(|area| area.from.as_ref()).collect();
        let only = from.map(|from| joined(from.into_iter().flatten().copied().collect()));
        let only = only.filter(|_| !trial.is_other(zone, place) && *place != Place::Crm);
        let classes = new(only.as_deref());
        self.cut |= classes.is_none();
        classes
    }

    fn put_together(
        &mut self,
        zone: &ZoneName,
        place: &Place,
        classes: &Classes,
        spots: &[Spot],
        found: &Found,
    ) {
        let alone = matches!(place, Place::Box | Place::Crm).then(|| place.clone());
        type BySender<T> = BTreeMap<(bool, Sender), T>;
        let mut most: BySender<BTreeSet<Traffic>> = BTreeMap::new();
        for ((opens, traffic, _), change) in found.changes.iter().filter(|((.., at), _)| *at == 0) {
            if let Some(sender) = change.sender(zone, classes, found.against(*opens, traffic, 0)) {
                most.entry((*opens, sender)).or_default().insert(traffic.clone());
            }
        }
        // Spots of which it is not true are left out of what is said of most of the place.
        let mut apart: BTreeSet<(bool, Traffic, usize)> = BTreeSet::new();
        for ((opens, from), what) in most {
            let but: BTreeSet<usize> = (1..spots.len())
                .filter(|at| what.iter().any(|traffic| found.contradicts(opens, traffic, *at)))
                .collect();
            let left_out =
                but.iter().flat_map(|at| what.iter().map(move |it| (opens, it.clone(), *at)));
            apart.extend(left_out);
            let to = others(place, but.iter().filter_map(|at| spots.get(*at)));
            let except = found.except(opens, &what, 0);
            let what = spoken(&what, &except);
            let alike = Alike { opens, from, what, except, alone: alone.clone() };
            self.alike.entry(alike).or_default().push(to);
        }
        let mut by_sender: BySender<BTreeMap<usize, BTreeSet<Traffic>>> = BTreeMap::new();
        for ((opens, traffic, at), change) in found.changes.iter().filter(|((.., at), _)| *at > 0) {
            // What is said of most of a place is not said again of some of it.
            let said = found.changes.get(&(*opens, traffic.clone(), 0));
            let said = said.filter(|_| !apart.contains(&(*opens, traffic.clone(), *at)));
            let mut change = change.clone();
            change.classes.retain(|class| said.is_none_or(|said| !said.classes.contains(class)));
            if let Some(sender) = change.sender(zone, classes, found.against(*opens, traffic, *at))
            {
                let by_spot = by_sender.entry((*opens, sender)).or_default();
                by_spot.entry(*at).or_default().insert(traffic.clone());
            }
        }
        for ((opens, from), by_spot) in by_sender {
            let mut parts: BTreeMap<[BTreeSet<Traffic>; 2], Vec<&Spot>> = BTreeMap::new();
            for (at, what) in by_spot {
                if let Some(spot) = spots.get(at) {
                    let except = found.except(opens, &what, at);
                    parts.entry([spoken(&what, &except), except]).or_default().push(spot);
                }
            }
            for ([what, except], spots) in parts {
                let alike = Alike { opens, from: from.clone(), what, except, alone: alone.clone() };
                self.alike.entry(alike).or_default().push(part(place, spots.into_iter()));
            }
        }
    }

    /// What else was found; `against` are those of which it is not so.
    pub(super) fn add(
        &mut self,
        opens: bool,
        from: Sender,
        to: Place,
        (what, against): (&BTreeSet<Traffic>, &BTreeSet<Traffic>),
    ) {
        let is_service = |one: &&Traffic| one.is_named();
        let except = against.iter().filter(is_service).cloned().collect();
        let except = if Traffic::is_everything(what) { except } else { BTreeSet::new() };
        let what = spoken(what, &except);
        let alone = matches!(to, Place::Box | Place::Crm).then(|| to.clone());
        let alike = Alike { opens, from, what, except, alone };
        self.alike.entry(alike).or_default().push(to);
    }

    /// Closed first, then opened, by sender.
    pub(super) fn findings(self) -> impl Iterator<Item = Finding> {
        self.alike.into_iter().map(|(Alike { opens, from, what, except, .. }, to)| {
            if opens {
                Finding::Opened { from, to, what, except }
            } else {
                Finding::Closed { from, to, what, except }
            }
        })
    }
}

/// What is said of it: who says "everything" need not name services.
pub(super) fn spoken(what: &BTreeSet<Traffic>, except: &BTreeSet<Traffic>) -> BTreeSet<Traffic> {
    let everything = Traffic::is_everything(what);
    let is_said = |one: &&Traffic| !(everything && one.is_named()) && !except.contains(*one);
    what.iter().filter(is_said).cloned().collect()
}

impl Trial<'_> {
    /// Whether the finding of a zone that moved tells already that this way came or went.
    pub(super) fn tells(&self, zone: &ZoneName, class: &Class, place: &Place) -> bool {
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
