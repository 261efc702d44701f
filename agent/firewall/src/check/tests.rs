//! Every fault has a ruleset that shows it.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Fault, MAX_MATCHES, MAX_TABLES};
use crate::build::{chain, ports, set4, when};
use crate::compile::{filter, table_id};
use crate::ir::{
    Action, Base, Chain, ChainKind, CtState, EtherType, Family, Field, Hook, InterfaceName,
    KeyType, Log, Match, Name, Policy, Protocol, Rule, Ruleset, Set, Table, Value, Verdict,
    VerdictMap,
};

fn name(text: &str) -> Name {
    Name::made(text)
}

/// A table with an input chain of these rules, an empty set of each kind, and a chain to jump to.
fn table(family: Family, rules: Vec<Rule>) -> Table {
    Table {
        id: table_id(family, "t"),
        sets: vec![set4(name("hosts"), &[]), ports(name("ports"), &[80]), protocols(&[])],
        maps: vec![VerdictMap {
            name: name("where"),
            key: vec![KeyType::Interface],
            entries: vec![],
        }],
        chains: vec![filter("start", Hook::Input, 0, rules), chain(name("other"), vec![])],
    }
}

fn protocols(protocols: &[Protocol]) -> Set {
    let elements = protocols.iter().map(|protocol| vec![Value::Protocol(*protocol)]).collect();
    Set { name: name("protocols"), key: vec![KeyType::Protocol], elements, timed: false }
}

fn fault(table: Table) -> Option<Fault> {
    let ruleset = Ruleset { tables: vec![table], removed: vec![] };
    ruleset.check().err().map(|error| error.fault)
}

fn fault_of(rule: Rule) -> Option<Fault> {
    fault(table(Family::Inet, vec![rule]))
}

fn with(change: impl FnOnce(&mut Table)) -> Option<Fault> {
    let mut table = table(Family::Inet, vec![]);
    change(&mut table);
    fault(table)
}

fn base(kind: ChainKind, hook: Hook, priority: i32) -> Option<Base> {
    Some(Base { kind, hook, priority, policy: Policy::Accept })
}

#[test]
fn another_destination_is_for_nat_and_for_what_has_one() {
    let at = |kind, hook, rule: Rule| {
        with(|table| {
            let chain =
                Chain { name: name("translates"), base: base(kind, hook, -100), rules: vec![rule] };
            table.chains.push(chain);
        })
    };
    let to = Ipv4Addr::new(192, 168, 10, 5);
    let good = || when().v4().for_own_address().tcp().send_to(to, Some(8443), "");
    assert_eq!(at(ChainKind::Nat, Hook::Prerouting, good()), None);
    let place = Fault::ActionAtHook { action: "dnat" };
    assert_eq!(at(ChainKind::Nat, Hook::Postrouting, good()), Some(place.clone()));
    assert_eq!(at(ChainKind::Filter, Hook::Prerouting, good()), Some(place));
    let bare = when().tcp().send_to(to, None, "");
    let unguarded = Fault::Unguarded { field: Field::Ip4Destination };
    assert_eq!(at(ChainKind::Nat, Hook::Prerouting, bare), Some(unguarded));
    let portless = when().v4().send_to(to, Some(1), "");
    let unguarded = Fault::Unguarded { field: Field::DestinationPort };
    assert_eq!(at(ChainKind::Nat, Hook::Prerouting, portless), Some(unguarded));
    let zero = when().v4().tcp().send_to(to, Some(0), "");
    assert_eq!(at(ChainKind::Nat, Hook::Prerouting, zero), Some(Fault::BadValue));
    let kind = when().is(Field::DestinationType, Value::Port(1)).accept("");
    assert_eq!(fault_of(kind), Some(Fault::ValueMismatch { field: Field::DestinationType }));
}

