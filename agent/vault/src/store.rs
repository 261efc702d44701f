//! An open store, as everyone above uses it.

use std::convert::Infallible;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use seal::audit::SignedHead;
use seal::body::Body;
use seal::{Key, RecordId, StoreId, TableId, Version};
use tokio::sync::oneshot;

use crate::batch::Batch;
use crate::closed::Closed;
use crate::create::CreateError;
use crate::engine::EngineError;
use crate::erase::{self, EraseError};
use crate::export::{self, ExportError};
use crate::history::{self, Deleted, Erased, Former, Past};
use crate::job::{Answer, CommitError, Decision};
use crate::load::{self, Loaded};
use crate::log::{self, AuditEntry};
use crate::open::{Findings, OpenError};
use crate::reader::Reader;
use crate::shared::{Hook, Shared};
use crate::unlock::Unlock;
use crate::writer::{Message, Writer};
use crate::{Access, Actor, Clock, place};

/// An open store. Clones are handles of the same.
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

struct Inner {
    reader: Reader,
    shared: Arc<Shared>,
    seed: Key,
    clock: Arc<dyn Clock>,
    findings: Findings,
    sender: Option<Sender<Message>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("shared", &self.shared).finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.sender = None;
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            // The last handle may be dropped by a hook, on the thread itself.
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

impl Store {
    /// Makes a store and opens it; see [`Closed::create`].
    ///
    /// # Errors
    /// See [`CreateError`].
    pub fn create(
        path: &Path,
        unlock: &Unlock,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CreateError> {
        Closed::new(path, clock).create(unlock)
    }

    /// Opens a store. Keep a [`Closed`] instead where there may be several tries.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(path: &Path, unlock: &Unlock, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Closed::new(path, clock).open(unlock)
    }

    pub(crate) fn started(
        reader: Reader,
        shared: Arc<Shared>,
        seed: Key,
        clock: Arc<dyn Clock>,
        findings: Findings,
        sender: Sender<Message>,
        thread: JoinHandle<()>,
    ) -> Self {
        let (sender, thread) = (Some(sender), Mutex::new(Some(thread)));
        Self(Arc::new(Inner { reader, shared, seed, clock, findings, sender, thread }))
    }

    /// Its id; the same after a restore.
    #[must_use]
    pub fn id(&self) -> StoreId {
        self.0.reader.keys().store
    }

    /// What was found at opening.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.0.findings
    }

    /// A new id: UUIDv7, growing with time.
    #[must_use]
    pub fn new_id(&self) -> RecordId {
        RecordId(uuid::Uuid::now_v7().into_bytes())
    }

    /// Opens every live record of a table, for a view. Blocks.
    ///
    /// # Errors
    /// [`EngineError`] when the disk cannot be read; damaged records are in what is returned.
    pub fn load(
        &self,
        table: TableId,
        each: impl FnMut(RecordId, Version, Arc<Body>),
    ) -> Result<Loaded, EngineError> {
        load::load(&self.0.reader, table, each)
    }

    /// Calls `hook` with what each write changed, on the writer's thread, once it is on the disk
    /// and before the answer. It must not write itself.
    pub fn on_applied(&self, hook: Hook) {
        self.0.shared.hook(hook);
    }

