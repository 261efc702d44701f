//! Documents to compare: the example with edits, and any accepted one out of values so few that two
//! documents have much in common.

use proptest::prelude::*;
use serde_json::{Value, json};
use settings::{Settings, parse};

use crate::drawn::document;

const EXAMPLE: &str = include_str!("../example.json");

/// The example with values put in, or (null) taken out.
pub fn edited(edits: &[(&str, Value)]) -> Settings {
    let mut document: Value = serde_json::from_str(EXAMPLE).expect("example");
    for (pointer, value) in edits {
        let (parent, field) = pointer.rsplit_once('/').expect("pointer");
        let parent = document.pointer_mut(parent).and_then(Value::as_object_mut).expect("object");
        if value.is_null() {
            parent.remove(field);
        } else {
            parent.insert(field.to_owned(), value.clone());
        }
    }
    parse(document.to_string().as_bytes()).expect("accepted")
}

/// Two documents: any two, or two that share some of their parts, all, or all but the order of lists.
pub fn pair() -> impl Strategy<Value = (Settings, Settings)> {
    let parts = any::<[bool; PARTS.len()]>();
    let mixed = (document(), document(), parts, any::<u64>()).prop_filter_map(
        "refused",
        |(a, b, parts, seed)| {
            let mut mixed = if seed % 3 == 0 { turned(&a) } else { a.clone() };
            for (part, other) in PARTS.into_iter().zip(parts) {
                // One time in four nothing but the order differs.
                if other && seed % 4 != 0 {
                    mixed[part] = b[part].clone();
                }
            }
            Some((accepted(&a)?, accepted(&mixed)?))
        },
    );
    let any_two = (document(), document())
        .prop_filter_map("refused", |(a, b)| Some((accepted(&a)?, accepted(&b)?)));
    prop_oneof![3 => mixed, 1 => any_two]
}

const PARTS: [&str; 17] = [
    "language",
    "ports",
    "zones",
    "policies",
    "management",
    "crm",
    "rules",
    "services",
    "groups",
    "schedules",
    "quarantine",
    "routes",
    "dns",
    "blocking",
    "egress",
    "publish",
    "relays",
];

fn accepted(document: &Value) -> Option<Settings> {
    parse(mended(document).to_string().as_bytes()).ok()
}

/// Without what names a zone that is not there, or what its zone lacks: else most documents would be
/// refused.
fn mended(document: &Value) -> Value {
    let zones = &document["zones"];
    let known = |zone: &Value| zone.as_str().is_some_and(|zone| zones.get(zone).is_some());
    let mut document = document.clone();
    for port in document["ports"].as_object_mut().expect("ports").values_mut() {
        let role = &mut port["role"];
        if let Some(carried) = role.get_mut("trunk").and_then(Value::as_array_mut) {
            carried.retain(known);
        }
        let empty = role.get("trunk") == Some(&json!([]));
        if empty || role.get("access").is_some_and(|zone| !known(zone)) {
            *role = json!({"access": "office"});
        }
    }
    let to = |to: &Value| to == "wan" || known(to);
    let rules = document["rules"].as_array_mut().expect("rules");
    for rule in &mut *rules {
        if let Some(zones) = rule.pointer_mut("/to/zones").and_then(Value::as_array_mut) {
            zones.retain(to);
        }
    }
    let crm = &document["crm"]["zone"].clone();
    let rules = document["rules"].as_array_mut().expect("rules");
    rules.retain(|rule| {
        let zones = |side: &str| rule[side]["zones"].as_array().cloned();
        let from =
            zones("from").is_none_or(|from| from.iter().all(|zone| known(zone) && zone != crm));
        from && zones("to").is_none_or(|to| !to.is_empty() && !to.contains(crm))
    });
    let policies = document["policies"].as_array_mut().expect("policies");
    policies.retain(|policy| known(&policy["from"]) && to(&policy["to"]));
    for pointer in ["/management/from", "/crm/reachable_from"] {
        let sources = document.pointer_mut(pointer).and_then(Value::as_array_mut).expect("sources");
        sources.retain(|source| known(&source["zone"]));
        for source in sources {
            let zone = &zones[source["zone"].as_str().expect("zone")];
            if let Some(networks) = source["addresses"].as_array_mut() {
                networks.retain(|network| has_version(zone, network));
            }
        }
    }
    let in_zone = |route: &Value| {
        let via = route["via"].as_str().expect("via");
        let zone = ROUTERS.iter().find(|(router, _)| *router == via).expect("a router").1;
        zones.get(zone).is_some_and(|zone| zone.get("ipv4").is_some())
    };
    document["routes"].as_array_mut().expect("routes").retain(in_zone);
    let publish = document["publish"].as_array_mut().expect("published");
    publish.retain(|one| {
        let zone = one["to"]["zone"].as_str().expect("zone");
        zones.get(zone).is_some_and(|zone| zone.get("ipv4").is_some())
    });
    for one in publish {
        let zone = &zones[one["to"]["zone"].as_str().expect("zone")];
        if zone["ipv6"] == "off" {
            one["to"].as_object_mut().expect("object").remove("ipv6");
        }
    }
    let way = |one: &Value| one["for"] == "admin" && one["to"] == "mail.example.com";
    let fetched = document["egress"].as_array().is_some_and(|all| all.iter().any(way));
    let crm = document["crm"]["zone"].clone();
    let blocking = &mut document["blocking"];
    if !fetched {
        blocking["lists"] = json!({});
    }
    let lists = blocking["lists"].clone();
    let blocked = blocking["zones"].as_object_mut().expect("zones");
    blocked.retain(|zone, _| zones.get(zone).is_some() && crm != json!(zone));
    for of_zone in blocked.values_mut().filter_map(Value::as_array_mut) {
        of_zone.retain(|list| list.as_str().is_some_and(|list| lists.get(list).is_some()));
    }
    let crm = &mut document["crm"];
    if !known(&crm["zone"]) {
        crm["zone"] = json!("crm");
    }
    let has_ipv6 = |zone: &Value| zones[zone.as_str().expect("zone")]["ipv6"] == "automatic";
    let has_ipv4 = |zone: &Value| zones[zone.as_str().expect("zone")].get("ipv4").is_some();
    document["relays"].as_array_mut().expect("relays").retain(|relay| {
        let pair = relay["zones"].as_array().expect("zones");
        let all = |is: &dyn Fn(&Value) -> bool| pair.iter().all(is);
        all(&known) && (all(&has_ipv4) || all(&has_ipv6))
    });
    let crm = &mut document["crm"];
    let ipv4 = zones[crm["zone"].as_str().expect("zone")]["ipv4"]["address"].as_str();
    if crm["host"] == FAR && ipv4.is_some_and(|address| !address.ends_with("/16")) {
        crm["host"] = json!(10);
    }
    document
}

/// Other routers, and the zones that they are in.
pub const ROUTERS: [(&str, &str); 3] =
    [("192.168.10.9", "office"), ("192.168.10.10", "office"), ("192.168.20.9", "guest")];

/// A number that only a large subnet has: 10.9.30.10 in 10.9.0.0/16.
pub const FAR: u16 = 30 * 256 + 10;

fn has_version(zone: &Value, network: &Value) -> bool {
    if network.as_str().is_some_and(|text| text.contains(':')) {
        zone["ipv6"] == "automatic"
    } else {
        zone.get("ipv4").is_some()
    }
}

/// Every list the other way round.
fn turned(document: &Value) -> Value {
    match document {
        Value::Array(list) => list.iter().rev().map(turned).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), turned(value))).collect()
        }
        other => other.clone(),
    }
}