#[test]
fn a_good_one_is_accepted() {
    let rules = vec![
        when()
            .source4(Ipv4Addr::LOCALHOST)
            .tcp()
            .within(Field::DestinationPort, &name("ports"))
            .accept(""),
        when().within(Field::Protocol, &name("protocols")).destination_port(53).accept(""),
        when().icmpv6(134).hop_limit(255).accept(""),
        when().look_up(&[Field::InputInterface], &name("where"), ""),
        when().jump(&name("other"), ""),
    ];
    assert_eq!(fault(table(Family::Inet, rules)), None);
    let frame = when().is(Field::VlanId, Value::VlanId(30)).drop("");
    assert_eq!(fault(table(Family::Bridge, vec![frame])), None);
}

#[test]
fn names_are_names_and_unique() {
    let bad = |name: &str| Some(Fault::BadName { name: name.to_owned() });
    let twice = |text| Some(Fault::Repeated { name: name(text) });
    assert_eq!(with(|t| t.id.name = name("jump")), bad("jump"));
    assert_eq!(with(|t| t.chains.push(chain(name("Ä"), vec![]))), bad("Ä"));
    assert_eq!(with(|t| t.chains.push(chain(name("other"), vec![]))), twice("other"));
    assert_eq!(with(|t| t.sets.push(ports(name("where"), &[]))), twice("where"));
    let ids = vec![table_id(Family::Inet, "t"), table_id(Family::Bridge, "t")];
    let ruleset = Ruleset { tables: vec![table(Family::Inet, vec![])], removed: ids.clone() };
    assert_eq!(ruleset.check().err().map(|error| error.fault), twice("t"));
    let ruleset = Ruleset { tables: vec![], removed: ids };
    assert!(ruleset.check().is_ok());
}

#[test]
fn references_lead_somewhere() {
    let none = Some(Fault::NoSuchChain { name: name("none") });
    assert_eq!(fault_of(when().jump(&name("none"), "")), none);
    let entry = (vec![Value::Interface(InterfaceName::made("lo"))], Verdict::Jump(name("none")));
    assert_eq!(with(|t| t.maps[0].entries.push(entry)), none);
    let to_base = Some(Fault::JumpToBase { name: name("start") });
    assert_eq!(fault_of(when().jump(&name("start"), "")), to_base);
    let no_set = Some(Fault::NoSuchSet { name: name("none") });
    assert_eq!(fault_of(when().within(Field::Protocol, &name("none")).accept("")), no_set);
    assert_eq!(fault_of(when().look_up(&[Field::InputInterface], &name("none"), "")), no_set);
    // A set is no map.
    let no_map = Some(Fault::NoSuchSet { name: name("ports") });
    assert_eq!(fault_of(when().tcp().look_up(&[Field::SourcePort], &name("ports"), "")), no_map);
}

#[test]
fn jumps_end() {
    let circle = |t: &mut Table| {
        t.chains[1].rules.push(when().jump(&name("third"), ""));
        t.chains.push(chain(name("third"), vec![when().jump(&name("other"), "")]));
    };
    assert_eq!(with(circle), Some(Fault::Circle));
    assert_eq!(
        with(|t| t.chains[1].rules.push(when().jump(&name("other"), ""))),
        Some(Fault::Circle)
    );
    let ladder = |steps: usize| {
        with(|t| {
            t.chains[0].rules.push(when().jump(&name("step0"), ""));
            t.chains.extend((0..steps).map(|step| {
                let next = name(&format!("step{}", step + 1));
                let last = step + 1 == steps;
                let rules = if last { vec![] } else { vec![when().jump(&next, "")] };
                chain(name(&format!("step{step}")), rules)
            }));
        })
    };
    assert_eq!(ladder(15), None);
    assert_eq!(ladder(16), Some(Fault::TooDeep { max: 15 }));
    assert_eq!(ladder(5_000), Some(Fault::TooDeep { max: 15 }));
}

