//! Published services. What comes to the box's address on the internet, at a published port, goes to the
//! device that answers there; of whom it may come from, the chain of the two interfaces decides, as it does of
//! all that passes. Whoever is in the device's own zone gets there by way of the box, which answers for it.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use settings::{Allow, PortRange, Publication, Target, Which};

use crate::build::{When, chain, port_ranges, set4, set6, when};
use crate::compile::Part;
use crate::forward::Pair;
use crate::icmp;
use crate::input::web_ports;
use crate::ir::{Field, InterfaceName, Name, Rule, Set, Value};
use crate::spoof::{inside4, inside6};
use crate::tracking::judged;
use crate::zones::{Scope, ZoneView};

/// Why its rules are there.
const WHY: &str = "published service";

/// The chain where what comes to a published service is let pass, by its number: what is counted there came.
pub fn arrives(id: u16) -> Name {
    Name::made(format!("publish_{id}_acts"))
}

/// The number of the published service that the chain is of.
pub fn arriving(chain: &str) -> Option<u16> {
    chain.strip_prefix("publish_")?.strip_suffix("_acts")?.parse().ok()
}

/// Sets and chains of all that is published.
pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let mut part = Part::default();
    for service in in_force(scope) {
        part.sets.extend(service.sets());
        let acts = when().admit(WHY);
        part.chains.push(chain(arrives(service.one.id), vec![acts]));
    }
    part
}

/// Where what comes to the internet address goes.
pub(crate) fn translations(scope: &Scope<'_>) -> Vec<Rule> {
    let mut rules = Vec::new();
    for service in in_force(scope) {
        for udp in service.protocols() {
            let asked = when().v4().outside(Field::Ip4Destination, &inside4()).for_own_address();
            let asked = of_protocol(asked, udp);
            let asked = asked.within(Field::DestinationPort, &service.named(outside(udp)));
            let to = |way: When| way.send_to(service.address, service.one.to.port, WHY);
            if service.any {
                rules.push(to(asked));
                continue;
            }
            if !service.v4.is_empty() {
                rules.push(to(asked.clone().within(Field::Ip4Source, &service.named("from4"))));
            }
            if let Some(zone) = service.neighbours(scope) {
                rules.push(to(asked.input(&zone.interface)));
            }
        }
    }
    rules
}

/// A device that is reached from its own zone would answer its neighbour itself, who asked somebody else.
pub(crate) fn between_neighbours(scope: &Scope<'_>) -> Vec<Rule> {
    let mut zones: Vec<&ZoneView<'_>> =
        in_force(scope).filter_map(|service| service.neighbours(scope)).collect();
    zones.dedup_by_key(|zone| zone.name);
    let rule = |zone: &ZoneView<'_>, subnet: Ipv4Net| {
        let out = when().output(&zone.interface).source4(subnet);
        out.opened_outside4(&inside4()).masquerade("the box asks for a neighbour")
    };
    let rules = zones.into_iter().map(|zone| zone.subnets4().map(move |net| rule(zone, net)));
    let mut all: Vec<Rule> = Vec::new();
    for one in rules.flatten() {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// Who reaches what is published: the internet; the device's own zone; and zones that may reach the internet,
/// as far as they may.
pub(crate) fn pairs(scope: &Scope<'_>) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for service in in_force(scope) {
        let Some(zone) = scope.zone(&service.one.to.zone) else { continue };
        let mut reach = |from, who, allow| pairs.push(service.pair(&from, zone, who, allow));
        if let Some(wan) = &scope.context.wan {
            reach(Opener::Internet(wan), Who::Listed, None);
        }
        for other in scope.lans().filter(|other| other.name != zone.name) {
            let allow = scope.settings.policy(other.name, &Target::Wan);
            if allow.is_some() {
                reach(Opener::Zone(other), Who::Listed, allow);
            }
        }
        if let Some(own) = service.neighbours(scope) {
            reach(Opener::Zone(own), Who::Neighbours, None);
        }
    }
    pairs
}

fn in_force<'s>(scope: &'s Scope<'_>) -> impl Iterator<Item = Service<'s>> {
    // Without WAN there is no address to come to.
    let has_wan = scope.context.wan.is_some();
    let over = &scope.context.over;
    let all = scope.settings.publish.iter().filter(move |_| has_wan);
    all.filter(|one| one.enabled && !over.contains(&one.id)).map(|one| Service::new(scope, one))
}

/// Who of those that come by an interface.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Whom the list names.
    Listed,
    /// All: they reach the device without the box as well.
    Neighbours,
}

/// Where connections come from.
enum Opener<'z> {
    /// By the WAN port.
    Internet(&'z InterfaceName),
    /// A zone.
    Zone(&'z ZoneView<'z>),
}

impl Opener<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Internet(_) => "wan",
            Self::Zone(zone) => zone.name.as_str(),
        }
    }

    fn interface(&self) -> &InterfaceName {
        match self {
            Self::Internet(wan) => wan,
            Self::Zone(zone) => &zone.interface,
        }
    }

    /// Connections of whom it can be, over IPv4.
    fn opened4(&self) -> Vec<When> {
        match self {
            Self::Internet(_) => vec![when().v4().outside(Field::OriginalIp4Source, &inside4())],
            Self::Zone(zone) => zone.subnets4().map(|net| when().opener4(net)).collect(),
        }
    }

    /// The same over IPv6.
    fn opened6(&self) -> Vec<When> {
        match self {
            Self::Internet(_) => vec![when().v6().outside(Field::OriginalIp6Source, &inside6())],
            Self::Zone(zone) => zone.subnet6.map(|net| when().opener6(net)).into_iter().collect(),
        }
    }
}

