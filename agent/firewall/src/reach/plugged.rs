//! Whether whoever asks stays connected: no rule has to change for a port to take its devices out of their
//! zone, and quarantine knows a device by its card, not by the address that is let in.

use std::net::IpAddr;

use settings::{Addresses, MacAddress, PortName, PortRole, Settings, ZoneName};

use super::finding::Finding;

/// The device that whoever asks sits at.
#[derive(Clone, Debug)]
pub struct Plugged {
    /// The address that it asks from.
    pub address: IpAddr,
    /// All of its addresses.
    pub addresses: Vec<IpAddr>,
    /// Its card, when it is known.
    pub card: Option<MacAddress>,
    /// Its zone and the port that it is behind, when they are known.
    pub at: Option<(ZoneName, PortName)>,
}

/// That the device is cut off with the settings after: it goes into quarantine, or its port leaves its zone.
/// Ports are known by their cards: one that is called otherwise is the same.
pub fn cut_off(before: &Settings, after: &Settings, device: &Plugged) -> Option<Finding> {
    if device.card.is_some_and(|card| after.quarantine.contains(&card)) {
        let only = is_only_one(after, device);
        return Some(Finding::Quarantined { address: device.address, only });
    }
    let (zone, port) = device.at.as_ref()?;
    leaves(before, after, (zone, port)).then(|| Finding::CutOff {
        address: device.address,
        port: port.clone(),
        zone: zone.clone(),
    })
}

/// Whether no address but the device's own may open the admin pages.
fn is_only_one(settings: &Settings, device: &Plugged) -> bool {
    let own = |address: IpAddr| device.address == address || device.addresses.contains(&address);
    settings.management.from.iter().all(|source| match &source.addresses {
        Addresses::All => false,
        Addresses::List(list) => list
            .iter()
            .all(|network| network.prefix_len() == network.max_prefix_len() && own(network.addr())),
    })
}

fn leaves(before: &Settings, after: &Settings, (own, port): (&ZoneName, &PortName)) -> bool {
    let Some(was) = before.ports.get(port) else { return false };
    let is = after.ports.values().find(|port| port.matches == was.matches).map(|port| &port.role);
    let vlan = |settings: &Settings| settings.zones.get(own).map(|zone| zone.vlan);
    !match (&was.role, is) {
        (PortRole::Access(zone), Some(PortRole::Access(now))) => zone == now,
        (PortRole::Trunk(_), Some(PortRole::Trunk(zones))) => {
            zones.contains(own) && vlan(before) == vlan(after)
        }
        // What is behind the internet's port is in no zone.
        (PortRole::Wan, _) => true,
        (PortRole::Access(_) | PortRole::Trunk(_), _) => false,
    }
}
