//! Zones whose devices find each other: who may say what to whom over multicast DNS, worked out here without the
//! compiler, and asked of what it made.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::net::{IpAddr, Ipv4Addr};

use common::documents::{documents, hosts};
use common::{
    ADMIN, CHRONY, DNSMASQ, NETWORKD, RELAY, Shape, context, example, interface, ip, packet,
    passes, udp,
};
use firewall::ir::{Action, CtState, Match, Ruleset, Verdict};
use firewall::simulate::{Packet, Path};
use firewall::{Context, Finding, Side, Weight, compile, reach};
use proptest::prelude::*;
use serde_json::{Value, json};
use settings::{Language, Settings};

const MDNS: u16 = 5353;

fn with(relays: &Value) -> Settings {
    let mut document: Value = serde_json::from_str(&example().to_json()).unwrap();
    document["relays"] = relays.clone();
    document["zones"]["lab"] =
        json!({"vlan": 40, "ipv4": {"address": "192.168.40.1/24"}, "ipv6": "off"});
    document["ports"]["trunk"]["role"]["trunk"] = json!(["office", "guest", "crm", "lab"]);
    settings::parse(document.to_string().as_bytes()).unwrap()
}

fn both() -> Settings {
    with(&json!([{"zones": ["guest", "office"]}]))
}

fn group(like: IpAddr) -> IpAddr {
    if like.is_ipv4() { ip("224.0.0.251") } else { ip("ff02::fb") }
}

fn says(zone: &str, source: &str) -> Packet {
    let source = ip(source);
    packet(source, group(source), udp(MDNS, MDNS)).from(&format!("z-{zone}"))
}

fn passed_on(zone: &str, source: &str, uid: u32) -> Packet {
    let source = ip(source);
    packet(source, group(source), udp(MDNS, MDNS)).to(&format!("z-{zone}")).uid(uid)
}

#[test]
fn the_relay_hears_both_zones_and_no_other() {
    let rules = compile(&both(), &context());
    let hears = |packet: &Packet| passes(&rules, packet, Path::ToBox);
    for (zone, source) in [
        ("office", "192.168.10.20"),
        ("office", "fe80::20"),
        ("office", "fd12:3456:789a:a::20"),
        ("guest", "192.168.20.20"),
        ("guest", "fe80::20"),
    ] {
        assert!(hears(&says(zone, source)), "{zone} {source}");
        assert!(!hears(&says(zone, "192.168.66.6")), "a forged address");
    }
    assert!(!hears(&says("lab", "192.168.40.20")));
    assert!(!hears(&says("crm", "192.168.30.10")), "the CRM");
    let wan = packet(ip("9.9.9.9"), ip("224.0.0.251"), udp(MDNS, MDNS)).from("wan0");
    assert!(!hears(&wan), "the internet");
    let none = compile(&example(), &context());
    assert!(!passes(&none, &says("office", "192.168.10.20"), Path::ToBox), "no relay");
}

#[test]
fn nothing_but_the_group_and_its_port() {
    let rules = compile(&both(), &context());
    let office = ip("192.168.10.20");
    let refused = |destination: &str, from: u16, to: u16| {
        let packet = packet(office, ip(destination), udp(from, to)).from("z-office");
        assert!(!passes(&rules, &packet, Path::ToBox), "{destination} {from} {to}");
    };
    // The box's own address: the relay asks nobody for an answer there.
    refused("192.168.10.1", MDNS, MDNS);
    refused("192.168.10.1", 40_000, MDNS);
    refused("224.0.0.251", 40_000, MDNS);
    refused("224.0.0.251", MDNS, 5355);
    refused("224.0.0.252", MDNS, MDNS);
    refused("239.255.255.250", MDNS, MDNS);
    refused("192.168.10.255", MDNS, MDNS);
}

#[test]
fn only_the_relay_passes_on_and_only_there() {
    let rules = compile(&both(), &context());
    let sends = |packet: &Packet| passes(&rules, packet, Path::FromBox);
    for (zone, own) in [
        ("office", "192.168.10.1"),
        ("office", "fe80::1"),
        ("guest", "192.168.20.1"),
        ("guest", "fe80::1"),
    ] {
        assert!(sends(&passed_on(zone, own, RELAY)), "{zone} {own}");
        for uid in [0, DNSMASQ, CHRONY, NETWORKD, ADMIN] {
            assert!(!sends(&passed_on(zone, own, uid)), "{zone} {own} by {uid}");
        }
    }
    assert!(!sends(&passed_on("lab", "192.168.40.1", RELAY)));
    assert!(!sends(&passed_on("crm", "192.168.30.1", RELAY)));
    let (own, device) = (ip("192.168.10.1"), ip("192.168.10.20"));
    for (destination, from, to) in [
        (device, MDNS, MDNS),
        (device, MDNS, 40_000),
        (ip("224.0.0.251"), 40_000, MDNS),
        (ip("224.0.0.251"), MDNS, 53),
    ] {
        let packet = packet(own, destination, udp(from, to)).to("z-office").uid(RELAY);
        assert!(!sends(&packet), "{destination} {from} {to}");
    }
}

