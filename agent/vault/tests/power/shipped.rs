//! sled as it is shipped, behind the same four calls: the control that shows that the tests can fail.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use vault::engine::{Change, Engine, EngineError, Page, Stop};

#[derive(Debug)]
struct Shipped {
    path: PathBuf,
    db: Mutex<Option<sled::Db>>,
}

/// Opens or makes it, with its own settings.
pub fn open(store: &Path) -> Result<Box<dyn Engine>, EngineError> {
    let path = store.join("db");
    let db = guarded(&path, || sled::Config::new().path(&path).flush_every_ms(None).open())?;
    Ok(Box::new(Shipped { path, db: Mutex::new(Some(db)) }))
}

fn guarded<T>(path: &Path, call: impl FnOnce() -> sled::Result<T>) -> Result<T, EngineError> {
    let broken = |what| EngineError::Broken { path: path.to_owned(), what };
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(|error| broken(error.to_string())),
        Err(_) => Err(broken("it panicked".to_owned())),
    }
}

impl Shipped {
    fn with<T>(&self, call: impl FnOnce(&sled::Db) -> sled::Result<T>) -> Result<T, EngineError> {
        let db = self.db.lock().unwrap();
        let db = db.as_ref().ok_or(EngineError::Stopped(Stop::Closed))?;
        guarded(&self.path, || call(db))
    }
}

impl Engine for Shipped {
    fn commit(&self, batch: Vec<Change>) -> Result<(), EngineError> {
        self.with(|db| {
            let mut changes = sled::Batch::default();
            for (key, value) in batch {
                match value {
                    Some(value) => changes.insert(key, value),
                    None => changes.remove(key),
                }
            }
            db.apply_batch(changes)?;
            db.flush().map(drop)
        })
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.with(|db| Ok(db.get(key)?.map(|value| value.to_vec())))
    }

    fn scan(&self, prefix: &[u8], _: &[u8]) -> Result<Page, EngineError> {
        self.with(|db| {
            let items =
                db.scan_prefix(prefix).map(|item| item.map(|(k, v)| (k.to_vec(), v.to_vec())));
            Ok(Page { items: items.collect::<sled::Result<_>>()?, next: None })
        })
    }

    fn close(&self) -> Result<(), EngineError> {
        drop(self.db.lock().unwrap().take());
        // A thread of sled's may hold the file a little longer; the next who opens it must not meet it.
        let path = self.path.join("db");
        let free = File::open(&path).and_then(|file| file.lock());
        free.map_err(|source| EngineError::Io { doing: "wait for", path, source })
    }
}
