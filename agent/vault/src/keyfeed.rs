//! What a copy of the keys reads: the key file, and the persons' keys in pieces of 4,096 slots. Each is read
//! on the writer's thread, so none is half written; nobody who writes waits longer than for one piece.

use crate::Store;
use crate::copies::FileError;
use crate::job::CommitError;
use crate::keyfile::KeyFileError;
use crate::writer::Writer;

/// See the module.
#[derive(Debug, Clone)]
pub struct KeyFeed(Store);

/// Where the keys stand: two that are equal, of one process, are of the same keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyStamp {
    /// Generation of the key file.
    pub file: u64,
    /// How often persons' keys were written since the store was opened.
    pub persons: u64,
}

/// Why the keys could not be read.
#[derive(Debug, thiserror::Error)]
pub enum KeyFeedError {
    /// The store is closed or failed.
    #[error("the store gives no keys any more")]
    Commit(#[from] CommitError),
    /// The persons' keys could not be read.
    #[error("the persons' keys cannot be read")]
    File(#[from] FileError),
    /// The key file could not be given.
    #[error("the key file cannot be given")]
    Keys(#[from] KeyFileError),
}

impl Store {
    /// To copy the store's keys, as they are wrapped on the disk.
    #[must_use]
    pub fn key_feed(&self) -> KeyFeed {
        KeyFeed(self.clone())
    }
}

impl KeyFeed {
    /// Where they stand now. Blocks.
    ///
    /// # Errors
    /// See [`KeyFeedError`].
    pub fn stamp(&self) -> Result<KeyStamp, KeyFeedError> {
        self.ask(|writer| {
            let (file, persons) = (writer.keyfile.generation(), writer.persons.writes());
            Ok(KeyStamp { file, persons })
        })
    }

    /// The key file. Blocks.
    ///
    /// # Errors
    /// See [`KeyFeedError`].
    pub fn keys(&self) -> Result<Vec<u8>, KeyFeedError> {
        self.ask(|writer| Ok(writer.keyfile.bytes()?))
    }

    /// A piece of the persons' keys; `None` behind the last. Blocks.
    ///
    /// # Errors
    /// See [`KeyFeedError`].
    pub fn persons(&self, segment: u64) -> Result<Option<Vec<u8>>, KeyFeedError> {
        self.ask(move |writer| Ok(writer.persons.segment(segment)?))
    }

    fn ask<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<R, KeyFeedError> + Send + 'static,
    ) -> Result<R, KeyFeedError> {
        self.0.blocking(move |writer| match writer.shared.stopped() {
            Some(error) => Err(error.into()),
            None => work(writer),
        })?
    }
}
