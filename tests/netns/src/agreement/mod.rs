//! Whether the simulator says what the kernel does: packets drawn at random, each judged by both. Compared
//! are the verdict of every base chain on the packet's way and the rule that gave it, as the kernel's
//! trace names it, and whether the packet arrives. Drawn until every rule and every end of a chain has decided
//! often enough.

mod chance;
mod connections;
mod draw;
mod sent;
mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use firewall::CheckedRuleset;
use firewall::ir::{Action, CtState, Family, Hook, Ruleset, Verdict};
use firewall::simulate::{Addresses, Decision, Outcome, Step, Transport, simulate};
use testkit::{Namespace, run_with_input, veth};

use crate::bench::like;
use crate::place::Version;
use crate::{Bench, Place, Reach, Rules};
use chance::Chance;
use connections::{Connection, Kind, Party};
use draw::{Case, Draw, LENDS, LENT, NEIGHBOUR, NEIGHBOUR_MAC, drawn_out, party, within};
use trace::{Said, Trace};

/// How often each has to decide.
const EACH: usize = 20;
/// Packets that are looked at to find one for a rule that has not decided often enough.
const PATIENCE: usize = 40_000;

/// Rules that no packet can meet, for the kernel drops it before: IPv6 loopback addresses from outside
/// (`ip6_rcv_core`).
const NEVER: [&str; 1] = ["loopback address from outside"];

/// Lets everything pass, and follows connections: how the box was before the rules.
const OPEN: &str = "
flush ruleset
table inet open {
    chain f { type filter hook forward priority 0; ct state new accept; }
    chain i { type filter hook input priority 0; ct state new accept; }
    chain o { type filter hook output priority 0; ct state new accept; }
    chain n { type nat hook postrouting priority 100; }
    chain r { type filter hook output priority -300; tcp flags & rst == rst drop; }
}
";

/// What decides: family, chain, and rule, or none at the chain's end.
type Key = (Family, String, Option<usize>);

/// Sends so many packets through the ruleset for the document, and compares.
pub fn agrees(reach: Reach, packets: usize, seed: u64) -> Result<(), String> {
    let ruleset = Rules::default().compile(reach);
    compare(reach, &ruleset, &ruleset, packets, seed)
}

/// The same with a simulator that is given other rules than the kernel: one is missing.
pub fn agrees_with_another(reach: Reach, packets: usize, seed: u64) -> Result<(), String> {
    let ruleset = Rules::default().compile(reach);
    let mut other = ruleset.clone();
    for chain in other.tables.iter_mut().flat_map(|table| &mut table.chains) {
        if chain.name.as_str() == "forward_guest_wan" {
            chain.rules.pop();
        }
    }
    compare(reach, &ruleset, &other, packets, seed)
}

fn compare(
    reach: Reach,
    loaded: &Ruleset,
    simulated: &Ruleset,
    packets: usize,
    seed: u64,
) -> Result<(), String> {
    let rules = simulated.check().map_err(|error| error.to_string())?;
    let mut bench = Bench::locked();
    let mut connections = former(&mut bench);
    bench
        .router
        .inside(|| run_with_input(&["nft", "-f", "-"], "delete table inet open"))
        .map_err(|error| error.to_string())?;
    bench.load_ruleset(loaded);
    let _neighbour = neighbour(&bench);
    let mark = mark(loaded);
    connections.extend(admitted(&mut bench, reach, mark));
    let trace = Trace::of(&bench.router);
    let mut draw = Draw { chance: Chance::new(seed), connections, fresh: 0 };
    let mut count: BTreeMap<Key, usize> =
        wanted(simulated).into_iter().map(|key| (key, 0)).collect();
    let (mut sent, mut v6) = (0, 0);
    let mut begun = BTreeSet::new();
    let mut worn_out = false;
    while sent < packets {
        // At first those that a rule is waiting for, of either version; the rest makes both even.
        let rare = count.values().any(|count| *count < EACH) && !worn_out;
        let tries = if rare { PATIENCE } else { 1000 };
        let found = (0..tries).find_map(|_| {
            let case = if rare { draw.rare()? } else { draw.next()? };
            let steps = expected(rules, &case, &begun);
            let waits = |key: &Key| count.get(key).is_some_and(|count| *count < EACH);
            let wants = if rare {
                steps.iter().map(key).any(|key| waits(&key))
            } else {
                is_even(&case, v6, sent)
            };
            wants.then_some((case, steps))
        });
        if rare && found.is_none() {
            worn_out = true;
            continue;
        }
        let Some((case, steps)) = found else { break };
        for step in &steps {
            *count.entry(key(step)).or_default() += 1;
        }
        check(&mut bench, &trace, &case, &steps)
            .map_err(|what| format!("seed {seed}, packet {sent}: {what}"))?;
        if steps.iter().any(|step| admits(simulated, step))
            && let Some(connection) = case.of.and_then(|at| draw.connections.get_mut(at))
        {
            connection.mark = mark;
        }
        if passes(&steps) {
            begun.extend(tuple(&case));
        }
        sent += 1;
        v6 += usize::from(case.source.is_ipv6());
    }
    let few: Vec<String> = count
        .iter()
        .filter(|(_, count)| **count < EACH)
        .map(|(key, count)| format!("{} {count}", name(simulated, key)))
        .collect();
    if !few.is_empty() || sent < packets || v6.abs_diff(sent - v6) > 1 {
        return Err(format!(
            "seed {seed}: {sent} packets, {v6} of IPv6; too seldom decided: {few:#?}"
        ));
    }
    Ok(())
}

