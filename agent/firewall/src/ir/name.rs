//! Names and comments, as nf_tables and nft(8) take them.

use std::fmt;

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
