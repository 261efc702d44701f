//! sled 0.34.7 behind [`Engine`]. As shipped its `flush` is a `sync_file_range`, which no power cut
//! respects, it syncs neither `conf` nor a directory, and it may panic or hang where a disk fails
//! (FACTS, Store). So: own fdatasync after every batch, own fsync of the entries, one thread that
//! catches what comes out of it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use ::sled::{Batch, Config, Db, Mode};

use super::call::{Lost, Owner};
use super::{Change, Engine, EngineError, Page, Stop, check_bounds, disk, number, watch};

/// sled's segment, bytes: a message above a quarter of it would go into `blobs/`.
const SEGMENT: usize = 512 << 10;
/// Pages kept decoded, bytes. The views are above us; a large cache only costs memory.
const CACHE: u64 = 16 << 20;
/// A page of [`Engine::scan`] ends above this, bytes.
const SCAN: usize = 1 << 20;

/// The first key that is not the engine's own.
const OTHERS: &[u8] = &[1];

/// What differs between a box and a test.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// A call that has not come back after this is a failed write.
    pub call_limit: Duration,
    /// The same for opening, which reads the log.
    pub open_limit: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { call_limit: Duration::from_secs(60), open_limit: Duration::from_secs(600) }
    }
}

/// sled in a directory of its own.
#[derive(Debug)]
pub struct SledEngine {
    dir: PathBuf,
    options: Options,
    owner: Owner<Open>,
    /// The first reason stays.
    stop: OnceLock<Stop>,
}

/// What the thread owns.
#[derive(Debug)]
struct Open {
    db: Db,
    /// Opened before sled's first write, so that no error of the disk escapes it.
    file: File,
    /// Number of the last batch.
    number: u64,
}

impl SledEngine {
    /// Makes the directory `dir` (in one that is there) and opens an empty engine in it.
    ///
    /// # Errors
    /// [`EngineError::Io`] also when it is there already.
    pub fn create(dir: &Path, options: Options) -> Result<Self, EngineError> {
        disk::create(dir)?;
        Self::open(dir, options)
    }

    /// Opens what [`SledEngine::create`] made. Whatever it shows is on the disk.
    ///
    /// # Errors
    /// [`EngineError::Broken`] when the files are damaged, [`EngineError::Io`] when they are not
    /// there, another process has them open, or they cannot be read.
    pub fn open(dir: &Path, options: Options) -> Result<Self, EngineError> {
        let owner = Owner::start("engine").map_err(|source| no_thread(dir, source))?;
        let engine = Self { dir: dir.to_owned(), options, owner, stop: OnceLock::new() };
        let dir = engine.dir.clone();
        engine.call(options.open_limit, move |owned| {
            *owned = Some(Open::start(&dir)?);
            Ok(())
        })?;
        Ok(engine)
    }

    /// A call into sled, unless it is stopped; what it meets there may stop it.
    fn call<R: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&mut Option<Open>) -> Result<R, EngineError> + Send + 'static,
    ) -> Result<R, EngineError> {
        if let Some(stop) = self.stop.get().copied() {
            return Err(EngineError::Stopped(stop));
        }
        let broken = |what| EngineError::Broken { path: self.dir.clone(), what };
        let result = self.owner.call(limit, work).unwrap_or_else(|lost| {
            Err(broken(match lost {
                Lost::Panicked(message) => format!("it panicked: {message}"),
                Lost::Late => format!("a call did not come back in {} s", limit.as_secs()),
            }))
        });
        match &result {
            Err(EngineError::Disk { .. }) => self.stop(Stop::Disk),
            Err(EngineError::Broken { .. }) => self.stop(Stop::Broken),
            _ => {}
        }
        result
    }

    fn stop(&self, why: Stop) {
        let _ = self.stop.set(why);
    }
}

impl Engine for SledEngine {
    fn commit(&self, batch: Vec<Change>) -> Result<(), EngineError> {
        check_bounds(&batch)?;
        let dir = self.dir.clone();
        self.call(self.options.call_limit, move |owned| open_mut(owned)?.commit(&dir, batch))
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        let (dir, key) = (self.dir.clone(), key.to_owned());
        self.call(self.options.call_limit, move |owned| {
            let value = open(owned)?.db.get(&key).map_err(|error| on_read("read", &dir, error))?;
            Ok(value.map(|value| value.to_vec()))
        })
    }

    fn scan(&self, prefix: &[u8], from: &[u8]) -> Result<Page, EngineError> {
        let (dir, prefix, from) = (self.dir.clone(), prefix.to_owned(), from.to_owned());
        self.call(self.options.call_limit, move |owned| open(owned)?.scan(&dir, &prefix, from))
    }

