//! Random rules for a few addresses: what is found of them is what packets meet.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod common;

use std::collections::BTreeSet;
use std::net::IpAddr;

use common::written::rule;
use common::{Shape, context, example, ip, packet, passes, tcp};
use firewall::reach::{Place, Sender, Traffic};
use firewall::simulate::{Path, Transport};
use firewall::{Finding, Side, compile, reach};
use proptest::prelude::*;
use settings::{Rule, RuleAction};

use RuleAction::{Allow, Block};

/// Addresses, some of them named by rules.
const POOL: [&str; 6] = [
    "192.168.20.7",
    "192.168.20.8",
    "192.168.20.64/26",
    "fd12:3456:789a:14::7",
    "192.168.10.9",
    "192.168.10.2",
];

/// A rule between guest and office, drawn: who, whom, what.
fn drawn(id: u16, (allow, from, to, what): (bool, usize, usize, usize)) -> Rule {
    let ends = |zone: &str, at: usize, pool: &[&str]| match pool.get(at) {
        Some(address) => format!("{zone}: {address}"),
        None => zone.to_owned(),
    };
    let services: [&[&str]; 4] = [&[], &["ssh"], &["web"], &["ssh", "ping"]];
    let action = if allow { Allow } else { Block };
    rule(
        id,
        action,
        &ends("guest", from, &POOL[..4]),
        &ends("office", to, &POOL[4..]),
        services[what],
    )
}

type Drawn = (bool, usize, usize, usize);

fn rules() -> impl Strategy<Value = Vec<Drawn>> {
    proptest::collection::vec((any::<bool>(), 0usize..5, 0usize..3, 0usize..4), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Every packet that fares otherwise is told of, and nobody is told of whose packets all fare as before.
    #[test]
    fn what_is_told_of_addresses_is_what_packets_meet(
        old in rules(),
        new in rules(),
        [open, opens] in any::<[bool; 2]>(),
    ) {
        let document = |rules: &[Drawn], open: bool| {
            let mut settings = example();
            let numbered = (1..).zip(rules.iter().copied());
            settings.rules = numbered.map(|(id, one)| drawn(id, one)).collect();
            if open {
                settings.policies.push(settings::Policy {
                    from: "guest".parse().unwrap(),
                    to: "office".parse().unwrap(),
                    allow: settings::Allow::All,
                });
            }
            settings
        };
        let (before, after) = (document(&old, open), document(&new, opens));
        let rulesets = [&before, &after].map(|settings| compile(settings, &common::context()));
        for settings in [&before, &after] {
            prop_assert_eq!(settings.validate(), Ok(()));
        }
        let context = context();
        let side = |settings, at: usize| Side {
            settings,
            context: &context,
            rules: rulesets[at].check().unwrap(),
        };
        let findings = reach(&side(&before, 0), &side(&after, 1), None);
        // A service that no rule names is any other port; a rule from IPv6 to IPv4 is about no packet.
        let names = |(_, from, to, what): &Drawn| matches!(what, 1 | 3) && (*from != 3 || *to == 2);
        let named = old.iter().chain(&new).any(names);
        let ssh = if named { Traffic::Service("ssh".parse().unwrap()) } else { Traffic::Tcp };
        let senders = ["192.168.20.7", "192.168.20.8", "192.168.20.99", "192.168.20.200"];
        let senders = senders.iter().chain(&["fd12:3456:789a:14::7", "fd12:3456:789a:14::99"]);
        for sender in senders {
            let v6 = sender.contains(':');
            let receivers: &[&str] =
                if v6 { &["fd12:3456:789a:a::55"] } else { &["192.168.10.9", "192.168.10.2", "192.168.10.77"] };
            let echo = if v6 { Transport::Icmpv6(128) } else { Transport::Icmp(8) };
            let kinds = [
                (ssh.clone(), tcp(22)),
                (Traffic::Https, tcp(443)),
                (Traffic::Tcp, tcp(4444)),
                (Traffic::Ping, echo),
            ];
            for (receiver, (traffic, carries)) in receivers.iter().flat_map(|to| kinds.iter().map(move |kind| (to, kind))) {
                let sent = packet(ip(sender), ip(receiver), *carries).from("z-guest").to("z-office");
                let [was, is] = [0, 1].map(|at| passes(&rulesets[at], &sent, Path::Through));
                let (opened, closed) = tells(&findings, ip(sender), ip(receiver), traffic);
                prop_assert!(
                    (!was && is) <= opened && (was && !is) <= closed && (opened <= is) && (closed <= !is),
                    "{} to {}: {:?}: {} {}; told {} {}: {:#?}",
                    sender, receiver, traffic, was, is, opened, closed, findings
                );
            }
        }
    }
}

/// Whether the findings say that it opens, and that it closes.
fn tells(findings: &[Finding], from: IpAddr, to: IpAddr, what: &Traffic) -> (bool, bool) {
    let sends = |sender: &Sender| match sender {
        Sender::Zone(zone) => zone.as_str() == "guest",
        Sender::Others { zone, but } => {
            zone.as_str() == "guest" && !but.iter().any(|net| net.contains(&from))
        }
        Sender::Part { addresses, .. } => addresses.iter().any(|net| net.contains(&from)),
        _ => false,
    };
    let gets = |places: &Vec<Place>| {
        places.iter().any(|place| match place {
            Place::Zone(zone) => zone.as_str() == "office",
            Place::Part { addresses, .. } => addresses.iter().any(|net| net.contains(&to)),
            Place::Others { zone, but } => {
                zone.as_ref().is_some_and(|zone| zone.as_str() == "office")
                    && !but.iter().any(|net| net.contains(&to))
            }
            _ => false,
        })
    };
    let is = |said: &BTreeSet<Traffic>, except: &BTreeSet<Traffic>| {
        // Who says everything names no services.
        let everything =
            [Traffic::Https, Traffic::Tcp, Traffic::Udp, Traffic::Ping, Traffic::Other];
        let all =
            matches!(what, Traffic::Service(_)) && everything.iter().all(|one| said.contains(one));
        (said.contains(what) || all) && !except.contains(what)
    };
    let (mut opened, mut closed) = (false, false);
    for finding in findings {
        match finding {
            Finding::Opened { from, to, what, except } => {
                opened |= sends(from) && gets(to) && is(what, except);
            }
            Finding::Closed { from, to, what, except } => {
                closed |= sends(from) && gets(to) && is(what, except);
            }
            _ => {}
        }
    }
    (opened, closed)
}
