//! Former versions of a record, newest first, by following what each body says of its former one.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use seal::body::Body;
use seal::numbers::table;
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
    /// Where it is; none of the newest, which is where the record is.
    pub at: Option<Former>,
}

/// Where a former version is: a list that was not shown to its end goes on there. As text it may be given
/// to anybody: it opens versions of the one record that is asked for, and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Former {
    commit: u64,
    place: u16,
}

impl fmt::Display for Former {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.commit, self.place)
    }
}

/// The text is not where a version could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no place of a version")]
pub struct NoFormer;

impl FromStr for Former {
    type Err = NoFormer;

    fn from_str(text: &str) -> Result<Self, NoFormer> {
        let (commit, place) = text.split_once('-').ok_or(NoFormer)?;
        let commit = commit.parse().map_err(|_| NoFormer)?;
        Ok(Self { commit, place: place.parse().map_err(|_| NoFormer)? })
    }
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

/// A person who was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// When, ms since 1970; 0 when the entry does not open.
    pub at: u64,
    /// By whom.
    pub by: Option<RecordId>,
}

/// Versions, newest first, the live one included, so many at most; of those before it from a place of an
/// earlier list. Empty when there is no such record. What does not open is named and ends the list: only
/// it knew what came before.
pub fn history(
    reader: &Reader,
    table: TableId,
    id: RecordId,
    from: Option<Former>,
    most: usize,
) -> Result<Vec<Past>, EngineError> {
    let newest = match reader.live(table, id)? {
        Some(live) => live,
        None => match reader.live(table::DELETED, id)? {
            Some(grave) => grave,
            None => return Ok(Vec::new()),
        },
    };
    let mut at = from;
    let mut next = match from {
        Some(former) => before(reader, former, table, id)?,
        None => newest,
    };
    let mut list: Vec<Past> = Vec::new();
    while list.len() < most {
        let unknown = |damage| Past { version: Version(0), body: Err(damage), entry: None, at };
        let opened = match next {
            Ok(opened) => opened,
            Err(damage) => {
                list.push(unknown(damage));
                return Ok(list);
            }
        };
        let is_grave = opened.header.table == table::DELETED && table != table::DELETED;
        if is_grave && grave_of(&opened.body) != Some(table) {
            return Ok(list);
        }
        let falls = list.last().is_none_or(|newer| opened.header.version < newer.version);
        if !falls {
            list.push(unknown(Damage::Place));
            return Ok(list);
        }
        let former = Former { commit: opened.body.commit, place: opened.body.prev };
        list.push(Past {
            version: opened.header.version,
            body: Ok((!is_grave).then(|| opened.body.clone())),
            entry: log::entry(reader, opened.body.commit)?,
            at,
        });
        if former.place == NO_FORMER || list.len() == most {
            return Ok(list);
        }
        at = Some(former);
        next = before(reader, former, table, id)?;
    }
    Ok(list)
}

/// A former version is of the same record, or its grave.
fn before(
    reader: &Reader,
    at: Former,
    table: TableId,
    id: RecordId,
) -> Result<Result<Opened, Damage>, EngineError> {
    let at = (at.commit, at.place);
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

/// When a person was erased and by whom; `None` when they were not.
pub fn erased(reader: &Reader, person: RecordId) -> Result<Option<Erased>, EngineError> {
    let Some(Ok(opened)) = reader.live(table::ERASED, person)? else { return Ok(None) };
    let entry = log::entry(reader, opened.body.commit)?;
    Ok(Some(Erased {
        at: entry.as_ref().map_or(0, |entry| entry.at),
        by: entry.and_then(|entry| entry.account),
    }))
}
