//! Short words for making rules: each adds the guards that its match needs (`IpVersion` before an
//! address, `Protocol` before a port), so that no rule can forget them.
//! `source4`, `destination_port` and the like look at the packet itself; `opener4`, `opened_to_port`
//! and the like at its connection's first one, `answered_by4_in` and the like at who answers that, whichever
//! way the packet goes.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use settings::MacAddress;

use crate::ir::{
    Action, AddressType, Chain, Comment, CtState, Direction, Field, InterfaceName, IpVersion,
    KeyType, Log, Match, Name, Protocol, Rule, Set, Value, Verdict,
};
use crate::tracking;

/// Link-local unicast (RFC 4291, section 2.5.6).
pub(crate) const LINK_LOCAL: Ipv6Net =
    Ipv6Net::new_assert(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10);

/// Conditions of a rule to be.
#[derive(Clone, Default)]
pub(crate) struct When {
    matches: Vec<Match>,
}

/// No condition yet: every packet.
pub(crate) fn when() -> When {
    When::default()
}

impl When {
    pub(crate) fn is(self, field: Field, value: Value) -> Self {
        self.and(Match::Is { field, value, negated: false })
    }

    pub(crate) fn differs(self, field: Field, value: Value) -> Self {
        self.and(Match::Is { field, value, negated: true })
    }

    pub(crate) fn input(self, interface: &InterfaceName) -> Self {
        self.is(Field::InputInterface, Value::Interface(interface.clone()))
    }

    pub(crate) fn output(self, interface: &InterfaceName) -> Self {
        self.is(Field::OutputInterface, Value::Interface(interface.clone()))
    }

    pub(crate) fn v4(self) -> Self {
        self.guard(Field::IpVersion, Value::IpVersion(IpVersion::V4))
    }

    pub(crate) fn v6(self) -> Self {
        self.guard(Field::IpVersion, Value::IpVersion(IpVersion::V6))
    }

    pub(crate) fn source4(self, network: impl Into<Ipv4Net>) -> Self {
        self.v4().is(Field::Ip4Source, Value::Ip4(network.into()))
    }

    pub(crate) fn source6(self, network: impl Into<Ipv6Net>) -> Self {
        self.v6().is(Field::Ip6Source, Value::Ip6(network.into()))
    }

    pub(crate) fn destination4(self, network: impl Into<Ipv4Net>) -> Self {
        self.v4().is(Field::Ip4Destination, Value::Ip4(network.into()))
    }

    pub(crate) fn destination6(self, network: impl Into<Ipv6Net>) -> Self {
        self.v6().is(Field::Ip6Destination, Value::Ip6(network.into()))
    }

    pub(crate) fn destination4_in(self, set: &Name) -> Self {
        self.v4().within(Field::Ip4Destination, set)
    }

    pub(crate) fn destination6_in(self, set: &Name) -> Self {
        self.v6().within(Field::Ip6Destination, set)
    }

    pub(crate) fn source4_in(self, set: &Name) -> Self {
        self.v4().within(Field::Ip4Source, set)
    }

    pub(crate) fn source6_in(self, set: &Name) -> Self {
        self.v6().within(Field::Ip6Source, set)
    }

    pub(crate) fn opener4(self, network: impl Into<Ipv4Net>) -> Self {
        self.v4().is(Field::OriginalIp4Source, Value::Ip4(network.into()))
    }

    pub(crate) fn opener6(self, network: impl Into<Ipv6Net>) -> Self {
        self.v6().is(Field::OriginalIp6Source, Value::Ip6(network.into()))
    }

    pub(crate) fn opener4_in(self, set: &Name) -> Self {
        self.v4().within(Field::OriginalIp4Source, set)
    }

    pub(crate) fn opener6_in(self, set: &Name) -> Self {
        self.v6().within(Field::OriginalIp6Source, set)
    }

    pub(crate) fn opened_to4_in(self, set: &Name) -> Self {
        self.v4().within(Field::OriginalIp4Destination, set)
    }

    pub(crate) fn opened_to6_in(self, set: &Name) -> Self {
        self.v6().within(Field::OriginalIp6Destination, set)
    }

    pub(crate) fn answered_by4_in(self, set: &Name) -> Self {
        self.v4().within(Field::ReplyIp4Source, set)
    }

    pub(crate) fn answered_by6_in(self, set: &Name) -> Self {
        self.v6().within(Field::ReplyIp6Source, set)
    }

    pub(crate) fn answered_by_port(self, port: u16) -> Self {
        self.is(Field::ReplySourcePort, Value::Port(port))
    }

    pub(crate) fn answered_by_port_in(self, set: &Name) -> Self {
        self.within(Field::ReplySourcePort, set)
    }