    /// Runs `decide` on the writer's thread, after every earlier write; nothing else writes
    /// meanwhile. If it gives `Ok`, what it planned is written as one entry of the log, and this
    /// returns once that is on the disk and the views have it. If it gives `Err`, nothing is.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn write<T, E>(
        &self,
        who: Actor,
        decide: impl FnOnce(&mut Batch<'_>) -> Result<T, E> + Send + 'static,
    ) -> Answer<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.decide(who, false, decide).await
    }

    async fn decide<T, E>(
        &self,
        actor: Actor,
        before_recovery: bool,
        decide: impl FnOnce(&mut Batch<'_>) -> Result<T, E> + Send + 'static,
    ) -> Answer<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let decide = Some(decide);
        let job = Decision { actor, before_recovery, decide, result: None, answer };
        self.send(Message::Job(Box::new(job)))?;
        answered.await.unwrap_or_else(|_| Err(self.gone()))
    }

    /// Logs one access, on the disk when this returns.
    ///
    /// # Errors
    /// See [`CommitError`]; then the access must not be answered.
    pub async fn read_logged(&self, access: Access) -> Result<(), CommitError> {
        let Access { actor, action, outcome, records, count, reason } = access;
        let logged = self.decide(actor, true, move |batch| {
            batch.audit(action, outcome);
            batch.count = count;
            batch.reason = reason;
            batch.also = records;
            Ok::<(), Infallible>(())
        });
        logged.await.map(|_| ())
    }

    /// Logs a reading of a list, within a second.
    pub fn note_list_read(&self, access: Access) {
        // A store that is closed or failed answers nobody any more, so nothing was read.
        let _ = self.send(Message::Note(access));
    }

    /// Versions of a record, newest first, the live one included, `most` of them; the list goes on at
    /// [`Past::at`] of a version. Blocks.
    ///
    /// # Errors
    /// [`EngineError`] when the disk cannot be read.
    pub fn history(
        &self,
        table: TableId,
        id: RecordId,
        from: Option<Former>,
        most: usize,
    ) -> Result<Vec<Past>, EngineError> {
        history::history(&self.0.reader, table, id, from, most)
    }

    /// When a record was deleted and by whom; `None` when it lives or never was. Blocks.
    ///
    /// # Errors
    /// [`EngineError`] when the disk cannot be read.
    pub fn deleted(&self, table: TableId, id: RecordId) -> Result<Option<Deleted>, EngineError> {
        history::deleted(&self.0.reader, table, id)
    }

    /// Entries of the log with a number below `before` (the newest for `None`), newest first.
    /// Blocks.
    ///
    /// # Errors
    /// [`EngineError`] when the disk cannot be read.
    pub fn audit(&self, before: Option<u64>, limit: usize) -> Result<Vec<AuditEntry>, EngineError> {
        let end = before.unwrap_or(u64::MAX).min(self.0.shared.tip().seq + 1);
        let mut entries = Vec::new();
        for seq in (0..end).rev().take(limit) {
            entries.extend(log::entry(&self.0.reader, seq)?);
        }
        Ok(entries)
    }

    /// Writes the chain from entry `first` on, for anyone to verify. Log that first. Blocks.
    ///
    /// # Errors
    /// See [`ExportError`].
    pub fn export(&self, first: u64, to: impl Write) -> Result<(), ExportError> {
        let tip = self.0.shared.tip();
        let last = self.signed(&tip);
        export::export(&self.0.reader, self.id(), first, &tip, &last, to)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.0.shared
    }

    pub(crate) fn reader(&self) -> &Reader {
        &self.0.reader
    }

    /// Ms since 1970.
    pub(crate) fn now(&self) -> u64 {
        self.0.clock.now().wall
    }

    fn signed(&self, tip: &crate::head::Head) -> SignedHead {
        export::sign(&self.0.seed, self.id(), tip, self.0.clock.now().wall)
    }

    /// Signs where the chain stands, and keeps that head in the store.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn head(&self) -> Result<SignedHead, CommitError> {
        let store = self.clone();
        self.alone(move |writer| {
            writer.flush();
            let head = store.signed(&writer.head);
            let at = place::entry(place::SIGNED, writer.head.seq);
            if let Some(error) = writer.shared.stopped() {
                return Err(error);
            }
            writer.put(vec![(at, Some(head.encode()))])?;
            Ok(head)
        })
        .await?
    }

    /// Erases a person for good; see decision 0002, "Erase". On the disk when this returns.
    ///
    /// # Errors
    /// See [`EraseError`].
    pub async fn erase_person(&self, person: RecordId, who: Actor) -> Result<(), EraseError> {
        let erased = self.erase_person_if(person, who, |_| Ok::<_, Infallible>(()));
        let Ok(()) = erased.await?;
        Ok(())
    }

    /// Erases a person for good, if `decide` gives `Ok`: it runs on the writer's thread, after every
    /// earlier write, and what it plans is written with the erasure, its reason in the same entry. What
    /// it plans under the person's own key would be lost. If it gives `Err`, nothing is written.
    ///
    /// # Errors
    /// See [`EraseError`].
    pub async fn erase_person_if<T, E>(
        &self,
        person: RecordId,
        who: Actor,
        decide: impl FnOnce(&mut Batch<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, EraseError>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let done = self.alone(move |writer| erase::erase(writer, person, &[], &who, decide)).await;
        done.map_err(EraseError::Commit)?
    }

    /// When a person was erased and by whom; `None` when they were not. Blocks.
    ///
    /// # Errors
    /// [`EngineError`] when the disk cannot be read.
    pub fn erased(&self, person: RecordId) -> Result<Option<Erased>, EngineError> {
        history::erased(&self.0.reader, person)
    }

    /// Begins the live digest anew: a person has seen what [`Findings`] names. Logged.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn accept_findings(&self, who: Actor) -> Result<(), CommitError> {
        self.alone(move |writer| writer.accept(&who)).await?
    }

    /// Comes back when the disk fails; nothing is acknowledged from then on, and the process
    /// should end.
    pub async fn failed(&self) {
        self.0.shared.failed().await;
    }

    /// Ends it in order: what waits is written, the last entry says so, every key is wiped. All
    /// handles are of no use afterwards.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn close(&self, who: Actor) -> Result<(), CommitError> {
        let (answer, answered) = oneshot::channel();
        self.send(Message::Close(who, answer))?;
        answered.await.unwrap_or_else(|_| Err(self.gone()))
    }

    /// Runs something on the writer's thread, between groups.
    pub(crate) async fn alone<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> R + Send + 'static,
    ) -> Result<R, CommitError> {
        let (answer, answered) = oneshot::channel();
        self.send(Message::Alone(Box::new(move |writer| {
            let _ = answer.send(work(writer));
        })))?;
        answered.await.map_err(|_| self.gone())
    }

    /// As [`Store::blocking`], for what changes slots.
    pub(crate) fn ask<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<R, crate::SlotError> + Send + 'static,
    ) -> Result<R, crate::SlotError> {
        self.blocking(work).map_err(crate::SlotError::Commit)?
    }

    /// As [`Store::alone`], blocking.
    pub(crate) fn blocking<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> R + Send + 'static,
    ) -> Result<R, CommitError> {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        let message = Message::Alone(Box::new(move |writer| {
            let _ = answer.send(work(writer));
        }));
        self.send(message)?;
        answered.recv().map_err(|_| self.gone())
    }

    fn send(&self, message: Message) -> Result<(), CommitError> {
        if let Some(error) = self.0.shared.stopped() {
            return Err(error);
        }
        let sender = self.0.sender.as_ref().ok_or(CommitError::Closed)?;
        sender.send(message).map_err(|_| self.gone())
    }

    /// Why there is no answer: the thread has ended.
    fn gone(&self) -> CommitError {
        self.0.shared.stopped().unwrap_or(CommitError::Closed)
    }
}
