//! Published services: who reaches them, worked out here without the compiler, and asked of what it made.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use common::documents::{documents, hosts};
use common::{Shape, context, decide, example, interface, ip, mark, packet, passes, tcp, udp};
use firewall::ir::{CtState, Ruleset};
use firewall::simulate::{Packet, Path, Transport};
use firewall::{Context, compile};
use proptest::prelude::*;
use serde_json::{Value, json};
use settings::{Allow, Publication, Settings, Target, Which, ZoneName};

/// The box's address on the internet.
const OWN: &str = "100.64.0.2";
const OUTSIDE: &str = "9.9.9.9";
const GUEST: &str = "192.168.20.20";
const OFFICE: &str = "192.168.10.20";
const SERVER: &str = "192.168.10.5";

fn with(publish: &Value, isolated: bool) -> Settings {
    let mut document: Value = serde_json::from_str(&example().to_json()).unwrap();
    document["publish"] = publish.clone();
    document["time_zone"] = json!("UTC");
    if isolated {
        document["zones"]["office"]["isolated"] = json!(true);
    }
    settings::parse(document.to_string().as_bytes()).unwrap()
}

fn shop(from: &Value) -> Value {
    json!([{"id": 7, "label": "Shop", "ports": ["tcp/443", "udp/9000-9010"], "from": from,
        "to": {"zone": "office", "address": SERVER, "ipv6": "::5"}}])
}

fn moved() -> Value {
    json!([{"id": 8, "label": "Shop", "ports": ["tcp/443"], "from": "all",
        "to": {"zone": "office", "address": SERVER, "port": 8443, "ipv6": "::5"}}])
}

/// To the box's address on the internet, on its way to office.
fn asks(from: &str, source: &str, carries: Transport) -> Packet {
    packet(ip(source), ip(OWN), carries).from(from).to("z-office")
}

#[track_caller]
fn reaches(ruleset: &Ruleset, sent: &Packet) -> Option<(Ipv4Addr, u16)> {
    let decision = decide(ruleset, sent, Path::ToBox);
    decision.sent_to.filter(|_| decision.passed())
}

fn server(port: u16) -> Option<(Ipv4Addr, u16)> {
    Some((SERVER.parse().unwrap(), port))
}

#[test]
fn the_internet_reaches_these_ports_and_no_others() {
    let ruleset = compile(&with(&shop(&json!("all")), false), &context());
    for (kind, want) in [
        (tcp(443), server(443)),
        (udp(40_000, 9000), server(9000)),
        (udp(40_000, 9010), server(9010)),
        (udp(40_000, 9011), None),
        (udp(40_000, 443), None),
        (tcp(9000), None),
        (tcp(80), None),
        (tcp(22), None),
        (Transport::Icmp(8), None),
        (Transport::Other(47), None),
    ] {
        assert_eq!(reaches(&ruleset, &asks("wan0", OUTSIDE, kind)), want, "{kind:?}");
    }
    // Nobody outside names the device itself, nor the box's address inside.
    for inside in [SERVER, "192.168.10.1"] {
        let sent = packet(ip(OUTSIDE), ip(inside), tcp(443)).from("wan0").to("z-office");
        assert!(!passes(&ruleset, &sent, Path::Through));
        assert_eq!(reaches(&ruleset, &sent), None);
    }
    let ruleset = compile(&with(&moved(), false), &context());
    assert_eq!(reaches(&ruleset, &asks("wan0", OUTSIDE, tcp(443))), server(8443));
    assert_eq!(reaches(&ruleset, &asks("wan0", OUTSIDE, tcp(8443))), None);
}