/// Half of all packets are of IPv6.
fn is_even(case: &Case, v6: usize, sent: usize) -> bool {
    if case.source.is_ipv6() { v6 <= sent - v6 } else { sent - v6 <= v6 }
}

/// What the simulator says: all base chains on the way.
fn expected(rules: CheckedRuleset<'_>, case: &Case, begun: &BTreeSet<Tuple>) -> Vec<Step> {
    let mut steps = Vec::new();
    // NAT was settled by the first packet that passed.
    let is_begun = tuple(case).is_some_and(|tuple| begun.contains(&tuple));
    if let Some((frame, path, times)) = &case.frame {
        let decision = simulate(rules, frame, *path);
        for _ in 0..*times {
            steps.extend(decision.steps.iter().cloned());
        }
        if !decision.passed() {
            return steps;
        }
    }
    for (packet, path) in case.packet.iter().chain(&case.again) {
        let Decision { steps: more, outcome, .. } = simulate(rules, packet, *path);
        steps.extend(more.into_iter().filter(|step| !is_begun || step.hook != Hook::Postrouting));
        if outcome != Outcome::Passed {
            return steps;
        }
    }
    steps
}

/// Ends and ports of a packet over UDP that may not be the first of its kind.
type Tuple = (IpAddr, IpAddr, u16, u16);

fn tuple(case: &Case) -> Option<Tuple> {
    let (packet, _) = case.packet.as_ref()?;
    let Some(Transport::Udp { source: from, destination: to }) = packet.transport else {
        return None;
    };
    if packet.state != CtState::New {
        return None;
    }
    match packet.addresses? {
        Addresses::V4 { source, destination } => {
            Some((source.into(), destination.into(), from, to))
        }
        Addresses::V6 { source, destination, .. } => {
            Some((source.into(), destination.into(), from, to))
        }
    }
}

fn passes(steps: &[Step]) -> bool {
    steps.iter().all(|step| step.outcome == Outcome::Passed)
}

fn check(bench: &mut Bench, trace: &Trace, case: &Case, steps: &[Step]) -> Result<(), String> {
    trace.forget();
    case.sent.go(bench);
    // Behind NAT it is another one.
    let judged = case.packet.iter().map(|(packet, _)| packet);
    let judged = judged.chain(case.frame.iter().map(|(packet, ..)| packet));
    let ends = judged.filter_map(|packet| packet.addresses).map(|addresses| match addresses {
        Addresses::V4 { destination, .. } => IpAddr::V4(destination),
        Addresses::V6 { destination, .. } => IpAddr::V6(destination),
    });
    let ends: Vec<IpAddr> = ends.chain(case.sent.destination()).collect();
    let mut said = trace.said(case.source, &ends, steps.len());
    if case.again.is_some() {
        // What the box says to itself it also answers.
        said.truncate(steps.len());
    }
    let expected: Vec<Said> = steps.iter().map(said_by).collect();
    if said != expected {
        return Err(format!("{case:#?}\nthe simulator: {expected:#?}\nthe kernel: {said:#?}"));
    }
    if let Some((place, packet)) = &case.to {
        let arrived = bench.arrived(*place);
        let is = like(packet);
        if arrived.iter().any(is) != passes(steps) {
            return Err(format!("{case:#?}\n{expected:#?}\narrived at {place:?}: {arrived:#?}"));
        }
    }
    Ok(())
}

