//! A realm over its store: what the [`Door`] decides is on the disk before anybody is let in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use seal::numbers::{action, outcome, table};
use seal::{RecordId, TableId};
use tokio::sync::Semaphore;
use vault::{Access, Actor, Applied, Batch, Clock, KeyOf, Store};

use crate::account::Realm;
use crate::door::{Credentials, Door, DoorRefused, Entry};
use crate::enrol::Enrolment;
use crate::hash;
use crate::password::Password;
use crate::people::People;
use crate::refused::Refused;
use crate::secret::Secret;
use crate::sessions::Peer;
use crate::signed::Signed;
use crate::steps::Steps;
use crate::stored::{
    read_account, read_seen, read_session, read_totp, session_fields, set_used, used_step,
};
use crate::throttle::Throttle;

/// Passwords judged at once: 46 MiB each.
const ARGON_AT_ONCE: usize = 2;
/// Passwords judged or waiting; who comes on top is asked to come again.
const ARGON_WAITING: usize = 32;

/// The accounts, sessions and door of a realm over its store. Clones are handles of the same.
#[derive(Clone)]
pub struct Identity(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) realm: Realm,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) door: Arc<Mutex<Door>>,
    pub(crate) enrolments: Mutex<Steps<Enrolment>>,
    /// Wrong invitations, by place.
    pub(crate) codes: Mutex<Throttle>,
    argon: Semaphore,
    waiting: Semaphore,
}

/// Why a realm could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenFailed {
    /// The disk could not be read.
    #[error("the accounts cannot be read")]
    Read(#[source] vault::engine::EngineError),
    /// The sessions that are over could not be taken out.
    #[error("the old sessions cannot be ended")]
    Write(#[source] Refused),
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("realm", &self.0.realm).finish_non_exhaustive()
    }
}

impl Identity {
    /// Opens a realm: reads its accounts, ends the sessions that are over. In the CRM those are
    /// all: it was locked. Blocks while it reads.
    ///
    /// # Errors
    /// [`OpenFailed`].
    pub async fn open(
        store: Store,
        realm: Realm,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenFailed> {
        let door = Arc::new(Mutex::new(Door::new(realm)));
        let over = load(&store, realm, &*clock, &door).map_err(OpenFailed::Read)?;
        store.on_applied(Box::new({
            let (door, clock) = (door.clone(), clock.clone());
            move |changes| apply(changes, &door, &*clock)
        }));
        let inner = Inner {
            store,
            realm,
            clock,
            door,
            enrolments: Mutex::new(Steps::new()),
            codes: Mutex::new(Throttle::default()),
            argon: Semaphore::new(ARGON_AT_ONCE),
            waiting: Semaphore::new(ARGON_WAITING),
        };
        let identity = Self(Arc::new(inner));
        for some in over.chunks(vault::MAX_CHANGES) {
            let some = some.to_vec();
            let ended = identity.write(Actor::default(), move |batch| {
                for id in &some {
                    batch.delete(table::SESSIONS, *id)?;
                }
                batch.audit(action::SESSION_EXPIRED, outcome::ALLOWED);
                Ok(())
            });
            ended.await.map_err(OpenFailed::Write)?;
        }
        Ok(identity)
    }

    /// Which realm.
    #[must_use]
    pub fn realm(&self) -> Realm {
        self.0.realm
    }

    /// Is there anybody? If not, set-up or claim makes the first account.
    #[must_use]
    pub fn has_accounts(&self) -> bool {
        !self.door().people().is_empty()
    }

    /// Name of an account, for who made something and for the log.
    #[must_use]
    pub fn name_of(&self, id: RecordId) -> Option<String> {
        self.door().people().get(id).map(|account| account.name.clone())
    }

    /// First half of signing in. The secret goes into the step's cookie.
    ///
    /// # Errors
    /// [`Refused`]: wrong credentials are on the log's disk when this returns.
    pub async fn sign_in(
        &self,
        name: &str,
        password: Password,
        peer: &Peer,
    ) -> Result<Secret, Refused> {
        let knock = self.door().knock(name, peer, self.now());
        let knock = knock.map_err(|refused| self.noted(refused, peer))?;
        let right = self.verify(password, knock.hash().map(str::to_owned)).await?;
        let judged = self.door().judged(&knock, right, self.now());
        match judged {
            Ok(step) => Ok(step),
            Err(refused) => Err(self.refused(refused, knock.account(), peer).await),
        }
    }

    /// Second half: the code. The secret goes into the session's cookie; the code's step, the
    /// session and the log's entry are on the disk in one batch before.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn sign_in_code(
        &self,
        step: &str,
        code: &str,
        peer: &Peer,
    ) -> Result<(Secret, Signed), Refused> {
        let judged = self.door().code(step, code, peer, self.0.store.new_id(), self.now());
        let entry = match judged {
            Ok(entry) => entry,
            Err(refused @ DoorRefused::WrongTotp { .. }) => {
                return Err(self.refused(refused, None, peer).await);
            }
            Err(refused) => return Err(self.noted(refused, peer)),
        };
        let actor = entry_actor(&entry, peer);
        let (id, used, places) = (entry.account, entry.used_step, entry.places.clone());
        let (session, fields) =
            (entry.session.id, session_fields(&entry.session, &entry.token_sha256));
        let box_time = self.now().wall;
        self.write(actor, move |batch| {
            // The writer's word on it: whatever memory said, a step is stored once.
            let stored = batch.get(table::TOTP, id)?.and_then(|(_, body)| used_step(&body));
            if stored.is_some_and(|stored| stored >= used) {
                return Err(DoorRefused::WrongTotp { box_time, used: true }.into());
            }
            batch.change(table::TOTP, id, |fields| set_used(fields, used, &places))?;
            batch.put(table::SESSIONS, session, fields, KeyOf::Person(id))?;
            batch.audit(action::SIGN_IN, outcome::ALLOWED);
            Ok(())
        })
        .await?;
        let entered = self.door().enter(entry, self.now());
        entered.ok_or_else(|| DoorRefused::StepGone.into())
    }

