//! The first opening of a store that was made of a copy: new keys for the tables, for versions and seqs
//! are used again; the entry that says so, right after the last one of the copy; and whoever was signed
//! in, or held a code, is not any more. Done again where a cut came between.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use seal::audit::{Frame, Mark};
use seal::numbers::{action, outcome, table};
use seal::restored::Restored;
use seal::{RecordId, TableId};

use crate::batch::{Batch, BatchError, MAX_CHANGES};
use crate::copies::{FileError, cannot, sync_directory};
use crate::engine::EngineError;
use crate::job::CommitError;
use crate::place;
use crate::plan;
use crate::reader::Reader;
use crate::writer::Writer;
use crate::{Actor, RestoredFrom};

/// The file that says so.
const NAME: &str = "restored";

/// What signs somebody in, and the entry that says that it does not any more.
const ENDED: [(TableId, u32); 2] = [
    (table::SESSIONS, action::SESSION_REVOKED),
    (table::INVITATIONS, action::INVITATION_WITHDRAWN),
];

/// Why it was not done. The next opening does it.
#[derive(Debug, thiserror::Error)]
pub enum GoOnError {
    /// It could not be planned.
    #[error("the sessions of the copy could not be ended")]
    Batch(#[from] BatchError),
    /// It could not be written.
    #[error("that the store was restored could not be logged")]
    Commit(#[from] CommitError),
    /// It could not be read.
    #[error("the store cannot be read")]
    Read(#[from] EngineError),
}

/// Says in a store's directory what it was made of; on the disk when this returns, but for its name.
pub fn write(directory: &Path, note: &Restored) -> Result<(), FileError> {
    let path = directory.join(NAME);
    let mut options = fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(&path);
    let written = file.and_then(|mut file| {
        file.write_all(&note.encode())?;
        file.sync_all()
    });
    written.map_err(cannot("write", &path))
}

/// What the directory says, if anything; `Some(None)` where it does not read.
pub fn read(directory: &Path) -> Result<Option<Option<Restored>>, FileError> {
    let path = directory.join(NAME);
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(Restored::decode(&bytes).ok())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", &path)(error)),
    }
}

/// It is in the log now.
pub fn forget(directory: &Path) -> Result<(), FileError> {
    let path = directory.join(NAME);
    fs::remove_file(&path).map_err(cannot("remove", &path))?;
    sync_directory(directory)
}

/// Puts into the group what a first opening says. A note that does not read, or is of another chain,
/// says no less that this is a copy: only the time of it is that of the last entry then.
pub fn go_on(writer: &mut Writer, note: Option<Restored>) -> Result<RestoredFrom, GoOnError> {
    let from = match note.map(|note| said(&writer.reader, &note)).transpose()?.flatten() {
        Some(from) => from,
        None => say(writer, note)?,
    };
    for (table, action) in ENDED {
        end(writer, table, action)?;
    }
    Ok(from)
}

/// What the log says already: a cut came before the note was taken away.
fn said(reader: &Reader, note: &Restored) -> Result<Option<RestoredFrom>, EngineError> {
    let Some(next) = note.seq.checked_add(1) else { return Ok(None) };
    let frame = reader.engine.get(&place::entry(place::FRAME, next))?;
    let frame = frame.and_then(|bytes| Frame::decode(&bytes).ok());
    Ok(frame.and_then(|frame| match frame.mark {
        Mark::Restored { generation, copy } if copy == note.copy && frame.before == note.hash => {
            Some(RestoredFrom { seq: note.seq, copy, generation })
        }
        _ => None,
    }))
}

fn say(writer: &mut Writer, note: Option<Restored>) -> Result<RestoredFrom, GoOnError> {
    let (seq, hash) = (writer.head.seq, writer.head.hash);
    let note = note.filter(|note| (note.seq, note.hash) == (seq, hash));
    if note.is_none() {
        tracing::warn!("the note of the restore is damaged or of another chain");
    }
    let copy = note.map_or(writer.head.time, |note| note.copy);
    writer.new_epoch()?;
    // Two restores of one copy differ by the second.
    let seconds = u32::try_from(writer.clock.now().wall / 1_000).unwrap_or(u32::MAX);
    let generation = writer.head.generation.saturating_add(1).max(seconds);
    writer.head.generation = generation;
    let mark = Mark::Restored { generation, copy };
    writer.add_entry(mark, None, false).map_err(CommitError::Seal)?;
    Ok(RestoredFrom { seq, copy, generation })
}

/// Takes all of a table out, as its owner would. What does not open signs nobody in.
fn end(writer: &mut Writer, table: TableId, action: u32) -> Result<(), GoOnError> {
    let mut ids = BTreeSet::new();
    writer.reader.scan(&place::table(table), |key, _| {
        ids.extend(key.get(3..19).and_then(|id| id.try_into().ok()).map(RecordId));
        true
    })?;
    let ids: Vec<_> = ids.into_iter().collect();
    for some in ids.chunks(MAX_CHANGES) {
        let mut batch = Batch::new(&writer.reader, &writer.standing, Actor::default());
        batch.audit(action, outcome::ALLOWED);
        for id in some {
            match batch.delete(table, *id) {
                Ok(_) | Err(BatchError::Damaged(_) | BatchError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if batch.plans.is_empty() {
            continue;
        }
        let (mut head, now) = (writer.head.clone(), writer.clock.now().wall);
        let ring = writer.reader.keys();
        let sealed = plan::seal(batch, &mut head, &ring, &writer.digester, now);
        drop(ring);
        writer.add(sealed.map_err(CommitError::Seal)?, head);
        // A deleted record is in the history of the entry that took it.
        writer.commit()?;
        writer.standing = Default::default();
        writer.applied.clear();
    }
    Ok(())
}
