//! What systemd is told: ready, alive, and one line for `systemctl status`. Without systemd nothing
//! is said.

use std::time::Duration;

use sd_notify::NotifyState;

/// It does its work; what waits for it may start.
pub fn ready() {
    say(&[NotifyState::Ready]);
}

/// Still at it.
pub fn alive() {
    say(&[NotifyState::Watchdog]);
}

/// What it is at, in one line.
pub fn status(line: &str) {
    say(&[NotifyState::Status(line)]);
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
