//! The ruleset as plain data: what `compile` makes, `simulate` reads and the kernel crate loads.
//! It has exactly the parts of nf_tables that Gatehouse uses, no more; `check` says whether a value
//! can be loaded at all. Semantics are those of nft(8).

use std::net::Ipv4Addr;

mod field;
mod log;
mod name;

pub use field::{
    AddressType, CtState, Direction, EtherType, Field, IpVersion, KeyType, Protocol, Value,
};
pub use log::Log;
pub use name::{Comment, InterfaceName, Name};

/// All tables of ours. Their rules are exchanged as a whole in one transaction, after which those to be
/// gone go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ruleset {
    /// Tables to be present afterwards; a table of the same family and name is replaced.
    pub tables: Vec<Table>,
    /// Tables to be gone once the others are in force (the boot lock). Absent ones are fine.
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
    /// Named sets, each constant but those that are filled at run time.
    pub sets: Vec<Set>,
    /// Named verdict maps, each constant.
    pub maps: Vec<VerdictMap>,
    /// Chains; order does not matter to the kernel, it is kept for people.
    pub chains: Vec<Chain>,
}

/// A set of values, or of tuples of values when there is more than one key field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// Name, unique among the sets and maps of its table.
    pub name: Name,
    /// Types of the key's parts; more than one part is a concatenation.
    pub key: Vec<KeyType>,
    /// Members. Networks and ranges of ports are allowed only where the key is one single type: the set
    /// is then an interval set. They do not overlap.
    pub elements: Vec<Vec<Value>>,
    /// Filled at run time, each element for a time of its own: the ruleset names none. A new ruleset
    /// takes over what a set of the same name holds.
    pub timed: bool,
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
    /// Fewer packets than this have come so far to this place in the rule; always the last of its conditions.
    /// The simulator asks about one packet: to it there have always been few.
    Rate {
        /// Packets per second for which this holds.
        per_second: u16,
        /// Packets at once beyond that.
        burst: u16,
    },
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
    /// Writes the mark on the packet's connection, if it has one, and accepts.
    Admit(u32),
    /// Writes the packet down and goes on with the next rule.
    Log(Log),
    /// Refuses with an answer: TCP reset for TCP, else ICMP(v6) administratively prohibited.
    Reject,
    /// Source address becomes that of the outgoing interface; NAT postrouting chains only.
    Masquerade,
    /// Destination becomes this; NAT prerouting chains only. Needs IP version 4 matched in the same rule, and TCP or
    /// UDP for a port.
    SendTo {
        /// Address.
        address: Ipv4Addr,
        /// Port; the packet's own when absent.
        port: Option<u16>,
    },
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

impl Set {
    /// Whether it holds networks or ranges, which takes an interval set.
    pub fn is_interval(&self) -> bool {
        self.elements.iter().flatten().any(|value| match value {
            Value::Ip4(network) => network.prefix_len() < 32,
            Value::Ip6(network) => network.prefix_len() < 128,
            Value::Ports(..) => true,
            _ => false,
        })
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

impl Family {
    /// The word of nft(8).
    pub fn word(self) -> &'static str {
        match self {
            Self::Inet => "inet",
            Self::Bridge => "bridge",
        }
    }
}
