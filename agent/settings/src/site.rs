//! The box's own IPv6 prefix: a random /48 of `fd00::/8` (RFC 4193 section 3.2), made once by the
//! box. It is no part of the settings, so that copied settings never give two boxes one prefix.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use ipnet::Ipv6Net;

use crate::VlanId;

/// A /48 of `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SitePrefix([u8; 6]);

/// The text is no /48 of `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a /48 of fd00::/8 (RFC 4193)")]
pub struct NotASitePrefix;

impl SitePrefix {
    /// Makes a prefix out of 40 random bits.
    pub fn from_random(global_id: [u8; 5]) -> Self {
        let [a, b, c, d, e] = global_id;
        Self([0xfd, a, b, c, d, e])
    }

    /// The whole /48.
    pub fn network(self) -> Ipv6Net {
        self.with(0, 48)
    }

    /// The /64 whose subnet id is the VLAN id: VLAN 10 is `…:a::/64`.
    pub fn zone_prefix(self, vlan: VlanId) -> Ipv6Net {
        self.with(vlan.number(), 64)
    }

    fn with(self, subnet: u16, length: u8) -> Ipv6Net {
        let [a, b, c, d, e, f] = self.0;
        let [high, low] = subnet.to_be_bytes();
        let bytes = [a, b, c, d, e, f, high, low, 0, 0, 0, 0, 0, 0, 0, 0];
        // `new` refuses lengths above 128 only.
        Ipv6Net::new(Ipv6Addr::from(bytes), length).unwrap_or_default()
    }
}

impl FromStr for SitePrefix {
    type Err = NotASitePrefix;

    fn from_str(text: &str) -> Result<Self, NotASitePrefix> {
        let network: Ipv6Net = text.parse().map_err(|_| NotASitePrefix)?;
        let [0xfd, a, b, c, d, e, rest @ ..] = network.addr().octets() else {
            return Err(NotASitePrefix);
        };
        if network.prefix_len() != 48 || rest != [0; 10] {
            return Err(NotASitePrefix);
        }
        Ok(Self::from_random([a, b, c, d, e]))
    }
}

impl fmt::Display for SitePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.network().fmt(f)
    }
}
