//! Mistakes in who is asked for names.

use serde_json::{Value, json};

use crate::cases::Case;

const AT: &str = "/dns";
const SERVERS: &str = "/dns/upstream/tls";
const ADDRESS: &str = "/dns/upstream/tls/0/address";
const NAME: &str = "/dns/upstream/tls/0/name";

pub fn cases() -> Vec<Case> {
    let tls = |servers: Value| json!({"upstream": {"tls": servers}});
    let at = |address: &str| json!({"upstream": {"tls": [{"address": address, "name": "dns.example.net"}]}});
    let named = |name: &str| json!({"upstream": {"tls": [{"address": "192.0.2.1", "name": name}]}});
    let one = |host: u8| json!({"address": format!("192.0.2.{host}"), "name": "dns.example.net"});
    let many = |count: u8| Value::from((1..=count).map(one).collect::<Vec<_>>());
    let label = "x".repeat(63);
    let long = format!("{label}.{label}.{label}.{label}");
    vec![
        (AT, json!({}), &[]),
        (AT, json!({"upstream": "provider", "dnssec": true}), &[]),
        (AT, tls(many(8)), &[]),
        (AT, at("2400:3200::1"), &[]),
        (AT, named("xn--fiq228c.example"), &[]),
        (AT, named(&long[..253]), &[]),
        (AT, json!([]), &[("/dns", "not_an_object")]),
        (AT, json!({"upsteam": "provider"}), &[("/dns/upsteam", "field_unknown")]),
        (AT, json!({"dnssec": "yes"}), &[("/dns/dnssec", "not_yes_or_no")]),
        (AT, json!({"upstream": "mine"}), &[("/dns/upstream", "upstream_invalid")]),
        (AT, json!({"upstream": {"plain": []}}), &[("/dns/upstream", "upstream_invalid")]),
        (AT, tls(json!([])), &[(SERVERS, "tls_servers_none")]),
        (AT, tls(many(9)), &[(SERVERS, "too_many")]),
        (
            AT,
            tls(json!([one(1), one(1)])),
            &[("/dns/upstream/tls/1/address", "tls_server_repeated")],
        ),
        (AT, tls(json!([{"address": "192.0.2.1"}])), &[(NAME, "field_missing")]),
        (AT, at("dns.example.net"), &[(ADDRESS, "address_invalid")]),
        (AT, at("192.0.2.1@853"), &[(ADDRESS, "address_invalid")]),
        (AT, at("127.0.0.1"), &[(ADDRESS, "tls_server_nobody")]),
        (AT, at("0.0.0.0"), &[(ADDRESS, "tls_server_nobody")]),
        (AT, at("169.254.1.1"), &[(ADDRESS, "tls_server_nobody")]),
        (AT, at("224.0.0.251"), &[(ADDRESS, "tls_server_nobody")]),
        (AT, at("255.255.255.255"), &[(ADDRESS, "tls_server_nobody")]),
        (AT, at("::1"), &[(ADDRESS, "tls_server_nobody")]),
        (AT, at("::ffff:192.0.2.1"), &[(ADDRESS, "tls_server_nobody")]),
        (AT, at("fe80::1"), &[(ADDRESS, "tls_server_nobody")]),
        (AT, at("fd00::1"), &[(ADDRESS, "tls_server_nobody")]),
        (AT, at("192.168.10.1"), &[(ADDRESS, "tls_server_inside")]),
        (AT, named(""), &[(NAME, "domain_name_invalid")]),
        (AT, named("dns"), &[(NAME, "domain_name_invalid")]),
        (AT, named("Dns.example.net"), &[(NAME, "domain_name_invalid")]),
        (AT, named("dns.example.net."), &[(NAME, "domain_name_invalid")]),
        (AT, named("dns..net"), &[(NAME, "domain_name_invalid")]),
        (AT, named("-a.net"), &[(NAME, "domain_name_invalid")]),
        (AT, named("192.0.2.1"), &[(NAME, "domain_name_invalid")]),
        (AT, named("域名.cn"), &[(NAME, "domain_name_invalid")]),
        (AT, named("dns.example.net\nserver:"), &[(NAME, "domain_name_invalid")]),
        (AT, named(&long), &[(NAME, "domain_name_invalid")]),
    ]
}
