//! Name of a device in its zone: one label of a domain name (RFC 1123, section 2.1), in lower case.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::Reason;

/// Name of a device, 1 to 63 bytes; never one of [`HostName::RESERVED`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostName(String);

impl HostName {
    /// Longest name, in bytes.
    pub const MAX: usize = 63;

    /// Names of the box, and names that systems look up by themselves to learn whom to trust: the
    /// proxy (`wpad`), the IPv6 router (`isatap`), themselves.
    pub const RESERVED: &[&str] = &["crm", "gatehouse", "isatap", "localhost", "wpad"];

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HostName {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let ok = (1..=Self::MAX).contains(&text.len())
            && text.bytes().all(inside)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if !ok {
            return Err(Reason::HostNameInvalid { max: Self::MAX });
        }
        if Self::RESERVED.contains(&text) {
            return Err(Reason::HostNameReserved { name: text.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for HostName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
