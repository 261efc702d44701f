//! The versions of a contact, and what each changed.

use seal::{RecordId, Version};
use vault::Former;

use crate::contact::ContactFields;
use crate::stored::read;

/// Versions of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastPage {
    /// The newest first.
    pub versions: Vec<PastVersion>,
    /// Where earlier ones are.
    pub next: Option<Former>,
}

/// One version of a contact that there was, or is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastVersion {
    /// Its version.
    pub version: Version,
    /// When it was written, ms since 1970.
    pub at: Option<u64>,
    /// The account that wrote it.
    pub by: Option<RecordId>,
    /// What was done.
    pub kind: PastKind,
    /// Fields that differ from the version before; of a deletion and of bringing back, none.
    pub changed: Vec<u32>,
    /// It does not open.
    pub damaged: bool,
}

/// What was done with a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastKind {
    /// The contact was made.
    Created,
    /// It was changed.
    Changed,
    /// It was deleted.
    Deleted,
    /// It was brought back.
    Restored,
}

/// So many of the versions, each with what it changed against the one before: of the last, too, so one more
/// is to be given.
pub(crate) fn page(past: &[vault::Past], most: usize) -> PastPage {
    let mut versions = versions(past);
    versions.truncate(most);
    PastPage { versions, next: past.get(most).and_then(|past| past.at) }
}

fn versions(past: &[vault::Past]) -> Vec<PastVersion> {
    let body = |at: usize| past.get(at).map(|past| &past.body);
    let row = |at: usize| match body(at) {
        Some(Ok(Some(body))) => Some(read(body).fields),
        _ => None,
    };
    let version = |(at, one): (usize, &vault::Past)| {
        let kind = match (&one.body, body(at + 1)) {
            (Ok(None), _) => PastKind::Deleted,
            (_, Some(Ok(None))) => PastKind::Restored,
            (Ok(_), None) if one.version == Version(1) => PastKind::Created,
            _ => PastKind::Changed,
        };
        let changed = match (kind, row(at), row(at + 1)) {
            (PastKind::Changed, Some(now), Some(before)) => before.changed(&now),
            (PastKind::Created, Some(now), _) => ContactFields::default().changed(&now),
            _ => Vec::new(),
        };
        PastVersion {
            version: one.version,
            at: one.entry.as_ref().map(|entry| entry.at),
            by: one.entry.as_ref().and_then(|entry| entry.account),
            kind,
            changed,
            damaged: one.body.is_err(),
        }
    };
    past.iter().enumerate().map(version).collect()
}
