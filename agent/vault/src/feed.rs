//! What a copy of the store reads: pages of what lies there, and every change committed meanwhile. Sealed
//! bytes at places; nothing is opened, and nobody who writes waits longer than for one page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::{Change, EngineError, Page};
use crate::job::CommitError;
use crate::reader::Reader;
use crate::shared::Shared;
use crate::store::Store;

/// Bytes of changes that are kept for one who does not come for them.
pub const MOST_KEPT: usize = 16 << 20;

/// See the module. Of each reader's own: several may copy at once, to several places.
#[derive(Debug)]
pub struct Feed {
    reader: Reader,
    shared: Arc<Shared>,
    number: u64,
}

/// What was committed since the last time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// All of it, in the order of the commits; whole commits alone.
    Changes(Vec<Change>),
    /// More than is kept, or nobody asked for it to be kept: only reading everything tells.
    Lost,
}

impl Store {
    /// To copy what lies in the store.
    #[must_use]
    pub fn feed(&self) -> Feed {
        let shared = Arc::clone(self.shared());
        let number = shared.feeds().add();
        Feed { reader: self.reader().clone(), shared, number }
    }
}

impl Feed {
    /// From now on every change is kept until [`Feed::since`] takes it.
    pub fn begin(&mut self) {
        self.shared.feeds().begin(self.number);
    }

    /// What lies at `from` and after it, about 1 MiB, with everything committed so far. Blocks.
    ///
    /// # Errors
    /// [`EngineError`] when the disk cannot be read, or the store is closed.
    pub fn page(&self, from: &[u8]) -> Result<Page, EngineError> {
        self.reader.engine.scan(&[], from)
    }

    /// What was committed since [`Feed::begin`] or the last call: all that any page has shown, and no half
    /// of a commit. Blocks while one is being written.
    ///
    /// # Errors
    /// [`CommitError`] when the store is closed or its disk failed: what is on it is not known.
    pub fn since(&mut self) -> Result<Since, CommitError> {
        let taken = self.shared.feeds().take(self.number);
        match self.shared.stopped() {
            Some(error) => Err(error),
            None => Ok(taken.map_or(Since::Lost, Since::Changes)),
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.shared.feeds().remove(self.number);
    }
}

/// What is kept for all who read. Whoever commits holds it while the engine writes, so that nobody takes the
/// changes between those that a page shows already and those that it does not.
#[derive(Debug, Default)]
pub struct Feeds(Mutex<Kept>);

#[derive(Debug, Default)]
pub struct Kept {
    last: u64,
    feeds: BTreeMap<u64, Option<Pending>>,
}

/// Commits that wait for one of them.
#[derive(Debug, Default)]
struct Pending {
    commits: Vec<Arc<Vec<Change>>>,
    size: usize,
}

impl Feeds {
    pub fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn add(&mut self) -> u64 {
        self.last += 1;
        self.feeds.insert(self.last, None);
        self.last
    }

    fn remove(&mut self, number: u64) {
        self.feeds.remove(&number);
    }

    fn begin(&mut self, number: u64) {
        self.feeds.insert(number, Some(Pending::default()));
    }

    fn take(&mut self, number: u64) -> Option<Vec<Change>> {
        let pending = std::mem::take(self.feeds.get_mut(&number)?.as_mut()?);
        let commits = pending.commits.into_iter();
        Some(commits.flat_map(Arc::unwrap_or_clone).collect())
    }

    /// Whether anybody wants to know what is committed.
    pub fn is_wanted(&self) -> bool {
        self.feeds.values().any(Option::is_some)
    }

    /// This was committed.
    pub fn keep(&mut self, changes: Vec<Change>) {
        let size =
            changes.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len));
        let (size, changes) = (size.sum::<usize>(), Arc::new(changes));
        for feed in self.feeds.values_mut() {
            let Some(pending) = feed else { continue };
            pending.size += size;
            if pending.size > MOST_KEPT {
                *feed = None;
            } else {
                pending.commits.push(Arc::clone(&changes));
            }
        }
    }
}
