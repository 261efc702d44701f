//! When a signed head of the log leaves the box: every hour, when the log tells of something after which somebody
//! might want it gone, and at the end. Decides only; the store signs.

use std::time::Duration;

use tokio::time::Instant;

/// How often one leaves at least.
const EVERY: Duration = Duration::from_secs(3600);

/// When the next is due.
pub struct Heads {
    next: Instant,
}

impl Heads {
    /// The first is due at once: nobody knows where the log stood when the box went off.
    pub fn new(now: Instant) -> Self {
        Self { next: now }
    }

    /// Whether one is due now; then the next is due in an hour. `wanted` is an export or the like since.
    pub fn is_due(&mut self, now: Instant, wanted: bool) -> bool {
        let is_due = wanted || now >= self.next;
        if is_due {
            self.next = now + EVERY;
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hour_and_when_it_is_wanted() {
        let start = Instant::now();
        let mut heads = Heads::new(start);
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!(heads.is_due(start, false));
        assert!(!heads.is_due(at(3599), false));
        assert!(heads.is_due(at(3599), true));
        assert!(!heads.is_due(at(3601), false), "an hour after the last one");
        assert!(heads.is_due(at(7199), false));
    }
}
