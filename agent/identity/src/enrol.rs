//! A new account, the first of a realm or somebody invited: name and password, then the code of an authenticator app, then
//! all of it on the disk at once.

use std::sync::{Arc, PoisonError};

use seal::body::{Body, Value};
use seal::numbers::account::SHOW_AS_UNLOCKER;
use seal::numbers::{action, outcome, table};
use seal::{RecordId, Version};
use vault::{Actor, KeyOf};

use crate::account::{Account, Language, Realm};
use crate::acquainted::Acquainted;
use crate::door::DoorRefused;
use crate::ended::{Ended, end};
use crate::invite::use_up;
use crate::life::Life;
use crate::password::Password;
use crate::realm::{Identity, people_after};
use crate::refused::Refused;
use crate::secret::Secret;
use crate::sessions::{Peer, Session, new_token};
use crate::signed::Signed;
use crate::stored::{account_fields, read_account, session_fields, totp_fields};
use crate::text;
use crate::time_zones;
use crate::totp::{Judged, TotpSecret, TotpSetup};

/// Wrong codes before one begins anew; the secret is on the page, so it guards nothing.
const CODES_MOST: u32 = 20;

/// What somebody wants their account to be.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Name, to sign in with.
    pub name: String,
    /// Password.
    pub password: Password,
    /// Language.
    pub language: Language,
    /// IANA name of the time zone.
    pub time_zone: String,
}

/// An account on its way.
#[derive(Debug)]
pub(crate) struct Enrolment {
    account: Account,
    hash: String,
    totp: TotpSecret,
    used_step: Option<u64>,
    wrong: u32,
    /// What lets them in; `None` for the first account of all.
    invitation: Option<RecordId>,
    /// Its name is to stand on the locked page.
    shown: bool,
}

impl Enrolment {
    pub(crate) fn new(
        account: Account,
        hash: String,
        totp: TotpSecret,
        invitation: Option<RecordId>,
    ) -> Self {
        Self { account, hash, totp, used_step: None, wrong: 0, invitation, shown: false }
    }
}

