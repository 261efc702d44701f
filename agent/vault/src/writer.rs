//! The one thread that writes. It takes what waits, lets each `decide` plan, seals the plans one
//! after the other, writes them as one commit, tells the views, and then answers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use seal::audit::Mark;

use crate::applied::Applied;
use crate::batch::{Batch, Standing};
use crate::digest::Digester;
use crate::engine::{Change, EngineError, MAX_BATCH};
use crate::entry::{self, Saying};
use crate::head::Head;
use crate::job::{CommitError, Job};
use crate::keyfile::KeyFile;
use crate::keyring::SealFailed;
use crate::load::Total;
use crate::persons::PersonFile;
use crate::plan::{self, Sealed};
use crate::reader::Reader;
use crate::shared::Shared;
use crate::{Access, Actor, Clock};

/// List reads wait at most so long for company.
const GATHER: Duration = Duration::from_secs(1);
/// List reads that wait at most.
const MAX_NOTES: usize = 1_000;
/// No more batches join a group above this, bytes.
const GROUP: usize = 1 << 20;
/// Room for the head record in a commit, bytes.
const HEAD_ROOM: usize = 4 << 10;

/// What the thread is told.
pub enum Message {
    /// A batch that may join others.
    Job(Box<dyn Job>),
    /// Something that is done alone, between groups.
    Alone(Box<dyn FnOnce(&mut Writer) + Send>),
    /// A list read.
    Note(Access),
    /// The last one.
    Close(Actor, tokio::sync::oneshot::Sender<Result<(), CommitError>>),
}

/// All that only the thread touches.
pub struct Writer {
    /// Engine and keys.
    pub reader: Reader,
    /// What handles see.
    pub shared: Arc<Shared>,
    /// Where the store stands once the group is written.
    pub head: Head,
    /// Makes elements of the live digest.
    pub digester: Digester,
    /// Person keys on the disk.
    pub persons: PersonFile,
    /// `keys` and its copy.
    pub keyfile: KeyFile,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// When a new epoch of table keys begins, and when sealing ends.
    pub limits: Limits,
    /// Batches sealed, not yet written.
    pub units: Vec<Unit>,
    /// What they changed.
    pub standing: Standing,
    /// For the views.
    pub applied: Vec<Applied>,
    /// All live parts as they were found at opening.
    pub found: Total,
    /// Where the store stood then.
    pub stood: Head,
    waiting: Vec<Box<dyn Job>>,
    notes: Vec<Access>,
    notes_due: Option<Instant>,
}

/// Seals since the epoch began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// At so many all table keys get a new epoch.
    pub new_epoch: u64,
    /// At so many nothing is sealed any more.
    pub refuse: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { new_epoch: 1 << 30, refuse: 1 << 31 }
    }
}

/// A sealed batch, and where the store stands after it.
#[derive(Debug)]
pub struct Unit {
    changes: Vec<Change>,
    size: usize,
    after: Head,
}

