//! Secrets that did not open the vault, on their way to the admin application. Passphrases are few;
//! recovery keys may come as fast as they are sent, and are told together.

use std::time::Duration;

/// Between two tellings of wrong recovery keys.
const APART: Duration = Duration::from_secs(1);

/// What was not told yet.
#[derive(Debug, Default)]
pub(super) struct Failed {
    untold: u32,
    told: Option<Duration>,
}

impl Failed {
    /// Counts one; how many there are to be told of now.
    pub fn one(&mut self, by_passphrase: bool, now: Duration) -> Option<u32> {
        self.untold = self.untold.saturating_add(1);
        let waits = self.told.is_some_and(|told| now.saturating_sub(told) < APART);
        if waits && !by_passphrase { None } else { self.due(now) }
    }

    /// How many there are to be told of, whatever the time.
    pub fn due(&mut self, now: Duration) -> Option<u32> {
        self.told = Some(now);
        Some(std::mem::take(&mut self.untold)).filter(|untold| *untold > 0)
    }

    /// They were not taken.
    pub fn again(&mut self, count: u32) {
        self.untold = self.untold.saturating_add(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_recovery_keys_are_told_once_a_second_and_every_one_is() {
        let mut failed = Failed::default();
        let at = Duration::from_millis;
        let told = [0, 1, 999, 1_000, 1_001].map(|now| failed.one(false, at(now)));
        assert_eq!(told, [Some(1), None, None, Some(3), None]);
        assert_eq!(failed.one(true, at(1_002)), Some(2), "a passphrase at once, with the others");
        failed.again(2);
        assert_eq!(failed.one(false, at(1_003)), None);
        assert_eq!((failed.due(at(60_000)), failed.due(at(60_001))), (Some(3), None));
    }
}