/// One published service.
struct Service<'s> {
    one: &'s Publication,
    address: Ipv4Addr,
    address6: Option<Ipv6Addr>,
    /// Whether anybody may come.
    any: bool,
    v4: Vec<Ipv4Net>,
    v6: Vec<Ipv6Net>,
}

impl<'s> Service<'s> {
    fn new(scope: &Scope<'s>, one: &'s Publication) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for member in scope.settings.members(one.from.named()) {
            let networks = member.networks();
            v4.extend(networks.0);
            v6.extend(networks.1);
        }
        let address6 = one.to.address6(scope.settings, scope.context.site);
        Self { one, address: one.to.address, address6, any: one.from == Which::All, v4, v6 }
    }

    fn named(&self, what: &str) -> Name {
        Name::made(format!("publish_{}_{what}", self.one.id))
    }

    /// Those that it has ports of: whether UDP.
    fn protocols(&self) -> impl Iterator<Item = bool> {
        [false, true].into_iter().filter(|udp| !self.one.outside(*udp).is_empty())
    }

    /// The device's zone, when its devices reach each other.
    fn neighbours<'z>(&self, scope: &'z Scope<'_>) -> Option<&'z ZoneView<'z>> {
        scope.zone(&self.one.to.zone).filter(|zone| !zone.isolated)
    }

    fn sets(&self) -> Vec<Set> {
        let mut sets = Vec::new();
        for udp in self.protocols() {
            sets.push(port_ranges(self.named(outside(udp)), &ends(&self.one.outside(udp))));
            sets.push(port_ranges(self.named(inside(udp)), &ends(&self.one.inside(udp))));
        }
        if !self.v4.is_empty() {
            sets.push(set4(self.named("from4"), &self.v4));
        }
        if !self.v6.is_empty() {
            sets.push(set6(self.named("from6"), &self.v6));
        }
        sets
    }

    /// What of it may come by an interface; `allow` is what a zone may reach on the internet.
    fn pair(&self, from: &Opener<'_>, to: &ZoneView<'_>, who: Who, allow: Option<Allow>) -> Pair {
        let mut rules = Vec::new();
        for udp in self.protocols() {
            let limited = |way: When| match (allow, udp) {
                (Some(Allow::Web), false) => way.opened_to_port_in(&web_ports()),
                (Some(Allow::Web), true) => way.opened_to_port(443),
                _ => way,
            };
            let mut ways = Vec::new();
            if self.any || who == Who::Neighbours || !self.v4.is_empty() {
                let way = of_protocol(self.translated(judged()), udp);
                let way = way.opened_to_port_in(&self.named(outside(udp)));
                let way = limited(way.answered_by_port_in(&self.named(inside(udp))));
                let listed = !self.any && who == Who::Listed;
                ways.push(if listed { way.opener4_in(&self.named("from4")) } else { way });
            }
            // Neighbours find each other.
            if let Some(address) = self.address6.filter(|_| who == Who::Listed)
                && (self.any || !self.v6.is_empty())
            {
                let way = of_protocol(judged().opened_to6(address), udp);
                let way = limited(way.opened_to_port_in(&self.named(inside(udp))));
                ways.push(if self.any { way } else { way.opener6_in(&self.named("from6")) });
            }
            rules.extend(ways.into_iter().map(|way| way.jump(&arrives(self.one.id), WHY)));
        }
        let v4 = from.opened4().into_iter().map(|way| self.translated(way));
        let v6 = self
            .address6
            .into_iter()
            .flat_map(|address| from.opened6().into_iter().map(move |way| way.opened_to6(address)));
        let tells =
            |own: When| own.jump(&icmp::errors_chain(), "tells of a connection of these two");
        Pair {
            chain: Name::made(format!("forward_{}_{}", from.name(), to.name)),
            from: from.interface().clone(),
            to: to.interface.clone(),
            rules,
            errors: v4.chain(v6).map(tells).collect(),
            sets: Vec::new(),
        }
    }

    /// Connections to the internet address that the device answers.
    fn translated(&self, way: When) -> When {
        let way = way.opened_outside4(&inside4());
        way.is(Field::ReplyIp4Source, Value::Ip4(self.address.into()))
    }
}

fn of_protocol(way: When, udp: bool) -> When {
    if udp { way.udp() } else { way.tcp() }
}

/// Name of the set of ports at the internet address.
fn outside(udp: bool) -> &'static str {
    if udp { "udp" } else { "tcp" }
}

/// Name of the set of the device's own ports.
fn inside(udp: bool) -> &'static str {
    if udp { "own_udp" } else { "own_tcp" }
}

fn ends(ranges: &[PortRange]) -> Vec<(u16, u16)> {
    ranges.iter().map(|range| (range.first, range.last)).collect()
}
