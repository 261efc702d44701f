//! Schedules: hours of the week by the clock on the wall. When that clock is put forward or back, so are they.

use std::collections::{BTreeMap, BTreeSet};
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

impl Settings {
    /// Which of the schedules that rules and the CRM's list name are on together, at any time of the week, each
    /// with those of `other` that are on at the same time.
    pub fn times_of_a_week(&self, other: &Self) -> BTreeSet<[BTreeSet<Title>; 2]> {
        let named = [self, other].map(Self::schedules_named);
        let spans = || named.iter().flat_map(BTreeMap::values).flat_map(|spans| spans.iter());
        let ends = spans().flat_map(|span| [span.from, span.to]);
        // What begins or ends at midnight does on the next day.
        let times: BTreeSet<TimeOfDay> =
            ends.filter(|time| time.0 < TimeOfDay::END).chain([TimeOfDay(0)]).collect();
        let on = |named: &BTreeMap<&Title, &[Span]>, day, time| {
            let on = named.iter().filter(|(_, spans)| spans.iter().any(|it| it.is_on(day, time)));
            on.map(|(name, _)| (*name).clone()).collect()
        };
        let all = Weekday::ALL.into_iter().flat_map(|day| times.iter().map(move |at| (day, *at)));
        all.map(|(day, time)| named.each_ref().map(|named| on(named, day, time))).collect()
    }

    /// The schedules that something depends on. Without a time zone none ever is on.
    fn schedules_named(&self) -> BTreeMap<&Title, &[Span]> {
        let rules = self.rules.iter().filter(|rule| rule.enabled).map(|rule| &rule.schedule);
        let sources = self.crm.reachable_from.iter().map(|source| &source.schedule);
        let names = rules.chain(sources).flatten().filter(|_| self.time_zone.is_some());
        names.filter_map(|name| Some((name, self.schedules.get(name)?.as_slice()))).collect()
    }
}

impl Span {
    fn holds(&self, local: DateTime) -> bool {
        self.is_on(Weekday::of(local.weekday()), TimeOfDay::of(local))
    }

    fn is_on(&self, today: Weekday, now: TimeOfDay) -> bool {
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
    fn hours_that_are_on_together_at_some_time_of_the_week_are_known() {
        let with = |spans: &[(&str, Span)], used: &[&str]| {
            let mut settings = crate::parse(include_bytes!("../tests/example.json")).unwrap();
            settings.time_zone = Some("UTC".parse().unwrap());
            let named = spans.iter().map(|(name, it)| (name.parse().unwrap(), vec![it.clone()]));
            settings.schedules = named.collect();
            let one = settings.crm.reachable_from[0].clone();
            let used = used.iter().map(|name| Some(name.parse().unwrap()));
            let sources = used.map(|schedule| crate::Source { schedule, ..one.clone() });
            settings.crm.reachable_from = sources.collect();
            settings
        };
        let told = |before: &Settings, after: &Settings| {
            let times = before.times_of_a_week(after).into_iter();
            let names = |on: BTreeSet<Title>| {
                on.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
            };
            times.map(|[was, is]| format!("{}/{}", names(was), names(is))).collect::<Vec<_>>()
        };
        let day = ("Day", span(&[Weekday::Mon], "08:00", "18:00"));
        let late = ("Late", span(&[Weekday::Mon], "17:00", "02:00"));
        let used = with(&[day.clone(), late.clone()], &["Day", "Late"]);
        assert_eq!(told(&used, &used), ["/", "Day/Day", "Day+Late/Day+Late", "Late/Late"]);
        let unused = with(&[day.clone(), late], &["Day"]);
        assert_eq!(told(&unused, &unused), ["/", "Day/Day"]);
        let longer = with(&[("Day", span(&[Weekday::Mon], "08:00", "24:00"))], &["Day"]);
        assert_eq!(told(&unused, &longer), ["/", "/Day", "Day/Day"]);
        let whole = with(&[("Day", span(&Weekday::ALL, "00:00", "24:00"))], &["Day"]);
        assert_eq!(told(&whole, &whole), ["Day/Day"]);
        let nowhere = Settings { time_zone: None, ..used };
        assert_eq!(told(&nowhere, &nowhere), ["/"]);
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
