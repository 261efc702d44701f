//! Settings that are tried: asked of hostd, kept by the session that began it over a connection that the
//! new rules let in, undone by anybody, and what became of each written down. hostd alone decides when
//! the former ones come back; this only learns of it.

use std::future::Future;
use std::net::IpAddr;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use host_api::{HowEnded, NotNow, Request, Response, SettingsSource};
use identity::{Secret, Signed};
use seal::RecordId;
use seal::numbers::{action, outcome};
use settings::Settings;
use sha2::{Digest, Sha256};

use super::Unanswered;
use super::ask::{InForce, Pointer, away, done};
use super::changes::{Change, Documents, Outcome, digest};
use super::state::{Admin, entry};
use crate::caller::Line;
use crate::problem::{Code, Problem};
use crate::realm::Who;
use crate::reply::broken;
use crate::shape::plain::{Id, Time};
use crate::shape::settings::{Running, Started, Tried};

/// Shortest and longest that a person may choose.
pub(super) const SECONDS: std::ops::RangeInclusive<u32> = 30..=host_api::Trial::LONGEST;
/// After the end, until what became of it is looked up.
const AFTER: Duration = Duration::from_secs(1);
/// How often it is looked at whether a trial is over before its time.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What is to be tried, and how.
pub(super) struct Proposal {
    pub(super) settings: Settings,
    pub(super) reason: String,
    pub(super) seconds: u32,
    /// What makes a repeated request the same one. Browsers repeat a request when its connection breaks
    /// before the answer, and new rules may break it: what was tried once is not tried again by that.
    pub(super) key: Option<Id>,
}

/// The trial that this process began.
#[derive(Clone, Copy)]
pub(super) struct Begun {
    change: RecordId,
    /// Connections of this number and later ones are from after the change.
    first_new: u64,
}

/// Who tries what, as hostd keeps it for us over a restart: the change and the session.
struct By {
    change: RecordId,
    session: RecordId,
}

impl By {
    fn text(&self) -> String {
        format!("{} {}", Id(self.change.0).text(), Id(self.session.0).text())
    }

    fn of(text: &str) -> Option<Self> {
        let (change, session) = text.split_once(' ')?;
        let id = |text| Id::parse(text).map(|Id(id)| RecordId(id));
        Some(Self { change: id(change)?, session: id(session)? })
    }
}

impl Admin {
    /// Does what changes the settings alone, and only for whose session did not end while it waited; a
    /// refusal goes into the log.
    pub(super) async fn in_turn<T>(
        &self,
        who: &Who,
        what: u32,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let _alone = self.changing().await;
        let done = match who.identity.confirm(&who.signed).await {
            Ok(()) => work.await,
            Err(refused) => Err(refused.into()),
        };
        if let Err(problem) = &done {
            let (by, why) = (who.signed.actor(), problem.code().as_str());
            self.log(entry(by, what, outcome::REFUSED, Some(why))).await?;
        }
        done
    }

