//! Changes the seeds of every target at random, the same way every time.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use fuzz_tests::mutate::{Random, mutate};
use fuzz_tests::{TARGETS, Target};

/// For each target: CI's part. libFuzzer does the long ones.
const TIME: Duration = Duration::from_millis(300);

fn attack(target: &Target) -> usize {
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "{} has no seed", target.name);
    for seed in &seeds {
        (target.run)(seed);
    }
    let begun = Instant::now();
    let mut tried = 0;
    while begun.elapsed() < TIME {
        let mut random = Random::new(0x6761_7465 + tried as u64);
        let mut bytes = seeds.get(random.below(seeds.len())).unwrap().clone();
        mutate(&mut bytes, &mut random);
        let failed = catch_unwind(|| (target.run)(&bytes)).is_err();
        assert!(!failed, "{} fails at {:?}", target.name, bytes.escape_ascii().to_string());
        tried += 1;
    }
    tried
}

#[test]
fn every_parser_survives_changed_bytes() {
    for target in TARGETS {
        println!("{}: {} inputs", target.name, attack(target));
    }
}

/// The runner notices: of a target that fails at a certain byte it finds an input.
#[test]
fn a_parser_that_fails_is_found() {
    let bad = Target {
        name: "bad",
        run: |bytes| assert!(!bytes.contains(&b'\\')),
        seeds: || vec![b"{\"a\": [1, 2, 3]}".to_vec()],
    };
    assert!(catch_unwind(|| attack(&bad)).is_err());
}
