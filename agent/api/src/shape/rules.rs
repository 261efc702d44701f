//! Rules as they are told.

use serde::Serialize;
use utoipa::ToSchema;

use super::plain::Time;

/// The rules of the settings in force, and what rules may name.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rules {
    /// In their order.
    pub rules: Vec<RuleTold>,
    /// Services that need no definition.
    pub known_services: Vec<KnownService>,
}

/// Time zones that hours can be in.
#[derive(Serialize, ToSchema)]
pub struct TimeZones {
    /// Their names (IANA).
    pub items: Vec<String>,
}

/// What came to the published services of the settings in force.
#[derive(Serialize, ToSchema)]
pub struct Published {
    /// Each of them.
    pub items: Vec<PublishedService>,
}

/// Who may come to a published service, as far as its sources say.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PublishedFor {
    /// Anybody, or most of the internet.
    Anybody,
    /// Some of the internet.
    Listed,
    /// Devices of our own zones only.
    Own,
    /// Nobody: its sources are neither on the internet nor in a zone.
    Nobody,
}

/// What came to one published service.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishedService {
    /// Its number in the document.
    pub id: u16,
    /// Who may come.
    #[serde(rename = "for")]
    pub is_for: PublishedFor,
    /// How many connections were let pass.
    pub hits: u64,
    /// When the last of them.
    #[schema(required = true)]
    pub last_hit: Option<Time>,
    /// Since when that is counted.
    #[schema(required = true)]
    pub counted_since: Option<Time>,
}

/// One rule.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleTold {
    /// Its number in the document.
    pub id: u16,
    /// What it says.
    pub sentence: String,
    /// Whether it is in force now: switched on, and within its hours.
    pub on: bool,
    /// How often it decided: connections that it let pass, packets that it stopped.
    pub hits: u64,
    /// When last.
    #[schema(required = true)]
    pub last_hit: Option<Time>,
    /// Since when that is counted.
    #[schema(required = true)]
    pub counted_since: Option<Time>,
    /// What is odd about it.
    pub remarks: Vec<RuleRemark>,
}

/// Something odd about a rule.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleRemark {
    /// What.
    pub kind: RemarkKind,
    /// The rule that makes it so.
    #[schema(required = true)]
    pub rule: Option<u16>,
    /// In words.
    pub text: String,
}

/// Kinds of oddities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RemarkKind {
    /// An earlier rule decides otherwise whenever it could decide.
    Shadowed,
    /// An earlier rule does the same whenever it could.
    Redundant,
    /// The policies of its zones do the same.
    PolicyDoesIt,
    /// It stops IPv4 only, where there is IPv6 as well.
    #[serde(rename = "ipv4-only")]
    Ipv4Only,
    /// It did nothing for 30 days.
    Unused,
    /// It is out of its hours.
    OffHours,
    /// Nobody in its zones can have the addresses that it names.
    Nobody,
}

/// A service that needs no definition.
#[derive(Serialize, ToSchema)]
pub struct KnownService {
    /// Its name.
    pub name: String,
    /// Protocols and ports, as in the document.
    pub ways: Vec<String>,
}