    fn close(&self) -> Result<(), EngineError> {
        let dir = self.dir.clone();
        let result = self.call(self.options.call_limit, move |owned| match owned.take() {
            Some(open) => open.end(&dir),
            None => Ok(()),
        });
        self.stop(Stop::Closed);
        result
    }
}

fn open(owned: &Option<Open>) -> Result<&Open, EngineError> {
    owned.as_ref().ok_or(EngineError::Stopped(Stop::Closed))
}

fn open_mut(owned: &mut Option<Open>) -> Result<&mut Open, EngineError> {
    owned.as_mut().ok_or(EngineError::Stopped(Stop::Closed))
}

impl Open {
    fn start(dir: &Path) -> Result<Self, EngineError> {
        let file = disk::before_open(dir)?;
        let path = dir.join("db");
        let written = number::highest_in(&path).map_err(|source| EngineError::Io {
            doing: "read",
            path,
            source,
        })?;
        let config = Config::new()
            .path(dir)
            .cache_capacity(CACHE)
            .mode(Mode::LowSpace)
            .flush_every_ms(None)
            .segment_size(SEGMENT);
        let db = config.open().map_err(|error| on_read("open", dir, error))?;
        let last = db.get(number::KEY).map_err(|error| on_read("read", dir, error))?;
        let number = last.and_then(|bytes| number::decode(&bytes)).unwrap_or(0);
        if written > number + 1 {
            let what =
                format!("batch {written} was written and {number} is the last that it gives");
            return Err(EngineError::Broken { path: dir.to_owned(), what });
        }
        disk::no_blobs(dir)?;
        // What a killed process left in the kernel's memory becomes durable before anyone sees it.
        file.sync_data().map_err(disk::refused(&dir.join("db")))?;
        disk::sync_entries(dir)?;
        Ok(Self { db, file, number })
    }

    fn commit(&mut self, dir: &Path, batch: Vec<Change>) -> Result<(), EngineError> {
        let mut changes = Batch::default();
        for (key, value) in batch {
            match value {
                Some(value) => changes.insert(key, value),
                None => changes.remove(key),
            }
        }
        changes.insert(number::KEY, number::encode(self.number + 1));
        let written = watch::watched(&self.db, || {
            self.db.apply_batch(changes)?;
            self.db.flush()
        });
        let written = written.map_err(|source| no_thread(dir, source))?;
        self.number += 1;
        written.map_err(|error| on_write(dir, error))?;
        disk::no_blobs(dir)?;
        self.file.sync_data().map_err(disk::refused(&dir.join("db")))
    }

    fn scan(&self, dir: &Path, prefix: &[u8], from: Vec<u8>) -> Result<Page, EngineError> {
        let from = from.max(prefix.to_owned()).max(OTHERS.to_vec());
        let mut page = Page::default();
        let mut size = 0;
        for item in self.db.range(from..) {
            let (key, value) = item.map_err(|error| on_read("read", dir, error))?;
            if !key.starts_with(prefix) {
                break;
            }
            if size > SCAN {
                page.next = Some(key.to_vec());
                break;
            }
            size += key.len() + value.len();
            page.items.push((key.to_vec(), value.to_vec()));
        }
        Ok(page)
    }

    fn end(mut self, dir: &Path) -> Result<(), EngineError> {
        // A batch of nothing but its number: the last one that says something is not the last.
        self.commit(dir, Vec::new())?;
        let Self { db, file, .. } = self;
        drop(db);
        // sled writes once more when it is dropped, and a thread of its own may hold the file a
        // little longer: it is free for the next who opens it when its lock can be taken.
        file.sync_data().and_then(|()| file.lock()).map_err(disk::refused(&dir.join("db")))?;
        disk::sync_entries(dir)
    }
}

fn no_thread(dir: &Path, source: io::Error) -> EngineError {
    EngineError::Io { doing: "start a thread for", path: dir.to_owned(), source }
}

/// An error while writing: whatever it is, the batch is not known to be on the disk.
fn on_write(dir: &Path, error: ::sled::Error) -> EngineError {
    match error {
        ::sled::Error::Io(source) => disk::refused(&dir.join("db"))(source),
        other => broken(dir, &other),
    }
}

fn on_read(doing: &'static str, dir: &Path, error: ::sled::Error) -> EngineError {
    match error {
        // sled's way to say that a page ends before its length.
        ::sled::Error::Io(source) if source.kind() == io::ErrorKind::UnexpectedEof => {
            broken(dir, &source)
        }
        ::sled::Error::Io(source) => EngineError::Io { doing, path: dir.join("db"), source },
        other => broken(dir, &other),
    }
}

fn broken(dir: &Path, what: &dyn std::error::Error) -> EngineError {
    EngineError::Broken { path: dir.to_owned(), what: what.to_string() }
}
