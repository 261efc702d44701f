//! Schedules: hours of the week by the clock on the wall. When that clock is put forward or back, so are they.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday as Civil};
use serde::{Serialize, Serializer};

use crate::{Reason, Settings, Title};

/// Hours on days of the week.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// Days on which it begins, Monday first, each once; at least one.
    pub days: Vec<Weekday>,
    /// When it begins.
    pub from: TimeOfDay,
    /// When it is over: on the next day, unless this is later than its beginning.
    pub to: TimeOfDay,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the days say what they are")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Hours and minutes, `00:00` to `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl Settings {
    /// Names of the schedules that are on at this time. Without a time zone none is.
    pub fn schedules_on(&self, at: SystemTime) -> BTreeSet<Title> {
        let local = self
            .time_zone
            .as_ref()
            .zip(Timestamp::try_from(at).ok())
            .map(|(zone, at)| zone.local(at));
        let Some(local) = local else { return BTreeSet::new() };
        let on = |spans: &[Span]| spans.iter().any(|span| span.holds(local));
        let on = self.schedules.iter().filter(|(_, spans)| on(spans));
        on.map(|(name, _)| name.clone()).collect()
    }
}

impl Span {
    fn holds(&self, local: DateTime) -> bool {
        let now = TimeOfDay::of(local);
        let today = Weekday::of(local.weekday());
        let begins_on = |day: Weekday| self.days.contains(&day);
        if self.from < self.to {
            return begins_on(today) && (self.from..self.to).contains(&now);
        }
        (begins_on(today) && now >= self.from) || (begins_on(today.before()) && now < self.to)
    }
}

impl Weekday {
    /// Monday to Sunday.
    pub const ALL: [Self; 7] =
        [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    fn of(day: Civil) -> Self {
        match day {
            Civil::Monday => Self::Mon,
            Civil::Tuesday => Self::Tue,
            Civil::Wednesday => Self::Wed,
            Civil::Thursday => Self::Thu,
            Civil::Friday => Self::Fri,
            Civil::Saturday => Self::Sat,
            Civil::Sunday => Self::Sun,
        }
    }

    fn before(self) -> Self {
        match self {
            Self::Mon => Self::Sun,
            Self::Tue => Self::Mon,
            Self::Wed => Self::Tue,
            Self::Thu => Self::Wed,
            Self::Fri => Self::Thu,
            Self::Sat => Self::Fri,
            Self::Sun => Self::Sat,
        }
    }
}

impl TimeOfDay {
    /// `24:00`.
    const END: u16 = 24 * 60;

    fn of(local: DateTime) -> Self {
        let part = |number: i8| u16::try_from(number).unwrap_or(0);
        Self(part(local.hour()) * 60 + part(local.minute()))
    }
}

impl FromStr for TimeOfDay {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let part = |text: &str| {
            let two = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            two.then(|| text.parse::<u16>().ok()).flatten()
        };
        let (hours, minutes) = text.split_once(':').ok_or(Reason::TimeInvalid)?;
        let (hours, minutes) = part(hours).zip(part(minutes)).ok_or(Reason::TimeInvalid)?;
        let time = hours * 60 + minutes;
        let ok = minutes < 60 && time <= Self::END;
        ok.then_some(Self(time)).ok_or(Reason::TimeInvalid)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(span: &Span, zone: &str, at: &str) -> bool {
        let zone: crate::TimeZone = zone.parse().unwrap();
        span.holds(zone.local(at.parse().unwrap()))
    }

    fn span(days: &[Weekday], from: &str, to: &str) -> Span {
        Span { days: days.to_vec(), from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn hours_are_those_of_the_wall_on_both_sides_of_a_change_of_the_clock() {
        let morning = span(&[Weekday::Sat, Weekday::Sun, Weekday::Mon], "08:00", "09:00");
        // Berlin went from UTC+1 to UTC+2 on Sunday 29 March 2026, and back on 25 October.
        for (at, is_on) in [
            ("2026-03-28T07:00:00Z", true),
            ("2026-03-28T06:59:59Z", false),
            ("2026-03-29T05:59:59Z", false),
            ("2026-03-29T06:00:00Z", true),
            ("2026-03-29T07:00:00Z", false),
            ("2026-10-24T06:00:00Z", true),
            ("2026-10-25T06:00:00Z", false),
            ("2026-10-25T07:00:00Z", true),
        ] {
            assert_eq!(holds(&morning, "Europe/Berlin", at), is_on, "{at}");
        }
    }

    #[test]
    fn an_hour_that_comes_twice_counts_twice_and_one_that_is_skipped_never() {
        let night = span(&[Weekday::Sun], "02:00", "03:00");
        for (at, is_on) in [
            ("2026-10-25T00:00:00Z", true),
            ("2026-10-25T01:59:59Z", true),
            ("2026-10-25T02:00:00Z", false),
            ("2026-03-29T00:59:59Z", false),
            ("2026-03-29T01:00:00Z", false),
        ] {
            assert_eq!(holds(&night, "Europe/Berlin", at), is_on, "{at}");
        }
    }

    #[test]
    fn what_ends_before_it_begins_goes_on_over_midnight() {
        let night = span(&[Weekday::Fri], "22:00", "06:00");
        // 2026-11-27 is a Friday.
        for (at, is_on) in [
            ("2026-11-27T21:59:00Z", false),
            ("2026-11-27T22:00:00Z", true),
            ("2026-11-28T05:59:00Z", true),
            ("2026-11-28T06:00:00Z", false),
            ("2026-11-28T22:00:00Z", false),
            ("2026-11-27T05:00:00Z", false),
        ] {
            assert_eq!(holds(&night, "UTC", at), is_on, "{at}");
        }
        let whole = span(&[Weekday::Fri], "00:00", "24:00");
        assert!(holds(&whole, "Asia/Shanghai", "2026-11-26T16:00:00Z"));
        assert!(!holds(&whole, "Asia/Shanghai", "2026-11-27T16:00:00Z"));
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        for text in ["00:00", "08:30", "23:59", "24:00"] {
            assert_eq!(text.parse::<TimeOfDay>().map(|time| time.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "8:00", "08:60", "24:01", "25:00", "08:0", "0８:00", "+8:00"] {
            assert_eq!(text.parse::<TimeOfDay>(), Err(Reason::TimeInvalid), "{text}");
        }
    }
}
