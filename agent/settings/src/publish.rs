//! A published service: ports of the box's address on the internet behind which a device of a zone answers.
//! Nothing is published that is not listed here.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::{Member, Note, PortRange, Reason, Settings, SitePrefix, Title, Way, Which, ZoneName};

/// Most publications.
pub const MAX_PUBLICATIONS: usize = 100;
/// Most ports or ranges of one.
pub const MAX_PUBLISHED_WAYS: usize = 16;

/// One published service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Publication {
    /// Number by which what came is counted; each once, never 0.
    pub id: u16,
    /// Whether it is in force at all.
    #[serde(skip_serializing_if = "is_true")]
    pub enabled: bool,
    /// What people call it; each once.
    pub label: Title,
    /// TCP and UDP ports at the box's address on the internet; at least one, no port twice in the document.
    pub ports: Vec<Way>,
    /// Who answers.
    pub to: Published,
    /// Who may come: anybody, or these. Never a MAC address.
    pub from: Which<Member>,
    /// The last day on which it is in force, in the box's time zone; for good when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// What a person noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<Note>,
}

/// The device that answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Published {
    /// Its zone, never the CRM's.
    pub zone: ZoneName,
    /// Its address: in the zone's subnet, or in a network behind a router of the zone.
    pub address: Ipv4Addr,
    /// Its port, when it is another; only where one port is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// How its IPv6 address ends, the zone's /64 being how it begins: `::25`. Without it nothing is open over IPv6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<Ending>,
}

/// The last 64 bits of an IPv6 address, neither 0 nor the router's 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending(u64);

/// A day of the calendar, `2026-12-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

impl Publication {
    /// Ports of one protocol at the internet address.
    pub fn outside(&self, udp: bool) -> Vec<PortRange> {
        let of = |way: &Way| match way {
            Way::Tcp(range) if !udp => Some(*range),
            Way::Udp(range) if udp => Some(*range),
            _ => None,
        };
        self.ports.iter().filter_map(of).collect()
    }

    /// The ports of one protocol that the device answers on.
    pub fn inside(&self, udp: bool) -> Vec<PortRange> {
        let own = |range| self.to.port.map_or(range, |port| PortRange { first: port, last: port });
        self.outside(udp).into_iter().map(own).collect()
    }
}

impl Published {
    /// The device's IPv6 address on a box with this prefix.
    pub fn address6(&self, settings: &Settings, site: SitePrefix) -> Option<Ipv6Addr> {
        let subnet = settings.zones.get(&self.zone)?.subnet_v6(site)?;
        let Ending(ending) = self.ipv6?;
        Some(Ipv6Addr::from_bits(subnet.network().to_bits() | u128::from(ending)))
    }
}

impl Settings {
    /// Numbers of the publications whose last day is over at this time; without a time zone, of all that have one.
    pub fn publications_over(&self, at: SystemTime) -> BTreeSet<u16> {
        let zone = self.time_zone.as_ref();
        let today = zone.zip(Timestamp::try_from(at).ok()).map(|(zone, at)| zone.local(at).date());
        let over = |day: Day| today.is_none_or(|today| day.0 < today);
        let over = self.publish.iter().filter(|one| one.until.is_some_and(over));
        over.map(|one| one.id).collect()
    }
}

impl FromStr for Ending {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let address: Ipv6Addr = text.parse().map_err(|_| Reason::PublishEnding)?;
        let ending = u64::try_from(address.to_bits()).map_err(|_| Reason::PublishEnding)?;
        if ending > 1 { Ok(Self(ending)) } else { Err(Reason::PublishEnding) }
    }
}

impl FromStr for Day {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let date: Date = text.parse().map_err(|_| Reason::DayInvalid)?;
        let day = Self(date);
        // The library reads other ways of writing, too.
        if day.to_string() == text { Ok(day) } else { Err(Reason::DayInvalid) }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [.., a, b, c, d] = Ipv6Addr::from_bits(self.0.into()).segments();
        // Never as an IPv4 address, which the standard library makes of a short one.
        match (a, b, c, d) {
            (0, 0, 0, d) => write!(f, "::{d:x}"),
            (0, 0, c, d) => write!(f, "::{c:x}:{d:x}"),
            (0, b, c, d) => write!(f, "::{b:x}:{c:x}:{d:x}"),
            (a, b, c, d) => write!(f, "::{a:x}:{b:x}:{c:x}:{d:x}"),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Ending {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_true(value: &bool) -> bool {
    *value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_written_one_way() {
        for text in ["::2", "::25", "::ffff", "::1:2", "::5054:ff:fe00:1", "::1:0:0:1"] {
            assert_eq!(text.parse::<Ending>().map(|it| it.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(
            "::192.168.0.1".parse::<Ending>().map(|it| it.to_string()),
            Ok("::c0a8:1".into())
        );
        for text in ["::", "::1", "fd00::25", "1::", "25", "", "::g", "::25/64"] {
            assert_eq!(text.parse::<Ending>(), Err(Reason::PublishEnding), "{text}");
        }
    }

    #[test]
    fn days_are_written_one_way() {
        assert_eq!("2026-02-28".parse::<Day>().map(|it| it.to_string()), Ok("2026-02-28".into()));
        for text in ["2026-02-29", "20260228", "2026-2-28", "2026-02-28T00:00", "", "tomorrow"] {
            assert_eq!(text.parse::<Day>(), Err(Reason::DayInvalid), "{text}");
        }
    }
}
