//! Reads single records of a store that was made of a copy, beside the one that it is a copy of. Nothing is written into
//! the log of either.

use std::path::Path;
use std::sync::Arc;

use seal::body::Body;
use seal::{RecordId, TableId, Version};

use crate::engine::{Engine as _, EngineError, SledEngine};
use crate::examine::{ExamineError, Scratch, take_keys};
use crate::keyring::Keyring;
use crate::load::{self, Loaded};
use crate::reader::Reader;
use crate::{Damage, Store};

/// A store that was made of a copy, to read records of it. Whoever was erased before the copy of its keys was made is
/// dark in it.
#[derive(Debug)]
pub struct Glimpse {
    engine: Arc<SledEngine>,
    reader: Reader,
}

impl Glimpse {
    /// Gives every live record of the table that opens, in the order of ids. Blocks.
    ///
    /// # Errors
    /// When the disk cannot be read.
    pub fn load(
        &self,
        table: TableId,
        each: impl FnMut(RecordId, Version, Arc<Body>),
    ) -> Result<Loaded, EngineError> {
        load::load(&self.reader, table, each)
    }

    /// A live record, or why it does not open; none where there was none. Blocks.
    ///
    /// # Errors
    /// When the disk cannot be read.
    pub fn record(
        &self,
        table: TableId,
        id: RecordId,
    ) -> Result<Option<Result<Arc<Body>, Damage>>, EngineError> {
        let opened = self.reader.live(table, id)?;
        Ok(opened.map(|opened| opened.map(|opened| opened.body)))
    }
}

impl Drop for Glimpse {
    fn drop(&mut self) {
        self.reader.change_keys(Keyring::wipe);
        if let Err(error) = self.engine.close() {
            tracing::warn!(%error, "a store in scratch space was not closed");
        }
    }
}

impl Store {
    /// Opens a store in scratch space that was made of a copy of this one, to read records of it. Blocks; holds
    /// the keys of all persons twice from then on.
    ///
    /// # Errors
    /// See [`ExamineError`].
    pub fn look_into(&self, path: &Path) -> Result<Glimpse, ExamineError> {
        let Scratch { engine, reader, found, .. } = self.scratch(path)?;
        let glimpse = Glimpse { engine, reader };
        take_keys(&glimpse.reader, found)?;
        Ok(glimpse)
    }
}