#[test]
fn fields_are_guarded_in_the_same_rule() {
    let unguarded = |field| Some(Fault::Unguarded { field });
    let source = Value::Ip4(Ipv4Addr::LOCALHOST.into());
    let source6 = Value::Ip6(Ipv6Addr::LOCALHOST.into());
    for (rule, field) in [
        (when().is(Field::Ip4Source, source.clone()), Field::Ip4Source),
        (when().v6().is(Field::Ip4Source, source), Field::Ip4Source),
        (when().v4().is(Field::Ip6Source, source6), Field::Ip6Source),
        (when().v4().is(Field::HopLimit, Value::HopLimit(255)), Field::HopLimit),
        (when().destination_port(53), Field::DestinationPort),
        (when().icmp(8).source_port(53), Field::SourcePort),
        (when().tcp().is(Field::IcmpType, Value::IcmpType(8)), Field::IcmpType),
        (
            when().differs(Field::Protocol, Value::Protocol(Protocol::Tcp)).destination_port(1),
            Field::DestinationPort,
        ),
        (when().within(Field::Ip4Source, &name("hosts")), Field::Ip4Source),
        (when().within(Field::OriginalIp4Source, &name("hosts")), Field::OriginalIp4Source),
        (when().opened_to_port(53), Field::OriginalDestinationPort),
    ] {
        assert_eq!(fault_of(rule.accept("")), unguarded(field));
    }
    let mixed = |members: &[Protocol]| {
        with(|t| {
            t.sets[2] = protocols(members);
            let when = when().within(Field::Protocol, &name("protocols"));
            t.chains[0].rules = vec![when.destination_port(53).accept("")];
        })
    };
    assert_eq!(mixed(&[Protocol::Tcp, Protocol::Udp]), None);
    assert_eq!(mixed(&[Protocol::Tcp, Protocol::Icmp]), unguarded(Field::DestinationPort));
}

#[test]
fn values_and_keys_are_of_the_fields_type() {
    let mismatch = |field| Some(Fault::ValueMismatch { field });
    let port = when().is(Field::InputInterface, Value::Port(1)).accept("");
    assert_eq!(fault_of(port), mismatch(Field::InputInterface));
    let state = when().is(Field::CtState, Value::CtState(CtState::New)).accept("");
    assert_eq!(fault_of(state), mismatch(Field::CtState));
    let bad = when().input(&InterfaceName::made("a b")).accept("");
    assert_eq!(fault_of(bad), Some(Fault::BadValue));
    let key = Some(Fault::KeyMismatch { name: name("hosts") });
    assert_eq!(fault_of(when().tcp().within(Field::SourcePort, &name("hosts")).accept("")), key);
    let version = when().within(Field::IpVersion, &name("hosts")).accept("");
    assert_eq!(fault_of(version), key);
    assert_eq!(
        fault_of(when().look_up(&[], &name("where"), "")),
        Some(Fault::KeyLength { max: 3 })
    );
    let nothing = Rule { matches: vec![Match::CtState(vec![])], ..when().accept("") };
    assert_eq!(fault_of(nothing), Some(Fault::NoCtState));
}

#[test]
fn elements_fit_and_are_apart() {
    let hosts = |elements: &[&str]| {
        let elements =
            elements.iter().map(|text| vec![Value::Ip4(text.parse().unwrap())]).collect();
        with(|t| t.sets[0].elements = elements)
    };
    assert_eq!(hosts(&["10.0.0.0/8", "11.0.0.0/8"]), None);
    assert_eq!(hosts(&["10.0.0.0/8", "9.0.0.0/8", "10.1.0.0/16"]), Some(Fault::Overlap));
    assert_eq!(hosts(&["10.0.0.1/32", "10.0.0.1/32"]), Some(Fault::Overlap));
    assert_eq!(hosts(&["10.0.0.1/8"]), Some(Fault::BadValue));
    let mismatch = Some(Fault::ElementMismatch { index: 0 });
    assert_eq!(with(|t| t.sets[0].elements = vec![vec![Value::Port(1)]]), mismatch);
    assert_eq!(with(|t| t.sets[0].elements = vec![vec![]]), mismatch);
    let network = vec![Value::Ip4("10.0.0.0/8".parse().unwrap()), Value::Port(1)];
    let pair = |t: &mut Table| {
        t.sets[0].key = vec![KeyType::Ip4, KeyType::Port];
        t.sets[0].elements = vec![network];
    };
    assert_eq!(with(pair), Some(Fault::NetworkInKey { index: 0 }));
    let same_source = |t: &mut Table| {
        let host = || Value::Ip4("10.0.0.1/32".parse().unwrap());
        t.sets[0].key = vec![KeyType::Ip4, KeyType::Port];
        t.sets[0].elements = vec![vec![host(), Value::Port(1)], vec![host(), Value::Port(2)]];
    };
    assert_eq!(with(same_source), None);
    assert_eq!(with(|t| t.sets[0].key = vec![]), Some(Fault::KeyLength { max: 3 }));
    assert_eq!(with(|t| t.sets[0].key = vec![KeyType::CtState]), Some(Fault::CtStateInSet));
    let entry = || (vec![Value::Interface(InterfaceName::made("lo"))], Verdict::Accept);
    assert_eq!(with(|t| t.maps[0].entries = vec![entry(), entry()]), Some(Fault::Overlap));
}

