//! What is copied: a store that goes on being written to meanwhile. The vault is one.

use std::error::Error;

pub use vault::Since;
pub use vault::engine::Page;

/// Why a source could not be read.
pub type SourceError = Box<dyn Error + Send + Sync>;

/// A store, read from beginning to end while others write. What a page shows may be older or newer
/// than the page before; all changes since [`Source::begin`], applied over the pages, give exactly
/// what the store held at the last of them. So nobody waits for a copy.
pub trait Source {
    /// From now on every committed change is kept, until [`Source::since`] takes it.
    ///
    /// # Errors
    /// See [`SourceError`].
    fn begin(&mut self) -> Result<(), SourceError>;

    /// What lies at `from` and after it.
    ///
    /// # Errors
    /// See [`SourceError`].
    fn page(&mut self, from: &[u8]) -> Result<Page, SourceError>;

    /// What was committed since [`Source::begin`] or the last call. Where it is [`Since::Lost`] it stays so
    /// until the next [`Source::begin`].
    ///
    /// # Errors
    /// See [`SourceError`].
    fn since(&mut self) -> Result<Since, SourceError>;

    /// Everything was read and sent, and the copy is about to be there: what it needs besides is safe when
    /// this returns, or there is no copy.
    ///
    /// # Errors
    /// See [`SourceError`].
    fn settle(&mut self) -> Result<(), SourceError> {
        Ok(())
    }
}

impl Source for vault::Feed {
    fn begin(&mut self) -> Result<(), SourceError> {
        Self::begin(self);
        Ok(())
    }

    fn page(&mut self, from: &[u8]) -> Result<Page, SourceError> {
        Ok(Self::page(self, from)?)
    }

    fn since(&mut self) -> Result<Since, SourceError> {
        Ok(Self::since(self)?)
    }
}
