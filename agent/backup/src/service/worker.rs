//! Whoever copies to one target, on a thread of its own: it waits, copies, clears up and drills as the plan says.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use vault::{Feed, Since};

use super::kept::{Copied, Drilled, Kept};
use super::keyed::{Ends, Keyed};
use super::plan::{self, Asked, Failed, Job, Next, Past};
use super::room::has_room;
use super::why::Why;
use super::{Chosen, Doing, Failing, Parts, Said, Told};
use crate::drill::{causes, drill};
use crate::keys::KeyRepository;
use crate::pruning::PruneError;
use crate::repository::{CopyError, Extent, OpenError, Repository as _};
use crate::restic::{Names, Restic};

/// A drill that could not begin is tried again after this.
const DRILL_AGAIN: u64 = 3_600_000;
/// The way to a target that is not reached is asked for this often, ms; and whenever a person wants a copy.
const ASKED_AGAIN: u64 = 3_600_000;

/// What a worker is told.
#[derive(Debug)]
pub enum Command {
    /// To copy now; copies that are gone are begun anew.
    Copy,
    /// To drill now.
    Drill,
}

/// See the module.
pub struct Worker {
    pub parts: Arc<Parts>,
    pub chosen: Arc<Chosen>,
    /// Where is remembered what has to be.
    pub file: PathBuf,
    pub told: Arc<Mutex<Told>>,
    pub ending: Arc<AtomicBool>,
    pub commands: Receiver<Command>,
    pub feed: Feed,
    pub drills: Arc<Mutex<()>>,
    pub state: State,
}

/// What a worker knows.
#[derive(Default)]
pub struct State {
    kept: Kept,
    whole: Option<u64>,
    drilled: Option<u64>,
    failing: Option<Failing>,
    /// Tries in a row that failed.
    times: u32,
    asked: Asked,
    taken: Option<Since>,
    open: Option<Open>,
    days_late: Option<u32>,
    /// When the way was asked for.
    wanted: Option<u64>,
}

struct Open {
    copies: Restic,
    keys: KeyRepository,
}

impl State {
    pub fn of(kept: Kept) -> Self {
        Self { drilled: kept.drill.as_ref().map(|drill| drill.at), kept, ..Self::default() }
    }

    fn failed(&self) -> Option<Failed> {
        let Failing { why, last, .. } = self.failing?;
        Some(Failed { at: last, times: self.times, by_hand: why.is_by_hand() })
    }
}

