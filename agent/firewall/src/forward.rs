//! What may pass through the box: one chain for each pair of interfaces that a policy, or the list
//! of who may reach the CRM, allows something, or a rule speaks of. A pair without a chain is dropped. The pair is that of
//! the connection's first packet: its answers are looked up the other way round.

use std::collections::BTreeMap;

use settings::{Allow, Target, ZoneName};

use crate::build::{When, chain, when};
use crate::compile::{Part, filter};
use crate::input::web_ports;
use crate::ir::{
    Chain, Direction, Field, Hook, InterfaceName, KeyType, Name, Rule, Set, Value, Verdict,
    VerdictMap,
};
use crate::spoof::{inside4, inside6};
use crate::tracking::{self, judged};
use crate::zones::{Scope, interface};
use crate::{crm, egress, icmp, publish, routed, rules};

/// What is allowed between two interfaces.
pub(crate) struct Pair {
    pub(crate) chain: Name,
    pub(crate) from: InterfaceName,
    pub(crate) to: InterfaceName,
    pub(crate) rules: Vec<Rule>,
    /// Errors of the pair's own connections, which the pair of interfaces alone does not tell from those of
    /// others.
    pub(crate) errors: Vec<Rule>,
    pub(crate) sets: Vec<Set>,
}

pub(crate) fn part(scope: &Scope<'_>) -> Part {
    let (by_pair, answers) = (Name::made("forward"), Name::made("answers_forward"));
    let (mut rules, sets) = routed::within(scope);
    rules.extend(kept_inside(scope));
    rules.extend(tracking::known(scope, &tracking::passing()));
    rules.extend(tracking::ended());
    rules.extend([
        tracking::answers().jump(&answers, "answers to who opened the connection"),
        when().look_up(
            &[Field::InputInterface, Field::OutputInterface],
            &by_pair,
            "by where it came in and goes out",
        ),
    ]);
    rules.extend(refused(scope));
    rules.push(when().drop("no policy allows it"));
    let base = filter("forward", Hook::Forward, 0, rules);
    let mut pairs: BTreeMap<Name, Pair> = BTreeMap::new();
    let all = [
        rules::pairs(scope),
        policies(scope),
        publish::pairs(scope),
        crm::pairs(scope),
        egress::pairs(scope),
    ];
    for pair in all.into_iter().flatten() {
        let known = pairs.entry(pair.chain.clone()).or_insert(Pair {
            chain: pair.chain,
            from: pair.from,
            to: pair.to,
            rules: Vec::new(),
            errors: Vec::new(),
            sets: Vec::new(),
        });
        known.rules.extend(pair.rules);
        for error in pair.errors {
            if !known.errors.contains(&error) {
                known.errors.push(error);
            }
        }
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
    let errors_by_pair = Name::made("errors_by_pair");
    let related = errors(&errors_by_pair);
    let chains = vec![base, chain(answers, back), related];
    let mut part = Part { sets, chains, ..Part::default() };
    let (mut entries, mut of_errors) = (Vec::new(), Vec::new());
    for pair in pairs.into_values() {
        let key = vec![Value::Interface(pair.from), Value::Interface(pair.to)];
        entries.push((key.clone(), Verdict::Jump(pair.chain.clone())));
        let own = Name::made(format!("errors_{}", pair.chain.as_str()));
        of_errors.push((key, Verdict::Jump(own.clone())));
        part.chains.push(chain(own, pair.errors));
        part.sets.extend(pair.sets);
        part.chains.push(chain(pair.chain, pair.rules));
    }
    let map = |name, entries| VerdictMap {
        name,
        key: vec![KeyType::Interface, KeyType::Interface],
        entries,
    };
    part.maps.extend([map(by_pair, entries), map(errors_by_pair, of_errors)]);
    part
}

/// An error goes the way that answers to the packet go of which it tells: with who opened the connection,
/// or against him. From anywhere else, whoever knows of a connection could send to its ends.
fn errors(by_pair: &Name) -> Chain {
    let (came_in, goes_out) = (Field::InputInterface, Field::OutputInterface);
    let why = "errors, by where their connection came in and goes out";
    chain(
        tracking::errors_through(),
        vec![
            when().way(Direction::Original).look_up(&[came_in, goes_out], by_pair, why),
            when().way(Direction::Reply).look_up(&[goes_out, came_in], by_pair, why),
            when().drop("an error from where its connection does not go"),
        ],
    )
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

/// Who is refused is written down, each side within its own limit: one that floods hides no other.
fn refused(scope: &Scope<'_>) -> impl Iterator<Item = Rule> {
    let zones = scope.zones.iter().map(|zone| &zone.interface);
    zones.chain(&scope.context.wan).map(|from| {
        when().input(from).log(refused_on_the_way(), "for the list of what was refused")
    })
}

/// What the reader of the packet log knows refused packets between two interfaces by.
pub fn refused_on_the_way() -> Name {
    Name::made("refused_forward")
}

fn policies(scope: &Scope<'_>) -> Vec<Pair> {
    let pair =
        |policy: &settings::Policy| between(scope, &policy.from, &policy.to, allowed(policy.allow));
    scope.settings.policies.iter().filter_map(pair).collect()
}

/// What these rules make of two zones, or of a zone and WAN; none when one of them is not there.
pub(crate) fn between(
    scope: &Scope<'_>,
    from: &ZoneName,
    to: &Target,
    rules: Vec<Rule>,
) -> Option<Pair> {
    let (output, own) = match to {
        Target::Wan => {
            let own = [when().opened_outside4(&inside4()), when().opened_outside6(&inside6())];
            (scope.context.wan.clone()?, own.to_vec())
        }
        Target::Zone(zone) => {
            let view = scope.zone(zone)?;
            let v4 = view.subnets4().map(|subnet| when().opened_to4(subnet));
            let v6 = view.subnet6.map(|subnet| when().opened_to6(subnet));
            (interface(zone), v4.chain(v6).collect())
        }
    };
    let tells = |own: When| own.jump(&icmp::errors_chain(), "tells of a connection of these two");
    Some(Pair {
        chain: Name::made(format!("forward_{from}_{to}")),
        from: interface(from),
        to: output,
        rules,
        errors: own.into_iter().map(tells).collect(),
        sets: Vec::new(),
    })
}

fn allowed(allow: Allow) -> Vec<Rule> {
    match allow {
        Allow::All => vec![judged().admit("policy: everything")],
        Allow::Web => vec![
            judged().tcp().answered_by_port_in(&web_ports()).admit("policy: web, HTTP and HTTPS"),
            judged().udp().answered_by_port(443).admit("policy: web, HTTP/3"),
        ],
    }
}
