//! The ruleset as plain data: what `compile` makes, `simulate` reads and the kernel crate loads.
//! It has exactly the parts of nf_tables that Gatehouse uses, no more; `check` says whether a value
//! can be loaded at all. Semantics are those of nft(8).

use std::fmt;

use ipnet::{Ipv4Net, Ipv6Net};

/// All tables of ours. The kernel replaces them as a whole in one transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ruleset {
    /// Tables to be present afterwards; a table of the same family and name is replaced.
    pub tables: Vec<Table>,
    /// Tables to be gone afterwards, in the same transaction (the boot lock). Absent ones are fine.
    pub removed: Vec<TableId>,
}

/// Family and name identify a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId {
    /// Address family of the table.
    pub family: Family,
    /// Name of the table.
    pub name: Name,
}

/// Address family of a table (`NFPROTO_*` of linux/netfilter.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// IPv4 and IPv6 together.
    Inet,
    /// Frames that a bridge passes on.
    Bridge,
}

/// One table with all it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Family and name.
    pub id: TableId,
    /// Named sets, each constant.
    pub sets: Vec<Set>,
    /// Named verdict maps, each constant.
    pub maps: Vec<VerdictMap>,
    /// Chains; order does not matter to the kernel, it is kept for people.
    pub chains: Vec<Chain>,
}

/// Name of a table, chain, set or map: `[a-z][a-z0-9_-]*`, at most [`Name::MAX`] bytes, and no
/// keyword of nft(8), so that `nft list ruleset` can be read back by nft.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

/// Name of a network interface, 1 to 15 bytes (`IFNAMSIZ` less the zero), no `/`, space or `*`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InterfaceName(String);

/// What a person reads beside a rule in `nft list ruleset`, at most [`Comment::MAX`] bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Comment(String);

/// A set of values, or of tuples of values when there is more than one key field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// Name, unique among the sets and maps of its table.
    pub name: Name,
    /// Types of the key's parts; more than one part is a concatenation.
    pub key: Vec<KeyType>,
    /// Members. Networks are allowed only where the key is one single address type: the set is then
    /// an interval set. They do not overlap.
    pub elements: Vec<Vec<Value>>,
}

/// A map from key to verdict, for `vmap`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictMap {
    /// Name, unique among the sets and maps of its table.
    pub name: Name,
    /// Types of the key's parts.
    pub key: Vec<KeyType>,
    /// Entries; a key appears once. A packet without entry goes on with the next rule.
    pub entries: Vec<(Vec<Value>, Verdict)>,
}

/// Type of one part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// IPv4 address, 4 bytes.
    Ip4,
    /// IPv6 address, 16 bytes.
    Ip6,
    /// Interface name, 16 bytes, zero padded.
    Interface,
    /// Port, 2 bytes, network order.
    Port,
    /// Transport protocol number, 1 byte.
    Protocol,
    /// ICMP or ICMPv6 type, 1 byte.
    IcmpType,
    /// Connection tracking state bit, 4 bytes, host order.
    CtState,
    /// User id, 4 bytes, host order.
    Uid,
}

/// What of a packet is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// `meta iifname`.
    InputInterface,
    /// `meta oifname`.
    OutputInterface,
    /// `meta nfproto`: IPv4 or IPv6; only in `inet` tables.
    IpVersion,
    /// `meta l4proto`: the last header's protocol, past IPv6 extension headers.
    Protocol,
    /// `ip saddr`; needs [`Field::IpVersion`] 4 matched before it in the same rule.
    Ip4Source,
    /// `ip daddr`; likewise.
    Ip4Destination,
    /// `ip6 saddr`; needs IP version 6 matched before it.
    Ip6Source,
    /// `ip6 daddr`; likewise.
    Ip6Destination,
    /// `ip6 hoplimit`; likewise.
    HopLimit,
    /// `th sport`; needs protocol TCP or UDP matched before it.
    SourcePort,
    /// `th dport`; likewise.
    DestinationPort,
    /// `icmp type` or `icmpv6 type`; needs protocol ICMP or ICMPv6 matched before it.
    IcmpType,
    /// `meta skuid`: owner of the sending socket; only in output chains.
    SocketUid,
    /// `ct state`, in verdict maps only; elsewhere use [`Match::CtState`].
    CtState,
    /// `vlan id`: id of the frame's 802.1Q tag; only in `bridge` tables, never negated.
    VlanId,
}

