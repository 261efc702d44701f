//! Rules of the CRM: what a contact is, what may stand in one, and what becomes of it.

mod contact;
mod contacts;
mod deleted;
mod erasure;
mod history;
mod past;
mod refused;
mod rules;
mod stored;

pub use contact::{
    ContactFields, ContactPatch, ContactRow, FIELDS as CONTACT_FIELDS, field, field_name,
};
pub use contacts::{CONTACTS_MOST, Contact, Contacts, Created};
pub use deleted::{DeletedContact, Deletion, UNDO_FOR};
pub use erasure::{ERASURE_NOTE_MOST, Erasable, ErasureReason, Why};
pub use history::{PastKind, PastPage, PastVersion};
pub use past::{Differing, Past, PastCounts, Since, ThenAndNow};
pub use refused::Refused;
pub use rules::{FieldRefused, NOTE_BYTES, Reason, checked};
