//! Contacts that were deleted and can still be brought back. What they were called stays in memory
//! for that hour, for the list of them and for the log; the store says who deleted them and when.

use std::collections::HashMap;

use seal::numbers::{action, outcome, table};
use seal::{RecordId, TableId, Version};
use vault::Store;
use vault::engine::EngineError;

use crate::contact::ContactRow;
use crate::stored::read;

/// How long a deleted contact can be brought back, ms.
pub const UNDO_FOR: u64 = 60 * 60 * 1_000;
/// Entries of the log looked at when the store is opened, and how many at a time: far more than a
/// busy hour has, and an end should the clock have gone back.
const ENTRIES_MOST: usize = 20_000;
const ENTRIES: usize = 200;

const TABLE: TableId = table::CONTACTS;

/// Who deleted a contact, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    /// When, ms since 1970.
    pub at: u64,
    /// The account, if that is known.
    pub by: Option<RecordId>,
    /// Until when it can be brought back, ms since 1970; `None` once that is over.
    pub undo_until: Option<u64>,
    /// The version that it took, which an erasure has to name.
    pub version: Version,
}

/// A deleted contact that can be brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedContact {
    /// Its id.
    pub id: RecordId,
    /// What it was called.
    pub name: String,
    /// Where the person works.
    pub company: String,
    /// Who deleted it, when, and until when that can be undone.
    pub deletion: Deletion,
}

/// What is kept of each.
#[derive(Debug)]
pub(crate) struct Gone {
    pub name: String,
    pub company: String,
    at: u64,
}

/// The deleted contacts of the last hour.
#[derive(Debug, Default)]
pub(crate) struct RecentlyDeleted(HashMap<RecordId, Gone>);

impl RecentlyDeleted {
    /// Those that the log names, after the store was opened. Blocks.
    pub fn of(store: &Store, now: u64) -> Result<Self, EngineError> {
        let mut recent = Self::default();
        let (mut before, mut looked) = (None, 0);
        while looked < ENTRIES_MOST {
            let entries = store.audit(before, ENTRIES)?;
            for entry in &entries {
                if is_over(entry.at, now) {
                    return Ok(recent);
                }
                if entry.action == Some(action::CONTACT_DELETED)
                    && entry.outcome == Some(outcome::ALLOWED)
                {
                    let ids = entry.records.iter().filter(|(table, _, _)| *table == TABLE);
                    for (_, id, _) in ids {
                        recent.recall(store, *id)?;
                    }
                }
            }
            let Some(last) = entries.last() else { return Ok(recent) };
            before = Some(last.seq);
            looked += ENTRIES;
        }
        Ok(recent)
    }

    fn recall(&mut self, store: &Store, id: RecordId) -> Result<(), EngineError> {
        let Some(deleted) = store.deleted(TABLE, id)? else { return Ok(()) };
        // That it was deleted, and what it held.
        let past = store.history(TABLE, id, None, 2)?;
        let last = past.iter().find_map(|one| one.body.as_ref().ok()?.as_ref());
        if let Some(body) = last {
            self.put(id, read(body), deleted.at);
        }
        Ok(())
    }

    /// One was deleted. Those whose time is over go.
    pub fn put(&mut self, id: RecordId, row: ContactRow, at: u64) {
        self.0.retain(|_, gone| !is_over(gone.at, at));
        let (name, company) = (row.fields.name, row.fields.company);
        self.0.insert(id, Gone { name, company, at });
    }

    /// One was brought back, or its person erased.
    pub fn remove(&mut self, id: RecordId) {
        self.0.remove(&id);
    }

    /// One that can be brought back.
    pub fn get(&self, id: RecordId, now: u64) -> Option<&Gone> {
        self.0.get(&id).filter(|gone| !is_over(gone.at, now))
    }

    /// All that can be brought back, the last deleted first.
    pub fn ids(&self, now: u64) -> Vec<RecordId> {
        let in_time = self.0.iter().filter(|(_, gone)| !is_over(gone.at, now));
        let mut ids: Vec<_> = in_time.map(|(id, gone)| (gone.at, *id)).collect();
        ids.sort_unstable_by_key(|(at, id)| std::cmp::Reverse((*at, id.0)));
        ids.into_iter().map(|(_, id)| id).collect()
    }
}

/// Who deleted a contact, and when; `None` when it lives or never was. Blocks.
pub(crate) fn deletion(
    store: &Store,
    id: RecordId,
    now: u64,
) -> Result<Option<Deletion>, EngineError> {
    let deleted = store.deleted(TABLE, id)?;
    Ok(deleted.map(|deleted| Deletion {
        at: deleted.at,
        by: deleted.by,
        undo_until: (!is_over(deleted.at, now)).then(|| deleted.at.saturating_add(UNDO_FOR)),
        version: deleted.version,
    }))
}

fn is_over(at: u64, now: u64) -> bool {
    now > at.saturating_add(UNDO_FOR)
}
