//! Settings and bound ports to links: one VLAN-aware bridge with a VLAN device for each zone, or one
//! plain bridge for each zone where the kernel has no VLAN filtering. Either way a zone's interface
//! is `z-<zone>`, and the CRM is one port of its zone.

use std::net::IpAddr;

use firewall::compile::CRM_PORT;
use firewall::ir::InterfaceName;
use ipnet::{IpNet, Ipv6Net};
use settings::{Addresses, Moved, PortRole, Settings, SitePrefix, VlanId, Zone, ZoneName};

use crate::bind::Binding;
use crate::links::{
    Bridge, BridgePort, InterfaceAddresses, LinkPlan, Namespace, Neighbour, PortVlan, StaticRoute,
    VlanDevice,
};

/// The VLAN-aware bridge.
pub const BRIDGE: &str = "br0";
/// The CRM's namespace, and the CRM's interface in it.
pub const CRM_NAMESPACE: &str = "crm";
const CRM_INNER: &str = "eth0";

/// How zones are kept apart at layer 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkMode {
    /// One VLAN-aware bridge; what a box does.
    VlanBridge,
    /// One plain bridge for each zone, no trunks: kernels without VLAN filtering.
    Plain,
}

/// Whether anything is to be forwarded at all: a policy or a route is there, or somebody may reach the CRM.
pub fn forwards(settings: &Settings) -> bool {
    let somebody =
        |addresses: &Addresses| !matches!(addresses, Addresses::List(list) if list.is_empty());
    !settings.policies.is_empty()
        || !settings.routes.is_empty()
        || settings.crm.reachable_from.iter().any(|source| somebody(&source.addresses))
}

/// Makes the plan; `moved` are addresses that the box keeps beside those of the settings. A name that is
/// no interface's is left out; settings have none such.
pub fn plan(
    settings: &Settings,
    moved: &Moved,
    binding: &Binding,
    site: SitePrefix,
    mode: LinkMode,
) -> LinkPlan {
    let maker = Maker { settings, site, mode };
    let mut plan = LinkPlan {
        bridges: Vec::new(),
        vlan_devices: Vec::new(),
        ports: Vec::new(),
        addresses: Vec::new(),
        neighbours: Vec::new(),
        routes: routes(settings),
        namespace: Namespace {
            name: CRM_NAMESPACE.to_owned(),
            outer: fixed(CRM_PORT),
            inner: fixed(CRM_INNER),
            inner_mac: maker.crm_mac(),
            addresses: Vec::new(),
            gateway4: None,
            gateway6: None,
            neighbours: Vec::new(),
        },
        forwarding: forwards(settings),
    };
    maker.bridges(&mut plan);
    for port in binding.bound.values() {
        plan.ports.extend(maker.port(&port.interface, &port.role));
    }
    for (name, zone) in &settings.zones {
        let (Some(interface), mut addresses) = (interface(name), zone_addresses(zone, site)) else {
            continue;
        };
        addresses.extend(moved.get(name).copied().map(IpNet::V4));
        plan.addresses.push(InterfaceAddresses { interface, addresses });
    }
    maker.crm(&mut plan);
    plan
}

/// A port of a zone as any other, with its bridge.
pub(crate) fn access(
    settings: &Settings,
    site: SitePrefix,
    mode: LinkMode,
    card: &InterfaceName,
    zone: &ZoneName,
) -> Option<(BridgePort, Bridge)> {
    let maker = Maker { settings, site, mode };
    let port = maker.access(card, zone)?;
    let mac = maker.router_mac(match mode {
        LinkMode::VlanBridge => None,
        LinkMode::Plain => Some(settings.zones.get(zone)?.vlan),
    });
    let vlan_filtering = mode == LinkMode::VlanBridge;
    let bridge = Bridge { name: port.bridge.clone(), vlan_filtering, own_vlans: Vec::new(), mac };
    Some((port, bridge))
}

/// Where the CRM is.
pub(crate) struct CrmPlace {
    pub(crate) namespace: String,
    pub(crate) interface: InterfaceName,
    pub(crate) mac: [u8; 6],
    /// MAC address of the box towards it.
    pub(crate) router: [u8; 6],
}

