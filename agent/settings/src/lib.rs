//! What the admin wants, as one typed, versioned document (see `docs/settings.md`). Pure: no I/O,
//! no clock, no randomness. [`parse`] is the only door for text from outside: what it returns has
//! been read strictly and checked as a whole; what it refuses is told as a list of [`Problem`]s.

mod blocking;
mod catalogue;
mod change;
mod comers;
mod crm;
mod dns;
mod domain_name;
mod egress;
mod factory;
mod host_name;
mod https_address;
mod json;
mod label;
mod language;
mod list_address;
mod mac;
mod management;
mod member;
mod message;
mod moved;
mod name;
mod network;
mod policy;
mod port;
mod problem;
mod publish;
mod quarantine;
mod read;
mod reason;
mod relay;
mod remark;
mod reservation;
mod risk;
mod route;
mod rule;
mod schedule;
mod service;
mod shown_name;
mod site;
mod time_zone;
mod title;
mod validate;
mod version;
mod vlan;
mod zone;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};

pub use blocking::{Blocking, MAX_BLOCK_LISTS, MAX_BLOCK_NAMES, TIME_SERVERS};
pub use catalogue::{Catalogue, fill};
pub use change::{Change, Device, Door, EgressWay, Plain, Told};
pub use comers::{Comers, Sources};
pub use crm::Crm;
pub use dns::{Dns, TlsServer, Upstream};
pub use domain_name::DomainName;
pub use egress::{
    Egress, EgressKey, EgressProtocol, EgressTarget, EgressUser, NOT_INTERNET_V4, NOT_INTERNET_V6,
    first_on_the_internet, is_on_the_internet, is_partly_on_the_internet,
};
pub use factory::DiscoveredPort;
pub use host_name::HostName;
pub use https_address::HttpsAddress;
pub use json::MAX_BYTES;
pub use label::Label;
pub use language::Language;
pub use list_address::ListAddress;
pub use mac::MacAddress;
pub use management::{Addresses, Management, Source};
pub use member::{AddressRange, Member};
pub use moved::{Moved, Standing};
pub use name::{PortName, ZoneName};
pub use policy::{Allow, Policy, Target};
pub use port::{Port, PortMatch, PortPath, PortRole};
pub use problem::Problem;
pub use publish::{Day, Ending, MAX_PUBLICATIONS, MAX_PUBLISHED_WAYS, Publication, Published};
pub use quarantine::MAX_QUARANTINED;
pub use reason::Reason;
pub use relay::{MAX_RELAYS, Relay, Relayed};
pub use remark::Remark;
pub use reservation::Reservation;
pub use risk::Risk;
pub use route::Route;
pub use rule::{Rule, RuleAction, Side, Which};
pub use schedule::{Span, TimeOfDay, Weekday};
pub use service::{KNOWN_SERVICES, PortRange, Way, known_service};
pub use shown_name::shown_name;
pub use site::SitePrefix;
pub use time_zone::TimeZone;
pub use title::{Note, Title};
pub use validate::{
    MAX_ADDRESSES, MAX_EGRESS, MAX_GROUPS, MAX_MEMBERS, MAX_POLICIES, MAX_PORTS, MAX_RESERVATIONS,
    MAX_ROUTES, MAX_RULES, MAX_SCHEDULES, MAX_SERVICES, MAX_TLS_SERVERS, MAX_WAYS, MAX_ZONES,
};
pub use version::Version;
pub use vlan::VlanId;
pub use zone::{DhcpRange, Ipv4Zone, Ipv6Zone, Zone};

/// The whole document. A value that did not come out of [`parse`] or [`Settings::factory`] is to be
/// checked with [`Settings::validate`] before it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// Version of the format.
    pub version: Version,
    /// Language of pages, console and messages.
    pub language: Language,
    /// Network ports by the name the admin gave them.
    pub ports: BTreeMap<PortName, Port>,
    /// Zones; `wan` is implicit and never listed.
    pub zones: BTreeMap<ZoneName, Zone>,
    /// Who may open connections to whom; what is not listed is dropped. The CRM's zone is never
    /// named here, see [`Crm::reachable_from`].
    pub policies: Vec<Policy>,
    /// Who may reach the admin pages.
    pub management: Management,
    /// Where the CRM lives and who may reach it.
    pub crm: Crm,
    /// What passes between zones beside their policies; the first that fits decides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Services of the admin's own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub services: BTreeMap<Title, Vec<Way>>,
    /// Addresses under a name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<Title, Vec<Member>>,
    /// Hours under a name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub schedules: BTreeMap<Title, Vec<Span>>,
    /// Where the box stands; schedules need it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZone>,
    /// Devices that may talk to nobody, by MAC address.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub quarantine: BTreeSet<MacAddress>,
    /// Networks behind other routers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
    /// Who is asked for names.
    #[serde(skip_serializing_if = "Dns::is_default")]
    pub dns: Dns,
    /// What is blocked where.
    #[serde(skip_serializing_if = "Blocking::is_default")]
    pub blocking: Blocking,
    /// Where the box's own programs may go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub egress: Vec<Egress>,
    /// Services of devices that the internet reaches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub publish: Vec<Publication>,
    /// Zones whose devices find each other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relays: Vec<Relay>,
}

/// Reads a document: size and depth bounded, unknown and repeated fields refused, every value
/// checked, then the whole. On refusal **all** problems found are listed; never an empty list.
pub fn parse(json: &[u8]) -> Result<Settings, Vec<Problem>> {
    let settings = read::read(json)?;
    settings.validate()?;
    Ok(settings)
}

impl Settings {
    /// Checks the document as a whole: nothing ambiguous, nobody locked out.
    pub fn validate(&self) -> Result<(), Vec<Problem>> {
        let problems = validate::problems(self);
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// The canonical text: the same settings give the same bytes.
    pub fn to_json(&self) -> String {
        let value = serde_json::to_string_pretty(self);
        // Names as keys and plain values only: serialising to a string cannot fail.
        value.map(|text| text + "\n").unwrap_or_default()
    }

    /// Ports that carry the zone, untagged or tagged.
    pub fn ports_of<'a>(&'a self, zone: &'a ZoneName) -> impl Iterator<Item = &'a PortName> {
        self.ports.iter().filter(|(_, port)| port.role.carries(zone)).map(|(name, _)| name)
    }

    /// The WAN port, when there is one.
    pub fn wan_port(&self) -> Option<(&PortName, &Port)> {
        self.ports.iter().find(|(_, port)| port.role == PortRole::Wan)
    }
}

/// The same strict reading as [`parse`], for messages that carry settings.
impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = json::Value::deserialize(deserializer)?;
        let checked = read::settings(&value).and_then(|settings| {
            settings.validate()?;
            Ok(settings)
        });
        checked.map_err(|problems| {
            let texts: Vec<String> = problems.iter().take(5).map(Problem::to_string).collect();
            serde::de::Error::custom(texts.join("; "))
        })
    }
}
