//! Where the box's own programs may go: what became of it, and what they ask for.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use settings::{Egress, EgressProtocol, EgressUser, Note};

/// What is known of the destinations of the settings in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressTold {
    /// How often each was used, by what stands for it in the rules.
    pub used: Vec<EgressUsed>,
    /// What each name is at the moment.
    pub names: Vec<EgressName>,
    /// What was asked for and is not allowed, oldest first.
    pub wanted: Vec<EgressWanted>,
}

/// How often a destination was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressUsed {
    /// What stands for it.
    pub id: String,
    /// Connections.
    pub hits: u64,
    /// When last, in seconds since 1970.
    pub last: Option<u64>,
    /// Since when it is counted, in seconds since 1970.
    pub since: u64,
}

/// What a name is at the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressName {
    /// The name.
    pub name: String,
    /// Addresses that are open.
    pub addresses: Vec<IpAddr>,
    /// Addresses that it has and that are not opened: they are no place on the internet, or the box's own.
    pub refused: Vec<IpAddr>,
    /// When it was looked up last, in seconds since 1970.
    pub asked: Option<u64>,
    /// What came of that.
    pub state: NameState,
}

/// What came of looking a name up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameState {
    /// Not looked up yet.
    Waiting,
    /// It has addresses.
    Found,
    /// There is no such name, or it has no address.
    Nothing,
    /// All its addresses were refused.
    Refused,
    /// No resolver answered.
    NoAnswer,
}

/// A destination that a program asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressAsked {
    /// Who asks.
    #[serde(rename = "for")]
    pub user: EgressUser,
    /// Name, address or network.
    pub to: String,
    /// Over which protocol.
    pub protocol: EgressProtocol,
    /// To which port.
    pub port: u16,
    /// What it says it is for.
    pub reason: Option<String>,
}

impl EgressAsked {
    /// Asks for this destination; a reason that is no note of the settings is left out.
    pub fn of(egress: &Egress, reason: &str) -> Self {
        Self {
            user: egress.user,
            to: egress.to.to_string(),
            protocol: egress.protocol,
            port: egress.port,
            reason: reason.parse::<Note>().is_ok().then(|| reason.to_owned()),
        }
    }
}

/// A destination that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressWanted {
    /// What stands for it.
    pub id: String,
    /// What was asked for.
    pub asked: EgressAsked,
    /// When first, in seconds since 1970.
    pub since: u64,
    /// When last.
    pub last: u64,
    /// How often.
    pub times: u64,
    /// When an admin declined it, if one did.
    pub declined: Option<u64>,
}

impl EgressWanted {
    /// Most that are kept.
    pub const MAX: usize = 50;
}
