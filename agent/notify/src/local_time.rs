//! The box's local time, by the rules of its time zone.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::Moment;

/// A time zone's rules. Without one it is the time of Greenwich, and is told so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalTime {
    rules: TimeZone,
    is_utc: bool,
}

impl LocalTime {
    /// Of the settings' time zone.
    pub fn of(zone: Option<&settings::TimeZone>) -> Self {
        zone.and_then(|zone| Self::named(zone.as_str())).unwrap_or_else(Self::utc)
    }

    /// Of a name of the IANA database.
    pub fn named(name: &str) -> Option<Self> {
        let rules = TimeZoneDatabase::bundled().get(name).ok()?;
        Some(Self { rules, is_utc: false })
    }

    /// The time of Greenwich.
    pub fn utc() -> Self {
        Self { rules: TimeZone::UTC, is_utc: true }
    }

    pub(crate) fn rules(&self) -> &TimeZone {
        &self.rules
    }

    /// `2026-11-30 09:12`.
    pub fn time(&self, at: Moment) -> String {
        let form = if self.is_utc { "%Y-%m-%d %H:%M UTC" } else { "%Y-%m-%d %H:%M" };
        self.rules.to_datetime(timestamp(at)).strftime(form).to_string()
    }

    /// Minutes since midnight.
    pub fn minute(&self, at: Moment) -> u16 {
        let time = self.rules.to_datetime(timestamp(at)).time();
        u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
    }

    /// `2026-11-30`.
    pub fn day(&self, at: Moment) -> String {
        self.rules.to_datetime(timestamp(at)).strftime("%Y-%m-%d").to_string()
    }

    /// RFC 3339 with milliseconds and the offset: `2026-11-30T09:12:01.000+01:00`; `Z` for the time of Greenwich.
    pub fn stamp(&self, at: Moment) -> String {
        let form = if self.is_utc { "%Y-%m-%dT%H:%M:%S.%3fZ" } else { "%Y-%m-%dT%H:%M:%S.%3f%:z" };
        timestamp(at).to_zoned(self.rules.clone()).strftime(form).to_string()
    }
}

/// Times that no calendar has become the last one that it has.
pub(crate) fn timestamp(at: Moment) -> Timestamp {
    let millis = i64::try_from(at.0).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_told_by_the_zone() {
        let at = Moment(1_796_030_000_000);
        assert_eq!(LocalTime::utc().time(at), "2026-11-30 09:13 UTC");
        assert_eq!(LocalTime::utc().stamp(at), "2026-11-30T09:13:20.000Z");
        let berlin = LocalTime::named("Europe/Berlin").unwrap();
        assert_eq!(berlin.time(at), "2026-11-30 10:13");
        assert_eq!(berlin.stamp(at), "2026-11-30T10:13:20.000+01:00");
        assert_eq!(berlin.day(Moment(u64::MAX)), "9999-12-30");
        assert_eq!(LocalTime::named("Mars/Olympus"), None);
        assert_eq!([LocalTime::utc(), berlin].map(|local| local.minute(at)), [553, 613]);
    }
}
