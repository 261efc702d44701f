//! A ruleset as text for nft(8): for people, for comparison with `nft list`, and for its hash.
//! `nft -f` loads it, replacing our tables in one transaction.

use std::fmt::{self, Display, Formatter};

use sha2::{Digest, Sha256};

use crate::ir::{
    Action, Base, Chain, ChainKind, Field, IpVersion, KeyType, Log, Match, Name, Policy, Protocol,
    Rule, Ruleset, Set, Table, TableId, Value, Verdict, VerdictMap,
};

/// SHA-256 of a ruleset's text: two rulesets with the same hash do the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RulesetHash([u8; 32]);

impl Ruleset {
    /// Hash of all its tables, their rules, sets and comments.
    pub fn hash(&self) -> RulesetHash {
        RulesetHash(Sha256::digest(self.to_string()).into())
    }
}

impl RulesetHash {
    /// A hash of these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Display for RulesetHash {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RulesetHash {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Display for Ruleset {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // To delete an absent table is an error: each is made first.
        for id in self.removed.iter().chain(self.tables.iter().map(|table| &table.id)) {
            writeln!(f, "table {id}\ndelete table {id}")?;
        }
        self.tables.iter().try_for_each(|table| table.fmt(f))
    }
}

impl Display for TableId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.family.word(), self.name)
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "\ntable {} {{", self.id)?;
        for set in &self.sets {
            write_set(f, set, self)?;
        }
        // Chains first, for maps jump to them: nft wants to know a chain before a jump.
        for chain in &self.chains {
            writeln!(f, "\tchain {} {{", chain.name)?;
            if let Some(base) = &chain.base {
                writeln!(f, "\t\t{base};")?;
            }
            writeln!(f, "\t}}\n")?;
        }
        for map in &self.maps {
            write_map(f, map, self)?;
        }
        for chain in &self.chains {
            write_chain(f, chain)?;
        }
        writeln!(f, "}}")
    }
}

fn write_chain(f: &mut Formatter<'_>, chain: &Chain) -> fmt::Result {
    writeln!(f, "\tchain {} {{", chain.name)?;
    for rule in &chain.rules {
        writeln!(f, "\t\t{rule}")?;
    }
    writeln!(f, "\t}}\n")
}

fn write_set(f: &mut Formatter<'_>, set: &Set, table: &Table) -> fmt::Result {
    writeln!(f, "\tset {} {{", set.name)?;
    writeln!(f, "\t\ttype {}", key_text(&set.key, &set.name, table))?;
    if set.is_interval() {
        writeln!(f, "\t\tflags interval")?;
    }
    if set.timed {
        writeln!(f, "\t\tflags timeout")?;
    }
    let elements = set.elements.iter().map(|element| tuple(element));
    write_elements(f, &elements.collect::<Vec<_>>())
}

fn write_map(f: &mut Formatter<'_>, map: &VerdictMap, table: &Table) -> fmt::Result {
    writeln!(f, "\tmap {} {{", map.name)?;
    writeln!(f, "\t\ttype {} : verdict", key_text(&map.key, &map.name, table))?;
    let entries = map.entries.iter().map(|(key, verdict)| format!("{} : {verdict}", tuple(key)));
    write_elements(f, &entries.collect::<Vec<_>>())
}

fn write_elements(f: &mut Formatter<'_>, elements: &[String]) -> fmt::Result {
    if !elements.is_empty() {
        writeln!(f, "\t\telements = {{ {} }}", elements.join(",\n\t\t\t     "))?;
    }
    writeln!(f, "\t}}\n")
}

pub(crate) fn tuple(values: &[Value]) -> String {
    values.iter().map(Value::to_string).collect::<Vec<_>>().join(" . ")
}

