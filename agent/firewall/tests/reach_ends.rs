//! Ports and addresses up to the last there is: a comparison comes to an end, and no packet fares otherwise
//! without being told of.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod common;

use common::written::{rule, these};
use common::{Shape, compared, context, example, ip, packet, passes, tcp, udp};
use firewall::reach::{matrix, reach};
use firewall::simulate::Path;
use firewall::{Finding, compile};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use settings::{Publication, Published, RuleAction, Settings};

const PORTS: [u16; 9] = [1, 2, 1023, 1024, 19_999, 20_000, 20_001, 65_534, 65_535];

/// Those that the box has no use for itself.
const FREE: &[u16] = PORTS.split_at(3).1;

const SOURCES: [&str; 9] = [
    "guest",
    "guest: 0.0.0.0/0",
    "guest: 128.0.0.0/1",
    "guest: 192.168.20.255",
    "guest: 0.0.0.0-192.168.20.7",
    "guest: 192.168.20.7-255.255.255.255",
    "guest: ::/0",
    "guest: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "guest: 255.255.255.255 192.168.20.7",
];

const PLACES: [&str; 5] = [
    "office",
    "office: 0.0.0.0/0 ::/0",
    "office: 255.255.255.255 192.168.10.9",
    "office: 192.168.10.9-255.255.255.255",
    "office: 1::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

fn published(ports: &[String]) -> Publication {
    Publication {
        id: 1,
        enabled: true,
        label: "Phones".parse().unwrap(),
        ports: ports.iter().map(|way| way.parse().unwrap()).collect(),
        to: Published {
            zone: "guest".parse().unwrap(),
            address: "192.168.20.7".parse().unwrap(),
            port: None,
            ipv6: None,
        },
        from: these(&[]),
        until: None,
        comment: None,
    }
}

/// A way from one port to another or the same, as a person writes it.
fn way(ports: &'static [u16]) -> impl Strategy<Value = String> {
    (select(&["tcp", "udp"][..]), select(ports), select(ports)).prop_map(
        |(protocol, one, other)| match (one.min(other), one.max(other)) {
            (first, last) if first == last => format!("{protocol}/{first}"),
            (first, last) => format!("{protocol}/{first}-{last}"),
        },
    )
}

type Drawn = (bool, &'static str, &'static str, String);

fn rules() -> impl Strategy<Value = Vec<Drawn>> {
    vec((any::<bool>(), select(&SOURCES[..]), select(&PLACES[..]), way(&PORTS)), 0..4)
}

fn document(rules: &[Drawn], publish: Option<&String>) -> Settings {
    let mut settings = example();
    for (id, (allow, from, to, way)) in (1..).zip(rules) {
        let name = format!("Kind {id}");
        settings.services.insert(name.parse().unwrap(), vec![way.parse().unwrap()]);
        let action = if *allow { RuleAction::Allow } else { RuleAction::Block };
        settings.rules.push(rule(id, action, from, to, &[&name]));
    }
    settings.publish.extend(publish.map(|way| published(std::slice::from_ref(way))));
    settings
}

#[test]
fn every_port_there_is_can_be_opened_and_said() {
    for ways in [&["tcp/1-65535"][..], &["tcp/1-65535", "udp/1-65535"], &["udp/10000-65535"]] {
        let (before, mut after) = (example(), example());
        let ways: Vec<String> = ways.iter().map(|way| (*way).to_owned()).collect();
        let parsed = ways.iter().map(|way| way.parse().unwrap()).collect();
        after.services.insert("All".parse().unwrap(), parsed);
        after.rules.push(rule(1, RuleAction::Allow, "guest", "office", &["All"]));
        let findings = compared(&before, &after, |before, after| reach(before, after, None));
        let opened = |one: &Finding| matches!(one, Finding::Opened { .. });
        assert!(findings.iter().any(opened), "{ways:?}: {findings:#?}");
        compared(&after, &after, |side, _| matrix(side));
    }
    let (before, mut after) = (example(), example());
    after.publish.push(published(&["udp/10000-65535".to_owned(), "tcp/1024-65535".to_owned()]));
    let findings = compared(&before, &after, |before, after| reach(before, after, None));
    assert!(!findings.is_empty());
    compared(&after, &after, |side, _| matrix(side));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_reaches_the_last_port_and_address_is_told(
        old in rules(),
        new in rules(),
        [was_published, is_published] in prop::array::uniform2(prop::option::of(way(FREE))),
    ) {
        let before = document(&old, was_published.as_ref());
        let after = document(&new, is_published.as_ref());
        for settings in [&before, &after] {
            prop_assert_eq!(settings.validate(), Ok(()));
        }
        let findings = compared(&before, &after, |before, after| reach(before, after, None));
        let rulesets = [&before, &after].map(|settings| compile(settings, &context()));
        let trips = [
            ("192.168.20.7", "192.168.10.9"),
            ("192.168.20.8", "192.168.10.77"),
            ("fd12:3456:789a:14::7", "fd12:3456:789a:a::55"),
        ];
        for (from, to) in trips {
            for port in PORTS.into_iter().chain([80, 443, 30_000]) {
                for carries in [tcp(port), udp(40_000, port)] {
                    let sent = packet(ip(from), ip(to), carries).from("z-guest").to("z-office");
                    let [was, is] = [0, 1].map(|at| passes(&rulesets[at], &sent, Path::Through));
                    let told = findings.iter().any(|one| match one {
                        Finding::Opened { .. } => is && !was,
                        Finding::Closed { .. } => was && !is,
                        _ => false,
                    });
                    prop_assert!(was == is || told, "{} {} {:?}: {:#?}", from, to, carries, findings);
                }
            }
        }
    }
}
