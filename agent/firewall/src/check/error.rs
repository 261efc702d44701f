//! What can be wrong with a ruleset, and where.

use std::fmt;

use crate::ir::{Field, Name, TableId};

/// A ruleset that must not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ruleset cannot be loaded: {place}")]
pub struct CheckError {
    /// Where.
    pub place: Box<Place>,
    /// What.
    #[source]
    pub fault: Fault,
}

/// A place in a ruleset, as far as known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: Option<TableId>,
    /// The set or map.
    pub set: Option<Name>,
    /// The chain.
    pub chain: Option<Name>,
    /// Index of the rule in it.
    pub rule: Option<usize>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are the values named in the text")]
pub enum Fault {
    /// Above a bound of this crate.
    #[error("more than {max} {what}")]
    TooMany { what: &'static str, max: usize },
    /// The same name twice.
    #[error("name {name} is used twice")]
    Repeated { name: Name },
    /// Not a [`Name`].
    #[error("{name:?} is not a name")]
    BadName { name: String },
    /// NAT where there is none.
    #[error("a chain of this type cannot be at this hook and priority")]
    BadHook,
    /// No such chain in the table.
    #[error("no chain {name}")]
    NoSuchChain { name: Name },
    /// Only chains without hook can be jumped to.
    #[error("jump to base chain {name}")]
    JumpToBase { name: Name },
    /// A chain comes back to itself.
    #[error("jumps go in a circle")]
    Circle,
    /// The kernel's stack has 16 places.
    #[error("jumps go deeper than {max}")]
    TooDeep { max: usize },
    /// No such set or map in the table.
    #[error("no set or map {name}")]
    NoSuchSet { name: Name },
    /// No fields or too many.
    #[error("a key has 1 to {max} fields")]
    KeyLength { max: usize },
    /// The key has other types than the fields looked up.
    #[error("key of {name} does not fit the fields looked up")]
    KeyMismatch { name: Name },
    /// An element of another type.
    #[error("element {index} does not fit the key")]
    ElementMismatch { index: usize },
    /// A network in a map or in a key of several fields.
    #[error("element {index} is a network where only single values can be")]
    NetworkInKey { index: usize },
    /// The same key twice, or networks that overlap.
    #[error("elements overlap or are repeated")]
    Overlap,
    /// A set that is filled at run time names elements.
    #[error("elements in a set that is filled at run time")]
    TimedElements,
    /// Connection states have no sets.
    #[error("connection states can be keys of maps only")]
    CtStateInSet,
    /// A rate of nothing, or one that counts packets which the rule's other conditions turn away.
    #[error("a rate is of one packet at least, and the last condition of its rule")]
    BadRate,
    /// The value is not of the field's type.
    #[error("{field:?} cannot be compared with this value")]
    ValueMismatch { field: Field },
    /// A name or number that Linux does not take, or a network with host bits.
    #[error("impossible value")]
    BadValue,
    /// The rule reads what the packet may not have.
    #[error("{field:?} without the match that makes sure the packet has it")]
    Unguarded { field: Field },
    /// The field does not exist in this family.
    #[error("{field:?} in a table of this family")]
    FieldInFamily { field: Field },
    /// A log that the kernel does not take.
    #[error("a log wants a group and a rate")]
    BadLog,
    /// No packet can be in none of the states.
    #[error("no connection state named")]
    NoCtState,
    /// The field has no value where the chain is called.
    #[error("{field:?} in a chain that is called from elsewhere too")]
    FieldAtHook { field: Field },
    /// Connection tracking has not seen the packet where the chain is called.
    #[error("what only connection tracking knows, before connection tracking")]
    CtStateTooEarly,
    /// An action where the kernel refuses it or it means nothing.
    #[error("{action} in a chain that is called elsewhere")]
    ActionAtHook { action: &'static str },
}

impl Place {
    pub(super) fn fault(self, fault: Fault) -> CheckError {
        CheckError { place: Box::new(self), fault }
    }

    pub(super) fn at_set(self, set: &Name) -> Self {
        Self { set: Some(set.clone()), ..self }
    }

    pub(super) fn at_chain(self, chain: &Name) -> Self {
        Self { chain: Some(chain.clone()), ..self }
    }

    pub(super) fn at_rule(self, index: usize) -> Self {
        Self { rule: Some(index), ..self }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.table {
            None => f.write_str("tables")?,
            Some(id) => write!(f, "table {} {}", id.family.word(), id.name)?,
        }
        if let Some(set) = &self.set {
            write!(f, ", set {set}")?;
        }
        if let Some(chain) = &self.chain {
            write!(f, ", chain {chain}")?;
        }
        if let Some(rule) = self.rule {
            write!(f, ", rule {rule}")?;
        }
        Ok(())
    }
}
