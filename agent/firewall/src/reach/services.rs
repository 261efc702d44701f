//! What a person calls a packet: by the service that a rule of either side names, where one does.

use std::collections::BTreeMap;

use settings::{Title, Way, Which};

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

    /// What a person calls it at this place. Web pages, ping and the box's own services have a name of their own.
    pub(super) fn traffic(&self, probe: Probe, place: &Place) -> Traffic {
        match (probe.traffic(place), probe) {
            (Traffic::Tcp, Probe::Tcp(port)) => self.named(port, false).unwrap_or(Traffic::Tcp),
            (Traffic::Udp, Probe::Udp(port)) => self.named(port, true).unwrap_or(Traffic::Udp),
            (other, _) => other,
        }
    }

    /// The service with the fewest ports that holds this one.
    fn named(&self, port: u16, udp: bool) -> Option<Traffic> {
        let range = |way: &Way| match way {
            Way::Tcp(range) if !udp => Some(*range),
            Way::Udp(range) if udp => Some(*range),
            _ => None,
        };
        let holds = |ways: &&Vec<Way>| {
            ways.iter().filter_map(range).any(|it| it.first <= port && port <= it.last)
        };
        let size = |ways: &Vec<Way>| {
            let wide = ways.iter().filter_map(range).map(|it| u32::from(it.last - it.first) + 1);
            wide.sum::<u32>()
        };
        let holding = self.0.iter().filter(|(_, ways)| holds(ways));
        let (name, _) = holding.min_by_key(|(_, ways)| size(ways))?;
        Some(Traffic::Service((*name).clone()))
    }
}
