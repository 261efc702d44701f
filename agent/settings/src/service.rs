//! Services: what a connection is for, by protocol and port. Those that everybody has are known by
//! name (IANA's registry, RFC 6335); others are the admin's own.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::Reason;

/// One way in which a service is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Way {
    /// `tcp/443`, `tcp/8000-8010`.
    Tcp(PortRange),
    /// `udp/53`.
    Udp(PortRange),
    /// `ping`: ICMP and ICMPv6 echo.
    Ping,
}

/// First and last port, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortRange {
    /// First, never 0.
    pub first: u16,
    /// Last, not below the first.
    pub last: u16,
}

/// Services that need no definition.
pub const KNOWN_SERVICES: &[(&str, &[Way])] = &[
    ("web", &[tcp(80), tcp(443), udp(443)]),
    ("mail", &[tcp(25), tcp(465), tcp(587), tcp(993), tcp(995)]),
    ("dns", &[udp(53), tcp(53), tcp(853)]),
    ("time", &[udp(123)]),
    ("ping", &[Way::Ping]),
    ("ssh", &[tcp(22)]),
    ("remote-desktop", &[tcp(3389), udp(3389)]),
    ("vnc", &[Way::Tcp(PortRange { first: 5900, last: 5909 })]),
    ("file-sharing", &[tcp(445), tcp(2049)]),
    ("ftp", &[tcp(21)]),
    ("printing", &[tcp(631), tcp(9100), tcp(515)]),
    ("sip", &[udp(5060), tcp(5060), tcp(5061)]),
    ("camera", &[tcp(554), udp(554)]),
    ("mqtt", &[tcp(1883), tcp(8883)]),
    ("mysql", &[tcp(3306)]),
    ("postgresql", &[tcp(5432)]),
    ("sql-server", &[tcp(1433), udp(1434)]),
];

/// The ways of a service that needs no definition.
pub fn known_service(name: &str) -> Option<&'static [Way]> {
    KNOWN_SERVICES.iter().find(|(known, _)| *known == name).map(|(_, ways)| *ways)
}

const fn tcp(port: u16) -> Way {
    Way::Tcp(PortRange { first: port, last: port })
}

const fn udp(port: u16) -> Way {
    Way::Udp(PortRange { first: port, last: port })
}

impl PortRange {
    /// Whether it holds all of the other.
    pub fn covers(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}

impl Way {
    /// Whether whatever the other lets pass, this does.
    pub fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::Tcp(own), Self::Tcp(other)) | (Self::Udp(own), Self::Udp(other)) => {
                own.covers(other)
            }
            (Self::Ping, Self::Ping) => true,
            _ => false,
        }
    }
}

impl FromStr for Way {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        if text == "ping" {
            return Ok(Self::Ping);
        }
        let (protocol, ports) = text.split_once('/').ok_or(Reason::ServiceInvalid)?;
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let (first, last) = (port(first)?, port(last)?);
        if first > last {
            return Err(Reason::PortsReversed);
        }
        let range = PortRange { first, last };
        match protocol {
            "tcp" => Ok(Self::Tcp(range)),
            "udp" => Ok(Self::Udp(range)),
            _ => Err(Reason::ServiceInvalid),
        }
    }
}

/// A port from 1 on, without leading zeros.
fn port(text: &str) -> Result<u16, Reason> {
    let plain = text.starts_with(|c: char| matches!(c, '1'..='9'));
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if !plain || !digits {
        return Err(Reason::ServiceInvalid);
    }
    text.parse().map_err(|_| Reason::ServiceInvalid)
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(range) => write!(f, "tcp/{range}"),
            Self::Udp(range) => write!(f, "udp/{range}"),
            Self::Ping => f.write_str("ping"),
        }
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            self.first.fmt(f)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

impl Serialize for Way {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_read_as_they_are_written() {
        for text in ["tcp/1", "tcp/65535", "udp/5000-5010", "ping"] {
            assert_eq!(text.parse::<Way>().map(|way| way.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("tcp/9-8".parse::<Way>(), Err(Reason::PortsReversed));
        for text in
            ["", "tcp", "tcp/", "tcp/0", "tcp/080", "tcp/65536", "tcp/+1", "sctp/1", "tcp/1-"]
        {
            assert_eq!(text.parse::<Way>(), Err(Reason::ServiceInvalid), "{text}");
        }
    }
}
