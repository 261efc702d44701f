//! Relays between zones.

use serde_json::{Value, json};
use settings::parse;

use crate::cases::Case;
use crate::{change, found};

const RELAYS: &str = "/relays";

pub fn cases() -> Vec<Case> {
    let of = |zones: &[&str]| json!([{ "zones": zones }]);
    let what = |what: Value| json!([{"zones": ["office", "guest"], "services": what}]);
    let twice = json!([
        {"zones": ["office", "guest"]}, {"zones": ["guest", "office"], "services": "printing"}]);
    vec![
        (RELAYS, json!([]), &[]),
        (RELAYS, of(&["office", "guest"]), &[]),
        (RELAYS, of(&["guest", "office"]), &[]),
        (RELAYS, what(json!("all")), &[]),
        (RELAYS, what(json!("printing")), &[]),
        (RELAYS, json!({}), &[(RELAYS, "not_a_list")]),
        (RELAYS, json!([{}]), &[("/relays/0/zones", "field_missing")]),
        (RELAYS, what(json!("screens")), &[("/relays/0/services", "not_one_of")]),
        (
            RELAYS,
            json!([{"zones": ["office", "guest"], "to": 1}]),
            &[("/relays/0/to", "field_unknown")],
        ),
        (RELAYS, of(&["office"]), &[("/relays/0/zones", "relay_two")]),
        (RELAYS, of(&["office", "guest", "office"]), &[("/relays/0/zones", "relay_two")]),
        (RELAYS, of(&["office", "office"]), &[("/relays/0/zones", "relay_same")]),
        (RELAYS, of(&["office", "cellar"]), &[("/relays/0/zones/1", "zone_unknown")]),
        // The internet is no zone.
        (RELAYS, of(&["wan", "office"]), &[("/relays/0/zones/0", "wan_is_reserved")]),
        (RELAYS, of(&["crm", "office"]), &[("/relays/0/zones/0", "relay_crm")]),
        (RELAYS, of(&["office", "crm"]), &[("/relays/0/zones/1", "relay_crm")]),
        (RELAYS, twice, &[("/relays/1", "relay_repeated")]),
    ]
}

#[test]
fn zones_without_a_common_version_are_not_relayed() {
    let relays = json!([{"zones": ["office", "guest"]}]);
    let document: Value = serde_json::from_str(&change(RELAYS, &relays)).expect("json");
    let with = |edits: &[(&str, Value)]| {
        let mut document = document.clone();
        for (pointer, value) in edits {
            let (parent, field) = pointer.rsplit_once('/').expect("pointer");
            let parent = document.pointer_mut(parent).expect("parent").as_object_mut();
            let parent = parent.expect("object");
            if value.is_null() {
                parent.remove(field);
            } else {
                parent.insert(field.to_owned(), value.clone());
            }
        }
        document.to_string()
    };
    let (no_ipv4, no_ipv6) =
        (("/zones/guest/ipv4", Value::Null), ("/zones/office/ipv6", json!("off")));
    assert_eq!(found(&with(std::slice::from_ref(&no_ipv4))), []);
    assert_eq!(found(&with(std::slice::from_ref(&no_ipv6))), []);
    let apart = with(&[no_ipv4, no_ipv6]);
    assert_eq!(found(&apart), [("/relays/0/zones", "relay_versions")]);
    let only_ipv6 = parse(with(&[("/zones/guest/ipv4", Value::Null)]).as_bytes()).expect("fine");
    assert_eq!(only_ipv6.relays[0].versions(&only_ipv6), (false, true));
}

#[test]
fn relays_are_bounded() {
    let many: Vec<_> = (0..17).map(|_| json!({"zones": ["office", "guest"]})).collect();
    assert_eq!(found(&change(RELAYS, &json!(many))), [(RELAYS, "too_many")]);
}
