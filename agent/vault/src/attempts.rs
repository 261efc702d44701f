//! Tries of the passphrase, counted on the disk **before** each is tested, so that pulling the plug
//! gives nobody another one: those that failed since the last success, and the turns that addresses
//! had of their own meanwhile.

use std::path::Path;
use std::time::Duration;

use seal::attempts::{Attempts, SLOT};

use crate::copies::{FileError, InPlace};
use crate::turns;

/// Failed tries.
const FAILED: &str = "attempts";
/// Turns of addresses.
const TURNS: &str = "attempts-turns";
/// What counts when neither slot is readable.
const BROKEN: u32 = 10;
/// So many failures cost nothing but the time of Argon2.
pub const FREE: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// A file of one count: two slots, written in turn.
#[derive(Debug)]
pub struct AttemptsFile {
    file: InPlace,
    /// What counts now.
    pub now: Attempts,
}

/// Makes both files in the directory of a new store.
pub fn create(directory: &Path) -> Result<(), FileError> {
    for name in [FAILED, TURNS] {
        let file = InPlace::open(&directory.join(name))?;
        file.grow(2 * SLOT as u64)?;
        let mut made = AttemptsFile { file, now: Attempts::default() };
        made.write()?;
        made.write()?;
    }
    Ok(())
}

impl AttemptsFile {
    /// Failed tries since the last success; ten when that cannot be read.
    pub fn failed_tries(directory: &Path) -> Result<Self, FileError> {
        Self::open(&directory.join(FAILED), BROKEN)
    }

    /// Turns of addresses that have not come back yet; all of them when that cannot be read.
    pub fn turns(directory: &Path) -> Result<Self, FileError> {
        Self::open(&directory.join(TURNS), turns::ALL)
    }

    /// Takes the newer of the slots that are whole.
    fn open(path: &Path, broken: u32) -> Result<Self, FileError> {
        let file = InPlace::open(path)?;
        let bytes = file.read()?;
        let slots = bytes.chunks(SLOT).take(2).filter_map(|slot| Attempts::decode(slot).ok());
        let newest = slots.max_by_key(|slot| slot.generation);
        let now = newest.unwrap_or(Attempts { failures: broken, ..Attempts::default() });
        Ok(Self { file, now })
    }

    /// Counts one more, on the disk when this returns.
    pub fn one_more(&mut self, time: u64) -> Result<(), FileError> {
        self.set(self.now.failures.saturating_add(1), time)
    }

    /// So many count, and one of them is of now; on the disk when this returns.
    pub fn set(&mut self, count: u32, time: u64) -> Result<(), FileError> {
        if self.now.failures == 0 {
            self.now.first = time;
        }
        self.now.failures = count;
        self.now.last = time;
        self.write()
    }

    /// The last one counted was none.
    pub fn take_back(&mut self) -> Result<(), FileError> {
        self.now.failures = self.now.failures.saturating_sub(1);
        self.write()
    }

    /// Counts from 0 again.
    pub fn succeeded(&mut self) -> Result<(), FileError> {
        self.now = Attempts { generation: self.now.generation, ..Attempts::default() };
        self.write()
    }

    fn write(&mut self) -> Result<(), FileError> {
        self.now.generation += 1;
        let at = (self.now.generation % 2) * SLOT as u64;
        self.file.write(at, &self.now.encode())
    }
}

/// How long to wait after so many failures: none up to the fourth, then 30 s × 2^(n−5), at most
/// 15 minutes.
pub fn wait_after(failures: u32) -> Duration {
    match failures.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(doublings) => {
            let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
            FIRST_WAIT.saturating_mul(factor.max(1)).min(LONGEST_WAIT)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_from_the_fifth_failure_on_and_end_at_a_quarter_of_an_hour() {
        let waits = [0, 4, 5, 6, 9, 10, 40, u32::MAX].map(|n| wait_after(n).as_secs());
        assert_eq!(waits, [0, 0, 30, 60, 480, 900, 900, 900]);
    }
}
