//! Where somebody asks from, as far as budgets are concerned.

use std::net::IpAddr;

/// An address. Not an IPv6 /64, though one machine picks any number of addresses within that: a whole
/// office is one /64, and who guesses there must not make the others wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place([u8; 16]);

impl Place {
    /// The place of an address. `::ffff:192.0.2.1` is the IPv4 address it stands for.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(v4.to_ipv6_mapped().octets()),
            IpAddr::V6(v6) => Self(v6.octets()),
        }
    }

    /// As it is kept.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// As it was kept.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_is_a_place() {
        let place = |text: &str| Place::of(text.parse().unwrap());
        assert_eq!(place("192.0.2.1"), place("::ffff:192.0.2.1"));
        assert_ne!(place("192.0.2.1"), place("192.0.2.2"));
        assert_ne!(place("fd00::1"), place("fd00::2"));
        assert_eq!(Place::from_bytes(place("fd00::1").to_bytes()), place("fd00::1"));
    }
}