#[test]
fn families_and_hooks_have_what_rules_ask_for() {
    let in_bridge = |rule: Rule| fault(table(Family::Bridge, vec![rule]));
    let not_here = |field| Some(Fault::FieldInFamily { field });
    assert_eq!(in_bridge(when().v4().accept("")), not_here(Field::IpVersion));
    assert_eq!(in_bridge(when().uid(1).accept("")), not_here(Field::SocketUid));
    assert_eq!(
        in_bridge(when().udp().opened_to_port(68).drop("")),
        not_here(Field::OriginalDestinationPort)
    );
    assert_eq!(in_bridge(when().state(CtState::New).accept("")), not_here(Field::CtState));
    let tag = || when().is(Field::EtherType, Value::EtherType(EtherType::Tag));
    assert_eq!(fault_of(tag().drop("")), not_here(Field::EtherType));
    assert_eq!(in_bridge(tag().drop("")), None);
    assert_eq!(in_bridge(when().udp().destination_port(68).drop("")), None);
    let port = when().destination_port(68).drop("");
    assert_eq!(in_bridge(port), Some(Fault::Unguarded { field: Field::DestinationPort }));
    let not_tag = when().differs(Field::EtherType, Value::EtherType(EtherType::Tag)).drop("");
    assert_eq!(in_bridge(not_tag), Some(Fault::ValueMismatch { field: Field::EtherType }));
    let vlan = || when().is(Field::VlanId, Value::VlanId(30));
    assert_eq!(fault_of(vlan().drop("")), not_here(Field::VlanId));
    let not_vlan = when().differs(Field::VlanId, Value::VlanId(30)).drop("");
    assert_eq!(in_bridge(not_vlan), Some(Fault::ValueMismatch { field: Field::VlanId }));
    let reject = Rule { action: Action::Reject, ..when().drop("") };
    let no_reject = Some(Fault::ActionAtHook { action: "reject" });
    assert_eq!(in_bridge(reject.clone()), no_reject);

    let at = |base: Option<Base>, rule: Rule| {
        with(|t| t.chains = vec![Chain { name: name("start"), base, rules: vec![rule] }])
    };
    let filter = |hook| base(ChainKind::Filter, hook, 0);
    assert_eq!(at(filter(Hook::Forward), reject.clone()), None);
    assert_eq!(at(filter(Hook::Postrouting), reject), no_reject);
    let uid = || when().uid(1).accept("");
    assert_eq!(at(filter(Hook::Output), uid()), None);
    let field = Field::SocketUid;
    assert_eq!(at(filter(Hook::Input), uid()), Some(Fault::FieldAtHook { field }));
    let masquerade = || when().masquerade("");
    let refused = Some(Fault::ActionAtHook { action: "masquerade" });
    assert_eq!(at(base(ChainKind::Nat, Hook::Postrouting, 100), masquerade()), None);
    assert_eq!(at(filter(Hook::Postrouting), masquerade()), refused);
    assert_eq!(at(base(ChainKind::Nat, Hook::Prerouting, -100), masquerade()), refused);
    assert_eq!(at(base(ChainKind::Nat, Hook::Forward, 0), uid()), Some(Fault::BadHook));
    assert_eq!(at(base(ChainKind::Nat, Hook::Output, -200), uid()), Some(Fault::BadHook));
    let state = || when().state(CtState::New).accept("");
    let raw = base(ChainKind::Filter, Hook::Prerouting, -300);
    assert_eq!(at(raw, state()), Some(Fault::CtStateTooEarly));
    assert_eq!(at(filter(Hook::Prerouting), state()), None);
    let marked = || when().is(Field::CtMark, Value::Mark(1)).accept("");
    assert_eq!(at(raw, marked()), Some(Fault::CtStateTooEarly));
    assert_eq!(at(filter(Hook::Forward), marked()), None);
    let admit = || when().mark(1, "");
    let no_admit = Some(Fault::ActionAtHook { action: "ct mark set" });
    assert_eq!(at(filter(Hook::Forward), admit()), None);
    assert_eq!(at(filter(Hook::Prerouting), admit()), no_admit);
    assert_eq!(in_bridge(admit()), no_admit);
    // Through a jump as well.
    let jumped = |t: &mut Table| {
        t.chains[0].rules.push(when().jump(&name("other"), ""));
        t.chains[1].rules.push(uid());
    };
    assert_eq!(with(jumped), Some(Fault::FieldAtHook { field }));
}

