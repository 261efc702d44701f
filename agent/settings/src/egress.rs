//! Where the box's own programs may go: a name or an address, a protocol and a port. What is not listed
//! is refused. A name opens the addresses that it has, as long as it has them, and never one that is not
//! on the internet.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize, Serializer};

use crate::network::network;
use crate::{DomainName, Note, Problem, Reason, Settings, ZoneName};

/// One destination of one program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Egress {
    /// Who may go there.
    #[serde(rename = "for")]
    pub user: EgressUser,
    /// Where to.
    pub to: EgressTarget,
    /// Over which protocol.
    pub protocol: EgressProtocol,
    /// To which port, never 0.
    pub port: u16,
    /// What a person noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// What whoever asked for it said it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Note>,
}

/// A program that may go somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EgressUser {
    /// The CRM, out of its own zone.
    Crm,
    /// The admin application, by its user.
    Admin,
}

/// Where to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EgressTarget {
    /// All addresses that a name has.
    Name(DomainName),
    /// An address or a network. In a zone of the box always one address.
    Network(IpNet),
}

/// Over which protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EgressProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// What makes a destination: two that are the same in this are one.
pub type EgressKey<'e> = (EgressUser, &'e EgressTarget, EgressProtocol, u16);

/// IPv4 addresses that are no place on the internet (RFC 6890 and its registry): of this host, private,
/// shared, link-local (where clouds keep what a machine is told about itself), reserved, multicast.
pub const NOT_INTERNET_V4: [Ipv4Net; 14] = [
    net4([0, 0, 0, 0], 8),
    net4([10, 0, 0, 0], 8),
    net4([100, 64, 0, 0], 10),
    net4([127, 0, 0, 0], 8),
    net4([169, 254, 0, 0], 16),
    net4([172, 16, 0, 0], 12),
    net4([192, 0, 0, 0], 24),
    net4([192, 0, 2, 0], 24),
    net4([192, 88, 99, 0], 24),
    net4([192, 168, 0, 0], 16),
    net4([198, 18, 0, 0], 15),
    net4([198, 51, 100, 0], 24),
    net4([203, 0, 113, 0], 24),
    net4([224, 0, 0, 0], 3),
];

/// The same of IPv6, with all that stands for IPv4 addresses. Only 2000::/3 is given out at all.
pub const NOT_INTERNET_V6: [Ipv6Net; 8] = [
    net6([0, 0, 0], 3), // unspecified, loopback, IPv4-mapped, 64:ff9b::/96 and /48, discard
    net6([0x2001, 0, 0], 23), // Teredo, benchmarks, ORCHID
    net6([0x2001, 0x0db8, 0], 32), // documentation
    net6([0x2002, 0, 0], 16), // 6to4
    net6([0x3fff, 0, 0], 20), // documentation
    net6([0x4000, 0, 0], 2),
    net6([0x8000, 0, 0], 2),
    net6([0xc000, 0, 0], 2), // unique local, link-local, multicast
];

/// Whether the address is a place on the internet.
pub fn is_on_the_internet(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !NOT_INTERNET_V4.iter().any(|network| network.contains(&v4)),
        IpAddr::V6(v6) => !NOT_INTERNET_V6.iter().any(|network| network.contains(&v6)),
    }
}

/// Whether some address of the network is, as far as one registered network tells.
pub fn is_partly_on_the_internet(network: IpNet) -> bool {
    match network {
        IpNet::V4(v4) => !NOT_INTERNET_V4.iter().any(|inside| inside.contains(&v4)),
        IpNet::V6(v6) => !NOT_INTERNET_V6.iter().any(|inside| inside.contains(&v6)),
    }
}

