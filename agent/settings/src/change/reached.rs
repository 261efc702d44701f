//! Lists of sources compared by what they let in, not by how they are written: networks contain each
//! other, and whoever is said to be shut out must be shut out.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::{Change, Door};
use crate::{Addresses, Source, ZoneName};

/// Told zone by zone.
pub(super) fn compare(door: Door, before: &[Source], now: &[Source]) -> Vec<Change> {
    let zones: BTreeSet<&ZoneName> = before.iter().chain(now).map(|source| &source.zone).collect();
    let told = zones.into_iter().map(|zone| one(door, zone, of(zone, before), of(zone, now)));
    told.flatten().collect()
}

fn of<'s>(zone: &ZoneName, sources: &'s [Source]) -> Option<&'s Addresses> {
    sources.iter().find(|source| source.zone == *zone).map(|source| &source.addresses)
}

fn one(
    door: Door,
    zone: &ZoneName,
    before: Option<&Addresses>,
    now: Option<&Addresses>,
) -> Vec<Change> {
    if before == now {
        return Vec::new();
    }
    let zone = zone.clone();
    let change = match (somebody(before), somebody(now)) {
        (None, None) => Change::Spelled { door, zone },
        (None, Some(Addresses::All)) => Change::NowAll { door, zone },
        (None, Some(Addresses::List(networks))) => {
            Change::NowSome { door, networks: networks.clone(), zone }
        }
        (Some(before), None) => Change::Nobody { door, zone, before: before.clone() },
        (Some(Addresses::List(before)), Some(Addresses::List(now))) => {
            return networks(door, &zone, before, now);
        }
        (Some(Addresses::List(before)), Some(Addresses::All)) => {
            Change::All { door, zone, before: before.clone() }
        }
        (Some(Addresses::All), Some(Addresses::List(networks))) => {
            Change::Only { door, networks: networks.clone(), zone }
        }
        (Some(Addresses::All), Some(Addresses::All)) => return Vec::new(),
    };
    vec![change]
}

/// An empty list lets in nobody, just as no list does.
fn somebody(addresses: Option<&Addresses>) -> Option<&Addresses> {
    addresses.filter(|addresses| !matches!(addresses, Addresses::List(list) if list.is_empty()))
}

fn networks(door: Door, zone: &ZoneName, before: &[IpNet], now: &[IpNet]) -> Vec<Change> {
    let zone = || zone.clone();
    let was: BTreeSet<IpNet> = before.iter().copied().collect();
    let is: BTreeSet<IpNet> = now.iter().copied().collect();
    if was == is {
        return Vec::new();
    }
    // Without what others contain, and halves put together: what is in the union is in one of these.
    let was_all = IpNet::aggregate(&before.to_vec());
    let is_all = IpNet::aggregate(&now.to_vec());
    let gained: Vec<IpNet> =
        is.difference(&was).filter(|network| !within(network, &was_all)).copied().collect();
    let touched = was.difference(&is).filter(|network| !within(network, &is_all)).copied();
    let (cut, lost): (Vec<IpNet>, Vec<IpNet>) =
        touched.partition(|network| is_all.iter().any(|kept| network.contains(kept)));
    let of_cut = |kept: &&IpNet| within(kept, &cut);
    let kept = is_all.iter().filter(of_cut).copied().collect();

    let mut told = Vec::new();
    if !gained.is_empty() {
        told.push(Change::NowSome { door, networks: gained, zone: zone() });
    }
    if !cut.is_empty() {
        told.push(Change::Still { door, networks: cut, zone: zone(), kept });
    }
    if !lost.is_empty() {
        told.push(Change::Lost { door, networks: lost, zone: zone() });
    }
    if told.is_empty() {
        told.push(Change::Spelled { door, zone: zone() });
    }
    told
}

fn within(network: &IpNet, all: &[IpNet]) -> bool {
    all.iter().any(|one| one.contains(network))
}
