//! A device that always gets the same IPv4 address of its zone, and may have a name there that no
//! other device can take.

use std::net::Ipv4Addr;

use serde::Serialize;

use crate::{HostName, MacAddress};

/// One device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reservation {
    /// By which DHCP knows it.
    pub mac: MacAddress,
    /// What it gets; in or outside the range that DHCP gives out.
    pub address: Ipv4Addr,
    /// Its name in the zone, which stands for the address whether the device is there or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<HostName>,
}
