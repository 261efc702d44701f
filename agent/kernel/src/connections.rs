//! Connections that the kernel tracks (ctnetlink: linux/netfilter/nfnetlink_conntrack.h), encoded by
//! hand: netlink-packet-route is about rtnetlink only.

use netlink_sys::protocols::NETLINK_NETFILTER;

use crate::netlink::{NetlinkError, Socket};

/// `NFNL_SUBSYS_CTNETLINK`, high byte of a message's type, and `IPCTNL_MSG_CT_DELETE`.
const DELETE: u16 = (1 << 8) | 2;
/// `struct nfgenmsg`: both IP versions (`AF_UNSPEC`), version 0, and 0.
const ALL: [u8; 4] = [0; 4];

/// Forgets all connections tracked in the calling thread's network namespace, so that the next packet
/// of each is judged by the rules as the first of a new one.
pub fn forget_connections() -> Result<(), NetlinkError> {
    // Without a tuple all are meant.
    Socket::open(NETLINK_NETFILTER, 0)?.ask(DELETE, 0, &ALL).map(drop)
}
