//! A store that is not open: what can be said of it without a key, and the tries to open it. Keep
//! one [`Closed`] for as long as the store stays locked: it knows since when there is a wait.
//!
//! A passphrase can be guessed, so its tries are few. A recovery key has 160 random bits: nobody's
//! tries make its owner wait.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use addresses::Network;
use seal::Key;
use seal::keys::{SlotKind, SlotState};

use crate::attempts::{AttemptsFile, FREE, wait_after};
use crate::copies::{FileError, cannot};
use crate::create::{self, CreateError};
use crate::keyfile::Locked;
use crate::open::{self, Failures, OpenError};
use crate::turns::Turns;
use crate::unlock::Unlock;
use crate::writer::Limits;
use crate::{Actor, Clock, Store};

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
    /// Argon2 runs once at a time: it takes 64 MiB.
    deriving: Mutex<()>,
}

/// By the clock that nobody can set.
#[derive(Debug)]
struct Tries {
    /// When the last passphrase was tried; `None` when none was since the start of the process.
    last: Option<Duration>,
    start: Duration,
    turns: Turns,
}

/// A secret that was the right one: see [`Closed::open_proved`].
#[derive(Debug)]
pub struct Proved {
    locked: Locked,
    master: Key,
    /// Where it came from, for the log.
    from: Option<IpAddr>,
}

/// A try that was counted before it is judged.
#[derive(Debug, Clone, Copy)]
struct Charge {
    place: Option<Network>,
    /// It was a turn of the place's own.
    own: bool,
}

