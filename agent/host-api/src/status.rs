//! What hostd tells of the box: the console draws it, pages show it. Data only, no sentence: whoever
//! shows it takes the words from [`crate::texts`].

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// The box.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// Version of hostd.
    pub version: String,
    /// What hostd is at.
    pub state: State,
    /// Language of the settings, as BCP 47 tag.
    pub language: String,
    /// Where the settings in force come from.
    pub settings: SettingsSource,
    /// SHA-256 of the ruleset that was verified in the kernel, 64 hex digits.
    pub ruleset: Option<String>,
    /// What a person must know, most pressing first.
    pub notices: Vec<Notice>,
    /// Zones with the box's addresses.
    pub zones: Vec<ZoneStatus>,
    /// The WAN port, when it is plugged in.
    pub wan: Option<WanStatus>,
    /// Ports of the settings.
    pub ports: Vec<PortStatus>,
    /// Cards that the settings do not name.
    pub unknown: Vec<UnknownPort>,
    /// The setup code while there is no admin; for the console alone, never told to a client.
    pub setup_code: Option<String>,
    /// Wrong tries at it; for the console alone.
    #[serde(default)]
    pub setup_tries: u32,
    /// A time service has set the clock since the box started.
    #[serde(default)]
    pub clock_set: bool,
    /// Before this start the box stopped without having been told to.
    #[serde(default)]
    pub stopped: bool,
    /// There is an admin: the setup code is dead.
    #[serde(default)]
    pub set_up: bool,
    /// SHA-256 of the box's certificate authority, `AB:CD:…`, once there is one.
    #[serde(default)]
    pub ca_fingerprint: Option<String>,
}

/// What hostd is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing applied yet; the boot lock holds.
    #[default]
    Starting,
    /// The ruleset is verified in the kernel, links and addresses are as the settings say.
    Ready,
    /// Something could not be brought about; the first notice says what.
    Problem,
}

/// Where the settings in force come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingsSource {
    /// Nobody has set the box up.
    #[default]
    Factory,
    /// The last ones confirmed.
    Confirmed,
    /// The ones before, because the last ones cannot be read.
    Previous,
    /// New ones, for a time.
    Trial,
}

/// A sentence for a person, as code and values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Stable code, key of the catalogue.
    pub code: String,
    /// Values that the sentence names.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneStatus {
    /// Its name.
    pub name: String,
    /// The box's addresses in it.
    pub addresses: Vec<IpNet>,
}

/// The WAN port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WanStatus {
    /// Its name in the settings.
    pub name: String,
    /// The kernel's name.
    pub interface: String,
    /// What it got from the provider; link-local ones are left out.
    pub addresses: Vec<IpAddr>,
}

/// A port of the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortStatus {
    /// Its name.
    pub name: String,
    /// The kernel's name of its card; none when there is no such card.
    pub interface: Option<String>,
    /// MAC address of its card.
    pub mac: Option<String>,
    /// Whether something is plugged into it that runs.
    pub linked: bool,
}

/// A card that no port of the settings is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnknownPort {
    /// The kernel's name.
    pub interface: String,
    /// Permanent MAC address.
    pub mac: Option<String>,
    /// Where it is plugged in.
    pub path: Option<String>,
    /// Whether something is plugged into it that runs.
    pub linked: bool,
}

impl Notice {
    /// A notice with values.
    pub fn new<const N: usize>(code: &str, values: [(&str, String); N]) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { code: code.to_owned(), values }
    }
}
