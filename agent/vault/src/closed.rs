//! A store that is not open: what can be said of it without a key, and the tries to open it. Keep
//! one [`Closed`] for as long as the store stays locked: it knows since when there is a wait.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use seal::Key;
use seal::keys::{SlotKind, SlotState};

use crate::attempts::{AttemptsFile, wait_after};
use crate::copies::{FileError, cannot};
use crate::create::{self, CreateError};
use crate::keyfile::Locked;
use crate::open::{self, Failures, OpenError};
use crate::unlock::Unlock;
use crate::writer::Limits;
use crate::{Clock, Store};

/// A recovery key is tried at most this often.
const RECOVERY_WAIT: Duration = Duration::from_secs(1);

/// What a directory holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// No store.
    Missing,
    /// A store with these slots in use.
    Locked {
        /// Its kinds.
        slots: Vec<SlotKind>,
    },
    /// A store of a higher number lies beside it, which a newer program wrote.
    HigherNumber(u32),
    /// Neither copy of the key file is whole: restore it from a backup, then unlock.
    Damaged,
}

/// A store's directory, and how often it was tried.
#[derive(Debug)]
pub struct Closed {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    limits: Limits,
    tries: Mutex<Tries>,
}

/// By the clock that nobody can set.
#[derive(Debug)]
struct Tries {
    /// When the last passphrase failed; the start of the process for earlier ones.
    failed: Duration,
    recovery: Option<Duration>,
}

impl Closed {
    /// The store at `path` (`…/store.1`), there or not.
    #[must_use]
    pub fn new(path: &Path, clock: Arc<dyn Clock>) -> Self {
        let tries = Mutex::new(Tries { failed: clock.now().since_start, recovery: None });
        Self { path: path.to_owned(), clock, limits: Limits::default(), tries }
    }

    /// With other limits of seals, for tests of them.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What is there.
    ///
    /// # Errors
    /// [`FileError`] when the directory or the key file cannot be read.
    pub fn inspect(&self) -> Result<State, FileError> {
        if let Some(number) = self.higher()? {
            return Ok(State::HigherNumber(number));
        }
        if !fs::exists(&self.path).map_err(cannot("look for", &self.path))? {
            return Ok(State::Missing);
        }
        Ok(match Locked::read(&self.path)? {
            None => State::Damaged,
            Some(locked) => State::Locked {
                slots: locked.file.slots.iter().flatten().map(|slot| slot.kind).collect(),
            },
        })
    }

    /// Makes the store, and opens it.
    ///
    /// # Errors
    /// See [`CreateError`].
    pub fn create(&self, unlock: &Unlock) -> Result<Store, CreateError> {
        let _one = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        create::create(&self.path, unlock, &self.clock)?;
        let opened = self.master(unlock, None).and_then(|(locked, master)| {
            open::open(&self.path, locked, master, &self.clock, self.limits, Failures::default())
        });
        opened.map_err(|error| CreateError::Open(Box::new(error)))
    }

    /// Failed tries of the passphrase so far, and how long the next has to wait. Zero for a store
    /// without a passphrase.
    ///
    /// # Errors
    /// [`FileError`] when they cannot be read.
    pub fn failures(&self) -> Result<(u32, Duration), FileError> {
        if !self.has_passphrase()? {
            return Ok((0, Duration::ZERO));
        }
        let failures = AttemptsFile::open(&self.path)?.now.failures;
        let tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((failures, self.remaining(failures, &tries)))
    }

    /// Tries of the passphrase are counted; a file of them that is gone counts as a broken one.
    fn has_passphrase(&self) -> Result<bool, FileError> {
        Ok(match self.inspect()? {
            State::Locked { slots } => slots.contains(&SlotKind::Passphrase),
            _ => false,
        })
    }

    fn remaining(&self, failures: u32, tries: &Tries) -> Duration {
        let gone = self.clock.now().since_start.saturating_sub(tries.failed);
        wait_after(failures).saturating_sub(gone)
    }

