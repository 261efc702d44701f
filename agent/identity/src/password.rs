//! What a password must be.
//!
//! Length and resistance to guessing, no rules on kinds of characters: NIST SP 800-63B §5.1.1.2.
//! Normalised by NFKC, so that it can be typed on any keyboard. `judge` decides; what it looks for
//! stands in lists of its own.

mod common;
mod judge;
mod refused;
mod sequences;
mod words;

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

pub use refused::{PasswordRefused, Why};

/// A password has at least this many characters.
pub const PASSWORD_LEAST: usize = 12;
/// And at most this many: more is not safer, only slower.
pub const PASSWORD_MOST: usize = 256;

/// A password as typed. Wiped from memory when dropped, never printed.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl From<String> for Password {
    fn from(typed: String) -> Self {
        let typed = Zeroizing::new(typed);
        // Longer than any accepted one in any normal form: not worth normalising.
        if typed.len() > PASSWORD_MOST * 16 {
            return Self(typed);
        }
        Self(Zeroizing::new(typed.nfkc().collect()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Password {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// It is longer than any that was ever accepted, so it is wrong without trying.
    pub(crate) fn is_absurd(&self) -> bool {
        self.0.len() > PASSWORD_MOST * 16
    }

    /// Checks a password that somebody wants to set. `known` are words that everyone knows of
    /// them: their name, the organisation's.
    ///
    /// # Errors
    /// [`PasswordRefused`] says what is wrong.
    pub fn check(&self, known: &[&str]) -> Result<(), PasswordRefused> {
        judge::judge(&self.0, known)
    }
}

#[cfg(test)]
mod tests;
