//! What is kept of devices over a restart: a line of JSON for each, so that a broken line loses one.

use std::fmt::Write;

use settings::MacAddress;

use super::{Change, Devices, Known, MAX};

/// Longest text of a line; more is none of ours.
const MAX_LINE: usize = 2_000;

impl Devices {
    /// Reads what was kept; lines that are none are left out.
    pub fn read(text: &str) -> Self {
        let lines = text.lines().take(MAX).filter(|line| line.len() <= MAX_LINE);
        let known = lines.filter_map(|line| {
            let (mac, known) = line.split_once(' ')?;
            Some((mac.parse::<MacAddress>().ok()?, serde_json::from_str::<Known>(known).ok()?))
        });
        let mut devices = Self { known: known.collect(), ..Self::default() };
        devices.index();
        devices
    }

    /// How much differs from what was kept last.
    pub fn change(&self) -> Change {
        self.change
    }

    /// The text to be kept. From now on it is.
    pub fn keep(&mut self) -> String {
        let mut all: Vec<_> = self.known.iter().collect();
        all.sort_unstable_by_key(|(mac, _)| **mac);
        let mut text = String::new();
        for (mac, known) in all {
            if let Ok(known) = serde_json::to_string(known) {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{mac} {known}");
            }
        }
        self.change = Change::None;
        text
    }
}