    /// Brings a document about for a time. The former one is what it was made from.
    ///
    /// # Errors
    /// Fields of the request, found by `pointer`; [`Code::TrialRunning`], [`Code::ChangedMeanwhile`],
    /// those of hostd. The former settings stand then.
    pub(super) async fn try_out(
        &self,
        who: &Signed,
        now: &InForce,
        proposal: Proposal,
        pointer: Pointer,
    ) -> Result<Tried, Problem> {
        // What became of the one before is known by its own end, not by this one's.
        self.settle_changes().await?;
        let is_again = |change: &Change| change.key.is_some() && change.key == proposal.key;
        if self.changes().await?.iter().any(is_again) {
            return Err(Code::TriedAlready.into());
        }
        if let Some(trial) = &now.trial {
            return Err(Problem::from(Code::TrialRunning).with("secondsLeft", trial.left));
        }
        let document = proposal.settings.to_json();
        if document == now.document {
            return Ok(Tried { trial: None });
        }
        self.check(document.clone(), pointer).await?;
        let documents = Documents { before: now.document.clone(), after: document };
        let change = self.begin_change(who, &documents, &proposal.reason, proposal.key).await?;
        let token = Secret::new().map_err(|error| broken(&error))?;
        let by = By { change, session: who.session() }.text();
        let asked = Request::Try {
            document: documents.after.clone(),
            base: hex(&digest(&documents.before)),
            seconds: proposal.seconds,
            token: hex(&Sha256::digest(token.expose().as_bytes())),
            by: by.clone(),
            author: self.parts().identity.name_of(who.account().id).unwrap_or_default(),
            reason: proposal.reason,
        };
        let trial = match self.tried(asked, &by, pointer).await {
            Ok(trial) => trial,
            // It may be tried all the same: what became of it is found out later.
            Err(problem) if problem.code() == Code::HostUnsure => return Err(problem),
            Err(problem) => {
                self.end_change(change, None, Outcome::Failed).await?;
                return Err(problem);
            }
        };
        // What is open now is from before: it is told to go once it was answered.
        let first_new = self.parts().connections.renew();
        self.now_tries(Some(Begun { change, first_new }));
        self.look_after_trial();
        Ok(Tried {
            trial: Some(Started {
                id: Id(change.0),
                token: token.expose().to_owned(),
                seconds_left: trial.left,
                until: self.until(trial.left),
            }),
        })
    }

    /// Brings a document about for a time, as nobody: nobody keeps it. Whoever calls it is [`Admin::changing`].
    ///
    /// # Errors
    /// As of [`Admin::try_out`].
    pub(super) async fn try_for_restore(&self, before: &str, after: String) -> Result<(), Problem> {
        let token = Secret::new().map_err(|error| broken(&error))?;
        let store = &self.parts().store;
        let by = By { change: store.new_id(), session: store.new_id() }.text();
        let asked = Request::Try {
            document: after,
            base: hex(&digest(before)),
            seconds: host_api::Trial::LONGEST,
            token: hex(&Sha256::digest(token.expose().as_bytes())),
            by: by.clone(),
            author: String::new(),
            reason: String::new(),
        };
        self.tried(asked, &by, |_| "/address".to_owned()).await.map(drop)
    }

    /// Where the answer is lost, hostd says whether it is being tried.
    async fn tried(
        &self,
        asked: Request,
        by: &str,
        pointer: Pointer,
    ) -> Result<host_api::Trial, Problem> {
        match self.parts().host.ask(asked).await {
            Ok(Response::Trying(trial)) => Ok(trial),
            Ok(Response::NotNow(NotNow::Trial)) => Err(Code::TrialRunning.into()),
            Ok(Response::NotNow(NotNow::Stale)) => Err(Code::ChangedMeanwhile.into()),
            Ok(response) => Err(match done(response, pointer) {
                Ok(()) => Code::Broken.into(),
                Err(problem) => problem,
            }),
            Err(error @ Unanswered::NotAsked(_)) => Err(away(&error)),
            Err(error @ Unanswered::Lost(_)) => {
                tracing::warn!(error = systemd::log::chain(&error), "are the settings tried?");
                let trial = self.after_loss().await?.trial;
                trial.filter(|trial| trial.by == by).ok_or_else(|| Code::NotApplied.into())
            }
        }
    }

