//! Settings documents of every shape that `settings` accepts.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use settings::{
    Addresses, Allow, Blocking, Crm, DhcpRange, Dns, Egress, EgressProtocol, EgressUser, Ipv4Zone,
    Ipv6Zone, Language, MacAddress, Management, Policy, Port, PortMatch, PortRange, PortRole,
    Publication, Published, Relay, Relayed, Route, Settings, Source, Target, TlsServer, Upstream,
    Version, VlanId, Way, Which, Zone, ZoneName,
};

/// Names that would meet when joined carelessly, and words of nft.
const NAMES: &[&str] = &[
    "office",
    "guest",
    "crm",
    "a",
    "a-b",
    "b",
    "b-c",
    "c",
    "map",
    "drop",
    "lo",
    "input",
    "abcdefghijkl",
];

/// An accepted document.
pub fn documents() -> impl Strategy<Value = Settings> {
    drafts().prop_filter("settings refuses it", |settings| settings.validate().is_ok())
}

fn drafts() -> impl Strategy<Value = Settings> {
    let zone_names = subsequence(NAMES, 2..=6).prop_shuffle();
    (
        zone_names,
        vec(zone_shape(), 6),
        vec((any::<Index>(), any::<Index>(), any::<bool>()), 0..12),
        vec((any::<Index>(), sources()), 1..4),
        vec((any::<Index>(), sources()), 0..6),
        (2u16..200, prop::option::of((any::<Index>(), 3u8..9)), vec(publication_shape(), 0..4)),
    )
        .prop_map(|(names, shapes, policies, management, reach, (host, route, published))| {
            let names: Vec<ZoneName> = names.iter().map(|name| name.parse().unwrap()).collect();
            let mut zones: BTreeMap<ZoneName, Zone> =
                names.iter().cloned().zip(shapes.iter().enumerate().map(zone)).collect();
            let crm = names[0].clone();
            let others = &names[1..];
            zones.get_mut(&crm).unwrap().isolated = false;
            let route = route.and_then(|(at, host)| {
                let subnet = zones[at.get(others)].subnet_v4()?;
                let via = Ipv4Addr::from_bits(subnet.network().to_bits() + u32::from(host));
                Some(Route { network: "172.20.0.0/14".parse().unwrap(), via })
            });
            let mut settings = Settings {
                version: Version::CURRENT,
                language: Language::English,
                rules: Vec::new(),
                services: BTreeMap::new(),
                groups: BTreeMap::new(),
                schedules: BTreeMap::new(),
                time_zone: None,
                ports: ports(&names),
                publish: publish(others, &zones, &published),
                // Of two documents in three.
                relays: if host % 3 == 0 { Vec::new() } else { relays(others) },
                policies: policies_of(others, &policies),
                management: Management { from: sources_of(others, &zones, &management) },
                crm: Crm { zone: crm, host, reachable_from: sources_of(others, &zones, &reach) },
                zones,
                // Of one document in three.
                quarantine: (0..3u16.saturating_sub(host % 3 * 3))
                    .filter_map(|number| MacAddress::new([2, 0, 0, 0, 0, number as u8]))
                    .collect(),
                routes: route.into_iter().collect(),
                dns: asking(host),
                blocking: Blocking::default(),
                // Of every other one.
                egress: [EgressUser::Crm, EgressUser::Admin]
                    .into_iter()
                    .filter(|_| host % 2 == 0)
                    .flat_map(|user| ["a.example", OPEN_TO].map(|to| egress(user, to)))
                    .collect(),
            };
            let relays = std::mem::take(&mut settings.relays);
            let has_way = |one: &Relay| one.versions(&settings) != (false, false);
            settings.relays = relays.into_iter().filter(|one| has_way(one)).collect();
            settings
        })
}

/// Each of the zones with the next one, as far as `settings` takes that.
fn relays(zones: &[ZoneName]) -> Vec<Relay> {
    let pair =
        |pair: &[ZoneName]| Relay { zones: [pair[0].clone(), pair[1].clone()], what: Relayed::All };
    zones.windows(2).map(pair).collect()
}

