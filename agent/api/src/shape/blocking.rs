//! Names that are not answered, as it is told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plain::Time;

/// Lists of the settings in force, what is blocked by zone, and what was lately.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlockingTold {
    /// The lists, in the order of their names.
    pub lists: Vec<BlockList>,
    /// Zones in which names are blocked.
    pub zones: Vec<BlockedZone>,
    /// What was blocked lately, the last first.
    pub lately: Vec<BlockedName>,
    /// Since when that is looked at.
    pub since: Time,
}

/// A list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlockList {
    /// What the admin calls it.
    pub name: String,
    /// Where it is fetched.
    pub address: String,
    /// How many names it has; none before it was fetched.
    #[schema(required = true)]
    pub names: Option<u32>,
    /// Lines of it that were not understood.
    pub odd: u32,
    /// When the list that is held was fetched.
    #[schema(required = true)]
    pub fetched: Option<Time>,
    /// When it was last known to be up to date.
    #[schema(required = true)]
    pub checked: Option<Time>,
    /// How its fetching goes.
    pub fetch: FetchState,
}

/// How the fetching of a list goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FetchState {
    /// It is being fetched.
    pub fetching: bool,
    /// When that was tried last, since the application started.
    #[schema(required = true)]
    pub tried: Option<Time>,
    /// When it is tried next.
    #[schema(required = true)]
    pub next: Option<Time>,
    /// Why the last try brought nothing.
    #[schema(required = true)]
    pub failure: Option<FetchFailure>,
}

/// Why a try brought nothing. The list that was held is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FetchFailure {
    /// What went wrong.
    pub why: FetchProblem,
    /// A host and port, or a status.
    #[schema(required = true)]
    pub detail: Option<String>,
}

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FetchProblem {
    /// The name of the server has no address, or none that is open yet.
    NoAddress,
    /// The server does not answer.
    Unreachable,
    /// The server's certificate is not one for its name, or it speaks no TLS 1.3.
    Certificate,
    /// The server answers with this status.
    Status,
    /// It leads to another server, which the admin application may not reach.
    Elsewhere,
    /// It leads from place to place without end.
    Round,
    /// More bytes than are read.
    TooLarge,
    /// It took too long.
    TooSlow,
    /// What came is a web page.
    Page,
    /// No name is in what came.
    Nothing,
    /// Most of what came are no names.
    Odd,
    /// More names than a list can have.
    TooMany,
    /// It has lost more than half of its names.
    Shrank,
    /// The lists together have too many names.
    NoRoom,
    /// The box could not keep it.
    NotKept,
}

/// What is blocked in a zone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlockedZone {
    /// The zone.
    pub zone: String,
    /// How many names.
    pub names: u32,
    /// Names that the box needs and a list would have blocked.
    pub spared: Vec<String>,
    /// Lists that there is no room for.
    pub no_room: Vec<String>,
    /// Nothing is blocked at the moment: the process that does does not run.
    pub down: bool,
}

/// A name that was blocked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlockedName {
    /// Where it was asked for.
    pub zone: String,
    /// The name.
    pub name: String,
    /// How often.
    pub times: u64,
    /// When last.
    pub last: Time,
    /// What becomes of it as things are now.
    pub why: NameWhy,
}

/// What becomes of a name.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NameWhy {
    /// What.
    pub kind: NameKind,
    /// The name that decides it: itself or one above; of lists the first's.
    #[schema(required = true)]
    pub by: Option<String>,
    /// Lists that block it.
    pub lists: Vec<String>,
}

/// What becomes of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NameKind {
    /// It is not blocked.
    Not,
    /// It is never blocked: the admin said so.
    Allowed,
    /// It is never blocked: the box needs it.
    Needed,
    /// The admin blocks it.
    Own,
    /// Lists do.
    Lists,
}

/// What becomes of a name, by zone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JudgedName {
    /// The name as it was understood.
    pub name: String,
    /// Zones in which names are blocked.
    pub zones: Vec<JudgedZone>,
}

/// What becomes of a name in a zone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JudgedZone {
    /// The zone.
    pub zone: String,
    /// What becomes of it.
    pub why: NameWhy,
}

/// A list that is to be fetched now.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FetchNow {
    /// Where it is fetched.
    pub address: String,
    /// It may have lost more than half of its names.
    #[serde(default)]
    pub may_shrink: bool,
}
