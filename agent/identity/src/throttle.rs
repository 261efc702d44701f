//! How often somebody may be wrong.
//!
//! Three budgets, each with growing delays. An account tried from a **known** place (one it signed
//! in from before) has a budget of its own there, which nobody elsewhere can use up; from all
//! unknown places together an account has one; and a place has one over all accounts. So a
//! stranger can make *new* places wait for an account, never the places its owner uses.
//! A name that does not exist is throttled like one that does.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use crate::place::Place;
use crate::secret::{Kept, kept};
use crate::text::name_key;
use vault::Moment;

/// Failures before the first delay, for an account.
pub const FREE_ACCOUNT: u32 = 5;
/// Failures before the first delay, for a place over all accounts.
pub const FREE_PLACE: u32 = 20;
/// The first delay; each further failure doubles it…
const FIRST_DELAY: Duration = Duration::from_secs(30);
/// …up to this.
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
/// After this long without a failure everything is forgiven.
const FORGIVEN: Duration = Duration::from_secs(60 * 60);
/// Entries of each budget; beyond that the one longest ago goes.
const ENTRIES_MOST: usize = 10_000;

/// Who tries what from where.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    account: Kept,
    place: Place,
    known: bool,
}

impl Attempt {
    /// Somebody tries `name` at a place; `known` if that account signed in from there before.
    #[must_use]
    pub fn new(name: &str, place: Place, known: bool) -> Self {
        Self { account: kept(&name_key(name)), place, known }
    }
}

/// Failures of all budgets. In memory; a restart forgives.
#[derive(Debug, Default)]
pub struct Throttle {
    known: Budget<(Kept, Place)>,
    unknown: Budget<Kept>,
    places: Budget<Place>,
}

impl Throttle {
    /// Counts a try as a failure before it is judged, so that many at once get no more tries than
    /// one after the other. [`Throttle::succeeded`] takes it back.
    ///
    /// # Errors
    /// How long to wait; then nothing was counted and nothing may be judged.
    pub fn charge(&mut self, attempt: Attempt, now: Moment) -> Result<(), Duration> {
        let Attempt { account, place, known } = attempt;
        let wait = if known {
            // Not by the place's budget: a stranger at the same address must not use it up.
            self.known.wait(&(account, place), FREE_ACCOUNT, now)
        } else {
            let by_account = self.unknown.wait(&account, FREE_ACCOUNT, now);
            by_account.max(self.places.wait(&place, FREE_PLACE, now))
        };
        if !wait.is_zero() {
            return Err(wait);
        }
        if known {
            self.known.fail((account, place), now);
        } else {
            self.unknown.fail(account, now);
            self.places.fail(place, now);
        }
        Ok(())
    }

    /// One half was right (the password, its code not yet): only this try is taken back. Were all
    /// forgiven, who has a password could guess codes without end.
    pub fn half_right(&mut self, attempt: Attempt) {
        let Attempt { account, place, known } = attempt;
        if known {
            self.known.take_back(&(account, place));
        } else {
            self.unknown.take_back(&account);
            self.places.take_back(&place);
        }
    }