    /// It is meant for an address of the box itself.
    pub(crate) fn for_own_address(self) -> Self {
        self.is(Field::DestinationType, Value::AddressType(AddressType::Local))
    }

    pub(crate) fn card_in(self, set: &Name) -> Self {
        self.within(Field::SourceMac, set)
    }

    pub(crate) fn opened_outside4(self, inside: &Name) -> Self {
        self.v4().outside(Field::OriginalIp4Destination, inside)
    }

    pub(crate) fn opened_outside6(self, inside: &Name) -> Self {
        self.v6().outside(Field::OriginalIp6Destination, inside)
    }

    pub(crate) fn opened_to4(self, network: impl Into<Ipv4Net>) -> Self {
        self.v4().is(Field::OriginalIp4Destination, Value::Ip4(network.into()))
    }

    pub(crate) fn opened_to6(self, network: impl Into<Ipv6Net>) -> Self {
        self.v6().is(Field::OriginalIp6Destination, Value::Ip6(network.into()))
    }

    pub(crate) fn tcp(self) -> Self {
        self.guard(Field::Protocol, Value::Protocol(Protocol::Tcp))
    }

    pub(crate) fn udp(self) -> Self {
        self.guard(Field::Protocol, Value::Protocol(Protocol::Udp))
    }

    pub(crate) fn source_port(self, port: u16) -> Self {
        self.is(Field::SourcePort, Value::Port(port))
    }

    pub(crate) fn destination_port(self, port: u16) -> Self {
        self.is(Field::DestinationPort, Value::Port(port))
    }

    pub(crate) fn opener_port(self, port: u16) -> Self {
        self.is(Field::OriginalSourcePort, Value::Port(port))
    }

    pub(crate) fn opened_to_port(self, port: u16) -> Self {
        self.is(Field::OriginalDestinationPort, Value::Port(port))
    }

    pub(crate) fn opened_to_port_in(self, set: &Name) -> Self {
        self.within(Field::OriginalDestinationPort, set)
    }

    pub(crate) fn icmp(self, kind: u8) -> Self {
        self.v4()
            .guard(Field::Protocol, Value::Protocol(Protocol::Icmp))
            .is(Field::IcmpType, Value::IcmpType(kind))
    }

    pub(crate) fn icmpv6(self, kind: u8) -> Self {
        self.v6()
            .guard(Field::Protocol, Value::Protocol(Protocol::Icmpv6))
            .is(Field::IcmpType, Value::IcmpType(kind))
    }

    pub(crate) fn hop_limit(self, limit: u8) -> Self {
        self.v6().is(Field::HopLimit, Value::HopLimit(limit))
    }

    pub(crate) fn uid(self, uid: u32) -> Self {
        self.is(Field::SocketUid, Value::Uid(uid))
    }

    pub(crate) fn state(self, state: CtState) -> Self {
        self.states(&[state])
    }

    pub(crate) fn states(self, states: &[CtState]) -> Self {
        self.and(Match::CtState(states.to_vec()))
    }

    /// As long as no more come; the last condition of the rule.
    pub(crate) fn at_most(self, per_second: u16, burst: u16) -> Self {
        self.and(Match::Rate { per_second, burst })
    }

    pub(crate) fn way(self, direction: Direction) -> Self {
        self.is(Field::CtDirection, Value::Direction(direction))
    }

    pub(crate) fn within(self, field: Field, set: &Name) -> Self {
        self.and(Match::In { fields: vec![field], set: set.clone(), negated: false })
    }

    pub(crate) fn outside(self, field: Field, set: &Name) -> Self {
        self.and(Match::In { fields: vec![field], set: set.clone(), negated: true })
    }

    pub(crate) fn accept(self, why: impl AsRef<str>) -> Rule {
        self.then(Action::Verdict(Verdict::Accept), why)
    }

    /// Accepts the packet and, until the rules change, all of its connection.
    pub(crate) fn admit(self, why: impl AsRef<str>) -> Rule {
        self.then(Action::Verdict(Verdict::Jump(tracking::admitted_chain())), why)
    }

    /// Accepts the packet and writes the mark on its connection.
    pub(crate) fn mark(self, mark: u32, why: impl AsRef<str>) -> Rule {
        Rule { counter: false, ..self.then(Action::Admit(mark), why) }
    }

    pub(crate) fn drop(self, why: impl AsRef<str>) -> Rule {
        self.then(Action::Verdict(Verdict::Drop), why)
    }

    /// Refuses with an answer.
    pub(crate) fn reject(self, why: impl AsRef<str>) -> Rule {
        self.then(Action::Reject, why)
    }

    pub(crate) fn jump(self, chain: &Name, why: impl AsRef<str>) -> Rule {
        let action = Action::Verdict(Verdict::Jump(chain.clone()));
        Rule { counter: false, ..self.then(action, why) }
    }

