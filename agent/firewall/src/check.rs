//! Says whether a ruleset can be loaded and means what it says: names, references, types, guards.
//! The kernel crate takes only a [`CheckedRuleset`]; the kernel itself would refuse some of these
//! mistakes late and accept others silently.

mod error;
mod graph;
mod guards;
mod sets;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::ops::Deref;

use crate::ir::{
    Action, Base, Chain, ChainKind, Family, Hook, InterfaceName, Log, Name, Rule, Ruleset, Table,
    Value, Verdict,
};

pub use error::{CheckError, Fault, Place};

/// Most tables.
pub const MAX_TABLES: usize = 8;
/// Most chains in a table.
pub const MAX_CHAINS: usize = 8_192;
/// Most rules in a table.
pub const MAX_RULES: usize = 100_000;
/// Most sets and maps in a table.
pub const MAX_SETS: usize = 4_096;
/// Most elements of all sets and maps in a table.
pub const MAX_ELEMENTS: usize = 1_000_000;
/// Most matches in a rule: its expressions have to fit one netlink message.
pub const MAX_MATCHES: usize = 16;
/// Most fields in a key: three interface names fill 48 of its 64 bytes (`NFT_DATA_VALUE_MAXLEN`).
pub const MAX_FIELDS: usize = 3;

/// A ruleset that passed [`Ruleset::check`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedRuleset<'r>(&'r Ruleset);

impl<'r> CheckedRuleset<'r> {
    /// The ruleset.
    pub fn ruleset(self) -> &'r Ruleset {
        self.0
    }
}

impl Deref for CheckedRuleset<'_> {
    type Target = Ruleset;

    fn deref(&self) -> &Ruleset {
        self.0
    }
}

impl Ruleset {
    /// Checks all of it; the first mistake found is told.
    pub fn check(&self) -> Result<CheckedRuleset<'_>, CheckError> {
        if self.tables.len() > MAX_TABLES || self.removed.len() > MAX_TABLES {
            return Err(Place::default().fault(Fault::TooMany { what: "tables", max: MAX_TABLES }));
        }
        let mut seen = HashSet::new();
        for id in self.tables.iter().map(|table| &table.id).chain(&self.removed) {
            let place = Place { table: Some(id.clone()), ..Place::default() };
            name(&id.name).map_err(|fault| place.clone().fault(fault))?;
            if !seen.insert(id) {
                return Err(place.fault(Fault::Repeated { name: id.name.clone() }));
            }
        }
        self.tables.iter().try_for_each(table)?;
        Ok(CheckedRuleset(self))
    }
}

fn table(table: &Table) -> Result<(), CheckError> {
    let place = Place { table: Some(table.id.clone()), ..Place::default() };
    bounds(table).map_err(|fault| place.clone().fault(fault))?;
    names(table).map_err(|fault| place.clone().fault(fault))?;
    for set in &table.sets {
        sets::set(set).map_err(|fault| place.clone().at_set(&set.name).fault(fault))?;
    }
    for map in &table.maps {
        sets::map(map, table).map_err(|fault| place.clone().at_set(&map.name).fault(fault))?;
    }
    for chain in &table.chains {
        let place = place.clone().at_chain(&chain.name);
        if let Some(hook) = &chain.base {
            base(table.id.family, hook).map_err(|fault| place.clone().fault(fault))?;
        }
        for (index, one) in chain.rules.iter().enumerate() {
            rule(table, one).map_err(|fault| place.clone().at_rule(index).fault(fault))?;
        }
    }
    graph::check(table).map_err(|(chain, fault)| place.at_chain(&chain).fault(fault))
}

