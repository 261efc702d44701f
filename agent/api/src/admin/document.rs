//! The settings document as the pages change it: who reaches what, and the zone for guests. What the
//! pages do not speak of stays as it is.

mod fields;

use std::net::IpAddr;

use host_api::{SettingsSource, Status};
use ipnet::{IpNet, Ipv6Net};
use serde_json::{Value, json};
use settings::{
    Addresses as Kept, Ipv6Zone, PortRole, Settings, SitePrefix, Source, Target, Zone, ZoneName,
};
use sha2::{Digest, Sha256};

use crate::problem::Problem;
use crate::reply::broken;
use crate::shape::setup::{Addresses, All, ReachableFrom, SetupFinish};
use crate::shape::shared::Language;

pub(super) use fields::{
    crm_pointer, refused, refused_fields, refused_naming, setup_pointer, zone_called,
};

/// The zone that the set-up may add or leave out.
const GUEST: &str = "guest";

/// Changes whenever the document does.
pub(super) fn version(document: &str) -> u64 {
    let digest = Sha256::digest(document.as_bytes());
    digest.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Sources as they go over the wire.
pub(super) fn reach(from: &[Source]) -> Vec<ReachableFrom> {
    let one = |source: &Source| ReachableFrom {
        zone: source.zone.to_string(),
        addresses: match &source.addresses {
            Kept::All => Addresses::All(All::All),
            Kept::List(networks) => {
                Addresses::Some(networks.iter().map(ToString::to_string).collect())
            }
        },
    };
    from.iter().map(one).collect()
}

/// The document with others who reach the CRM. Where the set-up's last page was cut by the power, or the
/// settings were lost, it is the first one that an admin saves: it opens the way to the internet, too.
///
/// # Errors
/// Fields of the request, in the reader's language.
pub(super) fn with_crm(
    settings: &Settings,
    source: SettingsSource,
    from: &[ReachableFrom],
    language: Language,
) -> Result<Settings, Problem> {
    let mut value = serde_json::to_value(settings).map_err(|error| broken(&error))?;
    add_policies(&mut value, ways_out(settings, source));
    put(&mut value, "/crm/reachable_from", at_hours(sources(from), settings));
    read(&value, language, crm_pointer)
}

/// The document that a set-up brings about. On a box that nobody has set up yet every zone but the
/// CRM's gets the way to the internet.
///
/// # Errors
/// Fields of the request, in the reader's language.
pub(super) fn set_up(
    settings: &Settings,
    source: SettingsSource,
    choice: &SetupFinish,
    of_box: Language,
    reader: Language,
) -> Result<Settings, Problem> {
    let mut settings = settings.clone();
    settings.language = of_box.into();
    let has_guest = settings.zones.keys().any(|zone| zone.as_str() == GUEST);
    if has_guest && !choice.zones.guest {
        leave_out(&mut settings, GUEST);
    }
    let mut ways = ways_out(&settings, source);
    let mut value = serde_json::to_value(&settings).map_err(|error| broken(&error))?;
    if choice.zones.guest && !has_guest {
        let zones = value.get_mut("zones").and_then(Value::as_object_mut);
        zones.map(|zones| zones.insert(GUEST.to_owned(), guest_zone()));
        ways.push(way_out(GUEST));
    }
    add_policies(&mut value, ways);
    put(&mut value, "/crm/reachable_from", sources(&choice.crm.reachable_from));
    put(&mut value, "/management/from", sources(&choice.management.from));
    read(&value, reader, setup_pointer)
}

/// Policies that a box gets which nobody has set up: each zone but the CRM's reaches the internet.
fn ways_out(settings: &Settings, source: SettingsSource) -> Vec<Value> {
    if source != SettingsSource::Factory {
        return Vec::new();
    }
    let has_way = |zone: &ZoneName| {
        settings.policies.iter().any(|it| it.from == *zone && it.to == Target::Wan)
    };
    let zones = settings.zones.keys().filter(|zone| **zone != settings.crm.zone);
    zones.filter(|zone| !has_way(zone)).map(|zone| way_out(zone.as_str())).collect()
}

fn way_out(zone: &str) -> Value {
    json!({"from": zone, "to": "wan", "allow": "all"})
}

fn add_policies(document: &mut Value, policies: Vec<Value>) {
    if let Some(all) = document.get_mut("policies").and_then(Value::as_array_mut) {
        all.extend(policies);
    }
}

fn guest_zone() -> Value {
    json!({
        "vlan": 20,
        "ipv4": {
            "address": "192.168.20.1/24",
            "dhcp": { "from": "192.168.20.100", "to": "192.168.20.199" },
        },
        "ipv6": "automatic",
    })
}

/// Takes a zone out, with its policies; a port that carries nothing else carries nothing.
fn leave_out(settings: &mut Settings, gone: &str) {
    let is = |zone: &ZoneName| zone.as_str() == gone;
    settings.zones.retain(|zone, _| !is(zone));
    settings.policies.retain(|policy| {
        !is(&policy.from) && !matches!(&policy.to, Target::Zone(zone) if is(zone))
    });
    settings.ports.retain(|_, port| match &mut port.role {
        PortRole::Wan => true,
        PortRole::Access(zone) => !is(zone),
        PortRole::Trunk(zones) => {
            zones.retain(|zone| !is(zone));
            !zones.is_empty()
        }
    });
    settings.relays.retain(|relay| !relay.zones.iter().any(is));
    settings.rules.retain(|rule| {
        let to = rule.to.zones.named().iter();
        !rule.from.zones.named().iter().any(is)
            && !to
                .filter_map(|to| match to {
                    Target::Zone(zone) => Some(zone),
                    Target::Wan => None,
                })
                .any(is)
    });
}

/// Sources with the hours that their zones have now: who reaches the CRM is chosen here, when is not.
fn at_hours(mut sources: Value, settings: &Settings) -> Value {
    for source in sources.as_array_mut().into_iter().flatten() {
        let zone = source.get("zone").and_then(Value::as_str);
        let is_same = |known: &&Source| Some(known.zone.as_str()) == zone;
        let known = settings.crm.reachable_from.iter().find(is_same);
        if let Some(schedule) = known.and_then(|known| known.schedule.as_ref())
            && let Some(source) = source.as_object_mut()
        {
            source.insert("schedule".to_owned(), json!(schedule));
        }
    }
    sources
}

fn put(document: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = document.pointer_mut(pointer) {
        *place = value;
    }
}

/// People also write one address; the document has networks.
fn sources(from: &[ReachableFrom]) -> Value {
    let network = |text: &String| match text.trim().parse::<IpAddr>() {
        Ok(address) => IpNet::from(address).to_string(),
        Err(_) => text.trim().to_owned(),
    };
    let one = |from: &ReachableFrom| match &from.addresses {
        Addresses::All(_) => json!({"zone": from.zone, "addresses": "all"}),
        Addresses::Some(list) => {
            let networks: Vec<String> = list.iter().map(network).collect();
            json!({"zone": from.zone, "addresses": networks})
        }
    };
    from.iter().map(one).collect()
}

fn read(
    document: &Value,
    language: Language,
    pointer: fn(&str) -> String,
) -> Result<Settings, Problem> {
    let parsed = settings::parse(document.to_string().as_bytes());
    parsed.map_err(|problems| refused_fields(problems, language, pointer))
}

/// The box's own IPv6 prefix, from its addresses in zones.
pub(super) fn site(status: &Status) -> Option<SitePrefix> {
    let all = status.zones.iter().flat_map(|zone| &zone.addresses);
    all.filter_map(|address| match address {
        IpNet::V6(v6) => Ipv6Net::new(v6.addr(), 48).ok()?.trunc().to_string().parse().ok(),
        IpNet::V4(_) => None,
    })
    .next()
}

/// Whether somebody at this address still reaches the admin pages, by what the ruleset does.
pub(super) fn keeps(settings: &Settings, site: Option<SitePrefix>, address: IpAddr) -> bool {
    let link_local = matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local());
    settings.management.from.iter().any(|source| {
        let Some(zone) = settings.zones.get(&source.zone) else { return false };
        let inside = subnets(zone, site).any(|subnet| subnet.contains(&address));
        match &source.addresses {
            Kept::All => inside,
            // Which zone a link-local address is in, it does not say.
            Kept::List(networks) => {
                (inside || link_local) && networks.iter().any(|network| network.contains(&address))
            }
        }
    })
}

