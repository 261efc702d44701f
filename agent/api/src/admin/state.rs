//! The state that the admin application's routes share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use events::{Copies, Order};
use identity::{Identity, LogReader, Steps};
use notify::Exported;
use seal::{RecordId, TableId};
use tokio::sync::{MutexGuard, Notify, mpsc, watch};
use vault::{Access, Actor, Clock, Store};

use super::attempts::Attempts;
use super::bell::Bell;
use super::blocking::ListsLink;
use super::copied::Home;
use super::restore::Restore;
use super::setup::SetUp;
use super::trial::Begun;
use super::{Connections, Host};
use crate::contract::App;
use crate::cookie::Cookie;
use crate::copies;
use crate::language::BoxLanguage;
use crate::problem::Problem;
use crate::realm::Realm;
use crate::refuse::step_over;
use crate::reply::{self, Reply};
use crate::shape::admin::{Certificates, CrmReach};

const HOUR: Duration = Duration::from_secs(3600);
/// Entries of one kind of noise in the log.
const ENTRIES_AN_HOUR: u32 = 60;

/// What others can fill the log with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Noise {
    /// Events of the CRM, which may have been captured.
    Crm,
    /// Wrong passphrases and recovery keys of the CRM, which anybody who reaches it can send: they must
    /// not silence what else it says.
    Unlocking,
    /// Wrong codes for the first manager, likewise.
    Claiming,
    /// Wrong setup codes, which anybody on the network can send.
    SetupCodes,
    /// Destinations that the CRM asks for.
    Egress,
    /// Heads of the CRM's log, which must not be silenced by what else it says.
    Heads,
    /// Devices that nobody knows, which anybody on the network can make up.
    Devices,
}

/// What the process gives to the admin application's routes.
pub struct Parts {
    /// The system store.
    pub store: Store,
    /// The admins.
    pub identity: Identity,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Language of the box.
    pub language: BoxLanguage,
    /// hostd.
    pub host: Arc<dyn Host>,
    /// The connections of the server.
    pub connections: Arc<dyn Connections>,
    /// The CRM's process.
    pub crm: CrmLink,
    /// Whoever fetches block lists.
    pub lists: ListsLink,
    /// The admins' bell.
    pub bell: Bell,
    /// The certificates in force.
    pub certificates: watch::Receiver<Authority>,
    /// Where the store lies.
    pub home: Home,
    /// Copies of it.
    pub copies: Arc<copies::Copies>,
    /// Told when this program is to end, so that its next start takes the store that was restored.
    pub over: Arc<Notify>,
}

/// The way to the CRM's process.
pub struct CrmLink {
    /// How it is, and since when (ms since 1970).
    pub reach: watch::Receiver<(CrmReach, u64)>,
    /// What it is to be told; whoever sends them sends them again when it starts anew.
    pub orders: mpsc::Sender<Order>,
}

/// Certificates, and the authority's for download.
#[derive(Clone)]
pub struct Authority {
    /// DER of the authority's certificate.
    pub der: Vec<u8>,
    /// All of them in words.
    pub told: Certificates,
}

/// The state of the admin application's routes. Clones are handles of the same.
#[derive(Clone)]
pub struct Admin(Arc<Inner>);

struct Inner {
    parts: Parts,
    setups: Mutex<Steps<SetUp>>,
    changing: tokio::sync::Mutex<()>,
    trial: Mutex<Option<Begun>>,
    looks_after: AtomicBool,
    heard: Mutex<HashMap<Noise, Heard>>,
    admins_lost: AtomicBool,
    attempts: Attempts,
    /// What the CRM said last of its copies.
    copies: Mutex<Option<Copies>>,
    /// How a restore goes.
    restore: Mutex<Option<Restore>>,
    /// Who has a packet sent for a trial.
    sending: tokio::sync::Mutex<()>,
    /// When the newest device was seen first that the log knows, seconds since 1970; `u64::MAX` at first.
    devices: AtomicU64,
}

/// Noise within an hour.
#[derive(Clone, Copy, Default)]
struct Heard {
    begun: Duration,
    count: u32,
}

impl Admin {
    /// The state of these parts.
    pub fn new(parts: Parts) -> Self {
        let setups = Mutex::new(Steps::new());
        let (changing, heard) = (tokio::sync::Mutex::new(()), Mutex::default());
        let admins_lost = AtomicBool::new(false);
        let (trial, looks_after) = (Mutex::default(), AtomicBool::new(false));
        let devices = AtomicU64::new(u64::MAX);
        let (attempts, sending) = (Attempts::default(), tokio::sync::Mutex::new(()));
        let inner = Inner {
            parts,
            setups,
            changing,
            trial,
            looks_after,
            heard,
            admins_lost,
            attempts,
            sending,
            copies: Mutex::default(),
            restore: Mutex::default(),
            devices,
        };
        Self(Arc::new(inner))
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.0.parts
    }

    /// What the box tried against its own network.
    pub(super) fn attempts(&self) -> &Attempts {
        &self.0.attempts
    }

