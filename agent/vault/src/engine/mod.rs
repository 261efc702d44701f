//! Where the sealed bytes lie: an ordered map from keys to values that commits one batch at a time.
//! [`Engine`] is the whole of it, four calls, so that another engine can take its place;
//! [`SledEngine`] is sled 0.34 with what it lacks to survive a power cut (decision 0002, Engine).
//! An engine sees ciphertext only and knows nothing of records.

mod call;
mod disk;
mod number;
mod sled;
mod watch;

pub use self::sled::{Options, SledEngine};

use std::fmt;
use std::io;
use std::path::PathBuf;

/// One change of a batch: the key, and its new value or `None` to take it away.
pub type Change = (Vec<u8>, Option<Vec<u8>>);

/// Longest key, bytes.
pub const MAX_KEY: usize = 32;
/// Longest value, bytes: one sealed piece of a record (64 + 5,120 + 16). Longer ones would make
/// sled move pages into files it does not sync.
pub const MAX_VALUE: usize = 5_200;
/// Most keys and values of one batch together, bytes.
pub const MAX_BATCH: usize = 4 << 20;

/// An ordered map on a disk. Every call blocks, and may be made from any thread. Keys that begin
/// with a zero byte are the engine's own.
///
/// After [`EngineError::Disk`] and [`EngineError::Broken`] every call is refused with
/// [`EngineError::Stopped`]: what the disk holds is not known any more until it is opened again.
pub trait Engine: fmt::Debug + Send + Sync {
    /// Writes all changes or none, and returns once they are on the disk (survive a power cut).
    /// Of two changes of one key the later counts.
    ///
    /// # Errors
    /// [`EngineError::TooLarge`]: nothing was written, the engine goes on. Any other error: the
    /// batch may or may not be there after the next opening, whole or not at all.
    fn commit(&self, batch: Vec<Change>) -> Result<(), EngineError>;

    /// The value of a key, with everything committed so far.
    ///
    /// # Errors
    /// [`EngineError::Io`] when the disk cannot be read, [`EngineError::Broken`] when what it
    /// gives is damaged.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError>;

    /// Keys that begin with `prefix` and are not below `from`, ascending, about 1 MiB of them.
    /// To go on, call again with `from` = [`Page::next`].
    ///
    /// # Errors
    /// As [`Engine::get`].
    fn scan(&self, prefix: &[u8], from: &[u8]) -> Result<Page, EngineError>;

    /// Ends it: all is on the disk and the files are free for others. Every later call is refused.
    ///
    /// # Errors
    /// [`EngineError::Disk`] when the disk refused the last sync.
    fn close(&self) -> Result<(), EngineError>;
}

/// Some keys with their values, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Key and value.
    pub items: Vec<(Vec<u8>, Vec<u8>)>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Vec<u8>>,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The disk refused a write or a sync. Nothing is acknowledged any more until reopened.
    #[error(
        "the disk refused to write {path}; nothing is accepted until the store is opened again"
    )]
    Disk {
        /// File or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The engine panicked, did not come back in time, or its files are damaged.
    #[error("the engine in {path} is broken: {what}; the way back is the newest copy of the store")]
    Broken {
        /// Its directory.
        path: PathBuf,
        /// What was seen.
        what: String,
    },
    /// A file could not be made, opened or read. Nothing was changed.
    #[error("cannot {doing} {path}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// File or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A key, value or batch above its bound. Nothing was written.
    #[error("a {what} of {size} bytes; at most {limit} are taken")]
    TooLarge {
        /// `key`, `value` or `batch`.
        what: &'static str,
        /// Its size, bytes.
        size: usize,
        /// The bound, bytes.
        limit: usize,
    },
    /// Refused, because of what happened before.
    #[error("refused: {0}")]
    Stopped(Stop),
}

/// What stopped an engine for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A write or sync failed earlier.
    Disk,
    /// It broke earlier.
    Broken,
    /// It was closed.
    Closed,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disk => "the disk failed earlier, open the store again",
            Self::Broken => "the engine broke earlier, open the store again",
            Self::Closed => "the engine is closed",
        })
    }
}

/// Refuses what is above the bounds.
fn check_bounds(batch: &[Change]) -> Result<(), EngineError> {
    let mut total = 0;
    for (key, value) in batch {
        let value = value.as_ref().map_or(0, Vec::len);
        within("key", key.len(), MAX_KEY)?;
        within("value", value, MAX_VALUE)?;
        total += key.len() + value;
    }
    within("batch", total, MAX_BATCH)
}

fn within(what: &'static str, size: usize, limit: usize) -> Result<(), EngineError> {
    if size > limit { Err(EngineError::TooLarge { what, size, limit }) } else { Ok(()) }
}
