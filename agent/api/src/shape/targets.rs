//! Targets of alerts: whom the box tells, and how it reaches them.

use events::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::alerts::AlertSeverity;
use super::plain::{Id, Time};
use super::shared::Language;

/// The targets, by their names.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertTargets {
    /// The targets.
    pub items: Vec<AlertTarget>,
    /// How many there may be.
    pub most: usize,
}

/// A target. Passwords and keys are never told.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertTarget {
    /// Its id.
    pub id: Id,
    /// Its version, the value of `If-Match`.
    pub version: u64,
    /// What it is called.
    pub name: String,
    /// How it is reached.
    pub way: AlertWay,
    /// The language of its messages.
    pub language: Language,
    /// Nothing that matters less is sent.
    pub from: AlertSeverity,
    /// When it is left alone; never when there is none.
    #[schema(required = true)]
    pub quiet: Option<AlertQuiet>,
    /// Whether it gets signed heads of the log, too.
    pub heads: bool,
    /// Most messages within an hour.
    pub per_hour: u8,
    /// The host that it is reached at: a name, or an address.
    pub host: String,
    /// The port there.
    pub port: u16,
    /// How a mail relay is encrypted; none for other ways.
    #[schema(required = true)]
    pub security: Option<AlertSecurity>,
    /// Who signs in at a mail relay; none for nobody, and for other ways.
    #[schema(required = true)]
    pub user: Option<String>,
    /// Who sends mail; none for other ways.
    #[schema(required = true)]
    pub sender: Option<String>,
    /// Who receives mail; empty for other ways.
    pub recipients: Vec<String>,
    /// Where a webhook is posted; none for other ways: a robot's address holds its key.
    #[schema(required = true)]
    pub address: Option<String>,
    /// Whether a robot's messages are signed.
    pub signed: bool,
    /// Certificates of the authority that its own comes from, PEM; those that the box knows when there is none.
    #[schema(required = true)]
    pub authority: Option<String>,
    /// Whether the box may go there.
    pub egress: AlertEgress,
    /// Its way among what programs ask for.
    pub egress_id: String,
    /// How many messages wait for it.
    pub waiting: usize,
    /// When a message reached it last.
    #[schema(required = true)]
    pub sent: Option<Time>,
    /// Why nothing reaches it; none when nothing failed since a message did.
    #[schema(required = true)]
    pub failing: Option<AlertFailing>,
}

/// How a target is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AlertWay {
    /// By mail, through a relay.
    Mail,
    /// By a signed webhook.
    Webhook,
    /// By syslog over TLS.
    Syslog,
    /// By a robot of WeCom, 企业微信.
    Wecom,
    /// By a robot of DingTalk, 钉钉.
    Dingtalk,
    /// By a robot of Feishu, 飞书.
    Feishu,
}

/// How a mail relay is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AlertSecurity {
    /// From the first byte on, as at port 465.
    Tls,
    /// After STARTTLS, as at port 587.
    StartTls,
}

/// Whether the box may go to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AlertEgress {
    /// It may.
    Allowed,
    /// It asked, and an admin has not decided.
    Asked,
    /// An admin declined.
    Declined,
    /// It may not, and has not asked: the list of what it asks for was full.
    Missing,
    /// Nobody knows at the moment.
    Unknown,
}

/// When a target is left alone, every day by the box's clock.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertQuiet {
    /// From this time of day, `22:00`.
    pub from: String,
    /// To this one; the next day, if it comes before.
    pub to: String,
    /// Whether what is critical comes all the same.
    pub critical: bool,
}

/// A target that cannot be reached.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertFailing {
    /// Why, in a sentence.
    pub why: String,
    /// The same for programs.
    pub code: String,
    /// Since when.
    pub since: Time,
    /// When it was tried last.
    pub last: Time,
    /// When it is tried again, if anything waits.
    #[schema(required = true)]
    pub next: Option<Time>,
}

/// A target as an admin wants it. What does not belong to its way is left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertTargetGiven {
    /// What it is called, 1 to 100 characters.
    pub name: String,
    /// How it is reached.
    pub way: AlertWay,
    /// The language of its messages.
    pub language: Language,
    /// Nothing that matters less is sent.
    pub from: AlertSeverity,
    /// When it is left alone; never when it is left out.
    #[serde(default)]
    pub quiet: Option<AlertQuiet>,
    /// Whether it gets signed heads of the log, too.
    pub heads: bool,
    /// Most messages within an hour, 1 to 60.
    pub per_hour: u32,
    /// Mail and syslog: the host, a name on the internet or an address.
    #[serde(default)]
    pub host: Option<String>,
    /// Mail and syslog: the port.
    #[serde(default)]
    pub port: Option<u32>,
    /// Mail: how the relay is encrypted.
    #[serde(default)]
    pub security: Option<AlertSecurity>,
    /// Mail: who signs in; nobody when it is left out.
    #[serde(default)]
    pub user: Option<String>,
    /// Mail: the password. Left out in a change, the former one stays.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub password: Option<Secret>,
    /// Mail: who sends.
    #[serde(default)]
    pub sender: Option<String>,
    /// Mail: who receives, 1 to 20.
    #[serde(default)]
    pub recipients: Option<Vec<String>>,
    /// Webhook and robots: the address, `https://…`. Left out in a change, the former one stays.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub address: Option<Secret>,
    /// Robots of DingTalk and Feishu: what messages are signed with. Left out in a change, the former one stays;
    /// an empty text takes it away.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub secret: Option<Secret>,
    /// Webhook: whether a change makes a new secret.
    #[serde(default)]
    pub new_secret: bool,
    /// Mail, webhook and syslog: certificates of the authority, PEM; those that the box knows when left out.
    #[serde(default)]
    pub authority: Option<String>,
}

/// A target that was saved.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertTargetSaved {
    /// The target.
    pub target: AlertTarget,
    /// A webhook's secret, when there is a new one. It is told this once.
    #[schema(required = true)]
    pub secret: Option<String>,
}
