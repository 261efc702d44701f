//! The way in: name and password, then a code, then a session.
//!
//! Without I/O: whoever drives it hashes where it says so and writes what it gives **before** it
//! calls [`Door::enter`]. So what the door says is judged in one place, by tests without a disk.

use std::collections::HashMap;
use std::time::Duration;

use seal::RecordId;
use vault::Moment;

use crate::account::{Account, Realm};
use crate::acquainted::Acquainted;
use crate::life::Life;
use crate::people::People;
use crate::place::Place;
use crate::secret::{Secret, kept};
use crate::sessions::{Peer, Session, Sessions, new_token};
use crate::signed::Signed;
use crate::steps::Steps;
use crate::stored::StoredTotp;
use crate::throttle::{Attempt, Throttle};
use crate::totp::{Judged, STEP_MS, TotpSecret};

/// Wrong codes after one right password; then the password is asked again.
pub const CODES_PER_PASSWORD: u32 = 5;

/// No code is taken for so long after a restore: by then all that were used since the copy have run out (0002).
pub const PAUSE_AFTER_RESTORE: Duration = Duration::from_secs(120);

/// What opens an account. Kept sealed.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Argon2id, a PHC string.
    pub password: String,
    /// Secret of the authenticator app.
    pub totp: TotpSecret,
    /// Step of the last code that was taken; none at or before it is taken again.
    pub used_step: Option<u64>,
    /// Whom the account knows.
    pub known: Acquainted,
    /// Last request of its sessions that are over, ms since 1970.
    pub seen: Option<u64>,
}

/// A realm's door.
#[derive(Debug)]
pub struct Door {
    people: People,
    credentials: HashMap<RecordId, Credentials>,
    sessions: Sessions,
    throttle: Throttle,
    half_in: Steps<HalfIn>,
    /// No code is taken before, by the clock since the start.
    codes_from: Duration,
}

/// Somebody whose password was right.
#[derive(Debug)]
struct HalfIn {
    account: RecordId,
    codes: u32,
}

/// A try to sign in that may be judged: [`crate::hash::verify`] the password against
/// [`Knock::hash`], also when there is none.
#[derive(Debug)]
pub struct Knock {
    account: Option<RecordId>,
    attempt: Attempt,
    hash: Option<String>,
}

/// Somebody may come in once this is on the disk, in one batch with the log's entry.
#[derive(Debug)]
pub struct Entry {
    /// Whose account.
    pub account: RecordId,
    /// Step of the code, to be stored: greater than the one before.
    pub used_step: u64,
    /// Whom the account knows, to be stored.
    pub known: Acquainted,
    /// The session, to be stored.
    pub session: Session,
    /// SHA-256 of its token, to be stored with it.
    pub token_sha256: [u8; 32],
    /// What the password was judged by: another one meanwhile, and the session is not to be stored.
    pub(crate) password: String,
    /// The account signed in with this browser before.
    pub(crate) known_browser: bool,
    token: Secret,
    attempt: Attempt,
}

/// Why the door stays shut.
#[derive(Debug, thiserror::Error)]
pub enum DoorRefused {
    /// Name or password is wrong, or the account is disabled: told apart by nobody.
    #[error("name or password is wrong")]
    WrongCredentials,
    /// The code is wrong or was used.
    #[error("the code is wrong or was used")]
    WrongTotp {
        /// The box's clock, ms since 1970: a telephone that differs makes wrong codes.
        box_time: u64,
        /// It was right, but taken before: the next one will do.
        used: bool,
    },
    /// Too many failures.
    #[error("too many failures")]
    SlowDown {
        /// Wait this long.
        retry_after: Duration,
    },
    /// The store came back from a copy: which codes were used since is not known.
    #[error("no code is taken yet after the restore")]
    JustRestored {
        /// Wait this long.
        retry_after: Duration,
    },
    /// The password was given too long ago, or too many codes were wrong since.
    #[error("the password is asked again")]
    StepGone,
    /// The kernel gave no randomness.
    #[error("no randomness")]
    Random(#[source] getrandom::Error),
}

impl DoorRefused {
    /// Reason in the log, which the web applications put into words. Whoever has the password and not
    /// the code is told apart: that password is known to somebody.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::WrongCredentials => "wrong-credentials",
            Self::WrongTotp { used: false, .. } => "wrong-totp",
            Self::WrongTotp { used: true, .. } => "used-totp",
            Self::SlowDown { .. } => "slow-down",
            Self::JustRestored { .. } => "just-restored",
            Self::StepGone => "step-gone",
            Self::Random(_) => "broken",
        }
    }
}

impl Knock {
    /// Whose account, if there is one: for the log.
    pub(crate) fn account(&self) -> Option<RecordId> {
        self.account
    }

    /// What the password is to be compared with.
    #[must_use]
    pub fn hash(&self) -> Option<&str> {
        self.hash.as_deref()
    }
}

