//! What a blank box does with a recovery sheet: it looks which copies are there, and makes a store of one.

use std::error::Error;
use std::path::Path;

use super::{Around, Place, Why};
use crate::drill::causes;
use crate::keys::KeyRepository;
use crate::object::Id;
use crate::repository::{Copy, Repository as _};
use crate::restic::Restic;
use crate::restoring::{self, Restored};
use crate::sheet::SheetKey;

/// The copies that a sheet leads to.
#[derive(Debug)]
pub struct Found {
    copies: Restic,
    keys: KeyRepository,
    name: String,
}

impl Found {
    /// Opens them. Blocks.
    ///
    /// # Errors
    /// See [`Why`].
    pub fn open(around: &Around, place: &Place, key: &SheetKey) -> Result<Self, Why> {
        let targets = around.targets(place, None);
        let [copies, keys] = targets.map_err(|error| logged(&error, Why::Store))?;
        let copies = Restic::open(copies, &key.of_copies(), around.names(), around.clock());
        let copies = copies.map_err(|error| logged(&error, (&error).into()))?;
        let keys = KeyRepository::open(keys, &key.of_keys(), around.names(), around.clock());
        let keys = keys.map_err(|error| logged(&error, (&error).into()))?;
        Ok(Self { copies, keys, name: around.name.clone() })
    }

    /// The copies of the store, oldest first, and how many do not open. Blocks.
    ///
    /// # Errors
    /// See [`Why`].
    pub fn copies(&self) -> Result<(Vec<Copy>, usize), Why> {
        let found = self.copies.copies().map_err(|error| logged(&error, (&error).into()))?;
        let ours = found.copies.into_iter().filter(|copy| copy.store == self.name);
        Ok((ours.collect(), found.damaged.len()))
    }

    /// Makes a store of a copy, of the newest for none, where none may be. Blocks.
    ///
    /// # Errors
    /// See [`Why`]. Nothing is there then.
    pub fn restore(&self, copy: Option<Id>, to: &Path) -> Result<Restored, Why> {
        let (copies, _) = self.copies()?;
        let wanted = copies.iter().rev().find(|one| copy.is_none_or(|id| one.id == id));
        let copy = wanted.ok_or(Why::Nothing)?;
        let restored = restoring::restore(&self.copies, copy, &self.keys, to);
        restored.map_err(|error| logged(&error, (&error).into()))
    }
}

fn logged(error: &dyn Error, why: Why) -> Why {
    tracing::warn!(error = causes(error).join(": "), "no copy is restored");
    why
}
