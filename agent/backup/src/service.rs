//! Takes copies of one store on time: a worker for each target, what they did for whoever asks, and what
//! somebody has to be told. And what a blank box does with the sheet of one.

mod blank;
mod chosen;
mod kept;
mod keyed;
mod place;
mod plan;
mod reached;
mod room;
mod why;
mod worker;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use seal::RecordId;
use vault::Store;

pub use blank::{Found, Seen};
pub use chosen::{Chosen, InvalidChosen};
pub use kept::{Drilled, Kept};
pub use place::{Bucket, Folder, InvalidPlace, Place, Rest};
pub use plan::LATE;
pub use reached::{Around, Minute, Resolve};
pub use room::has_room;
pub use why::Why;
use worker::{Command, State, Worker};

/// How long a worker waits at a stretch.
pub const STRETCH: Duration = Duration::from_secs(60);

/// What the workers need.
pub struct Parts {
    /// What is copied.
    pub store: Store,
    /// Where it lies.
    pub path: PathBuf,
    /// Where is remembered what became of copies.
    pub directory: PathBuf,
    /// Where drills restore; on the disk of the store.
    pub scratch: PathBuf,
    /// What it takes to reach a target.
    pub around: Around,
    /// [`STRETCH`], but for tests: a clock that is set meanwhile is noticed after it.
    pub stretch: Duration,
    /// Told what somebody has to know. Must not block.
    pub say: Arc<dyn Fn(Said) + Send + Sync>,
}

/// What somebody has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The way to a target is wanted.
    Wants {
        /// Its host.
        host: String,
        /// Its port.
        port: u16,
        /// What it is called.
        name: String,
    },
    /// There was no good copy for a day or more.
    Late {
        /// What the target is called.
        name: String,
        /// For how many days.
        days: u32,
    },
    /// A copy that was restored is not what it should be.
    Bad {
        /// What the target is called.
        name: String,
    },
}

/// What is under way at a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// A copy is made.
    Copying,
    /// What is old is taken away.
    Clearing,
    /// A copy is restored and compared.
    Drilling,
}

/// Nothing is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failing {
    /// Why.
    pub why: Why,
    /// Since when.
    pub since: u64,
    /// When it was tried last.
    pub last: u64,
}

/// How a target does.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// What is under way.
    pub doing: Option<Doing>,
    /// What is remembered.
    pub kept: Kept,
    /// Why nothing is copied.
    pub failing: Option<Failing>,
    /// When something is done next.
    pub next: Option<u64>,
    /// When a drill could not begin, and why.
    pub drill_failed: Option<(u64, Why)>,
}

/// All workers of a store.
pub struct Service {
    parts: Arc<Parts>,
    running: Mutex<BTreeMap<RecordId, Running>>,
    /// Workers that were told to end, each at its last step: whoever comes in its place waits for it, since two at
    /// one target are in each other's way.
    ending: Mutex<BTreeMap<RecordId, JoinHandle<()>>>,
    /// Held by the one drill that runs: two at once would need room twice.
    drills: Arc<Mutex<()>>,
}

struct Running {
    chosen: Arc<Chosen>,
    commands: Sender<Command>,
    told: Arc<Mutex<Told>>,
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("directory", &self.parts.directory).finish_non_exhaustive()
    }
}

impl Service {
    /// Without a target yet. What a drill left is taken away.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        match fs::remove_dir_all(&parts.scratch) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "what a drill left is still there");
            }
            _ => {}
        }
        Self {
            parts: Arc::new(parts),
            running: Mutex::default(),
            ending: Mutex::default(),
            drills: Arc::default(),
        }
    }

    /// Copies to this target from now on, in place of what it was.
    ///
    /// # Errors
    /// When the kernel starts no thread.
    pub fn put(&self, id: RecordId, chosen: Chosen) -> io::Result<()> {
        let mut running = self.running();
        let file = self.file(id);
        if let Some(before) = running.remove(&id) {
            if !chosen.place.is_where(&before.chosen.place) {
                // Who moves a target begins anew there; what the other place has is no copy any more.
                forget(&file);
            }
            self.ends(id, before);
        }
        let kept = Kept::read(&file);
        let (chosen, told) = (Arc::new(chosen), Told { kept: kept.clone(), ..Told::default() });
        let (commands, received) = mpsc::channel();
        let (told, ending) = (Arc::new(Mutex::new(told)), Arc::new(AtomicBool::new(false)));
        let worker = Worker {
            parts: Arc::clone(&self.parts),
            chosen: Arc::clone(&chosen),
            file,
            told: Arc::clone(&told),
            ending: Arc::clone(&ending),
            commands: received,
            feed: self.parts.store.feed(),
            drills: Arc::clone(&self.drills),
            state: State::of(kept),
        };
        let before = lock(&self.ending).remove(&id);
        let work = move || {
            if before.is_some_and(|before| before.join().is_err()) {
                tracing::error!("whoever copied here before broke");
            }
            worker.run();
        };
        let thread = Some(thread::Builder::new().name("copies".to_owned()).spawn(work)?);
        running.insert(id, Running { chosen, commands, told, ending, thread });
        Ok(())
    }

    /// Copies there no more. What is there stays.
    pub fn remove(&self, id: RecordId) {
        if let Some(before) = self.running().remove(&id) {
            self.ends(id, before);
        }
        forget(&self.file(id));
    }

    /// Has a copy made now. Whether there is such a target.
    pub fn copy(&self, id: RecordId) -> bool {
        self.command(id, Command::Copy)
    }

    /// Has a copy restored and compared now. Whether there is such a target.
    pub fn drill(&self, id: RecordId) -> bool {
        self.command(id, Command::Drill)
    }

    /// How a target does.
    #[must_use]
    pub fn told(&self, id: RecordId) -> Option<Told> {
        let running = self.running();
        let told = &running.get(&id)?.told;
        Some(lock(told).clone())
    }

    /// Ends all of it: whatever is under way stops at its next step, and is no copy.
    pub fn end(&self) {
        let running = std::mem::take(&mut *self.running());
        for (id, before) in running {
            self.ends(id, before);
        }
    }

    /// It stops at its next step.
    fn ends(&self, id: RecordId, mut before: Running) {
        if let Some(thread) = before.thread.take() {
            lock(&self.ending).insert(id, thread);
        }
    }

    fn command(&self, id: RecordId, command: Command) -> bool {
        self.running().get(&id).is_some_and(|it| it.commands.send(command).is_ok())
    }

    fn file(&self, id: RecordId) -> PathBuf {
        self.parts.directory.join(format!("{}.json", data_encoding::HEXLOWER.encode(&id.0)))
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<RecordId, Running>> {
        lock(&self.running)
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn forget(file: &Path) {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, "what was remembered of a target stays");
        }
        _ => {}
    }
}