fn said_by(step: &Step) -> Said {
    let (family, chain, rule) = key(step);
    Said { family, chain, rule, accepts: step.outcome == Outcome::Passed }
}

fn key(step: &Step) -> Key {
    match &step.by {
        Some(by) => (step.table.family, by.chain.to_string(), Some(by.index)),
        None => (step.table.family, step.chain.to_string(), None),
    }
}

fn name(ruleset: &Ruleset, (family, chain, rule): &Key) -> String {
    let mut chains = ruleset
        .tables
        .iter()
        .filter(|table| table.id.family == *family)
        .flat_map(|table| &table.chains);
    let found = chains.find(|one| one.name.as_str() == chain);
    let rule = rule.and_then(|at| found?.rules.get(at)).map_or("its end", |it| it.comment.as_str());
    format!("{} {chain}: {rule}", family.word())
}

/// All that can decide.
fn wanted(ruleset: &Ruleset) -> Vec<Key> {
    let mut all = Vec::new();
    for table in &ruleset.tables {
        for chain in &table.chains {
            let name = || chain.name.to_string();
            for (index, rule) in chain.rules.iter().enumerate() {
                let decides = match &rule.action {
                    Action::Verdict(verdict) => ends(verdict),
                    Action::Map { map, .. } => table
                        .maps
                        .iter()
                        .filter(|known| known.name == *map)
                        .any(|map| map.entries.iter().any(|(_, verdict)| ends(verdict))),
                    Action::Admit(_)
                    | Action::Reject
                    | Action::Masquerade
                    | Action::SendTo { .. } => true,
                    Action::Log(_) => false,
                };
                let is_v6 = rule.to_string().contains("ip6 ");
                let never = is_v6 && NEVER.contains(&rule.comment.as_str());
                if decides && !never {
                    all.push((table.id.family, name(), Some(index)));
                }
            }
            let last = chain.rules.last();
            let closed = last.is_some_and(|rule| {
                rule.matches.is_empty()
                    && matches!(&rule.action, Action::Verdict(verdict) if ends(verdict))
            });
            if chain.base.is_some() && !closed {
                all.push((table.id.family, name(), None));
            }
        }
    }
    all
}

fn ends(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Accept | Verdict::Drop)
}

fn admits(ruleset: &Ruleset, step: &Step) -> bool {
    let Some(by) = &step.by else { return false };
    let mut chains = ruleset.tables.iter().flat_map(|table| &table.chains);
    let chain = chains.find(|chain| chain.name == by.chain);
    let rule = chain.and_then(|chain| chain.rules.get(by.index));
    rule.is_some_and(|rule| matches!(rule.action, Action::Admit(_)))
}

fn mark(ruleset: &Ruleset) -> u32 {
    let mut rules = ruleset.tables.iter().flat_map(|table| &table.chains).flat_map(|it| &it.rules);
    rules
        .find_map(|rule| match rule.action {
            Action::Admit(mark) => Some(mark),
            _ => None,
        })
        .expect("a rule that writes the mark")
}

/// A second port of the office's bridge, and routes by which the provider would draw our own addresses out.
fn neighbour(bench: &Bench) -> Namespace {
    let host = Namespace::new().expect("host");
    veth((&bench.router, NEIGHBOUR, [2, 0, 0, 0, 2, 9]), (&host, "eth0", NEIGHBOUR_MAC))
        .expect("link");
    let lines = Version::BOTH.map(|version| {
        let to = if version == Version::V4 { 28 } else { 124 };
        format!(
            "route add {}/{to} via {} dev wan0",
            drawn_out(version),
            Place::Wan.address(version)
        )
    });
    let port = format!("link set {NEIGHBOUR} master {}", Place::Office.interface());
    bench.router.ip(&[&[port][..], &lines].concat()).expect("port and routes");
    host
}

