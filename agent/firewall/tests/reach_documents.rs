//! Random pairs of documents: what a packet meets is what the findings say, and a document against
//! itself has nothing to say.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod common;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use common::documents::{documents, hosts};
use common::{Shape, context, packet, passes, tcp, udp};
use firewall::ir::Ruleset;
use firewall::reach::{Place, Sender, Traffic};
use firewall::simulate::{Path, Transport};
use firewall::{Context, Finding, Side, compile, reach};
use ipnet::IpNet;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use settings::{Settings, ZoneName};

/// One side, with its own rules.
struct Here {
    settings: Settings,
    context: Context,
    rules: Ruleset,
}

impl Here {
    fn new(settings: Settings, wan: bool) -> Self {
        let context = Context { wan: context().wan.filter(|_| wan), ..context() };
        let rules = compile(&settings, &context);
        Self { settings, context, rules }
    }

    fn side(&self) -> Side<'_> {
        let rules = self.rules.check().unwrap();
        Side { settings: &self.settings, context: &self.context, rules }
    }

    fn subnets(&self, zone: &ZoneName) -> Vec<IpNet> {
        let Some(zone) = self.settings.zones.get(zone) else { return Vec::new() };
        let v4 = zone.subnet_v4().map(IpNet::V4);
        v4.into_iter().chain(zone.subnet_v6(self.context.site).map(IpNet::V6)).collect()
    }

    fn routers(&self, zone: &ZoneName) -> Vec<IpAddr> {
        let Some(zone) = self.settings.zones.get(zone) else { return Vec::new() };
        let v4 = zone.router_v4().map(IpAddr::V4);
        v4.into_iter().chain(zone.router_v6(self.context.site).map(IpAddr::V6)).collect()
    }

    fn crm(&self) -> Vec<IpAddr> {
        let (v4, v6) = self.settings.crm.addresses(&self.settings, self.context.site);
        v4.map(IpAddr::V4).into_iter().chain(v6.map(IpAddr::V6)).collect()
    }

    /// Whether a device with the address in the zone gets to the place with it; `number` picks whom
    /// there. None when there is nobody to get to.
    fn gets(&self, trip: &Trip, number: u64) -> Option<bool> {
        let Trip { zone, source, place, carries } = trip;
        self.settings.zones.get(zone)?;
        // There is no DHCP of this kind over IPv6.
        if *carries == udp(68, 67) && source.is_ipv6() {
            return None;
        }
        let version = |address: &IpAddr| address.is_ipv4() == source.is_ipv4();
        let input = format!("z-{zone}");
        let (output, destination) = match place {
            Place::Box => {
                let own = self.routers(zone).into_iter().find(version)?;
                let sent = packet(*source, own, *carries).from(&input);
                return Some(passes(&self.rules, &sent, Path::ToBox));
            }
            Place::Internet => {
                self.context.wan.as_ref()?;
                let v6 = IpAddr::V6(Ipv6Addr::from_bits((0x2620 << 112) | u128::from(number)));
                let v4 = IpAddr::V4(Ipv4Addr::from_bits(0x0909_0000 | (number as u32 & 0xffff)));
                ("wan0".to_owned(), if source.is_ipv4() { v4 } else { v6 })
            }
            Place::Crm => {
                let crm = &self.settings.crm.zone;
                (format!("z-{crm}"), self.crm().into_iter().find(version)?)
            }
            // The CRM may go to some addresses of the internet.
            Place::Part { zone: None, addresses } => {
                self.context.wan.as_ref()?;
                let to = addresses.iter().map(IpNet::addr).find(version)?;
                ("wan0".to_owned(), to)
            }
            Place::Part { .. } | Place::Others { .. } => panic!("no rule names it: {place:?}"),
            Place::Zone(to) => {
                let subnet = self.subnets(to).into_iter().find(|net| version(&net.addr()))?;
                let destination = within(subnet, number);
                if self.routers(to).contains(&destination) || self.crm().contains(&destination) {
                    return None;
                }
                (format!("z-{to}"), destination)
            }
        };
        let sent = packet(*source, destination, *carries).from(&input).to(&output);
        Some(passes(&self.rules, &sent, Path::Through))
    }
}

