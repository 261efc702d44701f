//! Every reason for a refusal, each provoked by one change to a good document: the right field, the
//! right reason, and nothing else. One test demands that no reason is left out.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod blocking;
mod cases;
mod dns;
mod egress;
mod labels;
mod publish;
mod relays;
mod reservations;
mod rules;

use cases::cases;
use serde_json::{Value, json};
use settings::{Language, MAX_BYTES, Problem, Reason, parse};

const EXAMPLE: &str = include_str!("../example.json");

#[test]
fn each_mistake_is_named() {
    for (pointer, value, want) in cases() {
        let changed = change(pointer, &value);
        assert_eq!(found(&changed), want, "{pointer} = {value}");
    }
}

#[test]
fn no_reason_goes_untested() {
    let mut tested: Vec<&str> =
        cases().iter().flat_map(|case| case.2).map(|(_, code)| *code).collect();
    // These need more than one changed value; the tests below provoke them.
    tested.extend(["too_large", "not_json", "field_repeated", "too_many"]);
    tested.extend(["management_no_port", "network_no_ipv4", "network_no_ipv6"]);
    tested.extend(["address_no_ipv4", "address_no_ipv6", "relay_versions"]);
    tested.push("management_quarantined");
    for code in Reason::CODES {
        assert!(tested.contains(code), "nothing provokes {code}");
    }
}

#[test]
fn quarantine_leaves_somebody_who_reaches_the_admin_pages() {
    let of = |addresses: &[&str], quarantine: &[&str]| {
        let mut document: Value = serde_json::from_str(EXAMPLE).expect("example");
        document["management"]["from"] = json!([{"zone": "office", "addresses": addresses}]);
        document["zones"]["office"]["reservations"] = json!([
            {"mac": "52:54:00:00:00:0a", "address": "192.168.10.20"},
            {"mac": "52:54:00:00:00:0b", "address": "192.168.10.21"},
        ]);
        document["quarantine"] = json!(quarantine);
        let found = parse(document.to_string().as_bytes()).err().unwrap_or_default();
        found.into_iter().map(|it| (it.field, it.reason.code())).collect::<Vec<_>>()
    };
    let (a, b) = ("52:54:00:00:00:0a", "52:54:00:00:00:0b");
    let nobody = [("/management/from".to_owned(), "management_quarantined")];
    assert_eq!(of(&["192.168.10.20/32"], &[a]), nobody);
    assert_eq!(of(&["192.168.10.20/31"], &[a, b]), nobody);
    for (addresses, quarantine) in [
        (["192.168.10.20/32"], vec![b]),
        (["192.168.10.20/31"], vec![a]),
        (["192.168.10.20/30"], vec![a, b]),
        (["192.168.10.22/32"], vec![a, b]),
    ] {
        assert_eq!(of(&addresses, &quarantine), [], "{addresses:?} {quarantine:?}");
    }
}

#[test]
fn bytes_that_are_no_document() {
    let code = |bytes: &[u8]| {
        let problems = parse(bytes).expect_err("refused");
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].field, "");
        problems[0].reason.code()
    };
    assert_eq!(code(b""), "not_json");
    assert_eq!(code(b"{}x"), "not_json");
    assert_eq!(code(&EXAMPLE.as_bytes()[..400]), "not_json");
    assert_eq!(code(b"\"\xff\""), "not_json");
    assert_eq!(code(&vec![b' '; MAX_BYTES + 1]), "too_large");
    assert_eq!(code(&vec![b'['; MAX_BYTES]), "not_json");
    assert_eq!(code(b"null"), "not_an_object");
}

#[test]
fn a_field_named_twice_is_refused() {
    let twice = EXAMPLE.replacen("\"language\"", "\"language\": \"zh-CN\", \"language\"", 1);
    assert_eq!(found(&twice), [("/language", "field_repeated")]);
    let twice = EXAMPLE.replacen("\"wan\": {", "\"office\": {", 1);
    assert_eq!(found(&twice), [("/ports/office", "field_repeated")]);
}

#[test]
fn deep_nesting_is_refused() {
    let deep = json!([[[[[[[[[[[[[[1]]]]]]]]]]]]]]);
    // A field that takes a list of objects looks one level down only.
    assert_eq!(found(&change("/policies", &deep)), [("/policies/0", "not_an_object")]);
    let text = format!("{}1{}", "[".repeat(13), "]".repeat(13));
    assert_eq!(parse(text.as_bytes()).expect_err("refused")[0].reason.code(), "not_an_object");
}

