//! Which copies stay: all of the last days, then one a day, then one a month. Days and months are those of
//! UTC; the last copy of each stays. Pure.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::object::Id;

const DAY: u64 = 24 * 3_600_000;

/// How long copies stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// Every copy of so many days.
    pub all_days: u16,
    /// Then one for each of so many days, counted from today.
    pub daily: u16,
    /// Then one for each of so many months, counted from this one.
    pub monthly: u16,
}

impl Default for Keep {
    fn default() -> Self {
        Self { all_days: 7, daily: 30, monthly: 12 }
    }
}

impl Keep {
    /// Which of these go: names and times (ms since 1970) of one store's copies, in any order. The newest
    /// never goes, nor those from the future: then the clock is wrong, not the copy.
    #[must_use]
    pub fn too_old(&self, copies: &[(Id, u64)], now: u64) -> Vec<Id> {
        let mut sorted = copies.to_vec();
        sorted.sort_by_key(|(id, time)| std::cmp::Reverse((*time, *id)));
        let (today, this_month) = (now / DAY, month(now));
        let (mut days, mut months, mut go) = (HashSet::new(), HashSet::new(), Vec::new());
        let newest = sorted.iter().find(|(_, time)| *time <= now).map(|(id, _)| *id);
        for (id, time) in sorted {
            // What stays as one of all counts as the last of its day and month, too.
            let of_day = days.insert(time / DAY);
            let of_month = months.insert(month(time));
            let age = now.saturating_sub(time);
            let stays = newest == Some(id)
                || time > now
                || age < u64::from(self.all_days) * DAY
                || (of_day && today - time / DAY < u64::from(self.daily))
                || (of_month && this_month - month(time) < i64::from(self.monthly));
            if !stays {
                go.push(id);
            }
        }
        go
    }
}

/// Months since the year 0.
fn month(time: u64) -> i64 {
    let nanoseconds = i128::from(time) * 1_000_000;
    let date = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds);
    let date = date.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    i64::from(date.year()) * 12 + i64::from(u8::from(date.month()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-11-30 12:00 UTC.
    const NOW: u64 = 1_796_040_000_000;
    const HOUR: u64 = 3_600_000;

    fn named(time: u64) -> (Id, u64) {
        (Id::of(&time.to_be_bytes()), time)
    }

    /// A box that copies every six hours and clears up every day, for two years.
    #[test]
    fn after_two_years_each_day_and_month_that_is_promised_is_there() {
        let keep = Keep::default();
        let mut there: Vec<(Id, u64)> = Vec::new();
        let start = NOW - 730 * DAY;
        for tick in 0..=730 * 4 {
            let now = start + tick * 6 * HOUR;
            there.push(named(now));
            if tick % 4 == 0 {
                let go = keep.too_old(&there, now);
                there.retain(|(id, _)| !go.contains(id));
            }
        }
        let of_week = there.iter().filter(|(_, time)| NOW - time < 7 * DAY).count();
        assert_eq!(of_week, 28);
        for day in 0..30 {
            let of_day = there.iter().filter(|(_, time)| time / DAY == NOW / DAY - day).count();
            assert!(of_day == 1 || day <= 7, "{day} days ago: {of_day}");
        }
        for ago in 0..12 {
            let of_month =
                there.iter().filter(|(_, time)| month(*time) == month(NOW) - ago).count();
            assert!(of_month >= 1, "{ago} months ago");
            assert!(of_month == 1 || ago <= 1, "{ago} months ago: {of_month}");
        }
        assert!(there.len() < 28 + 2 + 23 + 12, "{}", there.len());
    }

    #[test]
    fn a_rule_of_nothing_keeps_the_newest_alone() {
        let keep = Keep { all_days: 0, daily: 0, monthly: 0 };
        let copies: Vec<_> = (0..50).map(|hour| named(NOW - hour * HOUR)).collect();
        assert_eq!(keep.too_old(&copies, NOW).len(), 49);
        assert!(!keep.too_old(&copies, NOW).contains(&copies[0].0));
        // Nor any of a clock that went ahead.
        assert_eq!(keep.too_old(&copies, NOW - 10 * HOUR).len(), 39);
        assert!(!keep.too_old(&copies, NOW - 10 * HOUR).contains(&copies[10].0));
    }

    proptest! {
        #[test]
        fn the_newest_stays_and_so_does_all_of_the_last_days(
            hours in prop::collection::hash_set(0..20_000_u64, 1..80),
            all_days in 0..10_u16, daily in 0..40_u16, monthly in 0..20_u16,
        ) {
            let keep = Keep { all_days, daily, monthly };
            let copies: Vec<_> = hours.iter().map(|hour| named(NOW - hour * HOUR)).collect();
            let go = keep.too_old(&copies, NOW);
            let newest = copies.iter().max_by_key(|(_, time)| time).unwrap();
            prop_assert!(!go.contains(&newest.0));
            for (id, time) in &copies {
                prop_assert!(NOW - time >= u64::from(all_days) * DAY || !go.contains(id));
            }
            let stays: Vec<_> = copies.into_iter().filter(|(id, _)| !go.contains(id)).collect();
            // Nothing that stayed goes at a second look, and every day that is promised and had one has one.
            prop_assert_eq!(keep.too_old(&stays, NOW), vec![]);
            for hour in hours {
                let day = (NOW - hour * HOUR) / DAY;
                let promised = NOW / DAY - day < u64::from(daily);
                prop_assert!(!promised || stays.iter().any(|(_, time)| time / DAY == day));
                let of = month(NOW - hour * HOUR);
                let promised = month(NOW) - of < i64::from(monthly);
                prop_assert!(!promised || stays.iter().any(|(_, time)| month(*time) == of));
            }
        }
    }
}
