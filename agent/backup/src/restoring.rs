//! Makes a store of a copy and of the newest keys.

use std::path::Path;

use vault::{Made, Restoring, RestoringError};

use crate::keys::{KeyCopy, KeyRepository};
use crate::repository::{Copy, Repository, RestoreError};

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The copy.
    pub copy: Copy,
    /// The keys.
    pub keys: KeyCopy,
    /// The store.
    pub made: Made,
}

/// Why no store was restored. Nothing is there; what a cut leaves is taken away at the next try.
#[derive(Debug, thiserror::Error)]
pub enum RestoreStoreError {
    /// The copy of the store could not be read.
    #[error("the copy of the store could not be restored")]
    Records(#[source] RestoreError),
    /// The copy of its keys could not be read.
    #[error("the copy of the keys could not be restored")]
    Keys(#[source] RestoreError),
    /// The store could not be made.
    #[error("no store could be made of the copy")]
    Store(#[from] RestoringError),
}

/// Makes the store at `to` (`…/store.1`), where none may be. Its first opening says in its log that it
/// goes on from the last entry of the copy. Holds no more than some pieces at a time, and 16 bytes for
/// each person.
///
/// # Errors
/// See [`RestoreStoreError`].
pub fn restore(
    copies: &dyn Repository,
    copy: &Copy,
    keys: &KeyRepository,
    to: &Path,
) -> Result<Restored, RestoreStoreError> {
    let newest = keys.newest().map_err(RestoreStoreError::Keys)?;
    let mut new = Restoring::begin(to)?;
    let given = keys.give(newest, &mut new).map_err(RestoreStoreError::Keys).and_then(|()| {
        let taken = &mut |changes| new.changes(changes).map_err(Into::into);
        copies.restore(copy.id, taken).map_err(RestoreStoreError::Records)
    });
    if let Err(error) = given {
        if let Err(left) = new.give_up() {
            tracing::warn!(%left, "what was begun of a store is still there");
        }
        return Err(error);
    }
    let made = new.finish(copy.time)?;
    Ok(Restored { copy: copy.clone(), keys: newest, made })
}
