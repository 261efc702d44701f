//! Why a password is refused.

use std::fmt;

/// Why a password is refused. Places count characters from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// Too few characters.
    #[error("a password has at least {least} characters, this one has {has}")]
    TooShort {
        /// Lowest number of characters.
        least: usize,
        /// Characters of this one.
        has: usize,
    },
    /// Too many characters.
    #[error("a password has at most {most} characters, this one has {has}")]
    TooLong {
        /// Highest number of characters.
        most: usize,
        /// Characters of this one.
        has: usize,
    },
    /// A control character, which many keyboards cannot type.
    #[error("character {at} is a control character")]
    Control {
        /// Which character.
        at: usize,
    },
    /// A character that Unicode has not defined: it may be normalised differently one day.
    #[error("character {at} is not defined")]
    Unassigned {
        /// Which character.
        at: usize,
    },
    /// In the lists that attackers try first.
    #[error("this password is in the lists that attackers try first")]
    Common,
    /// Little more than the person's own name or the organisation's.
    #[error("this password is little more than a name that everyone knows")]
    ContainsName,
    /// A few words that many take, a year, and hardly anything else.
    #[error("this password is common words, a year and little else")]
    CommonWords,
    /// A program would guess it.
    #[error("this password can be guessed: {why}")]
    Guessable {
        /// What makes it so.
        why: Why,
    },
}

/// What makes a password easy to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Neighbouring keys.
    Keyboard,
    /// The same again and again.
    Repeats,
    /// `abc`, `6543`.
    Sequence,
    /// A year.
    Year,
    /// A date.
    Date,
    /// A single word.
    Word,
    /// A person's name.
    Name,
    /// Nearly a common password.
    Similar,
    /// Too few parts that cannot be foreseen.
    Predictable,
}

impl Why {
    /// Stable code for catalogues.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Keyboard => "keyboard",
            Self::Repeats => "repeats",
            Self::Sequence => "sequence",
            Self::Year => "year",
            Self::Date => "date",
            Self::Word => "word",
            Self::Name => "name",
            Self::Similar => "similar",
            Self::Predictable => "predictable",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl PasswordRefused {
    /// Stable code for catalogues.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too-short",
            Self::TooLong { .. } => "too-long",
            Self::Control { .. } => "control-character",
            Self::Unassigned { .. } => "unassigned-character",
            Self::Common => "common",
            Self::ContainsName => "contains-name",
            Self::CommonWords => "common-words",
            Self::Guessable { why: Why::Keyboard } => "keyboard",
            Self::Guessable { why: Why::Repeats } => "repeats",
            Self::Guessable { why: Why::Sequence } => "sequence",
            Self::Guessable { .. } => "guessable",
        }
    }
}
