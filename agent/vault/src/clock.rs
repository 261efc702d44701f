//! Time as an argument: the box's clock, and one that nobody can set.

use std::fmt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// One moment by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The box's clock, ms since 1970. People and NTP set it: it may jump either way.
    pub wall: u64,
    /// Since some moment at start. Never goes back, ends with the process.
    pub since_start: Duration,
}

/// Where moments come from.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Now.
    fn now(&self) -> Moment;
}

/// The clocks of the machine.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment {
            wall: u64::try_from(wall.as_millis()).unwrap_or(u64::MAX),
            since_start: self.started.elapsed(),
        }
    }
}
