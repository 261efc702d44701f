//! Whether whoever asks stays plugged in: no rule has to change for a port to take its devices out of their
//! zone.

use std::net::IpAddr;

use settings::{PortName, PortRole, Settings, ZoneName};

use super::finding::Finding;

/// Where a device is.
#[derive(Clone, Debug)]
pub struct Plugged {
    /// Its address.
    pub address: IpAddr,
    /// Its zone.
    pub zone: ZoneName,
    /// The port that it is behind.
    pub port: PortName,
}

/// That a device is no longer in its zone with the settings after, when its port says so. Ports are known
/// by their cards: one that is called otherwise is the same.
pub fn cut_off(before: &Settings, after: &Settings, device: &Plugged) -> Option<Finding> {
    let was = before.ports.get(&device.port)?;
    let is = after.ports.values().find(|port| port.matches == was.matches).map(|port| &port.role);
    let vlan = |settings: &Settings| settings.zones.get(&device.zone).map(|zone| zone.vlan);
    let stays = match (&was.role, is) {
        (PortRole::Access(zone), Some(PortRole::Access(now))) => zone == now,
        (PortRole::Trunk(_), Some(PortRole::Trunk(zones))) => {
            zones.contains(&device.zone) && vlan(before) == vlan(after)
        }
        // What is behind the internet's port is in no zone.
        (PortRole::Wan, _) => true,
        (PortRole::Access(_) | PortRole::Trunk(_), _) => false,
    };
    (!stays).then(|| Finding::CutOff {
        address: device.address,
        port: device.port.clone(),
        zone: device.zone.clone(),
    })
}
