//! What is done next at a target, and when. Pure.

use crate::repository::Extent;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// After so long what changed is copied: what a copy takes has to fit into the quarter of an hour that may
/// be lost at most.
pub const JOURNAL: u64 = 10 * MINUTE;
/// After so long the store is read from beginning to end.
pub const WHOLE: u64 = DAY;
/// After so long what is old is taken away.
pub const CLEARED: u64 = DAY;
/// After so long a copy is restored into scratch space.
pub const DRILLED: u64 = 7 * DAY;
/// After so long without a good copy somebody is told.
pub const LATE: u64 = DAY;
/// Until the next try, by how often it failed in a row.
const AGAIN: [u64; 4] = [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE];
/// The same where a person has to change something: who tries a wrong password often is locked out.
const AGAIN_BY_HAND: [u64; 2] = [HOUR, 6 * HOUR];

/// What was done so far, by the wall clock in ms; none for never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// The last moment of which all is at the target.
    pub good: Option<u64>,
    /// The last copy that read the store from beginning to end, by this process.
    pub whole: Option<u64>,
    /// When old copies were taken away.
    pub cleared: Option<u64>,
    /// The last drill, whatever came of it.
    pub drilled: Option<u64>,
    /// The last try that failed, if nothing succeeded since.
    pub failed: Option<Failed>,
}

/// Tries that failed in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    /// When the last did.
    pub at: u64,
    /// How many.
    pub times: u32,
    /// Whether a person has to change something.
    pub by_hand: bool,
}

/// What somebody asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// A copy, now.
    pub copy: bool,
    /// A drill, now.
    pub drill: bool,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// A copy.
    Copy(Extent),
    /// What is old is taken away.
    Clear,
    /// A copy is restored into scratch space.
    Drill,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// This, now.
    Do(Job),
    /// Nothing for so many ms.
    Wait(u64),
}

/// What is next. A clock that was set back makes things due, never forgotten.
pub fn next(past: &Past, asked: Asked, now: u64) -> Next {
    let extent = if since(past.whole, now) >= WHOLE { Extent::Whole } else { Extent::Journal };
    if asked.copy {
        return Next::Do(Job::Copy(extent));
    }
    let held = past.failed.map_or(0, |failed| failed.again().saturating_sub(age(failed.at, now)));
    if held > 0 && !asked.drill {
        return Next::Wait(held);
    }
    if asked.drill && past.whole.is_some() {
        return Next::Do(Job::Drill);
    }
    let due = [
        (Job::Copy(Extent::Whole), past.whole, WHOLE),
        (Job::Copy(Extent::Journal), past.good, JOURNAL),
        (Job::Clear, past.cleared, CLEARED),
        (Job::Drill, past.drilled, DRILLED),
    ];
    match due.iter().find(|(_, last, every)| since(*last, now) >= *every) {
        Some((job, ..)) => Next::Do(*job),
        None => {
            let left = due.iter().map(|(_, last, every)| every - since(*last, now).min(*every));
            Next::Wait(left.min().unwrap_or(JOURNAL).max(1))
        }
    }
}

impl Failed {
    /// Until the next try.
    fn again(self) -> u64 {
        let steps: &[u64] = if self.by_hand { &AGAIN_BY_HAND } else { &AGAIN };
        let at = usize::try_from(self.times.saturating_sub(1)).unwrap_or(usize::MAX);
        steps.get(at).or(steps.last()).copied().unwrap_or(MINUTE)
    }
}

/// How many days there was no good copy, where that is too long.
#[must_use]
pub fn days_late(good: Option<u64>, made: u64, now: u64) -> Option<u32> {
    let age = now.saturating_sub(good.unwrap_or(made));
    (age >= LATE).then(|| u32::try_from(age / DAY).unwrap_or(u32::MAX))
}

fn since(last: Option<u64>, now: u64) -> u64 {
    last.map_or(u64::MAX, |last| age(last, now))
}

