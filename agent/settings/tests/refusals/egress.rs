//! Where the box's own programs may go.

use serde_json::{Value, json};

use crate::cases::Case;

const TO: &str = "/egress/0/to";
const PORT: &str = "/egress/0/port";

pub fn cases() -> Vec<Case> {
    let one = |to: &str| json!({"for": "admin", "to": to, "protocol": "tcp", "port": 443});
    let with = |field: &str, value: Value| {
        let mut one = one("mail.example.com");
        one[field] = value;
        json!([one])
    };
    let mut all: Vec<Case> = vec![
        ("/egress", json!([]), &[]),
        ("/egress", json!({}), &[("/egress", "not_a_list")]),
        ("/egress", with("for", json!("guest")), &[("/egress/0/for", "not_one_of")]),
        ("/egress", with("protocol", json!("icmp")), &[("/egress/0/protocol", "not_one_of")]),
        ("/egress", with("port", json!(0)), &[(PORT, "port_number_invalid")]),
        ("/egress", with("port", json!(65536)), &[(PORT, "port_number_invalid")]),
        ("/egress", with("port", json!("443")), &[(PORT, "port_number_invalid")]),
        ("/egress", with("note", json!("")), &[("/egress/0/note", "note_invalid")]),
        ("/egress", with("why", json!("")), &[("/egress/0/why", "field_unknown")]),
        ("/egress", json!([one("9.9.9.9"), one("a.example")]), &[]),
        (
            "/egress",
            json!([one("9.9.9.9"), one("9.9.9.9/32")]),
            &[("/egress/1", "egress_repeated")],
        ),
    ];
    let longest =
        format!("{}.{}.{}.{}", "a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(61));
    let taken = [
        "mail.example.com",
        "xn--fiqs8s.cn",
        "1.example",
        "a-b.c--d.example",
        "8.8.8.8",
        "9.9.0.0/16",
        "2606:4700::/32",
        "2620:fe::fe",
        "192.168.10.20",
        longest.as_str(),
    ];
    all.extend(taken.map(|to| ("/egress", json!([one(to)]), &[] as &[_])));
    let refused: [(&str, &'static [(&'static str, &'static str)]); 10] = [
        ("*.example.com", &[(TO, "domain_name_invalid")]),
        ("printer.internal", &[(TO, "domain_name_reserved")]),
        ("10.0.0.1", &[(TO, "egress_not_internet")]),
        ("8.0.0.0/15", &[(TO, "egress_bounds")]),
        ("192.168.10.0/28", &[(TO, "egress_zone_network")]),
        ("192.168.10.1", &[(TO, "egress_box")]),
        ("192.168.30.10", &[(TO, "egress_crm")]),
        ("9.9.9.9/24", &[(TO, "network_host_bits")]),
        ("9.9.9.300", &[(TO, "network_number")]),
        ("::ffff:8.8.8.8", &[(TO, "network_mapped")]),
    ];
    all.extend(refused.map(|(to, want)| ("/egress", json!([one(to)]), want)));
    for to in [
        "mail",
        "mail.example.com.",
        ".example.com",
        "a..example",
        "-a.example",
        "a-.example",
        "Mail.example.com",
        "mail.example.com\nserver=x",
        "mail.example.com#53",
        "例子.cn",
        "a_b.example",
        "",
        "1.2.3.example\u{202e}",
    ] {
        all.push(("/egress", json!([one(to)]), &[(TO, "domain_name_invalid")]));
    }
    for to in [
        "127.0.0.1",
        "169.254.169.254",
        "192.168.99.0/24",
        "100.64.1.1",
        "224.0.0.251",
        "255.255.255.255",
        "0.0.0.0/0",
        "::1",
        "::/0",
        "fd12:3456:789a:a::5",
        "fe80::1",
        "ff02::fb",
        "64:ff9b::808:808",
        "2002:a00:1::1",
    ] {
        all.push(("/egress", json!([one(to)]), &[(TO, "egress_not_internet")]));
    }
    all
}
