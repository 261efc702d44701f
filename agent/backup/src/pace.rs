//! How fast copies may go out: what a shop's way to the internet can spare in its busy hours.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::line::STEP;

/// Bytes a second that may go out at the moment; `None` for as many as the way takes. Asked again with each piece.
pub type Pace = dyn Fn() -> Option<NonZeroU32> + Send + Sync;

/// A pace is kept in so many steps.
const STEPS_A_SECOND: usize = 8;
const BYTES_OF_A_KBIT: NonZeroU32 = NonZeroU32::new(125).unwrap();
/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// A limit, in some hours of each day or in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Kilobits a second, as providers count.
    pub kbits: NonZeroU32,
    /// In which hours of the day; always for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
}

/// Hours of each day, by the clock of a place. They may go on past midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The first minute, from 0 at midnight.
    pub from: u16,
    /// The minute after the last one; never the first.
    pub to: u16,
    /// The place's time zone (IANA).
    pub zone: String,
}

impl Limit {
    /// Least and most that may be chosen.
    pub const KBITS: std::ops::RangeInclusive<u32> = 128..=10_000_000;

    /// Bytes a second now; `minute` says which minute of the day it is in a time zone. Of a zone that nobody knows the
    /// limit holds always: nobody's way is taken.
    pub fn now(&self, minute: impl Fn(&str) -> Option<u16>) -> Option<NonZeroU32> {
        let holds = |hours: &Hours| minute(&hours.zone).is_none_or(|minute| hours.hold(minute));
        let is_on = self.hours.as_ref().is_none_or(holds);
        is_on.then(|| self.kbits.saturating_mul(BYTES_OF_A_KBIT))
    }
}

impl Hours {
    /// Whether both are minutes of a day, and not the same.
    #[must_use]
    pub fn are_hours(&self) -> bool {
        self.from < DAY && self.to < DAY && self.from != self.to
    }

    fn hold(&self, minute: u16) -> bool {
        if self.from < self.to {
            (self.from..self.to).contains(&minute)
        } else {
            !(self.to..self.from).contains(&minute)
        }
    }
}

/// Bytes of the next step of so many that are left, and how long the one after it waits.
pub fn step(pace: &Pace, left: usize) -> (usize, Option<Duration>) {
    let Some(rate) = pace() else { return (STEP.min(left), None) };
    let rate = usize::try_from(rate.get()).unwrap_or(usize::MAX);
    let step = (rate / STEPS_A_SECOND).clamp(1, STEP).min(left);
    let seconds = step as f64 / rate.max(1) as f64;
    (step, Some(Duration::from_secs_f64(seconds)))
}

/// Without a limit.
#[must_use]
pub fn unhurried() -> Arc<Pace> {
    Arc::new(|| None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(hours: Option<(u16, u16)>) -> Limit {
        let zone = "Europe/Berlin".to_owned();
        let hours = hours.map(|(from, to)| Hours { from, to, zone });
        Limit { kbits: NonZeroU32::new(2_000).unwrap(), hours }
    }

    #[test]
    fn a_limit_holds_in_its_hours_also_past_midnight() {
        let on = NonZeroU32::new(250_000);
        let of = |hours, minutes: &[u16]| -> Vec<bool> {
            minutes.iter().map(|minute| limit(hours).now(|_| Some(*minute)) == on).collect()
        };
        assert_eq!(of(None, &[0, 700, 1_439]), [true; 3]);
        let day = Some((8 * 60, 18 * 60));
        assert_eq!(of(day, &[0, 479, 480, 1_079, 1_080]), [false, false, true, true, false]);
        let night = Some((22 * 60, 6 * 60));
        assert_eq!(of(night, &[1_319, 1_320, 0, 359, 360]), [false, true, true, true, false]);
        assert_eq!(limit(day).now(|_| None), on, "of a zone that is gone");
    }

    #[test]
    fn hours_are_minutes_of_a_day() {
        let are = |from, to| limit(Some((from, to))).hours.unwrap().are_hours();
        assert!(are(0, 1_439) && are(1_439, 0));
        assert!(!are(5, 5) && !are(1_440, 3) && !are(3, 1_440));
    }
}
