//! The zones of the settings as the rules see them: interface, subnets, router's addresses.
//! Every subject (`input`, `forward`, …) takes them from here, so that all mean the same.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use settings::{Addresses, Settings, Source, ZoneName};

use crate::compile::Context;
use crate::ir::{InterfaceName, Name};
use crate::tracking::Generation;

/// One zone.
pub(crate) struct ZoneView<'s> {
    pub(crate) name: &'s ZoneName,
    pub(crate) interface: InterfaceName,
    pub(crate) subnet4: Option<Ipv4Net>,
    pub(crate) subnet6: Option<Ipv6Net>,
    pub(crate) router4: Option<Ipv4Addr>,
    /// The box's former address, with its network, while new settings are tried.
    pub(crate) moved4: Option<Ipv4Net>,
    pub(crate) router6: Option<Ipv6Addr>,
    /// Networks behind other routers of the zone.
    pub(crate) routed4: Vec<Ipv4Net>,
    pub(crate) dhcp: bool,
    /// Its devices do not reach each other.
    pub(crate) isolated: bool,
    /// The CRM's zone: only the CRM is in it.
    pub(crate) is_crm: bool,
}

/// What all subjects need.
pub(crate) struct Scope<'s> {
    pub(crate) settings: &'s Settings,
    pub(crate) context: &'s Context,
    pub(crate) zones: Vec<ZoneView<'s>>,
    /// Of the ruleset that is being made, once it is known.
    pub(crate) generation: Generation,
}

impl<'s> Scope<'s> {
    pub(crate) fn new(settings: &'s Settings, context: &'s Context) -> Self {
        let zones = settings
            .zones
            .iter()
            .map(|(name, zone)| ZoneView {
                name,
                interface: interface(name),
                subnet4: zone.subnet_v4(),
                subnet6: zone.subnet_v6(context.site),
                router4: zone.router_v4(),
                moved4: context.moved.get(name).copied(),
                router6: zone.router_v6(context.site),
                routed4: settings.routed(name).collect(),
                isolated: zone.isolated,
                dhcp: zone.ipv4.as_ref().is_some_and(|ipv4| ipv4.dhcp.is_some()),
                is_crm: *name == settings.crm.zone,
            })
            .collect();
        Self { settings, context, zones, generation: Generation::NONE }
    }

    /// Zones with people in them: all but the CRM's.
    pub(crate) fn lans(&self) -> impl Iterator<Item = &ZoneView<'s>> {
        self.zones.iter().filter(|zone| !zone.is_crm)
    }

    pub(crate) fn zone(&self, name: &ZoneName) -> Option<&ZoneView<'s>> {
        self.zones.iter().find(|zone| zone.name == name)
    }
}

impl ZoneView<'_> {
    /// Networks of the source by IP version: "all" is the zone's own subnets, a list is what it
    /// says. A version that is not named is an empty list: it matches nobody.
    pub(crate) fn networks(&self, source: &Source) -> (Vec<Ipv4Net>, Vec<Ipv6Net>) {
        match &source.addresses {
            Addresses::All => (self.subnets4().collect(), self.subnet6.into_iter().collect()),
            Addresses::List(networks) => {
                let v4 = networks.iter().filter_map(|network| match network {
                    IpNet::V4(v4) => Some(*v4),
                    IpNet::V6(_) => None,
                });
                let v6 = networks.iter().filter_map(|network| match network {
                    IpNet::V4(_) => None,
                    IpNet::V6(v6) => Some(*v6),
                });
                (v4.collect(), v6.collect())
            }
        }
    }

    /// Its IPv4 networks: its subnet, the one that it had before, and those behind its routers.
    pub(crate) fn subnets4(&self) -> impl Iterator<Item = Ipv4Net> {
        let moved = self.moved4.map(|moved| moved.trunc()).filter(|net| self.subnet4 != Some(*net));
        self.subnet4.into_iter().chain(moved).chain(self.routed4.iter().copied())
    }

    /// The box's IPv4 addresses in it: the present one first.
    pub(crate) fn routers4(&self) -> impl Iterator<Item = Ipv4Addr> {
        self.router4.into_iter().chain(self.moved4.map(|moved| moved.addr()))
    }

    /// A chain or set that belongs to the zone. No zone's name has an underscore: such names
    /// never meet.
    pub(crate) fn named(&self, subject: &str) -> Name {
        Name::made(format!("{subject}_{}", self.name))
    }
}

/// The zone's interface.
pub(crate) fn interface(zone: &ZoneName) -> InterfaceName {
    InterfaceName::made(zone.interface())
}
