//! A browser that somebody signed in with, known again by a cookie: its address may change each day.

use crate::secret::Secret;

/// A browser, as budgets know it: the first half of the SHA-256 of what its cookie holds. It opens
/// nothing; whoever has the cookie of another only gets a budget of guesses of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Device([u8; 16]);

impl Device {
    /// The browser whose cookie holds this.
    #[must_use]
    pub fn of(cookie: &Secret) -> Self {
        Self(cookie.kept().first_chunk().copied().unwrap_or_default())
    }

    /// As it is kept.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// As it was kept.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}