/// The first address of the network that is a place on the internet.
pub fn first_on_the_internet(network: IpNet) -> Option<IpAddr> {
    let mut at = network.network();
    loop {
        let beyond = match at {
            IpAddr::V4(v4) => {
                let inside = NOT_INTERNET_V4.iter().find(|inside| inside.contains(&v4));
                inside.map(|inside| {
                    Some(IpAddr::V4(Ipv4Addr::from_bits(
                        inside.broadcast().to_bits().checked_add(1)?,
                    )))
                })
            }
            IpAddr::V6(v6) => {
                let inside = NOT_INTERNET_V6.iter().find(|inside| inside.contains(&v6));
                inside.map(|inside| {
                    Some(IpAddr::V6(Ipv6Addr::from_bits(
                        inside.broadcast().to_bits().checked_add(1)?,
                    )))
                })
            }
        };
        let Some(beyond) = beyond else { return Some(at) };
        at = beyond.filter(|next| network.contains(next))?;
    }
}

const fn net4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn net6([a, b, c]: [u16; 3], length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

impl Egress {
    /// What makes it this one.
    pub fn key(&self) -> EgressKey<'_> {
        (self.user, &self.to, self.protocol, self.port)
    }

    /// The name, when it is one.
    pub fn name(&self) -> Option<&DomainName> {
        match &self.to {
            EgressTarget::Name(name) => Some(name),
            EgressTarget::Network(_) => None,
        }
    }
}

impl Settings {
    /// Whether a program may go there: to all of it.
    pub fn may_go(&self, (user, to, protocol, port): EgressKey<'_>) -> bool {
        let covers = |known: &EgressTarget| match (known, to) {
            (EgressTarget::Network(known), EgressTarget::Network(to)) => known.contains(to),
            (known, to) => known == to,
        };
        let of = |one: &Egress| (one.user, one.protocol, one.port) == (user, protocol, port);
        self.egress.iter().any(|one| of(one) && covers(&one.to))
    }

    /// Whether a destination could be allowed, judged as if it were the only one.
    ///
    /// # Errors
    /// All that speaks against it.
    pub fn judge_egress(&self, egress: &Egress) -> Result<(), Vec<Problem>> {
        Self { egress: vec![egress.clone()], ..self.clone() }.validate()
    }

    /// The zone that an address of the list is in: of its subnet, or behind a router of it.
    pub fn zone_of_address(&self, network: IpNet) -> Option<&ZoneName> {
        let IpNet::V4(v4) = network else { return None };
        self.zones.keys().find(|name| self.networks_v4(name).any(|known| known.contains(&v4)))
    }
}

impl EgressUser {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Crm, Self::Admin];

    /// The word of the document.
    pub fn word(self) -> &'static str {
        match self {
            Self::Crm => "crm",
            Self::Admin => "admin",
        }
    }
}

impl EgressProtocol {
    /// The word of the document.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

impl From<IpAddr> for EgressTarget {
    fn from(address: IpAddr) -> Self {
        Self::Network(IpNet::from(address))
    }
}

impl FromStr for EgressTarget {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return network(&IpNet::from(address).to_string()).map(Self::Network);
        }
        let last = text.rsplit('.').next().unwrap_or_default();
        let as_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
        if text.contains(['/', ':']) || as_number {
            return network(text).map(Self::Network);
        }
        text.parse().map(Self::Name)
    }
}

impl fmt::Display for EgressUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for EgressProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One address is written without its prefix length.
impl fmt::Display for EgressTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Network(one) if one.prefix_len() == one.max_prefix_len() => one.addr().fmt(f),
            Self::Network(network) => network.fmt(f),
        }
    }
}

impl Serialize for EgressTarget {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_place_on_the_internet_is_told_apart() {
        for inside in [
            "0.0.0.1",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.0.1",
            "192.168.1.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "2001::1",
            "2002:0a00:0001::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
            "4000::1",
            "8000::1",
        ] {
            assert!(!is_on_the_internet(inside.parse().unwrap()), "{inside}");
        }
        for outside in
            ["1.1.1.1", "100.63.0.1", "100.128.0.1", "172.32.0.1", "223.5.5.5", "2606:4700::1111"]
        {
            assert!(is_on_the_internet(outside.parse().unwrap()), "{outside}");
        }
    }
}