fn subnets(zone: &Zone, site: Option<SitePrefix>) -> impl Iterator<Item = IpNet> {
    let v4 = zone.subnet_v4().map(IpNet::V4);
    let v6 = site.and_then(|site| zone.subnet_v6(site)).map(IpNet::V6);
    v4.into_iter().chain(v6)
}

/// The CRM's address, IPv4 before IPv6.
pub(super) fn crm_address(settings: &Settings, site: Option<SitePrefix>) -> Option<IpAddr> {
    let any = SitePrefix::from_random([0; 5]);
    let (v4, v6) = settings.crm.addresses(settings, site.unwrap_or(any));
    v4.map(IpAddr::V4).or(v6.filter(|_| site.is_some()).map(IpAddr::V6))
}

/// Whether a source lets anybody through to the CRM: an address version that either side lacks, or an
/// empty list, lets nobody.
pub(super) fn opens_crm(settings: &Settings, source: &Source) -> bool {
    let (Some(crm), Some(zone)) =
        (settings.zones.get(&settings.crm.zone), settings.zones.get(&source.zone))
    else {
        return false;
    };
    let (crm4, crm6) = (crm.ipv4.is_some(), crm.ipv6 == Ipv6Zone::Automatic);
    match &source.addresses {
        Kept::All => (crm4 && zone.ipv4.is_some()) || (crm6 && zone.ipv6 == Ipv6Zone::Automatic),
        Kept::List(networks) => networks.iter().any(|network| match network {
            IpNet::V4(_) => crm4,
            IpNet::V6(_) => crm6,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../../settings/tests/example.json");

    fn with(pointer: &str, value: Value) -> Settings {
        let mut document: Value = serde_json::from_str(EXAMPLE).unwrap();
        put(&mut document, pointer, value);
        settings::parse(document.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn who_stays_inside_is_what_the_ruleset_lets_in() {
        let site = "fd12:3456:789a::/48".parse().ok();
        let all = with("/management/from", json!([{"zone": "office", "addresses": "all"}]));
        let some = json!([
            {"zone": "guest", "addresses": ["192.168.20.7/32"]},
            {"zone": "office", "addresses": ["192.168.0.0/16", "fe80::/10"]},
        ]);
        let some = with("/management/from", some);
        for (address, in_all, in_some) in [
            ("192.168.10.50", true, true),
            ("192.168.20.7", false, true),
            ("192.168.20.8", false, false),
            ("192.168.30.7", false, false),
            ("203.0.113.1", false, false),
            ("fd12:3456:789a:a::5", true, false),
            ("fd12:3456:789a:14::5", false, false),
            ("fe80::1", false, true),
        ] {
            let address: IpAddr = address.parse().unwrap();
            let found = (keeps(&all, site, address), keeps(&some, site, address));
            assert_eq!(found, (in_all, in_some), "{address}");
        }
    }

    #[test]
    fn a_source_opens_the_crm_when_both_speak_one_version() {
        let opens = |crm: Value, addresses: Value| {
            let mut settings = with("/zones/crm", crm);
            let from = json!([{"zone": "office", "addresses": addresses}]);
            settings.crm.reachable_from = with("/crm/reachable_from", from).crm.reachable_from;
            opens_crm(&settings, &settings.crm.reachable_from[0])
        };
        let both =
            || json!({"vlan": 30, "ipv4": {"address": "192.168.30.1/24"}, "ipv6": "automatic"});
        let only6 = || json!({"vlan": 30, "ipv6": "automatic"});
        assert!(opens(both(), json!("all")) && opens(only6(), json!("all")));
        assert!(opens(both(), json!(["192.168.10.0/25"])));
        assert!(!opens(only6(), json!(["192.168.10.0/25"])));
        assert!(opens(only6(), json!(["fd00::/8"])));
        assert!(!opens(both(), json!([])));
    }

    #[test]
    fn only_a_box_that_nobody_has_set_up_gets_ways_out() {
        let settings = with("/policies", json!([{"from": "guest", "to": "wan", "allow": "web"}]));
        assert_eq!(ways_out(&settings, SettingsSource::Factory), [way_out("office")]);
        for source in [SettingsSource::Confirmed, SettingsSource::Previous] {
            assert_eq!(ways_out(&settings, source), [] as [Value; 0]);
        }
    }

    #[test]
    fn the_version_is_of_the_whole_document() {
        let one = with("/language", "en".into());
        let other = with("/language", "zh-CN".into());
        assert_eq!(version(&one.to_json()), version(&one.clone().to_json()));
        assert_ne!(version(&one.to_json()), version(&other.to_json()));
    }
}
