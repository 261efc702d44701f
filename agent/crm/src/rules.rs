//! What may stand in a contact. Nearly everything: a name is whatever a person is called, markup,
//! quotes and formulas are text. Refused is only what no page can show or no reader can find again, and
//! in lines what nobody sees and what makes one line look like another. A note is read as a whole, has
//! line breaks and tabs, and may hold what was pasted.

use identity::text::{is_hidden, is_seen};
use unicode_normalization::UnicodeNormalization;

use crate::contact::{ContactFields, field, field_name};

/// A note has at most this many bytes, so that a contact fits one record (65,535 bytes).
pub const NOTE_BYTES: usize = 60_000;

/// Highest number of characters of each field.
const MOST: &[(u32, usize)] = &[
    (field::NAME, 200),
    (field::COMPANY, 200),
    (field::POSITION, 200),
    (field::PHONE, 60),
    (field::EMAIL, 254),
    (field::NOTE, 20_000),
];

/// One field that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("field {field}: {reason}")]
pub struct FieldRefused {
    /// Its number.
    pub field: u32,
    /// Why.
    #[source]
    pub reason: Reason,
}

impl FieldRefused {
    /// Name of the field in the API.
    #[must_use]
    pub fn name(&self) -> &'static str {
        field_name(self.field).unwrap_or_default()
    }
}

/// Why a field is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It must be there.
    #[error("needed")]
    Required,
    /// Too many characters.
    #[error("at most {most} characters, not {has}")]
    TooLong {
        /// Highest number of characters.
        most: usize,
        /// Characters it has.
        has: usize,
    },
    /// Too many bytes as UTF-8: rare, a note of pictograms.
    #[error("at most {most} bytes, not {has}")]
    TooManyBytes {
        /// Highest number of bytes.
        most: usize,
        /// Bytes it has.
        has: usize,
    },
    /// A control character (a line break, too, where there is one line).
    #[error("character {at} is a control character")]
    Control {
        /// Which character, from 1.
        at: usize,
    },
    /// A character that nobody sees and that makes the line look like another one.
    #[error("character {at} is invisible and misleads")]
    Hidden {
        /// Which character, from 1.
        at: usize,
    },
    /// The name, the e-mail address or the telephone number of whom it is about: what is kept for ever
    /// must not have it.
    #[error("it names the person")]
    NamesPerson,
}

impl Reason {
    /// Stable code for catalogues.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong { .. } => "too-long",
            Self::TooManyBytes { .. } => "too-many-bytes",
            Self::Control { .. } => "control-character",
            Self::Hidden { .. } => "hidden-character",
            Self::NamesPerson => "names-person",
        }
    }
}

/// Checks all fields and gives them as they are kept: NFC, white space at the ends cut, line
/// breaks as `\n`.
///
/// # Errors
/// Every field that is refused, each with its first reason.
pub fn checked(mut fields: ContactFields) -> Result<ContactFields, Vec<FieldRefused>> {
    let mut refused = Vec::new();
    for (id, most) in MOST {
        let Some(text) = fields.text_mut(*id) else { continue };
        *text = kept(text, *id == field::NOTE);
        if let Some(reason) = fault(text, *id, *most) {
            refused.push(FieldRefused { field: *id, reason });
        }
    }
    if refused.is_empty() { Ok(fields) } else { Err(refused) }
}

fn kept(text: &str, is_note: bool) -> String {
    let text: String = text.trim().nfc().collect();
    if is_note { text.replace("\r\n", "\n").replace('\r', "\n") } else { text }
}

fn fault(text: &str, id: u32, most: usize) -> Option<Reason> {
    let is_note = id == field::NOTE;
    if id == field::NAME && text.is_empty() {
        return Some(Reason::Required);
    }
    let has = text.chars().count();
    if has > most {
        return Some(Reason::TooLong { most, has });
    }
    if text.len() > NOTE_BYTES {
        return Some(Reason::TooManyBytes { most: NOTE_BYTES, has: text.len() });
    }
    if is_note {
        return first(text, |c| c.is_control() && !matches!(c, '\n' | '\t'))
            .map(|at| Reason::Control { at });
    }
    misleads(text).or_else(|| (id == field::NAME && !is_seen(text)).then_some(Reason::Required))
}

/// A line that is none of a contact's fields, as it is kept: at most so many characters.
///
/// # Errors
/// Its first fault; an empty one has none.
pub(crate) fn checked_line(text: &str, most: usize) -> Result<String, Reason> {
    let text = kept(text, false);
    let has = text.chars().count();
    let long = (has > most).then_some(Reason::TooLong { most, has });
    long.or_else(|| misleads(&text)).map_or(Ok(text), Err)
}

/// What makes a line look like another one.
fn misleads(text: &str) -> Option<Reason> {
    let control = first(text, char::is_control).map(|at| Reason::Control { at });
    control.or_else(|| first(text, is_hidden).map(|at| Reason::Hidden { at }))
}

