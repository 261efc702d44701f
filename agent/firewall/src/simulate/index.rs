//! A ruleset as it is looked up in: chains, sets and maps by name, and a set's elements by value. Made once
//! for many packets, each set when a packet first asks for it.

use std::cell::{Cell, OnceCell};
use std::collections::{HashMap, HashSet};
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::check::CheckedRuleset;
use crate::ir::{Base, Chain, Family, Hook, Name, Set, Table, Value, Verdict, VerdictMap};

/// A ruleset that packets are sent through.
pub struct Simulator<'r> {
    tables: Vec<Indexed<'r>>,
    /// Rules that packets have met so far.
    steps: Cell<u64>,
}

/// One table.
pub(super) struct Indexed<'r> {
    pub(super) table: &'r Table,
    chains: HashMap<&'r Name, &'r Chain>,
    sets: HashMap<&'r Name, (&'r Set, OnceCell<Elements<'r>>)>,
    maps: HashMap<&'r Name, (&'r VerdictMap, OnceCell<Entries<'r>>)>,
}

type Entries<'r> = HashMap<&'r [Value], &'r Verdict>;

/// Elements of a set. Networks and ranges do not overlap: [`Ruleset::check`] sees to it.
///
/// [`Ruleset::check`]: crate::ir::Ruleset::check
#[derive(Default)]
struct Elements<'r> {
    v4: Vec<(Ipv4Addr, Ipv4Addr)>,
    v6: Vec<(Ipv6Addr, Ipv6Addr)>,
    ports: Vec<(u16, u16)>,
    others: HashSet<&'r [Value]>,
}

impl<'r> Simulator<'r> {
    /// For packets of any number.
    pub fn new(ruleset: CheckedRuleset<'r>) -> Self {
        let tables = ruleset.ruleset().tables.iter().map(Indexed::new).collect();
        Self { tables, steps: Cell::new(0) }
    }

    /// How many rules packets have met so far: what it cost.
    pub fn steps(&self) -> u64 {
        self.steps.get()
    }

    pub(super) fn step(&self) {
        self.steps.set(self.steps.get().saturating_add(1));
    }

    /// Base chains of a hook, lowest priority first; at the same priority in the order of the ruleset, as they
    /// are loaded.
    pub(super) fn base_chains(
        &self,
        family: Family,
        hook: Hook,
    ) -> Vec<(&Indexed<'r>, &'r Chain, &'r Base)> {
        let tables = self.tables.iter().filter(|indexed| indexed.table.id.family == family);
        let mut found: Vec<_> = tables
            .flat_map(|indexed| indexed.table.chains.iter().map(move |chain| (indexed, chain)))
            .filter_map(|(indexed, chain)| Some((indexed, chain, chain.base.as_ref()?)))
            .filter(|(_, _, base)| base.hook == hook)
            .collect();
        found.sort_by_key(|(_, _, base)| base.priority);
        found
    }
}

impl<'r> Indexed<'r> {
    fn new(table: &'r Table) -> Self {
        Self {
            table,
            chains: table.chains.iter().map(|chain| (&chain.name, chain)).collect(),
            sets: table.sets.iter().map(|set| (&set.name, (set, OnceCell::new()))).collect(),
            maps: table.maps.iter().map(|map| (&map.name, (map, OnceCell::new()))).collect(),
        }
    }

    pub(super) fn chain(&self, name: &Name) -> Option<&'r Chain> {
        self.chains.get(name).copied()
    }

    /// Whether the set holds what was read; none when there is no such set.
    pub(super) fn holds(&self, set: &Name, key: &[Value]) -> Option<bool> {
        let (set, elements) = self.sets.get(set)?;
        Some(elements.get_or_init(|| Elements::of(set)).holds(key))
    }

    /// What the map says of what was read.
    pub(super) fn entry(&self, map: &Name, key: &[Value]) -> Option<&'r Verdict> {
        let (map, entries) = self.maps.get(map)?;
        let by_key = || map.entries.iter().map(|(key, to)| (key.as_slice(), to)).collect();
        entries.get_or_init(by_key).get(key).copied()
    }

    pub(super) fn has_set(&self, set: &Name) -> bool {
        self.sets.contains_key(set)
    }
}

impl<'r> Elements<'r> {
    fn of(set: &'r Set) -> Self {
        let mut all = Self::default();
        for element in &set.elements {
            match element.as_slice() {
                [Value::Ip4(net)] => all.v4.push((net.network(), net.broadcast())),
                [Value::Ip6(net)] => all.v6.push((net.network(), net.broadcast())),
                [Value::Port(port)] => all.ports.push((*port, *port)),
                [Value::Ports(first, last)] => all.ports.push((*first, *last)),
                other => {
                    all.others.insert(other);
                }
            }
        }
        all.v4.sort_unstable();
        all.v6.sort_unstable();
        all.ports.sort_unstable();
        all
    }

    fn holds(&self, key: &[Value]) -> bool {
        match key {
            [Value::Ip4(read)] => within(&self.v4, read.addr()),
            [Value::Ip6(read)] => within(&self.v6, read.addr()),
            [Value::Port(read)] => within(&self.ports, *read),
            other => self.others.contains(other),
        }
    }
}

/// Whether one of the runs, which are sorted and do not overlap, holds it.
fn within<T: Ord + Copy>(runs: &[(T, T)], one: T) -> bool {
    let after = runs.partition_point(|(first, _)| *first <= one);
    let before = after.checked_sub(1).and_then(|index| runs.get(index));
    before.is_some_and(|(_, last)| one <= *last)
}