/// A packet to be sent on both sides.
#[derive(Debug)]
struct Trip {
    zone: ZoneName,
    source: IpAddr,
    place: Place,
    carries: Transport,
}

impl Trip {
    fn traffic(&self) -> Traffic {
        let to_box = self.place == Place::Box;
        match self.carries {
            Transport::Tcp { destination: 80 | 443, .. } if to_box => Traffic::AdminPages,
            Transport::Tcp { destination: 53, .. } | Transport::Udp { destination: 53, .. }
                if to_box =>
            {
                Traffic::Dns
            }
            Transport::Udp { destination: 123, .. } if to_box => Traffic::Time,
            Transport::Udp { source: 68, destination: 67 } if to_box => Traffic::Dhcp,
            Transport::Tcp { destination: 443, .. } => Traffic::Https,
            Transport::Tcp { destination: 80, .. } => Traffic::Http,
            Transport::Tcp { .. } => Traffic::Tcp,
            Transport::Udp { destination: 443, .. } if !to_box => Traffic::Http3,
            Transport::Udp { .. } => Traffic::Udp,
            Transport::Icmp(_) | Transport::Icmpv6(_) => Traffic::Ping,
            Transport::Other(_) => Traffic::Other,
        }
    }

    /// Whether the finding says of this packet that it passes now, or no longer.
    fn is_told(&self, finding: &Finding, opens: bool, sides: [&Here; 2]) -> bool {
        let says = |from: &Sender, to: &[Place], what: &std::collections::BTreeSet<Traffic>| {
            let sender = match from {
                Sender::Internet | Sender::Devices { .. } => false,
                Sender::Zone(zone) => *zone == self.zone,
                Sender::Others { zone, but } => {
                    *zone == self.zone && !but.iter().any(|net| net.contains(&self.source))
                }
                Sender::Part { zone, addresses } => {
                    *zone == self.zone && addresses.iter().any(|net| net.contains(&self.source))
                }
            };
            sender && to.contains(&self.place) && what.contains(&self.traffic())
        };
        match finding {
            Finding::Opened { from, to, what, .. } => opens && says(from, to, what),
            Finding::Closed { from, to, what, .. } => !opens && says(from, to, what),
            Finding::Moved { zone, before, after } => {
                let (had, has) = if opens { (after, before) } else { (before, after) };
                let of_version = |net: &IpNet| net.addr().is_ipv4() == self.source.is_ipv4();
                let keeps = |net: &Option<IpNet>| net.is_some_and(|net| net.contains(&self.source));
                let to = match &self.place {
                    Place::Zone(to) => Some(to.clone()),
                    Place::Crm => Some(sides[0].settings.crm.zone.clone()),
                    _ => None,
                };
                // It had an address that it does not have, or who it is sent to had.
                (*zone == self.zone && keeps(had) && !keeps(has))
                    || (to.as_ref() == Some(zone)
                        && had.as_ref().is_some_and(of_version)
                        && has.is_none())
            }
            _ => false,
        }
    }
}

/// An address of the network.
fn within(network: IpNet, number: u64) -> IpAddr {
    match network {
        IpNet::V4(net) => {
            let hosts = net.hostmask().to_bits();
            Ipv4Addr::from_bits(net.network().to_bits() | (number as u32 & hosts)).into()
        }
        IpNet::V6(net) => {
            let hosts = net.hostmask().to_bits();
            Ipv6Addr::from_bits(net.network().to_bits() | (u128::from(number) & hosts)).into()
        }
    }
}

