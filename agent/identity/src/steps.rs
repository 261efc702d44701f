//! What stands between two pages of a sign-in, a set-up or an enrolment: a cookie of 15 minutes
//! that proves the step before. In memory: a restart begins such a thing anew.

use std::collections::HashMap;
use std::time::Duration;

use crate::secret::{Kept, Secret, kept};
use vault::Moment;

/// How long a step is good for.
pub const STEP_LASTS: Duration = Duration::from_secs(15 * 60);
/// Steps at once; beyond that the oldest goes.
const STEPS_MOST: usize = 1_000;

/// Steps that were taken, each with what the next one needs to know.
#[derive(Debug)]
pub struct Steps<T> {
    taken: HashMap<Kept, Step<T>>,
}

#[derive(Debug)]
struct Step<T> {
    what: T,
    begun: Duration,
}

impl<T> Default for Steps<T> {
    fn default() -> Self {
        Self { taken: HashMap::new() }
    }
}

impl<T> Steps<T> {
    /// None taken yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A step was taken; the secret goes into a cookie.
    ///
    /// # Errors
    /// The kernel gave no randomness.
    pub fn begin(&mut self, what: T, now: Moment) -> Result<Secret, getrandom::Error> {
        let secret = Secret::new()?;
        self.taken.retain(|_, step| now.since_start.saturating_sub(step.begun) < STEP_LASTS);
        if self.taken.len() >= STEPS_MOST {
            let oldest =
                self.taken.iter().min_by_key(|(_, step)| step.begun).map(|(kept, _)| *kept);
            if let Some(oldest) = oldest {
                self.taken.remove(&oldest);
            }
        }
        self.taken.insert(secret.kept(), Step { what, begun: now.since_start });
        Ok(secret)
    }

    /// What a step knows; `None` if it was never taken, is over or ended.
    #[must_use]
    pub fn get(&self, secret: &str, now: Moment) -> Option<&T> {
        let step = self.taken.get(&kept(secret))?;
        (now.since_start.saturating_sub(step.begun) < STEP_LASTS).then_some(&step.what)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, secret: &str, now: Moment) -> Option<&mut T> {
        let step = self.taken.get_mut(&kept(secret))?;
        (now.since_start.saturating_sub(step.begun) < STEP_LASTS).then_some(&mut step.what)
    }

    /// Whether a step was taken and did not end but by its time, as far as that is remembered.
    #[must_use]
    pub fn ran_out(&self, secret: &str, now: Moment) -> bool {
        let step = self.taken.get(&kept(secret));
        step.is_some_and(|step| now.since_start.saturating_sub(step.begun) >= STEP_LASTS)
    }

    /// A step that lives begins its time anew: somebody came on.
    pub fn refresh(&mut self, secret: &str, now: Moment) {
        if let Some(step) = self.taken.get_mut(&kept(secret))
            && now.since_start.saturating_sub(step.begun) < STEP_LASTS
        {
            step.begun = now.since_start;
        }
    }

    /// Ends a step and gives what it knew.
    pub fn end(&mut self, secret: &str) -> Option<T> {
        self.taken.remove(&kept(secret)).map(|step| step.what)
    }

    /// Ends every step that something is true of: those of an account that was disabled.
    pub fn end_all(&mut self, of: impl Fn(&T) -> bool) {
        self.taken.retain(|_, step| !of(&step.what));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment { wall: 0, since_start: Duration::from_secs(seconds) }
    }

    #[test]
    fn a_step_is_good_for_fifteen_minutes_whatever_the_clock_says() {
        let mut steps = Steps::new();
        let secret = steps.begin("password was right", at(0)).unwrap();
        assert_eq!(steps.get(secret.expose(), at(899)), Some(&"password was right"));
        assert_eq!(steps.get(secret.expose(), at(900)), None);
        assert_eq!(steps.get_mut(secret.expose(), at(900)), None);
        assert!(
            !steps.ran_out(secret.expose(), at(899)) && steps.ran_out(secret.expose(), at(900))
        );
        assert_eq!(steps.get("", at(0)), None);
        assert_eq!(steps.end(secret.expose()), Some("password was right"));
        assert_eq!(steps.get(secret.expose(), at(1)), None);
        assert!(!steps.ran_out(secret.expose(), at(900)), "it was ended");
    }

    #[test]
    fn who_comes_on_has_fifteen_minutes_more_who_is_late_has_none() {
        let mut steps = Steps::new();
        let secret = steps.begin("claim", at(0)).unwrap();
        steps.refresh(secret.expose(), at(899));
        assert_eq!(steps.get(secret.expose(), at(1_798)), Some(&"claim"));
        steps.refresh(secret.expose(), at(1_799));
        assert_eq!(steps.get(secret.expose(), at(1_799)), None);
    }

    #[test]
    fn a_crowd_pushes_the_oldest_out_and_costs_no_memory() {
        let mut steps = Steps::new();
        let first = steps.begin(0, at(0)).unwrap();
        let mut last = first.clone();
        for n in 1..=1_000 {
            last = steps.begin(n, at(1)).unwrap();
        }
        assert_eq!(steps.get(first.expose(), at(1)), None);
        assert_eq!(steps.get(last.expose(), at(1)), Some(&1_000));
        assert_eq!(steps.taken.len(), STEPS_MOST);
        steps.end_all(|n| *n > 500);
        assert_eq!(steps.taken.len(), 500);
    }
}