impl Identity {
    /// Begins the first account of the realm. Whoever calls this has seen the setup code or the
    /// manager's code. The secret goes into the step's cookie.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn begin_first(&self, new: NewAccount) -> Result<(Secret, TotpSetup), Refused> {
        self.begin_first_shown(new, false, None).await
    }

    /// The same, of somebody who wants their name on the locked page, or does not: see
    /// [`Identity::unlockers`]. `former` is the step of an account that the same person named before
    /// and names anew: the authenticator app's secret stays as long as no code proved it.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn begin_first_shown(
        &self,
        new: NewAccount,
        shown: bool,
        former: Option<&Secret>,
    ) -> Result<(Secret, TotpSetup), Refused> {
        if self.has_accounts() {
            return Err(Refused::AlreadySetUp);
        }
        let name = text::name(&new.name).map_err(Refused::Name)?;
        self.check(&new.password, &[&name])?;
        let time_zone = time_zone(&new.time_zone)?;
        let hash = self.hash(new.password).await?;
        let totp = self.totp_after(former)?;
        let account = Account {
            id: self.0.store.new_id(),
            version: Version(1),
            name,
            language: new.language,
            time_zone,
            role: self.realm().keeper(),
            disabled: false,
        };
        self.begin_enrolment(Enrolment { shown, ..Enrolment::new(account, hash, totp, None) })
    }

    /// Names of those who agreed to stand on the locked page and are not disabled, in the order of
    /// their making. Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused::Read`].
    pub fn unlockers(&self) -> Result<Vec<String>, Refused> {
        let mut shown = Vec::new();
        let each = |id, version, body: Arc<Body>| {
            let agreed = matches!(body.fields.get(&SHOW_AS_UNLOCKER), Some(Value::YesNo(true)));
            let account = read_account(id, version, &body).map(|(account, _)| account);
            shown.extend(account.filter(|account| agreed && !account.disabled));
        };
        self.0.store.load(table::ACCOUNTS, each).map_err(Refused::Read)?;
        shown.sort_by_key(|account| account.id);
        Ok(shown.into_iter().map(|account| account.name).collect())
    }

    /// The authenticator app's secret for an enrolment: that of the one before it, which ends, unless it
    /// was proven or is over; then a new one. Whoever knows the step of the one before has seen it.
    pub(crate) fn totp_after(&self, former: Option<&Secret>) -> Result<TotpSecret, Refused> {
        let mut steps = self.0.enrolments.lock().unwrap_or_else(PoisonError::into_inner);
        let lives = former.filter(|former| steps.get(former.expose(), self.now()).is_some());
        let before = lives.and_then(|former| steps.end(former.expose()));
        match before.filter(|before| before.used_step.is_none()) {
            Some(before) => Ok(before.totp),
            None => Ok(TotpSecret::new().map_err(DoorRefused::Random)?),
        }
    }

    /// What the authenticator app needs, once more, for whoever holds the step: none when a code proved it,
    /// or the step is over.
    #[must_use]
    pub fn unproven(&self, step: &Secret) -> Option<TotpSetup> {
        let steps = self.0.enrolments.lock().unwrap_or_else(PoisonError::into_inner);
        let enrolment = steps.get(step.expose(), self.now())?;
        let unproven = enrolment.used_step.is_none();
        unproven.then(|| enrolment.totp.setup(self.issuer(), &enrolment.account.name))
    }

    fn issuer(&self) -> &'static str {
        match self.realm() {
            Realm::Admin => "gatehouse.internal",
            Realm::Crm => "crm.gatehouse.internal",
        }
    }

    pub(crate) fn begin_enrolment(&self, of: Enrolment) -> Result<(Secret, TotpSetup), Refused> {
        let setup = of.totp.setup(self.issuer(), &of.account.name);
        let mut steps = self.0.enrolments.lock().unwrap_or_else(PoisonError::into_inner);
        let step = steps.begin(of, self.now()).map_err(DoorRefused::Random)?;
        Ok((step, setup))
    }

    /// The code that shows the authenticator app is set up. Nothing is written yet but that a wrong one
    /// is in the log within a second.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn enrol_code(&self, step: &str, code: &str, peer: &Peer) -> Result<(), Refused> {
        let now = self.now();
        let mut steps = self.0.enrolments.lock().unwrap_or_else(PoisonError::into_inner);
        let enrolment = steps.get_mut(step, now).ok_or(DoorRefused::StepGone)?;
        let Judged::Right { step: used } = enrolment.totp.judge(code, now.wall, None) else {
            enrolment.wrong += 1;
            if enrolment.wrong >= CODES_MOST {
                steps.end(step);
            }
            self.note_enrol_refused("totp", peer);
            return Err(DoorRefused::WrongTotp { box_time: now.wall, used: false }.into());
        };
        // The same code again is no fault here, but none that was given opens anything later.
        enrolment.used_step = enrolment.used_step.max(Some(used));
        steps.refresh(step, now);
        Ok(())
    }

    /// Makes the account and its first session, in one batch. The secret goes into the session's
    /// cookie.
    ///
    /// # Errors
    /// [`Refused`]; after [`Refused::Door`] the code is to be given again, after any other all begins anew.
    pub async fn enrol_finish(&self, step: &str, peer: &Peer) -> Result<(Secret, Signed), Refused> {
        let now = self.now();
        let enrolment = {
            let mut steps = self.0.enrolments.lock().unwrap_or_else(PoisonError::into_inner);
            let ready = steps.get(step, now).is_some_and(|e| e.used_step.is_some());
            ready.then(|| steps.end(step)).flatten()
        };
        let Enrolment { account, hash, totp, used_step, invitation, shown, .. } =
            enrolment.ok_or(DoorRefused::StepGone)?;
        let id = account.id;
        let (token, token_sha256) = new_token().map_err(DoorRefused::Random)?;
        let session = Session {
            id: self.0.store.new_id(),
            account: id,
            peer: peer.clone(),
            created: now.wall,
            last_seen: now.wall,
            written: now.wall,
            life: Life::begin(now),
        };
        let actor = Actor {
            account: Some(id),
            session: token_sha256.first_chunk().copied(),
            device: peer.device.clone(),
            address: Some(peer.address),
        };
        let known = Acquainted::default().with(peer);
        let (door, key) = (self.0.door.clone(), KeyOf::Person(id));
        let shut = self.damage_shuts();
        self.write(actor, move |batch| {
            let people = people_after(&door, batch);
            match invitation {
                Some(invitation) => use_up(batch, invitation, now.wall)?,
                None if people.is_empty() && !shut => {}
                None => return Err(Refused::AlreadySetUp),
            }
            people.may_join(&account.name, account.role)?;
            let mut fields = account_fields(&account, &hash, now.wall);
            fields.insert(SHOW_AS_UNLOCKER, Value::YesNo(shown));
            batch.put(table::ACCOUNTS, id, fields, key)?;
            let used = used_step.unwrap_or_default();
            batch.put(table::TOTP, id, totp_fields(&totp, used, &known), key)?;
            batch.put(table::SESSIONS, session.id, session_fields(&session, &token_sha256), key)?;
            batch.audit(action::ENROLLED, outcome::ALLOWED);
            Ok(())
        })
        .await?;
        let signed = self.session(token.expose(), peer).ok_or(DoorRefused::StepGone)?;
        Ok((token, signed))
    }

    /// Sessions of somebody signed in, the newest first.
    #[must_use]
    pub fn sessions(&self, of: &Signed) -> Vec<Session> {
        self.door().sessions().of(of.account().id, self.now()).into_iter().cloned().collect()
    }

    /// Is this session still good? For streams: touches nothing.
    #[must_use]
    pub fn is_alive(&self, of: &Signed) -> bool {
        self.door().sessions().is_alive(of.session(), self.now())
    }

    /// Ends a session of one's own, the current one included: over when this returns.
    ///
    /// # Errors
    /// [`Refused::NotFound`] if there is none, or it is somebody else's.
    pub async fn revoke(&self, who: &Signed, id: RecordId) -> Result<(), Refused> {
        let own = id == who.session();
        let action = if own { action::SIGN_OUT } else { action::SESSION_REVOKED };
        let done = self.end_own(who, id, action).await;
        self.logged(who, action, Some((table::SESSIONS, id)), done).await
    }

    async fn end_own(&self, who: &Signed, id: RecordId, action: u32) -> Result<(), Refused> {
        let sessions = self.sessions(who);
        let session = sessions.iter().find(|session| session.id == id).ok_or(Refused::NotFound)?;
        let ended = Ended::of(session);
        self.write_as(who, move |batch| {
            end(batch, &[ended])?;
            batch.audit(action, outcome::ALLOWED);
            Ok(())
        })
        .await
    }
}

/// An IANA name that there is.
pub(crate) fn time_zone(name: &str) -> Result<String, Refused> {
    if time_zones::is_known(name) { Ok(name.to_owned()) } else { Err(Refused::TimeZone) }
}