#[test]
fn too_many_of_anything() {
    let many = |count: u16, entry: fn(u16) -> Value| -> Value {
        (0..count).map(|n| (format!("x{n}"), entry(n))).collect::<serde_json::Map<_, _>>().into()
    };
    let port = |n| json!({"match": {"path": format!("p{n}")}, "role": {"access": "office"}});
    assert_eq!(found(&change("/ports", &many(65, port))), [("/ports", "too_many")]);
    let zone = |n| json!({"vlan": n + 1, "ipv6": "automatic"});
    assert_eq!(found(&change("/zones", &many(65, zone))), [("/zones", "too_many")]);
    let policy = json!({"from": "office", "to": "wan", "allow": "web"});
    assert_eq!(found(&change("/policies", &json!(vec![policy; 257]))), [("/policies", "too_many")]);
    let reservation = |n: u32| {
        let mac = format!("52:54:00:00:{:02x}:{:02x}", n / 256, n % 256);
        json!({"mac": mac, "address": format!("192.168.{}.{}", n / 256, n % 256)})
    };
    let list = |count: u32| (2..count + 2).map(reservation).collect::<Vec<_>>();
    let zone = |list| {
        json!({"vlan": 20, "ipv6": "off",
        "ipv4": {"address": "192.168.0.1/21"}, "reservations": list})
    };
    let place = "/zones/guest/reservations";
    assert_eq!(found(&change("/zones/guest", &zone(list(1025)))), [(place, "too_many")]);
    assert_eq!(found(&change("/zones/guest", &zone(list(1024)))), []);
    let route = |n: u16| json!({"network": format!("10.{}.{}.0/24", n / 256, n % 256), "via": "192.168.10.2"});
    let routes = json!((0..257).map(route).collect::<Vec<_>>());
    assert_eq!(found(&change("/routes", &routes)), [("/routes", "too_many")]);
    let one = |port: u16| json!({"for": "crm", "to": "a.example", "protocol": "udp", "port": port});
    let egress = json!((1..202).map(one).collect::<Vec<_>>());
    assert_eq!(found(&change("/egress", &egress)), [("/egress", "too_many")]);
    let list: Vec<String> = (0..1025).map(|n| format!("fd00::{n:x}/128")).collect();
    let macs: Vec<String> =
        (0..1025).map(|n| format!("52:54:00:00:{:02x}:{:02x}", n / 256, n % 256)).collect();
    assert_eq!(found(&change("/quarantine", &json!(macs))), [("/quarantine", "too_many")]);
    let place = "/crm/reachable_from/0/addresses";
    assert_eq!(found(&change(place, &json!(list))), [(place, "too_many")]);
    assert_eq!(found(&change(place, &json!(list[..1024]))), []);
}

#[test]
fn a_way_in_needs_a_port() {
    let mut document: Value = serde_json::from_str(EXAMPLE).expect("example");
    document["ports"]["office"]["role"] = json!({"access": "guest"});
    document["ports"]["trunk"]["role"] = json!({"trunk": ["guest", "crm"]});
    assert_eq!(found(&document.to_string()), [("/management/from", "management_no_port")]);
    document["ports"]["trunk"]["role"] = json!({"trunk": ["guest", "office"]});
    assert_eq!(found(&document.to_string()), []);
}

#[test]
fn networks_of_a_version_the_zone_lacks() {
    let mut document: Value = serde_json::from_str(EXAMPLE).expect("example");
    document["zones"]["guest"] = json!({"vlan": 20, "ipv6": "automatic"});
    document["zones"]["office"]["ipv6"] = json!("off");
    document["crm"]["reachable_from"] = json!([
        {"zone": "guest", "addresses": ["10.0.0.0/8", "10.0.0.7/32"]},
        {"zone": "office", "addresses": ["fd00::/8", "fd00::7/128"]}]);
    let want = [
        ("/crm/reachable_from/0/addresses/0", "network_no_ipv4"),
        ("/crm/reachable_from/0/addresses/1", "address_no_ipv4"),
        ("/crm/reachable_from/1/addresses/0", "network_no_ipv6"),
        ("/crm/reachable_from/1/addresses/1", "address_no_ipv6"),
    ];
    assert_eq!(found(&document.to_string()), want);
}

#[test]
fn all_problems_come_at_once() {
    let mut document: Value = serde_json::from_str(EXAMPLE).expect("example");
    document["zones"]["office"]["vlan"] = json!(5000);
    document["zones"]["guest"]["ipv4"]["address"] = json!("x");
    document["crm"]["host"] = json!("ten");
    let want = [
        ("/crm/host", "host_invalid"),
        ("/zones/guest/ipv4/address", "router_invalid"),
        ("/zones/office/vlan", "vlan_invalid"),
    ];
    let mut got = found(&document.to_string());
    got.sort_unstable();
    assert_eq!(got, want);
}

#[test]
fn a_problem_reads_well_in_both_languages() {
    let problems = parse(change("/zones/guest/vlan", &json!(30)).as_bytes()).expect_err("refused");
    let text = |language| problems[0].text(language);
    assert_eq!(text(Language::English), "/zones/guest/vlan: zone crm already uses this VLAN");
    assert_eq!(text(Language::Chinese), "/zones/guest/vlan：分区“crm”已使用此 VLAN");
    let problems =
        parse(change("/management/from/0/addresses", &json!(["192.168.10.9/25"])).as_bytes());
    let text = problems.expect_err("refused")[0].to_string();
    assert!(text.ends_with("write 192.168.10.0/25 for the network"), "{text}");
}

#[test]
fn names_from_outside_are_cut_and_cleaned() {
    let name = format!("\\u0007{}", "x".repeat(5000));
    let text = EXAMPLE.replacen("\"language\"", &format!("\"{name}\": 1, \"language\""), 1);
    let problems = parse(text.as_bytes()).expect_err("refused");
    assert!(problems[0].field.starts_with("/\u{fffd}xx"));
    assert!(problems[0].field.chars().count() < 70);
}

fn found(text: &str) -> Vec<(&'static str, &'static str)> {
    let problems = parse(text.as_bytes()).err().unwrap_or_default();
    problems.into_iter().map(|Problem { field, reason }| (&*field.leak(), reason.code())).collect()
}

/// The example with one value set, added or (null) removed.
fn change(pointer: &str, value: &Value) -> String {
    let mut document: Value = serde_json::from_str(EXAMPLE).expect("example");
    if let Some(place) = document.pointer_mut(pointer).filter(|_| !value.is_null()) {
        *place = value.clone();
    } else {
        let (parent, field) = pointer.rsplit_once('/').expect("pointer");
        let field = field.replace("~1", "/").replace("~0", "~");
        let parent = document.pointer_mut(parent).and_then(Value::as_object_mut).expect("object");
        if value.is_null() {
            parent.remove(&field);
        } else {
            parent.insert(field, value.clone());
        }
    }
    document.to_string()
}
