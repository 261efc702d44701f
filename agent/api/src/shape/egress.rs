//! Where the box's own programs may go, as it is told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plain::Time;

/// Destinations of the settings in force, and what is asked for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EgressTold {
    /// What is allowed, in the order of the document.
    pub destinations: Vec<Destination>,
    /// What was asked for and is not allowed, oldest first.
    pub wanted: Vec<WantedDestination>,
}

/// One destination.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Destination {
    /// Who may go there.
    #[serde(rename = "for")]
    pub user: EgressFor,
    /// Name, address or network, as in the document.
    pub to: String,
    /// Over which protocol.
    pub protocol: EgressProtocol,
    /// To which port.
    pub port: u16,
    /// The zone that it is in; none when it is on the internet.
    #[schema(required = true)]
    pub zone: Option<String>,
    /// Connections so far.
    pub hits: u64,
    /// When it was used last.
    #[schema(required = true)]
    pub last_used: Option<Time>,
    /// Since when that is counted.
    #[schema(required = true)]
    pub counted_since: Option<Time>,
    /// What the name is; none where an address is named.
    #[schema(required = true)]
    pub name: Option<NameNow>,
}

/// What a name is at the moment.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NameNow {
    /// What came of looking it up.
    pub state: NameState,
    /// Addresses that are open.
    pub addresses: Vec<String>,
    /// Addresses that it has and that stay shut: they are no place on the internet.
    pub refused: Vec<String>,
    /// When it was looked up last.
    #[schema(required = true)]
    pub asked: Option<Time>,
}

/// What came of looking a name up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NameState {
    /// Not looked up yet.
    Waiting,
    /// It has addresses.
    Found,
    /// There is no such name, or it has no address.
    Nothing,
    /// All its addresses stay shut.
    Refused,
    /// No resolver answered.
    NoAnswer,
}

/// A destination that a program of the box asks for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WantedDestination {
    /// What stands for it.
    pub id: String,
    /// Who asks.
    #[serde(rename = "for")]
    pub user: EgressFor,
    /// Name, address or network.
    pub to: String,
    /// Over which protocol.
    pub protocol: EgressProtocol,
    /// To which port.
    pub port: u16,
    /// What it says it is for: the program's own words.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// When it asked first.
    pub since: Time,
    /// When last.
    pub last: Time,
    /// How often.
    pub times: u64,
    /// When an admin declined it, if one did.
    #[schema(required = true)]
    pub declined: Option<Time>,
}

/// A program of the box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EgressFor {
    /// The CRM.
    Crm,
    /// The admin application.
    Admin,
}

/// Protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EgressProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// What is not to be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclinedDestination {
    /// What stands for it.
    pub id: String,
}
