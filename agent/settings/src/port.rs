//! A network port: how it is recognised, and what it is for.
//! A port keeps its settings when the kernel names it differently: it is known by MAC or by path.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::{MacAddress, Reason, ZoneName};

/// One port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Port {
    /// How the port is recognised.
    #[serde(rename = "match")]
    pub matches: PortMatch,
    /// What it is for.
    pub role: PortRole,
}

/// How a port is recognised.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PortMatch {
    /// By its permanent MAC address.
    Mac(MacAddress),
    /// By the slot it is plugged into.
    Path(PortPath),
}

/// Where a card is plugged in: udev's `ID_PATH`, as in `pci-0000:00:05.0`; at most 64 bytes of
/// letters, digits and `:.,_-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortPath(String);

/// What a port is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PortRole {
    /// Towards the internet, untagged. At most one port.
    Wan,
    /// Untagged member of the zone; tagged frames are dropped.
    Access(ZoneName),
    /// Carries the zones tagged, each with its VLAN id; untagged frames are dropped.
    Trunk(Vec<ZoneName>),
}

impl PortRole {
    /// Whether frames of the zone pass this port.
    pub fn carries(&self, zone: &ZoneName) -> bool {
        match self {
            Self::Wan => false,
            Self::Access(access) => access == zone,
            Self::Trunk(zones) => zones.contains(zone),
        }
    }
}

impl PortPath {
    /// Longest path, in bytes.
    pub const MAX: usize = 64;

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PortPath {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let ok = (1..=Self::MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b":.,_-".contains(&b));
        if ok { Ok(Self(text.to_owned())) } else { Err(Reason::PathInvalid { max: Self::MAX }) }
    }
}

impl fmt::Display for PortPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for PortMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mac(mac) => mac.fmt(f),
            Self::Path(path) => path.fmt(f),
        }
    }
}

impl Serialize for PortPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