/// A constant compared with a [`Field`] or kept in a set.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// Name of an interface.
    Interface(InterfaceName),
    /// 4 or 6.
    IpVersion(IpVersion),
    /// Transport protocol.
    Protocol(Protocol),
    /// IPv4 network; a single address is a /32.
    Ip4(Ipv4Net),
    /// IPv6 network; a single address is a /128.
    Ip6(Ipv6Net),
    /// TCP or UDP port.
    Port(u16),
    /// ICMP or ICMPv6 type.
    IcmpType(u8),
    /// IPv6 hop limit.
    HopLimit(u8),
    /// User id.
    Uid(u32),
    /// State of the connection.
    CtState(CtState),
    /// VLAN id, 1 to 4094.
    VlanId(u16),
}

/// Version of the internet protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IpVersion {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// Transport protocols that rules name (IANA protocol numbers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// 1.
    Icmp,
    /// 6.
    Tcp,
    /// 17.
    Udp,
    /// 58.
    Icmpv6,
}

/// States of connection tracking (`NF_CT_STATE_BIT` of linux/netfilter/nf_conntrack_common.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CtState {
    /// Packet belongs to no connection and cannot start one.
    Invalid,
    /// Part of a connection that has seen both directions.
    Established,
    /// Starts a connection that belongs to another (ICMP errors).
    Related,
    /// Starts a connection.
    New,
    /// Exempt from tracking.
    Untracked,
}

/// A chain: a base chain when it has a hook, else reached by jump only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Name, unique among the chains of its table.
    pub name: Name,
    /// Where the kernel calls it.
    pub base: Option<Base>,
    /// Rules, first to last.
    pub rules: Vec<Rule>,
}

/// Hook, priority and policy of a base chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// Filter or NAT.
    pub kind: ChainKind,
    /// Place in the packet's way.
    pub hook: Hook,
    /// Order among chains of the same hook, lower first (-300 raw, 0 filter, 100 source NAT).
    pub priority: i32,
    /// What happens at the end of the chain.
    pub policy: Policy,
}

/// Kind of a base chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainKind {
    /// `type filter`.
    Filter,
    /// `type nat`: sees the first packet of a connection only.
    Nat,
}

/// Netfilter hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// Before routing.
    Prerouting,
    /// To the box itself.
    Input,
    /// Through the box.
    Forward,
    /// From the box itself.
    Output,
    /// After routing.
    Postrouting,
}

/// Policy of a base chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Let pass.
    Accept,
    /// Drop silently.
    Drop,
}

/// A rule: when all matches hold, it counts (if asked) and then acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// All must hold; none at all matches every packet.
    pub matches: Vec<Match>,
    /// Count packets and bytes.
    pub counter: bool,
    /// What is done.
    pub action: Action,
    /// Why the rule is there.
    pub comment: Comment,
}

/// One condition of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// The field equals the value (lies in it, for a network); the reverse when negated.
    Is {
        /// Looked at.
        field: Field,
        /// Compared with.
        value: Value,
        /// Turns the result round.
        negated: bool,
    },
    /// The tuple of fields is in the named set of the same table; the reverse when negated.
    In {
        /// Looked at, in the order of the set's key.
        fields: Vec<Field>,
        /// Set of the same table.
        set: Name,
        /// Turns the result round.
        negated: bool,
    },
    /// The connection's state is one of these.
    CtState(Vec<CtState>),
}

impl Rule {
    /// The protocol that packets must have for the rule, when it names one.
    pub fn protocol(&self) -> Option<Protocol> {
        self.matches.iter().find_map(|one| match one {
            Match::Is { value: Value::Protocol(protocol), negated: false, .. } => Some(*protocol),
            _ => None,
        })
    }
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Ends with the verdict.
    Verdict(Verdict),
    /// Looks the fields up in the named verdict map; without entry the next rule follows.
    Map {
        /// Looked up, in the order of the map's key.
        fields: Vec<Field>,
        /// Map of the same table.
        map: Name,
    },
    /// Refuses with an answer: TCP reset for TCP, else ICMP(v6) administratively prohibited.
    Reject,
    /// Source address becomes that of the outgoing interface; NAT postrouting chains only.
    Masquerade,
}

/// Verdict of a rule or of a map's entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Let pass (later base chains still see the packet).
    Accept,
    /// Drop silently.
    Drop,
    /// Go to the chain; at its end come back.
    Jump(Name),
    /// Go back to the calling chain.
    Return,
}

impl Name {
    /// Longest name, in bytes. The kernel's own limit is higher (`NFT_NAME_MAXLEN` 256).
    pub const MAX: usize = 60;

    /// Takes a name, `None` when it is not one.
    pub fn new(name: &str) -> Option<Self> {
        let mut bytes = name.bytes();
        let first = bytes.next()?;
        let ok = name.len() <= Self::MAX
            && first.is_ascii_lowercase()
            && bytes
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
            && !KEYWORDS.contains(&name);
        ok.then(|| Self(name.to_owned()))
    }

