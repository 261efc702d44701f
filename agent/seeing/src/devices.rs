//! The devices that were seen in the zones, known by their MAC addresses. A device that makes up one
//! address after the other fills the list up to its bound and then pushes out what is oldest in its own
//! zone, for the zone with the most devices gives way.

mod kept;
mod shown;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use host_api::seeing::End;
use serde::{Deserialize, Serialize};
use settings::MacAddress;

use crate::leases::Lease;
use crate::view::{Place, View};

/// Most devices that are known.
pub const MAX: usize = 20_000;
/// Addresses of a device that are kept; a phone has some of IPv6 at a time.
const MAX_ADDRESSES: usize = 8;
/// A device that was seen within this many seconds is there: as long as a bridge remembers a card.
const HERE: u64 = 300;

/// What was seen of the links in one look.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Addresses with the cards that have them.
    pub neighbours: Vec<Neighbour>,
    /// Ports of the settings, by the card that is behind.
    pub behind: HashMap<MacAddress, String>,
    /// Leases by zone.
    pub leases: BTreeMap<String, Vec<Lease>>,
}

/// An address that a card has.
#[derive(Clone, Debug)]
pub struct Neighbour {
    /// The zone's interface.
    pub interface: String,
    /// The address.
    pub address: IpAddr,
    /// The card.
    pub mac: MacAddress,
    /// It answered lately.
    pub reachable: bool,
}

/// A device that was not known before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct New {
    /// Its MAC address.
    pub mac: MacAddress,
    /// Where it is.
    pub zone: String,
    /// Its address.
    pub address: IpAddr,
}

/// All known devices.
#[derive(Clone, Debug, Default)]
pub struct Devices {
    known: HashMap<MacAddress, Known>,
    by_address: HashMap<IpAddr, MacAddress>,
    change: Change,
}

