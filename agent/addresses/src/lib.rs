//! What an address stands for where something is counted by it: setup codes and passphrases that were
//! wrong, connections, bytes.

use std::net::IpAddr;

/// As much of an address as one machine cannot pick: an IPv4 address, and the /64 of an IPv6 one
/// (RFC 4291, 2.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// That of an address. `::ffff:192.0.2.1` is the IPv4 address that it stands for.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => Self(IpAddr::V6((v6.to_bits() >> 64 << 64).into())),
            v4 @ IpAddr::V4(_) => Self(v4),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn of(text: &str) -> Network {
        Network::of(text.parse().unwrap())
    }

    #[test]
    fn ipv4_by_address_and_ipv6_by_the_first_half() {
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("fd00:0:0:1::1"), of("fd00:0:0:1:ffff:ffff:ffff:ffff"));
        assert_ne!(of("fd00:0:0:1::1"), of("fd00:0:0:2::1"));
        assert_eq!(of("fe80::1"), of("fe80::2"));
    }
}