    /// Who shows this token, if its session lives. Counts as a request.
    #[must_use]
    pub fn session(&self, token: &str, peer: &Peer) -> Option<Signed> {
        self.door().session(token, peer, self.now())
    }

    pub(crate) fn door(&self) -> MutexGuard<'_, Door> {
        // Nothing under this lock leaves the door half changed.
        self.0.door.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> vault::Moment {
        self.0.clock.now()
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        who: Actor,
        decide: impl FnOnce(&mut Batch<'_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        self.0.store.write(who, decide).await.map_err(Refused::Commit)?
    }

    /// Judges a password off the threads that serve, few at once.
    pub(crate) async fn verify(
        &self,
        password: Password,
        hash: Option<String>,
    ) -> Result<bool, Refused> {
        self.argon(move || hash::verify(&password, hash.as_deref())).await
    }

    pub(crate) async fn hash(&self, password: Password) -> Result<String, Refused> {
        self.argon(move || hash::hash(&password)).await?.map_err(Refused::Hash)
    }

    async fn argon<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let busy = || Refused::Busy { retry_after: Duration::from_secs(2) };
        let _waiting = self.0.waiting.try_acquire().map_err(|_| busy())?;
        let _one = self.0.argon.acquire().await.map_err(|_| busy())?;
        tokio::task::spawn_blocking(work).await.map_err(|_| busy())
    }

    /// Logs a refusal, on the disk before the answer.
    pub(crate) async fn refused(
        &self,
        refused: DoorRefused,
        account: Option<RecordId>,
        peer: &Peer,
    ) -> Refused {
        match self.0.store.read_logged(refusal(account, peer)).await {
            Ok(()) => refused.into(),
            Err(error) => Refused::Commit(error),
        }
    }

    /// Logs a refusal that cost nothing, within a second: a flood must not fill the disk.
    pub(crate) fn noted(&self, refused: DoorRefused, peer: &Peer) -> Refused {
        self.0.store.note_list_read(refusal(None, peer));
        refused.into()
    }
}

