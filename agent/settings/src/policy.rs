//! A policy lets one zone open connections to another or to the WAN; answers follow by themselves.
//! What no policy allows is dropped.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::{Reason, ZoneName};

/// One policy; at most one for each pair of zones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// Who opens the connection. Never WAN, never the CRM's zone.
    pub from: ZoneName,
    /// Where to. Never the CRM's zone.
    pub to: Target,
    /// What is allowed.
    pub allow: Allow,
}

/// Where a connection goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// The internet side, `wan`.
    Wan,
    /// A zone.
    Zone(ZoneName),
}

/// What a policy allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Allow {
    /// Everything.
    All,
    /// TCP 80 and 443, and UDP 443 (HTTP/3).
    Web,
}

impl FromStr for Target {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        if text == "wan" { Ok(Self::Wan) } else { text.parse().map(Self::Zone) }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wan => f.write_str("wan"),
            Self::Zone(zone) => zone.fmt(f),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
