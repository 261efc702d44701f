//! The box's network as its settings in force make it: which address is of which zone.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use firewall::compile::CRM_PORT;
use ipnet::IpNet;
use settings::{MacAddress, Moved, PortRole, Settings, SitePrefix};

/// Name of what is no zone of the settings: the internet.
pub(crate) const WAN: &str = "wan";

/// The network of the settings in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    pub(crate) settings: Settings,
    pub(crate) zones: Vec<Zone>,
    /// Interface of the WAN port.
    pub(crate) wan: Option<String>,
    pub(crate) ports: Vec<Port>,
    /// The box's addresses on WAN.
    pub(crate) outside: Vec<IpAddr>,
    /// Addresses of the CRM.
    pub(crate) crm: Vec<IpAddr>,
    pub(crate) quarantine: BTreeSet<MacAddress>,
}

/// A port of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// The kernel's name of its card; none when there is no such card.
    pub interface: Option<String>,
}

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    pub(crate) name: String,
    pub(crate) interface: String,
    pub(crate) networks: Vec<IpNet>,
    /// The box's addresses in it.
    pub(crate) own: Vec<IpAddr>,
    pub(crate) is_crm: bool,
}

/// Where an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place<'v> {
    Zone(&'v Zone),
    Box,
    Internet,
}

impl View {
    /// The view of settings in force on these cards.
    pub fn new(
        settings: &Settings,
        moved: &Moved,
        site: SitePrefix,
        wan: Option<String>,
        ports: Vec<Port>,
    ) -> Self {
        let zones = settings.zones.iter().map(|(name, zone)| {
            let moved = moved.get(name).copied();
            let v4 = settings.networks_v4(name).chain(moved.map(|net| net.trunc()));
            let v6 = zone.subnet_v6(site).map(IpNet::V6);
            let own4 = zone.router_v4().into_iter().chain(moved.map(|net| net.addr()));
            let own6 = zone.router_v6(site).map(IpAddr::V6);
            Zone {
                name: name.to_string(),
                interface: name.interface(),
                networks: v4.map(IpNet::V4).chain(v6).collect(),
                own: own4.map(IpAddr::V4).chain(own6).collect(),
                is_crm: *name == settings.crm.zone,
            }
        });
        let (crm4, crm6) = settings.crm.addresses(settings, site);
        let crm = crm4.map(IpAddr::V4).into_iter().chain(crm6.map(IpAddr::V6)).collect();
        Self {
            zones: zones.collect(),
            wan,
            ports,
            outside: Vec::new(),
            crm,
            quarantine: settings.quarantine.clone(),
            settings: settings.clone(),
        }
    }

    /// The same, with the addresses that the box has on WAN at the moment.
    #[must_use]
    pub fn with_outside(self, outside: Vec<IpAddr>) -> Self {
        Self { outside, ..self }
    }

    /// Names of the zones' interfaces, with the zones.
    pub fn interfaces(&self) -> impl Iterator<Item = (&str, &str)> {
        self.zones.iter().map(|zone| (zone.interface.as_str(), zone.name.as_str()))
    }

    /// Ports of the settings.
    pub fn ports(&self) -> &[Port] {
        &self.ports
    }

    /// Names of ports by their cards' interfaces.
    pub fn port_names(&self) -> HashMap<&str, &str> {
        let bound = self.ports.iter();
        bound.filter_map(|port| Some((port.interface.as_deref()?, port.name.as_str()))).collect()
    }

    /// Interface of the WAN port.
    pub fn wan(&self) -> Option<&str> {
        self.wan.as_deref()
    }

    /// MAC addresses that may talk to nobody.
    pub fn quarantine(&self) -> &BTreeSet<MacAddress> {
        &self.quarantine
    }

    /// Where an address is. Link-local ones are of no zone by themselves.
    pub(crate) fn place(&self, address: IpAddr) -> Place<'_> {
        let mut own = self.zones.iter().map(|zone| &zone.own).chain([&self.outside]);
        if address.is_loopback() || own.any(|own| own.contains(&address)) {
            return Place::Box;
        }
        let has = |zone: &&Zone| zone.networks.iter().any(|network| network.contains(&address));
        self.zones.iter().find(has).map_or(Place::Internet, Place::Zone)
    }

    pub(crate) fn zone_of_interface(&self, interface: &str) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.interface == interface)
    }

    /// The port of the settings that has the card.
    pub(crate) fn port_of_card(&self, card: &str) -> Option<&str> {
        let port = self.ports.iter().find(|port| port.interface.as_deref() == Some(card))?;
        Some(&port.name)
    }

    /// The zone of a frame that came in at a card of the bridge, by its tag where it has one.
    pub(crate) fn zone_of_frame(&self, card: &str, vlan: Option<u16>) -> Option<&Zone> {
        if card == CRM_PORT {
            return self.zones.iter().find(|zone| zone.is_crm);
        }
        let port = self.port_of_card(card)?;
        let port = self.settings.ports.iter().find(|(name, _)| name.as_str() == port);
        let zone = match &port?.1.role {
            PortRole::Wan => None,
            PortRole::Access(zone) => Some(zone),
            PortRole::Trunk(zones) => zones.iter().find(|name| {
                let zone = self.settings.zones.get(*name);
                zone.is_some_and(|zone| Some(zone.vlan.number()) == vlan)
            }),
        }?;
        self.zones.iter().find(|known| known.name == zone.as_str())
    }

    /// Zones that a port carries.
    pub fn carried(&self, port: &str) -> Vec<String> {
        let port = self.settings.ports.iter().find(|(name, _)| name.as_str() == port);
        match port.map(|(_, port)| &port.role) {
            Some(PortRole::Wan) => vec![WAN.to_owned()],
            Some(PortRole::Access(zone)) => vec![zone.to_string()],
            Some(PortRole::Trunk(zones)) => zones.iter().map(ToString::to_string).collect(),
            None => Vec::new(),
        }
    }
}

impl<'v> Place<'v> {
    /// The zone's name, `wan` for the internet, none for the box.
    pub(crate) fn as_str(self) -> Option<&'v str> {
        match self {
            Self::Zone(zone) => Some(&zone.name),
            Self::Internet => Some(WAN),
            Self::Box => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_behind_a_router_of_a_zone_is_of_the_zone() {
        let text = include_bytes!("../../settings/tests/example.json");
        let mut settings: Settings = settings::parse(text).unwrap();
        settings.routes = vec![settings::Route {
            network: "10.20.0.0/16".parse().unwrap(),
            via: "192.168.20.9".parse().unwrap(),
        }];
        let site = SitePrefix::from_random([1, 2, 3, 4, 5]);
        let view = View::new(&settings, &Moved::new(), site, None, Vec::new());
        assert_eq!(view.place("10.20.7.7".parse().unwrap()).as_str(), Some("guest"));
        assert_eq!(view.place("10.21.7.7".parse().unwrap()), Place::Internet);
    }
}
