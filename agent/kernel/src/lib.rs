//! Brings about in the kernel what others decided: rulesets (`nft`), links, addresses and
//! neighbours (`links`), network namespaces (`namespace`); tells which ports there are (`ports`), who is
//! on the links (`neighbours`), what passes (`connections`, `counters`) and what was refused
//! (`packet_log`).
//! It decides nothing itself, and it is the only crate with `unsafe`.

pub mod clock;
pub mod connections;
pub mod counters;
pub mod links;
pub mod namespace;
pub mod neighbours;
pub mod nft;
pub mod packet_log;
pub mod ports;
pub mod process;

mod netlink;
mod wire;

pub use netlink::NetlinkError;
