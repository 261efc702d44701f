//! Names of sets and maps in the kernel: what is constant is called by its contents, `inside4.0f1e2d3c`.
//! So the sets of a new ruleset stand beside those of the former one, complete before a rule looks one up
//! and until no packet does any more. The kernel shows packets the elements of a new set only some time
//! after the rules of the same transaction, and takes those of a removed one away before they are through.
//! A packet of that moment finds a set empty, and what is in it to be stopped passes.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use firewall::ir::{Name, Set, Table, VerdictMap};

/// The sets and maps of a table by what the rules call them.
pub(super) struct Names<'t>(HashMap<&'t Name, String>);

impl<'t> Names<'t> {
    pub(super) fn new(table: &'t Table) -> Self {
        let sets = table.sets.iter().map(|set| (&set.name, of_set(set)));
        let maps = table.maps.iter().map(|map| (&map.name, of_map(map)));
        Self(sets.chain(maps).collect())
    }

    /// As the kernel knows it; a set that is not there keeps its name, by which the kernel refuses it.
    pub(super) fn of(&self, set: &Name) -> String {
        self.0.get(set).cloned().unwrap_or_else(|| set.to_string())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &String> {
        self.0.values()
    }
}

/// A set that is filled at run time stays what it is over all rulesets, by its own name.
fn of_set(set: &Set) -> String {
    if set.timed { set.name.to_string() } else { by(&set.name, (&set.key, &set.elements)) }
}

fn of_map(map: &VerdictMap) -> String {
    by(&map.name, (&map.key, &map.entries))
}

/// Two contents of one hash are found when they are read back: see `replace`.
fn by(name: &Name, contents: impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    format!("{name}.{:016x}", hasher.finish())
}
