//! Members of an address group, and of the list a rule itself has: a network, an address, a range of
//! addresses, a network card, or another group.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv4Subnets, Ipv6Net, Ipv6Subnets};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::network::network;
use crate::{MacAddress, Reason, Title};

/// One member.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Member {
    /// `192.168.20.0/24`, `192.168.20.7`, `fd00::7`; host bits are zero.
    Network(IpNet),
    /// `192.168.20.10-192.168.20.19`: both inclusive, the first below the last.
    Range(AddressRange),
    /// `52:54:00:67:00:01`: the card that a device in a zone sends with.
    Mac(MacAddress),
    /// `{"group": "Printers"}`.
    Group(Title),
}

/// First and last address, of one IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AddressRange {
    /// IPv4.
    V4(Ipv4Addr, Ipv4Addr),
    /// IPv6.
    V6(Ipv6Addr, Ipv6Addr),
}

impl AddressRange {
    /// The same as networks.
    pub fn networks(self) -> Vec<IpNet> {
        match self {
            Self::V4(first, last) => Ipv4Subnets::new(first, last, 0).map(IpNet::V4).collect(),
            Self::V6(first, last) => Ipv6Subnets::new(first, last, 0).map(IpNet::V6).collect(),
        }
    }
}

/// Everything but a group, which is no text of its own.
impl FromStr for Member {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        if let Ok(mac) = text.parse() {
            return Ok(Self::Mac(mac));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return match address {
                IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => Err(Reason::NetworkMapped),
                address => Ok(Self::Network(address.into())),
            };
        }
        if let Some((first, last)) = text.split_once('-')
            && let (Ok(first), Ok(last)) = (first.parse(), last.parse())
        {
            return range(first, last).map(Self::Range);
        }
        network(text).map(Self::Network).map_err(|reason| match reason {
            Reason::NetworkInvalid => Reason::MemberInvalid,
            other => other,
        })
    }
}

fn range(first: IpAddr, last: IpAddr) -> Result<AddressRange, Reason> {
    match (first, last) {
        (IpAddr::V4(first), IpAddr::V4(last)) if first < last => Ok(AddressRange::V4(first, last)),
        (IpAddr::V6(first), IpAddr::V6(last)) if first < last => {
            // Neither end, so nothing between them: the mapped block is one network.
            let mapped = Ipv6Net::new_assert(Ipv4Addr::UNSPECIFIED.to_ipv6_mapped(), 96);
            let touches = last >= mapped.network() && first <= mapped.broadcast();
            if touches { Err(Reason::NetworkMapped) } else { Ok(AddressRange::V6(first, last)) }
        }
        _ => Err(Reason::RangeReversed),
    }
}

impl Member {
    /// Its networks by IP version; none for cards and groups.
    pub fn networks(&self) -> (Vec<Ipv4Net>, Vec<Ipv6Net>) {
        let all = match self {
            Self::Network(network) => vec![*network],
            Self::Range(range) => range.networks(),
            Self::Mac(_) | Self::Group(_) => Vec::new(),
        };
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for network in all {
            match network {
                IpNet::V4(network) => v4.push(network),
                IpNet::V6(network) => v6.push(network),
            }
        }
        (v4, v6)
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(first, last) => write!(f, "{first}-{last}"),
            Self::V6(first, last) => write!(f, "{first}-{last}"),
        }
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) if network.prefix_len() == network.max_prefix_len() => {
                network.addr().fmt(f)
            }
            Self::Network(network) => network.fmt(f),
            Self::Range(range) => range.fmt(f),
            Self::Mac(mac) => mac.fmt(f),
            Self::Group(group) => group.fmt(f),
        }
    }
}

impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Group(group) => {
                let mut object = serializer.serialize_map(Some(1))?;
                object.serialize_entry("group", group)?;
                object.end()
            }
            other => serializer.collect_str(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_as_they_are_written() {
        for text in [
            "192.168.20.0/24",
            "192.168.20.7",
            "fd00::7",
            "fd00::/64",
            "192.168.20.10-192.168.20.19",
            "fd00::1-fd00::9",
            "52:54:00:67:00:01",
        ] {
            assert_eq!(text.parse::<Member>().map(|one| one.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, reason) in [
            ("", Reason::MemberInvalid),
            ("printer", Reason::MemberInvalid),
            ("192.168.20.9-192.168.20.9", Reason::RangeReversed),
            ("192.168.20.9-fd00::1", Reason::RangeReversed),
            ("::1-ffff::", Reason::NetworkMapped),
            ("::ffff:192.168.20.7", Reason::NetworkMapped),
            ("192.168.20.300", Reason::NetworkNumber { found: 300 }),
        ] {
            assert_eq!(text.parse::<Member>(), Err(reason), "{text}");
        }
    }

    #[test]
    fn a_range_is_its_networks() {
        let member: Member = "192.168.20.10-192.168.20.12".parse().unwrap();
        let (v4, v6) = member.networks();
        let v4: Vec<String> = v4.iter().map(ToString::to_string).collect();
        assert_eq!((v4, v6), (vec!["192.168.20.10/31".into(), "192.168.20.12/32".into()], vec![]));
    }
}
