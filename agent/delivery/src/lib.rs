//! Carries messages to their targets: by mail through a relay, by webhook, by syslog over TLS, to robots of group
//! chats. It decides nothing: `notify` says what goes to whom and when, and learns from here what came of it.
//!
//! Nothing is looked up here: the caller gives the addresses that the target's name has, for egress is by name.
//! Nothing is ever sent in clear, and no password, key or answer of a server is in an error or a log.

mod carrier;
mod guarded;
mod mime;
mod post;
mod reason;
mod smtp;
mod starttls;
mod syslog;

pub use carrier::{Carrier, Origin, Patience};
