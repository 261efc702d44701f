//! The status that the console draws and clients ask for, in `/run/gatehouse/status.json`, for root
//! only: it holds the setup code.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use host_api::{
    Notice, PortStatus, SettingsSource, State, Status, UnknownPort, WanStatus, ZoneStatus,
};
use ipnet::{IpNet, Ipv6Net};
use network::Binding;
use settings::{Settings, SitePrefix};

use crate::files::{self, Readers};
use crate::machine::Card;
use crate::wan;

/// Name of the file in `/run/gatehouse`.
pub const FILE: &str = "status.json";
/// Flag files that the initrd leaves there.
const FLAGS: [(&str, &str); 2] = [("state-lost", "state_lost"), ("data-lost", "data_lost")];

/// A status of a box that is starting.
pub fn starting() -> Status {
    Status { version: crate::VERSION.to_owned(), language: "en".to_owned(), ..Status::default() }
}

/// Fills in what follows from the settings in force.
pub fn describe(
    status: &mut Status,
    settings: &Settings,
    source: SettingsSource,
    binding: &Binding,
    site: SitePrefix,
    cards: &BTreeMap<String, Card>,
) {
    status.settings = source;
    settings.language.tag().clone_into(&mut status.language);
    status.zones = settings
        .zones
        .iter()
        .map(|(name, zone)| {
            let v4 = zone.ipv4.as_ref().map(|ipv4| IpNet::V4(ipv4.address));
            let v6 = zone.router_v6(site).and_then(|a| Ipv6Net::new(a, 64).ok()).map(IpNet::V6);
            let addresses = v4.into_iter().chain(v6).collect();
            ZoneStatus { name: name.to_string(), addresses }
        })
        .collect();
    let card = |interface: &str| cards.get(interface).cloned().unwrap_or_default();
    status.wan = binding.wan().map(|interface| WanStatus {
        name: settings.wan_port().map(|(name, _)| name.to_string()).unwrap_or_default(),
        interface: interface.to_string(),
        addresses: wan::addresses(interface),
    });
    let bound = |name| binding.bound.get(name).map(|port| port.interface.to_string());
    status.ports = settings
        .ports
        .keys()
        .map(|name| {
            let interface = bound(name);
            let Card { mac, linked } = interface.as_deref().map(card).unwrap_or_default();
            let mac = mac.map(|mac| mac.to_string());
            PortStatus { name: name.to_string(), interface, mac, linked }
        })
        .collect();
    status.unknown = binding
        .unknown
        .iter()
        .map(|port| UnknownPort {
            interface: port.interface.to_string(),
            mac: port.mac.map(|mac| mac.to_string()),
            path: port.path.as_ref().map(ToString::to_string),
            linked: card(port.interface.as_str()).linked,
        })
        .collect();
}

/// Notices of what the initrd found.
pub fn flags(run: &Path) -> Vec<Notice> {
    FLAGS
        .iter()
        .filter(|(file, _)| run.join(file).exists())
        .map(|(_, code)| Notice::new(code, []))
        .collect()
}

/// Writes it when it changed.
pub fn publish(status: &Status, run: &Path) -> io::Result<bool> {
    let text = serde_json::to_string(status)?;
    files::put(&run.join(FILE), &text, Readers::Root)
}

/// Reads it; a box that is starting when there is none yet.
pub fn read(run: &Path) -> Status {
    let content = crate::store::directory::read_bounded(&run.join(FILE), 1 << 20);
    content.ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_else(starting)
}

/// The line for programs, the last of the serial console's screen; none while starting.
pub fn machine_line(status: &Status) -> Option<String> {
    let source = match status.settings {
        SettingsSource::Factory => "factory",
        SettingsSource::Confirmed => "confirmed",
        SettingsSource::Previous => "previous",
        SettingsSource::Trial => "trial",
    };
    match status.state {
        State::Starting => None,
        State::Ready => {
            let hash: String =
                status.ruleset.iter().flat_map(|hash| hash.chars()).take(12).collect();
            Some(format!(
                "gatehouse: ready version={} ruleset={hash} settings={source}",
                status.version
            ))
        }
        State::Problem => {
            let code = status.notices.first().map_or("unknown", |notice| notice.code.as_str());
            Some(format!("gatehouse: problem code={code}"))
        }
    }
}
