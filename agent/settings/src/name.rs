//! Names the admin gives to zones and ports: lower case letters, digits and dashes, a letter first.
//! A zone's interface is called `z-<zone>`, and Linux allows 15 bytes for it.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::Reason;

/// Name of a zone, at most 12 bytes; never `wan`, which is [`crate::Target::Wan`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ZoneName(String);

/// Name of a port, at most 15 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortName(String);

impl ZoneName {
    /// Longest name, in bytes.
    pub const MAX: usize = 12;

    /// Names kept for zones and words of later versions: a customer's zone would have to be renamed.
    pub const RESERVED: &[&str] = &["all", "any", "box", "internet", "none", "vpn"];

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Name of the zone's interface on the box.
    pub fn interface(&self) -> String {
        format!("z-{}", self.0)
    }
}

impl PortName {
    /// Longest name, in bytes.
    pub const MAX: usize = 15;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ZoneName {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        if text == "wan" {
            return Err(Reason::WanIsReserved);
        }
        if Self::RESERVED.contains(&text) {
            return Err(Reason::NameReserved { name: text.to_owned() });
        }
        named(text, Self::MAX).map(Self)
    }
}

impl FromStr for PortName {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        named(text, Self::MAX).map(Self)
    }
}

fn named(text: &str, max: usize) -> Result<String, Reason> {
    let ok = text.len() <= max
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if ok { Ok(text.to_owned()) } else { Err(Reason::NameInvalid { max }) }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for PortName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ZoneName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Serialize for PortName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