/// Which character is the first of this kind, from 1.
fn first(text: &str, bad: fn(char) -> bool) -> Option<usize> {
    text.chars().position(bad).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::ContactPatch;

    /// From the Big List of Naughty Strings' kinds, in our own words.
    const NAUGHTY: &[&str] = &[
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'; DROP TABLE contacts;--",
        "=HYPERLINK(\"http://evil\")",
        "${7*7}{{7*7}}%s%n",
        "javascript:alert(1)",
        "../../etc/passwd",
        "null",
        "undefined",
        "NaN",
        "0",
        "Z̷̛̭a̴l̶g̷o̸",
        "👩‍👩‍👧‍👦",
        "田中さん",
        "السلام عليكم",
        "\\",
        "%00",
        "O'Brien & Söhne",
    ];

    fn named(name: &str) -> ContactFields {
        ContactFields { name: name.to_owned(), ..ContactFields::default() }
    }

    #[test]
    fn naughty_strings_are_kept_as_they_are() {
        for text in NAUGHTY {
            let nfc: String = text.nfc().collect();
            let one = (*text).to_owned();
            let fields = ContactFields {
                name: one.clone(),
                company: one.clone(),
                position: one.clone(),
                phone: one.clone(),
                email: one.clone(),
                note: one,
            };
            let kept = checked(fields).unwrap();
            for (id, _) in MOST {
                assert_eq!(kept.text(*id), Some(nfc.as_str()), "{text}");
            }
        }
    }

    #[test]
    fn every_fault_is_named_at_its_field() {
        let fields = ContactFields {
            name: " \u{3000}\n".to_owned(),
            company: "张".repeat(201),
            position: "a\nb".to_owned(),
            phone: "1\u{7f}2".to_owned(),
            email: "a@b\0".to_owned(),
            note: "one\r\ntwo\tthree\u{1b}".to_owned(),
        };
        let refused = checked(fields).unwrap_err();
        let found: Vec<_> = refused.iter().map(|r| (r.name(), r.reason)).collect();
        assert_eq!(
            found,
            [
                ("name", Reason::Required),
                ("company", Reason::TooLong { most: 200, has: 201 }),
                ("position", Reason::Control { at: 2 }),
                ("phone", Reason::Control { at: 2 }),
                ("email", Reason::Control { at: 4 }),
                ("note", Reason::Control { at: 14 }),
            ]
        );
    }

    #[test]
    fn a_line_cannot_deceive_and_a_note_keeps_what_was_pasted() {
        for c in ['\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{200b}', '\u{feff}', '\u{61c}']
        {
            let text = format!("Anna{c}");
            let fields = ContactFields {
                name: text.clone(),
                company: text.clone(),
                position: text.clone(),
                phone: text.clone(),
                email: text.clone(),
                note: text.clone(),
            };
            let refused = checked(fields).unwrap_err();
            let told: Vec<_> = refused.iter().map(|one| (one.name(), one.reason)).collect();
            let lines = ["name", "company", "position", "phone", "email"];
            assert_eq!(told, lines.map(|line| (line, Reason::Hidden { at: 5 })), "{c:?}");
            let kept = checked(ContactFields { note: text.clone(), ..named("Anna") }).unwrap();
            assert_eq!(kept.note, text);
        }
        for c in ['\u{0}', '\u{1f}', '\u{7f}', '\u{85}', '\u{9f}'] {
            let refused = checked(ContactFields { note: format!("a{c}b"), ..named("Anna") });
            let reason = refused.unwrap_err().first().unwrap().reason;
            assert_eq!(reason, Reason::Control { at: 2 }, "{c:?}");
        }
        for needed in ["می\u{200c}خواهم", "क्\u{200d}ष", "👩\u{200d}👩\u{200d}👧", "שלום"]
        {
            assert_eq!(checked(named(needed)).unwrap().name, needed);
        }
    }

    #[test]
    fn a_name_is_seen() {
        for nothing in ["\u{200d}", "\u{fe0f}\u{2800}"] {
            let refused = checked(named(nothing)).unwrap_err();
            assert_eq!(refused.first().unwrap().reason, Reason::Required, "{nothing:?}");
        }
        let filler = checked(named("\u{3164}")).unwrap_err();
        assert_eq!(filler.first().unwrap().reason, Reason::Hidden { at: 1 });
    }

    #[test]
    fn limits_are_met_exactly() {
        let most = ContactFields {
            name: "张".repeat(200),
            company: "x".repeat(200),
            position: String::new(),
            phone: "1".repeat(60),
            email: "e".repeat(254),
            note: "记".repeat(20_000),
        };
        assert_eq!(checked(most.clone()), Ok(most.clone()));
        let long = ContactFields { note: "记".repeat(20_001), ..most.clone() };
        assert_eq!(
            checked(long).unwrap_err().first().unwrap().reason,
            Reason::TooLong { most: 20_000, has: 20_001 }
        );
        let heavy = ContactFields { note: "😀".repeat(15_001), ..most };
        assert_eq!(
            checked(heavy).unwrap_err().first().unwrap().reason,
            Reason::TooManyBytes { most: 60_000, has: 60_004 }
        );
    }

    #[test]
    fn the_largest_contact_fits_one_record() {
        let texts =
            MOST.iter().map(|(id, most)| if *id == field::NOTE { 60_000 } else { most * 4 });
        // Header 14, each field 7, two more fields of at most 18 bytes.
        let body = 14 + texts.map(|bytes| bytes + 7).sum::<usize>() + 2 * 25;
        assert!(body <= 65_535, "{body}");
    }

    #[test]
    fn text_is_kept_in_one_form() {
        let kept = checked(ContactFields {
            note: "  a\r\nb\rc \n".to_owned(),
            ..named(" Mu\u{308}ller ")
        });
        let kept = kept.unwrap();
        assert_eq!((kept.name.as_str(), kept.note.as_str()), ("Müller", "a\nb\nc"));
    }

    #[test]
    fn a_patch_changes_what_it_names_and_says_which() {
        let before = ContactFields { phone: "1".to_owned(), ..named("张三明") };
        let patch = ContactPatch {
            phone: Some(String::new()),
            note: Some("n".to_owned()),
            name: Some("张三明".to_owned()),
            ..ContactPatch::default()
        };
        let after = before.clone().patched(patch);
        assert_eq!(after, ContactFields { note: "n".to_owned(), ..named("张三明") });
        assert_eq!(before.changed(&after), [field::PHONE, field::NOTE]);
    }
}
