//! The settings document as the pages change it: who reaches what, and the zone for guests. What the
//! pages do not speak of stays as it is.

use std::borrow::Cow;
use std::net::IpAddr;

use host_api::{SettingsSource, Status};
use ipnet::{IpNet, Ipv6Net};
use serde_json::{Value, json};
use settings::{
    Addresses as Kept, Ipv6Zone, PortRole, Settings, SitePrefix, Source, Target, Zone, ZoneName,
};
use sha2::{Digest, Sha256};

use crate::catalogue;
use crate::problem::{Field, Problem};
use crate::reply::broken;
use crate::shape::setup::{Addresses, All, ReachableFrom, SetupFinish};
use crate::shape::shared::Language;

/// The zone that the set-up may add or leave out.
const GUEST: &str = "guest";

/// Changes whenever the document does.
pub(super) fn version(document: &str) -> u64 {
    let digest = Sha256::digest(document.as_bytes());
    digest.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// The language of the settings' own texts.
pub(super) fn words_in(language: Language) -> settings::Language {
    match language {
        Language::En => settings::Language::English,
        Language::ZhCn => settings::Language::Chinese,
    }
}

/// The language that a document says.
pub(super) fn language(settings: &Settings) -> Language {
    match settings.language {
        settings::Language::English => Language::En,
        settings::Language::Chinese => Language::ZhCn,
    }
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
    settings.language = words_in(of_box);
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

/// Refused fields of a document in the reader's words, as fields of the request.
pub(super) fn refused_fields(
    problems: Vec<settings::Problem>,
    language: Language,
    pointer: fn(&str) -> String,
) -> Problem {
    refused_naming(problems, language, pointer, |_| None)
}

/// The same, for zones that the document calls something else.
pub(super) fn refused_naming(
    problems: Vec<settings::Problem>,
    language: Language,
    pointer: fn(&str) -> String,
    label: impl Fn(&str) -> Option<String>,
) -> Problem {
    let told = problems.into_iter().map(|problem| {
        let name = |zone: &str| label(zone).or_else(|| zone_name(zone, language));
        let text = problem.reason.text_naming(words_in(language), name);
        (problem.field, problem.reason.code().to_owned(), text)
    });
    refused(told, pointer)
}

/// What a zone is called in the first of these documents that has it: its label, else as the pages say.
pub(super) fn zone_called(in_: &[&Settings], zone: &str, language: Language) -> Option<String> {
    let mut zones = in_.iter().flat_map(|settings| &settings.zones);
    let found = zones.find(|(name, _)| name.as_str() == zone);
    let label = found.and_then(|(_, zone)| zone.label.as_ref());
    label.map(ToString::to_string).or_else(|| zone_name(zone, language))
}

/// What the pages call a zone of ours; none for one that somebody else named.
pub(super) fn zone_name(zone: &str, language: Language) -> Option<String> {
    let key = format!("zone.{zone}");
    catalogue::ZONES.contains(&key.as_str()).then(|| catalogue::text(language, &key))
}

/// Refused fields of a document, each with its code and words, as fields of the request.
pub(super) fn refused(
    told: impl Iterator<Item = (String, String, String)>,
    pointer: fn(&str) -> String,
) -> Problem {
    let field = |(field, code, text): (String, String, String)| match code.as_str() {
        "zone_unknown" => Field::new(pointer(&field), "no-zone"),
        _ => Field {
            pointer: pointer(&field),
            code: Cow::Owned(code),
            values: Vec::new(),
            text: Some(sentence(&text)),
        },
    };
    Problem::fields_refused(told.map(field).collect())
}

/// A reason, which the console puts behind a field's name, as the sentence that a page shows at the field.
fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = match reason.chars().last() {
        Some('.' | '。' | '?' | '？') | None => "",
        Some(_) if reason.chars().any(is_chinese) => "。",
        Some(_) => ".",
    };
    format!("{first}{}{end}", letters.as_str())
}

fn is_chinese(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

/// Where a field of the document comes from when only who reaches the CRM was sent; the request as a
/// whole for others.
pub(super) fn crm_pointer(field: &str) -> String {
    let rest = field.strip_prefix("/crm/reachable_from");
    rest.map(|rest| format!("/reachableFrom{rest}")).unwrap_or_default()
}

/// The same for the last page of the set-up.
pub(super) fn setup_pointer(field: &str) -> String {
    if let Some(rest) = field.strip_prefix("/crm/reachable_from") {
        return format!("/crm/reachableFrom{rest}");
    }
    if field.starts_with("/management/from") {
        return field.to_owned();
    }
    if field == "/zones/guest" || field.starts_with("/zones/guest/") {
        return "/zones/guest".to_owned();
    }
    String::new()
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

    #[test]
    fn fields_of_the_document_are_found_in_the_request() {
        for (field, set_up, crm) in [
            ("/crm/reachable_from/1/zone", "/crm/reachableFrom/1/zone", "/reachableFrom/1/zone"),
            ("/management/from/0/addresses/2", "/management/from/0/addresses/2", ""),
            ("/zones/guest/vlan", "/zones/guest", ""),
            ("/zones/guests/vlan", "", ""),
            ("", "", ""),
        ] {
            assert_eq!((setup_pointer(field), crm_pointer(field)), (set_up.into(), crm.into()));
        }
    }
}