    /// Keeps what is being tried, as whoever asks `from` there over this line.
    pub(super) async fn keep(
        &self,
        who: &Signed,
        (from, line): (IpAddr, Line),
        token: &str,
    ) -> Result<(), Problem> {
        let now = self.settings().await?;
        let Some(trial) = &now.trial else {
            self.settle_changes().await?;
            return Err(Code::NoTrial.into());
        };
        let by = By::of(&trial.by).ok_or(Code::NotYours)?;
        if by.session != who.session() {
            return Err(Code::NotYours.into());
        }
        let begun = self.begun().filter(|begun| begun.change == by.change);
        if begun.is_some_and(|begun| line.number < begun.first_new) {
            return Err(Code::OldConnection.into());
        }
        let asked = Request::Confirm { token: token.to_owned(), at: line.at, from };
        match self.parts().host.ask(asked).await {
            Ok(Response::Accepted) => {}
            Ok(Response::NotNow(NotNow::NoTrial)) => return Err(Code::NoTrial.into()),
            Ok(Response::NotNow(NotNow::Token)) => return Err(Code::WrongToken.into()),
            Ok(Response::NotNow(NotNow::Address)) => {
                self.parts().connections.leave(line.number);
                return Err(Code::OldAddress.into());
            }
            Ok(Response::NotNow(NotNow::FormerNetwork)) => {
                // It is of no use once the device has another address.
                self.parts().connections.leave(line.number);
                let address = from.to_canonical().to_string();
                return Err(Problem::from(Code::FormerNetwork).with("address", address));
            }
            Ok(response) => return done(response, |_| String::new()),
            Err(error @ Unanswered::NotAsked(_)) => return Err(away(&error)),
            Err(error @ Unanswered::Lost(_)) => {
                tracing::warn!(error = systemd::log::chain(&error), "are the settings kept?");
                let after = self.after_loss().await?;
                if after.trial.is_some() || after.document != now.document {
                    return Err(Code::NotApplied.into());
                }
            }
        }
        self.now_tries(None);
        self.parts().language.set(now.settings.language.into());
        self.end_change(by.change, Some(who), Outcome::Kept).await?;
        if self.changed_crm(by.change, &now.settings).await? {
            let access = action::CRM_ACCESS_CHANGED;
            self.log(entry(who.actor(), access, outcome::ALLOWED, None)).await?;
        }
        self.keep_settings_in_time().await;
        Ok(())
    }

    /// Lets a connection go that came to an address which the box has for this trial only: a browser keeps to
    /// the connection that it has, and would never learn of the new address.
    pub(super) fn lead_on(&self, now: &InForce, line: Line) {
        if now.trial.iter().flat_map(|trial| &trial.former).any(|former| line.at == *former) {
            self.parts().connections.leave(line.number);
        }
    }

    /// Whether a change made others reach the CRM, or moved it.
    async fn changed_crm(&self, change: RecordId, new: &Settings) -> Result<bool, Problem> {
        let all = self.changes().await?;
        let Some(change) = all.into_iter().find(|one| one.id == change) else { return Ok(false) };
        let documents = self.documents(&change).await?;
        let before = documents.and_then(|both| settings::parse(both.before.as_bytes()).ok());
        Ok(before.is_some_and(|before| before.crm != new.crm))
    }

    /// Ends what is being tried.
    pub(super) async fn go_back(&self, who: &Signed) -> Result<(), Problem> {
        let now = self.settings().await?;
        let Some(trial) = &now.trial else {
            self.settle_changes().await?;
            return Err(Code::NoTrial.into());
        };
        match self.ask(Request::Undo).await? {
            Response::Accepted => {}
            Response::NotNow(NotNow::NoTrial) => return Err(Code::NoTrial.into()),
            other => return done(other, |_| String::new()),
        }
        self.now_tries(None);
        match By::of(&trial.by) {
            Some(by) => self.end_change(by.change, Some(who), Outcome::Undone).await,
            None => Ok(()),
        }
    }

    /// The trial that is going on, as pages show it.
    pub(super) async fn running(
        &self,
        who: &Signed,
        now: &InForce,
    ) -> Result<Option<(Running, Option<Change>)>, Problem> {
        let Some(trial) = &now.trial else { return Ok(None) };
        let by = By::of(&trial.by).ok_or(Code::Broken)?;
        let change = self.changes().await?.into_iter().find(|one| one.id == by.change);
        let account = change.as_ref().and_then(|change| change.by);
        let name = account.and_then(|id| self.parts().identity.name_of(id));
        let running = Running {
            id: Id(by.change.0),
            by: name,
            mine: by.session == who.session(),
            reason: change.as_ref().map(|change| change.reason.clone()).unwrap_or_default(),
            seconds_left: trial.left,
            until: self.until(trial.left),
            words: Vec::new(),
            lists: Vec::new(),
            moves: Vec::new(),
        };
        Ok(Some((running, change)))
    }

