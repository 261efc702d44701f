//! Where packets go within a place: to whoever there no rule tells apart from most, and to those that rules
//! name.

use std::net::IpAddr;

use ipnet::IpNet;
use settings::ZoneName;

use super::Trial;
use super::classes::{Class, Classes, Run, common, joined, networks};
use super::finding::Place;
use super::touched::Area;

/// One address of a place, for all that are like it.
pub(super) enum Spot {
    /// Most of the place: of IPv4, and of IPv6.
    Most([bool; 2]),
    /// Some that rules name.
    Named { address: IpAddr, runs: Vec<Run> },
}

impl Spot {
    /// Addresses of it, when rules name them.
    pub(super) fn runs(&self) -> Option<&[Run]> {
        match self {
            Self::Most(_) => None,
            Self::Named { runs, .. } => Some(runs),
        }
    }

    /// Whom to send to: nobody when it has no address of this IP version, whoever stands for the place when it
    /// is most of it.
    pub(super) fn address(&self, v6: bool) -> Option<Option<IpAddr>> {
        match self {
            Self::Most([v4, _]) if !v6 => v4.then_some(None),
            Self::Most([_, of_v6]) => of_v6.then_some(None),
            Self::Named { address, .. } => (address.is_ipv6() == v6).then_some(Some(*address)),
        }
    }

    fn named(class: Class) -> Self {
        Self::Named { address: class.address, runs: class.runs }
    }
}

/// Spots of a place, the first of them most of it, where that is touched at all; whether some are left out.
/// Without areas all of it is.
pub(super) fn spots(
    trial: &Trial<'_>,
    place: &Place,
    areas: Option<&[&Area]>,
) -> (Vec<Spot>, bool) {
    let only = areas.and_then(destinations);
    let (classes, space, hosts) = match place {
        Place::Zone(zone) => {
            let (subnets, own) = trial.shared(zone);
            let space = joined(subnets.iter().map(|net| Run::of(*net)).collect());
            let classes = Classes::new(&subnets, &own, trial.lookups, only.as_deref());
            let hosts = [trial.before, trial.after]
                .map(|here| [false, true].map(|v6| here.host(zone, v6)))
                .concat();
            (classes, space, hosts)
        }
        Place::Internet => {
            let named = trial.lookups.destinations_outside(&trial.inside());
            let named = only.as_ref().map_or(named.clone(), |only| common(&named, only));
            let hosts = [false, true].map(|v6| trial.outside.address(v6));
            let space = hosts.map(|host| Run::of(host.into())).to_vec();
            let classes = Classes::cut(named, &[], Vec::new(), trial.lookups, None);
            (classes, space, hosts.map(Some).to_vec())
        }
        _ => return (vec![Spot::Most([true; 2])], false),
    };
    // Of a place of which only a part is touched nothing is said as a whole.
    let whole = [false, true].map(|v6| {
        let space: Vec<Run> = space.iter().filter(|run| run.v6 == v6).copied().collect();
        only.as_ref().is_none_or(|only| common(&space, only) == space)
    });
    let speaks = |class: &Class| {
        let [v4, v6] = whole;
        let is_most = if class.address.is_ipv6() { v6 } else { v4 };
        is_most && hosts.iter().flatten().any(|host| class.holds(*host))
    };
    let mut all = vec![Spot::Most(whole)];
    let Some(classes) = classes else { return (all, true) };
    all.extend(classes.all.into_iter().filter(|it| !it.local && !speaks(it)).map(Spot::named));
    (all, false)
}

/// Where to that is, when it is not to everybody.
pub(super) fn destinations(areas: &[&Area]) -> Option<Vec<Run>> {
    let to: Option<Vec<&Vec<Run>>> = areas.iter().map(|area| area.to.as_ref()).collect();
    to.map(|to| joined(to.into_iter().flatten().copied().collect()))
}

/// These spots of a place, as it is said.
pub(super) fn part<'s>(place: &Place, spots: impl Iterator<Item = &'s Spot>) -> Place {
    let runs = spots.filter_map(Spot::runs).flatten().copied().collect();
    Place::Part { zone: zone(place), addresses: networks(runs) }
}

/// All of a place but these.
pub(super) fn others<'s>(place: &Place, spots: impl Iterator<Item = &'s Spot>) -> Place {
    let runs: Vec<Run> = spots.filter_map(Spot::runs).flatten().copied().collect();
    if runs.is_empty() {
        return place.clone();
    }
    Place::Others { zone: zone(place), but: networks(runs) }
}

fn zone(place: &Place) -> Option<ZoneName> {
    match place {
        Place::Zone(zone) => Some(zone.clone()),
        _ => None,
    }
}

impl Trial<'_> {
    /// The subnets that a zone has on both sides, and addresses in them that are no device's.
    fn shared(&self, zone: &ZoneName) -> (Vec<IpNet>, Vec<IpAddr>) {
        let after = self.after.subnets(zone);
        let subnets = self.before.subnets(zone).into_iter().filter(|net| after.contains(net));
        let taken = [self.before, self.after].map(|here| [here.routers(zone), here.crm()].concat());
        (subnets.collect(), taken.concat())
    }

    /// What is not on the internet: all zones, the box's own network, and what no packet goes to.
    fn inside(&self) -> Vec<IpNet> {
        let special = ["127.0.0.0/8", "0.0.0.0/8", "224.0.0.0/3", "::/96", "fe80::/10", "ff00::/8"];
        let special = special.into_iter().filter_map(|net| net.parse().ok());
        let sides = [self.before, self.after];
        let site = sides.map(|here| IpNet::V6(here.context.site.network()));
        let zones = self.zones();
        let subnets =
            zones.into_iter().flat_map(|zone| sides.into_iter().flat_map(|it| it.subnets(zone)));
        subnets.chain(site).chain(special).collect()
    }
}