    /// The try was right: it and the failures before it are forgiven to that account at that
    /// place. What others failed at for the account elsewhere stays, and so does what this place
    /// failed at for other accounts.
    pub fn succeeded(&mut self, attempt: Attempt) {
        if attempt.known {
            self.known.forget(&(attempt.account, attempt.place));
        } else {
            self.half_right(attempt);
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Duration,
    /// The one before the last, which counts when that is taken back.
    former: Duration,
}

#[derive(Debug)]
struct Budget<K> {
    failures: HashMap<K, Failures>,
}

impl<K> Default for Budget<K> {
    fn default() -> Self {
        Self { failures: HashMap::new() }
    }
}

impl<K: Hash + Eq + Copy> Budget<K> {
    fn wait(&self, key: &K, free: u32, now: Moment) -> Duration {
        let Some(Failures { count, last, .. }) = self.failures.get(key) else {
            return Duration::ZERO;
        };
        let since = now.since_start.saturating_sub(*last);
        if *count < free || since >= FORGIVEN {
            return Duration::ZERO;
        }
        let doubled = FIRST_DELAY.saturating_mul(1 << (count - free).min(10));
        doubled.min(LONGEST_DELAY).saturating_sub(since)
    }

    fn fail(&mut self, key: K, now: Moment) {
        if self.failures.len() >= ENTRIES_MOST && !self.failures.contains_key(&key) {
            let oldest = self.failures.iter().min_by_key(|(_, f)| f.last).map(|(key, _)| *key);
            if let Some(oldest) = oldest {
                self.failures.remove(&oldest);
            }
        }
        let now_on = now.since_start;
        let new = Failures { count: 0, last: now_on, former: now_on };
        let failures = self.failures.entry(key).or_insert(new);
        if now.since_start.saturating_sub(failures.last) >= FORGIVEN {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.former = std::mem::replace(&mut failures.last, now_on);
    }

    fn take_back(&mut self, key: &K) {
        if let Some(failures) = self.failures.get_mut(key) {
            failures.count = failures.count.saturating_sub(1);
            // It was none: nobody waits for it.
            failures.last = failures.former;
        }
    }

    fn forget(&mut self, key: &K) {
        self.failures.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment { wall: 0, since_start: Duration::from_secs(seconds) }
    }

    fn place(last: u8) -> Place {
        Place::of(IpAddr::V4(Ipv4Addr::new(192, 168, 8, last)))
    }

    fn seconds(wait: Result<(), Duration>) -> u64 {
        wait.err().map_or(0, |wait| wait.as_secs())
    }

    #[test]
    fn five_failures_are_free_then_the_delay_doubles_up_to_fifteen_minutes() {
        let mut throttle = Throttle::default();
        let attempt = Attempt::new("王芳", place(1), true);
        let mut now = 0;
        for _ in 0..5 {
            assert_eq!(throttle.charge(attempt, at(now)), Ok(()));
        }
        for delay in [30, 60, 120, 240, 480, 900, 900] {
            assert_eq!(seconds(throttle.charge(attempt, at(now))), delay);
            assert_eq!(seconds(throttle.charge(attempt, at(now + delay - 1))), 1);
            now += delay;
            assert_eq!(throttle.charge(attempt, at(now)), Ok(()));
        }
        // An hour of rest, and all five are there again.
        for _ in 0..5 {
            assert_eq!(throttle.charge(attempt, at(now + 3_600)), Ok(()));
        }
        assert!(throttle.charge(attempt, at(now + 3_600)).is_err());
    }

    #[test]
    fn a_stranger_never_locks_the_user_out_of_a_known_place() {
        let mut throttle = Throttle::default();
        // A thousand tries from 200 places, the user's own among them as an unknown one would be.
        for n in 0..1_000_u64 {
            let from = place(u8::try_from(n % 200).unwrap());
            let _ = throttle.charge(Attempt::new("王芳", from, false), at(n));
            let _ = throttle.charge(Attempt::new(&format!("other{n}"), place(7), false), at(n));
        }
        let own = Attempt::new("王芳", place(7), true);
        assert_eq!(throttle.charge(own, at(1_000)), Ok(()));
        throttle.succeeded(own);
        // From a new place she waits, a quarter of an hour at most.
        let new = Attempt::new("王芳", place(250), false);
        assert!((1..=900).contains(&seconds(throttle.charge(new, at(1_000)))));
    }

    #[test]
    fn a_right_password_makes_nobody_wait_for_the_code() {
        for known in [true, false] {
            let mut throttle = Throttle::default();
            let attempt = Attempt::new("王芳", place(1), known);
            let mut now = 0;
            for _ in 0..12 {
                now += seconds(throttle.charge(attempt, at(now)));
                let _ = throttle.charge(attempt, at(now));
            }
            now += seconds(throttle.charge(attempt, at(now)));
            assert_eq!(throttle.charge(attempt, at(now)), Ok(()));
            throttle.half_right(attempt);
            assert_eq!(throttle.charge(attempt, at(now + 1)), Ok(()));
            // That one was wrong.
            assert_eq!(seconds(throttle.charge(attempt, at(now + 1))), 900);
        }
    }

    #[test]
    fn a_place_has_a_budget_over_all_names_and_no_name_differs_from_another() {
        let mut throttle = Throttle::default();
        for n in 0..20 {
            let attempt = Attempt::new(&format!("name{n}"), place(9), false);
            assert_eq!(throttle.charge(attempt, at(0)), Ok(()));
        }
        assert_eq!(seconds(throttle.charge(Attempt::new("new", place(9), false), at(0))), 30);
        assert_eq!(throttle.charge(Attempt::new("new", place(10), false), at(0)), Ok(()));
        // The same name however it is written.
        let mut throttle = Throttle::default();
        for name in ["Anna", "anna", "ＡＮＮＡ", " anna", "ANNA"] {
            assert_eq!(throttle.charge(Attempt::new(name, place(1), false), at(0)), Ok(()));
        }
        assert!(throttle.charge(Attempt::new("anna", place(2), false), at(0)).is_err());
    }

    #[test]
    fn a_right_one_takes_its_own_charge_back_and_forgives_nothing_of_others() {
        let mut throttle = Throttle::default();
        for n in 0..100 {
            let attempt = Attempt::new("anna", place(n), false);
            assert_eq!(throttle.charge(attempt, at(0)), Ok(()), "{n}");
            throttle.succeeded(attempt);
        }
        for n in 0..4 {
            assert_eq!(throttle.charge(Attempt::new("anna", place(n), false), at(0)), Ok(()));
        }
        let right = Attempt::new("anna", place(50), false);
        assert_eq!(throttle.charge(right, at(0)), Ok(()));
        throttle.succeeded(right);
        assert_eq!(throttle.charge(Attempt::new("anna", place(51), false), at(0)), Ok(()));
        assert!(throttle.charge(Attempt::new("anna", place(52), false), at(0)).is_err());
    }

    #[test]
    fn a_flood_of_names_costs_no_memory() {
        let mut throttle = Throttle::default();
        for n in 0..12_000_u32 {
            let from = Place::of(IpAddr::V4(n.into()));
            let _ = throttle.charge(Attempt::new(&n.to_string(), from, false), at(0));
        }
        assert_eq!(throttle.unknown.failures.len(), ENTRIES_MOST);
        assert_eq!(throttle.places.failures.len(), ENTRIES_MOST);
    }
}
