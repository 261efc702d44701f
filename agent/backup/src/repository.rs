//! What the rest of the box knows of copies; [`crate::Restic`] is the one that there is.

use std::fmt;

use crate::cipher::NoRandom;
use crate::object::{Id, Object};
use crate::source::{Source, SourceError};
use crate::stream::Change;
use crate::target::TargetError;
use crate::trial::{Protection, TrialError};

/// How much a copy reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The store from beginning to end. Only what is new is sent.
    Whole,
    /// What changed since the last copy that this process made. Nothing else is read.
    Journal,
}

impl Extent {
    /// As it stands in a snapshot's tags.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Journal => "journal",
        }
    }
}

/// What a copy did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its name.
    pub id: Id,
    /// Bytes sent to the target.
    pub sent: u64,
    /// In so many objects.
    pub objects: u64,
    /// Segments of the stream; of a journal none.
    pub segments: u64,
    /// Blobs that the target did not have.
    pub new: u64,
}

/// One copy at a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Its name.
    pub id: Id,
    /// Ms since 1970, by the clock of the box that made it.
    pub time: u64,
    /// Of which store.
    pub store: String,
    /// Whether it carried a journal on.
    pub extent: Extent,
    /// What the recovery sheet that was in force is known by.
    pub sheet: Option<String>,
}

/// All copies at a target.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Copies {
    /// Oldest first.
    pub copies: Vec<Copy>,
    /// Snapshots that do not open.
    pub damaged: Vec<Object>,
}

/// How far a check looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Whether everything that the copies need is listed with the right length.
    Listed,
    /// Every byte.
    Read,
}

/// Something wrong at a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// With which object.
    pub object: Object,
    /// What.
    pub trouble: Trouble,
    /// Files of the copies that cannot be restored any more, by path: a leaf's directory is the first
    /// place in it. At most [`MOST_NAMED`].
    pub loses: Vec<String>,
}

/// Most paths that a [`Finding`] names.
pub const MOST_NAMED: usize = 20;

/// What is wrong with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It is needed and not there.
    Missing,
    /// It is shorter or longer than was written.
    Length,
    /// Bytes were changed.
    Changed,
    /// No pack is known to hold a piece that this needs.
    Incomplete,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.trouble {
            Trouble::Missing => "is missing",
            Trouble::Length => "has the wrong length",
            Trouble::Changed => "was changed",
            Trouble::Incomplete => "needs what is not there",
        };
        write!(f, "{} {what}", self.object)?;
        if let Some((first, rest)) = self.loses.split_first() {
            write!(f, "; lost with it: {first}")?;
            for path in rest {
                write!(f, ", {path}")?;
            }
        }
        Ok(())
    }
}

/// Copies of one store at one target.
pub trait Repository: fmt::Debug + Send {
    /// Makes a copy. Unless it returns `Ok` there is none; what was sent is used by the next.
    ///
    /// # Errors
    /// See [`CopyError`].
    fn copy(&mut self, extent: Extent, source: &mut dyn Source) -> Result<Copied, CopyError>;

    /// All copies.
    ///
    /// # Errors
    /// When the target cannot be read.
    fn copies(&self) -> Result<Copies, TargetError>;

    /// Gives all that a copy holds: first everything in order of places, then the journal in order of
    /// commits, in pieces. Applied one after the other they are the store as it was.
    ///
    /// # Errors
    /// See [`RestoreError`].
    fn restore(
        &self,
        copy: Id,
        to: &mut dyn FnMut(Vec<Change>) -> Result<(), SourceError>,
    ) -> Result<(), RestoreError>;

    /// Looks for damage.
    ///
    /// # Errors
    /// When the target cannot be read; damage is in what is returned.
    fn check(&self, depth: Depth) -> Result<Vec<Finding>, TargetError>;

    /// Tries what the target lets us do with what is there. Where nothing can be taken away, an index
    /// file that lists nothing is left for good, once.
    ///
    /// # Errors
    /// See [`TrialError`].
    fn protection(&self) -> Result<Protection, TrialError>;
}

/// Why there is no repository to work with.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The target did not do it.
    #[error("the target cannot be used")]
    Target(#[from] TargetError),
    /// There is nothing yet.
    #[error("there are no copies at the target")]
    Nothing,
    /// Something is there already.
    #[error("something is at the target already: {0}")]
    Occupied(Object),
    /// No key there opens with this password.
    #[error("the password opens no key at the target")]
    WrongPassword,
    /// The key opens, and this does not.
    #[error("{0} at the target is damaged")]
    Damaged(Object),
    /// Of an older format, which we never wrote.
    #[error("the copies are of format {0}; this program knows format 2")]
    Older(u32),
    /// Of a newer format.
    #[error("the copies are of format {0}, which a newer program wrote; this one knows format 2")]
    Newer(u32),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// No key.
    #[error(transparent)]
    Key(#[from] crate::password::KeyFileError),
}

/// Why a copy was not made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The target did not do it.
    #[error("the copy could not be written")]
    Target(#[from] TargetError),
    /// The store could not be read, so what would be there is not whole.
    #[error("the store could not be read")]
    Source(#[source] SourceError),
    /// The store gave places that do not ascend, or more than the format takes.
    #[error("the store gave what cannot be copied")]
    Order,
    /// Another program works there, alone.
    #[error("{host} works at the target since {since} and wants to be alone")]
    Busy {
        /// Who.
        host: String,
        /// RFC 3339.
        since: String,
    },
    /// What a copy needs besides, as the keys, could not be copied: it would open nothing.
    #[error("what the copy needs besides could not be copied")]
    Unsettled(#[source] SourceError),
    /// A journal needs a whole copy of the same process before it.
    #[error("there is no whole copy yet that a journal could go on from")]
    NoBase,
    /// More was changed than the source keeps: only a whole copy has it all.
    #[error("more was changed than is kept for a copy; a whole one has it all")]
    Lost,
    /// No randomness.
    #[error(transparent)]
    Random(#[from] NoRandom),
}

/// Why a copy could not be restored to its end.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The target did not do it.
    #[error("the copy could not be read")]
    Target(#[from] TargetError),
    /// There is no such copy, or it is of another format.
    #[error("there is no such copy")]
    NoCopy,
    /// It does not open, or needs what is not there.
    #[error("the copy is damaged: {what} of {path}")]
    Damaged {
        /// The pack, or what is missing.
        what: String,
        /// Which file of the copy.
        path: String,
    },
    /// Of an older format, which no program wrote.
    #[error("{path} is of format {found}, which is older than any: this program knows {known}")]
    Older {
        /// Which directory of the copy.
        path: String,
        /// Its number.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// Of a newer format: a newer program restores it.
    #[error("{path} is of format {found}, which a newer program wrote: this one knows {known}")]
    Newer {
        /// Which directory of the copy.
        path: String,
        /// Its number.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// Whoever takes it could not.
    #[error("what was restored could not be taken")]
    Taken(#[source] SourceError),
}
