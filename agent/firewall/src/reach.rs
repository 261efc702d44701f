//! What two rulesets do differently, found by sending packets through both with [`simulate`]: a mistake
//! in how a change is put into words is caught by what the rules do. Tried are new connections from
//! every zone and from WAN to every zone, to WAN, to the CRM and to the box.
//!
//! Places are what they are on each side: a zone with another subnet is the same zone, and the CRM that
//! moved is the CRM.
//!
//! [`simulate`]: crate::simulate()

mod classes;
mod finding;
mod matrix;
mod probe;
mod published;
mod side;
mod wan;
mod zone;

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use settings::ZoneName;

pub use finding::{Answer, Finding, Place, Sender, Traffic, Weight};
pub use matrix::{Allowed, End, Kind as Transit, Passage, Ports, matrix};
pub use side::Side;

use classes::Lookups;
use probe::{Probe, probes};
use side::Outside;
use zone::Changes;

use crate::ir::Hook;
use crate::zones::interface;

/// What all trials need.
struct Trial<'a> {
    before: &'a Side<'a>,
    after: &'a Side<'a>,
    outside: Outside,
    lookups: Lookups,
    /// Packets that pass through the box, and packets to it.
    through: Vec<Probe>,
    to_box: Vec<Probe>,
    /// Zones that stay and change their subnet, with whether it is that of IPv6.
    moved: BTreeSet<(ZoneName, bool)>,
}

/// What is otherwise with the rules after, warnings first. `asking` is the address of the admin who asks:
/// whether it keeps its way in is judged when it is in a zone of the settings after.
pub fn reach(before: &Side<'_>, after: &Side<'_>, asking: Option<IpAddr>) -> Vec<Finding> {
    let moves = moves(before, after);
    let sides = [before, after];
    let trial = Trial {
        before,
        after,
        outside: Outside::of(sides),
        lookups: Lookups::of([&before.rules, &after.rules]),
        through: probes(sides, Hook::Forward),
        to_box: probes(sides, Hook::Input),
        moved: moves.iter().map(|(zone, v6, _)| (zone.clone(), *v6)).collect(),
    };
    let mut changes = Changes::default();
    for zone in trial.zones() {
        changes.add_zone(&trial, zone);
    }
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(asking.and_then(|address| way_in(after, address)));
    findings.extend(wan::findings(&trial));
    findings.extend(published::findings(&trial));
    findings.extend(changes.crm.is_lost().then_some(Finding::NobodyReachesCrm));
    findings.extend(moves.into_iter().map(|(_, _, finding)| finding));
    findings.extend(changes.findings());
    findings.sort_by_key(Finding::weight);
    findings
}

impl Trial<'_> {
    /// Zones of either side.
    fn zones(&self) -> BTreeSet<&ZoneName> {
        [self.before, self.after].into_iter().flat_map(|side| side.settings.zones.keys()).collect()
    }
}

/// Whether the admin pages answer this address.
fn way_in(side: &Side<'_>, address: IpAddr) -> Option<Finding> {
    let address = address.to_canonical();
    let mut zones = side.settings.zones.keys();
    let zone = zones.find(|zone| side.has(zone, address, false))?;
    let router = side.routers(zone).into_iter().find(|own| own.is_ipv6() == address.is_ipv6())?;
    Some(if Probe::Tcp(443).to_box(side, interface(zone), address, router) {
        Finding::KeepsWayIn { address }
    } else {
        Finding::LosesWayIn { address }
    })
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