#[test]
fn over_versions_that_both_zones_have() {
    let rules = compile(&with(&json!([{"zones": ["office", "lab"]}])), &context());
    assert!(passes(&rules, &says("office", "192.168.10.20"), Path::ToBox));
    assert!(!passes(&rules, &says("office", "fe80::20"), Path::ToBox), "lab has no IPv6");
}

#[test]
fn no_connection_is_let_pass_and_each_zone_has_its_own_rate() {
    let rules = compile(&both(), &context());
    let chains = rules.tables.iter().flat_map(|table| &table.chains);
    let heard: Vec<_> = chains
        .filter(|chain| chain.name.as_str().starts_with("input_"))
        .flat_map(|chain| &chain.rules)
        .filter(|rule| matches!(rule.matches.last(), Some(Match::Rate { .. })))
        .collect();
    assert_eq!(heard.len(), 4, "two zones, of each IP version");
    assert!(heard.iter().all(|rule| rule.action == Action::Verdict(Verdict::Accept)));
    // What somebody would answer to the box as if it had been asked.
    let answer = packet(ip("192.168.10.20"), ip("192.168.10.1"), udp(MDNS, 40_000));
    let answer = answer.from("z-office").answer().answer().state(CtState::New);
    assert!(!passes(&rules, &answer, Path::ToBox));
}

fn side<'a>(settings: &'a Settings, context: &'a Context, rules: &'a Ruleset) -> Side<'a> {
    Side { settings, context, rules: rules.check().unwrap() }
}

#[test]
fn it_is_told_who_finds_whom() {
    let context = context();
    let (apart, together) = (with(&json!([])), both());
    let (old, new) = (compile(&apart, &context), compile(&together, &context));
    let (before, after) = (side(&apart, &context, &old), side(&together, &context, &new));
    let told = reach(&before, &after, None);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].weight(), Weight::Note);
    let text = told[0].text(Language::English);
    assert!(text.starts_with("Devices of guest can now find those of office that"), "{text}");
    let text = told[0].text(Language::Chinese);
    assert!(text.starts_with("分区“guest”的设备现在可以发现分区“office”中"), "{text}");
    let told = reach(&after, &before, None);
    assert!(matches!(told[..], [Finding::RelayClosed { .. }]), "{told:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_the_document_says_and_nothing_else(settings in documents()) {
        let rules = compile(&settings, &context());
        for (name, zone) in &settings.zones {
            let pairs = settings.relays.iter().filter(|relay| relay.zones.contains(name));
            let others: Vec<_> = pairs.flat_map(|relay| &relay.zones).collect();
            let has = |v6: bool| others.iter().filter(|other| **other != name).any(|other| {
                let other = &settings.zones[*other];
                let v4 = |zone: &settings::Zone| zone.ipv4.is_some();
                let six = |zone: &settings::Zone| zone.ipv6 == settings::Ipv6Zone::Automatic;
                if v6 { six(other) && six(zone) } else { v4(other) && v4(zone) }
            });
            let at = format!("z-{name}");
            let routed = |host: &IpAddr| settings.routed(name).any(|net| IpAddr::from(net.addr())
                == *host || ipnet::IpNet::V4(net).contains(host));
            for host in hosts(&settings, name).into_iter().filter(|host| !routed(host)) {
                let said = packet(host, group(host), udp(MDNS, MDNS)).from(&at);
                prop_assert_eq!(passes(&rules, &said, Path::ToBox), has(host.is_ipv6()));
            }
            let own = [zone.router_v4().map(IpAddr::V4), zone.router_v6(context().site).map(IpAddr::V6)];
            for own in own.into_iter().flatten() {
                let said = packet(own, group(own), udp(MDNS, MDNS)).to(&at);
                for uid in [0, DNSMASQ, RELAY] {
                    let may = uid == RELAY && has(own.is_ipv6());
                    prop_assert_eq!(passes(&rules, &said.clone().uid(uid), Path::FromBox), may);
                }
            }
        }
        let wan = packet(Ipv4Addr::new(9, 9, 9, 9), group(ip("9.9.9.9")), udp(MDNS, MDNS));
        let wan = Packet { input: Some(interface("wan0")), ..wan };
        prop_assert!(!passes(&rules, &wan, Path::ToBox));
    }
}