    pub(crate) fn look_up(self, fields: &[Field], map: &Name, why: impl AsRef<str>) -> Rule {
        let action = Action::Map { fields: fields.to_vec(), map: map.clone() };
        Rule { counter: false, ..self.then(action, why) }
    }

    /// Writes the packet down for the box's own reader, and goes on.
    pub(crate) fn log(self, prefix: Name, why: impl AsRef<str>) -> Rule {
        Rule { counter: false, ..self.then(Action::Log(Log::ours(prefix)), why) }
    }

    /// Goes back to the chain that jumped here.
    pub(crate) fn go_back(self, why: impl AsRef<str>) -> Rule {
        Rule { counter: false, ..self.then(Action::Verdict(Verdict::Return), why) }
    }

    pub(crate) fn masquerade(self, why: impl AsRef<str>) -> Rule {
        self.then(Action::Masquerade, why)
    }

    /// Sends it to another address, and port when it is another.
    pub(crate) fn send_to(
        self,
        address: Ipv4Addr,
        port: Option<u16>,
        why: impl AsRef<str>,
    ) -> Rule {
        self.then(Action::SendTo { address, port }, why)
    }

    /// Adds the match unless it is there.
    fn guard(self, field: Field, value: Value) -> Self {
        let guard = Match::Is { field, value, negated: false };
        if self.matches.contains(&guard) { self } else { self.and(guard) }
    }

    fn and(mut self, one: Match) -> Self {
        self.matches.push(one);
        self
    }

    fn then(self, action: Action, why: impl AsRef<str>) -> Rule {
        Rule { matches: self.matches, counter: true, action, comment: Comment::new(why.as_ref()) }
    }
}

/// A chain that is reached by jump only.
pub(crate) fn chain(name: Name, rules: Vec<Rule>) -> Chain {
    Chain { name, base: None, rules }
}

/// A set of IPv4 networks; those within others are left out, as an interval set needs it.
pub(crate) fn set4(name: Name, networks: &[Ipv4Net]) -> Set {
    let elements = Ipv4Net::aggregate(&networks.to_vec());
    Set {
        name,
        key: vec![KeyType::Ip4],
        elements: elements.into_iter().map(|network| vec![Value::Ip4(network)]).collect(),
        timed: false,
    }
}

/// A set of IPv6 networks; those within others are left out, as an interval set needs it.
pub(crate) fn set6(name: Name, networks: &[Ipv6Net]) -> Set {
    let elements = Ipv6Net::aggregate(&networks.to_vec());
    Set {
        name,
        key: vec![KeyType::Ip6],
        elements: elements.into_iter().map(|network| vec![Value::Ip6(network)]).collect(),
        timed: false,
    }
}

/// A set of ports.
pub(crate) fn ports(name: Name, ports: &[u16]) -> Set {
    let elements = ports.iter().map(|port| vec![Value::Port(*port)]).collect();
    Set { name, key: vec![KeyType::Port], elements, timed: false }
}

/// A set of ranges of ports, those that touch made one, as an interval set needs it.
pub(crate) fn port_ranges(name: Name, ranges: &[(u16, u16)]) -> Set {
    let mut ranges = ranges.to_vec();
    ranges.sort_unstable();
    let mut apart: Vec<(u16, u16)> = Vec::new();
    for (first, last) in ranges {
        match apart.last_mut() {
            Some((_, end)) if u32::from(first) <= u32::from(*end) + 1 => *end = last.max(*end),
            _ => apart.push((first, last)),
        }
    }
    let value = |(first, last)| {
        vec![if first == last { Value::Port(first) } else { Value::Ports(first, last) }]
    };
    Set {
        name,
        key: vec![KeyType::Port],
        elements: apart.into_iter().map(value).collect(),
        timed: false,
    }
}

/// A set that is filled at run time, each element for a time.
pub(crate) fn timed(name: Name, key: KeyType) -> Set {
    Set { name, key: vec![key], elements: Vec::new(), timed: true }
}

/// A set of MAC addresses.
pub(crate) fn macs<'m>(name: Name, macs: impl IntoIterator<Item = &'m MacAddress>) -> Set {
    let elements = macs.into_iter().map(|mac| vec![Value::Mac(mac.octets())]).collect();
    Set { name, key: vec![KeyType::Mac], elements, timed: false }
}

/// A set of user ids.
pub(crate) fn uids(name: Name, uids: &[u32]) -> Set {
    let mut uids = uids.to_vec();
    uids.sort_unstable();
    uids.dedup();
    let elements = uids.into_iter().map(|uid| vec![Value::Uid(uid)]).collect();
    Set { name, key: vec![KeyType::Uid], elements, timed: false }
}
