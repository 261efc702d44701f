//! Quiet hours: from one time of day to another, by the box's clock. When clocks are put forward or back they
//! begin and end by what the clock on the wall shows.

use jiff::civil::{DateTime, Time};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::local_time::timestamp;
use crate::{LocalTime, Moment};

/// Quiet hours, every day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// When they begin: minutes since midnight, 0 to 1439.
    pub from: u16,
    /// When they are over, likewise. Before `from` it is the next day; the same is never.
    pub to: u16,
    /// Whether what is critical is sent all the same.
    pub critical: bool,
}

impl Quiet {
    /// When they are over, if it is quiet now.
    pub(crate) fn until(&self, now: Moment, local: &LocalTime) -> Option<Moment> {
        let (now, rules) = (timestamp(now), local.rules());
        let shown = rules.to_datetime(now);
        if !self.holds(shown) {
            return None;
        }
        // The first time that the wall shows the end, or is put to a time outside. The end may be shown twice.
        let end = clock(self.to);
        let day = shown.date();
        let days = [Some(day), day.tomorrow().ok(), day.checked_add(2.days()).ok()];
        let shows = days.into_iter().flatten().flat_map(|day| {
            let ambiguous = rules.to_ambiguous_timestamp(day.to_datetime(end));
            [ambiguous.earlier().ok(), ambiguous.later().ok()]
        });
        let turned = rules.following(now).take(2).map(|turn| Some(turn.timestamp()));
        let mut ends: Vec<Timestamp> = shows.chain(turned).flatten().collect();
        ends.retain(|at| *at > now && !self.holds(rules.to_datetime(*at)));
        let over = ends.into_iter().min()?;
        u64::try_from(over.as_millisecond()).ok().map(Moment)
    }

    fn holds(&self, shown: DateTime) -> bool {
        let (from, to, shown) = (clock(self.from), clock(self.to), shown.time());
        if from <= to { from <= shown && shown < to } else { shown >= from || shown < to }
    }
}

fn clock(minutes: u16) -> Time {
    let (hour, minute) = ((minutes / 60) % 24, minutes % 60);
    let of = |number: u16| i8::try_from(number).unwrap_or_default();
    Time::new(of(hour), of(minute), 0, 0).unwrap_or(Time::midnight())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ZONES: [&str; 8] = [
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/New_York",
        // Half an hour, at another time of the year.
        "Australia/Lord_Howe",
        // At midnight.
        "America/Santiago",
        "Africa/Cairo",
        // It left out a whole day in 2011.
        "Pacific/Apia",
        "UTC",
    ];
    const MINUTE: u64 = 60_000;

    #[test]
    fn clocks_that_are_put_forward_or_back() {
        let berlin = LocalTime::named("Europe/Berlin").unwrap();
        let at = |text: &str| {
            let at: Timestamp = text.parse().unwrap();
            Moment(at.as_millisecond() as u64)
        };
        let quiet = |from, to| Quiet { from, to, critical: true };
        let night = quiet(22 * 60, 7 * 60);
        // 2026-03-29 has 23 hours, 2026-10-25 has 25.
        let spring = night.until(at("2026-03-28T22:00:00Z"), &berlin);
        assert_eq!(spring, Some(at("2026-03-29T05:00:00Z")));
        let autumn = night.until(at("2026-10-24T21:00:00Z"), &berlin);
        assert_eq!(autumn, Some(at("2026-10-25T06:00:00Z")));
        // 02:30 is not shown in spring: over when the wall goes from 02:00 to 03:00.
        let skipped = quiet(60, 150).until(at("2026-03-29T00:30:00Z"), &berlin);
        assert_eq!(skipped, Some(at("2026-03-29T01:00:00Z")));
        // It is shown twice in autumn.
        let first = quiet(60, 150).until(at("2026-10-25T00:10:00Z"), &berlin);
        assert_eq!(first, Some(at("2026-10-25T00:30:00Z")));
        let second = quiet(60, 150).until(at("2026-10-25T01:10:00Z"), &berlin);
        assert_eq!(second, Some(at("2026-10-25T01:30:00Z")));
        assert_eq!(night.until(at("2026-06-01T10:00:00Z"), &berlin), None);
        assert_eq!(quiet(60, 60).until(at("2026-06-01T10:00:00Z"), &berlin), None);
    }

    proptest! {
        /// Minute by minute until the end it is quiet, and then it is not.
        #[test]
        fn quiet_hours_hold_whatever_the_clocks_do(
            zone in 0..ZONES.len(),
            year in 2010_i16..2040,
            turn in 0_usize..3,
            around in -3000_i64..3000,
            from in 0_u16..1440,
            to in 0_u16..1440,
        ) {
            let local = LocalTime::named(ZONES[zone]).unwrap();
            let begin = jiff::civil::date(year, 1, 1).at(0, 0, 0, 0);
            let begin = local.rules().to_timestamp(begin).unwrap();
            let turned = local.rules().following(begin).nth(turn);
            let near = turned.map_or(begin, |turn| turn.timestamp());
            let now = Moment((near.as_millisecond() / 60_000 + around) as u64 * MINUTE);
            let quiet = Quiet { from, to, critical: false };
            let holds = |at: Moment| quiet.holds(local.rules().to_datetime(timestamp(at)));
            match quiet.until(now, &local) {
                None => prop_assert!(!holds(now)),
                Some(end) => {
                    prop_assert!(end > now && end.0 - now.0 <= 49 * 60 * MINUTE);
                    let mut at = now;
                    while at < end {
                        prop_assert!(holds(at), "{at:?} is before {end:?}");
                        at.0 += MINUTE;
                    }
                    prop_assert!(!holds(end));
                }
            }
        }
    }
}
