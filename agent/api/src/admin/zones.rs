//! Zones as they are, and what passes between them: by the rules that firewall makes of the settings in
//! force.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use host_api::{SettingsSource, State as HostState, Status, UnknownPort, texts};
use settings::{Settings, Target};

use super::document::{opens_crm, zone_called};
use super::state::Admin;
use crate::caller::Caller;
use crate::realm::Who;
use crate::reply::{self, Reply};
use crate::shape::admin::{Allow, Flow, FreeCard, Notice, Wan, Zone, ZoneKind, ZonePort, Zones};
use crate::shape::shared::Language;

/// Name of the zone that is no zone of the settings.
pub(super) const WAN: &str = "wan";

pub(super) fn routes() -> Router<Admin> {
    Router::new().route("/api/v1/zones", get(zones))
}

async fn zones(State(admin): State<Admin>, _: Who, caller: Caller) -> Reply {
    let (now, status) = (admin.settings().await?, admin.status().await?);
    reply::json(&told(&now.settings, &status, caller.language))
}

fn told(settings: &Settings, status: &Status, language: Language) -> Zones {
    let zones: Vec<Zone> =
        wan(settings, status).into_iter().chain(lans(settings, status)).collect();
    let pairs = zones.iter().flat_map(|from| zones.iter().map(move |to| (from, to)));
    let flows = pairs.filter(|(from, to)| from.name != to.name).map(|(from, to)| Flow {
        from: from.name.clone(),
        to: to.name.clone(),
        allow: allowed(settings, status, &from.name, &to.name),
    });
    let state = match status.state {
        HostState::Starting => "starting",
        HostState::Ready => "ready",
        HostState::Problem => "problem",
    };
    Zones {
        flows: flows.collect(),
        wan: status.wan.as_ref().map(|wan| Wan {
            interface: wan.interface.clone(),
            addresses: wan.addresses.iter().map(ToString::to_string).collect(),
        }),
        state: state.to_owned(),
        cards: status.unknown.iter().map(card).collect(),
        notices: notices(settings, status, language),
        ruleset: status.ruleset.clone(),
        zones,
    }
}

/// The provider's side, on a box that has a port for it.
fn wan(settings: &Settings, status: &Status) -> Option<Zone> {
    let (name, _) = settings.wan_port()?;
    Some(Zone {
        name: WAN.to_owned(),
        label: None,
        isolated: false,
        kind: ZoneKind::Wan,
        vlan: None,
        addresses: Vec::new(),
        ports: vec![port(status, name.as_str())],
    })
}

fn lans<'a>(settings: &'a Settings, status: &'a Status) -> impl Iterator<Item = Zone> + 'a {
    settings.zones.iter().map(|(name, zone)| {
        let is = status.zones.iter().find(|zone| zone.name == name.as_str());
        let addresses = is.iter().flat_map(|zone| &zone.addresses);
        let kind = match name.as_str() {
            _ if *name == settings.crm.zone => ZoneKind::Crm,
            "office" => ZoneKind::Office,
            "guest" => ZoneKind::Guest,
            _ => ZoneKind::Zone,
        };
        let ports = settings.ports_of(name).map(|name| port(status, name.as_str()));
        Zone {
            name: name.to_string(),
            label: zone.label.as_ref().map(ToString::to_string),
            isolated: zone.isolated,
            kind,
            vlan: Some(zone.vlan.number()),
            addresses: addresses.map(ToString::to_string).collect(),
            ports: ports.collect(),
        }
    })
}

fn port(status: &Status, name: &str) -> ZonePort {
    let is = status.ports.iter().find(|port| port.name == name);
    ZonePort {
        name: name.to_owned(),
        interface: is.and_then(|port| port.interface.clone()),
        linked: is.is_some_and(|port| port.linked),
    }
}

fn card(of: &UnknownPort) -> FreeCard {
    let UnknownPort { interface, mac, path, linked } = of.clone();
    FreeCard { interface, mac, path, linked }
}

/// What new connections from one zone to another may be. Policies never name the CRM's zone, and one to
/// WAN opens nothing while no card is the WAN port.
fn allowed(settings: &Settings, status: &Status, from: &str, to: &str) -> Allow {
    let is_crm = settings.crm.zone.as_str() == to;
    let mut sources = settings.crm.reachable_from.iter().filter(|it| it.zone.as_str() == from);
    if is_crm && sources.any(|source| opens_crm(settings, source)) {
        return Allow::Crm;
    }
    let policy = settings.policies.iter().find(|policy| {
        let meant = match &policy.to {
            Target::Wan => to == WAN && status.wan.is_some(),
            Target::Zone(zone) => zone.as_str() == to,
        };
        meant && policy.from.as_str() == from
    });
    match policy.map(|policy| policy.allow) {
        Some(settings::Allow::All) => Allow::All,
        Some(settings::Allow::Web) => Allow::Web,
        None => Allow::None,
    }
}

/// hostd's own, and what the console says of settings and cards.
fn notices(settings: &Settings, status: &Status, language: Language) -> Vec<Notice> {
    let mut all = status.notices.clone();
    // While the box starts, cards are still being found.
    if status.state != HostState::Starting {
        if status.settings == SettingsSource::Factory {
            all.push(host_api::Notice::new("nothing_forwarded", []));
        }
        let unbound = status.ports.iter().filter(|port| port.interface.is_none());
        all.extend(
            unbound
                .map(|port| host_api::Notice::new("port_unbound", [("port", port.name.clone())])),
        );
        all.extend(status.unknown.iter().map(|card| {
            let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            let interface = ("interface", card.interface.clone());
            let values = [interface, ("mac", or_none(&card.mac)), ("path", or_none(&card.path))];
            host_api::Notice::new("port_unknown", values)
        }));
    }
    let told = all.into_iter().map(|mut notice| {
        // hostd says zones by their names, which no page shows.
        if let Some(zone) = notice.values.get_mut("zone")
            && let Some(called) = zone_called(&[settings], zone, language)
        {
            *zone = called;
        }
        Notice {
            text: texts::text(language.into(), &notice.code, &notice.values),
            code: notice.code,
        }
    });
    told.collect()
}
