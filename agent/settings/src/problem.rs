//! What is wrong with a document: the field and the reason.
//! A refused document comes with all of its problems, so that nobody has to try again and again.

use std::fmt;

use crate::{Language, Reason};

/// One thing wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a JSON pointer (RFC 6901): `/zones/office/vlan`; empty for the whole document.
    pub field: String,
    /// Why.
    pub reason: Reason,
}

impl Problem {
    /// Field and reason in words, for a person.
    pub fn text(&self, language: Language) -> String {
        let reason = self.reason.text(language);
        match (self.field.is_empty(), language) {
            (true, _) => reason,
            (false, Language::English) => format!("{}: {reason}", self.field),
            (false, Language::Chinese) => format!("{}：{reason}", self.field),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::English))
    }
}

/// Where we are in the document while it is read or checked.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// The document.
    Root,
    /// A field of an object.
    Field(&'a Place<'a>, &'a str),
    /// An entry of a list.
    Entry(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// Longest part of a pointer that is shown; keys come from outside.
    const SHOWN: usize = 64;

    pub(crate) fn field<'a>(&'a self, name: &'a str) -> Place<'a> {
        Place::Field(self, name)
    }

    pub(crate) fn entry(&self, index: usize) -> Place<'_> {
        Place::Entry(self, index)
    }

    pub(crate) fn problem(&self, reason: Reason) -> Problem {
        let mut field = String::new();
        self.write(&mut field);
        Problem { field, reason }
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Root => {}
            Self::Field(parent, name) => {
                parent.write(out);
                out.push('/');
                for c in name.chars().take(Self::SHOWN) {
                    match c {
                        '~' => out.push_str("~0"),
                        '/' => out.push_str("~1"),
                        c if c.is_control() => out.push('\u{fffd}'),
                        c => out.push(c),
                    }
                }
                if name.chars().nth(Self::SHOWN).is_some() {
                    out.push('…');
                }
            }
            Self::Entry(parent, index) => {
                parent.write(out);
                out.push('/');
                out.push_str(&index.to_string());
            }
        }
    }
}
