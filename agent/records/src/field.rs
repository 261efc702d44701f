//! What a table knows of its fields, and which of them a reader may see.
//!
//! A mask is a list of what is **allowed**. A field that somebody adds later is hidden until a
//! role names it; a list of what is forbidden would show it to everyone.

use std::collections::BTreeSet;

use seal::RecordId;

/// One field of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Number of the field in a body (0002); never used again for another meaning.
    pub id: u32,
    /// Name in the API, camelCase.
    pub name: &'static str,
    /// What it holds, and so how it is sorted and searched.
    pub kind: Kind,
    /// It says something of a person and goes dark with that person's key.
    pub person_data: bool,
}

/// How a field is sorted, filtered and searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Name of a person: as `Line`, and a Chinese surname is read as one (单 is Shan, 曾 is Zeng).
    Name,
    /// One line of text, found by its letters, by pinyin and by initials.
    Line,
    /// Text found by its letters only (an e-mail address).
    Plain,
    /// Telephone number: spaces, hyphens and brackets count for nothing.
    Phone,
    /// Many lines: found, never sorted by.
    Long,
    /// Milliseconds since 1970.
    Instant,
    /// Whole number.
    Integer,
    /// Another record.
    Link,
}

impl Kind {
    /// It holds text, so it can be searched.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Name | Self::Line | Self::Plain | Self::Phone | Self::Long)
    }

    /// It holds a number, so it can be compared.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Instant | Self::Integer)
    }

    /// Rows can be put in order by it.
    #[must_use]
    pub fn is_sortable(self) -> bool {
        !matches!(self, Self::Long | Self::Link)
    }

    /// Chinese text in it is found by pinyin.
    #[must_use]
    pub fn has_pinyin(self) -> bool {
        matches!(self, Self::Name | Self::Line)
    }
}

/// Value of one field of one row, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Not set. An empty text is the same.
    Empty,
    /// Text of any kind.
    Text(&'a str),
    /// Whole number or milliseconds since 1970.
    Number(i64),
    /// Another record.
    Link(RecordId),
}

/// A typed row of a resident table.
pub trait Row: Clone + Send + Sync + 'static {
    /// All fields, ids ascending.
    fn fields() -> &'static [Field];
    /// Value of one field; `Empty` for an unknown one.
    fn cell(&self, field: u32) -> Cell<'_>;
    /// Forgets one field, so that a masked row cannot carry what is hidden.
    fn clear(&mut self, field: u32);
}

/// The fields that a reader may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldMask {
    visible: BTreeSet<u32>,
}

impl FieldMask {
    /// Shows these fields and nothing else.
    #[must_use]
    pub fn only(fields: impl IntoIterator<Item = u32>) -> Self {
        Self { visible: fields.into_iter().collect() }
    }

    /// Shows every field that the table has today.
    #[must_use]
    pub fn every<R: Row>() -> Self {
        Self::only(R::fields().iter().map(|field| field.id))
    }

    /// May this field be seen?
    #[must_use]
    pub fn shows(&self, field: u32) -> bool {
        self.visible.contains(&field)
    }

    /// The row without what is hidden.
    #[must_use]
    pub fn applied<R: Row>(&self, row: &R) -> R {
        let mut seen = row.clone();
        for field in R::fields() {
            if !self.shows(field.id) {
                seen.clear(field.id);
            }
        }
        seen
    }
}
