//! Zones compared by name: new ones, what is different in those that stay, those that went.

use std::collections::BTreeMap;

use super::{Change, Plain, reservations};
use crate::{DhcpRange, Ipv4Zone, Ipv6Zone, Zone, ZoneName};

type Zones = BTreeMap<ZoneName, Zone>;

pub(super) fn compare(before: &Zones, now: &Zones) -> Vec<Change> {
    let new = now.iter().filter(|(name, _)| !before.contains_key(*name));
    let new = new.flat_map(|(name, zone)| {
        // What it is called is said by every sentence that names it.
        let Zone { vlan, ipv4, ipv6, label: _, isolated, reservations } = zone.clone();
        let isolated = isolated.then(|| Change::Isolated { zone: name.clone() });
        let zone = Change::ZoneNew { zone: name.clone(), vlan, ipv4, ipv6 };
        let reserved = reservations::compare(name, &[], &reservations);
        [zone].into_iter().chain(isolated).chain(reserved)
    });
    let kept = now.iter().filter_map(|(name, zone)| Some((name, before.get(name)?, zone)));
    let kept = kept.flat_map(|(name, before, now)| one(name, before, now));
    let gone = before.keys().filter(|name| !now.contains_key(*name));
    let gone = gone.map(|name| Change::ZoneGone { zone: name.clone() });
    new.chain(kept).chain(gone).collect()
}

fn one(name: &ZoneName, before: &Zone, now: &Zone) -> Vec<Change> {
    let zone = || name.clone();
    let Zone { vlan, ipv4, ipv6, label: _, isolated, reservations } = now;
    let mut told: Vec<Change> = label(name, before, now).into_iter().collect();
    if before.vlan != *vlan {
        told.push(Change::Vlan { zone: zone(), vlan: *vlan, before: before.vlan });
    }
    match (&before.ipv4, ipv4) {
        (None, Some(ipv4)) => told.push(Change::Ipv4New { zone: zone(), ipv4: ipv4.clone() }),
        (Some(Ipv4Zone { address, .. }), None) => {
            told.push(Change::Ipv4Gone { zone: zone(), before: *address });
        }
        (Some(before), Some(now)) => told.extend(self::ipv4(name, before, now)),
        (None, None) => {}
    }
    match (before.ipv6, ipv6) {
        (Ipv6Zone::Off, Ipv6Zone::Automatic) => told.push(Change::Ipv6New { zone: zone() }),
        (Ipv6Zone::Automatic, Ipv6Zone::Off) => told.push(Change::Ipv6Gone { zone: zone() }),
        (Ipv6Zone::Automatic, Ipv6Zone::Automatic) | (Ipv6Zone::Off, Ipv6Zone::Off) => {}
    }
    told.extend(reservations::compare(name, &before.reservations, reservations));
    match (before.isolated, isolated) {
        (false, true) => told.push(Change::Isolated { zone: zone() }),
        (true, false) => told.push(Change::IsolatedGone { zone: zone() }),
        (true, true) | (false, false) => {}
    }
    told
}

fn label(name: &ZoneName, before: &Zone, now: &Zone) -> Option<Change> {
    let zone = Plain(name.clone());
    match (before.label.clone(), now.label.clone()) {
        (None, Some(label)) => Some(Change::LabelNew { zone, label }),
        (Some(before), Some(label)) if before != label => Some(Change::Label { label, before }),
        (Some(before), None) => Some(Change::LabelGone { zone, before }),
        _ => None,
    }
}

fn ipv4(name: &ZoneName, before: &Ipv4Zone, now: &Ipv4Zone) -> Vec<Change> {
    let zone = || name.clone();
    let Ipv4Zone { address, dhcp } = now;
    let mut told = Vec::new();
    if before.address != *address {
        told.push(Change::BoxAddress { zone: zone(), address: *address, before: before.address });
    }
    told.extend(self::dhcp(name, before.dhcp, *dhcp));
    told
}

fn dhcp(name: &ZoneName, before: Option<DhcpRange>, now: Option<DhcpRange>) -> Option<Change> {
    let zone = name.clone();
    match (before, now) {
        (None, Some(dhcp)) => Some(Change::DhcpNew { zone, dhcp }),
        (Some(before), Some(dhcp)) if before != dhcp => Some(Change::Dhcp { zone, dhcp, before }),
        (Some(before), None) => Some(Change::DhcpGone { zone, before }),
        _ => None,
    }
}
