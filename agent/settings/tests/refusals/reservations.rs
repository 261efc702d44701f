//! Mistakes in devices with a fixed address.

use serde_json::{Value, json};

use crate::cases::Case;

const AT: &str = "/zones/office/reservations";

pub fn cases() -> Vec<Case> {
    let one = |mac: &str, address: &str, name: Value| match name {
        Value::Null => json!({"mac": mac, "address": address}),
        name => json!({"mac": mac, "address": address, "name": name}),
    };
    let (a, b) = ("52:54:00:00:00:0a", "52:54:00:00:00:0b");
    let good = || one(a, "192.168.10.20", json!("printer"));
    let named = |name: &str| json!([one(a, "192.168.10.20", json!(name))]);
    let at = |address: &str| json!([one(a, address, Value::Null)]);
    let with_good = |other: Value| json!([good(), other]);
    vec![
        (AT, json!([]), &[]),
        (AT, json!([good(), one(b, "192.168.10.100", Value::Null)]), &[]),
        (AT, at("192.168.10.254"), &[]),
        (AT, json!({}), &[("/zones/office/reservations", "not_a_list")]),
        (
            AT,
            json!([{}]),
            &[
                ("/zones/office/reservations/0/mac", "field_missing"),
                ("/zones/office/reservations/0/address", "field_missing"),
            ],
        ),
        (
            AT,
            json!([{"mac": a, "address": "192.168.10.20", "ip": 1}]),
            &[("/zones/office/reservations/0/ip", "field_unknown")],
        ),
        (
            AT,
            json!([one("01:00:00:00:00:00", "192.168.10.20", Value::Null)]),
            &[("/zones/office/reservations/0/mac", "mac_not_one_card")],
        ),
        (AT, at("192.168.10"), &[("/zones/office/reservations/0/address", "ipv4_invalid")]),
        (
            AT,
            at("192.168.20.20"),
            &[("/zones/office/reservations/0/address", "reservation_outside")],
        ),
        (AT, at("192.168.10.0"), &[("/zones/office/reservations/0/address", "reservation_edge")]),
        (AT, at("192.168.10.255"), &[("/zones/office/reservations/0/address", "reservation_edge")]),
        (AT, at("192.168.10.1"), &[("/zones/office/reservations/0/address", "reservation_router")]),
        (
            AT,
            with_good(one(a, "192.168.10.21", Value::Null)),
            &[("/zones/office/reservations/1/mac", "reservation_mac_used")],
        ),
        (
            AT,
            with_good(one(b, "192.168.10.20", Value::Null)),
            &[("/zones/office/reservations/1/address", "reservation_address_used")],
        ),
        (
            AT,
            with_good(one(b, "192.168.10.21", json!("printer"))),
            &[("/zones/office/reservations/1/name", "reservation_name_used")],
        ),
        (AT, named(&"x".repeat(63)), &[]),
        (AT, named("7"), &[]),
        (AT, named(&"x".repeat(64)), &[("/zones/office/reservations/0/name", "host_name_invalid")]),
        (AT, named(""), &[("/zones/office/reservations/0/name", "host_name_invalid")]),
        (AT, named("-a"), &[("/zones/office/reservations/0/name", "host_name_invalid")]),
        (AT, named("a-"), &[("/zones/office/reservations/0/name", "host_name_invalid")]),
        (AT, named("Printer"), &[("/zones/office/reservations/0/name", "host_name_invalid")]),
        (AT, named("打印机"), &[("/zones/office/reservations/0/name", "host_name_invalid")]),
        (AT, named("a.internal"), &[("/zones/office/reservations/0/name", "host_name_invalid")]),
        (
            AT,
            named("a\ndhcp-script=/x"),
            &[("/zones/office/reservations/0/name", "host_name_invalid")],
        ),
        (AT, named("wpad"), &[("/zones/office/reservations/0/name", "host_name_reserved")]),
        (AT, named("gatehouse"), &[("/zones/office/reservations/0/name", "host_name_reserved")]),
        (
            "/zones/crm/reservations",
            at("192.168.30.20"),
            &[("/zones/crm/reservations", "reservation_crm")],
        ),
        (
            "/zones/guest",
            json!({"vlan": 20, "ipv6": "automatic", "reservations": at("192.168.20.20")}),
            &[("/zones/guest/reservations", "reservation_no_ipv4")],
        ),
        // A fixed name needs no DHCP.
        (
            "/zones/guest",
            json!({"vlan": 20, "ipv6": "off", "ipv4": {"address": "192.168.20.1/24"},
                "reservations": at("192.168.20.20")}),
            &[],
        ),
    ]
}
