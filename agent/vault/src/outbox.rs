//! Takes rows out of the outbox: what changed, in order, for those outside. A row stays until it
//! was delivered, so each is given at least once.

use seal::body::Value;
use seal::numbers::{outbox as field, table};
use seal::{TableId, Version};

use crate::batch::OutboxItem;
use crate::engine::EngineError;
use crate::job::CommitError;
use crate::{Store, place};

/// A row of the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxRow {
    /// Seq of the entry that put it there.
    pub commit: u64,
    /// Its index in that entry.
    pub index: u16,
    /// What changed; `None` when the row does not open.
    pub item: Option<OutboxItem>,
}

impl Store {
    /// The oldest rows that were not delivered yet, at most `limit`. Blocks.
    ///
    /// # Errors
    /// [`EngineError`] when the disk cannot be read.
    pub fn outbox(&self, limit: usize) -> Result<Vec<OutboxRow>, EngineError> {
        let reader = self.reader();
        let mut rows = Vec::new();
        if limit == 0 {
            return Ok(rows);
        }
        reader.scan(&[place::OUTBOX], |key, row| {
            let index = key.get(9..11).and_then(|bytes| bytes.try_into().ok());
            if let (Some(commit), Some(index)) = (place::seq_of(&key), index) {
                let body = reader.keys().open(table::OUTBOX, place::id_of(&key), &[row]).ok();
                let item = body.and_then(|(_, body)| {
                    let fields = &body.fields;
                    Some(OutboxItem {
                        table: record(fields.get(&field::RECORD)?)?.0,
                        id: record(fields.get(&field::RECORD)?)?.1,
                        version: version(fields.get(&field::VERSION)?)?,
                        kind: kind(fields.get(&field::KIND)?)?,
                    })
                });
                rows.push(OutboxRow { commit, index: u16::from_be_bytes(index), item });
            }
            rows.len() < limit
        })?;
        Ok(rows)
    }

    /// Takes delivered rows out; on the disk when this returns. Seals nothing, so it has no entry.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn delivered(&self, rows: &[OutboxRow]) -> Result<(), CommitError> {
        let out = rows.iter().map(|row| (place::outbox(row.commit, row.index), None));
        let out: Vec<_> = out.collect();
        self.alone(move |writer| {
            writer.flush();
            match writer.shared.stopped() {
                Some(error) => Err(error),
                None => writer.put(out),
            }
        })
        .await?
    }
}

fn record(value: &Value) -> Option<(TableId, seal::RecordId)> {
    match value {
        Value::Link(table, id) => Some((*table, *id)),
        _ => None,
    }
}

fn version(value: &Value) -> Option<Version> {
    match value {
        Value::Integer(number) => u64::try_from(*number).ok().map(Version),
        _ => None,
    }
}

fn kind(value: &Value) -> Option<u32> {
    match value {
        Value::Choice(kind) => Some(*kind),
        _ => None,
    }
}
