//! What a write changed, as the views are told.

use std::sync::Arc;

use seal::body::Body;
use seal::{RecordId, TableId, Version};

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is new.
    Created,
    /// It has new fields.
    Changed,
    /// It was taken out.
    Deleted,
    /// It was brought back.
    Restored,
    /// Its person was erased; it does not come back.
    Erased,
}

/// One changed record. Hooks get it once it is on the disk, before the answer to the write.
#[derive(Debug, Clone)]
pub struct Applied {
    /// Its table.
    pub table: TableId,
    /// Its id.
    pub id: RecordId,
    /// Its version now; of a deleted one, that of its grave.
    pub version: Version,
    /// What happened.
    pub kind: Kind,
    /// What it holds now; `None` when it was taken out.
    pub body: Option<Arc<Body>>,
    /// Seq of the audit entry.
    pub commit: u64,
}
