//! How long a session lives: 30 minutes without a request, 12 hours at most.
//!
//! Within a process both are counted on the clock that nobody can set. After a restart only the
//! box's clock is left; a session that it cannot place is over.

use std::time::Duration;

use vault::Moment;

/// Without a request for this long a session ends.
pub const IDLE: Duration = Duration::from_secs(30 * 60);
/// However busy, a session ends after this.
pub const ABSOLUTE: Duration = Duration::from_secs(12 * 60 * 60);
/// The box's clock may have gone back this far over a restart: chrony has not answered yet.
const CLOCK_SLACK: u64 = 5 * 60 * 1000;

/// Life of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Age when this process first knew it.
    age_then: Duration,
    known_since: Duration,
    /// Time without a request when this process first knew it; zero from the first one on.
    idle_then: Duration,
    last_request: Duration,
}

impl Life {
    /// A session that begins now.
    #[must_use]
    pub fn begin(now: Moment) -> Self {
        let zero = Duration::ZERO;
        let start = now.since_start;
        Self { age_then: zero, known_since: start, idle_then: zero, last_request: start }
    }

    /// A session that an earlier process kept. `created` and `last_seen` in ms since 1970. `None`
    /// if it is over, or if the box's clock went back so far that nobody can tell.
    #[must_use]
    pub fn resume(created: u64, last_seen: u64, now: Moment) -> Option<Self> {
        let newest = created.max(last_seen);
        if now.wall.saturating_add(CLOCK_SLACK) < newest {
            return None;
        }
        let ago = |then: u64| Duration::from_millis(now.wall.saturating_sub(then));
        let life = Self {
            age_then: ago(created),
            known_since: now.since_start,
            idle_then: ago(newest),
            last_request: now.since_start,
        };
        life.is_alive(now).then_some(life)
    }

    /// Is it still good?
    #[must_use]
    pub fn is_alive(&self, now: Moment) -> bool {
        self.idle(now) < IDLE && self.age(now) < ABSOLUTE
    }

    /// A request came. Only for a session that [`Life::is_alive`].
    pub fn touch(&mut self, now: Moment) {
        self.idle_then = Duration::ZERO;
        self.last_request = now.since_start;
    }

    /// When it ends without a further request, ms since 1970.
    #[must_use]
    pub fn idle_expires(&self, now: Moment) -> u64 {
        let left = IDLE.saturating_sub(self.idle(now)).min(ABSOLUTE.saturating_sub(self.age(now)));
        now.wall.saturating_add(as_ms(left))
    }

    /// When it ends at the latest, ms since 1970.
    #[must_use]
    pub fn absolute_expires(&self, now: Moment) -> u64 {
        now.wall.saturating_add(as_ms(ABSOLUTE.saturating_sub(self.age(now))))
    }

    fn age(&self, now: Moment) -> Duration {
        self.age_then + now.since_start.saturating_sub(self.known_since)
    }

    fn idle(&self, now: Moment) -> Duration {
        self.idle_then + now.since_start.saturating_sub(self.last_request)
    }
}

/// Whole milliseconds, at most 2^64−1.
fn as_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH: u64 = 1_800_000_000_000;

    fn at(minutes: u64) -> Moment {
        let since_start = Duration::from_secs(minutes * 60);
        Moment { wall: EPOCH + as_ms(since_start), since_start }
    }

    #[test]
    fn idle_for_half_an_hour_it_ends() {
        let mut life = Life::begin(at(0));
        assert!(life.is_alive(at(29)));
        life.touch(at(29));
        assert!(life.is_alive(at(58)));
        assert!(!life.is_alive(at(59)));
        assert_eq!(life.idle_expires(at(30)), at(59).wall);
        assert_eq!(life.absolute_expires(at(30)), at(720).wall);
    }

    #[test]
    fn however_busy_it_ends_after_twelve_hours() {
        let mut life = Life::begin(at(0));
        for minute in 1..720 {
            assert!(life.is_alive(at(minute)), "{minute}");
            life.touch(at(minute));
        }
        assert_eq!(life.idle_expires(at(719)), at(720).wall);
        assert!(!life.is_alive(at(720)));
    }

    #[test]
    fn setting_the_clock_back_lengthens_nothing() {
        let life = Life::begin(at(0));
        let back = Moment { wall: 0, ..at(31) };
        assert!(!life.is_alive(back));
    }

    #[test]
    fn a_restart_goes_on_where_it_was() {
        // The new process began just now; the box's clock is all there is.
        let start = |wall| Moment { wall, since_start: Duration::ZERO };
        let (created, seen) = (at(0).wall, at(100).wall);
        let life = Life::resume(created, seen, start(at(110).wall)).unwrap();
        assert_eq!(life.idle_expires(start(at(110).wall)), at(130).wall);
        assert_eq!(life.absolute_expires(start(at(110).wall)), at(720).wall);
        assert!(Life::resume(created, seen, start(at(130).wall)).is_none(), "idle too long");
        assert!(Life::resume(created, at(719).wall, start(at(720).wall)).is_none(), "too old");
        assert!(Life::resume(created, seen, start(at(100).wall - 25_000)).is_some(), "25 s back");
        assert!(Life::resume(created, seen, start(at(90).wall)).is_none(), "10 minutes back");
    }
}