impl Closed {
    /// The store at `path` (`…/store.1`), there or not.
    #[must_use]
    pub fn new(path: &Path, clock: Arc<dyn Clock>) -> Self {
        let now = clock.now().since_start;
        let tries = Mutex::new(Tries { last: None, start: now, turns: Turns::new(now) });
        let (limits, deriving) = (Limits::default(), Mutex::default());
        Self { path: path.to_owned(), clock, limits, tries, deriving }
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
            Some(locked) => {
                let slots = locked.file.slots.iter().flatten();
                let slots = slots.filter(|slot| slot.state == SlotState::InUse);
                State::Locked { slots: slots.map(|slot| slot.kind).collect() }
            }
        })
    }

    /// Makes the store, and opens it.
    ///
    /// # Errors
    /// See [`CreateError`].
    pub fn create(&self, unlock: &Unlock) -> Result<Store, CreateError> {
        let _one = self.deriving.lock().unwrap_or_else(PoisonError::into_inner);
        create::create(&self.path, unlock, &self.clock)?;
        let opened = self.master(unlock).and_then(|found| {
            let (locked, master) = found.ok_or(OpenError::KeyFile)?;
            let (none, by) = (Failures::default(), Actor::default());
            open::open(&self.path, locked, master, &self.clock, self.limits, none, &by)
        });
        opened.map_err(|error| CreateError::Open(Box::new(error)))
    }

    /// Failed tries of the passphrase so far, and how long the next has to wait, unless it is of an
    /// address that has turns of its own. Zero for a store without a passphrase.
    ///
    /// # Errors
    /// [`FileError`] when they cannot be read.
    pub fn failures(&self) -> Result<(u32, Duration), FileError> {
        let State::Locked { slots } = self.inspect()? else { return Ok((0, Duration::ZERO)) };
        if !slots.contains(&SlotKind::Passphrase) {
            return Ok((0, Duration::ZERO));
        }
        // A file of them that is gone counts as a broken one.
        let failures = AttemptsFile::failed_tries(&self.path)?.now.failures;
        Ok((failures, self.tries().wait(failures, self.now())))
    }

    /// How long somebody at this address has to wait before the next passphrase is judged. Counts nothing.
    ///
    /// # Errors
    /// [`FileError`] when the tries cannot be read.
    pub fn wait(&self, from: Option<IpAddr>) -> Result<Duration, FileError> {
        let (_, wait) = self.failures()?;
        if wait.is_zero() {
            return Ok(wait);
        }
        let (tries, now) = (self.tries(), self.now());
        let Some(place) = from.map(Network::of).filter(|_| tries.last.is_some()) else {
            return Ok(wait);
        };
        let turn = tries.turns.wait(place, now);
        if !turn.is_zero() {
            return Ok(wait.min(turn));
        }
        let all = AttemptsFile::turns(&self.path)?.now.failures;
        Ok(wait.min(tries.turns.wait_of_all(all, now)))
    }

    /// Opens the store, for a caller that has no address. See [`Closed::prove`] and
    /// [`Closed::open_proved`].
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(&self, unlock: &Unlock) -> Result<Store, OpenError> {
        self.open_proved(self.prove(unlock, None)?)
    }

    /// Judges what somebody at this address gave. Blocks for Argon2, one passphrase at a time; its
    /// try is on the disk as a failed one before it is judged. A recovery key waits for nobody.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn prove(&self, unlock: &Unlock, from: Option<IpAddr>) -> Result<Proved, OpenError> {
        let slots = match self.inspect()? {
            State::Missing => return Err(OpenError::Missing),
            State::HigherNumber(number) => return Err(OpenError::HigherNumber(number)),
            State::Damaged => return Err(OpenError::KeyFile),
            State::Locked { slots } => slots,
        };
        let kind = unlock.kind();
        if !slots.contains(&kind) {
            return Err(OpenError::NoSlot);
        }
        if kind != SlotKind::Passphrase {
            let (locked, master) = self.master(unlock)?.ok_or(OpenError::WrongSecret {
                failures: 0,
                left: 0,
                wait: Duration::ZERO,
            })?;
            return Ok(Proved { locked, master, from });
        }
        let charge = self.charge(from.map(Network::of))?;
        let judged = {
            let _one = self.deriving.lock().unwrap_or_else(PoisonError::into_inner);
            self.master(unlock)?
        };
        match judged {
            Some((locked, master)) => {
                self.take_back(charge)?;
                Ok(Proved { locked, master, from })
            }
            None => Err(self.wrong(charge.place)?),
        }
    }

    /// Opens the store with a secret that was judged. Blocks: reads everything that is live.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_proved(&self, proved: Proved) -> Result<Store, OpenError> {
        let Proved { locked, master, from } = proved;
        create::remove_leftover(&self.path)?;
        let slots = locked.file.slots.iter().flatten();
        let counts = slots.into_iter().any(|slot| slot.kind == SlotKind::Passphrase);
        let before = match counts {
            true => AttemptsFile::failed_tries(&self.path)?.now,
            false => Default::default(),
        };
        let failures = Failures { count: before.failures, first: before.first, last: before.last };
        let by = Actor { address: from, ..Actor::default() };
        let store =
            open::open(&self.path, locked, master, &self.clock, self.limits, failures, &by)?;
        if counts {
            // Somebody may be counted at this moment.
            let _tries = self.tries();
            AttemptsFile::failed_tries(&self.path)?.succeeded()?;
        }
        Ok(store)
    }

    /// Counts a try, if there may be one now.
    fn charge(&self, place: Option<Network>) -> Result<Charge, OpenError> {
        let mut tries = self.tries();
        let moment = self.clock.now();
        let now = moment.since_start;
        let mut failed = AttemptsFile::failed_tries(&self.path)?;
        let wait = tries.wait(failed.now.failures, now);
        let own = !wait.is_zero();
        if own {
            let until = |turn: Duration| OpenError::Wait(wait.min(turn));
            // A restart forgets who had which turns: it gives nobody any, before the wait from then on.
            let place = place.filter(|_| tries.last.is_some()).ok_or(OpenError::Wait(wait))?;
            let turn = tries.turns.wait(place, now);
            if !turn.is_zero() {
                return Err(until(turn));
            }
            let mut all = AttemptsFile::turns(&self.path)?;
            let count = tries.turns.one_of_all(all.now.failures, now).map_err(until)?;
            all.set(count, moment.wall)?;
        }
        failed.one_more(moment.wall)?;
        tries.last = Some(now);
        if let Some(place) = place {
            tries.turns.tried(place, now);
        }
        Ok(Charge { place, own })
    }

    /// The try was none: its passphrase was the right one.
    fn take_back(&self, charge: Charge) -> Result<(), FileError> {
        let mut tries = self.tries();
        if let Some(place) = charge.place {
            tries.turns.take_back(place);
        }
        if charge.own {
            AttemptsFile::turns(&self.path)?.take_back()?;
        }
        AttemptsFile::failed_tries(&self.path)?.take_back()
    }

    /// What somebody is told whose passphrase was wrong.
    fn wrong(&self, place: Option<Network>) -> Result<OpenError, FileError> {
        let (tries, now) = (self.tries(), self.now());
        let failures = AttemptsFile::failed_tries(&self.path)?.now.failures;
        let own = place.map_or(0, |place| tries.turns.left(place, now));
        let left = FREE.saturating_sub(failures).max(own);
        let wait = if left > 0 { Duration::ZERO } else { tries.wait(failures, now) };
        Ok(OpenError::WrongSecret { failures, left, wait })
    }

    /// The master key, from the slot that this secret opens.
    fn master(&self, unlock: &Unlock) -> Result<Option<(Locked, Key)>, OpenError> {
        let locked = Locked::read(&self.path)?.ok_or(OpenError::KeyFile)?;
        let kind = unlock.kind();
        let slots = locked.file.slots.iter().flatten();
        // A recovery key that was not typed back opens nothing yet.
        let slots = slots.filter(|slot| slot.kind == kind && slot.state == SlotState::InUse);
        for slot in slots {
            if let Some(master) = unlock.open(slot, &locked.file.store)? {
                return Ok(Some((locked, master)));
            }
        }
        Ok(None)
    }

    fn tries(&self) -> MutexGuard<'_, Tries> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.clock.now().since_start
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

impl Tries {
    /// How long everybody waits after so many failures.
    fn wait(&self, failures: u32, now: Duration) -> Duration {
        wait_after(failures).saturating_sub(now.saturating_sub(self.last.unwrap_or(self.start)))
    }
}

/// The number of a directory named `store.<number>`.
fn number(path: &Path) -> Option<u32> {
    path.file_name()?.to_str()?.strip_prefix("store.")?.parse().ok()
}
