//! The versions of a contact, and what each changed.

use seal::{RecordId, Version};

use crate::contact::ContactFields;
use crate::stored::read;

/// One version of a contact that there was, or is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastVersion {
    /// Its version.
    pub version: Version,
    /// When it was written, ms since 1970.
    pub at: Option<u64>,
    /// The account that wrote it.
    pub by: Option<RecordId>,
    /// Fields that differ from the version before.
    pub changed: Vec<u32>,
    /// With it the contact was deleted.
    pub deleted: bool,
    /// It does not open.
    pub damaged: bool,
}

/// Each version with what it changed against the one before.
pub(crate) fn versions(past: &[vault::Past]) -> Vec<PastVersion> {
    let row = |at: usize| match past.get(at).map(|past| &past.body) {
        Some(Ok(Some(body))) => Some(read(body)),
        _ => None,
    };
    let version = |(at, one): (usize, &vault::Past)| PastVersion {
        version: one.version,
        at: one.entry.as_ref().map(|entry| entry.at),
        by: one.entry.as_ref().and_then(|entry| entry.account),
        changed: match (row(at), row(at + 1)) {
            (Some(now), Some(before)) => before.fields.changed(&now.fields),
            (Some(now), None) => ContactFields::default().changed(&now.fields),
            _ => Vec::new(),
        },
        deleted: matches!(one.body, Ok(None)),
        damaged: one.body.is_err(),
    };
    past.iter().enumerate().map(version).collect()
}
