//! Whether the simulator says what the kernel does: packets drawn at random, each judged by both. Compared
//! are the verdict of every base chain on the packet's way and the rule that gave it, as the kernel's
//! trace names it, whether the packet arrives, and how the answer to a refused one begins its way. Drawn until
//! every rule and every end of a chain has decided often enough.

mod around;
mod case;
mod chance;
mod connections;
mod deciders;
mod draw;
mod expected;
mod former;
mod sent;
mod trace;

use std::collections::BTreeMap;
use std::net::IpAddr;

use firewall::ir::{CtState, Ruleset};
use firewall::simulate::{Addresses, Outcome, Step};
use testkit::{Seen, run_with_input};

use crate::bench::like;
use crate::{Bench, Reach, Rules};
use around::Around;
use case::Case;
use chance::Chance;
pub use deciders::NEVER;
use deciders::{Key, admits, key, mark, name, wanted};
use draw::Draw;
use expected::{Begun, Expected};
use former::{admitted, former};
use trace::{Said, Trace};

/// Packets that are looked at to find one for a rule that has not decided often enough.
const PATIENCE: usize = 100_000;

/// How much is sent.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// So many packets.
    pub packets: usize,
    /// How often each rule and each end of a chain has to decide.
    pub each: usize,
    /// Where the choices begin.
    pub seed: u64,
}

/// What was sent and agreed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agreed {
    /// All packets.
    pub packets: usize,
    /// Of IPv6.
    pub v6: usize,
    /// In fragments.
    pub cut: usize,
    /// Of no connection, and not able to start one.
    pub invalid: usize,
    /// What can decide.
    pub deciders: usize,
    /// How often the one did that did so most seldom.
    pub least: usize,
    /// Rules that no packet can meet, and none did.
    pub never: usize,
}

/// Sends so many packets through the ruleset for the document, and compares.
pub fn agrees(reach: Reach, amount: Amount) -> Result<Agreed, String> {
    let ruleset = Rules::default().compile(reach);
    compare(reach, &ruleset, &ruleset, amount)
}

/// The same with a simulator that is given other rules than the kernel: one is missing.
pub fn agrees_with_another(reach: Reach, amount: Amount) -> Result<Agreed, String> {
    let ruleset = Rules::default().compile(reach);
    let mut other = ruleset.clone();
    for chain in other.tables.iter_mut().flat_map(|table| &mut table.chains) {
        if chain.name.as_str() == "forward_guest_wan" {
            chain.rules.pop();
        }
    }
    compare(reach, &ruleset, &other, amount)
}

