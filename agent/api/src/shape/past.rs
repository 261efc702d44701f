//! A look into a copy: contacts as they were, beside those of now.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::copies::CopyWhy;
use super::plain::{Id, Time};

/// Which copy is to be looked into.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPast {
    /// The target.
    pub target: Id,
    /// The copy there.
    pub copy: String,
}

/// How it goes with a look.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Past {
    /// Where it is.
    pub state: PastState,
    /// What the target is called.
    #[schema(required = true)]
    pub target: Option<String>,
    /// When the copy was made, once it is open; else since when it is restored, or when that failed.
    #[schema(required = true)]
    pub at: Option<Time>,
    /// Why it failed.
    #[schema(required = true)]
    pub why: Option<CopyWhy>,
    /// How contacts of the copy and of now differ.
    #[schema(required = true)]
    pub differs: Option<PastDiffers>,
    /// How it goes with bringing all back.
    #[schema(required = true)]
    pub all: Option<PastAll>,
}

/// Where a look is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PastState {
    /// None was begun, or it was closed.
    None,
    /// The copy is restored beside the CRM.
    Restoring,
    /// That failed.
    Failed,
    /// It is open.
    Open,
}

/// How many contacts are what.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastDiffers {
    /// As in the copy.
    pub same: usize,
    /// Deleted since.
    pub deleted: usize,
    /// Changed since.
    pub changed: usize,
    /// Made since.
    pub made: usize,
    /// Erased since: nothing opens them.
    pub erased: usize,
    /// Do not open in the copy.
    pub damaged: usize,
}

/// How it goes with bringing all back.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastAll {
    /// How many there were.
    pub of: usize,
    /// How many are as in the copy now.
    pub done: usize,
    /// How many are not, for the box could not do it.
    pub failed: usize,
    /// Whether nothing more is done.
    pub over: bool,
}

/// Contacts that differ.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastContacts {
    /// A part of them, by name.
    pub items: Vec<PastListed>,
    /// How many there are.
    pub count: usize,
}

/// A contact that differs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastListed {
    /// Its id.
    pub id: Id,
    /// What happened to it since.
    pub since: PastSince,
    /// What it was called; what it is called when it was made since.
    pub name: String,
    /// Where the person worked.
    pub company: String,
}

/// What happened to a contact since the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PastSince {
    /// It was deleted.
    Deleted,
    /// It was changed.
    Changed,
    /// It was made.
    Made,
}

/// A contact then and now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastContact {
    /// In the copy; none where there was none.
    #[schema(required = true)]
    pub then: Option<PastFields>,
    /// Now; none where there is none.
    #[schema(required = true)]
    pub now: Option<PastFields>,
}

/// What a contact held.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastFields {
    /// Name.
    pub name: String,
    /// Company.
    pub company: String,
    /// Position.
    pub position: String,
    /// Telephone number.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// Note.
    pub note: String,
}

/// What is to be brought back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PastRestore {
    /// Whether contacts that were made since are deleted.
    pub delete_made: bool,
}
