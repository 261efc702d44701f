//! What both applications speak: start, accounts, sessions, the log.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plain::{Id, Time};

/// Language of pages and texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    En,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    ZhCn,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything in the admin application.
    Admin,
    /// Everything in the CRM, its people and its log.
    Manager,
    /// The CRM's contacts.
    Staff,
}

/// A code that a person typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypedCode {
    /// As typed; blanks and hyphens do not matter.
    pub code: String,
}

/// An account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAccount {
    /// How the person is called and signs in.
    pub name: String,
    /// At least 12 characters that are not easy to guess.
    pub password: String,
    /// Language of pages.
    pub language: Language,
    /// IANA name, `Asia/Shanghai`.
    pub time_zone: String,
}

/// What an authenticator app needs, shown until a code proved it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TotpSetup {
    /// Base32, for typing.
    pub totp_secret: String,
    /// `otpauth://totp/…`, for a QR code.
    pub otpauth_uri: String,
}

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The account's name.
    pub name: String,
    /// Its password.
    pub password: String,
}

/// What comes next when signing in.
#[derive(Serialize, ToSchema)]
pub struct NextStep {
    /// The step.
    pub next: Step,
}

/// A step of signing in.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// A code of the authenticator app.
    Totp,
}

/// An account as its owner sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Its identifier.
    pub id: Id,
    /// Its name.
    pub name: String,
    /// Language of pages.
    pub language: Language,
    /// IANA name.
    pub time_zone: String,
    /// What it may do.
    pub role: Role,
}

/// Somebody is signed in.
#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    /// Who.
    pub account: Account,
}

/// The session of the one who asks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Whose.
    pub account: Account,
    /// When it ends if nothing is asked until then.
    pub idle_expires: Time,
    /// When it ends in any case.
    pub absolute_expires: Time,
}

/// One session of an account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionEntry {
    /// Its identifier; not the secret of its cookie.
    pub id: Id,
    /// What the browser says it is.
    pub device: String,
    /// Where it was opened from.
    pub address: String,
    /// When it was opened.
    pub created: Time,
    /// When it was last used, to ten minutes.
    pub last_seen: Time,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// All sessions of an account.
#[derive(Serialize, ToSchema)]
pub struct Sessions {
    /// Newest first.
    pub items: Vec<SessionEntry>,
}

/// What a person changes of the own account; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountChange {
    /// Language of pages.
    pub language: Option<Language>,
    /// IANA name.
    pub time_zone: Option<String>,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The one in force.
    pub current: String,
    /// The one from now on.
    pub new: String,
    /// A code of the authenticator app.
    pub code: String,
}

/// Who did something.
#[derive(Serialize, ToSchema)]
pub struct Named {
    /// The account.
    pub id: Id,
    /// Its name.
    pub name: String,
}

/// How a request of the log ended.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was done.
    Allowed,
    /// It was not done.
    Refused,
    /// It was not done: what it was about does not exist, or no longer.
    Missing,
}

/// A record that an entry of the log is about.
#[derive(Serialize, ToSchema)]
pub struct LogRecord {
    /// Name of its table; its number when this version does not know the table.
    pub table: String,
    /// Its identifier.
    pub id: Id,
    /// What it is called now; none when it is gone or erased.
    pub label: Option<String>,
}

/// An entry of the log.
#[derive(Serialize, ToSchema)]
pub struct LogEntry {
    /// Its number; there is no gap.
    pub seq: u64,
    /// When.
    pub at: Time,
    /// Who; none for the box itself and for people who are not signed in.
    pub actor: Option<Named>,
    /// Stable code of what was done.
    pub action: String,
    /// How it ended.
    pub outcome: Outcome,
    /// About which records, as far as they are named.
    pub records: Vec<LogRecord>,
    /// How many records.
    pub count: u64,
    /// Why, where a reason is kept.
    pub reason: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// With which device.
    pub device: Option<String>,
}

/// A page of the log.
#[derive(Serialize, ToSchema)]
pub struct LogPage {
    /// Newest first.
    pub items: Vec<LogEntry>,
    /// For `cursor` of the next page; none on the last.
    pub next: Option<String>,
}

/// A signed head of the log.
#[derive(Serialize, ToSchema)]
pub struct LogHead {
    /// `gatehouse-head-1 …`, as `gatehouse-verify` takes it.
    pub line: String,
}

/// A problem (RFC 9457). Some carry members of their own: `triesLeft`, `boxTime`, `retryAfter`,
/// `current`.
#[derive(Serialize, ToSchema)]
pub struct Problem {
    /// `urn:gatehouse:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was not changed, and what to do.
    pub detail: String,
    /// Fields that were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into what was sent.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// In words.
    pub message: String,
}
