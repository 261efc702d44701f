//! Settings to ruleset, as plain data. Pure: no I/O, no clock.
//! `ir` is the data, `compile` makes it from settings, `check` says whether it can be loaded,
//! `simulate` answers what it does with a packet.

pub mod check;
pub mod compile;
pub mod ir;

mod bridge;
mod build;
mod crm;
mod display;
mod forward;
mod icmp;
mod input;
mod nat;
mod output;
mod spoof;
mod zones;

pub use check::{CheckError, CheckedRuleset};
pub use compile::{Context, ServiceUids, compile};
pub use display::RulesetHash;