/// The accounts as they will be once all that was decided before this is on the disk.
pub(crate) fn people_after(door: &Mutex<Door>, batch: &Batch<'_>) -> People {
    let mut people = door.lock().unwrap_or_else(PoisonError::into_inner).people().clone();
    for (id, change) in batch.pending(table::ACCOUNTS) {
        people.remove(id);
        if let Some((version, body)) = change
            && let Some((account, _)) = read_account(id, version, &body)
        {
            people.put(account);
        }
    }
    people
}

pub(crate) fn entry_actor(entry: &Entry, peer: &Peer) -> Actor {
    Actor {
        account: Some(entry.account),
        session: entry.token_sha256.first_chunk().copied(),
        device: peer.device.clone(),
        address: Some(peer.address),
    }
}

fn refusal(account: Option<RecordId>, peer: &Peer) -> Access {
    Access {
        actor: Actor {
            account,
            session: None,
            device: peer.device.clone(),
            address: Some(peer.address),
        },
        action: action::SIGN_IN_REFUSED,
        outcome: outcome::REFUSED,
        records: Vec::new(),
        count: None,
        reason: None,
    }
}

/// Fills the door from the disk; gives the sessions that are over.
fn load(
    store: &Store,
    realm: Realm,
    clock: &dyn Clock,
    door: &Mutex<Door>,
) -> Result<Vec<RecordId>, vault::engine::EngineError> {
    let mut door = door.lock().unwrap_or_else(PoisonError::into_inner);
    let mut factors = HashMap::new();
    store.load(table::TOTP, |id, _, body| {
        factors.extend(read_totp(&body).map(|totp| (id, totp)));
    })?;
    store.load(table::ACCOUNTS, |id, version, body| {
        // Without a second factor nobody signs in: the account is not taken in. Nobody is told of it
        // yet, nor of what does not open.
        if let (Some((account, password)), Some(totp)) =
            (read_account(id, version, &body), factors.remove(&id))
        {
            let (used_step, places) = (totp.used_step, totp.places);
            door.put(account, Credentials { password, totp: totp.secret, used_step, places });
        }
    })?;
    let mut over = Vec::new();
    store.load(table::SESSIONS, |id, _, body| {
        match read_session(id, &body, clock.now()).filter(|_| realm == Realm::Admin) {
            Some((token, session)) => door.sessions().put(token, session),
            None => over.push(id),
        }
    })?;
    Ok(over)
}

/// Keeps the door in step with the disk, also when whoever wrote has gone away meanwhile.
fn apply(changes: &[Applied], door: &Mutex<Door>, clock: &dyn Clock) {
    let mut door = door.lock().unwrap_or_else(PoisonError::into_inner);
    let of = |table: TableId| changes.iter().filter(move |change| change.table == table);
    for change in of(table::ACCOUNTS) {
        let Some(body) = &change.body else { continue };
        let Some((account, password)) = read_account(change.id, change.version, body) else {
            continue;
        };
        let factor = of(table::TOTP).find(|other| other.id == change.id);
        let factor = factor.and_then(|factor| factor.body.as_ref()).and_then(|b| read_totp(b));
        match factor {
            Some(totp) if door.people().get(change.id).is_none() => {
                let (used_step, places) = (totp.used_step, totp.places);
                door.put(account, Credentials { password, totp: totp.secret, used_step, places });
            }
            _ => door.account_changed(account, password),
        }
    }
    for change in of(table::TOTP) {
        if let Some(totp) = change.body.as_ref().and_then(|body| read_totp(body)) {
            door.totp_changed(change.id, totp.used_step, totp.places);
        }
    }
    for change in of(table::SESSIONS) {
        match &change.body {
            None => door.sessions().remove(change.id),
            Some(body) => {
                // Known: only what is on the disk is newer, its life goes on as it was.
                let seen = read_seen(body).unwrap_or_default();
                if door.sessions().seen_written(change.id, seen) {
                    continue;
                }
                if let Some((token, session)) = read_session(change.id, body, clock.now()) {
                    door.sessions().put(token, session);
                }
            }
        }
    }
}
