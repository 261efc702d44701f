//! What a person calls a packet: by the service that a rule of either side names, where one does.

use std::collections::{BTreeMap, BTreeSet};

use settings::{PortRange, Title, Way, Which};

use super::finding::{Place, Traffic};
use super::probe::Probe;
use super::side::Side;

/// Services that rules of either side name.
pub(super) struct Services<'s>(BTreeMap<&'s Title, Vec<Way>>);

impl<'s> Services<'s> {
    pub(super) fn of(sides: [&Side<'s>; 2]) -> Self {
        let mut named: BTreeMap<&Title, Vec<Way>> = BTreeMap::new();
        for side in sides {
            for rule in &side.settings.rules {
                let Which::These(names) = &rule.services else { continue };
                for name in names {
                    let ways = side.settings.ways(name).unwrap_or_default();
                    named.entry(name).or_default().extend(ways);
                }
            }
        }
        Self(named)
    }

    /// What a person calls each of these packets to the place, with how they fared: a service by its name alone where
    /// all of it fares alike. Web pages, ping and the box's own services have a name of their own.
    pub(super) fn called<F: PartialEq>(&self, fared: &[(Probe, F)], place: &Place) -> Vec<Traffic> {
        let mut alike: BTreeMap<&Title, bool> = BTreeMap::new();
        let call = |probe: Probe, alike: &mut BTreeMap<&'s Title, bool>| {
            let known = probe.traffic(place);
            let (port, udp) = match (&known, probe) {
                (Traffic::Tcp, Probe::Tcp(port)) => (port, false),
                (Traffic::Udp, Probe::Udp(port)) => (port, true),
                _ => return known,
            };
            let Some((name, ways)) = self.named(port, udp) else { return known };
            let is_alike = *alike.entry(name).or_insert_with(|| {
                let is_of_it = |probe: Probe| {
                    port_of(probe)
                        .is_some_and(|(port, udp)| holding(ways, port, udp).next().is_some())
                };
                let mut of_it = fared.iter().filter(|(probe, _)| is_of_it(*probe));
                let first = of_it.next();
                of_it.all(|(_, other)| first.is_some_and(|(_, one)| one == other))
            });
            if is_alike {
                return Traffic::Service(name.clone());
            }
            let others = fared.iter().filter_map(|(probe, _)| port_of(*probe));
            let next = others.filter(|(other, of_udp)| *of_udp == udp && *other > port);
            let next = next.map(|(other, _)| other).min();
            Traffic::Part(name.clone(), part(ways, port, udp, next))
        };
        fared.iter().map(|(probe, _)| call(*probe, &mut alike)).collect()
    }

    /// The service with the fewest ports that holds this one.
    fn named(&self, port: u16, udp: bool) -> Option<(&'s Title, &[Way])> {
        let size = |ways: &Vec<Way>| {
            let ranges: BTreeSet<PortRange> =
                ways.iter().filter_map(|way| range(way, udp)).collect();
            ranges.into_iter().map(|it| u32::from(it.last - it.first) + 1).sum::<u32>()
        };
        let services = self.0.iter().filter(|(_, ways)| holding(ways, port, udp).next().is_some());
        let (name, ways) = services.min_by_key(|(_, ways)| size(ways))?;
        Some((name, ways))
    }
}

/// Ports of a service from this one on, up to where the next of those that were tried begins.
fn part(ways: &[Way], port: u16, udp: bool, next: Option<u16>) -> Way {
    let last = holding(ways, port, udp).map(|it| it.last).max();
    let before_next = next.map_or(u16::MAX, |next| next - 1);
    let range = PortRange { first: port, last: last.unwrap_or(port).min(before_next) };
    if udp { Way::Udp(range) } else { Way::Tcp(range) }
}

fn range(way: &Way, udp: bool) -> Option<PortRange> {
    match way {
        Way::Tcp(range) if !udp => Some(*range),
        Way::Udp(range) if udp => Some(*range),
        _ => None,
    }
}

fn port_of(probe: Probe) -> Option<(u16, bool)> {
    match probe {
        Probe::Tcp(port) => Some((port, false)),
        Probe::Udp(port) => Some((port, true)),
        Probe::Ping | Probe::Other | Probe::Dhcp => None,
    }
}

/// Ranges of a service that the port is in.
fn holding(ways: &[Way], port: u16, udp: bool) -> impl Iterator<Item = PortRange> {
    let ranges = ways.iter().filter_map(move |way| range(way, udp));
    ranges.filter(move |it| it.first <= port && port <= it.last)
}
