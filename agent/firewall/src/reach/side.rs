//! One of the two situations, and where the packets go that are sent in it for a trial.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use settings::{Settings, Zone, ZoneName};

use super::classes::Lookups;
use crate::check::CheckedRuleset;
use crate::compile::Context;
use crate::ir::{Action, Field, Hook, Match, Name, Ruleset, Table, Value, Verdict};

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

    /// An address in the zone that is neither the box's nor the CRM's.
    pub(super) fn host(&self, zone: &ZoneName, v6: bool) -> Option<IpAddr> {
        let taken = [self.routers(zone), self.crm()].concat();
        let mut subnets = self.subnets(zone).into_iter();
        self.first_host(subnets.find(|net| matches!(net, IpNet::V6(_)) == v6)?, &taken)
    }

    /// An address of the subnet that is not taken.
    pub(super) fn first_host(&self, subnet: IpNet, taken: &[IpAddr]) -> Option<IpAddr> {
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
    pub(super) fn of(sides: [&Side<'_>; 2], lookups: &Lookups) -> Self {
        let inside = |address: Ipv4Addr| {
            let mut zones = sides.into_iter().flat_map(|side| side.settings.zones.values());
            let mut routes = sides.into_iter().flat_map(|side| &side.settings.routes);
            zones.any(|zone| zone.subnet_v4().is_some_and(|subnet| subnet.contains(&address)))
                || routes.any(|route| route.network.contains(&address))
        };
        // Zones are at most 64 networks of /16 on each side, and none of these shares one.
        let mut candidates = (1..=9)
            .flat_map(|first| (0..=255).map(move |second| Ipv4Addr::new(first, second, 9, 9)));
        let v4 = candidates
            .clone()
            .find(|address| !inside(*address) && !lookups.name((*address).into()));
        // Rules may name all of the internet in one network or two.
        let v4 = v4.or_else(|| candidates.find(|address| !inside(*address)));
        let mut more = (0..=9).map(|last| Ipv6Addr::new(0x2620, 0xfe, last, 0, 0, 0, 0, 9));
        let v6 = more.find(|address| !lookups.name((*address).into()));
        Self {
            v4: v4.unwrap_or(Ipv4Addr::new(9, 9, 9, 9)),
            v6: v6.unwrap_or(Ipv6Addr::new(0x2620, 0xfe, 0, 0, 0, 0, 0, 9)),
        }
    }

    pub(super) fn address(&self, v6: bool) -> IpAddr {
        if v6 { self.v6.into() } else { self.v4.into() }
    }
}

/// Ports that rules on this hook name, from the first to the last.
pub(super) fn ports(ruleset: &Ruleset, hook: Hook) -> BTreeSet<(u16, u16)> {
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

fn named(one: &Match, table: &Table) -> Vec<(u16, u16)> {
    let to = |field: &Field| {
        matches!(
            field,
            Field::DestinationPort | Field::OriginalDestinationPort | Field::ReplySourcePort
        )
    };
    let port = |value: &Value| match value {
        Value::Port(port) => vec![(*port, *port)],
        Value::Ports(first, last) => vec![(*first, *last)],
        _ => Vec::new(),
    };
    match one {
        Match::Is { field, value, .. } if to(field) => port(value),
        Match::In { fields, set, .. } if fields.iter().any(to) => {
            let sets = table.sets.iter().filter(|known| known.name == *set);
            sets.flat_map(|set| set.elements.iter().flatten()).flat_map(port).collect()
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
