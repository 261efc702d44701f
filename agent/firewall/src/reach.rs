//! What two rulesets do differently, found by sending packets through both with [`simulate`]: a mistake
//! in how a change is put into words is caught by what the rules do. Tried are new connections from
//! every zone and from WAN to every zone, to WAN, to the CRM and to the box.
//!
//! Places are what they are on each side: a zone with another subnet is the same zone, and the CRM that
//! moved is the CRM.
//!
//! [`simulate`]: crate::simulate()

mod cards;
mod classes;
mod finding;
mod found;
mod here;
mod matrix;
mod plugged;
mod probe;
mod providers;
mod published;
mod relayed;
mod services;
mod side;
mod spots;
mod touched;
mod wan;
mod week;
mod words;
mod zone;

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use settings::{RuleAction, Settings, Title, ZoneName};

pub use finding::{Answer, Finding, Place, Sender, Traffic, Weight};
pub use matrix::{Allowed, End, Kind as Transit, Passage, Ports, matrix};
pub use plugged::{Plugged, cut_off};
pub use providers::providers_network;
pub use side::Side;
pub use week::{Hours, Timed, reach_in_a_week};
pub use words::Names;

use classes::{Class, Lookups, Run, common, joined};
use here::Here;
use probe::{Probe, probes};
use services::Services;
use side::Outside;
use touched::{Area, touched};
use zone::{Changes, Crm};

use crate::ir::Hook;
use crate::zones::interface;

/// Most rules that packets may meet while somebody waits: a second or less.
const MOST_STEPS: u64 = 6_000_000;

/// What all trials need.
struct Trial<'a> {
    before: &'a Here<'a>,
    after: &'a Here<'a>,
    outside: Outside,
    lookups: &'a Lookups,
    /// Packets that pass through the box, and packets to it.
    through: Vec<Probe>,
    to_box: Vec<Probe>,
    /// Zones that stay and change their subnet, with whether it is that of IPv6.
    moved: BTreeSet<(ZoneName, bool)>,
    /// Packets that could fare otherwise.
    areas: Vec<Area>,
    services: Services<'a>,
    /// Most rules that packets may meet.
    steps: u64,
}

/// What is otherwise with the rules after, warnings first. `asking` is the address of the admin who asks:
/// whether it keeps its way in is judged when it is in a zone of the settings after.
pub fn reach(before: &Side<'_>, after: &Side<'_>, asking: Option<IpAddr>) -> Vec<Finding> {
    reach_within(before, after, asking, MOST_STEPS)
}

/// As [`reach`], with packets that meet so many rules: what takes more is left out, and it is said.
pub fn reach_within(
    before: &Side<'_>,
    after: &Side<'_>,
    asking: Option<IpAddr>,
    steps: u64,
) -> Vec<Finding> {
    let Judged { mut findings, crm, cut } = judged(before, after, asking, steps);
    if crm.is_lost() && !cut {
        findings.insert(0, Finding::NobodyReachesCrm);
    }
    findings.sort_by_key(Finding::weight);
    findings
}

/// What is found at one time.
struct Judged {
    findings: Vec<Finding>,
    crm: Crm,
    /// Not all was tried.
    cut: bool,
}

fn judged(before: &Side<'_>, after: &Side<'_>, asking: Option<IpAddr>, steps: u64) -> Judged {
    let moves = moves(before, after);
    let sides = [before, after];
    let lookups = Lookups::of([&before.rules, &after.rules]);
    let trial = Trial {
        before: &Here::new(before, &lookups),
        after: &Here::new(after, &lookups),
        outside: Outside::of(sides, &lookups),
        lookups: &lookups,
        through: probes(sides, Hook::Forward),
        to_box: probes(sides, Hook::Input),
        moved: moves.iter().map(|(zone, v6, _)| (zone.clone(), *v6)).collect(),
        areas: touched(&before.rules, &after.rules),
        services: Services::of(sides),
        steps,
    };
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(asking.and_then(|address| way_in(&trial, address)));
    findings.extend(wan::findings(&trial));
    findings.extend(published::findings(&trial));
    let mut changes = Changes::default();
    for zone in trial.zones() {
        changes.add_zone(&trial, zone);
    }
    findings.extend(relayed::findings(before, after));
    let devices = cards::findings(&trial, &mut changes);
    findings.extend(changes.cut.then_some(Finding::Incomplete));
    findings.extend(moves.into_iter().map(|(_, _, finding)| finding));
    findings.extend(routers(before, after));
    findings.extend(devices);
    findings.extend(for_nobody(before.settings, after.settings));
    let (crm, cut) = (std::mem::take(&mut changes.crm), changes.cut);
    findings.extend(changes.findings());
    Judged { findings, crm, cut }
}

/// Rules that are for nobody with the settings after, and were for somebody or not there before.
fn for_nobody<'s>(before: &'s Settings, after: &'s Settings) -> impl Iterator<Item = Finding> + 's {
    let were: BTreeSet<u16> = before.rules_for_nobody().map(|rule| rule.id).collect();
    let are = after.rules_for_nobody().filter(move |rule| !were.contains(&rule.id));
    are.map(|rule| {
        let stops = rule.action != RuleAction::Allow;
        Finding::RuleForNobody { rule: rule.id, stops }
    })
}

/// The smallest group of addresses that holds all of these.
pub fn group_of<'s>(settings: &'s Settings, addresses: &[IpNet]) -> Option<&'s Title> {
    let asked = joined(addresses.iter().map(|net| Run::of(*net)).collect());
    let groups = settings.groups.iter().filter_map(|(name, members)| {
        let networks = settings.members(members).into_iter().map(settings::Member::networks);
        let runs = networks.flat_map(|(v4, v6)| {
            v4.into_iter().map(IpNet::V4).chain(v6.into_iter().map(IpNet::V6)).map(Run::of)
        });
        let runs = joined(runs.collect());
        (common(&asked, &runs) == asked && !asked.is_empty()).then(|| (classes::size(&runs), name))
    });
    groups.min().map(|(_, name)| name)
}