    /// Opens the store. Blocks: Argon2, and reading everything that is live. One try at a time;
    /// a failed passphrase is on the disk before it is tested.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(&self, unlock: &Unlock) -> Result<Store, OpenError> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = match self.inspect()? {
            State::Missing => return Err(OpenError::Missing),
            State::HigherNumber(number) => return Err(OpenError::HigherNumber(number)),
            State::Damaged => return Err(OpenError::KeyFile),
            State::Locked { slots } => slots.contains(&SlotKind::Passphrase),
        };
        create::remove_leftover(&self.path)?;
        let mut attempts = counts.then(|| AttemptsFile::open(&self.path)).transpose()?;
        let now = self.clock.now();
        match (unlock.kind(), &mut attempts) {
            (SlotKind::Passphrase, Some(attempts)) => {
                let wait = self.remaining(attempts.now.failures, &tries);
                if !wait.is_zero() {
                    return Err(OpenError::Wait(wait));
                }
                attempts.failed(now.wall)?;
            }
            (SlotKind::Recovery, _) => {
                let last = tries.recovery.replace(now.since_start);
                let gone = last.map(|last| now.since_start.saturating_sub(last));
                if let Some(wait) = gone.and_then(|gone| RECOVERY_WAIT.checked_sub(gone))
                    && !wait.is_zero()
                {
                    tries.recovery = last;
                    return Err(OpenError::Wait(wait));
                }
            }
            _ => {}
        }
        let counted = unlock.kind() == SlotKind::Passphrase && attempts.is_some();
        let (locked, master) = match self.master(unlock, attempts.as_ref()) {
            Err(error) if !counted => return Err(error),
            Err(error) => {
                tries.failed = self.clock.now().since_start;
                return Err(error);
            }
            Ok(opened) => opened,
        };
        let failures = attempts.as_ref().map_or(Failures::default(), |attempts| Failures {
            // This try was counted, and is none.
            count: attempts.now.failures.saturating_sub(u32::from(counted)),
            first: attempts.now.first,
            last: attempts.now.last,
        });
        let opened = open::open(&self.path, locked, master, &self.clock, self.limits, failures);
        match (&opened, &mut attempts) {
            (Ok(_), Some(attempts)) => attempts.succeeded()?,
            // The secret was the right one: what failed is the disk. The tries before it still count.
            (Err(_), Some(attempts)) if counted => attempts.take_back()?,
            _ => {}
        }
        opened
    }

    /// The master key.
    fn master(
        &self,
        unlock: &Unlock,
        attempts: Option<&AttemptsFile>,
    ) -> Result<(Locked, Key), OpenError> {
        let locked = Locked::read(&self.path)?.ok_or(OpenError::KeyFile)?;
        let kind = unlock.kind();
        let slots = locked.file.slots.iter().flatten();
        // A recovery key that was not typed back opens nothing yet.
        let slots = slots.filter(|slot| slot.kind == kind && slot.state == SlotState::InUse);
        let mut none = true;
        for slot in slots {
            none = false;
            if let Some(master) = unlock.open(slot, &locked.file.store)? {
                return Ok((locked, master));
            }
        }
        if none {
            return Err(OpenError::NoSlot);
        }
        let failures = attempts.map_or(0, |attempts| attempts.now.failures);
        Err(OpenError::WrongSecret { failures, wait: wait_after(failures) })
    }

    /// The highest number of a store beside this one that is higher.
    fn higher(&self) -> Result<Option<u32>, FileError> {
        let Some(own) = number(&self.path) else { return Ok(None) };
        let Some(directory) = self.path.parent() else { return Ok(None) };
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot("read", directory)(error)),
        };
        let numbers = entries.flatten().filter_map(|entry| number(&entry.path()));
        Ok(numbers.filter(|number| *number > own).max())
    }
}

/// The number of a directory named `store.<number>`.
fn number(path: &Path) -> Option<u32> {
    path.file_name()?.to_str()?.strip_prefix("store.")?.parse().ok()
}
