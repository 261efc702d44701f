//! Names that are not answered: lists that hostd is given piece by piece, and what it tells of them.

use serde::{Deserialize, Serialize};

/// A piece of a list. hostd takes one list at a time: a piece that begins at 0 begins anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListPiece {
    /// Where the list was fetched, as in the settings.
    pub address: String,
    /// How many bytes went before.
    pub at: u64,
    /// Whole lines, a name each, at most [`ListPiece::MAX`] bytes.
    pub text: String,
    /// With the last piece: what it is to be in whole.
    pub whole: Option<ListWhole>,
}

/// A list in whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListWhole {
    /// SHA-256 of its text, 64 hex digits.
    pub sha256: String,
    /// Lines of the source that were not understood.
    pub odd: u32,
    /// What the server calls this version (RFC 9110, section 8.8.3).
    pub etag: Option<String>,
    /// When the server says that it was changed (RFC 9110, section 8.8.2).
    pub modified: Option<String>,
    /// It may have lost more than half of its names: a person said so.
    pub may_shrink: bool,
}

impl ListPiece {
    /// Most bytes of a piece: it fits a message.
    pub const MAX: usize = 256 << 10;
    /// Longest `ETag` and date that are kept.
    pub const MAX_HEADER: usize = 256;
}

/// What is known of what is blocked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockingTold {
    /// Lists of the settings that there are, by address.
    pub lists: Vec<ListHeld>,
    /// Zones in which names are blocked.
    pub zones: Vec<ZoneBlocking>,
    /// What was blocked lately, the last first; at most [`BlockedName::MAX`].
    pub lately: Vec<BlockedName>,
    /// Since when that is looked at, in seconds since 1970.
    pub since: u64,
}

/// A list that is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListHeld {
    /// Where it was fetched.
    pub address: String,
    /// How many names it has.
    pub names: u32,
    /// Lines of the source that were not understood.
    pub odd: u32,
    /// When it was fetched, in seconds since 1970.
    pub fetched: u64,
    /// When it was last known to be up to date.
    pub checked: u64,
    /// What the server calls this version.
    pub etag: Option<String>,
    /// When the server says that it was changed.
    pub modified: Option<String>,
}

/// What is blocked in a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneBlocking {
    /// The zone.
    pub zone: String,
    /// How many names.
    pub names: u32,
    /// Names that the box needs and a list would have blocked, at most [`ZoneBlocking::MAX_SPARED`].
    pub spared: Vec<String>,
    /// Lists that there was no room for, by what the admin calls them.
    pub no_room: Vec<String>,
    /// The process that blocks them does not run: names are answered as if nothing were blocked.
    pub down: bool,
}

impl ZoneBlocking {
    /// Most spared names that are told.
    pub const MAX_SPARED: usize = 50;
}

/// A name that was blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockedName {
    /// Where it was asked for.
    pub zone: String,
    /// The name.
    pub name: String,
    /// How often.
    pub times: u64,
    /// When last, in seconds since 1970.
    pub last: u64,
    /// Why, as things are now.
    pub why: WhyBlocked,
}

impl BlockedName {
    /// Most that are told.
    pub const MAX: usize = 200;
}

/// What becomes of a name in a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum WhyBlocked {
    /// It is not blocked.
    Not,
    /// It is not, for the admin never blocks this name.
    Allowed(String),
    /// It is not, for the box needs this name.
    Needed(String),
    /// The admin blocks this name.
    Own(String),
    /// These lists do, each with the name that it has.
    Lists(Vec<(String, String)>),
}

/// What becomes of a name in a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameInZone {
    /// The zone.
    pub zone: String,
    /// What becomes of it.
    pub why: WhyBlocked,
}