impl Writer {
    /// Over these, with nothing waiting.
    #[allow(clippy::too_many_arguments, reason = "each is a part of its own")]
    pub fn new(
        reader: Reader,
        shared: Arc<Shared>,
        head: Head,
        digester: Digester,
        persons: PersonFile,
        keyfile: KeyFile,
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Self {
        Self {
            reader,
            shared,
            stood: head.clone(),
            found: Total::default(),
            head,
            digester,
            persons,
            keyfile,
            clock,
            limits,
            units: Vec::new(),
            standing: Standing::default(),
            applied: Vec::new(),
            waiting: Vec::new(),
            notes: Vec::new(),
            notes_due: None,
        }
    }

    /// Works until it is told to close or nobody holds the store any more.
    pub fn run(mut self, messages: &Receiver<Message>) {
        let mut carried = None;
        loop {
            let message = match carried.take() {
                Some(message) => message,
                None => match self.wait(messages) {
                    Ok(message) => message,
                    Err(RecvTimeoutError::Timeout) => {
                        self.flush();
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return self.abandon(),
                },
            };
            match message {
                Message::Note(access) => self.note(access),
                Message::Alone(work) => work(&mut self),
                Message::Close(actor, answer) => {
                    let _ = answer.send(self.close(&actor));
                    return;
                }
                Message::Job(job) => {
                    self.take(job);
                    carried = self.gather(messages);
                    self.flush();
                }
            }
        }
    }

    fn wait(&self, messages: &Receiver<Message>) -> Result<Message, RecvTimeoutError> {
        match self.notes_due {
            None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) => messages.recv_timeout(due.saturating_duration_since(Instant::now())),
        }
    }

    /// Takes the batches that wait already into the group.
    fn gather(&mut self, messages: &Receiver<Message>) -> Option<Message> {
        while self.units.iter().map(|unit| unit.size).sum::<usize>() < GROUP {
            match messages.try_recv() {
                Ok(Message::Job(job)) => self.take(job),
                Ok(Message::Note(access)) => self.note(access),
                Ok(other) => return Some(other),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        None
    }

    fn note(&mut self, access: Access) {
        self.notes.push(access);
        self.notes_due.get_or_insert_with(|| Instant::now() + GATHER);
        if self.notes.len() >= MAX_NOTES {
            self.flush();
        }
    }

    /// Lets a batch plan, and seals what it planned.
    fn take(&mut self, mut job: Box<dyn Job>) {
        if let Err(error) = self.may_seal(job.before_recovery()) {
            return job.answer(Err(error));
        }
        let mut batch = Batch::new(&self.reader, &self.standing, job.actor());
        match catch_unwind(AssertUnwindSafe(|| job.decide(&mut batch))) {
            Err(_) => return job.answer(Err(CommitError::Panicked)),
            // Its reason may rest on what the group is still to write, so it waits with it.
            Ok(false) => return self.waiting.push(job),
            Ok(true) => {}
        }
        let mut head = self.head.clone();
        let made = self.persons.make_for(&batch, &self.reader);
        let sealed = made.and_then(|made| {
            head.seals += made;
            let now = self.clock.now().wall;
            plan::seal(batch, &mut head, &self.reader.keys(), &self.digester, now)
        });
        match sealed {
            Err(error) => job.answer(Err(CommitError::Seal(error))),
            Ok(sealed) if sealed.size() > MAX_BATCH - HEAD_ROOM => {
                job.answer(Err(CommitError::TooLarge(sealed.size())));
            }
            Ok(sealed) => {
                self.waiting.push(job);
                self.add(sealed, head);
            }
        }
    }

    /// Puts a sealed batch into the group.
    pub fn add(&mut self, sealed: Sealed, mut head: Head) {
        head.clean = false;
        let size = sealed.size();
        self.standing.live.extend(sealed.live);
        self.standing.former.extend(sealed.former);
        self.applied.extend(sealed.applied);
        self.units.push(Unit { changes: sealed.changes, size, after: head.clone() });
        self.head = head;
    }

    /// Adds an entry that changes no record.
    pub fn add_entry(
        &mut self,
        mark: Mark,
        saying: Option<&Saying<'_>>,
        clean: bool,
    ) -> Result<(), SealFailed> {
        let mut head = self.head.clone();
        let now = self.clock.now().wall;
        let changes = entry::append(&mut head, &self.reader.keys(), now, mark, saying)?;
        let sealed = Sealed { changes, ..Sealed::default() };
        self.add(sealed, head);
        self.head.clean = clean;
        if let Some(unit) = self.units.last_mut() {
            unit.after.clean = clean;
        }
        Ok(())
    }

    /// Whether anything may be sealed now; begins a new epoch of keys when it is time.
    pub fn may_seal(&mut self, before_recovery: bool) -> Result<(), CommitError> {
        if let Some(error) = self.shared.stopped() {
            return Err(error);
        }
        if !before_recovery && self.keyfile.awaits_recovery() {
            return Err(CommitError::RecoveryNotConfirmed);
        }
        let since = self.head.seals.saturating_sub(self.head.epoch);
        if since >= self.limits.refuse {
            return Err(CommitError::SealLimit);
        }
        if since >= self.limits.new_epoch {
            self.new_epoch()?;
        }
        Ok(())
    }

    /// New keys for all tables.
    pub fn new_epoch(&mut self) -> Result<(), CommitError> {
        let made = self.keyfile.new_epoch(self.head.keys);
        let made = made.map_err(|error| self.fail(&error))?;
        self.head.seals += made.len() as u64;
        self.head.epoch = self.head.seals;
        self.head.keys = self.keyfile.generation();
        let generation = self.keyfile.generation();
        self.reader.change_keys(|keys| {
            made.into_iter().for_each(|(table, key)| keys.add_table(table, generation, key));
        });
        Ok(())
    }

    /// Writes the group, tells the views, answers.
    pub fn flush(&mut self) {
        let mut result = self.write_notes().and_then(|()| self.commit());
        if let Err(error) = &result
            && self.shared.stopped().is_none()
        {
            // What was sealed already counts on what was not written.
            let error = error.clone();
            result = Err(self.fail(&error));
        }
        self.standing = Standing::default();
        let applied = std::mem::take(&mut self.applied);
        if result.is_ok() && !applied.is_empty() {
            self.shared.tell(&applied);
        }
        for job in self.waiting.drain(..) {
            job.answer(result.clone());
        }
    }

    fn write_notes(&mut self) -> Result<(), CommitError> {
        self.notes_due = None;
        for access in std::mem::take(&mut self.notes) {
            if let Some(error) = self.shared.stopped() {
                return Err(error);
            }
            let touched = entry::only_read(&access);
            let saying = Saying {
                actor: &access.actor,
                action: access.action,
                outcome: access.outcome,
                touched: &touched,
                count: access.count,
                reason: access.reason.as_deref(),
                details: &[],
            };
            self.add_entry(Mark::Ordinary, Some(&saying), false).map_err(CommitError::Seal)?;
        }
        Ok(())
    }

    /// Writes all units: person keys first, then as few commits as they fit into.
    pub fn commit(&mut self) -> Result<(), CommitError> {
        if let Some(error) = self.shared.stopped() {
            return Err(error);
        }
        if self.units.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.persons.write() {
            return Err(self.fail(&error));
        }
        let mut changes = Vec::new();
        let mut size = 0;
        let mut after: Option<Head> = None;
        let mut extra = 0;
        for unit in std::mem::take(&mut self.units) {
            if size + unit.size > MAX_BATCH - HEAD_ROOM
                && let Some(head) = after.take()
            {
                extra += 1;
                self.write(std::mem::take(&mut changes), head, extra)?;
                size = 0;
            }
            size += unit.size;
            changes.extend(unit.changes);
            after = Some(unit.after);
        }
        if let Some(head) = after {
            extra += 1;
            self.write(changes, head, extra)?;
        }
        self.head.seals += extra;
        self.shared.durable(&self.head);
        Ok(())
    }

    fn write(
        &mut self,
        mut changes: Vec<Change>,
        mut head: Head,
        extra: u64,
    ) -> Result<(), CommitError> {
        head.seals += extra;
        let sealed = head.seal(&self.reader.keys()).map_err(CommitError::Seal)?;
        changes.push(sealed);
        self.put(changes)
    }

    /// One commit of the engine. What it refuses, ends it all.
    pub fn put(&mut self, changes: Vec<Change>) -> Result<(), CommitError> {
        let (engine, shared) = (self.reader.engine.clone(), Arc::clone(&self.shared));
        let mut feeds = shared.feeds();
        let kept = feeds.is_wanted().then(|| changes.clone());
        let done = engine.commit(changes);
        if done.is_ok()
            && let Some(changes) = kept
        {
            feeds.keep(changes);
        }
        drop(feeds);
        done.map_err(|error: EngineError| self.fail(&error))
    }

    /// Nothing is acknowledged from now on.
    pub fn fail(&mut self, error: &dyn std::error::Error) -> CommitError {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        tracing::error!(error = text, "the store failed; nothing more is accepted");
        self.shared.fail(CommitError::DiskFailed)
    }

    /// Nobody holds the store any more, and nobody closed it: what waits is written, and the next
    /// opening says that this one did not end in order.
    fn abandon(mut self) {
        self.flush();
        let _ = self.reader.engine.close();
        self.reader.change_keys(super::keyring::Keyring::wipe);
    }
}
