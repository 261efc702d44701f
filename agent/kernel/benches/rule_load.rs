//! How long a ruleset takes to load, ours against `nft -f` with the same content, in one run.
//! Prints a table for docs/results. Needs root and nft.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench"
)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use common::{forward, in_new_namespace, networks, nft_load, rule};
use firewall::ir::{Field, Match, Protocol, Rule, Value, Verdict};
use kernel::nft;

/// Runs of each; the middle one counts.
const RUNS: usize = 5;

fn main() {
    println!("| content | ours, ms | `nft -f`, ms | ours / nft |");
    println!("|---|---|---|---|");
    for (content, ruleset) in [
        ("1,000 rules", forward(rules(1_000), Vec::new())),
        ("10,000 rules", forward(rules(10_000), Vec::new())),
        ("100,000 networks", forward(rules(10), vec![networks(100_000)])),
    ] {
        let checked = ruleset.check().expect("a good ruleset");
        let ours = middle(|| nft::replace(checked).expect("loads"));
        let text = ruleset.to_string();
        let theirs = middle(|| nft_load(&text));
        let (ours, theirs) = (ours.as_secs_f64() * 1e3, theirs.as_secs_f64() * 1e3);
        println!("| {content} | {ours:.0} | {theirs:.0} | {:.2} |", ours / theirs);
    }
}

fn rules(count: u32) -> Vec<Rule> {
    let one = |number: u32| {
        let port = u16::try_from(number % 60_000).unwrap_or(0) + 1;
        let is = |field, value| Match::Is { field, value, negated: false };
        let tcp = Value::Protocol(Protocol::Tcp);
        let matches = vec![is(Field::Protocol, tcp), is(Field::DestinationPort, Value::Port(port))];
        rule(matches, Verdict::Accept, &format!("rule {number}"))
    };
    (0..count).map(one).collect()
}

/// Each run is in a new namespace, so that nothing has to be removed first.
fn middle(load: impl Fn() + Sync) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            in_new_namespace(|| {
                let start = Instant::now();
                load();
                start.elapsed()
            })
        })
        .collect();
    times.sort_unstable();
    times.get(RUNS / 2).copied().unwrap_or_default()
}
