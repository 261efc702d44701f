//! Devices that rules know by their network cards: what changes for one that does not for the others of its
//! zone. Where it is, no rule says: it is tried in each zone that a rule speaks of.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use settings::{MacAddress, ZoneName};

use super::Trial;
use super::classes::Classes;
use super::finding::{Finding, Place, Sender, Traffic};
use super::here::Here;
use super::probe::{Device, Probe};
use super::spots::{Spot, part, spots};
use super::touched::Area;
use super::zone::Changes;
use crate::ir::{Ruleset, Value};

/// Findings of single devices; what is of a zone and a place goes to the changes.
pub(super) fn findings(trial: &Trial<'_>, changes: &mut Changes) -> Vec<Finding> {
    let (mut shut, mut out) = (Vec::new(), Vec::new());
    for (cards, areas) in alike(trial) {
        let Some(card) = cards.first() else { continue };
        let everywhere = areas.iter().any(|area| area.input.is_none());
        let mut work = Work {
            trial,
            card: *card,
            found: BTreeMap::new(),
            after: BTreeMap::new(),
            passes: [false; 2],
        };
        for zone in trial.zones() {
            changes.cut |= !work.zone(zone);
        }
        match (everywhere, work.passes) {
            (true, [true, false]) => shut.extend(cards),
            (true, [false, true]) => out.extend(cards),
            _ => work.tell(&cards, changes),
        }
    }
    let sorted = |mut devices: Vec<MacAddress>| {
        devices.sort_unstable();
        (!devices.is_empty()).then_some(devices)
    };
    let shut = sorted(shut).map(|devices| Finding::ShutOff { devices });
    let out = sorted(out).map(|devices| Finding::LetOut { devices });
    shut.into_iter().chain(out).collect()
}

/// Cards that no rule tells apart, of those that something could change for.
fn alike<'a>(trial: &'a Trial<'_>) -> Vec<(Vec<MacAddress>, Vec<&'a Area>)> {
    let touched: BTreeSet<MacAddress> =
        trial.areas.iter().filter_map(|area| area.cards.as_ref()).flatten().copied().collect();
    let lists: Vec<BTreeSet<MacAddress>> =
        [trial.before, trial.after].into_iter().flat_map(|here| lists(&here.rules)).collect();
    let mut alike: BTreeMap<Vec<bool>, Vec<MacAddress>> = BTreeMap::new();
    for card in touched {
        let told = lists.iter().map(|list| list.contains(&card)).collect();
        alike.entry(told).or_default().push(card);
    }
    let with_areas = |cards: Vec<MacAddress>| {
        let of_them = |area: &&Area| {
            let own = area.cards.as_ref();
            own.is_some_and(|own| cards.first().is_some_and(|card| own.contains(card)))
        };
        let areas = trial.areas.iter().filter(of_them).collect();
        (cards, areas)
    };
    alike.into_values().map(with_areas).collect()
}

/// Lists of cards that rules look up.
fn lists(ruleset: &Ruleset) -> Vec<BTreeSet<MacAddress>> {
    let sets = ruleset.tables.iter().flat_map(|table| &table.sets);
    let lists = sets.map(|set| {
        let cards = set.elements.iter().flatten().filter_map(|value| match value {
            Value::Mac(octets) => MacAddress::new(*octets),
            _ => None,
        });
        cards.collect::<BTreeSet<_>>()
    });
    lists.filter(|list| !list.is_empty()).collect()
}

/// Whether the card gets through before and after, and whether others do.
type Fares = [[Option<bool>; 2]; 2];

struct Work<'t, 'a> {
    trial: &'t Trial<'a>,
    card: MacAddress,
    found: BTreeMap<(bool, ZoneName, Place), BTreeSet<Traffic>>,
    /// What passes after, and what does not.
    after: BTreeMap<(bool, ZoneName, Place), BTreeSet<Traffic>>,
    /// Whether anything but an address and names passes, before and after.
    passes: [bool; 2],
}

