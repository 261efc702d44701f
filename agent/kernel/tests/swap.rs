//! What packets meet while one ruleset is exchanged for another.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod common;

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use common::{forward, in_new_namespace, name, networks, nft_load, rule, run, table_id};
use firewall::ir::*;
use kernel::nft;

/// A ruleset that lets UDP to port 4001 in and, by its policy, nothing to 4002; with a jump, a map and
/// sets, for these go and come with each change.
fn guards_4002(networks_of: u32) -> Ruleset {
    let udp = || Match::Is {
        field: Field::Protocol,
        value: Value::Protocol(Protocol::Udp),
        negated: false,
    };
    let port =
        Match::Is { field: Field::DestinationPort, value: Value::Port(4001), negated: false };
    let jump = rule(vec![udp()], Verdict::Jump(name("ports")), "to the ports");
    let mut ruleset = forward(vec![jump], vec![networks(networks_of)]);
    let table = &mut ruleset.tables[0];
    table.chains[0].base = Some(Base {
        kind: ChainKind::Filter,
        hook: Hook::Input,
        priority: 0,
        policy: Policy::Drop,
    });
    table.chains.push(Chain {
        name: name("ports"),
        base: None,
        rules: vec![rule(vec![udp(), port], Verdict::Accept, "4001")],
    });
    ruleset
}

/// Sends to both ports of [`guards_4002`] while `change` runs, over and over; how many of the packets
/// to 4001 arrived and how many were lost. One to 4002 that arrives fails the test.
fn under_fire(change: impl FnOnce()) -> (u64, u64) {
    let allowed = UdpSocket::bind("127.0.0.1:4001").expect("binds");
    let forbidden = UdpSocket::bind("127.0.0.1:4002").expect("binds");
    let sender = UdpSocket::bind("127.0.0.1:0").expect("binds");
    allowed.set_nonblocking(true).expect("sets");
    forbidden.set_nonblocking(true).expect("sets");
    let (stop, arrived, lost) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut buffer = [0; 1];
            while !stop.load(Ordering::Relaxed) {
                // Over loopback a packet has arrived when sending returns.
                sender.send_to(&[1], "127.0.0.1:4002").expect("sends");
                sender.send_to(&[1], "127.0.0.1:4001").expect("sends");
                let count = if allowed.recv(&mut buffer).is_ok() { &arrived } else { &lost };
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        change();
        stop.store(true, Ordering::Relaxed);
    });
    let error = forbidden.recv(&mut [0; 1]).expect_err("no packet to 4002 arrived");
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    (arrived.into_inner(), lost.into_inner())
}

/// [`under_fire`] while these are exchanged for each other.
fn exchanged(rulesets: &[Ruleset; 2], times: usize) -> (u64, u64) {
    in_new_namespace(|| {
        run(&["ip", "link", "set", "lo", "up"]);
        let checked = rulesets.each_ref().map(|ruleset| ruleset.check().expect("good"));
        nft::replace(checked[0]).expect("loads");
        let counted = under_fire(|| {
            for round in 0..times {
                nft::replace(checked[round % 2]).expect("replaces");
            }
        });
        assert_eq!(nft::differences(checked[(times + 1) % 2]).expect("reads back"), []);
        counted
    })
}

#[test]
fn no_packet_passes_or_is_lost_while_rulesets_are_swapped() {
    let (arrived, lost) = exchanged(&[guards_4002(1000), guards_4002(10)], 200);
    assert!(arrived > 100, "{arrived} packets are no load");
    assert_eq!(lost, 0, "packets lost in 200 swaps, {arrived} arrived");
}

/// As when an admin blocks something of all that is allowed: what stops the packet is that a set has its
/// port. The kernel shows packets the elements of a new set a moment after the rules.
fn stops_4002(more: u16) -> Ruleset {
    let mut ruleset = guards_4002(10);
    let table = &mut ruleset.tables[0];
    let port = |number| vec![Value::Port(number)];
    let ranges = (0..more).map(|number| vec![Value::Ports(5000 + 3 * number, 5001 + 3 * number)]);
    table.sets.push(Set {
        name: name("stopped"),
        key: vec![KeyType::Port],
        elements: ranges.chain([port(4002)]).collect(),
        timed: false,
    });
    let set = name("stopped");
    let stopped = Match::In { fields: vec![Field::DestinationPort], set, negated: false };
    let chain = &mut table.chains[0];
    let udp =
        Match::Is { field: Field::Protocol, value: Value::Protocol(Protocol::Udp), negated: false };
    chain.base.as_mut().expect("a base chain").policy = Policy::Accept;
    chain.rules = vec![rule(vec![udp, stopped], Verdict::Drop, "stopped")];
    ruleset
}

#[test]
fn what_a_set_stops_is_stopped_while_rulesets_are_swapped() {
    let (arrived, lost) = exchanged(&[stops_4002(1000), stops_4002(999)], 100);
    assert!(arrived > 100 && lost == 0, "{arrived} arrived, {lost} were lost");
}

#[test]
fn nothing_passes_while_the_lock_is_lifted() {
    let mut ruleset = guards_4002(1000);
    ruleset.removed = vec![table_id(Family::Inet, "lock")];
    in_new_namespace(|| {
        run(&["ip", "link", "set", "lo", "up"]);
        let lock =
            "table inet lock { chain c { type filter hook input priority 100; policy drop; }\n}\n";
        nft_load(lock);
        let (arrived, _) = under_fire(|| {
            for _ in 0..50 {
                nft::replace(ruleset.check().expect("good")).expect("loads");
                nft_load(lock);
                nft_load("delete table inet gatehouse\n");
            }
        });
        assert!(arrived > 0, "the lock was never lifted");
    });
}

#[test]
fn a_chain_moves_to_another_hook_and_back() {
    let one = guards_4002(10);
    let mut other = one.clone();
    other.tables[0].chains[0].base.as_mut().expect("a base chain").hook = Hook::Output;
    in_new_namespace(|| {
        for ruleset in [&one, &other, &one] {
            let checked = ruleset.check().expect("good");
            nft::replace(checked).expect("loads");
            assert_eq!(nft::differences(checked).expect("reads back"), []);
        }
    });
}
