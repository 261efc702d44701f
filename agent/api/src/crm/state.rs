//! The state that the CRM's routes share.

use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use backup::service::Resolve;
use events::{CrmState as Told, Event};
use identity::{Identity, LogReader, Peer, Steps};
use seal::numbers::table;
use seal::{RecordId, TableId};
use tokio::sync::{Mutex as Turns, Notify, OwnedMutexGuard, mpsc, watch};
use vault::{Actor, Clock, Closed, Store};

use super::Open;
use super::enrol::Invitee;
use super::failed::Failed;
use super::gate::{Claim, Gate};
use super::life::{self, Life};
use super::place::{Front, Place};
use super::restore::Restore;
use super::unlock::Rows;
use crate::contract::App;
use crate::language::BoxLanguage;
use crate::problem::{Code, Problem};
use crate::realm::Realm;
use crate::reply::off;
use crate::shape::claim::{CrmState, LockedBecause};
use crate::shape::shared::Language;

/// What the process gives to the CRM's routes.
pub struct Parts {
    /// Where the vault is; nothing else of the disk is written.
    pub directory: PathBuf,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Certificates of authorities that everybody knows, PEM.
    pub authorities: PathBuf,
    /// Looks names up that the CRM may go to.
    pub resolve: Arc<Resolve>,
    /// Language of the box.
    pub language: BoxLanguage,
    /// How the vault is, for the admin application.
    pub state: watch::Sender<Told>,
    /// What happened, for the admin application.
    pub events: mpsc::Sender<Event>,
    /// Told when the process is to end: the vault was locked by hand. Not when its disk failed: then
    /// the pages say so until the box, or the program, is started again.
    pub end: Arc<Notify>,
}

/// The state of the CRM's routes. Clones are handles of the same.
#[derive(Clone)]
pub struct Crm(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub parts: Parts,
    pub place: Place,
    /// One for the whole process: it knows since when there is a wait.
    pub closed: Arc<Closed>,
    /// What became of the vault so far; whoever changes it takes turns.
    pub life: Arc<Turns<Life>>,
    /// What everybody sees of it meanwhile.
    seen: RwLock<Seen>,
    pub gate: Mutex<Option<Gate>>,
    pub claims: Mutex<Steps<Claim>>,
    pub invitees: Mutex<Steps<Invitee>>,
    /// Those who would open the vault.
    pub unlocking: Rows,
    failed: Mutex<Failed>,
    /// Codes for the first manager that were refused and not told of yet.
    pub claims_refused: AtomicU32,
    /// How a restore in place of a claim goes.
    pub restore: Mutex<Option<Restore>>,
    /// When a head of the log left the last time, since the start of the clock.
    pub head_left: Mutex<Option<Duration>>,
}

/// What can be seen of the vault at any moment.
#[derive(Clone)]
pub(super) struct Seen {
    pub state: CrmState,
    pub front: Front,
    pub because: Option<LockedBecause>,
    pub recovery_confirmed: bool,
    pub open: Option<Arc<Open>>,
}

impl Crm {
    /// The state of these parts, as the disk has it. Blocks.
    pub fn new(parts: Parts) -> Self {
        let place = Place::new(parts.directory.clone());
        let closed = Closed::new(&place.vault(), Arc::clone(&parts.clock));
        let (life, seen) = life::found(&place, &closed);
        let crm = Self(Arc::new(Inner {
            parts,
            place,
            closed: Arc::new(closed),
            life: Arc::new(Turns::new(life)),
            seen: RwLock::new(seen),
            gate: Mutex::default(),
            claims: Mutex::default(),
            invitees: Mutex::default(),
            unlocking: Rows::default(),
            failed: Mutex::default(),
            claims_refused: AtomicU32::new(0),
            restore: Mutex::default(),
            head_left: Mutex::default(),
        }));
        crm.told(if crm.seen().state == CrmState::Locked { Told::Locked } else { Told::Unclaimed });
        crm
    }

    /// An open vault.
    ///
    /// # Errors
    /// [`Code::Locked`] while it is not, [`Code::DiskFailed`].
    pub fn open(&self) -> Result<Arc<Open>, Problem> {
        let seen = self.0.seen.read().unwrap_or_else(PoisonError::into_inner);
        match (seen.state, &seen.open) {
            (CrmState::DiskFailed, _) => Err(Code::DiskFailed.into()),
            (CrmState::Open, Some(open)) => Ok(Arc::clone(open)),
            _ => Err(Code::Locked.into()),
        }
    }

    /// Changes what became of the vault, off the threads that serve, one after the other, and to its
    /// end also when whoever asked has gone away.
    pub(super) async fn change<T, F>(
        &self,
        work: impl FnOnce(Self, OwnedMutexGuard<Life>) -> F + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Problem>> + Send,
    {
        let life = Arc::clone(&self.0.life).lock_owned().await;
        let crm = self.clone();
        off(async move { work(crm, life).await }).await?
    }

    pub(super) fn seen(&self) -> Seen {
        self.0.seen.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn change_seen(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.0.seen.write().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn language(&self) -> Language {
        self.0.parts.language.get()
    }

    /// Ms since 1970.
    pub(super) fn now(&self) -> u64 {
        self.0.parts.clock.now().wall
    }

    /// How the vault is, for the admin application.
    pub(super) fn told(&self, state: Told) {
        self.0.parts.state.send_replace(state);
    }

    /// What happened, for the admin application. Waits for nobody.
    pub(super) fn tell(&self, event: Event) {
        if let Err(error) = self.0.parts.events.try_send(event) {
            tracing::warn!(%error, "the admin application is not told what happened");
        }
    }

    /// A wrong passphrase or recovery key.
    pub(super) fn count_failure(&self, by_passphrase: bool, peer: &Peer) {
        let now = self.0.parts.clock.now().since_start;
        let mut failed = self.0.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = failed.one(by_passphrase, now) {
            tracing::info!(address = %peer.address, count, "secrets that do not open the vault");
            self.tell_failures(&mut failed, count);
        }
    }

    /// Tells what is left to be told of wrong secrets.
    pub(super) fn flush_failures(&self) {
        let now = self.0.parts.clock.now().since_start;
        let mut failed = self.0.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = failed.due(now) {
            self.tell_failures(&mut failed, count);
        }
    }

    fn tell_failures(&self, failed: &mut Failed, count: u32) {
        if self.0.parts.events.try_send(Event::UnlockFailed { count }).is_err() {
            failed.again(count);
        }
    }
}

impl Realm for Crm {
    const APP: App = App::Crm;

    fn identity(&self) -> Result<Identity, Problem> {
        self.open().map(|open| open.identity.clone())
    }

    fn store(&self) -> Result<Store, Problem> {
        self.open().map(|open| open.store.clone())
    }

    fn log_leaves(&self, _: &LogReader) {
        self.head_leaves_soon();
    }

    fn label(&self, table: TableId, id: RecordId) -> Option<String> {
        if table != table::CONTACTS {
            return None;
        }
        self.open().ok()?.contacts.name_of(id)
    }
}

/// Somebody who is not signed in, for the log.
pub(super) fn stranger(peer: &Peer) -> Actor {
    Actor { device: peer.device.clone(), address: Some(peer.address), ..Actor::default() }
}
