//! Addresses that are lent, as hostd tells them: a zone at a time, page by page.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

/// An address that DHCP lent to a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// What is lent.
    pub address: Ipv4Addr,
    /// MAC address of the card.
    pub mac: String,
    /// What the device is called, when it has a name; its own word unless it is a fixed one.
    pub name: Option<String>,
    /// Until when, in seconds since 1970; none for ever.
    pub expires: Option<u64>,
}

impl Lease {
    /// Most leases in one answer: they fit a message.
    pub const MAX: usize = 2000;
}