/// Finds the CRM.
pub(crate) fn crm_place(settings: &Settings, site: SitePrefix, mode: LinkMode) -> CrmPlace {
    let maker = Maker { settings, site, mode };
    let vlan = settings.zones.get(&settings.crm.zone).map(|zone| zone.vlan);
    CrmPlace {
        namespace: CRM_NAMESPACE.to_owned(),
        interface: fixed(CRM_INNER),
        mac: maker.crm_mac(),
        router: maker.router_mac(vlan.filter(|_| mode == LinkMode::Plain)),
    }
}

fn routes(settings: &Settings) -> Vec<StaticRoute> {
    let one = |route: &settings::Route| {
        let (zone, _) = settings.zone_of(route)?;
        let interface = interface(zone)?;
        Some(StaticRoute { network: route.network, via: route.via, interface })
    };
    settings.routes.iter().filter_map(one).collect()
}

/// Cards that are access ports of isolated zones.
pub fn isolated(settings: &Settings, binding: &Binding) -> Vec<InterfaceName> {
    let is_isolated = |zone| settings.zones.get(zone).is_some_and(|zone| zone.isolated);
    let ports = binding.bound.values();
    let ports =
        ports.filter(|port| matches!(&port.role, PortRole::Access(zone) if is_isolated(zone)));
    ports.map(|port| port.interface.clone()).collect()
}

struct Maker<'a> {
    settings: &'a Settings,
    site: SitePrefix,
    mode: LinkMode,
}

impl Maker<'_> {
    fn bridges(&self, plan: &mut LinkPlan) {
        let zones =
            || self.settings.zones.iter().filter_map(|(n, z)| Some((interface(n)?, z.vlan)));
        match self.mode {
            LinkMode::VlanBridge => {
                let bridge = fixed(BRIDGE);
                plan.bridges.push(Bridge {
                    name: bridge.clone(),
                    vlan_filtering: true,
                    own_vlans: zones().map(|(_, vlan)| vlan.number()).collect(),
                    mac: self.router_mac(None),
                });
                plan.addresses
                    .push(InterfaceAddresses { interface: bridge.clone(), addresses: vec![] });
                plan.vlan_devices.extend(zones().map(|(name, vlan)| VlanDevice {
                    name,
                    parent: bridge.clone(),
                    vlan: vlan.number(),
                }));
            }
            LinkMode::Plain => plan.bridges.extend(zones().map(|(name, vlan)| Bridge {
                name,
                vlan_filtering: false,
                own_vlans: Vec::new(),
                mac: self.router_mac(Some(vlan)),
            })),
        }
    }

    fn port(&self, card: &InterfaceName, role: &PortRole) -> Option<BridgePort> {
        match (role, self.mode) {
            (PortRole::Wan, _) | (PortRole::Trunk(_), LinkMode::Plain) => None,
            (PortRole::Access(zone), _) => self.access(card, zone),
            (PortRole::Trunk(zones), LinkMode::VlanBridge) => {
                let vlan = |zone| Some(self.settings.zones.get(zone)?.vlan.number());
                let mut vlans: Vec<PortVlan> = zones
                    .iter()
                    .filter_map(vlan)
                    .map(|vlan| PortVlan { vlan, untagged: false })
                    .collect();
                vlans.sort_unstable();
                Some(BridgePort {
                    interface: card.clone(),
                    bridge: fixed(BRIDGE),
                    vlans,
                    static_macs: Vec::new(),
                })
            }
        }
    }

    fn access(&self, card: &InterfaceName, zone: &ZoneName) -> Option<BridgePort> {
        let vlan = self.settings.zones.get(zone)?.vlan.number();
        let (bridge, vlans) = match self.mode {
            LinkMode::VlanBridge => (fixed(BRIDGE), vec![PortVlan { vlan, untagged: true }]),
            LinkMode::Plain => (interface(zone)?, Vec::new()),
        };
        Some(BridgePort { interface: card.clone(), bridge, vlans, static_macs: Vec::new() })
    }

    fn crm(&self, plan: &mut LinkPlan) {
        let name = &self.settings.crm.zone;
        let (Some(zone), Some(router_interface)) = (self.settings.zones.get(name), interface(name))
        else {
            return;
        };
        if let Some(mut port) = self.access(&fixed(CRM_PORT), name) {
            port.static_macs.push(self.crm_mac());
            plan.ports.push(port);
        }
        let router_mac = self.router_mac(match self.mode {
            LinkMode::VlanBridge => None,
            LinkMode::Plain => Some(zone.vlan),
        });
        let (crm4, crm6) = self.settings.crm.addresses(self.settings, self.site);
        let (router4, router6) = (zone.router_v4(), zone.router_v6(self.site));
        let namespace = &mut plan.namespace;
        let length4 = zone.subnet_v4().map(|subnet| subnet.prefix_len());
        if let (Some(address), Some(length)) = (crm4, length4) {
            namespace.addresses.extend(IpNet::new(address.into(), length));
        }
        if let Some(address) = crm6 {
            namespace.addresses.extend(IpNet::new(address.into(), 64));
        }
        (namespace.gateway4, namespace.gateway6) = (router4, router6);
        let both = |v4: Option<_>, v6: Option<_>| {
            v4.map(IpAddr::V4).into_iter().chain(v6.map(IpAddr::V6)).collect::<Vec<_>>()
        };
        let inner = namespace.inner.clone();
        for address in both(router4, router6) {
            let interface = inner.clone();
            namespace.neighbours.push(Neighbour { interface, address, mac: router_mac });
        }
        for address in both(crm4, crm6) {
            let (interface, mac) = (router_interface.clone(), self.crm_mac());
            plan.neighbours.push(Neighbour { interface, address, mac });
        }
    }

    /// MAC address of the box in its zones: the random part of the box's own prefix, in a locally
    /// administered address. Plain bridges have one each.
    fn router_mac(&self, vlan: Option<VlanId>) -> [u8; 6] {
        let [high, low] = vlan.map_or(0, VlanId::number).to_be_bytes();
        let [a, b, c, d, e] = global_id(self.site);
        [0x02, a, b, c, d ^ high, e ^ low]
    }

    fn crm_mac(&self) -> [u8; 6] {
        let [a, b, c, d, e] = global_id(self.site);
        [0x06, a, b, c, d, e]
    }
}

