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
    /// What the sheet is known by.
    sheet: String,
}

/// The copies of a store at a target.
#[derive(Debug)]
pub struct Seen {
    /// Oldest first.
    pub copies: Vec<Copy>,
    /// How many do not open.
    pub damaged: usize,
    /// Another sheet was in force when the newest of them was made.
    pub void: bool,
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
        Ok(Self { copies, keys, name: around.name.clone(), sheet: place.sheet_mark() })
    }

    /// The copies of the store. Blocks.
    ///
    /// # Errors
    /// See [`Why`].
    pub fn copies(&self) -> Result<Seen, Why> {
        let found = self.copies.copies().map_err(|error| logged(&error, (&error).into()))?;
        let ours = found.copies.into_iter().filter(|copy| copy.store == self.name);
        let copies: Vec<Copy> = ours.collect();
        let newest = copies.last().and_then(|copy| copy.sheet.as_ref());
        let void = newest.is_some_and(|sheet| *sheet != self.sheet);
        Ok(Seen { copies, damaged: found.damaged.len(), void })
    }

    /// Makes a store of a copy, of the newest for none, where none may be. Blocks.
    ///
    /// # Errors
    /// See [`Why`]. Nothing is there then.
    pub fn restore(&self, copy: Option<Id>, to: &Path) -> Result<Restored, Why> {
        let Seen { copies, .. } = self.copies()?;
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