/// Networks that lists of either document name, and the zones' own.
fn networks(sides: [&Here; 2], zone: &ZoneName) -> Vec<IpNet> {
    let mut found: Vec<IpNet> = sides.iter().flat_map(|side| side.subnets(zone)).collect();
    for side in sides {
        let lists = [&side.settings.management.from, &side.settings.crm.reachable_from];
        for source in lists.into_iter().flatten().filter(|source| source.zone == *zone) {
            if let settings::Addresses::List(list) = &source.addresses {
                // Lists may hold more than the zone.
                let subnets = sides.iter().flat_map(|side| side.subnets(zone));
                let inside = |net: &&IpNet| subnets.clone().any(|subnet| subnet.contains(*net));
                found.extend(list.iter().filter(inside));
            }
        }
    }
    found
}

type Drawn = (Index, Index, u64, Index, (Index, u16), u64);

fn trip(sides: [&Here; 2], drawn: &Drawn) -> Option<Trip> {
    let (zone, network, number, place, (kind, port), _) = drawn;
    let mut zones: Vec<&ZoneName> =
        sides.iter().flat_map(|side| side.settings.zones.keys()).collect();
    zones.sort();
    zones.dedup();
    let zone = (*zone.get(&zones)).clone();
    let source = within(*network.get(&networks(sides, &zone)), *number);
    // The box's own address is no sender.
    if sides.iter().any(|side| side.routers(&zone).contains(&source)) {
        return None;
    }
    let others = zones.into_iter().filter(|to| **to != zone).cloned().map(Place::Zone);
    let places: Vec<Place> =
        [Place::Box, Place::Internet, Place::Crm].into_iter().chain(others).collect();
    let echo = if source.is_ipv4() { Transport::Icmp(8) } else { Transport::Icmpv6(128) };
    let mut kinds = vec![tcp(*port), udp(40_000, *port), echo, Transport::Other(47)];
    kinds.extend([80, 443, 53].map(tcp));
    kinds.extend([443, 53, 123].map(|port| udp(40_000, port)));
    kinds.push(udp(68, 67));
    let place = place.get(&places).clone();
    Some(Trip { zone, source, place, carries: *kind.get(&kinds) })
}