/// The router's addresses in the zone, host bits kept.
fn zone_addresses(zone: &Zone, site: SitePrefix) -> Vec<IpNet> {
    let v4 = zone.ipv4.as_ref().map(|ipv4| IpNet::V4(ipv4.address));
    let v6 = zone.router_v6(site).and_then(|router| Ipv6Net::new(router, 64).ok()).map(IpNet::V6);
    v4.into_iter().chain(v6).collect()
}

fn global_id(site: SitePrefix) -> [u8; 5] {
    let [_, a, b, c, d, e, ..] = site.network().addr().octets();
    [a, b, c, d, e]
}

/// The zone's interface.
pub(crate) fn interface(zone: &ZoneName) -> Option<InterfaceName> {
    InterfaceName::new(&zone.interface())
}

/// A name that is written in this file. A test holds them all against the rules for names.
#[allow(clippy::expect_used, reason = "the names are constants of this file, tested below")]
fn fixed(name: &str) -> InterfaceName {
    InterfaceName::new(name).expect("a constant name of an interface")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bind::{PresentPort, bind};

    fn example(mode: LinkMode) -> LinkPlan {
        let settings =
            settings::parse(include_bytes!("../../settings/tests/example.json")).unwrap();
        let card = |interface: &str, mac: &str, path: Option<&str>| PresentPort {
            interface: InterfaceName::new(interface).unwrap(),
            mac: mac.parse().ok(),
            path: path.map(|path| path.parse().unwrap()),
        };
        let present = [
            card("eth0", "52:54:00:67:00:01", None),
            card("eth1", "52:54:00:67:00:02", None),
            card("eth2", "52:54:00:67:00:03", Some("pci-0000:00:05.0")),
            card("eth3", "52:54:00:67:00:04", None),
        ];
        let binding = bind(&settings, &present);
        assert!(binding.unbound.is_empty() && binding.unknown.is_empty(), "{binding:?}");
        let site = SitePrefix::from_random([1, 2, 3, 4, 5]);
        plan(&settings, &Moved::new(), &binding, site, mode)
    }

    fn vlans(plan: &LinkPlan, port: &str) -> Vec<(u16, bool)> {
        let port = plan.ports.iter().find(|p| p.interface.as_str() == port).unwrap();
        assert_eq!(port.bridge.as_str(), "br0");
        port.vlans.iter().map(|vlan| (vlan.vlan, vlan.untagged)).collect()
    }

    #[test]
    fn ports_carry_their_zones_and_no_other() {
        let plan = example(LinkMode::VlanBridge);
        assert_eq!(vlans(&plan, "eth1"), [(10, true)]);
        assert_eq!(vlans(&plan, "eth2"), [(20, true)]);
        assert_eq!(vlans(&plan, "eth3"), [(10, false), (20, false), (30, false)]);
        assert_eq!(vlans(&plan, "crm0"), [(30, true)]);
        assert!(plan.ports.iter().all(|port| port.interface.as_str() != "eth0"), "WAN is no port");
        assert!(plan.forwarding);
    }

    #[test]
    fn the_crm_and_the_router_know_each_other_for_good() {
        for mode in [LinkMode::VlanBridge, LinkMode::Plain] {
            let plan = example(mode);
            let addresses: Vec<String> =
                plan.namespace.addresses.iter().map(IpNet::to_string).collect();
            assert_eq!(addresses, ["192.168.30.10/24", "fd01:203:405:1e::a/64"]);
            assert_eq!(plan.neighbours.len(), 2);
            assert!(plan.neighbours.iter().all(|n| n.interface.as_str() == "z-crm"));
            assert!(plan.neighbours.iter().all(|n| n.mac == plan.namespace.inner_mac));
            let bridge = match mode {
                LinkMode::VlanBridge => &plan.bridges[0],
                LinkMode::Plain => {
                    plan.bridges.iter().find(|b| b.name.as_str() == "z-crm").unwrap()
                }
            };
            assert_eq!(plan.namespace.neighbours.len(), 2);
            assert!(plan.namespace.neighbours.iter().all(|n| n.mac == bridge.mac));
        }
    }

    #[test]
    fn plain_bridges_are_one_for_each_zone_without_trunk() {
        let plan = example(LinkMode::Plain);
        assert!(plan.vlan_devices.is_empty());
        assert_eq!(plan.bridges.len(), 3);
        let mut macs: Vec<_> = plan.bridges.iter().map(|bridge| bridge.mac).collect();
        macs.dedup();
        assert_eq!(macs.len(), 3);
        let ports: Vec<_> =
            plan.ports.iter().map(|p| (p.interface.as_str(), p.bridge.as_str())).collect();
        assert_eq!(ports, [("eth2", "z-guest"), ("eth1", "z-office"), ("crm0", "z-crm")]);
    }

    #[test]
    fn what_isolation_and_routes_come_to() {
        let text = include_str!("../../settings/tests/example.json");
        let mut document: serde_json::Value = serde_json::from_str(text).unwrap();
        document["zones"]["guest"]["isolated"] = true.into();
        document["routes"] =
            serde_json::json!([{"network": "10.20.0.0/16", "via": "192.168.10.2"}]);
        document["policies"] = serde_json::json!([]);
        document["crm"]["reachable_from"] = serde_json::json!([]);
        let settings = settings::parse(document.to_string().as_bytes()).unwrap();
        assert!(forwards(&settings), "devices of a zone reach the network behind its router");
        let routes = routes(&settings);
        let routes: Vec<_> = routes
            .iter()
            .map(|one| format!("{} {} {}", one.network, one.via, one.interface))
            .collect();
        assert_eq!(routes, ["10.20.0.0/16 192.168.10.2 z-office"]);
        let card = |interface: &str, mac: &str, path: Option<&str>| PresentPort {
            interface: InterfaceName::new(interface).unwrap(),
            mac: mac.parse().ok(),
            path: path.map(|path| path.parse().unwrap()),
        };
        let present = [
            card("eth1", "52:54:00:67:00:02", None),
            card("eth2", "52:54:00:67:00:03", Some("pci-0000:00:05.0")),
            card("eth3", "52:54:00:67:00:04", None),
        ];
        let isolated = isolated(&settings, &bind(&settings, &present));
        let isolated: Vec<&str> = isolated.iter().map(InterfaceName::as_str).collect();
        assert_eq!(isolated, ["eth2"], "neither office's nor the trunk");
    }

    #[test]
    fn factory_settings_forward_nothing() {
        let port = |n: u8| settings::DiscoveredPort {
            mac: settings::MacAddress::new([2, 0, 0, 0, 0, n]).unwrap(),
            path: None,
        };
        let settings = Settings::factory(&[port(1), port(2)]).unwrap();
        assert!(!forwards(&settings));
    }
}
