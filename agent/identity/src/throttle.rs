//! How often somebody may be wrong.
//!
//! Three budgets, each with growing delays. An account tried by a **known** browser (one that it
//! signed in with before, told by its cookie) or from a known place has a budget of its own there,
//! which nobody else can use up; by all strangers together an account has one; and a place has one
//! over all accounts. So a stranger can make *new* browsers at new places wait for an account, never
//! those its owner uses, whatever address they have today.
//! A name that does not exist is throttled like one that does.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use crate::device::Device;
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
    known: Option<Known>,
}

/// By what an account knows who tries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Known {
    /// A browser that it signed in with.
    Browser(Device),
    /// A place that it signed in from.
    Place(Place),
}

impl Attempt {
    /// Somebody tries `name` at a place; `known` by what that account knows them.
    #[must_use]
    pub fn new(name: &str, place: Place, known: Option<Known>) -> Self {
        Self { account: kept(&name_key(name)), place, known }
    }

    /// Whether the account signed in with this browser before.
    #[must_use]
    pub fn is_by_known_browser(&self) -> bool {
        matches!(self.known, Some(Known::Browser(_)))
    }
}

/// Failures of all budgets. In memory; a restart forgives.
#[derive(Debug, Default)]
pub struct Throttle {
    known: Budget<(Kept, Known)>,
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
        let wait = if let Some(known) = known {
            // Not by the place's budget: a stranger at the same address must not use it up.
            self.known.wait(&(account, known), FREE_ACCOUNT, now)
        } else {
            let by_account = self.unknown.wait(&account, FREE_ACCOUNT, now);
            by_account.max(self.places.wait(&place, FREE_PLACE, now))
        };
        if !wait.is_zero() {
            return Err(wait);
        }
        if let Some(known) = known {
            self.known.fail((account, known), now);
        } else {
            self.unknown.fail(account, now);
            self.places.fail(place, now);
        }
        Ok(())
    }

    /// Whether strangers have to wait for an account of this name.
    #[must_use]
    pub fn is_locked(&self, name: &str, now: Moment) -> bool {
        !self.unknown.wait(&kept(&name_key(name)), FREE_ACCOUNT, now).is_zero()
    }

    /// One half was right (the password, its code not yet): only this try is taken back. Were all
    /// forgiven, who has a password could guess codes without end.
    pub fn half_right(&mut self, attempt: Attempt) {
        let Attempt { account, place, known } = attempt;
        if let Some(known) = known {
            self.known.take_back(&(account, known));
        } else {
            self.unknown.take_back(&account);
            self.places.take_back(&place);
        }
    }

    /// The try was right: it and the failures before it are forgiven to that account by that
    /// browser or at that place. What others failed at for the account elsewhere stays, and so does what this place
    /// failed at for other accounts.
    pub fn succeeded(&mut self, attempt: Attempt) {
        if let Some(known) = attempt.known {
            self.known.forget(&(attempt.account, known));
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

    fn here(last: u8) -> Option<Known> {
        Some(Known::Place(place(last)))
    }

    fn seconds(wait: Result<(), Duration>) -> u64 {
        wait.err().map_or(0, |wait| wait.as_secs())
    }

    #[test]
    fn five_failures_are_free_then_the_delay_doubles_up_to_fifteen_minutes() {
        let mut throttle = Throttle::default();
        let attempt = Attempt::new("王芳", place(1), here(1));
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
            let _ = throttle.charge(Attempt::new("王芳", from, None), at(n));
            let _ = throttle.charge(Attempt::new(&format!("other{n}"), place(7), None), at(n));
        }
        let own = Attempt::new("王芳", place(7), here(7));
        assert_eq!(throttle.charge(own, at(1_000)), Ok(()));
        throttle.succeeded(own);
        // From a new place she waits, a quarter of an hour at most.
        let new = Attempt::new("王芳", place(250), None);
        assert!((1..=900).contains(&seconds(throttle.charge(new, at(1_000)))));
    }

    #[test]
    fn a_known_browser_is_let_in_wherever_it_is_today() {
        let mut throttle = Throttle::default();
        let laptop = Some(Known::Browser(Device::from_bytes([1; 16])));
        for n in 0..1_000_u64 {
            let _ = throttle.charge(Attempt::new("王芳", place(7), None), at(n));
        }
        // At the very address of who guesses, and at one that nobody saw before.
        for last in [7, 250] {
            let attempt = Attempt::new("王芳", place(last), laptop);
            assert_eq!(throttle.charge(attempt, at(1_000)), Ok(()));
            throttle.succeeded(attempt);
        }
        // Its own failures count wherever it is.
        for last in 0..5 {
            let attempt = Attempt::new("王芳", place(last), laptop);
            assert_eq!(throttle.charge(attempt, at(1_000)), Ok(()));
        }
        let attempt = Attempt::new("王芳", place(6), laptop);
        assert_eq!(seconds(throttle.charge(attempt, at(1_000))), 30);
        let other = Some(Known::Browser(Device::from_bytes([2; 16])));
        assert_eq!(throttle.charge(Attempt::new("王芳", place(6), other), at(1_000)), Ok(()));
    }

    #[test]
    fn a_right_password_makes_nobody_wait_for_the_code() {
        for known in [here(1), None] {
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
            let attempt = Attempt::new(&format!("name{n}"), place(9), None);
            assert_eq!(throttle.charge(attempt, at(0)), Ok(()));
        }
        assert_eq!(seconds(throttle.charge(Attempt::new("new", place(9), None), at(0))), 30);
        assert_eq!(throttle.charge(Attempt::new("new", place(10), None), at(0)), Ok(()));
        // The same name however it is written.
        let mut throttle = Throttle::default();
        for name in ["Anna", "anna", "ＡＮＮＡ", " anna", "ANNA"] {
            assert_eq!(throttle.charge(Attempt::new(name, place(1), None), at(0)), Ok(()));
        }
        assert!(throttle.charge(Attempt::new("anna", place(2), None), at(0)).is_err());
    }

    #[test]
    fn a_right_one_takes_its_own_charge_back_and_forgives_nothing_of_others() {
        let mut throttle = Throttle::default();
        for n in 0..100 {
            let attempt = Attempt::new("anna", place(n), None);
            assert_eq!(throttle.charge(attempt, at(0)), Ok(()), "{n}");
            throttle.succeeded(attempt);
        }
        for n in 0..4 {
            assert_eq!(throttle.charge(Attempt::new("anna", place(n), None), at(0)), Ok(()));
        }
        let right = Attempt::new("anna", place(50), None);
        assert_eq!(throttle.charge(right, at(0)), Ok(()));
        throttle.succeeded(right);
        assert_eq!(throttle.charge(Attempt::new("anna", place(51), None), at(0)), Ok(()));
        assert!(throttle.charge(Attempt::new("anna", place(52), None), at(0)).is_err());
    }

    #[test]
    fn a_flood_of_names_costs_no_memory() {
        let mut throttle = Throttle::default();
        for n in 0..12_000_u32 {
            let from = Place::of(IpAddr::V4(n.into()));
            let _ = throttle.charge(Attempt::new(&n.to_string(), from, None), at(0));
        }
        assert_eq!(throttle.unknown.failures.len(), ENTRIES_MOST);
        assert_eq!(throttle.places.failures.len(), ENTRIES_MOST);
    }
}