    /// All changes for whoever reads them, the last one first: also of one whose end is not written down yet
    /// it is said how it ended. Nothing is written. What somebody is at just now is still being tried.
    pub(super) async fn known_changes(&self) -> Result<Vec<Change>, Problem> {
        let mut all = self.changes().await?;
        if all.iter().all(|change| change.outcome != Outcome::Trying) {
            return Ok(all);
        }
        let Some(_alone) = self.changing_now() else { return Ok(all) };
        // It may have ended while it was read.
        all = self.changes().await?;
        if let Ok(now) = self.settings().await {
            for change in &mut all {
                change.outcome = became(change, &now).unwrap_or(change.outcome);
            }
        }
        Ok(all)
    }

    /// Writes down what became of changes that are said to be tried and are not any more. Whoever calls it is
    /// [`Admin::changing`].
    pub(super) async fn settle_changes(&self) -> Result<(), Problem> {
        let all = self.changes().await?;
        if all.iter().all(|change| change.outcome != Outcome::Trying) {
            return Ok(());
        }
        let now = self.settings().await?;
        for change in &all {
            if let Some(became) = became(change, &now) {
                self.end_change(change.id, None, became).await?;
            }
        }
        Ok(())
    }

    /// Looks at what is being tried now and then until it is over, and writes down what became of it. Once
    /// at a time; whoever calls it is [`Admin::changing`].
    pub(super) fn look_after_trial(&self) {
        if self.looks_after().swap(true, Ordering::Relaxed) {
            return;
        }
        let admin = self.clone();
        tokio::spawn(async move {
            let mut wait = LOOK_EVERY;
            loop {
                tokio::time::sleep(wait).await;
                wait = LOOK_EVERY;
                let left = match admin.settings().await {
                    Ok(now) => now.trial.map(|trial| trial.left),
                    // hostd starts anew: the trial is over, and it will say so.
                    Err(_) => continue,
                };
                if let Some(left) = left {
                    wait = wait.min(Duration::from_secs(left.into()) + AFTER);
                    continue;
                }
                let _alone = admin.changing().await;
                match admin.settle_changes().await {
                    Ok(()) => return admin.looks_after().store(false, Ordering::Relaxed),
                    Err(problem) => {
                        let problem = problem.code().as_str();
                        tracing::warn!(problem, "what became of a change is written down later");
                    }
                }
            }
        });
    }

    fn until(&self, seconds: u32) -> Time {
        Time(self.now().saturating_add(u64::from(seconds) * 1_000))
    }

    fn begun(&self) -> Option<Begun> {
        *self.trials().lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_tries(&self, begun: Option<Begun>) {
        *self.trials().lock().unwrap_or_else(PoisonError::into_inner) = begun;
    }
}

/// The change that is being tried, as hostd keeps it for us.
pub(super) fn change_of(now: &InForce) -> Option<Id> {
    now.trial.as_ref().and_then(|trial| By::of(&trial.by)).map(|by| Id(by.change.0))
}

/// What became of a change that is said to be tried; nothing when it still is, or when that is known.
fn became(change: &Change, now: &InForce) -> Option<Outcome> {
    if change.outcome != Outcome::Trying || change_of(now) == Some(Id(change.id.0)) {
        return None;
    }
    let is = |hash: &str| hash == hex(&change.digest);
    let ended = now.ended.as_ref().filter(|ended| is(&ended.document));
    Some(match ended.map(|ended| ended.how) {
        Some(HowEnded::Expired) => Outcome::Expired,
        Some(HowEnded::Undone) => Outcome::Undone,
        Some(HowEnded::Console) => Outcome::Console,
        Some(HowEnded::Restarted) => Outcome::Restarted,
        None if now.source == SettingsSource::Confirmed
            && digest(&now.document) == change.digest =>
        {
            Outcome::Kept
        }
        None => Outcome::Restarted,
    })
}

pub(super) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