    /// Whoever has this may have a packet sent; others wait for their turn.
    pub(super) async fn sending(&self) -> MutexGuard<'_, ()> {
        self.0.sending.lock().await
    }

    /// Ms since 1970.
    pub(super) fn now(&self) -> u64 {
        self.0.parts.clock.now().wall
    }

    /// Begins a set-up; the secret goes into the step's cookie.
    pub(super) fn begin_setup(&self) -> Result<identity::Secret, Problem> {
        let begun = self.setups().begin(SetUp::default(), self.0.parts.clock.now());
        begun.map_err(|error| reply::broken(&error))
    }

    /// What is known of the set-up whose step this is.
    pub(super) fn setup<T>(
        &self,
        step: &str,
        with: impl FnOnce(&mut SetUp) -> T,
    ) -> Result<T, Problem> {
        let (mut setups, now) = (self.setups(), self.0.parts.clock.now());
        let over = step_over(&setups, step, now);
        Ok(with(setups.get_mut(step, now).ok_or(over)?))
    }

    /// The answer to a step that succeeded: there are fifteen minutes more for the next.
    pub(super) fn goes_on(&self, step: &str, answer: Reply) -> Reply {
        self.setups().refresh(step, self.0.parts.clock.now());
        reply::with_cookie(answer, App::Admin, Cookie::Step, step)
    }

    fn setups(&self) -> std::sync::MutexGuard<'_, Steps<SetUp>> {
        // Nothing under this lock leaves a set-up half changed.
        self.0.setups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever reads settings to change them, or makes a manager's code, does so alone.
    pub(super) async fn changing(&self) -> MutexGuard<'_, ()> {
        self.0.changing.lock().await
    }

    /// The same for who does not wait for it; none while somebody changes something.
    pub(super) fn changing_now(&self) -> Option<MutexGuard<'_, ()>> {
        self.0.changing.try_lock().ok()
    }

    /// The trial that this process began, until it is known to be over.
    pub(super) fn trials(&self) -> &Mutex<Option<Begun>> {
        &self.0.trial
    }

    /// Whether it is being looked at when a trial ends.
    pub(super) fn looks_after(&self) -> &AtomicBool {
        &self.0.looks_after
    }

    /// What the CRM said last of its copies; none while it says nothing.
    pub(super) fn copies(&self) -> Option<Copies> {
        *self.0.copies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn copies_are(&self, copies: Option<Copies>) {
        *self.0.copies.lock().unwrap_or_else(PoisonError::into_inner) = copies;
    }

    /// How a restore goes, if one was begun.
    pub(super) fn restore_so_far(&self) -> Option<Restore> {
        *self.0.restore.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether one goes on, or waits for this program's next start.
    pub(super) fn is_restoring(&self) -> bool {
        matches!(self.restore_so_far(), Some(Restore::Running(_) | Restore::Done(_)))
    }

    /// It goes so.
    pub(super) fn restores(&self, restore: Restore) {
        *self.0.restore.lock().unwrap_or_else(PoisonError::into_inner) = Some(restore);
    }

    /// Whether a restore begins now: none goes on, or has come to its end.
    pub(super) fn begins_restore(&self) -> bool {
        let now = self.now();
        let mut restore = self.0.restore.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = !matches!(*restore, Some(Restore::Running(_) | Restore::Done(_)));
        if begins {
            *restore = Some(Restore::Running(now));
        }
        begins
    }

    /// Whether one more entry of this kind goes into the log: nobody must fill the disk.
    pub(super) fn hears(&self, noise: Noise) -> bool {
        let now = self.0.parts.clock.now().since_start;
        let mut all = self.0.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = all.entry(noise).or_default();
        if now.saturating_sub(heard.begun) >= HOUR {
            *heard = Heard { begun: now, count: 0 };
        }
        heard.count = heard.count.saturating_add(1);
        heard.count <= ENTRIES_AN_HOUR
    }

    /// Whether it was said already that the store lost its admins; from now on it was.
    pub(super) fn knows_admins_lost(&self) -> bool {
        self.0.admins_lost.swap(true, Ordering::Relaxed)
    }

    /// Takes in when the newest device came, and gives the one before; none the first time.
    pub(super) fn devices_noted(&self, newest: u64) -> Option<u64> {
        let before = self.0.devices.load(Ordering::Relaxed);
        let is_first = before == u64::MAX;
        let next = if is_first { newest } else { before.max(newest) };
        self.0.devices.store(next, Ordering::Relaxed);
        (!is_first).then_some(before)
    }

    /// Logs what was done or refused, on the disk when this returns.
    pub(super) async fn log(&self, access: Access) -> Result<(), Problem> {
        Ok(self.0.parts.store.read_logged(access).await?)
    }

    /// What the bell is to tell; written down shortly after, by whoever watches it.
    pub(super) fn bell(&self) -> &Bell {
        &self.0.parts.bell
    }

    /// Tells the CRM. When it does not take it now it gets it at its next start.
    pub(super) fn order(&self, order: Order) {
        if self.0.parts.crm.orders.try_send(order).is_err() {
            tracing::warn!("too many orders wait for the CRM; it gets this one when it starts");
        }
    }
}

/// An entry of the log that names no record.
pub(super) fn entry(actor: Actor, action: u32, outcome: u32, reason: Option<&str>) -> Access {
    Access { reason: reason.map(str::to_owned), ..Access::new(actor, action, outcome) }
}

impl Realm for Admin {
    const APP: App = App::Admin;

    fn identity(&self) -> Result<Identity, Problem> {
        Ok(self.0.parts.identity.clone())
    }

    fn store(&self) -> Result<Store, Problem> {
        Ok(self.0.parts.store.clone())
    }

    fn log_leaves(&self, by: &LogReader) {
        self.tell_export(by.signed(), Exported::Log);
    }

    fn label(&self, _: TableId, _: RecordId) -> Option<String> {
        None
    }
}
