//! Throw-away network namespaces, links between them, and raw packets on those links. Tests only.
//! Namespaces have no name: they live as long as a descriptor does, and a killed test leaves nothing
//! behind. Needs root; without it every call says so.

mod command;
mod delivered;
mod link;
mod namespace;
mod packet;
pub mod power;
mod seen;
mod wire;

pub use command::{CommandError, run, run_with_input};
pub use delivered::{Delivered, Deliveries};
pub use link::veth;
pub use namespace::{Namespace, NamespaceError};
pub use packet::{Packet, TcpFlags, arp_reply, ethernet, fragments, icmp_error};
pub use seen::Seen;
pub use wire::{Wire, WireError};

/// A MAC address.
pub type Mac = [u8; 6];
