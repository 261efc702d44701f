//! Published services: a network behind a router, the last day, and ports that are attacked.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;
use std::time::SystemTime;

use serde_json::{Value, json};
use settings::{Risk, Settings, SitePrefix, parse};

const EXAMPLE: &str = include_str!("example.json");

fn with(publish: &Value) -> Result<Settings, Vec<settings::Problem>> {
    let mut document: Value = serde_json::from_str(EXAMPLE).expect("example");
    document["publish"] = publish.clone();
    document["time_zone"] = json!("Asia/Shanghai");
    document["routes"] = json!([{"network": "10.20.0.0/16", "via": "192.168.10.2"}]);
    parse(document.to_string().as_bytes())
}

fn one(ports: &[&str], to: &Value) -> Value {
    json!([{"id": 7, "label": "Shop", "ports": ports, "from": "all", "to": to,
        "until": "2026-12-31"}])
}

#[test]
fn a_device_behind_a_router_may_be_published_of_its_zone_only() {
    let to = |zone: &str| json!({"zone": zone, "address": "10.20.3.4"});
    assert!(with(&one(&["tcp/443"], &to("office"))).is_ok());
    let refused = with(&one(&["tcp/443"], &to("guest"))).expect_err("another zone");
    assert_eq!(refused[0].reason.code(), "address_outside");
}

#[test]
fn the_last_day_ends_at_midnight_of_the_box() {
    let to = json!({"zone": "office", "address": "192.168.10.5", "ipv6": "::5"});
    let settings = with(&one(&["tcp/443"], &to)).expect("accepted");
    let over = |at: &str| {
        let at: jiff::Timestamp = at.parse().expect("a time");
        settings.publications_over(SystemTime::from(at))
    };
    assert_eq!(over("2026-12-31T15:59:59Z"), BTreeSet::new());
    assert_eq!(over("2026-12-31T16:00:00Z"), BTreeSet::from([7]));
    assert_eq!(over("2027-06-01T00:00:00Z"), BTreeSet::from([7]));
    let nowhere = Settings { time_zone: None, ..settings.clone() };
    assert_eq!(nowhere.publications_over(SystemTime::UNIX_EPOCH), BTreeSet::from([7]));
    let site = SitePrefix::from_random([0x12, 0x34, 0x56, 0x78, 0x9a]);
    let address = settings.publish[0].to.address6(&settings, site);
    assert_eq!(address, "fd12:3456:789a:a::5".parse().ok());
}

#[test]
fn ports_that_are_attacked_are_known_outside_and_inside() {
    let risks = |ports: &[&str], port: Option<u16>| {
        let mut to = json!({"zone": "office", "address": "192.168.10.5"});
        if let Some(port) = port {
            to["port"] = json!(port);
        }
        let settings = with(&one(ports, &to)).expect("accepted");
        settings.publish[0].risks().into_iter().collect::<Vec<_>>()
    };
    assert_eq!(risks(&["tcp/443", "tcp/80", "udp/443"], None), []);
    assert_eq!(risks(&["tcp/33890"], Some(3389)), [Risk::RemoteDesktop]);
    assert_eq!(risks(&["tcp/22"], Some(2222)), [Risk::Shell]);
    assert_eq!(risks(&["tcp/400-500", "udp/53"], None), [Risk::Files, Risk::Amplifier]);
    assert_eq!(risks(&["tcp/3306"], None), [Risk::Database]);
}
