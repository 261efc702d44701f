//! Settings that are tried: in force for a time, and kept only if whoever tried them says so.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

/// A trial that is going on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Seconds until the former settings come back.
    pub left: u32,
    /// Who may keep it, as [`crate::Request::Try`] said.
    pub by: String,
    /// SHA-256 of the text of the document that is tried, 64 hex digits.
    pub document: String,
    /// Addresses that the box has until it is over: what comes to them confirms nothing.
    pub former: Vec<Ipv4Addr>,
}

/// What became of a trial that was not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// SHA-256 of the text of the document that was tried.
    pub document: String,
    /// How it ended.
    pub how: HowEnded,
}

/// How a trial ended that was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum HowEnded {
    /// Nobody kept it in time.
    Expired,
    /// Somebody ended it.
    Undone,
    /// Whoever stands at the box did.
    Console,
    /// hostd or the box started anew.
    Restarted,
}

/// Why something about a trial cannot be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum NotNow {
    /// A trial is going on; it is to be kept or ended first.
    Trial,
    /// None is going on.
    NoTrial,
    /// Other settings are in force than those that the document was made from.
    Stale,
    /// It is not what has to be said to keep them.
    Token,
    /// Asked at an address that the box no longer has once they are kept.
    Address,
    /// Whoever asks has an address of a former network, and is cut off once the new ones are kept.
    FormerNetwork,
    /// Longer or shorter than a trial may be, or who may keep it is not said as it must be.
    Terms,
}

impl Trial {
    /// Fewest seconds.
    pub const SHORTEST: u32 = 5;
    /// Most.
    pub const LONGEST: u32 = 600;
    /// Fewest when an address of the box changes: clients have to learn the new one.
    pub const MOVED: u32 = 300;
    /// Most bytes of who may keep it.
    pub const MAX_BY: usize = 200;
}
