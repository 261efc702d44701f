//! Contacts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plain::{Id, Time};
use super::shared::Named;

/// A contact. Text that is not set is empty.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Its identifier.
    pub id: Id,
    /// Its version, the value of its `ETag`.
    pub version: u64,
    /// Name.
    pub name: String,
    /// Company.
    pub company: String,
    /// Position in the company.
    pub position: String,
    /// Phone number, as typed.
    pub phone: String,
    /// E-mail address, as typed.
    pub email: String,
    /// Note, with line breaks.
    pub note: String,
    /// When it was made.
    pub created_at: Time,
    /// Who made it; none when that account is gone.
    pub created_by: Option<Named>,
}

/// A contact as a list shows it: without its note, which may be longer than all else of a page. Text that is
/// not set is empty.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedContact {
    /// Its identifier.
    pub id: Id,
    /// Its version.
    pub version: u64,
    /// Name.
    pub name: String,
    /// Company.
    pub company: String,
    /// Position in the company.
    pub position: String,
    /// Phone number, as typed.
    pub phone: String,
    /// E-mail address, as typed.
    pub email: String,
    /// When it was made.
    pub created_at: Time,
    /// Who made it; none when that account is gone.
    pub created_by: Option<Named>,
}

/// A contact to be made; what is left out is not set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    /// Name, 1 to 200 characters.
    pub name: String,
    /// Company.
    #[serde(default)]
    pub company: String,
    /// Position in the company.
    #[serde(default)]
    pub position: String,
    /// Phone number.
    #[serde(default)]
    pub phone: String,
    /// E-mail address.
    #[serde(default)]
    pub email: String,
    /// Note, at most 20,000 characters.
    #[serde(default)]
    pub note: String,
}

/// What changes of a contact; what is left out stays, empty text unsets.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactChange {
    /// Name.
    pub name: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Position in the company.
    pub position: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Note.
    pub note: Option<String>,
}

/// A page of contacts.
#[derive(Serialize, ToSchema)]
pub struct Contacts {
    /// Contacts.
    pub items: Vec<ListedContact>,
    /// How many there are on all pages.
    pub count: u64,
    /// For `cursor` of the next page; none on the last.
    pub next: Option<String>,
}

/// A contact was deleted.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deleted {
    /// Until when that can be undone.
    pub undo_until: Time,
}

/// Who deleted a contact, and when: members of the problem `deleted` as well.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deletion {
    /// When.
    pub deleted_at: Time,
    /// Who; none when that account is gone.
    pub deleted_by: Option<Named>,
    /// Until when that can be undone; none once that time is over.
    pub undo_until: Option<Time>,
    /// The version that it took, the value of `If-Match` to erase the contact.
    pub version: u64,
}

/// A deleted contact that can be restored.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeletedContact {
    /// Its identifier.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Company.
    pub company: String,
    /// Who deleted it, and when.
    #[serde(flatten)]
    pub deletion: Deletion,
}

/// Deleted contacts that can be restored.
#[derive(Serialize, ToSchema)]
pub struct DeletedContacts {
    /// The last deleted first, at most 200.
    pub items: Vec<DeletedContact>,
}

/// What erasing a contact for good would take.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureAhead {
    /// What it is called, or was when it was deleted.
    pub name: String,
    /// Company.
    pub company: String,
    /// The value of `If-Match` to erase it.
    pub version: u64,
    /// Who deleted it, and when; none when nobody did.
    pub deletion: Option<Deletion>,
    /// Other contacts in which the name stands, at most 200: they stay as they are.
    pub mentions: Vec<Mention>,
    /// How many there are.
    pub mentioned: u64,
}

/// A contact in which a name stands.
#[derive(Serialize, ToSchema)]
pub struct Mention {
    /// Its identifier.
    pub id: Id,
    /// Its own name.
    pub name: String,
}

/// Why a contact is erased for good. All of this stays in the log for ever, so it names nobody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewErasure {
    /// Reason.
    pub reason: ErasureReason,
    /// What is to be added, such as the number of a request: at most 200 characters without name, e-mail
    /// address or phone number of the contact. Needed with the reason `other`.
    #[serde(default)]
    pub note: String,
}

/// Why a contact is erased for good.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ErasureReason {
    /// The person asked for it.
    Asked,
    /// The data is not needed any more.
    NotNeeded,
    /// It should not have been recorded.
    Mistake,
    /// As the note says.
    Other,
}

/// Who erased a contact for good, and when: members of the problem `erased` as well.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Erasure {
    /// When.
    pub erased_at: Time,
    /// Who; none when that account is gone.
    pub erased_by: Option<Named>,
}

/// A page of the versions of a contact.
#[derive(Serialize, ToSchema)]
pub struct History {
    /// Newest first.
    pub items: Vec<PastVersion>,
    /// `cursor` of the next page, where earlier ones are.
    pub next: Option<String>,
}

/// One version of a contact.
#[derive(Serialize, ToSchema)]
pub struct PastVersion {
    /// The version.
    pub version: u64,
    /// When it came about.
    pub at: Time,
    /// Who brought it about.
    pub actor: Option<Named>,
    /// What was done.
    pub kind: PastKind,
    /// Names of fields that differ from the version before.
    pub changed: Vec<String>,
}

/// What was done with a version.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PastKind {
    /// The contact was made.
    Created,
    /// It was changed.
    Changed,
    /// It was deleted.
    Deleted,
    /// It was brought back.
    Restored,
}

/// Data of an event `contact` of the stream.
#[derive(Serialize, ToSchema)]
pub struct ContactHappened {
    /// The contact.
    pub id: Id,
    /// Its version from now on.
    pub version: u64,
    /// What happened.
    pub kind: HappenedKind,
}

/// What happened to a contact.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HappenedKind {
    /// It was made, or a deletion was undone.
    Created,
    /// It was changed.
    Changed,
    /// It was deleted.
    Deleted,
    /// It was erased for good.
    Erased,
}
