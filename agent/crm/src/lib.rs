//! Rules of the CRM: what a contact is and what may stand in one.

mod contact;
mod rules;

pub use contact::{
    ContactFields, ContactPatch, ContactRow, FIELDS as CONTACT_FIELDS, field, field_name,
};
pub use rules::{FieldRefused, NOTE_BYTES, Reason, checked};