impl Door {
    /// The door of a realm without anybody.
    #[must_use]
    pub fn new(realm: Realm) -> Self {
        Self {
            people: People::new(realm),
            credentials: HashMap::new(),
            sessions: Sessions::default(),
            throttle: Throttle::default(),
            half_in: Steps::new(),
            codes_from: Duration::ZERO,
        }
    }

    /// The store came back from a copy: codes wait.
    pub(crate) fn pause_codes(&mut self, now: Moment) {
        self.codes_from = now.since_start.saturating_add(PAUSE_AFTER_RESTORE);
    }

    /// Who there is.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The sessions there are, to be listed and ended.
    pub fn sessions(&mut self) -> &mut Sessions {
        &mut self.sessions
    }

    /// Takes in an account as it is on the disk. One that is disabled loses its sessions and half
    /// sessions at once; gives the ids of those ended.
    pub fn put(&mut self, account: Account, credentials: Credentials) -> Vec<RecordId> {
        let (id, disabled) = (account.id, account.disabled);
        self.credentials.insert(id, credentials);
        self.people.put(account);
        if !disabled {
            return Vec::new();
        }
        self.half_in.end_all(|half| half.account == id);
        self.sessions.end_all(id, None)
    }

    /// Takes in an account that changed on the disk; whoever is not known yet is not taken in. A
    /// new password ends half sessions, being disabled ends all.
    pub(crate) fn account_changed(&mut self, account: Account, hash: String) {
        let (id, disabled) = (account.id, account.disabled);
        let Some(credentials) = self.credentials.get_mut(&id) else { return };
        let same = credentials.password == hash;
        credentials.password = hash;
        self.people.put(account);
        if disabled || !same {
            self.half_in.end_all(|half| half.account == id);
        }
        if disabled {
            self.sessions.end_all(id, None);
        }
    }

    /// Takes in a second factor that changed on the disk. A used step never goes back.
    pub(crate) fn totp_changed(&mut self, id: RecordId, totp: StoredTotp) {
        if let Some(credentials) = self.credentials.get_mut(&id) {
            credentials.used_step = credentials.used_step.max(totp.used_step);
            credentials.known = totp.known;
            credentials.seen = credentials.seen.max(totp.seen);
        }
    }

    /// Judges a code of somebody signed in; a right one is used up. Counted by the caller's knock.
    pub(crate) fn own_code(&mut self, id: RecordId, typed: &str, now: Moment) -> Judged {
        let Some(credentials) = self.credentials.get_mut(&id) else { return Judged::Wrong };
        let judged = credentials.totp.judge(typed, now.wall, credentials.used_step);
        if let Judged::Right { step } = judged {
            credentials.used_step = Some(step);
        }
        judged
    }

    /// Takes the charge of a knock back: all of it was right.
    pub(crate) fn forgive(&mut self, knock: &Knock) {
        self.throttle.half_right(knock.attempt);
    }

    /// Somebody gives a name and wants a password judged. Counted as a failure until it is.
    ///
    /// # Errors
    /// [`DoorRefused::SlowDown`]; then nothing may be judged.
    pub fn knock(&mut self, name: &str, peer: &Peer, now: Moment) -> Result<Knock, DoorRefused> {
        let account = self.people.by_name(name).filter(|account| !account.disabled);
        let account = account.map(|account| account.id);
        let attempt = self.attempt(account, name, peer);
        self.charge(attempt, now)?;
        let hash = account.and_then(|id| self.credentials.get(&id)).map(|c| c.password.clone());
        Ok(Knock { account, attempt, hash })
    }

    /// The password was judged. The secret of the next step goes into a cookie.
    ///
    /// # Errors
    /// [`DoorRefused::WrongCredentials`].
    pub fn judged(
        &mut self,
        knock: &Knock,
        right: bool,
        now: Moment,
    ) -> Result<Secret, DoorRefused> {
        // Disabled or given another password while the hash was made: the old one opens nothing.
        let unchanged = |id: &RecordId| {
            let hash = self.credentials.get(id).map(|c| c.password.as_str());
            hash == knock.hash() && self.people.get(*id).is_some_and(|account| !account.disabled)
        };
        match knock.account.filter(|_| right).filter(unchanged) {
            Some(account) => {
                self.throttle.half_right(knock.attempt);
                let half = HalfIn { account, codes: 0 };
                self.half_in.begin(half, now).map_err(DoorRefused::Random)
            }
            None => Err(DoorRefused::WrongCredentials),
        }
    }

    /// Whose step this is, for the log.
    pub(crate) fn half_in(&self, step: &str, now: Moment) -> Option<RecordId> {
        self.half_in.get(step, now).map(|half| half.account)
    }