/// Names asked over TLS, checked, or of the provider.
fn asking(host: u16) -> Dns {
    let server = |address: &str| TlsServer {
        address: address.parse().expect("address"),
        name: "dns.example.net".parse().expect("name"),
    };
    let upstream = match host % 4 {
        0 => Upstream::Tls(vec![server("192.0.2.53")]),
        1 => Upstream::Tls(vec![server("192.0.2.53"), server("2001:db8::53")]),
        _ => Upstream::Provider,
    };
    Dns { upstream, dnssec: host % 4 == 2 }
}

/// Where the CRM may go, when it may go anywhere.
pub const OPEN_TO: &str = "1.1.1.1";

fn egress(user: EgressUser, to: &str) -> Egress {
    let (protocol, port) = (EgressProtocol::Tcp, 443);
    Egress { user, to: to.parse().unwrap(), protocol, port, note: None, reason: None }
}

#[derive(Clone, Debug)]
struct ZoneShape {
    length: u8,
    router: u8,
    v4: bool,
    v6: bool,
    dhcp: bool,
    vlan: u16,
    isolated: bool,
}

fn zone_shape() -> impl Strategy<Value = ZoneShape> {
    let bits = (16u8..=30, 1u8..=2, any::<bool>(), prop::bool::weighted(0.9));
    (bits, prop::bool::weighted(0.8), 0u16..600, any::<bool>()).prop_map(
        |((length, router, v6, v4), dhcp, vlan, isolated)| ZoneShape {
            length,
            router,
            v4: v4 || !v6,
            v6,
            dhcp,
            vlan,
            isolated,
        },
    )
}

/// Zone, protocols, whether the device's port is another, whether it has IPv6, and who may come.
type PublicationShape = (Index, u8, bool, bool, u8);

fn publication_shape() -> impl Strategy<Value = PublicationShape> {
    (any::<Index>(), 0u8..3, any::<bool>(), any::<bool>(), 0u8..4)
}

/// Each on a port of its own from 443 on.
fn publish(
    zones: &[ZoneName],
    all: &BTreeMap<ZoneName, Zone>,
    drawn: &[PublicationShape],
) -> Vec<Publication> {
    let one = |(number, (zone, protocols, moved, v6, from)): (u16, &PublicationShape)| {
        let name = zone.get(zones);
        let zone = &all[name];
        let (subnet, router) = (zone.subnet_v4()?, zone.router_v4()?);
        let address = subnet.hosts().find(|host| *host != router)?;
        let port = PortRange { first: 443 + number, last: 443 + number };
        let ports = match protocols {
            0 => vec![Way::Tcp(port)],
            1 => vec![Way::Udp(port)],
            _ => vec![Way::Tcp(port), Way::Udp(port)],
        };
        let listed =
            |texts: &[&str]| Which::These(texts.iter().map(|it| it.parse().unwrap()).collect());
        let from = match from {
            0 | 1 => Which::All,
            2 => listed(&["9.9.9.9", "2620:fe::/32"]),
            _ => listed(&["5.6.7.8", "10.0.0.0/8"]),
        };
        let ipv6 = (*v6 && zone.ipv6 == Ipv6Zone::Automatic).then(|| "::77".parse().unwrap());
        Some(Publication {
            id: number + 1,
            enabled: true,
            label: format!("店 {number}").parse().unwrap(),
            ports,
            to: Published { zone: name.clone(), address, port: moved.then_some(8443), ipv6 },
            from,
            until: None,
            comment: None,
        })
    };
    (0u16..).zip(drawn).filter_map(one).collect()
}

/// Zones have a /16 each to be in, and 600 VLAN ids each.
fn zone((index, shape): (usize, &ZoneShape)) -> Zone {
    let second = 16 + u8::try_from(index).unwrap();
    let router = Ipv4Net::new(Ipv4Addr::new(10, second, 0, shape.router), shape.length).unwrap();
    let range = |bits: u32| Ipv4Addr::from_bits(router.trunc().network().to_bits() + bits);
    let dhcp =
        (shape.dhcp && shape.length < 24).then(|| DhcpRange { from: range(210), to: range(240) });
    Zone {
        vlan: VlanId::new(1 + 600 * u16::try_from(index).unwrap() + shape.vlan).unwrap(),
        ipv4: shape.v4.then_some(Ipv4Zone { address: router, dhcp }),
        ipv6: if shape.v6 { Ipv6Zone::Automatic } else { Ipv6Zone::Off },
        reservations: Vec::new(),
        label: None,
        isolated: shape.isolated,
    }
}

