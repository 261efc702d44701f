//! What our tables hold in the kernel by name, or are to hold: a transaction adds the one and removes the
//! other.

use std::collections::{BTreeMap, BTreeSet};

use firewall::ir::{Base, Chain, ChainKind, Hook, Ruleset, Table, TableId};
use netlink_sys::protocols::NETLINK_NETFILTER;

use super::NftError;
use super::listing::{body, has_table, list, text};
use super::names::Names;
use super::transaction::SUBSYSTEM;
use crate::netlink::attribute::{Attributes, find};
use crate::netlink::{Reply, Socket};

pub(super) const GET_CHAIN: u16 = SUBSYSTEM | 4;
pub(super) const GET_SET: u16 = SUBSYSTEM | 10;
/// `NFT_SET_ANONYMOUS`: it goes with its rule.
const ANONYMOUS: u32 = 0x1;

/// Tables of a ruleset.
#[derive(Clone, Debug, Default)]
pub(super) struct Present(BTreeMap<TableId, Contents>);

/// What a table holds, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Contents {
    /// Chains, each with where it is called.
    pub(super) chains: BTreeMap<String, Option<Place>>,
    /// Sets and maps.
    pub(super) sets: BTreeSet<String>,
}

/// Where the kernel calls a base chain. It cannot be changed, only made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    kind: String,
    hook: u32,
    priority: i32,
}

impl Present {
    /// Those of the ruleset that are in the network namespace of the calling thread.
    pub(super) fn read(ruleset: &Ruleset) -> Result<Self, NftError> {
        let mut socket = Socket::open(NETLINK_NETFILTER, 0)?;
        let mut present = BTreeMap::new();
        for table in &ruleset.tables {
            let id = &table.id;
            if has_table(&mut socket, id)? {
                present.insert(id.clone(), Contents::read(&mut socket, id)?);
            }
        }
        Ok(Self(present))
    }

    /// What there is to be once the ruleset is loaded.
    pub(super) fn wanted(ruleset: &Ruleset) -> Self {
        let wanted = |table: &Table| (table.id.clone(), Contents::wanted(table));
        Self(ruleset.tables.iter().map(wanted).collect())
    }

    pub(super) fn table(&self, id: &TableId) -> Option<&Contents> {
        self.0.get(id)
    }

    /// What is here and not in the other: of tables that both have, their contents.
    pub(super) fn beyond(&self, other: &Self) -> Vec<Surplus> {
        let surplus = |(id, contents): (&TableId, &Contents)| match other.table(id) {
            None => Surplus { table: id.clone(), contents: None },
            Some(other) => Surplus { table: id.clone(), contents: Some(contents.beyond(other)) },
        };
        self.0.iter().map(surplus).collect()
    }
}

/// What of a table is too much: all of it, or some of its contents.
pub(super) struct Surplus {
    pub(super) table: TableId,
    pub(super) contents: Option<Contents>,
}

impl Contents {
    fn read(socket: &mut Socket, id: &TableId) -> Result<Self, NftError> {
        let mut of_table = Attributes::default();
        of_table.put_text(1, id.name.as_str());
        // A kernel that does not know the filter lists all tables of the family.
        let ours = |reply: &&Reply| text(body(reply), 1) == Some(id.name.as_str());
        let chains = list(socket, GET_CHAIN, id.family, &of_table)?;
        let chain =
            |reply: &Reply| Some((text(body(reply), 3)?.to_owned(), Place::read(body(reply))));
        let sets = list(socket, GET_SET, id.family, &of_table)?;
        let named = |reply: &&Reply| {
            let flags = find(body(reply), 3).and_then(|flags| flags.be32()).unwrap_or(0);
            flags & ANONYMOUS == 0
        };
        let set = |reply: &Reply| text(body(reply), 2).map(str::to_owned);
        Ok(Self {
            chains: chains.iter().filter(ours).filter_map(chain).collect(),
            sets: sets.iter().filter(ours).filter(named).filter_map(set).collect(),
        })
    }

    fn wanted(table: &Table) -> Self {
        let chain = |chain: &Chain| (chain.name.to_string(), chain.base.map(Place::from));
        Self {
            chains: table.chains.iter().map(chain).collect(),
            sets: Names::new(table).all().cloned().collect(),
        }
    }

    fn beyond(&self, other: &Self) -> Self {
        let chains = self.chains.iter().filter(|(name, _)| !other.chains.contains_key(*name));
        Self {
            chains: chains.map(|(name, place)| (name.clone(), place.clone())).collect(),
            sets: self.sets.difference(&other.sets).cloned().collect(),
        }
    }
}

impl Place {
    /// Of a chain's attributes; `None` for a chain that only others jump to.
    fn read(chain: &[u8]) -> Option<Self> {
        let hook = find(chain, 4)?;
        Some(Self {
            kind: text(chain, 7)?.to_owned(),
            hook: find(hook.value, 1)?.be32()?,
            priority: find(hook.value, 2)?.be32()?.cast_signed(),
        })
    }
}

impl From<Base> for Place {
    fn from(base: Base) -> Self {
        let kind = match base.kind {
            ChainKind::Filter => "filter",
            ChainKind::Nat => "nat",
        };
        // `enum nf_inet_hooks` of linux/netfilter.h; a bridge's are numbered likewise.
        let hook = match base.hook {
            Hook::Prerouting => 0,
            Hook::Input => 1,
            Hook::Forward => 2,
            Hook::Output => 3,
            Hook::Postrouting => 4,
        };
        Self { kind: kind.to_owned(), hook, priority: base.priority }
    }
}