#[test]
fn zones_reach_it_as_far_as_they_may_reach_the_internet() {
    let ruleset = compile(&with(&shop(&json!("all")), false), &context());
    // Guests may open web pages on the internet.
    assert_eq!(reaches(&ruleset, &asks("z-guest", GUEST, tcp(443))), server(443));
    assert_eq!(reaches(&ruleset, &asks("z-guest", GUEST, udp(40_000, 9000))), None);
    assert!(!passes(
        &ruleset,
        &packet(ip(GUEST), ip(SERVER), tcp(443)).from("z-guest").to("z-office"),
        Path::Through
    ));
    let crm = asks("z-crm", "192.168.30.10", tcp(443));
    assert_eq!(reaches(&ruleset, &crm), None);
    // The device's own zone, and the device itself.
    for source in [OFFICE, SERVER] {
        let decision = decide(&ruleset, &asks("z-office", source, tcp(443)), Path::ToBox);
        assert!(decision.passed() && decision.masqueraded, "{source}");
    }
    // Other zones and the internet keep their address.
    for (from, source) in [("z-guest", GUEST), ("wan0", OUTSIDE)] {
        assert!(!decide(&ruleset, &asks(from, source, tcp(443)), Path::ToBox).masqueraded);
    }
    let isolated = compile(&with(&shop(&json!("all")), true), &context());
    assert_eq!(reaches(&isolated, &asks("z-office", OFFICE, tcp(443))), None);
    assert_eq!(reaches(&isolated, &asks("wan0", OUTSIDE, tcp(443))), server(443));
}

#[test]
fn a_list_limits_everybody_but_neighbours() {
    let list = json!(["5.6.7.0/24", GUEST]);
    let ruleset = compile(&with(&shop(&list), false), &context());
    assert_eq!(reaches(&ruleset, &asks("wan0", "5.6.7.8", tcp(443))), server(443));
    assert_eq!(reaches(&ruleset, &asks("wan0", OUTSIDE, tcp(443))), None);
    assert_eq!(reaches(&ruleset, &asks("z-guest", GUEST, tcp(443))), server(443));
    assert_eq!(reaches(&ruleset, &asks("z-guest", "192.168.20.21", tcp(443))), None);
    assert_eq!(reaches(&ruleset, &asks("z-office", OFFICE, tcp(443))), server(443));
    // A list without IPv6 opens nothing over IPv6.
    let sent = packet(ip("2620:fe::9"), ip("fd12:3456:789a:a::5"), tcp(443));
    assert!(!passes(&ruleset, &sent.from("wan0").to("z-office"), Path::Through));
}

#[test]
fn over_ipv6_the_device_s_own_port_is_open() {
    let open = |publish: &Value, source: &str, to: &str, port: u16| {
        let ruleset = compile(&with(publish, false), &context());
        let sent = packet(ip(source), ip(to), tcp(port)).from("wan0").to("z-office");
        passes(&ruleset, &sent, Path::Through)
    };
    let (device, other) = ("fd12:3456:789a:a::5", "fd12:3456:789a:a::6");
    let outside = "2620:fe::9";
    assert!(open(&shop(&json!("all")), outside, device, 443));
    assert!(!open(&shop(&json!("all")), outside, device, 80));
    assert!(!open(&shop(&json!("all")), outside, other, 443));
    assert!(open(&moved(), outside, device, 8443));
    assert!(!open(&moved(), outside, device, 443));
    let list = shop(&json!(["2620:fe::/32"]));
    assert!(open(&list, outside, device, 443));
    assert!(!open(&list, "2a00::9", device, 443));
}

#[test]
fn rules_see_the_device_and_decide_first() {
    let mut document: Value = serde_json::from_str(&with(&moved(), false).to_json()).unwrap();
    document["rules"] = json!([{"id": 1, "action": "block", "services": ["Own"],
        "from": {"zones": ["guest"], "addresses": "all"},
        "to": {"zones": ["office"], "addresses": [SERVER]}}]);
    document["services"] = json!({"Own": ["tcp/8443"]});
    let settings = settings::parse(document.to_string().as_bytes()).unwrap();
    let ruleset = compile(&settings, &context());
    assert_eq!(reaches(&ruleset, &asks("z-guest", GUEST, tcp(443))), None);
    assert_eq!(reaches(&ruleset, &asks("wan0", OUTSIDE, tcp(443))), server(8443));
}

#[test]
fn what_is_off_or_over_or_without_wan_is_not_there() {
    let plain = compile(&with(&json!([]), false), &context());
    let mut off = shop(&json!("all"));
    off[0]["enabled"] = json!(false);
    assert_eq!(compile(&with(&off, false), &context()).hash(), plain.hash());
    let over = Context { over: BTreeSet::from([7]), ..context() };
    let settings = with(&shop(&json!("all")), false);
    assert_eq!(compile(&settings, &over).hash(), plain.hash());
    assert_ne!(compile(&settings, &context()).hash(), plain.hash());
    let without = Context { wan: None, ..context() };
    let none = compile(&with(&json!([]), false), &without);
    assert_eq!(compile(&settings, &without).hash(), none.hash());
}

