//! A zone: one VLAN with its IPv4 subnet and its IPv6 /64.
//! The box is the router in both; DHCP and router advertisements are its own.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use serde::Serialize;

use crate::{Label, Reservation, SitePrefix, VlanId};

/// One zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Zone {
    /// VLAN id, unique among the zones.
    pub vlan: VlanId,
    /// IPv4; none when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4: Option<Ipv4Zone>,
    /// IPv6.
    pub ipv6: Ipv6Zone,
    /// Devices that always get the same IPv4 address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reservations: Vec<Reservation>,
    /// What people call it; its name when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// Its devices do not reach each other, only the box and what the box lets them reach.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub isolated: bool,
}

/// IPv4 of a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ipv4Zone {
    /// The router's address **with its host bits**, and the prefix length (16 to 30).
    pub address: Ipv4Net,
    /// What DHCP hands out; no DHCP when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dhcp: Option<DhcpRange>,
}

/// First and last address that DHCP hands out, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DhcpRange {
    /// First.
    pub from: Ipv4Addr,
    /// Last, not below the first.
    pub to: Ipv4Addr,
}

/// IPv6 of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ipv6Zone {
    /// A /64 of the box's own prefix (RFC 4193), announced in the zone.
    Automatic,
    /// None.
    Off,
}

impl Zone {
    /// The router's IPv4 address.
    pub fn router_v4(&self) -> Option<Ipv4Addr> {
        self.ipv4.as_ref().map(|ipv4| ipv4.address.addr())
    }

    /// The IPv4 subnet, host bits zero.
    pub fn subnet_v4(&self) -> Option<Ipv4Net> {
        self.ipv4.as_ref().map(|ipv4| ipv4.address.trunc())
    }

    /// Whether a device of the zone can have an IPv4 address of this network: one of the subnet that is
    /// not the router's, nor the subnet's first or last.
    pub fn has_host_v4(&self, network: Ipv4Net) -> bool {
        self.hosts_v4(network) > 0
    }

    /// How many addresses of this network devices of the zone can have.
    pub fn hosts_v4(&self, network: Ipv4Net) -> u64 {
        let Some(Ipv4Zone { address: router, .. }) = &self.ipv4 else { return 0 };
        let subnet = router.trunc();
        let first = network.network().max(subnet.network()).to_bits();
        let last = network.broadcast().min(subnet.broadcast()).to_bits();
        let unusable = [subnet.network(), subnet.broadcast(), router.addr()].map(Ipv4Addr::to_bits);
        let unusable = BTreeSet::from(unusable);
        let unusable = unusable.range(first.min(last)..=last).count();
        let all = if first <= last { u64::from(last - first) + 1 } else { 0 };
        all.saturating_sub(u64::try_from(unusable).unwrap_or(all))
    }

    /// The router's IPv6 address, `…::1`.
    pub fn router_v6(&self, site: SitePrefix) -> Option<Ipv6Addr> {
        self.subnet_v6(site).map(|subnet| with_host(subnet, 1))
    }

    /// The IPv6 subnet, a /64.
    pub fn subnet_v6(&self, site: SitePrefix) -> Option<Ipv6Net> {
        match self.ipv6 {
            Ipv6Zone::Automatic => Some(site.zone_prefix(self.vlan)),
            Ipv6Zone::Off => None,
        }
    }
}

impl DhcpRange {
    /// Whether DHCP may hand out the address.
    pub fn contains(self, address: Ipv4Addr) -> bool {
        (self.from..=self.to).contains(&address)
    }
}

/// The address of the /64 whose interface identifier is the number.
pub(crate) fn with_host(subnet: Ipv6Net, host: u16) -> Ipv6Addr {
    Ipv6Addr::from_bits(subnet.network().to_bits() | u128::from(host))
}
