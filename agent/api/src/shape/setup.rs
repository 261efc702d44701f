//! The set-up of the box, and who reaches what.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shared::{Language, TotpSetup};
use crate::json;

/// What the set-up asks about, as it is now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Setup {
    /// What this set-up has not come to yet.
    pub next: SetupStep,
    /// What the authenticator app needs, until a code proved it; none before the account was named.
    pub totp: Option<TotpSetup>,
    /// Languages of pages.
    pub languages: Vec<Language>,
    /// IANA names.
    pub time_zones: Vec<String>,
    /// The one to offer first.
    pub suggested_time_zone: String,
    /// Network cards.
    pub ports: Vec<SetupPort>,
    /// Zones.
    pub zones: Vec<SetupZone>,
    /// Who reaches the CRM.
    pub crm: SetupCrm,
    /// Who reaches the admin pages.
    pub management: ManagementAccess,
}

/// What comes next in a set-up.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SetupStep {
    /// Name and password of the first admin.
    Account,
    /// The code of the authenticator app.
    Totp,
    /// Zones, and who reaches the CRM.
    Choices,
    /// Nothing: a copy is being restored.
    Restore,
}

/// A network card.
#[derive(Serialize, ToSchema)]
pub struct SetupPort {
    /// The kernel's name.
    pub interface: Option<String>,
    /// MAC address.
    pub mac: Option<String>,
    /// Name in the settings; none for a card they do not know.
    pub name: Option<String>,
    /// Zones that it leads to, `wan` for the internet; none for a card the settings do not know.
    pub zones: Vec<String>,
    /// Whether something is plugged in that runs.
    pub linked: bool,
}

/// A zone.
#[derive(Serialize, ToSchema)]
pub struct SetupZone {
    /// Its name.
    pub name: String,
    /// Its VLAN, 1 to 4094; none where it has none.
    pub vlan: Option<u16>,
    /// The box's address in it, with prefix.
    pub address: Option<String>,
    /// Whether the box hands out addresses in it.
    pub dhcp: bool,
}

/// The CRM during set-up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetupCrm {
    /// Its address.
    pub address: Option<String>,
    /// Who reaches it.
    pub reachable_from: Vec<ReachableFrom>,
}

/// Who of a zone reaches something.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReachableFrom {
    /// The zone.
    pub zone: String,
    /// Which of its addresses.
    pub addresses: Addresses,
}

/// Addresses of a zone.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Addresses {
    /// All of them.
    All(All),
    /// These addresses and ranges only; an empty list is nobody.
    Some(Vec<String>),
}

/// All.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum All {
    /// All.
    All,
}

/// Who reaches the admin pages.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManagementAccess {
    /// Zones with addresses; never empty.
    #[serde(deserialize_with = "json::objects")]
    pub from: Vec<ReachableFrom>,
}

/// The last page of the set-up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupFinish {
    /// Which zones there are.
    #[serde(deserialize_with = "json::object")]
    pub zones: ZoneChoice,
    /// Who reaches the CRM.
    #[serde(deserialize_with = "json::object")]
    pub crm: CrmChoice,
    /// Who reaches the admin pages.
    #[serde(deserialize_with = "json::object")]
    pub management: ManagementAccess,
}

/// Zones that may be left out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneChoice {
    /// A zone for guests.
    pub guest: bool,
}

/// Who reaches the CRM.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CrmChoice {
    /// Zones with addresses.
    #[serde(deserialize_with = "json::objects")]
    pub reachable_from: Vec<ReachableFrom>,
}
