//! The clock floor: the time of `/state/clock` is the least that the next boot starts with. A timer
//! of the image saves it while the box runs; hostd does when it ends, which is a moment before an
//! orderly reboot.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::SystemTime;

/// Saves the time.
pub fn save(state: &Path) {
    let saved = OpenOptions::new()
        .create(true)
        .append(true)
        .open(state.join("clock"))
        .and_then(|file| file.set_modified(SystemTime::now()));
    if let Err(error) = saved {
        tracing::warn!(%error, "the time cannot be saved");
    }
}
