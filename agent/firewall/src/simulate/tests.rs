//! Evaluation as nft(8) says, construct by construct.

use super::{Addresses, Decision, Outcome, Packet, Path, Transport, simulate};
use crate::build::{chain, ports, set4, when};
use crate::compile::{filter, table_id};
use crate::ir::{
    Action, Base, Chain, ChainKind, CtState, Family, Field, Hook, InterfaceName, KeyType, Match,
    Name, Policy, Protocol, Rule, Ruleset, Table, Value, Verdict, VerdictMap,
};

fn name(text: &str) -> Name {
    Name::made(text)
}

fn interface(text: &str) -> InterfaceName {
    InterfaceName::made(text)
}

/// From 10.0.0.1 on `lan` to 10.0.0.2 on `out`, TCP 80.
fn packet() -> Packet {
    Packet {
        input: Some(interface("lan")),
        output: Some(interface("out")),
        addresses: Some(Addresses::V4 {
            source: [10, 0, 0, 1].into(),
            destination: [10, 0, 0, 2].into(),
        }),
        transport: Some(Transport::Tcp { source: 4000, destination: 80 }),
        state: CtState::New,
        reply: false,
        mark: 0,
        about: None,
        uid: None,
        vlan: None,
        card: None,
        inner_tag: None,
        card_to: None,
        sent_to: None,
    }
}

fn accepting(chain: Chain) -> Chain {
    let base = chain.base.map(|base| Base { policy: Policy::Accept, ..base });
    Chain { base, ..chain }
}

fn table(mut chains: Vec<Chain>) -> Table {
    if !chains.iter().any(|chain| chain.name == name("sub")) {
        chains.push(chain(name("sub"), vec![]));
    }
    Table {
        id: table_id(Family::Inet, "t"),
        sets: vec![
            set4(name("hosts"), &["10.0.0.0/24".parse().unwrap()]),
            ports(name("ports"), &[80]),
        ],
        maps: vec![VerdictMap {
            name: name("pairs"),
            key: vec![KeyType::Interface, KeyType::Interface],
            entries: vec![(
                vec![Value::Interface(interface("lan")), Value::Interface(interface("out"))],
                Verdict::Jump(name("sub")),
            )],
        }],
        chains,
    }
}

fn run(chains: Vec<Chain>, packet: &Packet, path: Path) -> Decision {
    let ruleset = Ruleset { tables: vec![table(chains)], removed: vec![] };
    simulate(ruleset.check().unwrap(), packet, path)
}

/// The forward chain with these rules, policy drop, and the chain `sub`.
fn forward(rules: Vec<Rule>, sub: Vec<Rule>) -> Decision {
    let chains = vec![filter("forward", Hook::Forward, 0, rules), chain(name("sub"), sub)];
    run(chains, &packet(), Path::Through)
}

fn decided(decision: &Decision) -> Option<(&str, usize)> {
    let by = decision.decisive()?.by.as_ref()?;
    Some((by.chain.as_str(), by.index))
}

fn give_back() -> Rule {
    Rule { action: Action::Verdict(Verdict::Return), ..when().accept("") }
}

#[test]
fn without_chains_all_passes() {
    assert!(run(vec![], &packet(), Path::Through).passed());
    assert_eq!(run(vec![], &packet(), Path::Through).decisive(), None);
}

#[test]
fn the_policy_decides_at_the_end() {
    let decision = forward(vec![], vec![]);
    assert_eq!((decision.outcome, decided(&decision)), (Outcome::Dropped, None));
    let chain = accepting(filter("forward", Hook::Forward, 0, vec![]));
    assert!(run(vec![chain], &packet(), Path::Through).passed());
}

#[test]
fn the_first_verdict_counts() {
    let decision = forward(vec![when().udp().drop(""), when().accept(""), when().drop("")], vec![]);
    assert_eq!(decided(&decision), Some(("forward", 1)));
    assert!(decision.passed());
}

#[test]
fn jumps_come_back() {
    let jump = || when().jump(&name("sub"), "");
    let decision = forward(vec![jump(), when().accept("")], vec![when().udp().drop("")]);
    assert_eq!(decided(&decision), Some(("forward", 1)));
    let decision = forward(vec![jump(), when().drop("")], vec![when().accept("")]);
    assert_eq!(decided(&decision), Some(("sub", 0)));
    let returning = vec![give_back(), when().drop("")];
    assert!(forward(vec![jump(), when().accept("")], returning).passed());
    // In a base chain return is the policy.
    let decision = forward(vec![give_back(), when().accept("")], vec![]);
    assert_eq!((decision.outcome, decided(&decision)), (Outcome::Dropped, None));
}

#[test]
fn maps_without_entry_go_on() {
    let fields = [Field::InputInterface, Field::OutputInterface];
    let look_up = || when().look_up(&fields, &name("pairs"), "");
    assert!(forward(vec![look_up()], vec![when().accept("")]).passed());
    let turned = [Field::OutputInterface, Field::InputInterface];
    let decision = forward(
        vec![when().look_up(&turned, &name("pairs"), ""), when().accept("")],
        vec![when().drop("")],
    );
    assert_eq!(decided(&decision), Some(("forward", 1)));
}

