//! People of the CRM and their invitations.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plain::{Id, Time};
use super::shared::Role;

/// A person with an account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The account.
    pub id: Id,
    /// Its version, the value of `If-Match`.
    pub version: u64,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whether it cannot sign in.
    pub disabled: bool,
    /// When it was last used.
    pub last_seen: Option<Time>,
    /// Whether it came by an invitation; the first manager did not.
    pub invited: bool,
}

/// People.
#[derive(Serialize, ToSchema)]
pub struct People {
    /// By name.
    pub items: Vec<Person>,
}

/// What changes of a person; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    /// What the person may do.
    pub role: Option<Role>,
    /// Whether the person cannot sign in.
    pub disabled: Option<bool>,
}

/// Somebody to be invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// How the person is called.
    pub name: String,
    /// What the person will be allowed.
    pub role: Role,
}

/// An invitation with its secret, shown once.
#[derive(Serialize, ToSchema)]
pub struct FreshInvitation {
    /// Its identifier.
    pub id: Id,
    /// What the invited person shows.
    pub code: String,
    /// The same as a link; the code is behind `#` and reaches no log.
    pub link: String,
    /// When it ends.
    pub expires: Time,
}

/// An invitation that nobody has used yet.
#[derive(Serialize, ToSchema)]
pub struct Invitation {
    /// Its identifier.
    pub id: Id,
    /// How it calls the person.
    pub name: String,
    /// What the person will be allowed.
    pub role: Role,
    /// When it was made.
    pub created: Time,
    /// When it ends.
    pub expires: Time,
}

/// Invitations.
#[derive(Serialize, ToSchema)]
pub struct Invitations {
    /// Newest first.
    pub items: Vec<Invitation>,
}
