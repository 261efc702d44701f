//! A store with its keys, as what is copied: nothing is a copy before the keys that open it are at the target.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use vault::{Feed, Store};

use crate::keys::{KeyRepository, Old};
use crate::source::{Page, Since, Source, SourceError};

/// The store is about to be closed, or the target was taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("copying ends")]
pub struct Ends;

/// See [`Source`].
pub struct Keyed<'a> {
    pub store: &'a Store,
    pub feed: &'a mut Feed,
    /// What was taken of the feed to see whether there is anything.
    pub taken: &'a mut Option<Since>,
    pub keys: &'a mut KeyRepository,
    pub ending: &'a Arc<AtomicBool>,
    /// Whether the target keeps keys that should be gone.
    pub old_keys_kept: bool,
}

impl Keyed<'_> {
    /// Whether nothing was committed since the last copy.
    pub fn is_unchanged(&mut self) -> Result<bool, SourceError> {
        let seen = Source::since(self)?;
        let unchanged = matches!(&seen, Since::Changes(changes) if changes.is_empty());
        *self.taken = Some(seen);
        Ok(unchanged)
    }

    fn goes_on(&self) -> Result<(), SourceError> {
        if self.ending.load(Ordering::Relaxed) { Err(Ends.into()) } else { Ok(()) }
    }
}

impl Source for Keyed<'_> {
    fn begin(&mut self) -> Result<(), SourceError> {
        *self.taken = None;
        Source::begin(self.feed)
    }

    fn page(&mut self, from: &[u8]) -> Result<Page, SourceError> {
        self.goes_on()?;
        Source::page(self.feed, from)
    }

    fn since(&mut self) -> Result<Since, SourceError> {
        self.goes_on()?;
        match self.taken.take() {
            // More may have come since then.
            Some(Since::Changes(mut changes)) => match Source::since(self.feed)? {
                Since::Changes(more) => {
                    changes.extend(more);
                    Ok(Since::Changes(changes))
                }
                Since::Lost => Ok(Since::Lost),
            },
            Some(Since::Lost) => Ok(Since::Lost),
            None => Source::since(self.feed),
        }
    }

    fn settle(&mut self) -> Result<(), SourceError> {
        let copied = self.keys.copy(&mut self.store.key_feed())?;
        self.old_keys_kept = match copied.old {
            Ok(old) => old == Old::Kept,
            Err(error) => {
                tracing::warn!(%error, "copies of old keys were not taken away");
                self.old_keys_kept
            }
        };
        Ok(())
    }
}
