//! One of the two situations, and where the packets go that are sent in it for a trial.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use settings::{Settings, Zone, ZoneName};

use super::finding::Place;
use crate::check::CheckedRuleset;
use crate::compile::Context;
use crate::ir::{Action, Field, Hook, InterfaceName, Match, Name, Ruleset, Table, Value, Verdict};
use crate::zones::interface;

/// Rules, and the settings and the box that they were made for.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The document.
    pub settings: &'a Settings,
    /// What the box is like.
    pub context: &'a Context,
    /// What the kernel would be given.
    pub rules: CheckedRuleset<'a>,
}

impl Side<'_> {
    pub(super) fn zone(&self, name: &ZoneName) -> Option<&Zone> {
        self.settings.zones.get(name)
    }

    /// The zone's subnets, its own before those behind its routers; none when there is no such zone.
    pub(super) fn subnets(&self, name: &ZoneName) -> Vec<IpNet> {
        let Some(zone) = self.zone(name) else { return Vec::new() };
        let v4 = zone.subnet_v4().map(IpNet::V4);
        let v6 = zone.subnet_v6(self.context.site).map(IpNet::V6);
        let routed = self.settings.routed(name).map(IpNet::V4);
        v4.into_iter().chain(v6).chain(routed).collect()
    }

    /// The box's addresses in the zone.
    pub(super) fn routers(&self, name: &ZoneName) -> Vec<IpAddr> {
        let Some(zone) = self.zone(name) else { return Vec::new() };
        let v4 = zone.router_v4().map(IpAddr::V4);
        v4.into_iter().chain(zone.router_v6(self.context.site).map(IpAddr::V6)).collect()
    }

    pub(super) fn crm(&self) -> Vec<IpAddr> {
        let (v4, v6) = self.settings.crm.addresses(self.settings, self.context.site);
        v4.map(IpAddr::V4).into_iter().chain(v6.map(IpAddr::V6)).collect()
    }

    /// Whether a device of the zone can have the address.
    pub(super) fn has(&self, zone: &ZoneName, address: IpAddr, local: bool) -> bool {
        let subnets = self.subnets(zone);
        if local {
            return subnets.iter().any(|subnet| matches!(subnet, IpNet::V6(_)));
        }
        subnets.iter().any(|subnet| subnet.contains(&address))
    }

    /// Interface and address of a place that packets pass through the box to; none when it is not
    /// there, or not with this IP version.
    pub(super) fn way(
        &self,
        place: &Place,
        v6: bool,
        outside: &Outside,
    ) -> Option<(InterfaceName, IpAddr)> {
        let of_version =
            |addresses: Vec<IpAddr>| addresses.into_iter().find(|address| address.is_ipv6() == v6);
        match place {
            Place::Internet => Some((self.context.wan.clone()?, outside.address(v6))),
            Place::Zone(zone) => Some((interface(zone), self.host(zone, v6)?)),
            Place::Crm => Some((interface(&self.settings.crm.zone), of_version(self.crm())?)),
            Place::Box => None,
        }
    }

    /// An address in the zone that is neither the box's nor the CRM's.
    fn host(&self, zone: &ZoneName, v6: bool) -> Option<IpAddr> {
        let taken = [self.routers(zone), self.crm()].concat();
        let subnet =
            self.subnets(zone).into_iter().find(|net| matches!(net, IpNet::V6(_)) == v6)?;
        let mut candidates: Box<dyn Iterator<Item = IpAddr>> = match subnet {
            IpNet::V4(net) => Box::new(net.hosts().take(3).map(IpAddr::V4)),
            IpNet::V6(net) => {
                let at = move |bits: u128| Ipv6Addr::from_bits(net.network().to_bits() | bits);
                Box::new((1..4).map(move |host| at(0x5054_00ff_fe00_0000 | host).into()))
            }
        };
        candidates.find(|address| !taken.contains(address))
    }
}

/// Addresses on the internet, in no zone of either side.
pub(super) struct Outside {
    v4: Ipv4Addr,
    v6: Ipv6Addr,
}

impl Outside {
    pub(super) fn of(sides: [&Side<'_>; 2]) -> Self {
        let inside = |address: Ipv4Addr| {
            let mut zones = sides.into_iter().flat_map(|side| side.settings.zones.values());
            let mut routes = sides.into_iter().flat_map(|side| &side.settings.routes);
            zones.any(|zone| zone.subnet_v4().is_some_and(|subnet| subnet.contains(&address)))
                || routes.any(|route| route.network.contains(&address))
        };
        // Zones are at most 64 networks of /16 on each side, and none of these shares one.
        let mut candidates = (1..=9)
            .flat_map(|first| (0..=255).map(move |second| Ipv4Addr::new(first, second, 9, 9)));
        Self {
            v4: candidates.find(|address| !inside(*address)).unwrap_or(Ipv4Addr::new(9, 9, 9, 9)),
            v6: Ipv6Addr::new(0x2620, 0xfe, 0, 0, 0, 0, 0, 9),
        }
    }

    pub(super) fn address(&self, v6: bool) -> IpAddr {
        if v6 { self.v6.into() } else { self.v4.into() }
    }
}

/// Ports that rules on this hook name.
pub(super) fn ports(ruleset: &Ruleset, hook: Hook) -> BTreeSet<u16> {
    let mut found = BTreeSet::new();
    for table in &ruleset.tables {
        let bases = table
            .chains
            .iter()
            .filter(|chain| chain.base.as_ref().is_some_and(|base| base.hook == hook));
        let mut open: Vec<&Name> = bases.map(|chain| &chain.name).collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            if !seen.insert(name) {
                continue;
            }
            let rules = table.chains.iter().filter(|chain| chain.name == *name);
            for rule in rules.flat_map(|chain| &chain.rules) {
                found.extend(rule.matches.iter().flat_map(|one| named(one, table)));
                open.extend(jumps(&rule.action, table));
            }
        }
    }
    found
}

fn named(one: &Match, table: &Table) -> Vec<u16> {
    let to = |field: &Field| {
        matches!(
            field,
            Field::DestinationPort | Field::OriginalDestinationPort | Field::ReplySourcePort
        )
    };
    let port = |value: &Value| match value {
        // Those within a range meet the same end as its first, unless another rule names them.
        Value::Port(port) | Value::Ports(port, _) => Some(*port),
        _ => None,
    };
    match one {
        Match::Is { field, value, .. } if to(field) => port(value).into_iter().collect(),
        Match::In { fields, set, .. } if fields.iter().any(to) => {
            let sets = table.sets.iter().filter(|known| known.name == *set);
            sets.flat_map(|set| set.elements.iter().flatten()).filter_map(port).collect()
        }
        _ => Vec::new(),
    }
}

fn jumps<'t>(action: &'t Action, table: &'t Table) -> Vec<&'t Name> {
    let target = |verdict: &'t Verdict| match verdict {
        Verdict::Jump(to) => Some(to),
        _ => None,
    };
    match action {
        Action::Verdict(verdict) => target(verdict).into_iter().collect(),
        Action::Map { map, .. } => {
            let maps = table.maps.iter().filter(|known| known.name == *map);
            maps.flat_map(|map| &map.entries).filter_map(|(_, to)| target(to)).collect()
        }
        Action::Admit(_)
        | Action::Log(_)
        | Action::Reject
        | Action::Masquerade
        | Action::SendTo { .. } => Vec::new(),
    }
}
