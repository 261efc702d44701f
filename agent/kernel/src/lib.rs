//! Brings about in the kernel what others decided: rulesets (`nft`), links, addresses and
//! neighbours (`links`), network namespaces (`namespace`); tells which ports there are (`ports`).
//! It decides nothing itself, and it is the only crate with `unsafe`.

pub mod links;
pub mod namespace;
pub mod nft;
pub mod ports;
pub mod process;

mod netlink;
mod wire;

pub use netlink::NetlinkError;
