//! Settings to ruleset, as plain data. Pure: no I/O, no clock.
//! `ir` is the data, `compile` makes it from settings, `check` says whether it can be loaded,
//! `simulate` answers what it does with a packet. Of two rulesets `difference` says which lines differ,
//! and `reach` who reaches what under the one and not under the other; its `matrix` says it of one.

pub mod check;
pub mod compile;
pub mod difference;
pub mod ir;
pub mod reach;
pub mod simulate;

mod bridge;
mod build;
mod crm;
mod display;
mod egress;
mod forward;
mod icmp;
mod input;
mod listing;
mod message;
mod nat;
mod output;
mod publish;
mod quarantine;
mod relay;
mod resolver;
mod routed;
mod rules;
#[cfg(feature = "sabotage")]
mod sabotage;
mod spoof;
mod tracking;
mod zones;

pub use bridge::{ROGUES, ROGUES_CHAIN, refused_rogue_dhcp, refused_rogue_router, rogues_table};
pub use check::{CheckError, CheckedRuleset};
pub use compile::{Context, ServiceUids, compile};
pub use difference::{Difference, Kind, Line, difference};
pub use display::RulesetHash;
pub use egress::{NAMES_OF_ADMIN, egress_acting, egress_id, egress_sets, knowing};
pub use forward::refused_on_the_way;
pub use input::refused_by_box;
pub use publish::arriving;
pub use quarantine::refused_quarantine;
pub use reach::{
    Finding, Names, Plugged, Side, Timed, Weight, cut_off, group_of, providers_network, reach,
    reach_in_a_week,
};
pub use resolver::{BLOCKING_PORT, RESOLVER_PORT};
pub use rules::{acting, writing};
#[cfg(feature = "sabotage")]
pub use sabotage::{Sabotage, compile_with};
pub use simulate::{Simulator, simulate};
pub use spoof::refused_source;
pub use tracking::ENDED;
