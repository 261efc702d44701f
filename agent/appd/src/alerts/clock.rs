//! Whether the clock is set. A box needs the internet for it, and some time.

use std::time::Duration;

use tokio::time::Instant;

/// For so long the box has the internet without a time.
const PATIENCE: Duration = Duration::from_secs(3600);

/// What was seen.
#[derive(Default)]
pub struct Clock {
    since: Option<Instant>,
    told: bool,
}

impl Clock {
    /// Takes in how it is; whether it has to be told now.
    pub fn look(&mut self, is_set: bool, has_internet: bool, now: Instant) -> bool {
        if is_set || !has_internet {
            self.since = None;
            self.told &= !is_set;
            return false;
        }
        let since = *self.since.get_or_insert(now);
        let is_due = !self.told && now.duration_since(since) >= PATIENCE;
        self.told |= is_due;
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_with_the_internet_and_without_a_time_is_told_once() {
        let (mut clock, start) = (Clock::default(), Instant::now());
        let mut look = |minutes: u64, is_set, has_internet| {
            clock.look(is_set, has_internet, start + Duration::from_secs(60 * minutes))
        };
        assert!(!look(0, false, false) && !look(300, false, false), "no internet, no time");
        assert!(!look(310, false, true) && !look(369, false, true));
        assert!(!look(370, false, false) && !look(371, false, true), "it begins anew");
        assert!(look(431, false, true) && !look(432, false, true));
        assert!(!look(440, true, true));
        assert!(!look(500, false, true) && look(560, false, true), "lost again");
    }
}