/// How much differs from what was kept last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Nothing.
    #[default]
    None,
    /// When and with which addresses devices were seen.
    Little,
    /// Which devices are known.
    Much,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    zone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    addresses: Vec<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    port: Option<String>,
    first: u64,
    last: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    new: bool,
    #[serde(skip)]
    lease: Option<u64>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Devices {
    /// Takes what was seen now (seconds since 1970); tells which devices are new.
    pub fn see(&mut self, view: &View, seen: &Seen, now: u64) -> Vec<New> {
        let mut new = Vec::new();
        let mut addresses: HashMap<MacAddress, Vec<IpAddr>> = HashMap::new();
        for one in &seen.neighbours {
            let Some(zone) = view.zone_of_interface(&one.interface) else { continue };
            // In the CRM's zone is nobody but the CRM, and what the box has itself is no device.
            if zone.is_crm || zone.own.contains(&one.address) {
                continue;
            }
            let active = one.reachable || seen.behind.contains_key(&one.mac);
            let known = self.known.entry(one.mac).or_insert_with(|| {
                let (mac, zone, address) = (one.mac, zone.name.clone(), one.address);
                self.change = Change::Much;
                new.push(New { mac, zone: zone.clone(), address });
                Known {
                    zone,
                    name: None,
                    addresses: Vec::new(),
                    port: None,
                    first: now,
                    last: now,
                    new: true,
                    lease: None,
                }
            });
            if active {
                if known.zone != zone.name {
                    known.zone.clone_from(&zone.name);
                }
                known.last = now;
            }
            let all = addresses.entry(one.mac).or_default();
            if all.len() < MAX_ADDRESSES && !all.contains(&one.address) {
                all.push(one.address);
            }
        }
        self.learn(view, seen, addresses);
        self.change = self.change.max(Change::Little);
        self.forget_beyond(MAX);
        self.index();
        new
    }

    fn learn(&mut self, view: &View, seen: &Seen, mut addresses: HashMap<MacAddress, Vec<IpAddr>>) {
        for lease in seen.leases.values().flatten() {
            let Some(known) = self.known.get_mut(&lease.mac) else { continue };
            known.lease = lease.expires;
            if lease.name.is_some() && known.name != lease.name {
                known.name.clone_from(&lease.name);
            }
        }
        for (mac, port) in &seen.behind {
            if let Some(known) = self.known.get_mut(mac)
                && known.port.as_ref() != Some(port)
            {
                known.port = Some(port.clone());
            }
        }
        for (mac, mut all) in addresses.drain() {
            if let Some(known) = self.known.get_mut(&mac) {
                // What it had before its zone moved is still remembered, and of no use.
                let is_elsewhere = |one: &IpAddr| view.place(*one).as_str() != Some(&known.zone);
                all.sort_unstable_by_key(|one| (is_elsewhere(one), *one));
                known.addresses = all;
            }
        }
    }

    /// These are not new any more; all when none is named. How many were.
    pub fn know(&mut self, macs: &[MacAddress]) -> usize {
        let mut count = 0;
        for (mac, known) in &mut self.known {
            if known.new && (macs.is_empty() || macs.contains(mac)) {
                (known.new, self.change) = (false, Change::Much);
                count += 1;
            }
        }
        count
    }

    /// Forgets a device that is not there. Whether it did.
    pub fn forget(&mut self, mac: MacAddress, now: u64) -> bool {
        let gone = self.known.get(&mac).is_some_and(|known| !known.is_here(now));
        if gone {
            self.known.remove(&mac);
            self.change = Change::Much;
            self.index();
        }
        gone
    }

    /// The device that has the address.
    pub fn of_address(&self, address: IpAddr) -> Option<MacAddress> {
        self.by_address.get(&address).copied()
    }

    /// Addresses of a device.
    pub fn addresses(&self, mac: MacAddress) -> &[IpAddr] {
        self.known.get(&mac).map_or(&[], |known| &known.addresses)
    }

    /// Its name, where it has one.
    pub fn name(&self, mac: MacAddress) -> Option<&str> {
        self.known.get(&mac)?.name.as_deref()
    }

    /// Its zone.
    pub fn zone(&self, mac: MacAddress) -> Option<&str> {
        Some(self.known.get(&mac)?.zone.as_str())
    }

    /// How many are there behind each port.
    pub fn behind(&self, now: u64) -> HashMap<&str, usize> {
        let mut counts = HashMap::new();
        for known in self.known.values().filter(|known| known.is_here(now)) {
            if let Some(port) = &known.port {
                *counts.entry(port.as_str()).or_default() += 1;
            }
        }
        counts
    }

    /// Who has an address.
    pub(crate) fn end(&self, view: &View, address: IpAddr) -> End {
        let place = view.place(address);
        let mac = if place == Place::Box { None } else { self.of_address(address) };
        let zone = match (place, mac.and_then(|mac| self.zone(mac))) {
            // Link-local addresses are of no zone by themselves.
            (Place::Internet, Some(zone)) => Some(zone.to_owned()),
            _ => place.as_str().map(str::to_owned),
        };
        End {
            zone,
            mac: mac.map(|mac| mac.to_string()),
            name: mac.and_then(|mac| self.name(mac)).map(str::to_owned),
        }
    }

    /// Of the zone with the most devices those go that were not seen for longest.
    fn forget_beyond(&mut self, most: usize) {
        let mut over = self.known.len().saturating_sub(most);
        if over == 0 {
            return;
        }
        let mut zones: BTreeMap<&str, Vec<(u64, MacAddress)>> = BTreeMap::new();
        for (mac, known) in &self.known {
            zones.entry(&known.zone).or_default().push((known.last, *mac));
        }
        let mut zones: Vec<_> = zones.into_values().collect();
        for zone in &mut zones {
            // The last of each is the oldest.
            zone.sort_unstable_by(|one, other| other.cmp(one));
        }
        let mut gone = Vec::with_capacity(over);
        while over > 0
            && let Some(largest) = zones.iter_mut().max_by_key(|zone| zone.len())
        {
            gone.extend(largest.pop().map(|(_, mac)| mac));
            over -= 1;
        }
        for mac in gone {
            self.known.remove(&mac);
        }
        self.change = Change::Much;
    }

    fn index(&mut self) {
        self.by_address.clear();
        for (mac, known) in &self.known {
            for address in &known.addresses {
                // Of two that had it the one seen last.
                let other = self.by_address.get(address).and_then(|mac| self.known.get(mac));
                if other.is_none_or(|other| (other.last, other.first) <= (known.last, known.first))
                {
                    self.by_address.insert(*address, *mac);
                }
            }
        }
    }
}

impl Known {
    fn is_here(&self, now: u64) -> bool {
        now.saturating_sub(self.last) <= HERE
    }
}

#[cfg(test)]
pub(crate) mod tests;
