//! Known devices on the state partition. Flash wears: what only says when somebody was seen waits for
//! hours, and a long list is written less often than a short one.

use std::path::Path;
use std::time::{Duration, Instant};

use seeing::devices::{Change, Devices};

use crate::store::directory::{Real, read_bounded};

/// Name of the file.
const NAME: &str = "devices";
/// Largest file that is read, in bytes: twenty thousand devices with eight addresses each.
const MAX_BYTES: u64 = 16 << 20;
/// After which time other devices are written, and for each 50 KB as much again as a minute.
const MUCH: Duration = Duration::from_secs(300);
/// After which time it is when nothing but times changed.
const LITTLE: Duration = Duration::from_secs(6 * 3600);

pub(super) struct File {
    state: Option<Real>,
    path: std::path::PathBuf,
    written: Instant,
    bytes: usize,
}

impl File {
    pub(super) fn new(state: &Path) -> Self {
        let path = state.join(NAME);
        let state = Real::open(state)
            .inspect_err(|error| tracing::warn!(%error, "known devices cannot be kept"))
            .ok();
        Self { state, path, written: Instant::now(), bytes: 0 }
    }

    pub(super) fn read(&self) -> Devices {
        match read_bounded(&self.path, MAX_BYTES) {
            Ok(text) => Devices::read(&String::from_utf8_lossy(&text)),
            Err(error) => {
                if error.kind() != std::io::ErrorKind::NotFound {
                    tracing::warn!(%error, "known devices cannot be read");
                }
                Devices::default()
            }
        }
    }

    pub(super) fn keep_if_due(&mut self, devices: &mut Devices) {
        let more = u64::try_from(self.bytes / 50_000).unwrap_or(0) * 60;
        let due = match devices.change() {
            Change::None => return,
            Change::Little => LITTLE,
            Change::Much => MUCH + Duration::from_secs(more),
        };
        if self.written.elapsed() >= due {
            self.keep(devices);
        }
    }

    pub(super) fn keep(&mut self, devices: &mut Devices) {
        let Some(state) = &self.state else { return };
        let text = devices.keep();
        (self.written, self.bytes) = (Instant::now(), text.len());
        if let Err(error) = state.replace(NAME, text.as_bytes()) {
            tracing::warn!(%error, "known devices cannot be kept");
        }
    }
}