    /// Judges a code. A right one is used up here and now, whether or not the writing succeeds.
    /// `session_id` is a new id.
    ///
    /// # Errors
    /// [`DoorRefused`].
    pub fn code(
        &mut self,
        step: &str,
        typed: &str,
        peer: &Peer,
        session_id: RecordId,
        now: Moment,
    ) -> Result<Entry, DoorRefused> {
        let account = self.half_in.get(step, now).ok_or(DoorRefused::StepGone)?.account;
        let name = self.people.get(account).ok_or(DoorRefused::StepGone)?.name.clone();
        let retry_after = self.codes_from.saturating_sub(now.since_start);
        if !retry_after.is_zero() {
            return Err(DoorRefused::JustRestored { retry_after });
        }
        let attempt = self.attempt(Some(account), &name, peer);
        self.charge(attempt, now)?;
        let credentials = self.credentials.get_mut(&account).ok_or(DoorRefused::StepGone)?;
        let judged = credentials.totp.judge(typed, now.wall, credentials.used_step);
        let Judged::Right { step: used_step } = judged else {
            self.wrong_code(step, now);
            let used = judged == Judged::Used;
            return Err(DoorRefused::WrongTotp { box_time: now.wall, used });
        };
        let (token, token_sha256) = new_token().map_err(DoorRefused::Random)?;
        credentials.used_step = Some(used_step);
        let password = credentials.password.clone();
        let known = credentials.known.with(peer);
        let known_browser = attempt.is_by_known_browser();
        self.half_in.end(step);
        let session = Session {
            id: session_id,
            account,
            peer: peer.clone(),
            created: now.wall,
            last_seen: now.wall,
            written: now.wall,
            life: Life::begin(now),
        };
        Ok(Entry {
            account,
            used_step,
            known,
            session,
            token_sha256,
            password,
            known_browser,
            token,
            attempt,
        })
    }

    /// The entry is on the disk and its session was taken in: in. The secret goes into the session's
    /// cookie. `None` if the session was ended, or the account disabled or taken away, meanwhile.
    pub fn enter(&mut self, entry: Entry, now: Moment) -> Option<(Secret, Signed)> {
        let account = self.people.get(entry.account).filter(|account| !account.disabled)?;
        let session = self.sessions.look(entry.token.expose(), now)?;
        let signed = signed(account, session, &entry.token_sha256, entry.session.peer, now);
        if let Some(credentials) = self.credentials.get_mut(&entry.account) {
            credentials.known = entry.known;
        }
        self.throttle.succeeded(entry.attempt);
        Some((entry.token, signed))
    }

    /// Who shows this token, if its session lives. Counts as a request.
    pub fn session(&mut self, token: &str, peer: &Peer, now: Moment) -> Option<Signed> {
        let session = self.sessions.touch(token, now)?;
        let account = self.people.get(session.account).filter(|account| !account.disabled)?;
        Some(signed(account, session, &kept(token), peer.clone(), now))
    }

    /// Who shows this token, if its session lives. No request: its idle time goes on.
    #[must_use]
    pub fn look(&self, token: &str, peer: &Peer, now: Moment) -> Option<Signed> {
        let session = self.sessions.look(token, now)?;
        let account = self.people.get(session.account).filter(|account| !account.disabled)?;
        Some(signed(account, session, &kept(token), peer.clone(), now))
    }

    /// When an account was last used, ms since 1970: the last request of its sessions, those that
    /// are over included, at least the code that it last signed in with.
    pub(crate) fn last_seen(&self, id: RecordId, now: Moment) -> Option<u64> {
        let credentials = self.credentials.get(&id);
        let step = credentials.and_then(|credentials| credentials.used_step);
        let over = credentials.and_then(|credentials| credentials.seen);
        // A code may be of the step that comes next.
        let code = step.map(|step| step.saturating_mul(STEP_MS).min(now.wall));
        self.sessions.last_seen(id).max(over).max(code)
    }

    /// Whether browsers that an account does not know have to wait for it.
    pub(crate) fn is_locked(&self, id: RecordId, now: Moment) -> bool {
        self.people.get(id).is_some_and(|account| self.throttle.is_locked(&account.name, now))
    }

    fn attempt(&self, account: Option<RecordId>, name: &str, peer: &Peer) -> Attempt {
        let credentials = account.and_then(|id| self.credentials.get(&id));
        let known = credentials.and_then(|credentials| credentials.known.knows(peer));
        Attempt::new(name, Place::of(peer.address), known)
    }

    fn charge(&mut self, attempt: Attempt, now: Moment) -> Result<(), DoorRefused> {
        let charged = self.throttle.charge(attempt, now);
        charged.map_err(|retry_after| DoorRefused::SlowDown { retry_after })
    }

    fn wrong_code(&mut self, step: &str, now: Moment) {
        let Some(half) = self.half_in.get_mut(step, now) else { return };
        half.codes += 1;
        if half.codes >= CODES_PER_PASSWORD {
            self.half_in.end(step);
        }
    }
}

fn signed(
    account: &Account,
    session: &Session,
    token_sha256: &[u8; 32],
    peer: Peer,
    now: Moment,
) -> Signed {
    let mark = token_sha256.first_chunk().copied().unwrap_or_default();
    Signed {
        mark,
        account: account.clone(),
        session: session.id,
        peer,
        idle_expires: session.life.idle_expires(now),
        absolute_expires: session.life.absolute_expires(now),
    }
}
