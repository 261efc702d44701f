//! Records of a table by an instant of theirs, in memory: so that what is over leaves the store without
//! the whole table being read each minute.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use seal::body::Body;
use seal::{RecordId, TableId};
use vault::engine::EngineError;
use vault::{Applied, MAX_CHANGES, Store};

use crate::stored::read_instant;

/// The records. One whose instant cannot be read is older than all.
#[derive(Debug)]
pub(crate) struct Due {
    table: TableId,
    field: u32,
    all: Mutex<All>,
}

#[derive(Debug, Default)]
struct All {
    by_time: BTreeSet<(u64, RecordId)>,
    times: HashMap<RecordId, u64>,
}

impl Due {
    /// Those of this table, by this field. Blocks.
    pub(crate) fn load(store: &Store, table: TableId, field: u32) -> Result<Self, EngineError> {
        let due = Self { table, field, all: Mutex::default() };
        store.load(table, |id, _, body: Arc<Body>| due.put(id, &body))?;
        Ok(due)
    }

    /// Follows what was written.
    pub(crate) fn apply(&self, changes: &[Applied]) {
        for change in changes.iter().filter(|change| change.table == self.table) {
            match &change.body {
                Some(body) => self.put(change.id, body),
                None => self.all().remove(change.id),
            }
        }
    }

    /// When the oldest is due, ms since 1970.
    pub(crate) fn oldest(&self) -> Option<u64> {
        self.all().by_time.first().map(|(at, _)| *at)
    }

    /// Those due before this, ms since 1970, at most as many as one batch takes.
    pub(crate) fn before(&self, time: u64) -> Vec<RecordId> {
        let all = self.all();
        let due = all.by_time.iter().take_while(|(at, _)| *at < time);
        due.map(|(_, id)| *id).take(MAX_CHANGES).collect()
    }

    fn put(&self, id: RecordId, body: &Body) {
        let at = read_instant(body, self.field).unwrap_or_default();
        let mut all = self.all();
        all.remove(id);
        all.by_time.insert((at, id));
        all.times.insert(id, at);
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl All {
    fn remove(&mut self, id: RecordId) {
        if let Some(at) = self.times.remove(&id) {
            self.by_time.remove(&(at, id));
        }
    }
}
