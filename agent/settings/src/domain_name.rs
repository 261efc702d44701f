//! A domain name as certificates and name servers have it (RFC 1123, section 2.1): labels of letters,
//! digits and hyphens in lower case, at least two of them, without the final dot.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::Reason;

/// A domain name, at most 253 bytes; never an IP address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DomainName(String);

impl DomainName {
    /// Longest name, in bytes.
    pub const MAX: usize = 253;
    const MAX_LABEL: usize = 63;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DomainName {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let label = |label: &str| {
            (1..=Self::MAX_LABEL).contains(&label.len())
                && label.bytes().all(inside)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        // The last label of no name is a number alone: that would be an IPv4 address.
        let last = text.rsplit_once('.').map(|(_, last)| last);
        let ok = text.len() <= Self::MAX
            && last.is_some_and(|last| !last.bytes().all(|b| b.is_ascii_digit()))
            && text.split('.').all(label);
        if ok { Ok(Self(text.to_owned())) } else { Err(Reason::DomainNameInvalid) }
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for DomainName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
