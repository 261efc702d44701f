//! MAC address of a network card: six bytes, written `52:54:00:67:00:01`.
//! Only addresses that one card can have: not zero, not multicast or broadcast.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::Reason;

/// A unicast MAC address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MacAddress([u8; 6]);

impl MacAddress {
    /// Takes the bytes; `None` for zero and group addresses (IEEE 802 bit 0 of the first byte).
    pub fn new(bytes: [u8; 6]) -> Option<Self> {
        let [first, ..] = bytes;
        (bytes != [0; 6] && first & 1 == 0).then_some(Self(bytes))
    }

    /// The six bytes in the order sent.
    pub fn octets(self) -> [u8; 6] {
        self.0
    }
}

impl FromStr for MacAddress {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let mut bytes = [0; 6];
        let mut parts = text.split(':');
        for byte in &mut bytes {
            let part = parts.next().filter(|part| part.len() == 2);
            let digits = part.filter(|part| part.bytes().all(|b| b.is_ascii_hexdigit()));
            *byte = digits
                .and_then(|digits| u8::from_str_radix(digits, 16).ok())
                .ok_or(Reason::MacInvalid)?;
        }
        if parts.next().is_some() {
            return Err(Reason::MacInvalid);
        }
        Self::new(bytes).ok_or(Reason::MacNotOneCard)
    }
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl Serialize for MacAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
