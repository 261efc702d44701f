//! Where the CRM lives, compared. People know its address, not its number: what is told is what
//! becomes of the address, whether by the number or by the zone's subnet.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Change;
use crate::{Crm, Ipv6Zone, Settings, SitePrefix};

pub(super) fn compare(before: &Settings, now: &Settings) -> Vec<Change> {
    // Who reaches it is compared elsewhere.
    let Crm { zone, host, reachable_from: _ } = &now.crm;
    let mut told = Vec::new();
    if before.crm.zone != *zone {
        told.push(Change::CrmZone { zone: zone.clone(), before: before.crm.zone.clone() });
    }
    let addresses = [ipv4(before, now), ipv6(before, now)].into_iter().flatten();
    let addresses: Vec<Change> = addresses.collect();
    if addresses.is_empty() && before.crm.host != *host {
        told.push(Change::CrmNumber { number: *host, before: before.crm.host });
    }
    told.extend(addresses);
    told
}

fn ipv4(before: &Settings, now: &Settings) -> Option<Change> {
    match (address(before), address(now)) {
        (None, Some(address)) => Some(Change::CrmAddressNew { address }),
        (Some(before), Some(address)) if before != address => {
            Some(Change::CrmAddress { address, before })
        }
        (Some(before), None) => Some(Change::CrmAddressGone { before }),
        _ => None,
    }
}

fn address(settings: &Settings) -> Option<Ipv4Addr> {
    // Of any prefix: the IPv4 address does not depend on it.
    let (v4, _) = settings.crm.addresses(settings, SitePrefix::from_random([0; 5]));
    v4
}

fn ipv6(before: &Settings, now: &Settings) -> Option<Change> {
    match (ending(before), ending(now)) {
        (None, Some(ending)) => Some(Change::CrmEndingNew { ending }),
        (Some(before), Some(ending)) if before != ending => {
            Some(Change::CrmEnding { ending, before })
        }
        (Some(before), None) => Some(Change::CrmEndingGone { before }),
        _ => None,
    }
}

/// The last part of the IPv6 address, such as `::a`.
fn ending(settings: &Settings) -> Option<Ipv6Addr> {
    let zone = settings.zones.get(&settings.crm.zone)?;
    let number = u128::from(settings.crm.host);
    (zone.ipv6 == Ipv6Zone::Automatic).then(|| Ipv6Addr::from_bits(number))
}
