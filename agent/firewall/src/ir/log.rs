//! What is written down of packets, for those who read the kernel's log (`NFLOG`).

use super::Name;

/// Writes a packet's head into a group of the kernel's packet log, at most so often, and goes on: it
/// decides nothing of the packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Group whose reader is told (`nf_log` group, 1 to 65,535).
    pub group: u16,
    /// What the reader knows the rule by.
    pub prefix: Name,
    /// Packets per second that are written; more are counted by nobody.
    pub per_second: u16,
    /// Packets that are written at once beyond that.
    pub burst: u16,
}

impl Log {
    /// Group that the box itself reads.
    pub const GROUP: u16 = 7;
    /// Bytes of each packet that are written: link, network and transport heads of any packet.
    pub const LENGTH: u32 = 128;

    /// What the box itself reads: 10 packets per second, 40 at once.
    pub fn ours(prefix: Name) -> Self {
        Self { group: Self::GROUP, prefix, per_second: 10, burst: 40 }
    }
}