/// A document and another that differs in a few things only, or in all.
fn pairs() -> impl Strategy<Value = (Settings, Settings)> {
    let mixed = (documents(), documents(), vec(any::<bool>(), 4)).prop_map(|(one, other, take)| {
        let mut mixed = one.clone();
        let pieces: [fn(&mut Settings, &Settings); 4] = [
            |mixed, other| mixed.policies = other.policies.clone(),
            |mixed, other| mixed.management = other.management.clone(),
            |mixed, other| mixed.crm.reachable_from = other.crm.reachable_from.clone(),
            |mixed, other| {
                for (name, zone) in &mut mixed.zones {
                    zone.ipv6 = other.zones.get(name).map_or(zone.ipv6, |other| other.ipv6);
                }
            },
        ];
        for (piece, _) in pieces.iter().zip(take).filter(|(_, take)| *take) {
            let kept = mixed.clone();
            piece(&mut mixed, &other);
            if mixed.validate().is_err() {
                mixed = kept;
            }
        }
        (one, mixed)
    });
    prop_oneof![(documents(), documents()), mixed]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_document_against_itself_keeps_the_way_in_only(
        settings in documents(),
        wan in any::<bool>(),
    ) {
        let here = Here::new(settings, wan);
        let ways_in: Vec<IpAddr> = here
            .settings
            .zones
            .keys()
            .flat_map(|zone| hosts(&here.settings, zone).into_iter().map(move |host| (zone, host)))
            .filter(|(zone, source)| {
                let trip = Trip {
                    zone: (*zone).clone(),
                    source: *source,
                    place: Place::Box,
                    carries: tcp(443),
                };
                here.gets(&trip, 0) == Some(true)
            })
            .map(|(_, host)| host)
            .collect();
        prop_assert_eq!(reach(&here.side(), &here.side(), None), []);
        for address in ways_in {
            let found = reach(&here.side(), &here.side(), Some(address));
            prop_assert_eq!(found, [Finding::KeepsWayIn { address }]);
        }
    }

    #[test]
    fn what_packets_meet_is_told(
        (before, after) in pairs(),
        wan in prop::bool::weighted(0.9),
        drawn in vec(any::<Drawn>(), 200),
    ) {
        let (before, after) = (Here::new(before, true), Here::new(after, wan));
        let findings = reach(&before.side(), &after.side(), None);
        let sides = [&before, &after];
        for one in &drawn {
            let Some(trip) = trip(sides, one) else { continue };
            let (_, _, _, _, _, number) = one;
            let passed = sides.map(|side| side.gets(&trip, *number).unwrap_or(false));
            let opens = match passed {
                [false, true] => true,
                [true, false] => false,
                _ => continue,
            };
            prop_assert!(
                findings.iter().any(|finding| trip.is_told(finding, opens, sides)),
                "{:?} opens: {}; found {:#?}", trip, opens, findings
            );
        }
        let inside =
            findings.iter().any(|one| matches!(one, Finding::InternetReachesInside { .. }));
        prop_assert!(!inside);
    }

    #[test]
    fn what_is_told_is_what_packets_meet(
        (before, after) in pairs(),
        drawn in vec((any::<u64>(), any::<u64>(), 1024u16..20_000), 4),
    ) {
        let (before, after) = (Here::new(before, true), Here::new(after, true));
        for finding in reach(&before.side(), &after.side(), None) {
            let (opens, from, to, what) = match &finding {
                Finding::Opened { from, to, what, .. } => (true, from, to, what),
                Finding::Closed { from, to, what, .. } => (false, from, to, what),
                _ => continue,
            };
            let (was, is) = if opens { (&before, &after) } else { (&after, &before) };
            let (zone, networks) = match from {
                Sender::Zone(zone) => (zone, is.subnets(zone)),
                Sender::Part { zone, addresses } => (zone, addresses.clone()),
                Sender::Others { zone, .. } => (zone, is.subnets(zone)),
                Sender::Internet | Sender::Devices { .. } => panic!("{finding:?}"),
            };
            for place in to {
                // Devices that services are published of, and parts that the box's own doors tell apart: of what
                // is said there some ports alone pass.
                if matches!(place, Place::Part { zone: Some(_), .. }) {
                    continue;
                }
                for traffic in what {
                    for (number, there, port) in &drawn {
                        for network in networks.iter().take(3) {
                            let source = within(*network, *number);
                            let own = [&before, &after].map(|side| side.routers(zone)).concat();
                            let excepted = matches!(from, Sender::Others { but, .. }
                                if but.iter().any(|net| net.contains(&source)));
                            if own.contains(&source) || excepted {
                                continue;
                            }
                            let (zone, place) = (zone.clone(), place.clone());
                            let carries = carried(traffic, source, *port);
                            let trip = Trip { zone, source, place, carries };
                            let (now, then) = (is.gets(&trip, *there), was.gets(&trip, *there));
                            prop_assert_ne!(now, Some(false), "{:?}: {:?}", finding, trip);
                            prop_assert_ne!(then, Some(true), "{:?}: {:?}", finding, trip);
                        }
                    }
                }
            }
        }
    }
}

/// What the word stands for.
fn carried(traffic: &Traffic, source: IpAddr, port: u16) -> Transport {
    match traffic {
        Traffic::AdminPages | Traffic::Https => tcp(443),
        Traffic::Http => tcp(80),
        Traffic::Http3 => udp(40_000, 443),
        Traffic::Tcp => tcp(port),
        Traffic::Udp => udp(40_000, port),
        Traffic::Ping if source.is_ipv4() => Transport::Icmp(8),
        Traffic::Ping => Transport::Icmpv6(128),
        Traffic::Other => Transport::Other(47),
        Traffic::Dns => udp(40_000, 53),
        Traffic::Dhcp => udp(68, 67),
        Traffic::Time => udp(40_000, 123),
        Traffic::Service(name) | Traffic::Part(name, _) => panic!("no rule names {name}"),
    }
}
