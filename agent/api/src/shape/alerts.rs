//! The admins' bell, as it is told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plain::Time;

/// A page of the bell, the last alert first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertsPage {
    /// The alerts.
    pub items: Vec<Alert>,
    /// `cursor` of the next page.
    #[schema(required = true)]
    pub next: Option<String>,
    /// How many there are.
    pub all: usize,
    /// How many of them whoever asks has not read.
    pub unread: usize,
    /// How many the bell had no room for.
    pub forgotten: u64,
    /// What is muted.
    pub mutes: Vec<AlertMute>,
}

/// What whoever asks has not read.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertsUnread {
    /// How many.
    pub unread: usize,
    /// How much the gravest of them matters.
    #[schema(required = true)]
    pub gravest: Option<AlertSeverity>,
}

/// An alert, or several of a kind and subject.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// Its number, which stays.
    pub id: u64,
    /// Its kind.
    pub kind: String,
    /// What alerts of the kind are called.
    pub name: String,
    /// What it is about, for programs; empty when a kind is about one thing only.
    pub subject: String,
    /// The same for a person.
    pub about: String,
    /// How much it matters.
    pub severity: AlertSeverity,
    /// A line: what it is.
    pub title: String,
    /// What happened, and what did not.
    pub what: String,
    /// What to do.
    pub todo: String,
    /// How many it stands for.
    pub times: u64,
    /// When the first one happened.
    pub first: Time,
    /// When the last one did.
    pub last: Time,
    /// It was muted when it came.
    pub muted: bool,
    /// Whoever asks has read it, or it was muted.
    pub read: bool,
}

/// How much an alert matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AlertSeverity {
    /// Good to know.
    Info,
    /// A person should look within a day.
    Warning,
    /// A person should look now.
    Critical,
}

/// What does not ring for a while.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertMute {
    /// The kind.
    pub kind: String,
    /// What alerts of the kind are called.
    pub name: String,
    /// Of this subject; of all when there is none.
    #[schema(required = true)]
    pub subject: Option<String>,
    /// The same for a person; empty when there is none.
    pub about: String,
    /// Until when.
    pub until: Time,
    /// Who wants it.
    pub by: String,
}

/// Alerts that were read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertsRead {
    /// Their numbers; all of them when none is named.
    pub ids: Vec<u64>,
}

/// What is not to ring for a while.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAlertMute {
    /// The kind.
    pub kind: String,
    /// Of this subject; of all when it is left out.
    #[serde(default)]
    pub subject: Option<String>,
    /// For how many days, 1 to 90.
    pub days: u32,
}

/// What is to ring again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndedAlertMute {
    /// The kind.
    pub kind: String,
    /// Of this subject, as the mute has it.
    #[serde(default)]
    pub subject: Option<String>,
}
