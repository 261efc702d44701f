//! What systemd is told (sd_notify(3)); without systemd nothing is said.

use std::time::Duration;

use sd_notify::NotifyState;

/// It serves.
pub fn ready() {
    say(&[NotifyState::Ready]);
}

/// Its runtime still turns.
pub fn alive() {
    say(&[NotifyState::Watchdog]);
}

/// About to end.
pub fn stopping() {
    say(&[NotifyState::Stopping]);
}

/// How often [`alive`] is to be said: a third of what systemd waits.
pub fn interval() -> Duration {
    sd_notify::watchdog_enabled().map_or(Duration::from_secs(20), |limit| limit / 3)
}

fn say(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "systemd cannot be told");
    }
}