fn bounds(table: &Table) -> Result<(), Fault> {
    let rules: usize = table.chains.iter().map(|chain| chain.rules.len()).sum();
    let elements = table.sets.iter().map(|set| set.elements.len());
    let entries = table.maps.iter().map(|map| map.entries.len());
    let counts = [
        ("chains", table.chains.len(), MAX_CHAINS),
        ("rules", rules, MAX_RULES),
        ("sets and maps", table.sets.len() + table.maps.len(), MAX_SETS),
        ("elements", elements.chain(entries).sum(), MAX_ELEMENTS),
    ];
    match counts.into_iter().find(|(_, count, max)| count > max) {
        Some((what, _, max)) => Err(Fault::TooMany { what, max }),
        None => Ok(()),
    }
}

fn names(table: &Table) -> Result<(), Fault> {
    let chains = table.chains.iter().map(|chain| &chain.name);
    unique(chains)?;
    // The kernel keeps sets and maps under one list of names.
    let sets = table.sets.iter().map(|set| &set.name);
    unique(sets.chain(table.maps.iter().map(|map| &map.name)))
}

fn unique<'t>(names: impl Iterator<Item = &'t Name>) -> Result<(), Fault> {
    let mut seen = HashSet::new();
    for one in names {
        name(one)?;
        if !seen.insert(one) {
            return Err(Fault::Repeated { name: one.clone() });
        }
    }
    Ok(())
}

fn name(name: &Name) -> Result<(), Fault> {
    match Name::new(name.as_str()) {
        Some(_) => Ok(()),
        None => Err(Fault::BadName { name: name.as_str().to_owned() }),
    }
}

fn base(family: Family, base: &Base) -> Result<(), Fault> {
    let ok = match base.kind {
        ChainKind::Filter => true,
        // Above -200 connection tracking has not seen the packet (`nf_nat` refuses that).
        ChainKind::Nat => {
            family == Family::Inet && base.hook != Hook::Forward && base.priority > -200
        }
    };
    if ok { Ok(()) } else { Err(Fault::BadHook) }
}

fn rule(table: &Table, rule: &Rule) -> Result<(), Fault> {
    if rule.matches.len() > MAX_MATCHES {
        return Err(Fault::TooMany { what: "matches", max: MAX_MATCHES });
    }
    guards::check(table, rule)?;
    match &rule.action {
        Action::Verdict(verdict) => target(table, verdict),
        Action::Log(log) => self::log(log),
        Action::SendTo { port: Some(0), .. } => Err(Fault::BadValue),
        Action::Map { .. }
        | Action::Admit(_)
        | Action::Reject
        | Action::Masquerade
        | Action::SendTo { .. } => Ok(()),
    }
}

/// The kernel takes neither group 0 nor a rate of nothing.
fn log(log: &Log) -> Result<(), Fault> {
    name(&log.prefix)?;
    if log.group > 0 && log.per_second > 0 && log.burst > 0 { Ok(()) } else { Err(Fault::BadLog) }
}

/// A jump goes to an existing chain that is no base chain.
fn target(table: &Table, verdict: &Verdict) -> Result<(), Fault> {
    let Verdict::Jump(to) = verdict else { return Ok(()) };
    match find_chain(table, to) {
        None => Err(Fault::NoSuchChain { name: to.clone() }),
        Some(Chain { base: Some(_), .. }) => Err(Fault::JumpToBase { name: to.clone() }),
        Some(_) => Ok(()),
    }
}

fn find_chain<'t>(table: &'t Table, name: &Name) -> Option<&'t Chain> {
    table.chains.iter().find(|chain| chain.name == *name)
}

/// An interface name is what Linux takes.
fn value(value: &Value) -> Result<(), Fault> {
    let ok = match value {
        Value::Interface(interface) => InterfaceName::new(interface.as_str()).is_some(),
        Value::VlanId(id) => (1..=4094).contains(id),
        Value::Ports(first, last) => first < last,
        Value::Ip4(network) => *network == network.trunc(),
        Value::Ip6(network) => *network == network.trunc(),
        _ => true,
    };
    if ok { Ok(()) } else { Err(Fault::BadValue) }
}