impl Trial<'_> {
    /// Zones of either side.
    fn zones(&self) -> BTreeSet<&ZoneName> {
        [self.before, self.after].into_iter().flat_map(|here| here.settings.zones.keys()).collect()
    }

    /// What of the packets from a zone to a place could fare otherwise.
    fn areas(&self, zone: &ZoneName, place: &Place) -> impl Iterator<Item = &Area> {
        let input = interface(zone);
        let outputs: Vec<_> = [self.before, self.after]
            .into_iter()
            .filter_map(|here| match place {
                Place::Internet => here.context.wan.clone(),
                Place::Crm => Some(interface(&here.settings.crm.zone)),
                Place::Zone(zone) => Some(interface(zone)),
                _ => None,
            })
            .collect();
        let to_box = *place == Place::Box;
        self.areas.iter().filter(move |area| {
            // What comes to the box may be sent on to a device that is published.
            (to_box || area.hook != Hook::Input)
                && area.input.as_ref().is_none_or(|own| *own == input)
                && area.output.as_ref().is_none_or(|own| to_box || outputs.contains(own))
        })
    }

    /// Whether the zone or the place is not the same on both sides, whatever the rules are.
    fn is_other(&self, zone: &ZoneName, place: &Place) -> bool {
        let differs = |zone: &ZoneName| {
            let [before, after] = [self.before, self.after]
                .map(|here| (here.subnets(zone), here.routers(zone), here.zone(zone).is_some()));
            before != after
        };
        differs(zone)
            || match place {
                Place::Internet => self.before.context.wan != self.after.context.wan,
                Place::Crm => self.before.crm() != self.after.crm(),
                Place::Zone(zone) => differs(zone),
                _ => false,
            }
    }

    /// Whether addresses of a zone have a way to the place on a side.
    fn has_way(&self, here: &Here<'_>, (zone, class): (&ZoneName, &Class), place: &Place) -> bool {
        let v6 = class.address.is_ipv6();
        here.has(zone, class.address, class.local)
            && match place {
                Place::Box => here.routers(zone).iter().any(|own| own.is_ipv6() == v6),
                place => here.way(place, v6, &self.outside).is_some(),
            }
    }

    /// Whether another packet may be sent.
    fn may_go_on(&self) -> bool {
        self.before.simulator.steps() + self.after.simulator.steps() < self.steps
    }
}

/// Whether the admin pages answer this address. Of a device that has to get another one in its zone it is
/// said only when that would be of no use.
fn way_in(trial: &Trial<'_>, address: IpAddr) -> Option<Finding> {
    let (side, address) = (trial.after, address.to_canonical());
    let zone_of = |here: &Here<'_>| {
        let mut zones = here.settings.zones.keys();
        zones.find(|zone| here.has(zone, address, false)).cloned()
    };
    let answers = |zone: &ZoneName, from: IpAddr| {
        let mut routers = side.routers(zone).into_iter();
        let router = routers.find(|own| own.is_ipv6() == from.is_ipv6());
        router.is_some_and(|own| Probe::Tcp(443).to_box(side, interface(zone), from, own))
    };
    if let Some(zone) = zone_of(side) {
        return Some(if answers(&zone, address) {
            Finding::KeepsWayIn { address }
        } else {
            Finding::LosesWayIn { address }
        });
    }
    let zone = zone_of(trial.before)?;
    // While it is tried the box keeps an address that it moves from, and no network that only gets smaller.
    let own = |here: &Here<'_>| here.settings.zones.get(&zone)?.ipv4.as_ref().map(|it| it.address);
    if let (Some(was), Some(is)) = (own(trial.before), own(side))
        && was.addr() == is.addr()
        && address.is_ipv4()
    {
        return Some(Finding::LeftOut { address, zone, network: is.trunc() });
    }
    let other = side.host(&zone, address.is_ipv6());
    let is_answered = other.is_some_and(|other| answers(&zone, other));
    (!is_answered).then_some(Finding::LosesWayIn { address })
}

/// Zones where the box has another address, and devices may keep theirs.
fn routers(before: &Side<'_>, after: &Side<'_>) -> Vec<Finding> {
    let one = |zone: &ZoneName| {
        let [was, is] = [before, after].map(|side| side.zone(zone)?.ipv4.as_ref());
        let (was, is) = (was?.address, is?);
        let (old, new) = (was.addr(), is.address.addr());
        let some_stay = was.contains(&is.address.trunc()) || is.address.contains(&was.trunc());
        let lends = is.dhcp.is_some();
        let finding =
            || Finding::RouterMoved { zone: zone.clone(), before: old, after: new, lends };
        (old != new && some_stay && *zone != after.settings.crm.zone).then(finding)
    };
    before.settings.zones.keys().filter_map(one).collect()
}

/// Zones that stay, with other subnets.
fn moves(before: &Side<'_>, after: &Side<'_>) -> Vec<(ZoneName, bool, Finding)> {
    let mut found = Vec::new();
    for zone in before.settings.zones.keys().filter(|zone| after.zone(zone).is_some()) {
        for v6 in [false, true] {
            let subnet = |side: &Side<'_>| {
                let mut subnets = side.subnets(zone).into_iter();
                subnets.find(|net| matches!(net, IpNet::V6(_)) == v6)
            };
            let (before, after) = (subnet(before), subnet(after));
            if before != after {
                let finding = Finding::Moved { zone: zone.clone(), before, after };
                found.push((zone.clone(), v6, finding));
            }
        }
    }
    found
}
