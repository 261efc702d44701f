//! VLAN id of a zone (IEEE 802.1Q): 1 to 4094, as 0 and 4095 are reserved.
//! It also numbers the zone's IPv6 subnet, see [`crate::SitePrefix`].

use std::fmt;

use serde::{Serialize, Serializer};

/// A VLAN id, 1 to 4094.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VlanId(u16);

impl VlanId {
    /// Takes a number; `None` outside 1 to 4094.
    pub fn new(id: u16) -> Option<Self> {
        (1..=4094).contains(&id).then_some(Self(id))
    }

    /// The number.
    pub fn number(self) -> u16 {
        self.0
    }
}

impl fmt::Display for VlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for VlanId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.0)
    }
}