pub(crate) fn key_text(key: &[KeyType], name: &Name, table: &Table) -> String {
    let word = |part: &KeyType| match part {
        KeyType::Ip4 => "ipv4_addr",
        KeyType::Ip6 => "ipv6_addr",
        KeyType::Interface => "ifname",
        KeyType::Port => "inet_service",
        KeyType::Protocol => "inet_proto",
        KeyType::IcmpType if looked_up_by_icmpv6(name, table) => "icmpv6_type",
        KeyType::IcmpType => "icmp_type",
        KeyType::CtState => "ct_state",
        KeyType::Uid => "uid",
        KeyType::Mac => "ether_addr",
    };
    key.iter().map(word).collect::<Vec<_>>().join(" . ")
}

/// nft has two types for ICMP types; which of them a set has, its users tell.
fn looked_up_by_icmpv6(name: &Name, table: &Table) -> bool {
    let names = |rule: &Rule| {
        matches!(&rule.action, Action::Map { map, .. } if map == name)
            || rule.matches.iter().any(|one| matches!(one, Match::In { set, .. } if set == name))
    };
    table.chains.iter().flat_map(|chain| &chain.rules).any(|rule| names(rule) && icmpv6(rule))
}

fn icmpv6(rule: &Rule) -> bool {
    rule.protocol() == Some(Protocol::Icmpv6)
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.action {
            Action::Verdict(verdict) => write_rule(f, self, "", &verdict.to_string()),
            Action::Map { fields, map } => write_rule(
                f,
                self,
                "",
                &format!("{} vmap @{map}", fields_text(fields, icmp_word(self))),
            ),
            // TCP is refused otherwise than the rest: without a protocol they are two rules.
            Action::Reject => match self.protocol() {
                Some(Protocol::Tcp) => write_rule(f, self, "", RESET),
                Some(_) => write_rule(f, self, "", PROHIBITED),
                None => {
                    write_rule(f, self, "meta l4proto tcp ", RESET)?;
                    f.write_str("\n\t\t")?;
                    write_rule(f, self, "", PROHIBITED)
                }
            },
            Action::Admit(mark) => {
                write_rule(f, self, "", &format!("ct mark set {} accept", Value::Mark(*mark)))
            }
            Action::Log(log) => {
                write_rule(f, self, &limit_text(log.per_second, log.burst), &log_text(log))
            }
            Action::Masquerade => write_rule(f, self, "", "masquerade"),
            Action::SendTo { address, port: None } => {
                write_rule(f, self, "", &format!("dnat ip to {address}"))
            }
            Action::SendTo { address, port: Some(port) } => {
                write_rule(f, self, "", &format!("dnat ip to {address}:{port}"))
            }
        }
    }
}

fn limit_text(per_second: u16, burst: u16) -> String {
    format!("limit rate {per_second}/second burst {burst} packets ")
}

fn log_text(log: &Log) -> String {
    let (prefix, group, length) = (&log.prefix, log.group, Log::LENGTH);
    format!("log prefix \"{prefix}\" group {group} snaplen {length}")
}

const RESET: &str = "reject with tcp reset";
const PROHIBITED: &str = "reject with icmpx admin-prohibited";

fn icmp_word(rule: &Rule) -> &'static str {
    if icmpv6(rule) { "icmpv6 type" } else { "icmp type" }
}

fn write_rule(f: &mut Formatter<'_>, rule: &Rule, more: &str, action: &str) -> fmt::Result {
    for one in &rule.matches {
        write_match(f, one, icmp_word(rule))?;
    }
    let counter = if rule.counter { "counter " } else { "" };
    write!(f, "{more}{counter}{action} comment \"{}\"", rule.comment.as_str())
}

fn write_match(f: &mut Formatter<'_>, one: &Match, icmp: &str) -> fmt::Result {
    let not = |negated| if negated { "!= " } else { "" };
    match one {
        Match::Is { field, value, negated } => {
            write!(f, "{} {}{value} ", field_text(*field, icmp), not(*negated))
        }
        Match::In { fields, set, negated } => {
            write!(f, "{} {}@{set} ", fields_text(fields, icmp), not(*negated))
        }
        Match::CtState(states) => {
            let states: Vec<&str> = states.iter().map(|state| state.word()).collect();
            write!(f, "ct state {} ", states.join(","))
        }
        Match::Rate { per_second, burst } => f.write_str(&limit_text(*per_second, *burst)),
    }
}

