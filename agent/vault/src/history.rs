//! Former versions of a record, newest first, by following what each body says of its former one.

use seal::numbers::table;
use std::sync::Arc;

use seal::body::Body;
use seal::{RecordId, TableId, Version};

use crate::Damage;
use crate::batch::{NO_FORMER, grave_of};
use crate::engine::EngineError;
use crate::log::{self, AuditEntry};
use crate::reader::{Opened, Reader};

/// One version of a record.
#[derive(Debug, Clone)]
pub struct Past {
    /// Its version; of the last one when it does not open, 0.
    pub version: Version,
    /// What it held; `None` for the version that says it was deleted.
    pub body: Result<Option<Arc<Body>>, Damage>,
    /// The entry that wrote it.
    pub entry: Option<AuditEntry>,
}

/// A deleted record.
#[derive(Debug, Clone)]
pub struct Deleted {
    /// The version that its deletion took.
    pub version: Version,
    /// When, ms since 1970; 0 when the entry does not open.
    pub at: u64,
    /// By whom.
    pub by: Option<RecordId>,
}

/// All versions, newest first, the live one included; empty when there is no such record. What
/// does not open is named and ends the list: only it knew what came before.
pub fn history(reader: &Reader, table: TableId, id: RecordId) -> Result<Vec<Past>, EngineError> {
    let mut next = match reader.live(table, id)? {
        Some(live) => live,
        None => match reader.live(table::DELETED, id)? {
            Some(grave) => grave,
            None => return Ok(Vec::new()),
        },
    };
    let mut list: Vec<Past> = Vec::new();
    loop {
        let opened = match next {
            Ok(opened) => opened,
            Err(damage) => {
                list.push(Past { version: Version(0), body: Err(damage), entry: None });
                return Ok(list);
            }
        };
        let is_grave = opened.header.table == table::DELETED && table != table::DELETED;
        if is_grave && grave_of(&opened.body) != Some(table) {
            return Ok(list);
        }
        let falls = list.last().is_none_or(|newer| opened.header.version < newer.version);
        if !falls {
            list.push(Past { version: Version(0), body: Err(Damage::Place), entry: None });
            return Ok(list);
        }
        let at = (opened.body.commit, opened.body.prev);
        list.push(Past {
            version: opened.header.version,
            body: Ok((!is_grave).then(|| opened.body.clone())),
            entry: log::entry(reader, opened.body.commit)?,
        });
        if at.1 == NO_FORMER {
            return Ok(list);
        }
        next = before(reader, at, table, id)?;
    }
}

/// A former version is of the same record, or its grave.
fn before(
    reader: &Reader,
    at: (u64, u16),
    table: TableId,
    id: RecordId,
) -> Result<Result<Opened, Damage>, EngineError> {
    match reader.former(at, table, id)? {
        Err(Damage::Place) => reader.former(at, table::DELETED, id),
        other => Ok(other),
    }
}

/// When a record was deleted and by whom; `None` when it was not.
pub fn deleted(
    reader: &Reader,
    table: TableId,
    id: RecordId,
) -> Result<Option<Deleted>, EngineError> {
    let Some(Ok(grave)) = reader.live(table::DELETED, id)? else { return Ok(None) };
    if grave_of(&grave.body) != Some(table) {
        return Ok(None);
    }
    let entry = log::entry(reader, grave.body.commit)?;
    Ok(Some(Deleted {
        version: grave.header.version,
        at: entry.as_ref().map_or(0, |entry| entry.at),
        by: entry.and_then(|entry| entry.account),
    }))
}
