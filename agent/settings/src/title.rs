//! Names that people give to lists of their own, in their own script: "Printers", "打印机".

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::Reason;

/// 1 to 32 characters, none of them a control or formatting character, no space at either end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Title(String);

/// What a person notes beside a rule: like a title, up to 200 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Note(String);

impl Title {
    /// Most characters.
    pub const MAX: usize = 32;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Note {
    /// Most characters.
    pub const MAX: usize = 200;

    /// The note as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Title {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        shown(text, Self::MAX).map(Self).ok_or(Reason::TitleInvalid { max: Self::MAX })
    }
}

impl FromStr for Note {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        shown(text, Self::MAX).map(Self).ok_or(Reason::NoteInvalid { max: Self::MAX })
    }
}

/// The text, when it can be shown as one short line.
pub(crate) fn shown(text: &str, max: usize) -> Option<String> {
    let length = text.chars().count();
    let ok = (1..=max).contains(&length) && text.trim() == text && !text.chars().any(is_hidden);
    ok.then(|| text.to_owned())
}

/// Characters that cannot be seen, or that turn round how their neighbours are seen.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        // U+200C and U+200D are not among them: scripts and emoji are written with them.
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}')
}

impl fmt::Display for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Title {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Serialize for Note {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
