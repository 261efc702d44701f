//! What a message is about, so that an error or a difference can name it.

use std::fmt::{self, Display, Formatter};

use firewall::ir::TableId;

/// A part of a ruleset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// The transaction as a whole.
    Whole,
    /// A table.
    Table(TableId),
    /// A chain.
    Chain {
        /// Its table.
        table: TableId,
        /// Its name.
        chain: String,
    },
    /// A set or map.
    Set {
        /// Its table.
        table: TableId,
        /// Its name.
        set: String,
    },
    /// Some of the elements of a set or map.
    Elements {
        /// Its table.
        table: TableId,
        /// Its name.
        set: String,
    },
    /// A rule.
    Rule {
        /// Its table.
        table: TableId,
        /// Its chain.
        chain: String,
        /// Its place in the chain, from 1.
        number: usize,
        /// Its comment.
        comment: String,
    },
}

impl Display for Object {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("the whole transaction"),
            Self::Table(table) => write!(f, "table {table}"),
            Self::Chain { table, chain } => write!(f, "chain {chain} of table {table}"),
            Self::Set { table, set } => write!(f, "set {set} of table {table}"),
            Self::Elements { table, set } => write!(f, "elements of set {set} of table {table}"),
            Self::Rule { table, chain, number, comment } => {
                write!(f, "rule {number} \"{comment}\" of chain {chain} of table {table}")
            }
        }
    }
}
