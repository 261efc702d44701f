//! The simulator against the kernel: 10,000 random packets for each of several documents.
//! `GATEHOUSE_SEED` brings a run back.

use libtest_mimic::{Arguments, Failed, Trial};
use netns_tests::{Reach, agreement};

fn main() {
    let arguments = Arguments::from_args();
    let seed = std::env::var("GATEHOUSE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let documents = [
        ("both", Reach::Both, 4_000),
        ("v4_only", Reach::V4Only, 2_000),
        ("neighbours", Reach::Neighbours, 4_000),
    ];
    let mut trials: Vec<Trial> = documents
        .into_iter()
        .map(|(name, reach, packets)| {
            Trial::test(format!("agrees::{name}"), move || {
                agreement::agrees(reach, packets, seed).map_err(Failed::from)
            })
        })
        .collect();
    trials.push(Trial::test("a_rule_that_is_missing_is_noticed", move || {
        match agreement::agrees_with_another(Reach::Both, 2_000, seed) {
            Ok(()) => Err(Failed::from("rules that differ agree")),
            Err(_) => Ok(()),
        }
    }));
    libtest_mimic::run(&arguments, trials).exit();
}
