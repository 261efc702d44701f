//! Settings that were kept before, as whoever stands at the box chooses among them.

use serde::{Deserialize, Serialize};

/// One document that was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Former {
    /// SHA-256 of its text, 64 hex digits.
    pub document: String,
    /// When it was kept, by the box's clock and in its time zone; none when that was not written down.
    pub at: Option<String>,
    /// Who kept it.
    pub by: Author,
    /// What for, as that one wrote.
    pub reason: String,
    /// It is in force now.
    pub in_force: bool,
    /// How many things it would change.
    pub changes: usize,
    /// The first of them, in words.
    pub first: Option<String>,
}

/// Who kept a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Author {
    /// It was not written down.
    Unknown,
    /// Whoever set the box up.
    SetUp,
    /// Whoever stood at its console.
    Console,
    /// An admin of this name.
    Admin(String),
}

/// The last time that the console brought settings back, for who keeps the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByConsole {
    /// Seconds since 1970.
    pub at: u64,
    /// SHA-256 of their text.
    pub document: String,
}

impl Former {
    /// Most that are told.
    pub const MAX: usize = 9;
}