fn compare(
    reach: Reach,
    loaded: &Ruleset,
    simulated: &Ruleset,
    amount: Amount,
) -> Result<Agreed, String> {
    let rules = simulated.check().map_err(|error| error.to_string())?;
    let mut bench = Bench::locked();
    let mut connections = former(&mut bench);
    bench
        .router
        .inside(|| run_with_input(&["nft", "-f", "-"], "delete table inet open"))
        .map_err(|error| error.to_string())?;
    bench.load_ruleset(loaded);
    let mut around = Around::of(&bench, reach);
    let mark = mark(loaded);
    connections.extend(admitted(&mut bench, reach, mark));
    let trace = Trace::of(&bench.router, loaded);
    let Amount { packets, each, seed } = amount;
    let mut draw = Draw { reach, chance: Chance::new(seed), connections, fresh: 0 };
    let (wanted, never) = wanted(simulated);
    let mut count: BTreeMap<Key, usize> = wanted.into_iter().map(|key| (key, 0)).collect();
    let mut agreed = Agreed { deciders: count.len(), never: never.len(), ..Agreed::default() };
    let mut begun = Begun::default();
    let mut worn_out = false;
    while agreed.packets < packets {
        // At first those that a rule is waiting for, of either version; the rest makes both even.
        let rare = count.values().any(|count| *count < each) && !worn_out;
        let tries = if rare { PATIENCE } else { 1000 };
        let found = (0..tries).find_map(|at| {
            let case = if rare { draw.rare()? } else { draw.next()? };
            let expected = begun.expects(rules, &case);
            let waits = |key: &Key| count.get(key).is_some_and(|count| *count < each);
            let wants = if rare {
                let fits = is_even(&case, &agreed) || at >= PATIENCE / 100;
                fits && expected.all().map(key).any(|key| waits(&key))
            } else {
                is_even(&case, &agreed)
            };
            wants.then_some((case, expected))
        });
        if rare && found.is_none() {
            worn_out = true;
            continue;
        }
        let Some((case, expected)) = found else { break };
        for step in expected.all() {
            *count.entry(key(step)).or_default() += 1;
        }
        check(&mut bench, &mut around, &trace, &case, &expected)
            .map_err(|what| format!("seed {seed}, packet {}: {what}", agreed.packets))?;
        if expected.steps.iter().any(|step| admits(simulated, step))
            && let Some(connection) = case.of.and_then(|at| draw.connections.get_mut(at))
        {
            connection.mark = mark;
        }
        if expected.passes() {
            begun.passed(&case);
        }
        agreed.packets += 1;
        agreed.v6 += usize::from(case.source.is_ipv6());
        agreed.cut += usize::from(case.is_cut());
        agreed.invalid += usize::from(case.state() == Some(CtState::Invalid));
    }
    for _ in 0..10 {
        let case = draw.loopback();
        let expected = begun.expects(rules, &case);
        check(&mut bench, &mut around, &trace, &case, &expected)
            .map_err(|what| format!("seed {seed}, from or to the loopback address: {what}"))?;
    }
    agreed.least = count.values().copied().min().unwrap_or(0);
    let few = count.iter().filter(|(_, count)| **count < each);
    let few: Vec<_> = few.map(|(key, count)| format!("{} {count}", name(simulated, key))).collect();
    let met: Vec<_> = never.iter().filter(|key| count.contains_key(key)).collect();
    let is_whole = agreed.packets == packets
        // Rules that wait to the last want packets of one version: half is 49 to 51 of a hundred.
        && agreed.v6.abs_diff(packets - agreed.v6) <= (packets / 50).max(1)
        && agreed.cut * 50 >= packets
        && agreed.invalid * 50 >= packets;
    if few.is_empty() && met.is_empty() && !never.is_empty() && is_whole {
        return Ok(agreed);
    }
    Err(format!(
        "seed {seed}: {agreed:?}; too seldom decided: {few:#?}; never should have: {met:#?}"
    ))
}

/// Half of all packets are of IPv6.
fn is_even(case: &Case, agreed: &Agreed) -> bool {
    let v4 = agreed.packets - agreed.v6;
    if case.source.is_ipv6() { agreed.v6 <= v4 } else { v4 <= agreed.v6 }
}

fn check(
    bench: &mut Bench,
    around: &mut Around,
    trace: &Trace,
    case: &Case,
    expected: &Expected,
) -> Result<(), String> {
    trace.forget();
    case.sent.go(bench, around);
    // Behind NAT it is another one.
    let judged = case.packet.iter().chain(&case.frames).filter_map(|(packet, _)| packet.addresses);
    let ends = judged.map(|addresses| match addresses {
        Addresses::V4 { destination, .. } => IpAddr::V4(destination),
        Addresses::V6 { destination, .. } => IpAddr::V6(destination),
    });
    let ends: Vec<IpAddr> = ends.chain(case.sent.destination()).collect();
    let steps = &expected.steps;
    let mut said = trace.said(case.source, &ends, steps.len());
    if case.again.is_some() {
        // What the box says to itself it also answers.
        said.own.truncate(steps.len());
    }
    let own: Vec<Said> = steps.iter().map(said_by).collect();
    if said.own != own {
        let kernel = said.own;
        return Err(format!("{case:#?}\nthe simulator: {own:#?}\nthe kernel: {kernel:#?}"));
    }
    let refused = expected.answer.as_ref().map(said_by);
    if refused.is_some() && said.back.first() != refused.as_ref() {
        let kernel = said.back;
        return Err(format!(
            "{case:#?}\nanswered, by the simulator: {refused:#?}\nby the kernel: {kernel:#?}"
        ));
    }
    if let Some((place, packet)) = &case.to {
        let arrived = bench.arrived(*place);
        let flags = packet.seen().map(|seen| seen.flags);
        let is = like(packet);
        // The box may end the connection in the name of its other end.
        let is_it = |seen: &Seen| is(seen) && Some(seen.flags) == flags;
        if arrived.iter().any(is_it) != expected.passes() {
            return Err(format!("{case:#?}\n{own:#?}\narrived at {place:?}: {arrived:#?}"));
        }
    }
    Ok(())
}

fn said_by(step: &Step) -> Said {
    let (family, chain, rule) = key(step);
    Said { family, chain, rule, accepts: step.outcome == Outcome::Passed }
}
