//! Requests that were answered: the same one again makes nothing new, for a day.

use std::collections::BTreeMap;

use seal::body::Value;
use seal::numbers::{action, idempotency, outcome, table};
use seal::{RecordId, TableId};
use vault::{Batch, BatchError, KeyOf};

use crate::due::Due;
use crate::stored::instant;

/// How long a request is known again, ms.
pub const REPEATED_FOR: u64 = 24 * 60 * 60 * 1_000;
/// The oldest is this much over before any are forgotten, ms: one entry of the log for many.
const FORGET_AFTER: u64 = 60 * 60 * 1_000;

const TABLE: TableId = table::IDEMPOTENCY;

/// What makes a repeated request the same request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// Key that the client chose.
    pub key: [u8; 16],
    /// SHA-256 of method, path and body.
    pub request: [u8; 32],
}

/// Why a key is refused.
#[derive(Debug, thiserror::Error)]
pub enum KeyRefused {
    /// It came before: from another account, or with another request.
    #[error("this request's key was used by another request")]
    Used,
    /// The store refused.
    #[error("the store refused the key")]
    Batch(#[from] BatchError),
}

/// Keys to be forgotten now, of all that there are by when they came.
pub(crate) fn over(answered: &Due, now: u64) -> Vec<RecordId> {
    let limit = now.saturating_sub(REPEATED_FOR);
    match answered.oldest() {
        Some(oldest) if oldest < limit.saturating_sub(FORGET_AFTER) => answered.before(limit),
        _ => Vec::new(),
    }
}

/// What the same request of the same account made before.
///
/// # Errors
/// [`KeyRefused`].
pub fn earlier(
    batch: &Batch<'_>,
    of: TableId,
    repeat: &Repeat,
    account: RecordId,
) -> Result<Option<RecordId>, KeyRefused> {
    let Some((_, body)) = batch.get(TABLE, RecordId(repeat.key))? else { return Ok(None) };
    let has = |field: u32, value: &Value| body.fields.get(&field) == Some(value);
    let same = has(idempotency::ACCOUNT, &Value::Link(table::ACCOUNTS, account))
        && has(idempotency::REQUEST, &Value::Bytes(repeat.request.to_vec()));
    match body.fields.get(&idempotency::RECORD) {
        Some(Value::Link(table, id)) if same && *table == of => Ok(Some(*id)),
        _ => Err(KeyRefused::Used),
    }
}

/// Keeps that the request made a record, under `key`: that of the record, so that it goes with it.
///
/// # Errors
/// [`KeyRefused`].
pub fn keep(
    batch: &mut Batch<'_>,
    of: TableId,
    repeat: &Repeat,
    account: RecordId,
    made: RecordId,
    key: KeyOf,
    now: u64,
) -> Result<(), KeyRefused> {
    let fields = BTreeMap::from([
        (idempotency::ACCOUNT, Value::Link(table::ACCOUNTS, account)),
        (idempotency::REQUEST, Value::Bytes(repeat.request.to_vec())),
        (idempotency::STATUS, Value::Integer(201)),
        (idempotency::RECORD, Value::Link(of, made)),
        (idempotency::AT, instant(now)),
    ]);
    match batch.put(TABLE, RecordId(repeat.key), fields, key) {
        Ok(_) => Ok(()),
        // A request of more than a day ago had it.
        Err(BatchError::Deleted) => Err(KeyRefused::Used),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn forget(batch: &mut Batch<'_>, over: Vec<RecordId>) -> Result<(), BatchError> {
    for id in over {
        match batch.delete(TABLE, id) {
            Ok(_) | Err(BatchError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    batch.audit(action::REQUESTS_FORGOTTEN, outcome::ALLOWED);
    Ok(())
}
