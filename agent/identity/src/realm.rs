//! A realm over its store: what the [`Door`] decides is on the disk before anybody is let in.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use seal::RecordId;
use seal::numbers::{action, idempotency, invitation, organisation, outcome, table};
use vault::{Actor, Batch, Clock, KeyOf, Named, Store};

use crate::account::Realm;
use crate::door::{Door, DoorRefused, Entry};
use crate::due::Due;
use crate::ended::{ENDED_MOST, end};
use crate::enrol::Enrolment;
use crate::hashing::Hashing;
use crate::mirror::{Known, apply, load};
use crate::noticed::Noticed;
use crate::password::Password;
use crate::people::People;
use crate::refusals::Refusals;
use crate::refused::Refused;
use crate::secret::Secret;
use crate::sessions::Peer;
use crate::signed::Signed;
use crate::steps::Steps;
use crate::stored::{read_account, session_fields, set_used, text, used_step};
use crate::throttle::Throttle;
use crate::writes::{Holder, write_as};

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
    /// What links of invitations are made of, for the life of this process.
    pub(crate) links: Secret,
    /// Requests whose repetition is known.
    pub(crate) answered: Arc<Due>,
    /// Invitations and codes, by when they are over.
    pub(crate) invitations: Arc<Due>,
    /// The CRM's organisation, which no password may be.
    pub(crate) organisation: Option<String>,
    /// What is on the disk of accounts that cannot be read.
    pub(crate) damaged: Vec<Named>,
    /// What the log takes of strangers.
    pub(crate) refusals: Mutex<Refusals>,
    /// What a bell may tell.
    pub(crate) noticed: Mutex<Noticed>,
    pub(crate) hashing: Hashing,
}

