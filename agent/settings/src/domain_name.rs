//! A name of the internet, as in `mail.example.com`: what dnsmasq is told to look up.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::Reason;

/// At least two labels of lower case letters, digits and, inside, dashes (RFC 1123); the last one is no
/// number, and there is no dot at the end. Names in other scripts are in their ASCII form (`xn--…`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DomainName(String);

impl DomainName {
    /// Longest name, in bytes (RFC 1035, section 2.3.4, as text).
    pub const MAX: usize = 253;
    /// Longest label.
    const MAX_LABEL: usize = 63;

    /// What nobody on the internet answers for (RFC 6761, RFC 8375, RFC 7686, ICANN's `internal`).
    pub const RESERVED: &[&str] = &["arpa", "internal", "invalid", "local", "localhost", "onion"];

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
        let labels: Vec<&str> = text.split('.').collect();
        let last = labels.last().copied().unwrap_or_default();
        let ok = text.len() <= Self::MAX
            && labels.len() >= 2
            && labels.iter().all(|one| label(one))
            && !last.bytes().all(|byte| byte.is_ascii_digit());
        if !ok {
            return Err(Reason::DomainNameInvalid);
        }
        if Self::RESERVED.contains(&last) {
            return Err(Reason::DomainNameReserved { name: last.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }
}

impl AsRef<str> for DomainName {
    fn as_ref(&self) -> &str {
        &self.0
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
