//! Netlink at the level of bytes: a socket that sends one buffer and reads what comes back, and the
//! two layouts everything is made of, messages (`message`) and, for nf_tables, attributes
//! (`attribute`); those of rtnetlink are netlink-packet-route's. Formats: linux/netlink.h.

pub(crate) mod attribute;
pub(crate) mod message;
mod socket;

pub(crate) use message::Messages;
pub(crate) use socket::{Reply, Socket};

/// Rounds up to the alignment of messages and attributes (`NLMSG_ALIGNTO`, `NLA_ALIGNTO`).
pub(crate) fn aligned(length: usize) -> usize {
    length.saturating_add(3) & !3
}

/// Why a netlink exchange failed.
#[derive(Debug, thiserror::Error)]
pub enum NetlinkError {
    /// The socket could not be made or prepared.
    #[error("cannot open a netlink socket")]
    Open(#[source] nix::Error),
    /// Nothing, or not all, was sent.
    #[error("cannot send {length} bytes to the kernel")]
    Send {
        /// Bytes to be sent.
        length: usize,
        /// Why.
        #[source]
        source: nix::Error,
    },
    /// The answer could not be read.
    #[error("cannot read the kernel's answer")]
    Receive(#[source] nix::Error),
    /// The answer is none, or cut short.
    #[error("the kernel's answer cannot be understood: {0}")]
    Malformed(&'static str),
    /// The kernel refused a request.
    #[error("the kernel refused the request")]
    Refused(#[source] nix::Error),
    /// Something changed while it was listed.
    #[error("the kernel's state changed while it was read")]
    Interrupted,
}
