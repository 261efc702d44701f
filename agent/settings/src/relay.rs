//! A relay: two zones whose devices find each other's printers, screens and the like, though mDNS (RFC 6762)
//! ends at the zone. Whether they then reach each other is the policies' and rules' matter.

use serde::Serialize;

use crate::{Ipv6Zone, Settings, ZoneName};

/// Most relays. Each is a process of its own, of a few megabytes.
pub const MAX_RELAYS: usize = 16;

/// Two zones whose devices find each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Relay {
    /// Both zones, neither the CRM's; their order means nothing.
    pub zones: [ZoneName; 2],
    /// What they find.
    #[serde(rename = "services", skip_serializing_if = "Relayed::is_all")]
    pub what: Relayed,
}

/// What of the announcements is relayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Relayed {
    /// All that announces itself.
    #[default]
    All,
    /// Services of printers and scanners, and the addresses of all names.
    Printing,
}

impl Relay {
    /// Both zones, always in the same order.
    pub fn pair(&self) -> (&ZoneName, &ZoneName) {
        let [one, other] = &self.zones;
        if one <= other { (one, other) } else { (other, one) }
    }

    /// Whether devices of this zone find others by it, and are found.
    pub fn has(&self, zone: &ZoneName) -> bool {
        self.zones.contains(zone)
    }

    /// Whether both zones speak IPv4, and whether both speak IPv6.
    pub fn versions(&self, settings: &Settings) -> (bool, bool) {
        let zones = || self.zones.iter().map(|zone| settings.zones.get(zone));
        let v4 = zones().all(|zone| zone.is_some_and(|zone| zone.ipv4.is_some()));
        let v6 = zones().all(|zone| zone.is_some_and(|zone| zone.ipv6 == Ipv6Zone::Automatic));
        (v4, v6)
    }
}

impl Relayed {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    fn is_all(&self) -> bool {
        *self == Self::All
    }
}
