//! A packet that is sent for a trial, and what came of it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// What is to be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// From where.
    pub from: ProbePlace,
    /// To where; another place.
    pub to: ProbePlace,
    /// What.
    pub traffic: ProbeTraffic,
    /// IPv6, or IPv4.
    pub v6: bool,
}

/// Where a packet begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ProbePlace {
    /// A zone, by its name; of the CRM's the CRM.
    Zone(String),
    /// The provider's side.
    Wan,
    /// The box itself.
    Box,
}

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ProbeTraffic {
    /// Opens a TCP connection to the port.
    Tcp(u16),
    /// A UDP datagram to the port.
    Udp(u16),
    /// ICMP or ICMPv6 echo.
    Ping,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeReport {
    /// Who sent.
    pub source: IpAddr,
    /// To whom.
    pub destination: IpAddr,
    /// The sender's port, or the echo's identifier.
    pub source_port: u16,
    /// Hops that it began with.
    pub hops: u8,
    /// Microseconds until it arrived; none when it did not.
    pub arrived: Option<u64>,
    /// SHA-256 of the ruleset that was in force all the time, 64 hex digits.
    pub ruleset: String,
}

/// Why nothing was sent, or nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum NoProbe {
    /// Another one is on its way.
    Running,
    /// The rules changed meanwhile, or none are in force.
    Changed,
    /// Both places are the same, and no rule is asked between them.
    SamePlace,
    /// There is no such zone.
    NoZone,
    /// One of the two has no addresses of this version.
    NoVersion,
    /// No card is the WAN port.
    NoWan,
    /// The box knows no way to the internet.
    NoRoute,
    /// No address of the zone is free.
    NoFreeAddress,
    /// The box does not answer in the zone.
    NoAnswer,
    /// An end could not be made.
    Failed,
}
