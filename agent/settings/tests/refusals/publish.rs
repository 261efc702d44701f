//! Published services.

use serde_json::{Value, json};

use crate::cases::Case;

pub fn cases() -> Vec<Case> {
    const PUBLISH: &str = "/publish";
    let one = |field: &str, value: Value| {
        let mut one = json!({"id": 1, "label": "Shop", "ports": ["tcp/443"], "from": "all",
            "to": {"zone": "office", "address": "192.168.10.5"}});
        one[field] = value;
        one
    };
    let only = |field: &str, value: Value| json!([one(field, value)]);
    let to = |zone: &str, address: &str| only("to", json!({"zone": zone, "address": address}));
    let with = |field: &str, value: Value| {
        let mut to = json!({"zone": "office", "address": "192.168.10.5"});
        to[field] = value;
        only("to", to)
    };
    let two = |field: &str, value: Value| {
        let mut second = one(field, value);
        for (name, other) in
            [("id", json!(2)), ("label", json!("B")), ("ports", json!(["udp/443"]))]
        {
            if name != field {
                second[name] = other;
            }
        }
        json!([one("id", json!(1)), second])
    };
    let several = |port: Value| {
        json!([{"id": 1, "label": "Shop", "ports": ["tcp/443", "tcp/80"], "from": "all",
            "to": {"zone": "office", "address": "192.168.10.5", "port": port}}])
    };
    let both = json!([{"id": 1, "label": "Shop", "ports": ["tcp/443", "udp/443"], "from": "all",
            "to": {"zone": "office", "address": "192.168.10.5", "port": 8443}}]);
    vec![
        (PUBLISH, only("id", json!(1)), &[]),
        (PUBLISH, both, &[]),
        (PUBLISH, json!([]), &[]),
        (PUBLISH, json!({}), &[(PUBLISH, "not_a_list")]),
        (PUBLISH, only("id", json!(0)), &[("/publish/0/id", "rule_id_invalid")]),
        (PUBLISH, only("what", json!(0)), &[("/publish/0/what", "field_unknown")]),
        (PUBLISH, only("label", json!("")), &[("/publish/0/label", "title_invalid")]),
        (PUBLISH, only("ports", json!([])), &[("/publish/0/ports", "list_empty")]),
        (PUBLISH, only("ports", json!(["ping"])), &[("/publish/0/ports/0", "publish_ping")]),
        (PUBLISH, only("ports", json!(["443"])), &[("/publish/0/ports/0", "publish_port_invalid")]),
        (
            PUBLISH,
            only("ports", json!(["udp/60-70"])),
            &[("/publish/0/ports/0", "publish_own_port")],
        ),
        (PUBLISH, only("ports", json!(["tcp/60-70"])), &[]),
        (
            PUBLISH,
            only("ports", json!(["tcp/1-9", "tcp/9-10"])),
            &[("/publish/0/ports/1", "publish_port_twice")],
        ),
        (
            PUBLISH,
            only("ports", json!(["tcp/1", "tcp/1"])),
            &[("/publish/0/ports/1", "list_repeats")],
        ),
        (PUBLISH, two("ports", json!(["udp/443"])), &[]),
        (
            PUBLISH,
            two("ports", json!(["udp/1", "tcp/440-445"])),
            &[("/publish/1/ports/1", "publish_port_used")],
        ),
        (PUBLISH, two("id", json!(1)), &[("/publish/1/id", "publish_id_used")]),
        (PUBLISH, two("label", json!("Shop")), &[("/publish/1/label", "publish_label_used")]),
        (PUBLISH, with("port", json!(8443)), &[]),
        (PUBLISH, with("port", json!(0)), &[("/publish/0/to/port", "port_number_invalid")]),
        (PUBLISH, with("port", json!(65536)), &[("/publish/0/to/port", "port_number_invalid")]),
        (PUBLISH, with("port", json!("1")), &[("/publish/0/to/port", "port_number_invalid")]),
        (PUBLISH, several(json!(8443)), &[("/publish/0/to/port", "publish_port_range")]),
        (PUBLISH, to("cellar", "192.168.10.5"), &[("/publish/0/to/zone", "zone_unknown")]),
        (PUBLISH, to("crm", "192.168.30.10"), &[("/publish/0/to/zone", "publish_crm")]),
        (PUBLISH, to("crm", "192.168.10.5"), &[("/publish/0/to/zone", "publish_crm")]),
        (PUBLISH, to("office", "192.168.30.10"), &[("/publish/0/to/address", "address_outside")]),
        (PUBLISH, to("office", "8.8.8.8"), &[("/publish/0/to/address", "address_outside")]),
        (PUBLISH, to("office", "192.168.10.1"), &[("/publish/0/to/address", "publish_unusable")]),
        (PUBLISH, to("office", "192.168.10.255"), &[("/publish/0/to/address", "publish_unusable")]),
        (PUBLISH, to("office", "server"), &[("/publish/0/to/address", "ipv4_invalid")]),
        (PUBLISH, with("ipv6", json!("::5")), &[]),
        (PUBLISH, with("ipv6", json!("::1")), &[("/publish/0/to/ipv6", "publish_ending")]),
        (PUBLISH, with("ipv6", json!("fd00::5")), &[("/publish/0/to/ipv6", "publish_ending")]),
        (PUBLISH, only("from", json!("none")), &[("/publish/0/from", "which_invalid")]),
        (PUBLISH, only("from", json!([])), &[("/publish/0/from", "list_empty")]),
        (
            PUBLISH,
            only("from", json!([{"group": "X"}])),
            &[("/publish/0/from/0/group", "group_unknown")],
        ),
        (
            PUBLISH,
            only("from", json!(["9.9.9.9", "52:54:00:67:00:01"])),
            &[("/publish/0/from", "publish_mac")],
        ),
        (PUBLISH, only("until", json!("31.12.2026")), &[("/publish/0/until", "day_invalid")]),
        (
            PUBLISH,
            only("until", json!("2026-12-31")),
            &[("/publish/0/until", "day_without_time_zone")],
        ),
    ]
}