impl Work<'_, '_> {
    /// Tries it in the zone; whether all of it was tried.
    fn zone(&mut self, zone: &ZoneName) -> bool {
        let trial = self.trial;
        if trial.after.settings.crm.zone == *zone {
            return true;
        }
        let mut all = true;
        let zones = trial.zones().into_iter().filter(|to| *to != zone).cloned().map(Place::Zone);
        for place in [Place::Box, Place::Internet, Place::Crm].into_iter().chain(zones) {
            let of_card =
                |area: &&Area| area.cards.as_ref().is_some_and(|cards| cards.contains(&self.card));
            let areas: Vec<&Area> = trial.areas(zone, &place).filter(of_card).collect();
            if areas.is_empty() {
                continue;
            }
            let (spots, left_out) = spots(trial, &place, Some(&areas));
            all &= !left_out;
            let probes = if place == Place::Box { &trial.to_box } else { &trial.through };
            let (senders, told_apart) = self.senders(zone);
            all &= told_apart;
            for spot in &spots {
                for sender in &senders {
                    let Some(at) = spot.address(sender.is_ipv6()) else { continue };
                    let tried: Vec<_> = probes
                        .iter()
                        .map_while(|probe| {
                            Some((*probe, self.fares(zone, &place, at, *sender, *probe)?))
                        })
                        .collect();
                    all &= tried.len() == probes.len();
                    self.add(zone, &place, spot, &tried);
                }
            }
        }
        all
    }

    /// Addresses that the card can have, one for each of those that rules tell apart; whether these are all.
    fn senders(&self, zone: &ZoneName) -> (Vec<IpAddr>, bool) {
        let trial = self.trial;
        let sides = [trial.before, trial.after];
        let subnets: Vec<_> = sides.iter().flat_map(|side| side.subnets(zone)).collect();
        let own: Vec<_> = sides.iter().flat_map(|side| side.routers(zone)).collect();
        if let Some(classes) = Classes::new(&subnets, &own, trial.lookups, None) {
            let devices = classes.all.iter().filter(|class| !class.local);
            return (devices.map(|class| class.address).collect(), true);
        }
        let hosts = [false, true].map(|v6| sides.iter().find_map(|side| side.host(zone, v6)));
        (hosts.into_iter().flatten().collect(), false)
    }

    /// How the card and others fare before and after; none when too much was tried already.
    fn fares(
        &self,
        zone: &ZoneName,
        place: &Place,
        at: Option<IpAddr>,
        address: IpAddr,
        probe: Probe,
    ) -> Option<Fares> {
        let trial = self.trial;
        if !trial.may_go_on() {
            return None;
        }
        let fares = |here: &Here<'_>, card: Option<MacAddress>| {
            if !here.has(zone, address, false) {
                return None;
            }
            let device = Device { zone, address, card };
            probe.try_from_zone(here, &device, place, at, &trial.outside)
        };
        let of = |card| [trial.before, trial.after].map(|here| fares(here, card));
        Some([of(Some(self.card)), of(None)])
    }

    fn add(&mut self, zone: &ZoneName, place: &Place, spot: &Spot, tried: &[(Probe, Fares)]) {
        let called = self.trial.services.called(tried, place);
        for ((_, [own, others]), traffic) in tried.iter().zip(called) {
            if !matches!(traffic, Traffic::Dns | Traffic::Dhcp) {
                for (passes, own) in self.passes.iter_mut().zip(own) {
                    *passes |= *own == Some(true);
                }
            }
            let [before, after] = own.map(|it| it == Some(true));
            let to = match spot {
                Spot::Most(_) => place.clone(),
                named => part(place, std::iter::once(named)),
            };
            let key = (after, zone.clone(), to.clone());
            self.after.entry(key).or_default().insert(traffic.clone());
            // What is so for everybody is said of the zone.
            if before == after || own == others {
                continue;
            }
            self.found.entry((after, zone.clone(), to)).or_default().insert(traffic);
        }
    }

    fn tell(self, cards: &[MacAddress], changes: &mut Changes) {
        for ((opens, zone, place), what) in self.found {
            let against = self.after.get(&(!opens, zone.clone(), place.clone()));
            let against = against.cloned().unwrap_or_default();
            let from = Sender::Devices { zone, cards: cards.to_vec() };
            changes.add(opens, from, place, (&what, &against));
        }
    }
}
