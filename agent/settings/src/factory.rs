//! Settings of a box that nobody has set up: a LAN with a way in, and nothing forwarded.
//! With one port only, that port is the LAN: such a box has no WAN until it gets a second port.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::{
    Addresses, Blocking, Crm, DhcpRange, Dns, Ipv4Zone, Ipv6Zone, Language, MAX_PORTS, MacAddress,
    Management, Port, PortMatch, PortName, PortPath, PortRole, Settings, Source, Version, VlanId,
    Zone, ZoneName,
};

/// A network card as found on the box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscoveredPort {
    /// Permanent MAC address.
    pub mac: MacAddress,
    /// Where it is plugged in, when udev knows.
    pub path: Option<PortPath>,
}

impl Settings {
    /// Settings for a box with these ports: the first by path is WAN, the others are access ports
    /// of `office`, all known by MAC. One port alone is an access port of `office`. Ports beyond
    /// [`MAX_PORTS`] stay unused. `None` without any port: there would be no way in.
    pub fn factory(ports: &[DiscoveredPort]) -> Option<Self> {
        let office: ZoneName = "office".parse().ok()?;
        let crm: ZoneName = "crm".parse().ok()?;
        Some(Self {
            version: Version::CURRENT,
            language: Language::default(),
            ports: factory_ports(ports, &office)?,
            zones: BTreeMap::from([
                (office.clone(), zone(10, Some((100, 199)))?),
                (crm.clone(), zone(30, None)?),
            ]),
            policies: Vec::new(),
            management: Management {
                from: vec![Source { zone: office, addresses: Addresses::All, schedule: None }],
            },
            crm: Crm { zone: crm, host: 10, reachable_from: Vec::new() },
            rules: Vec::new(),
            services: BTreeMap::new(),
            groups: BTreeMap::new(),
            schedules: BTreeMap::new(),
            time_zone: None,
            quarantine: BTreeSet::new(),
            routes: Vec::new(),
            dns: Dns::default(),
            blocking: Blocking::default(),
            egress: Vec::new(),
            publish: Vec::new(),
            relays: Vec::new(),
        })
    }
}

fn factory_ports(
    discovered: &[DiscoveredPort],
    office: &ZoneName,
) -> Option<BTreeMap<PortName, Port>> {
    let mut sorted: Vec<&DiscoveredPort> = discovered.iter().collect();
    // Cards without a path come last, in the order of their MAC addresses.
    sorted.sort_by_key(|port| (port.path.is_none(), port.path.clone(), port.mac));
    let mut seen = BTreeSet::new();
    let macs: Vec<MacAddress> = sorted
        .iter()
        .map(|port| port.mac)
        .filter(|mac| seen.insert(*mac))
        .take(MAX_PORTS)
        .collect();
    let access = || PortRole::Access(office.clone());
    let mut ports = BTreeMap::new();
    let lan = match macs.as_slice() {
        [] => return None,
        [only] => std::slice::from_ref(only),
        [wan, lan @ ..] => {
            let matches = PortMatch::Mac(*wan);
            ports.insert("wan".parse().ok()?, Port { matches, role: PortRole::Wan });
            lan
        }
    };
    for (number, mac) in (1..).zip(lan) {
        let name = format!("lan-{number}").parse().ok()?;
        ports.insert(name, Port { matches: PortMatch::Mac(*mac), role: access() });
    }
    Some(ports)
}

/// `192.168.<vlan>.1/24`.
fn zone(vlan: u8, dhcp: Option<(u8, u8)>) -> Option<Zone> {
    let host = |host| Ipv4Addr::new(192, 168, vlan, host);
    Some(Zone {
        vlan: VlanId::new(u16::from(vlan))?,
        ipv4: Some(Ipv4Zone {
            address: Ipv4Net::new(host(1), 24).ok()?,
            dhcp: dhcp.map(|(from, to)| DhcpRange { from: host(from), to: host(to) }),
        }),
        ipv6: Ipv6Zone::Automatic,
        reservations: Vec::new(),
        label: None,
        isolated: false,
    })
}
