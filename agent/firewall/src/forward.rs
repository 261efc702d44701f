//! What may pass through the box: one chain for each pair of interfaces that a policy, or the list
//! of who may reach the CRM, allows something. A pair without a chain is dropped. The pair is that of
//! the connection's first packet: its answers are looked up the other way round.

use std::collections::BTreeMap;

use settings::{Allow, Target};

use crate::build::{chain, when};
use crate::compile::{Part, filter};
use crate::crm;
use crate::input::web_ports;
use crate::ir::{Field, Hook, InterfaceName, KeyType, Name, Rule, Set, Value, Verdict, VerdictMap};
use crate::spoof::{inside4, inside6};
use crate::tracking::{self, judged};
use crate::zones::{Scope, interface};

/// What is allowed between two interfaces.
pub(crate) struct Pair {
    pub(crate) chain: Name,
    pub(crate) from: InterfaceName,
    pub(crate) to: InterfaceName,
    pub(crate) rules: Vec<Rule>,
    pub(crate) sets: Vec<Set>,
}

pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let (by_pair, answers) = (Name::made("forward"), Name::made("answers_forward"));
    let mut rules = kept_inside(scope);
    rules.extend(tracking::known(scope, &tracking::passing()));
    rules.extend([
        tracking::answers().jump(&answers, "answers to who opened the connection"),
        when().look_up(
            &[Field::InputInterface, Field::OutputInterface],
            &by_pair,
            "by where it came in and goes out",
        ),
        when().drop("no policy allows it"),
    ]);
    let base = filter("forward", Hook::Forward, 0, rules);
    let mut pairs: BTreeMap<Name, Pair> = BTreeMap::new();
    for pair in policies(scope).into_iter().chain(crm::pairs(scope)) {
        let known = pairs.entry(pair.chain.clone()).or_insert(Pair {
            chain: pair.chain,
            from: pair.from,
            to: pair.to,
            rules: Vec::new(),
            sets: Vec::new(),
        });
        known.rules.extend(pair.rules);
        known.sets.extend(pair.sets);
    }
    let back = vec![
        when().look_up(
            &[Field::OutputInterface, Field::InputInterface],
            &by_pair,
            "by where the connection came in and went out",
        ),
        when().drop("no policy allows its connection"),
    ];
    let mut part = Part { chains: vec![base, chain(answers, back)], ..Part::default() };
    let mut entries = Vec::new();
    for pair in pairs.into_values() {
        let key = vec![Value::Interface(pair.from), Value::Interface(pair.to)];
        entries.push((key, Verdict::Jump(pair.chain.clone())));
        part.sets.extend(pair.sets);
        part.chains.push(chain(pair.chain, pair.rules));
    }
    let key = vec![KeyType::Interface, KeyType::Interface];
    part.maps.push(VerdictMap { name: by_pair, key, entries });
    part
}

/// What is meant for our own zones never leaves by WAN, connection or not: whoever gives the box its
/// WAN address may give it routes as well, and would draw staff away from the CRM.
fn kept_inside(scope: &Scope<'_>) -> Vec<Rule> {
    let Some(wan) = &scope.context.wan else { return Vec::new() };
    let out = || when().output(wan);
    vec![
        out().destination4_in(&inside4()).drop("a route from WAN draws our own addresses out"),
        out().destination6_in(&inside6()).drop("a route from WAN draws our own addresses out"),
    ]
}

fn policies(scope: &Scope<'_>) -> Vec<Pair> {
    let pair = |policy: &settings::Policy| {
        let to = match &policy.to {
            Target::Wan => scope.context.wan.clone()?,
            Target::Zone(zone) => interface(zone),
        };
        Some(Pair {
            chain: Name::made(format!("forward_{}_{}", policy.from, policy.to)),
            from: interface(&policy.from),
            to,
            rules: allowed(policy.allow),
            sets: Vec::new(),
        })
    };
    scope.settings.policies.iter().filter_map(pair).collect()
}

fn allowed(allow: Allow) -> Vec<Rule> {
    match allow {
        Allow::All => vec![judged().admit("policy: everything")],
        Allow::Web => vec![
            judged().tcp().opened_to_port_in(&web_ports()).admit("policy: web, HTTP and HTTPS"),
            judged().udp().opened_to_port(443).admit("policy: web, HTTP/3"),
        ],
    }
}