/// Connections from before the rules: of everybody with everybody.
fn former(bench: &mut Bench) -> Vec<Connection> {
    bench.router.inside(|| run_with_input(&["nft", "-f", "-"], OPEN)).expect("open rules");
    for kind in ["udp", "icmp", "icmpv6"] {
        let name = format!("netfilter/nf_conntrack_{kind}_timeout");
        bench.router.sysctl(&name, "3600").expect("connections are remembered");
    }
    let near =
        [Place::Office, Place::Guest, Place::Crm, Place::Wan].into_iter().flat_map(|place| {
            Version::BOTH.map(|version| {
                let (address, interface) =
                    (within(place.address(version), LENDS), place.interface());
                let mac = place.mac().map(|byte| format!("{byte:02x}")).join(":");
                format!("neighbour add {address} lladdr {mac} dev {interface}")
            })
        });
    bench.router.ip(&near.collect::<Vec<_>>()).expect("neighbours");
    let mut all = Vec::new();
    let mut port = 2000;
    for version in Version::BOTH {
        let hosts = [Place::Office, Place::Guest, Place::Peer, Place::Crm, Place::Wan];
        let host = |place: Place| party(Some(place), place.address(version));
        let outside = party(Some(Place::Wan), version.internet());
        let mut pairs: Vec<(Party, Party)> = Vec::new();
        for from in hosts {
            for to in hosts.into_iter().filter(|to| to.interface() != from.interface()) {
                pairs.push((host(from), host(to)));
            }
            if from != Place::Wan {
                pairs.push((host(from), outside));
            }
        }
        pairs.push((party(Some(Place::Office), version.outsider()), host(Place::Crm)));
        for (from, to) in pairs {
            for (kind, service) in [
                (Kind::Tcp, 443),
                (Kind::Tcp, 22),
                (Kind::Udp, 443),
                (Kind::Udp, 9999),
                (Kind::Ping, 0),
            ] {
                port += 1;
                all.push(Connection::open(bench, from, to, kind, (port, service)));
            }
        }
        // With the router, both ways, over what needs no program there.
        for place in [Place::Office, Place::Guest, Place::Crm, Place::Wan] {
            let (router, host) = (party(None, place.gateway(version)), host(place));
            for service in [53, 123, 9999] {
                port += 1;
                all.push(Connection::open(bench, host, router, Kind::Udp, (port, service)));
                port += 1;
                all.push(Connection::open(bench, router, host, Kind::Udp, (port, service)));
            }
            let near = |low| party(host.place, within(host.address, low));
            all.push(Connection::open(bench, near(LENT), router, Kind::Udp, (68, 67)));
            port += 1;
            all.push(Connection::open(bench, router, host, Kind::Tcp, (port, 53)));
            all.push(Connection::open(bench, router, near(LENDS), Kind::Udp, (67, 68)));
        }
    }
    all
}

/// Connections that the rules let pass.
fn admitted(bench: &mut Bench, reach: Reach, mark: u32) -> Vec<Connection> {
    let mut all = Vec::new();
    let mut port = 900;
    for version in Version::BOTH {
        let host = |place: Place| party(Some(place), place.address(version));
        let outside = party(Some(Place::Wan), version.internet());
        let mut ways = vec![
            (host(Place::Office), outside, Kind::Tcp, 443),
            (host(Place::Office), outside, Kind::Udp, 9999),
            (host(Place::Office), outside, Kind::Ping, 0),
            (host(Place::Guest), outside, Kind::Tcp, 80),
            (host(Place::Guest), outside, Kind::Udp, 443),
            (host(Place::Guest), party(None, Place::Guest.gateway(version)), Kind::Udp, 123),
            (host(Place::Office), party(None, Place::Office.gateway(version)), Kind::Udp, 53),
        ];
        if version == Version::V4 || reach != Reach::V4Only {
            ways.push((host(Place::Office), host(Place::Crm), Kind::Tcp, 443));
        }
        if reach == Reach::Neighbours {
            ways.push((host(Place::Guest), host(Place::Office), Kind::Tcp, 22));
            ways.push((host(Place::Office), host(Place::Guest), Kind::Tcp, 443));
        }
        for (from, to, kind, service) in ways {
            port += 1;
            let open = Connection::open(bench, from, to, kind, (port, service));
            all.push(Connection { mark, ..open });
        }
    }
    all
}