#[test]
fn what_is_published_no_more_ends() {
    let before = compile(&with(&shop(&json!("all")), false), &context());
    let after = compile(&with(&json!([]), false), &context());
    let device = packet(ip(OUTSIDE), ip(SERVER), tcp(443)).from("wan0").to("z-office");
    let open = Packet { sent_to: Some((OWN.parse().unwrap(), 443)), ..device };
    let old = open.clone().state(CtState::Established).marked(mark(&before));
    let answer = open.clone().answer().marked(mark(&before));
    for sent in [&old, &answer] {
        assert!(passes(&before, sent, Path::Through));
        assert!(!passes(&after, sent, Path::Through));
    }
    // Another device answers now: the connection of the former one ends.
    let mut other = shop(&json!("all"));
    other[0]["to"]["address"] = json!("192.168.10.6");
    let other = compile(&with(&other, false), &context());
    for sent in [&old, &answer] {
        assert!(!passes(&other, sent, Path::Through));
    }
    // Whoever may come no more is not kept by the connection either.
    let listed = compile(&with(&shop(&json!(["5.6.7.0/24"])), false), &context());
    for sent in [&old, &answer] {
        assert!(!passes(&listed, sent, Path::Through));
    }
    // Rules that only grew keep it.
    let mut more = shop(&json!("all"));
    more[0]["ports"] = json!(["tcp/443", "tcp/80"]);
    let more = compile(&with(&more, false), &context());
    for sent in [&old, &answer] {
        assert!(passes(&more, sent, Path::Through));
    }
}

/// Whether the settings let this sender come to the port.
fn may(
    settings: &Settings,
    one: &Publication,
    from: Option<&ZoneName>,
    source: IpAddr,
    (is_udp, port): (bool, u16),
) -> bool {
    let listed = match &one.from {
        Which::All => true,
        Which::These(members) => members.iter().any(|member| {
            let (v4, v6) = member.networks();
            match source {
                IpAddr::V4(source) => v4.iter().any(|net| net.contains(&source)),
                IpAddr::V6(source) => v6.iter().any(|net| net.contains(&source)),
            }
        }),
    };
    let Some(zone) = from else { return listed };
    if *zone == one.to.zone {
        return !settings.zones[zone].isolated;
    }
    let allows = |to: &Target, port: u16| match settings.policy(zone, to) {
        Some(Allow::All) => true,
        Some(Allow::Web) => port == 443 || (port == 80 && !is_udp),
        None => false,
    };
    let own = one.to.port.unwrap_or(port);
    listed && (allows(&Target::Wan, port) || allows(&Target::Zone(one.to.zone.clone()), own))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_published_and_nothing_else(settings in documents()) {
        let ruleset = compile(&settings, &context());
        let mut senders = vec![(None, ip(OUTSIDE)), (None, ip("5.6.7.8"))];
        for zone in settings.zones.keys().filter(|zone| **zone != settings.crm.zone) {
            senders.extend(hosts(&settings, zone).into_iter().filter(IpAddr::is_ipv4).map(|it| (Some(zone), it)));
        }
        for (from, source) in senders {
            let input = from.map_or("wan0".to_owned(), |zone| format!("z-{zone}"));
            for port in [80, 443, 444, 445, 446, 8443] {
                for kind in [tcp(port), udp(40_000, port)] {
                    let is_udp = matches!(kind, Transport::Udp { .. });
                    let one = settings.publish.iter().find(|one| {
                        one.outside(is_udp).iter().any(|range| range.first == port)
                    });
                    let want = one.filter(|one| may(&settings, one, from, source, (is_udp, port)));
                    let mut sent = packet(source, ip(OWN), kind).from(&input);
                    sent.output = one.map(|one| interface(&format!("z-{}", one.to.zone)));
                    let found = reaches(&ruleset, &sent);
                    let want = want.map(|one| (one.to.address, one.to.port.unwrap_or(port)));
                    prop_assert_eq!(found, want, "{:?} {} {:?}", from, source, kind);
                }
            }
        }
    }
}
