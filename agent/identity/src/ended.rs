//! Sessions that are over leave the disk; when their account was last used stays with the account, so
//! that who manages people never sees that time go back.

use std::collections::BTreeMap;

use seal::RecordId;
use seal::body::Body;
use seal::numbers::table;
use vault::{Batch, BatchError};

use crate::refused::Refused;
use crate::sessions::Session;
use crate::stored::{read_owner, read_seen, set_last_used};
use crate::tick::unless_gone;

/// Sessions of one batch at most: each may change its account, too.
pub(crate) const ENDED_MOST: usize = vault::MAX_CHANGES / 2;

/// A session that is over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) id: RecordId,
    /// Its account and its last request, where they are known.
    seen: Option<(RecordId, u64)>,
}

impl Ended {
    /// One in memory.
    pub(crate) fn of(session: &Session) -> Self {
        Self { id: session.id, seen: Some((session.account, session.last_seen)) }
    }

    /// One that only the disk knows.
    pub(crate) fn read(id: RecordId, body: &Body) -> Self {
        Self { id, seen: read_owner(body).zip(read_seen(body)) }
    }
}

/// Takes sessions out.
pub(crate) fn end(batch: &mut Batch<'_>, sessions: &[Ended]) -> Result<(), Refused> {
    let mut last = BTreeMap::new();
    for session in sessions {
        unless_gone(batch.delete(table::SESSIONS, session.id))?;
        if let Some((account, at)) = session.seen {
            let known = last.entry(account).or_insert(at);
            *known = at.max(*known);
        }
    }
    for (account, at) in last {
        keep_last_used(batch, account, at)?;
    }
    Ok(())
}

/// Keeps when an account was last used. A damaged one is named elsewhere, and keeps nobody's session from
/// ending.
pub(crate) fn keep_last_used(
    batch: &mut Batch<'_>,
    account: RecordId,
    at: u64,
) -> Result<(), Refused> {
    match batch.change(table::TOTP, account, |fields| set_last_used(fields, at)) {
        Err(BatchError::Damaged(_)) => Ok(()),
        done => unless_gone(done),
    }
}