#[test]
fn accept_ends_one_chain_drop_ends_all() {
    let accept = |name, hook, priority| filter(name, hook, priority, vec![when().accept("")]);
    let drop = |name, hook, priority| filter(name, hook, priority, vec![when().drop("")]);
    let order = vec![accept("late", Hook::Forward, 5), drop("early", Hook::Forward, -5)];
    let decision = run(order, &packet(), Path::Through);
    assert_eq!(decision.steps.len(), 1);
    assert_eq!(decided(&decision), Some(("early", 0)));
    let order = vec![accept("early", Hook::Forward, -5), drop("late", Hook::Forward, 5)];
    let decision = run(order, &packet(), Path::Through);
    assert_eq!((decision.steps.len(), decided(&decision)), (2, Some(("late", 0))));
    let hooks = vec![accept("forward", Hook::Forward, 0), drop("prerouting", Hook::Prerouting, 0)];
    assert_eq!(decided(&run(hooks, &packet(), Path::Through)), Some(("prerouting", 0)));
    let elsewhere = vec![drop("input", Hook::Input, 0), drop("output", Hook::Output, 0)];
    assert!(run(elsewhere, &packet(), Path::Through).passed());
}

#[test]
fn reject_stops_too() {
    let reject = Rule { action: Action::Reject, ..when().accept("") };
    assert_eq!(forward(vec![reject], vec![]).outcome, Outcome::Rejected);
}

#[test]
fn what_is_written_down_is_not_decided() {
    let log = || when().log(name("refused"), "");
    assert_eq!(forward(vec![log(), when().drop("")], vec![]).outcome, Outcome::Dropped);
    assert!(forward(vec![log(), when().accept("")], vec![]).passed());
}

#[test]
fn sets_and_their_reverse() {
    let hosts = |negated| {
        let one = Match::In { fields: vec![Field::Ip4Source], set: name("hosts"), negated };
        let rule = when().v4().accept("");
        Rule { matches: [rule.matches, vec![one]].concat(), ..rule }
    };
    assert!(forward(vec![hosts(false)], vec![]).passed());
    assert!(!forward(vec![hosts(true)], vec![]).passed());
    let port = when().tcp().within(Field::DestinationPort, &name("ports")).accept("");
    assert!(forward(vec![port], vec![]).passed());
}

#[test]
fn what_a_packet_does_not_have_matches_nothing() {
    // No socket: neither the user nor its reverse.
    let output = |rule: Rule, uid| {
        let sent = Packet { uid, ..packet() };
        run(vec![filter("output", Hook::Output, 0, vec![rule])], &sent, Path::FromBox).passed()
    };
    let other = || when().differs(Field::SocketUid, Value::Uid(1)).accept("");
    assert!(!output(other(), None));
    assert!(output(other(), Some(2)));
    // An interface that is not there has the empty name.
    let input = |rule| {
        run(vec![filter("input", Hook::Input, 0, vec![rule])], &packet(), Path::ToBox).passed()
    };
    let out = Value::Interface(interface("out"));
    assert!(!input(when().is(Field::OutputInterface, out.clone()).accept("")));
    assert!(input(when().differs(Field::OutputInterface, out).accept("")));
    // Another protocol is another one, an unreadable packet is none.
    let not_tcp = || when().differs(Field::Protocol, Value::Protocol(Protocol::Tcp)).accept("");
    let carrying = |transport| {
        let sent = Packet { transport, ..packet() };
        let chain = filter("forward", Hook::Forward, 0, vec![not_tcp()]);
        run(vec![chain], &sent, Path::Through).passed()
    };
    assert!(carrying(Some(Transport::Other(47))));
    assert!(!carrying(Some(Transport::Other(6))));
    assert!(!carrying(None));
}

#[test]
fn states_are_looked_up() {
    let by_state = when().look_up(&[Field::CtState], &name("state"), "");
    let map = VerdictMap {
        name: name("state"),
        key: vec![KeyType::CtState],
        entries: vec![(vec![Value::CtState(CtState::New)], Verdict::Accept)],
    };
    let mut table = table(vec![filter("forward", Hook::Forward, 0, vec![by_state])]);
    table.maps.push(map);
    let ruleset = Ruleset { tables: vec![table], removed: vec![] };
    let checked = ruleset.check().unwrap();
    assert!(simulate(checked, &packet(), Path::Through).passed());
    let related = Packet { state: CtState::Related, ..packet() };
    assert!(!simulate(checked, &related, Path::Through).passed());
}

#[test]
fn nat_sees_the_first_packet_of_a_connection() {
    let base = Base {
        kind: ChainKind::Nat,
        hook: Hook::Postrouting,
        priority: 100,
        policy: Policy::Accept,
    };
    let chain = Chain {
        name: name("postrouting"),
        base: Some(base),
        rules: vec![when().output(&interface("out")).masquerade("")],
    };
    let first = run(vec![chain.clone()], &packet(), Path::Through);
    assert!(first.passed() && first.masqueraded);
    let second = Packet { state: CtState::Established, ..packet() };
    let second = run(vec![chain.clone()], &second, Path::Through);
    assert!(second.passed() && !second.masqueraded);
    assert!(!run(vec![chain], &packet(), Path::ToBox).masqueraded);
}