impl Worker {
    /// Works until it is to end.
    pub fn run(mut self) {
        while !self.ending.load(Ordering::Relaxed) {
            let now = self.parts.around.now();
            self.tell_when_late(now);
            let past = Past {
                good: self.state.kept.good,
                whole: self.state.whole,
                cleared: self.state.kept.cleared,
                drilled: self.state.drilled,
                failed: self.state.failed(),
            };
            let command = match plan::next(&past, self.state.asked, now) {
                Next::Do(job) => {
                    self.work(job);
                    match self.commands.try_recv() {
                        Ok(command) => command,
                        Err(std::sync::mpsc::TryRecvError::Empty) => continue,
                        Err(std::sync::mpsc::TryRecvError::Disconnected) => return,
                    }
                }
                Next::Wait(ms) => {
                    self.show(None, Some(now.saturating_add(ms)));
                    let stretch = Duration::from_millis(ms).min(self.parts.stretch);
                    match self.commands.recv_timeout(stretch) {
                        Ok(command) => command,
                        Err(RecvTimeoutError::Timeout) => continue,
                        Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
            };
            match command {
                Command::Copy => self.state.asked.copy = true,
                Command::Drill => self.state.asked.drill = true,
            }
        }
    }

    fn work(&mut self, job: Job) {
        let doing = match job {
            Job::Copy(_) => Doing::Copying,
            Job::Clear => Doing::Clearing,
            Job::Drill => Doing::Drilling,
        };
        self.show(Some(doing), None);
        match job {
            Job::Copy(extent) => {
                let by_hand = std::mem::take(&mut self.state.asked.copy);
                let began = self.parts.around.now();
                match self.copy(extent, began, by_hand) {
                    Ok(()) => {
                        self.state.kept.good = Some(began);
                        (self.state.failing, self.state.times) = (None, 0);
                        self.state.days_late = None;
                    }
                    Err(why) => self.fails(why, by_hand),
                }
            }
            Job::Clear => self.clear(),
            Job::Drill => {
                self.state.asked.drill = false;
                if let Err(why) = self.drill() {
                    let now = self.parts.around.now();
                    self.state.drilled = Some(now.saturating_sub(plan::DRILLED - DRILL_AGAIN));
                    tracing::warn!(target = self.chosen.name, ?why, "no drill of the copies");
                    self.lock().drill_failed = Some((now, why));
                } else {
                    self.lock().drill_failed = None;
                }
            }
        }
        // The file is that of whoever came in its place, or of nobody any more.
        if self.ending.load(Ordering::Relaxed) {
            return;
        }
        if let Err(error) = self.state.kept.write(&self.file) {
            tracing::warn!(%error, "what became of copies is not remembered");
        }
        self.show(None, None);
    }

    fn fails(&mut self, why: Why, by_hand: bool) {
        if self.ending.load(Ordering::Relaxed) {
            return;
        }
        let now = self.parts.around.now();
        self.state.times = self.state.times.saturating_add(1);
        let since = self.state.failing.as_ref().map_or(now, |failing| failing.since);
        self.state.failing = Some(Failing { why, since, last: now });
        // What stands between is not known after a failure: it is looked at anew.
        self.state.open = None;
        self.state.whole = None;
        let recently = |at: u64| now.checked_sub(at).is_some_and(|ago| ago < ASKED_AGAIN);
        if why.may_be_shut() && (by_hand || !self.state.wanted.is_some_and(recently)) {
            self.state.wanted = Some(now);
            self.wants_way();
        }
    }

    /// Asks for the way there: an admin may have taken it away, or never given it.
    fn wants_way(&self) {
        if let Some(wants) = self.chosen.place.wants(&self.chosen.name) {
            (self.parts.say)(wants);
        }
    }

    fn tell_when_late(&mut self, now: u64) {
        let days = plan::days_late(self.state.kept.good, self.chosen.made, now);
        if let Some(days) = days.filter(|days| self.state.days_late.is_none_or(|told| told < *days))
        {
            self.state.days_late = Some(days);
            (self.parts.say)(Said::Late { name: self.chosen.name.clone(), days });
        }
    }

    fn copy(&mut self, extent: Extent, began: u64, by_hand: bool) -> Result<(), Why> {
        if extent == Extent::Whole {
            // Whether all that a copy needs is still there is seen by opening it.
            self.state.open = None;
        }
        self.open(by_hand)?;
        let State { kept, taken, open, whole, .. } = &mut self.state;
        let Some(Open { copies, keys }) = open else { return Err(Why::Nothing) };
        let mut source = Keyed {
            store: &self.parts.store,
            feed: &mut self.feed,
            taken,
            keys,
            ending: &self.ending,
            old_keys_kept: kept.old_keys_kept,
        };
        let unchanged = extent == Extent::Journal && !by_hand && {
            source.is_unchanged().map_err(|error| logged(&self.chosen, &*error, Why::Store))?
        };
        if unchanged {
            return Ok(());
        }
        let mut made = copies.copy(extent, &mut source);
        let mut is_whole = extent == Extent::Whole;
        if matches!(made, Err(CopyError::Lost | CopyError::NoBase)) && !is_whole {
            is_whole = true;
            made = copies.copy(Extent::Whole, &mut source);
        }
        let old_keys_kept = source.old_keys_kept;
        let made = made.map_err(|error| {
            let why = Why::from(&error);
            logged(&self.chosen, &error, why)
        })?;
        if is_whole {
            *whole = Some(began);
        }
        kept.old_keys_kept = old_keys_kept;
        let took = self.parts.around.now().saturating_sub(began);
        kept.copied = Some(Copied { at: began, sent: made.sent, took });
        let target = &self.chosen.name;
        tracing::info!(target, sent = made.sent, whole = is_whole, "a copy was made");
        if kept.protection.is_none() {
            match copies.protection() {
                Ok(protection) => {
                    (kept.protection, kept.tried) = (Some(protection), Some(began));
                }
                Err(error) => {
                    let error = causes(&error).join(": ");
                    tracing::warn!(error, target, "what a target lets us do is not known");
                }
            }
        }
        Ok(())
    }

    /// Opens what is at the target, or makes it where nothing ever was.
    fn open(&mut self, anew: bool) -> Result<(), Why> {
        if self.state.open.is_some() {
            return Ok(());
        }
        let is_new = self.state.kept.good.is_none() || anew;
        let opened = (|| -> Result<Open, OpenFailed> {
            let (around, key) = (&self.parts.around, &self.chosen.key);
            let [copies, keys] = around.targets(&self.chosen.place, self.chosen.limit.as_ref())?;
            let sheet = Some(self.chosen.place.sheet_mark());
            let names = || Names { sheet: sheet.clone(), ..around.names() };
            let clock = || around.clock();
            let copies = match Restic::open(copies.clone(), &key.of_copies(), names(), clock()) {
                Err(OpenError::Nothing) if is_new => {
                    Restic::create(copies, &key.of_copies(), names(), clock())?
                }
                Err(OpenError::Nothing) => return Err(OpenFailed::Gone),
                opened => opened?,
            };
            let keys = match KeyRepository::open(keys.clone(), &key.of_keys(), names(), clock()) {
                Err(OpenError::Nothing) => {
                    KeyRepository::create(keys, &key.of_keys(), names(), clock())?
                }
                opened => opened?,
            };
            Ok(Open { copies, keys })
        })();
        self.state.open = Some(opened.map_err(|failed| match &failed {
            OpenFailed::Gone => logged(&self.chosen, &failed, Why::Gone),
            OpenFailed::Open(error) => logged(&self.chosen, &failed, error.into()),
            OpenFailed::Here(_) => logged(&self.chosen, &failed, Why::Store),
        })?);
        Ok(())
    }

    fn clear(&mut self) {
        let now = self.parts.around.now();
        let State { kept, open, .. } = &mut self.state;
        let Some(Open { copies, .. }) = open else {
            // A copy comes first.
            self.state.whole = None;
            return;
        };
        kept.cleared = Some(now);
        kept.not_cleared = match copies.forget(&self.chosen.keep) {
            Ok(_) => None,
            Err(PruneError::Kept(_)) => Some(Why::Refused),
            Err(error) => Some(logged(&self.chosen, &error, (&error).into())),
        };
    }

    fn drill(&mut self) -> Result<(), Why> {
        let Some(Open { copies, keys }) = &self.state.open else {
            self.state.whole = None;
            return Ok(());
        };
        let _alone = self.drills.lock().unwrap_or_else(PoisonError::into_inner);
        let scratch = self.parts.scratch.clone();
        if !has_room(&self.parts.path, &scratch) {
            return Err(Why::NoRoom);
        }
        let done = drill(copies, keys, &self.parts.store, &scratch, &*self.parts.around.clock);
        let done = done.map_err(|error| logged(&self.chosen, &error, (&error).into()))?;
        let drilled = Drilled::of(&done);
        let (target, good) = (&self.chosen.name, drilled.good);
        if good {
            tracing::info!(target, took = drilled.took, "a copy was restored and compared");
        } else {
            tracing::error!(target, faults = ?drilled.faults, "a copy is not what it should be");
            (self.parts.say)(Said::Bad { name: self.chosen.name.clone() });
        }
        let kept = &mut self.state.kept;
        if let Some(protection) = done.protection {
            (kept.protection, kept.tried) = (Some(protection), Some(drilled.at));
        }
        self.state.drilled = Some(drilled.at);
        kept.drill = Some(drilled);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, doing: Option<Doing>, next: Option<u64>) {
        let mut told = self.lock();
        told.doing = doing;
        told.kept = self.state.kept.clone();
        told.failing = self.state.failing;
        told.next = next;
    }
}

/// Why nothing could be opened.
#[derive(Debug, thiserror::Error)]
enum OpenFailed {
    #[error("the copies that were there are gone")]
    Gone,
    #[error("the copies cannot be opened")]
    Open(#[from] OpenError),
    #[error("no connection can be made")]
    Here(#[from] io::Error),
}

fn logged(chosen: &Chosen, error: &(dyn Error + 'static), why: Why) -> Why {
    if error.is::<Ends>() || error.source().is_some_and(|source| source.is::<Ends>()) {
        return why;
    }
    tracing::warn!(target = chosen.name, error = causes(error).join(": "), "no copy");
    why
}
