//! A contact: what is known of a person one does business with.

use records::{Cell, Field, Kind, Row};
use seal::RecordId;
pub use seal::numbers::contact as field;

/// All fields of a contact.
pub const FIELDS: &[Field] = &[
    Field { id: field::NAME, name: "name", kind: Kind::Name, person_data: true },
    Field { id: field::COMPANY, name: "company", kind: Kind::Line, person_data: true },
    Field { id: field::POSITION, name: "position", kind: Kind::Line, person_data: true },
    Field { id: field::PHONE, name: "phone", kind: Kind::Phone, person_data: true },
    Field { id: field::EMAIL, name: "email", kind: Kind::Plain, person_data: true },
    Field { id: field::NOTE, name: "note", kind: Kind::Long, person_data: true },
    Field { id: field::CREATED_BY, name: "createdBy", kind: Kind::Link, person_data: false },
    Field { id: field::CREATED_AT, name: "createdAt", kind: Kind::Instant, person_data: false },
];

/// Name in the API of a field.
#[must_use]
pub fn field_name(id: u32) -> Option<&'static str> {
    FIELDS.iter().find(|field| field.id == id).map(|field| field.name)
}

/// What people type into a contact. Empty is not set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactFields {
    /// 1 to 200 characters.
    pub name: String,
    /// At most 200 characters.
    pub company: String,
    /// At most 200 characters.
    pub position: String,
    /// At most 60 characters.
    pub phone: String,
    /// At most 254 characters (RFC 5321 §4.5.3.1.3, less the brackets).
    pub email: String,
    /// At most 20,000 characters and 60,000 bytes, with line breaks and tabs.
    pub note: String,
}

/// What of a contact is to change; the rest stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactPatch {
    /// New name.
    pub name: Option<String>,
    /// New company.
    pub company: Option<String>,
    /// New position.
    pub position: Option<String>,
    /// New telephone number.
    pub phone: Option<String>,
    /// New e-mail address.
    pub email: Option<String>,
    /// New note.
    pub note: Option<String>,
}

/// A contact as it is kept in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// What people typed.
    pub fields: ContactFields,
    /// Who made it, if that is known.
    pub created_by: Option<RecordId>,
    /// When, ms since 1970.
    pub created_at: Option<i64>,
}

impl ContactFields {
    /// Text of one of these fields.
    #[must_use]
    pub fn text(&self, id: u32) -> Option<&str> {
        match id {
            field::NAME => Some(&self.name),
            field::COMPANY => Some(&self.company),
            field::POSITION => Some(&self.position),
            field::PHONE => Some(&self.phone),
            field::EMAIL => Some(&self.email),
            field::NOTE => Some(&self.note),
            _ => None,
        }
    }

    pub(crate) fn text_mut(&mut self, id: u32) -> Option<&mut String> {
        match id {
            field::NAME => Some(&mut self.name),
            field::COMPANY => Some(&mut self.company),
            field::POSITION => Some(&mut self.position),
            field::PHONE => Some(&mut self.phone),
            field::EMAIL => Some(&mut self.email),
            field::NOTE => Some(&mut self.note),
            _ => None,
        }
    }

    /// These fields with a patch laid over them, not checked.
    #[must_use]
    pub fn patched(mut self, patch: ContactPatch) -> Self {
        let ContactPatch { name, company, position, phone, email, note } = patch;
        let new = [
            (&mut self.name, name),
            (&mut self.company, company),
            (&mut self.position, position),
            (&mut self.phone, phone),
            (&mut self.email, email),
            (&mut self.note, note),
        ];
        for (old, new) in new {
            if let Some(new) = new {
                *old = new;
            }
        }
        self
    }

    /// Ids of the fields that differ, ascending.
    #[must_use]
    pub fn changed(&self, other: &Self) -> Vec<u32> {
        let differs = |id: &u32| self.text(*id) != other.text(*id);
        FIELDS.iter().map(|field| field.id).filter(differs).collect()
    }
}

impl Row for ContactRow {
    fn fields() -> &'static [Field] {
        FIELDS
    }

    fn cell(&self, id: u32) -> Cell<'_> {
        match id {
            field::CREATED_BY => self.created_by.map_or(Cell::Empty, Cell::Link),
            field::CREATED_AT => self.created_at.map_or(Cell::Empty, Cell::Number),
            _ => match self.fields.text(id) {
                None | Some("") => Cell::Empty,
                Some(text) => Cell::Text(text),
            },
        }
    }

    fn clear(&mut self, id: u32) {
        match id {
            field::CREATED_BY => self.created_by = None,
            field::CREATED_AT => self.created_at = None,
            _ => {
                if let Some(text) = self.fields.text_mut(id) {
                    text.clear();
                }
            }
        }
    }
}
