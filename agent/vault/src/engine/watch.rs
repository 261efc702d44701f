//! Wakes who waits in sled for a write that failed. sled writes in threads of its own and keeps the
//! first error of them. Where the write was the first piece of a batch it tells nobody
//! (`exit_reservation` in its `logger.rs`): `flush` then waits for ever, unless another write ends
//! later. It also holds a lock of the whole process meanwhile, and the files.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, Builder};
use std::time::Duration;

use ::sled::Db;

/// How often it looks, and so how much later an error is told at most.
const LOOK: Duration = Duration::from_millis(100);

/// Does `work` in this thread, and looks after `db` for as long as it takes.
///
/// # Errors
/// When no thread can be started; nothing was done then.
pub fn watched<R>(db: &Db, work: impl FnOnce() -> R) -> io::Result<R> {
    thread::scope(|scope| {
        let (working, over) = mpsc::channel::<()>();
        Builder::new().name("engine-watch".to_owned()).spawn_scoped(scope, move || {
            while over.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                wake_after_an_error(db);
            }
        })?;
        let result = work();
        drop(working);
        Ok(result)
    })
}

/// With an error kept, sled refuses to wait for any position of the log, and wakes all who do. This
/// takes none of its locks that a waiting thread holds, as `Db::flush` would.
fn wake_after_an_error(db: &Db) {
    if db.context.global_error().is_err() {
        let refused = db.context.pagecache.log.make_stable(i64::MAX);
        tracing::warn!(?refused, "a write failed; the engine's waiting calls are ended");
    }
}
