//! Opens every live record of a table, for the views, and sums up all live parts at unlock.

use std::sync::Arc;

use seal::audit::{Frame, entry_hash};
use seal::body::Body;
use seal::{RecordId, TableId, Version, record};

use crate::digest::{Digester, Sum};
use crate::engine::EngineError;
use crate::place;
use crate::reader::Reader;
use crate::{Damage, Named};

/// What a table's live records came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Records given to the view.
    pub records: usize,
    /// Records that do not open.
    pub damaged: Vec<Named>,
    /// Records whose person was erased.
    pub dark: Vec<RecordId>,
}

/// Opens every live record of `table`, in the order of ids.
pub fn load(
    reader: &Reader,
    table: TableId,
    mut each: impl FnMut(RecordId, Version, Arc<Body>),
) -> Result<Loaded, EngineError> {
    let prefix = place::table(table);
    let mut loaded = Loaded::default();
    let mut current: Option<(RecordId, Vec<Vec<u8>>)> = None;
    let mut finish = |id: RecordId, parts: Vec<Vec<u8>>| match reader.keys().open(table, id, &parts)
    {
        Ok((header, body)) => {
            loaded.records += 1;
            each(id, header.version, Arc::new(body));
        }
        Err(Damage::Dark) => loaded.dark.push(id),
        Err(damage) => loaded.damaged.push(Named { table, id, damage }),
    };
    reader.scan(&prefix, |key, part| {
        let Some(id) = key.get(3..19).and_then(|id| id.try_into().ok()).map(RecordId) else {
            return true;
        };
        match &mut current {
            Some((same, parts)) if *same == id => parts.push(part),
            _ => {
                if let Some((id, parts)) = current.replace((id, vec![part])) {
                    finish(id, parts);
                }
            }
        }
        true
    })?;
    if let Some((id, parts)) = current {
        finish(id, parts);
    }
    Ok(loaded)
}

/// Walks the chain of frames from 0 to that of the head: the first entry that is missing, or whose
/// frame does not follow the one before. `None` when all is whole.
pub fn broken_chain(reader: &Reader, seq: u64) -> Result<Option<u64>, EngineError> {
    let store = reader.keys().store;
    let (mut next, mut before, mut broken) = (0_u64, [0; 32], None);
    reader.scan(&[place::FRAME], |key, bytes| {
        let right = place::seq_of(&key) == Some(next)
            && Frame::decode(&bytes).is_ok_and(|frame| (frame.seq, frame.before) == (next, before));
        if !right {
            broken = Some(next);
            return false;
        }
        before = entry_hash(&store, &bytes);
        next += 1;
        true
    })?;
    Ok(broken.or_else(|| (next <= seq).then_some(next)))
}

/// Everything live, summed up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// The live digest as it is.
    pub digest: Sum,
    /// Number of live parts.
    pub parts: u64,
}

/// Sums up all live parts from their clear headers and tags. Nothing is decrypted: a part whose
/// tag is untouched and whose body is not, does not open when it is loaded.
pub fn total(reader: &Reader, digester: &Digester) -> Result<Total, EngineError> {
    let mut total = Total::default();
    reader.scan(&[place::LIVE], |_, part| {
        total.parts += 1;
        if let Ok(header) = record::header(&part) {
            total.digest.add(&digester.part(&header, &part));
        }
        true
    })?;
    Ok(total)
}
