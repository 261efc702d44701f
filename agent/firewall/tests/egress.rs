//! Where the box's own programs may go, by the simulator: what is listed and nothing beside it, whatever a
//! name's set holds, and not a packet more than without a list for everybody else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::collections::BTreeMap;
use std::net::IpAddr;

use common::{ADMIN, CHRONY, Shape, context, example, ip, packet, passes, tcp};
use firewall::ir::Ruleset;
use firewall::simulate::{Packet, Path, Transport};
use firewall::{compile, egress_sets, knowing};
use settings::{DomainName, Settings};

const CRM: &str = "192.168.30.10";
const WAN: &str = "203.0.113.5";

fn with(egress: &str) -> Settings {
    let text = example().to_json().replacen(
        "\"version\"",
        &format!("\"egress\": [{egress}], \"version\""),
        1,
    );
    settings::parse(text.as_bytes()).unwrap()
}

fn listed() -> Settings {
    with(
        r#"{"for": "admin", "to": "a.example", "protocol": "tcp", "port": 443},
        {"for": "crm", "to": "a.example", "protocol": "udp", "port": 443},
        {"for": "crm", "to": "9.9.8.0/24", "protocol": "tcp", "port": 25},
        {"for": "admin", "to": "192.168.10.20", "protocol": "tcp", "port": 22}"#,
    )
}

/// The rules, with what the name is.
fn rules(settings: &Settings, addresses: &[&str]) -> Ruleset {
    let name: DomainName = "a.example".parse().unwrap();
    let addresses: Vec<IpAddr> = addresses.iter().map(|text| ip(text)).collect();
    knowing(compile(settings, &context()), &BTreeMap::from([(name, addresses)]))
}

fn udp(port: u16) -> Transport {
    common::udp(40_000, port)
}

fn own(uid: u32, to: &str, out: &str, carries: Transport) -> Packet {
    Packet { uid: Some(uid), ..packet(ip(WAN), ip(to), carries).to(out) }
}

fn of_crm(to: &str, out: &str, carries: Transport) -> Packet {
    packet(ip(CRM), ip(to), carries).from("z-crm").to(out)
}

#[test]
fn what_is_listed_passes_and_nothing_beside_it() {
    let rules = rules(&listed(), &["9.9.9.9"]);
    let box_sends =
        |uid, to, out, carries| passes(&rules, &own(uid, to, out, carries), Path::FromBox);
    let crm_sends = |to, out, carries| passes(&rules, &of_crm(to, out, carries), Path::Through);
    assert!(box_sends(ADMIN, "9.9.9.9", "wan0", tcp(443)));
    assert!(box_sends(ADMIN, "192.168.10.20", "z-office", tcp(22)));
    assert!(crm_sends("9.9.9.9", "wan0", udp(443)));
    assert!(crm_sends("9.9.8.7", "wan0", tcp(25)));
    for uid in [0, CHRONY, 1234] {
        assert!(!box_sends(uid, "9.9.9.9", "wan0", tcp(443)), "user {uid}");
        assert!(!box_sends(uid, "192.168.10.20", "z-office", tcp(22)), "user {uid}");
    }
    assert!(!box_sends(ADMIN, "9.9.9.9", "wan0", tcp(80)));
    assert!(!box_sends(ADMIN, "9.9.9.9", "wan0", udp(443)));
    assert!(!box_sends(ADMIN, "9.9.9.8", "wan0", tcp(443)));
    assert!(!box_sends(ADMIN, "9.9.8.7", "wan0", tcp(25)), "the CRM's destination");
    assert!(!box_sends(ADMIN, "192.168.10.21", "z-office", tcp(22)));
    assert!(!box_sends(ADMIN, "192.168.10.20", "wan0", tcp(22)), "by way of WAN");
    assert!(!crm_sends("9.9.9.9", "wan0", tcp(443)));
    assert!(!crm_sends("192.168.10.20", "z-office", tcp(22)), "the admin application's");
    assert!(!crm_sends("9.9.9.9", "z-office", udp(443)), "to another zone");
    // From elsewhere nobody, though the sets hold the address.
    let guest = packet(ip("192.168.20.9"), ip("9.9.8.7"), tcp(25)).from("z-guest").to("wan0");
    assert!(!passes(&rules, &guest, Path::Through));
}

#[test]
fn a_set_that_holds_what_is_inside_opens_nothing() {
    let inside =
        ["10.1.2.3", "169.254.169.254", "172.16.0.1", "192.168.10.20", "100.64.0.1", "224.0.0.1"];
    let rules4 = rules(&listed(), &inside);
    for to in inside {
        assert!(!passes(&rules4, &own(ADMIN, to, "wan0", tcp(443)), Path::FromBox), "{to}");
        assert!(!passes(&rules4, &of_crm(to, "wan0", udp(443)), Path::Through), "{to}");
    }
    let inside =
        ["fd12:3456:789a:a::5", "fe80::5", "64:ff9b::a00:1", "2002:a00:1::1", "::ffff:10.0.0.1"];
    let rules6 = rules(&listed(), &inside);
    for to in inside {
        let sent =
            Packet { uid: Some(ADMIN), ..packet(ip("2620:fe::5"), ip(to), tcp(443)).to("wan0") };
        assert!(!passes(&rules6, &sent, Path::FromBox), "{to}");
    }
}

#[test]
fn names_are_asked_for_where_only_listed_ones_are_known() {
    let listed = rules(&listed(), &[]);
    let none = rules(&example(), &[]);
    let asks = |rules: &Ruleset, uid, to, carries| {
        passes(rules, &own(uid, to, "lo", carries), Path::FromBox)
    };
    for carries in [udp(53), tcp(53)] {
        assert!(asks(&listed, ADMIN, "127.0.0.53", carries));
        assert!(!asks(&none, ADMIN, "127.0.0.53", carries), "nobody is there");
        for rules in [&listed, &none] {
            assert!(!asks(rules, ADMIN, "127.0.0.1", carries), "any name is a way out");
            assert!(asks(rules, CHRONY, "127.0.0.1", carries));
            assert!(asks(rules, 0, "127.0.0.1", carries));
        }
        let crm = packet(ip(CRM), ip("192.168.30.1"), carries).from("z-crm");
        assert!(passes(&listed, &crm, Path::ToBox));
        assert!(!passes(&none, &crm, Path::ToBox), "without a name there is nothing to ask");
        let elsewhere = packet(ip(CRM), ip("192.168.10.1"), carries).from("z-crm");
        assert!(!passes(&listed, &elsewhere, Path::ToBox), "another zone's resolver");
    }
    let web = packet(ip(CRM), ip("192.168.30.1"), tcp(443)).from("z-crm");
    assert!(!passes(&listed, &web, Path::ToBox));
}

#[test]
fn what_a_name_is_changes_no_ruleset() {
    let plain = compile(&listed(), &context());
    let name: DomainName = "a.example".parse().unwrap();
    let sets: Vec<_> = plain.tables.iter().flat_map(|table| &table.sets).collect();
    for name in egress_sets(&name) {
        let set = sets.iter().find(|set| set.name == name).unwrap();
        assert!(set.timed && set.elements.is_empty());
    }
    assert!(plain.check().is_ok());
    assert!(plain.to_string().contains("flags timeout"));
    // A document without destinations has no such set, and no chain for them.
    let none = compile(&example(), &context()).to_string();
    assert!(!none.contains("timeout") && !none.contains("egress_"), "{none}");
}