/// Why a realm could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenFailed {
    /// The disk could not be read.
    #[error("the accounts cannot be read")]
    Read(#[source] vault::engine::EngineError),
    /// The kernel gave no randomness.
    #[error("no randomness")]
    Random(#[source] getrandom::Error),
    /// The sessions that are over could not be taken out, or damage not be logged.
    #[error("what was found at the start cannot be written")]
    Write(#[source] Refused),
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("realm", &self.0.realm).finish_non_exhaustive()
    }
}

impl Identity {
    /// The store was made of a copy a moment ago: no code is taken for [`PAUSE_AFTER_RESTORE`].
    pub fn pause_codes(&self) {
        let now = self.now();
        self.door().pause_codes(now);
    }

    /// Opens a realm: reads its accounts, ends the sessions that are over. In the CRM those are
    /// all: it was locked. Accounts that cannot be read are named in the log and leave the others as
    /// they are. Blocks while it reads.
    ///
    /// # Errors
    /// [`OpenFailed`].
    pub async fn open(
        store: Store,
        realm: Realm,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenFailed> {
        let door = Arc::new(Mutex::new(Door::new(realm)));
        let Known { over, damaged } =
            load(&store, realm, &*clock, &door).map_err(OpenFailed::Read)?;
        let mut organisation = None;
        store
            .load(table::ORGANISATION, |_, _, body| organisation = text(&body, organisation::NAME))
            .map_err(OpenFailed::Read)?;
        let due = |table, field| Due::load(&store, table, field).map_err(OpenFailed::Read);
        let answered = Arc::new(due(table::IDEMPOTENCY, idempotency::AT)?);
        let invitations = Arc::new(due(table::INVITATIONS, invitation::EXPIRES_AT)?);
        store.on_applied(Box::new({
            let (door, clock) = (door.clone(), clock.clone());
            let dues = [answered.clone(), invitations.clone()];
            move |changes| {
                apply(changes, &door, &*clock);
                dues.iter().for_each(|due| due.apply(changes));
            }
        }));
        let inner = Inner {
            store,
            realm,
            clock,
            door,
            enrolments: Mutex::new(Steps::new()),
            codes: Mutex::new(Throttle::default()),
            links: Secret::new().map_err(OpenFailed::Random)?,
            answered,
            invitations,
            organisation,
            damaged,
            refusals: Mutex::default(),
            noticed: Mutex::default(),
            hashing: Hashing::default(),
        };
        let identity = Self(Arc::new(inner));
        if identity.0.store.findings().restored.is_some() {
            identity.pause_codes();
        }
        for some in over.chunks(ENDED_MOST) {
            let some = some.to_vec();
            let ended = identity.write(Actor::default(), move |batch| {
                end(batch, &some)?;
                batch.audit(action::SESSION_EXPIRED, outcome::ALLOWED);
                Ok(())
            });
            ended.await.map_err(OpenFailed::Write)?;
        }
        identity.log_damage().await.map_err(OpenFailed::Write)?;
        Ok(identity)
    }

    /// Which realm.
    #[must_use]
    pub fn realm(&self) -> Realm {
        self.0.realm
    }

    /// Is there anybody? If not, set-up or claim makes the first account. In the CRM who cannot be
    /// read is somebody all the same: a damaged disk lets no stranger be the first. An admin who cannot
    /// be read is nobody: the way back is the set-up, whose code only the box's own screen shows.
    #[must_use]
    pub fn has_accounts(&self) -> bool {
        self.damage_shuts() || !self.door().people().is_empty()
    }

    /// Judges a password that somebody of these names wants to set.
    pub(crate) fn check(&self, new: &Password, names: &[&str]) -> Result<(), Refused> {
        let organisation = self.0.organisation.as_deref();
        let known: Vec<&str> = names.iter().copied().chain(organisation).collect();
        new.check(&known).map_err(Refused::Password)
    }

    /// Whether accounts that cannot be read keep everybody else from being the first.
    pub(crate) fn damage_shuts(&self) -> bool {
        self.0.realm == Realm::Crm && !self.0.damaged.is_empty()
    }

    /// Accounts that are on the disk and cannot be read; nobody signs in to them.
    #[must_use]
    pub fn unreadable(&self) -> usize {
        self.0.damaged.len()
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
        let right = match self.verify(password, knock.hash().map(str::to_owned)).await {
            Ok(right) => right,
            Err(refused) => {
                // Not judged, so not wrong.
                self.door().forgive(&knock);
                self.note_busy(&refused, action::SIGN_IN_REFUSED, peer);
                return Err(refused);
            }
        };
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
        let now = self.now();
        let (whose, judged) = {
            let mut door = self.door();
            (door.half_in(step, now), door.code(step, code, peer, self.0.store.new_id(), now))
        };
        let entry = match judged {
            Ok(entry) => entry,
            Err(refused @ DoorRefused::WrongTotp { .. }) => {
                return Err(self.refused(refused, whose, peer).await);
            }
            Err(refused) => return Err(self.noted(refused, peer)),
        };
        let actor = entry_actor(&entry, peer);
        let (id, used, known) = (entry.account, entry.used_step, entry.known.clone());
        let (session, fields) =
            (entry.session.id, session_fields(&entry.session, &entry.token_sha256));
        let (password, box_time) = (entry.password.clone(), now.wall);
        self.write(actor, move |batch| {
            // By a write on its way disabled, or given another password: the old one opens nothing.
            let found = batch.get(table::ACCOUNTS, id)?;
            let found = found.and_then(|(version, body)| read_account(id, version, &body));
            if found.is_none_or(|(account, stored)| account.disabled || stored != password) {
                return Err(DoorRefused::StepGone.into());
            }
            // The writer's word on it: whatever memory said, a step is stored once.
            let stored = batch.get(table::TOTP, id)?.and_then(|(_, body)| used_step(&body));
            if stored.is_some_and(|stored| stored >= used) {
                return Err(DoorRefused::WrongTotp { box_time, used: true }.into());
            }
            batch.change(table::TOTP, id, |fields| set_used(fields, used, &known))?;
            batch.put(table::SESSIONS, session, fields, KeyOf::Person(id))?;
            batch.audit(action::SIGN_IN, outcome::ALLOWED);
            Ok(())
        })
        .await?;
        if !entry.known_browser {
            self.noticed().browser(id, peer.address);
        }
        let entered = self.door().enter(entry, self.now());
        entered.ok_or_else(|| DoorRefused::StepGone.into())
    }

    /// Who shows this token, if its session lives. Counts as a request.
    #[must_use]
    pub fn session(&self, token: &str, peer: &Peer) -> Option<Signed> {
        self.door().session(token, peer, self.now())
    }

    /// Names in the log what of accounts cannot be read: ids, never names.
    async fn log_damage(&self) -> Result<(), Refused> {
        if self.0.damaged.is_empty() {
            return Ok(());
        }
        let damaged = self.0.damaged.clone();
        self.write(Actor::default(), move |batch| {
            let named = damaged.iter().map(ToString::to_string).collect::<Vec<_>>();
            for one in &damaged {
                batch.about(one.table, one.id);
            }
            batch.reason(named.join("; "));
            batch.audit(action::DAMAGE_FOUND, outcome::ALLOWED);
            Ok(())
        })
        .await
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
        self.0.store.write(who, decide).await?
    }

    /// A write of somebody who is signed in: see [`write_as`].
    pub(crate) async fn write_as<T: Send + 'static>(
        &self,
        who: &impl Holder,
        decide: impl FnOnce(&mut Batch<'_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        write_as(&self.0.store, who, decide).await
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