fn ports(zones: &[ZoneName]) -> BTreeMap<settings::PortName, Port> {
    let mac = |last: usize| -> MacAddress { format!("52:54:00:00:00:{last:02x}").parse().unwrap() };
    let access = zones.iter().enumerate().map(|(index, zone)| {
        let matches = PortMatch::Mac(mac(index + 1));
        let port = Port { matches, role: PortRole::Access(zone.clone()) };
        (format!("lan-{index}").parse().unwrap(), port)
    });
    let wan = Port { matches: PortMatch::Mac(mac(0)), role: PortRole::Wan };
    access.chain([("wan".parse().unwrap(), wan)]).collect()
}

fn policies_of(zones: &[ZoneName], drawn: &[(Index, Index, bool)]) -> Vec<Policy> {
    let mut seen = BTreeSet::new();
    drawn
        .iter()
        .map(|(from, to, all)| {
            let from = from.get(zones).clone();
            let to = match to.index(zones.len() + 1) {
                0 => Target::Wan,
                index => Target::Zone(zones[index - 1].clone()),
            };
            Policy { from, to, allow: if *all { Allow::All } else { Allow::Web } }
        })
        .filter(|policy| policy.to != Target::Zone(policy.from.clone()))
        .filter(|policy| seen.insert((policy.from.clone(), policy.to.clone())))
        .collect()
}

/// All, or networks by (IPv6?, length beyond the subnet's, number).
type SourceShape = Option<Vec<(bool, u8, u32)>>;

fn sources() -> impl Strategy<Value = SourceShape> {
    proptest::option::weighted(0.7, vec((any::<bool>(), 0u8..16, any::<u32>()), 0..4))
}

fn sources_of(
    names: &[ZoneName],
    zones: &BTreeMap<ZoneName, Zone>,
    drawn: &[(Index, SourceShape)],
) -> Vec<Source> {
    let mut seen = BTreeSet::new();
    drawn
        .iter()
        .map(|(index, shape)| (index.get(names), shape))
        .filter(|(name, _)| seen.insert((*name).clone()))
        .map(|(name, shape)| Source {
            zone: name.clone(),
            addresses: addresses(&zones[name], shape),
            schedule: None,
        })
        .collect()
}

fn addresses(zone: &Zone, shape: &SourceShape) -> Addresses {
    let Some(shapes) = shape else { return Addresses::All };
    let networks: BTreeSet<IpNet> =
        shapes.iter().filter_map(|shape| network(zone, *shape)).collect();
    Addresses::List(networks.into_iter().collect())
}

fn network(zone: &Zone, (v6, more, number): (bool, u8, u32)) -> Option<IpNet> {
    let number = u128::from(number);
    match (v6, zone.subnet_v4(), zone.ipv6) {
        (false, Some(subnet), _) => {
            let length = (subnet.prefix_len() + more).min(32);
            let bits = u128::from(subnet.network().to_bits())
                + (number % (1 << (32 - subnet.prefix_len())));
            let address = Ipv4Addr::from_bits(u32::try_from(bits).unwrap());
            Some(Ipv4Net::new(address, length).unwrap().trunc().into())
        }
        (true, _, Ipv6Zone::Automatic) => {
            let subnet = super::context().site.zone_prefix(zone.vlan);
            let address = Ipv6Addr::from_bits(subnet.network().to_bits() | number);
            Some(Ipv6Net::new(address, 64 + 4 * more).unwrap().trunc().into())
        }
        _ => None,
    }
}

/// Hosts of the zone that are not its router, one for each IP version.
pub fn hosts(settings: &Settings, zone: &ZoneName) -> Vec<IpAddr> {
    let behind = settings.routed(zone).filter_map(|network| network.hosts().nth(8));
    let behind: Vec<IpAddr> = behind.map(IpAddr::V4).collect();
    let zone = &settings.zones[zone];
    let router = zone.router_v4();
    let v4 = zone
        .subnet_v4()
        .into_iter()
        .filter_map(|subnet| subnet.hosts().find(|host| Some(*host) != router).map(IpAddr::V4));
    let v6 = zone.subnet_v6(super::context().site).into_iter().map(|subnet| {
        IpAddr::V6(Ipv6Addr::from_bits(subnet.network().to_bits() | 0x5054_00ff_fe00_0001))
    });
    v4.chain(v6).chain(behind).collect()
}
