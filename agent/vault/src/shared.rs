//! What the writer's thread and the handles of a store both see.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::watch;

use crate::applied::Applied;
use crate::feed::{Feeds, Kept};
use crate::head::Head;
use crate::job::CommitError;

/// Told what was written, on the writer's thread, before the answer to the write.
pub type Hook = Box<dyn Fn(&[Applied]) + Send + Sync>;

/// See the module.
pub struct Shared {
    hooks: RwLock<Vec<Hook>>,
    stopped: watch::Sender<Option<CommitError>>,
    durable: Mutex<Head>,
    feeds: Feeds,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("stopped", &self.stopped()).finish_non_exhaustive()
    }
}

impl Shared {
    /// Of a store that stands there.
    pub fn new(head: Head) -> Self {
        Self {
            hooks: RwLock::default(),
            stopped: watch::Sender::new(None),
            durable: Mutex::new(head),
            feeds: Feeds::default(),
        }
    }

    /// Adds a hook.
    pub fn hook(&self, hook: Hook) {
        self.hooks.write().unwrap_or_else(PoisonError::into_inner).push(hook);
    }

    /// Runs the hooks.
    pub fn tell(&self, applied: &[Applied]) {
        for hook in self.hooks.read().unwrap_or_else(PoisonError::into_inner).iter() {
            hook(applied);
        }
    }

    /// Why nothing is accepted any more, if so.
    pub fn stopped(&self) -> Option<CommitError> {
        self.stopped.borrow().clone()
    }

    /// Accepts nothing any more; the first reason stays, and is given back.
    pub fn fail(&self, why: CommitError) -> CommitError {
        let mut first = why.clone();
        self.stopped.send_modify(|stopped| first = stopped.get_or_insert(why).clone());
        first
    }

    /// Waits until the disk fails; for ever when it does not.
    pub async fn failed(&self) {
        let mut stopped = self.stopped.subscribe();
        let failed = stopped.wait_for(|why| *why == Some(CommitError::DiskFailed)).await.is_ok();
        if !failed {
            std::future::pending::<()>().await;
        }
    }

    /// What is kept for who copies the store.
    pub fn feeds(&self) -> MutexGuard<'_, Kept> {
        self.feeds.lock()
    }

    /// What is on the disk now.
    pub fn durable(&self, head: &Head) {
        *self.durable.lock().unwrap_or_else(PoisonError::into_inner) = head.clone();
    }

    /// The last entry that is on the disk, and what goes with it.
    pub fn tip(&self) -> Head {
        self.durable.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