    /// A name made by this crate; `check` looks at it before anybody loads it.
    pub(crate) fn made(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl InterfaceName {
    /// Takes a name, `None` when it is not one.
    pub fn new(name: &str) -> Option<Self> {
        let ok = (1..=15).contains(&name.len())
            && name != "."
            && name != ".."
            && name
                .bytes()
                .all(|b| b.is_ascii_graphic() && !matches!(b, b'/' | b'*' | b'"' | b':'));
        ok.then(|| Self(name.to_owned()))
    }

    /// A name made by this crate; `check` looks at it before anybody loads it.
    pub(crate) fn made(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Comment {
    /// Longest comment, in bytes. nft(8) allows 128; longer user data can corrupt a message.
    pub const MAX: usize = 100;

    /// Takes printable ASCII without quotes, cut to [`Comment::MAX`]; other characters become `?`.
    pub fn new(text: &str) -> Self {
        Self(
            text.chars()
                .map(|c| if (c.is_ascii_graphic() && c != '"') || c == ' ' { c } else { '?' })
                .take(Self::MAX)
                .collect(),
        )
    }

    /// The comment as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Field {
    /// Type of the field when it is part of a key; `None` for fields that are compared only.
    pub fn key_type(self) -> Option<KeyType> {
        Some(match self {
            Self::InputInterface | Self::OutputInterface => KeyType::Interface,
            Self::Ip4Source | Self::Ip4Destination => KeyType::Ip4,
            Self::Ip6Source | Self::Ip6Destination => KeyType::Ip6,
            Self::SourcePort | Self::DestinationPort => KeyType::Port,
            Self::Protocol => KeyType::Protocol,
            Self::IcmpType => KeyType::IcmpType,
            Self::SocketUid => KeyType::Uid,
            Self::CtState => KeyType::CtState,
            Self::IpVersion | Self::HopLimit | Self::VlanId => return None,
        })
    }
}

impl Set {
    /// Whether it holds networks, which takes an interval set.
    pub fn is_interval(&self) -> bool {
        self.elements.iter().flatten().any(|value| match value {
            Value::Ip4(network) => network.prefix_len() < 32,
            Value::Ip6(network) => network.prefix_len() < 128,
            _ => false,
        })
    }
}

impl CtState {
    /// The word of nft(8).
    pub fn word(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Established => "established",
            Self::Related => "related",
            Self::New => "new",
            Self::Untracked => "untracked",
        }
    }
}

impl Hook {
    /// The word of nft(8).
    pub fn word(self) -> &'static str {
        match self {
            Self::Prerouting => "prerouting",
            Self::Input => "input",
            Self::Forward => "forward",
            Self::Output => "output",
            Self::Postrouting => "postrouting",
        }
    }
}

impl Protocol {
    /// The word of nft(8).
    pub fn word(self) -> &'static str {
        match self {
            Self::Icmp => "icmp",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmpv6 => "ipv6-icmp",
        }
    }

    /// IANA number.
    pub fn number(self) -> u8 {
        match self {
            Self::Icmp => 1,
            Self::Tcp => 6,
            Self::Udp => 17,
            Self::Icmpv6 => 58,
        }
    }
}

impl Family {
    /// The word of nft(8).
    pub fn word(self) -> &'static str {
        match self {
            Self::Inet => "inet",
            Self::Bridge => "bridge",
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Words that nft(8) cannot read back as a name (measured: `fwd`; the rest are of its grammar).
const KEYWORDS: &[&str] = &[
    "accept",
    "ah",
    "arp",
    "bridge",
    "chain",
    "comp",
    "continue",
    "counter",
    "ct",
    "daddr",
    "dccp",
    "device",
    "dnat",
    "drop",
    "dup",
    "dynamic",
    "esp",
    "ether",
    "exthdr",
    "fib",
    "flags",
    "flow",
    "flowtable",
    "flush",
    "frag",
    "fwd",
    "goto",
    "handle",
    "hash",
    "hbh",
    "hook",
    "icmp",
    "icmpv6",
    "igmp",
    "in",
    "inet",
    "ip",
    "ip6",
    "ipsec",
    "jhash",
    "jump",
    "limit",
    "list",
    "log",
    "map",
    "mark",
    "masquerade",
    "meta",
    "mh",
    "nat",
    "netdev",
    "notrack",
    "numgen",
    "osf",
    "policy",
    "queue",
    "quota",
    "redirect",
    "reject",
    "replace",
    "return",
    "rt",
    "rule",
    "ruleset",
    "saddr",
    "sctp",
    "set",
    "size",
    "snat",
    "socket",
    "symhash",
    "synproxy",
    "table",
    "tcp",
    "th",
    "timeout",
    "tproxy",
    "type",
    "typeof",
    "udp",
    "udplite",
    "update",
    "vlan",
    "vmap",
    "xfrm",
];
