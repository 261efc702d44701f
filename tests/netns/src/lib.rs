//! Real packets against the compiled ruleset: a router namespace with one plain bridge for each zone,
//! and around it one namespace for each kind of sender. `bench` builds it, `scenarios` send and look,
//! `tests/rules.rs` runs them all, `agreement` compares the simulator with the kernel, `tests/sabotage.rs` runs them with one protection left out each.
#![allow(clippy::panic, clippy::expect_used, reason = "tests only: a panic is a red test")]

pub mod agreement;
pub mod bench;
pub mod scenarios;

mod place;
mod rules;

pub use bench::Bench;
pub use place::{Place, Version};
pub use rules::{Reach, Rules};
pub use scenarios::{ALL, Scenario};