fn age(last: u64, now: u64) -> u64 {
    now.checked_sub(last).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: u64 = 1_796_040_000_000;

    fn settled() -> Past {
        let all = Some(NOW);
        Past { good: all, whole: all, cleared: all, drilled: all, failed: None }
    }

    #[test]
    fn a_new_target_is_copied_to_cleared_and_drilled() {
        let mut past = Past::default();
        let asked = Asked::default();
        assert_eq!(next(&past, asked, NOW), Next::Do(Job::Copy(Extent::Whole)));
        (past.whole, past.good) = (Some(NOW), Some(NOW));
        assert_eq!(next(&past, asked, NOW), Next::Do(Job::Clear));
        past.cleared = Some(NOW);
        assert_eq!(next(&past, asked, NOW), Next::Do(Job::Drill));
        past.drilled = Some(NOW);
        assert_eq!(next(&past, asked, NOW), Next::Wait(JOURNAL));
        let later = NOW + JOURNAL;
        assert_eq!(next(&past, asked, later), Next::Do(Job::Copy(Extent::Journal)));
        past.good = Some(NOW + WHOLE);
        assert_eq!(next(&past, asked, NOW + WHOLE), Next::Do(Job::Copy(Extent::Whole)));
    }

    #[test]
    fn what_fails_is_tried_again_and_less_often_where_a_person_is_needed() {
        let mut past = settled();
        let failed = |times, by_hand| Some(Failed { at: NOW, times, by_hand });
        for (times, minutes) in [(1, 1), (2, 2), (3, 5), (4, 10), (400, 10)] {
            past.failed = failed(times, false);
            assert_eq!(next(&past, Asked::default(), NOW), Next::Wait(minutes * MINUTE));
        }
        for (times, hours) in [(1, 1), (2, 6), (9, 6)] {
            past.failed = failed(times, true);
            assert_eq!(next(&past, Asked::default(), NOW), Next::Wait(hours * HOUR));
        }
        let asked = Asked { copy: true, drill: false };
        assert_eq!(
            next(&past, asked, NOW),
            Next::Do(Job::Copy(Extent::Journal)),
            "by hand at once"
        );
    }

    #[test]
    fn a_drill_waits_for_a_copy() {
        let asked = Asked { copy: false, drill: true };
        assert_eq!(next(&Past::default(), asked, NOW), Next::Do(Job::Copy(Extent::Whole)));
        assert_eq!(next(&settled(), asked, NOW), Next::Do(Job::Drill));
    }

    #[test]
    fn late_is_told_in_days() {
        assert_eq!(days_late(Some(NOW), 0, NOW + DAY - 1), None);
        assert_eq!(days_late(Some(NOW), 0, NOW + 3 * DAY + HOUR), Some(3));
        assert_eq!(days_late(None, NOW, NOW + DAY), Some(1));
        assert_eq!(days_late(None, NOW, NOW), None);
    }

    proptest! {
        /// Whatever was, at no time does more than a quarter of an hour pass without a copy or a try.
        #[test]
        fn nothing_waits_longer_than_the_next_copy(
            good in prop::option::of(0..2 * DAY), whole in prop::option::of(0..2 * DAY),
            cleared in prop::option::of(0..2 * DAY), drilled in prop::option::of(0..9 * DAY),
            failed in prop::option::of((0..2 * DAY, 1..9_u32)),
        ) {
            let at = |age: Option<u64>| age.map(|age| NOW + DAY - age);
            let failed = failed.map(|(age, times)| Failed { at: NOW + DAY - age, times, by_hand: false });
            let past = Past { good: at(good), whole: at(whole), cleared: at(cleared), drilled: at(drilled), failed };
            match next(&past, Asked::default(), NOW) {
                Next::Wait(ms) => prop_assert!((1..=15 * MINUTE).contains(&ms)),
                Next::Do(_) => {}
            }
        }
    }
}