#[test]
fn a_log_has_a_group_and_a_rate() {
    let log = |change: fn(&mut Log)| {
        let mut log = Log::ours(name("refused"));
        change(&mut log);
        fault_of(Rule { action: Action::Log(log), ..when().accept("") })
    };
    assert_eq!(log(|_| ()), None);
    assert_eq!(log(|log| log.group = 0), Some(Fault::BadLog));
    assert_eq!(log(|log| log.per_second = 0), Some(Fault::BadLog));
    assert_eq!(log(|log| log.burst = 0), Some(Fault::BadLog));
    let bad = log(|log| log.prefix = Name::made("No name"));
    assert!(matches!(bad, Some(Fault::BadName { .. })));
}

#[test]
fn a_rate_is_of_something_and_the_last_condition() {
    assert_eq!(fault_of(when().v4().at_most(1, 1).accept("")), None);
    assert_eq!(fault_of(when().at_most(0, 1).accept("")), Some(Fault::BadRate));
    assert_eq!(fault_of(when().at_most(1, 0).accept("")), Some(Fault::BadRate));
    assert_eq!(fault_of(when().at_most(1, 1).v4().accept("")), Some(Fault::BadRate));
}

#[test]
fn sizes_are_bounded() {
    let many = when().v4();
    let matches = (0..=MAX_MATCHES).fold(many, |when, _| when.uid(1));
    let too_many = |what, max| Some(Fault::TooMany { what, max });
    assert_eq!(fault_of(matches.accept("")), too_many("matches", MAX_MATCHES));
    let chains = |t: &mut Table| {
        t.chains = (0..=super::MAX_CHAINS).map(|n| chain(name(&format!("c{n}")), vec![])).collect();
    };
    assert_eq!(with(chains), too_many("chains", super::MAX_CHAINS));
    let tables = vec![table(Family::Inet, vec![]); MAX_TABLES + 1];
    let error = Ruleset { tables, removed: vec![] }.check().err();
    assert_eq!(error.map(|error| error.fault), too_many("tables", MAX_TABLES));
}

#[test]
fn the_place_is_told() {
    let rules = vec![when().accept(""), when().destination_port(1).accept("")];
    let ruleset = Ruleset { tables: vec![table(Family::Inet, rules)], removed: vec![] };
    let text = ruleset.check().err().map(|error| error.to_string());
    assert_eq!(
        text.as_deref(),
        Some("ruleset cannot be loaded: table inet t, chain start, rule 1")
    );
}
