//! Nobody locks themselves out: documents drawn close to the edge, half of them over it. What is accepted
//! has a host that gets in, by plain reckoning over every address of the zone, and what has none is refused
//! at the field that says who gets in.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::cell::Cell;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use settings::parse;

const EXAMPLE: &str = include_str!("example.json");

/// Zones that a port may lead to.
const NAMES: &[&str] = &["office", "guest", "crm"];

/// A zone that the document may have beside the CRM's.
#[derive(Clone, Debug)]
struct Zone {
    there: bool,
    /// Its subnet; none without IPv4.
    v4: Option<&'static str>,
    v6: bool,
}

/// Where a port leads.
#[derive(Clone, Debug)]
enum Lead {
    Wan,
    Access(&'static str),
    Trunk(Vec<&'static str>),
}

#[derive(Clone, Debug)]
struct Draft {
    office: Zone,
    guest: Zone,
    ports: Vec<Lead>,
    from: Vec<(&'static str, Option<Vec<&'static str>>)>,
}

#[test]
fn no_accepted_document_removes_the_last_way_in() {
    let (accepted, locked_out) = (Cell::new(0), Cell::new(0));
    let mut runner =
        TestRunner::new(Config { cases: 10_000, failure_persistence: None, ..Config::default() });
    let checked = runner.run(&drafts(), |draft| {
        let document = document(&draft);
        let gets_in = gets_in(&draft);
        match parse(document.to_string().as_bytes()) {
            Ok(settings) => {
                accepted.set(accepted.get() + 1);
                prop_assert!(gets_in, "accepted, and nobody gets in: {}", settings.to_json());
            }
            Err(problems) if !gets_in => {
                locked_out.set(locked_out.get() + 1);
                let told = problems.iter().any(|it| it.field.starts_with("/management/from"));
                prop_assert!(told, "nobody gets in, and another reason is given: {problems:?}");
            }
            Err(_) => {}
        }
        Ok(())
    });
    checked.expect("holds for all");
    // Else this proves nothing.
    assert!(accepted.get() > 400, "{} accepted", accepted.get());
    assert!(locked_out.get() > 2_000, "{} locked out", locked_out.get());
}

fn drafts() -> impl Strategy<Value = Draft> {
    let zone = |subnets: &'static [&'static str]| {
        let v4 = prop_oneof![4 => select(subnets).prop_map(Some), 1 => Just(None)];
        (prop::bool::weighted(0.8), v4, any::<bool>()).prop_map(|(there, v4, v6)| Zone {
            there,
            v4,
            v6: v6 || v4.is_none(),
        })
    };
    let lead = prop_oneof![
        1 => Just(Lead::Wan),
        3 => select(NAMES).prop_map(Lead::Access),
        2 => prop::sample::subsequence(NAMES, 1..=3).prop_map(Lead::Trunk),
    ];
    let addresses = select(vec![
        "192.168.10.1/32",
        "192.168.10.0/31",
        "192.168.10.0/30",
        "192.168.10.0/24",
        "192.168.10.255/32",
        "192.168.10.64/26",
        "192.168.10.0/29",
        "10.9.0.1/32",
        "10.9.0.2/31",
        "10.9.0.0/30",
        "0.0.0.0/0",
        "fd00::/8",
        "fe80::/10",
        "203.0.113.0/24",
    ]);
    let list = prop_oneof![
        2 => Just(None),
        3 => prop::collection::vec(addresses, 0..3).prop_map(Some),
    ];
    let source = (
        select(vec![
            "office", "office", "office", "guest", "guest", "guest", "crm", "wan", "cellar",
        ]),
        list,
    );
    (
        zone(&["192.168.10.1/24", "192.168.10.1/30", "192.168.10.2/29"]),
        zone(&["10.9.0.1/30", "10.9.0.2/30", "10.9.0.1/24"]),
        prop::collection::vec(lead, 1..4),
        prop_oneof![1 => Just(Vec::new()), 9 => prop::collection::vec(source, 1..3)],
    )
        .prop_map(|(office, guest, ports, from)| Draft { office, guest, ports, from })
}

/// The example with what was drawn in place of its own.
fn document(draft: &Draft) -> Value {
    let mut document: Value = serde_json::from_str(EXAMPLE).expect("example");
    document["policies"] = json!([]);
    document["crm"]["reachable_from"] = json!([]);
    for (name, vlan, zone) in [("office", 10, &draft.office), ("guest", 20, &draft.guest)] {
        let zones = document["zones"].as_object_mut().expect("zones");
        zones.remove(name);
        if zone.there {
            let mut value =
                json!({"vlan": vlan, "ipv6": if zone.v6 { "automatic" } else { "off" }});
            if let Some(address) = zone.v4 {
                value["ipv4"] = json!({ "address": address });
            }
            zones.insert(name.to_owned(), value);
        }
    }
    let port = |(at, lead): (usize, &Lead)| {
        let role = match lead {
            Lead::Wan => json!("wan"),
            Lead::Access(zone) => json!({ "access": zone }),
            Lead::Trunk(zones) => json!({ "trunk": zones }),
        };
        let mac = format!("52:54:00:67:00:{at:02x}");
        (format!("p{at}"), json!({"match": {"mac": mac}, "role": role}))
    };
    document["ports"] = Value::Object(draft.ports.iter().enumerate().map(port).collect());
    let source = |(zone, list): &(&str, Option<Vec<&str>>)| match list {
        None => json!({"zone": zone, "addresses": "all"}),
        Some(list) => json!({"zone": zone, "addresses": list}),
    };
    document["management"]["from"] = draft.from.iter().map(source).collect();
    document
}

/// Whether somebody who plugs in somewhere is let in, reckoned from what was drawn alone. Which IPv6 prefix
/// the box has nobody knows beforehand, so an IPv6 network is no way in.
fn gets_in(draft: &Draft) -> bool {
    draft.from.iter().any(|(name, list)| {
        let zone = match *name {
            "office" => &draft.office,
            "guest" => &draft.guest,
            _ => return false,
        };
        let carried = draft.ports.iter().any(|lead| match lead {
            Lead::Wan => false,
            Lead::Access(zone) => zone == name,
            Lead::Trunk(zones) => zones.contains(name),
        });
        let let_in = || match (list, zone.v4) {
            (None, v4) => v4.is_some() || zone.v6,
            (Some(list), Some(v4)) => {
                let own: Ipv4Net = v4.parse().expect("subnet");
                let mut hosts = own.trunc().hosts().filter(|host| *host != own.addr());
                hosts.any(|host| list.iter().any(|network| holds(network, host)))
            }
            (Some(_), None) => false,
        };
        zone.there && carried && let_in()
    })
}

fn holds(network: &str, host: Ipv4Addr) -> bool {
    network.parse::<Ipv4Net>().is_ok_and(|network| network.contains(&host))
}
