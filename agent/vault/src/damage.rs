//! What is wrong with something that was read: damaged things are named, never data.

use std::fmt;

use seal::{RecordId, TableId};

/// Why a record does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Its person was erased on purpose: dark, not damaged.
    #[error("its person was erased")]
    Dark,
    /// The clear part at its beginning is broken.
    #[error("its header is broken")]
    Header,
    /// It lies where another record belongs.
    #[error("it lies in another record's place")]
    Place,
    /// A part is missing, doubled or of another version.
    #[error("parts are missing or do not belong together")]
    Parts,
    /// Its key is not known, or belongs to another table.
    #[error("its key is not known")]
    Key,
    /// It does not open under its key.
    #[error("it was altered")]
    Seal,
    /// It opens, but what is inside is no body.
    #[error("what it holds is not readable")]
    Body,
    /// What should lie there is not there.
    #[error("it is missing")]
    Missing,
}

/// A record that does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Its table, as its place says.
    pub table: TableId,
    /// Its id, as its place says.
    pub id: RecordId,
    /// What is wrong.
    pub damage: Damage,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = uuid::Uuid::from_bytes(self.id.0);
        write!(f, "record {id} of table {}: {}", self.table.0, self.damage)
    }
}