fn fields_text(fields: &[Field], icmp: &str) -> String {
    fields.iter().map(|field| field_text(*field, icmp)).collect::<Vec<_>>().join(" . ")
}

fn field_text(field: Field, icmp: &str) -> &str {
    match field {
        Field::InputInterface => "iifname",
        Field::OutputInterface => "oifname",
        Field::IpVersion => "meta nfproto",
        Field::Protocol => "meta l4proto",
        Field::Ip4Source => "ip saddr",
        Field::Ip4Destination => "ip daddr",
        Field::Ip6Source => "ip6 saddr",
        Field::Ip6Destination => "ip6 daddr",
        Field::HopLimit => "ip6 hoplimit",
        Field::SourcePort => "th sport",
        Field::DestinationPort => "th dport",
        Field::IcmpType => icmp,
        Field::SocketUid => "meta skuid",
        Field::CtState => "ct state",
        Field::CtDirection => "ct direction",
        Field::CtMark => "ct mark",
        Field::OriginalIp4Source => "ct original ip saddr",
        Field::OriginalIp4Destination => "ct original ip daddr",
        Field::OriginalIp6Source => "ct original ip6 saddr",
        Field::OriginalIp6Destination => "ct original ip6 daddr",
        Field::OriginalSourcePort => "ct original proto-src",
        Field::OriginalDestinationPort => "ct original proto-dst",
        Field::ReplyIp4Source => "ct reply ip saddr",
        Field::ReplyIp6Source => "ct reply ip6 saddr",
        Field::ReplySourcePort => "ct reply proto-src",
        Field::DestinationType => "fib daddr type",
        Field::VlanId => "vlan id",
        Field::SourceMac => "ether saddr",
        Field::DestinationMac => "ether daddr",
        Field::EtherType => "meta protocol",
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interface(interface) => write!(f, "\"{interface}\""),
            Self::IpVersion(IpVersion::V4) => f.write_str("ipv4"),
            Self::IpVersion(IpVersion::V6) => f.write_str("ipv6"),
            Self::Protocol(protocol) => f.write_str(protocol.word()),
            Self::Ip4(network) if network.prefix_len() == 32 => network.addr().fmt(f),
            Self::Ip4(network) => network.fmt(f),
            Self::Ip6(network) if network.prefix_len() == 128 => network.addr().fmt(f),
            Self::Ip6(network) => network.fmt(f),
            Self::Port(number) | Self::VlanId(number) => number.fmt(f),
            Self::Ports(first, last) => write!(f, "{first}-{last}"),
            Self::Mac([a, b, c, d, e, g]) => {
                write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
            }
            Self::IcmpType(number) | Self::HopLimit(number) => number.fmt(f),
            Self::Uid(number) => number.fmt(f),
            Self::CtState(state) => f.write_str(state.word()),
            Self::EtherType(kind) => f.write_str(kind.word()),
            Self::AddressType(kind) => f.write_str(kind.word()),
            Self::Direction(direction) => f.write_str(direction.word()),
            Self::Mark(mark) => write!(f, "{mark:#010x}"),
        }
    }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accept => f.write_str("accept"),
            Self::Drop => f.write_str("drop"),
            Self::Jump(chain) => write!(f, "jump {chain}"),
            Self::Return => f.write_str("return"),
        }
    }
}

impl Display for Base {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ChainKind::Filter => "filter",
            ChainKind::Nat => "nat",
        };
        let policy = match self.policy {
            Policy::Accept => "accept",
            Policy::Drop => "drop",
        };
        let (hook, priority) = (self.hook.word(), self.priority);
        write!(f, "type {kind} hook {hook} priority {priority}; policy {policy}")
    }
}
