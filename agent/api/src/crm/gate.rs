//! The code that claims the CRM: its hash comes from the admin application, people type it here.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use events::Event;
use identity::{CodeGate, CodeRefused, Peer, Secret};

use super::life::{Life, Stage, Unfinished};
use super::state::Crm;
use crate::contract::App;
use crate::cookie::Cookie;
use crate::problem::{Code, Problem};
use crate::refuse::step_over;
use crate::reply::{self, Reply, broken};
use crate::shape::claim::CrmState;

/// The gate in front of one code.
pub(super) struct Gate {
    sha256: [u8; 32],
    gate: CodeGate,
}

/// Somebody who gave the code, on the way to the first account.
#[derive(Debug, Default)]
pub(super) struct Claim {
    /// The account, once it was named.
    pub enrolment: Option<Secret>,
}

impl Crm {
    /// From now on whoever knows this code may claim the CRM: its SHA-256, and until when (ms since
    /// 1970). The same one again changes nothing, so that nobody gets new tries by a new connection.
    pub fn manager_code(&self, sha256: [u8; 32], expires: u64) {
        let mut gate = self.0.gate.lock().unwrap_or_else(PoisonError::into_inner);
        if gate.as_ref().is_none_or(|gate| gate.sha256 != sha256) {
            *gate = Some(Gate { sha256, gate: CodeGate::new(sha256, expires) });
        }
    }

    /// Begins the claim; who came before with the same code has to give it again. `before` is the step of
    /// whoever gives it: what their own claim knows stays.
    pub(super) fn begin_claim(
        &self,
        typed: &str,
        before: Option<&str>,
        peer: &Peer,
    ) -> Result<Secret, Problem> {
        self.may_be_claimed()?;
        let now = self.0.parts.clock.now();
        {
            let mut gate = self.0.gate.lock().unwrap_or_else(PoisonError::into_inner);
            let gate = gate.as_mut().ok_or(Code::NoCode)?;
            let tried = gate.gate.try_code(typed, peer.address, now);
            tried.map_err(|refused| self.code_refused(refused, peer))?;
        }
        let secret = {
            let mut claims = self.0.claims.lock().unwrap_or_else(PoisonError::into_inner);
            let own = before.and_then(|before| claims.end(before)).unwrap_or_default();
            claims.end_all(|_| true);
            claims.begin(own, now).map_err(|error| broken(&error))?
        };
        self.change_seen(|seen| {
            if seen.state == CrmState::Unclaimed {
                seen.state = CrmState::Claiming;
            }
        });
        Ok(secret)
    }

    /// The code was used: it opens nothing any more, and no step is open.
    pub(super) fn end_claims(&self) {
        let mut gate = self.0.gate.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = gate.as_mut() {
            gate.gate.use_up();
        }
        drop(gate);
        self.0.claims.lock().unwrap_or_else(PoisonError::into_inner).end_all(|_| true);
    }

    /// Whether this step of the claim lives.
    pub(super) fn in_claim(&self, step: &str) -> Result<(), Problem> {
        self.claim(step, |_| ())
    }

    /// What a step of the claim knows.
    pub(super) fn claim<T>(
        &self,
        step: &str,
        with: impl FnOnce(&mut Claim) -> T,
    ) -> Result<T, Problem> {
        let now = self.0.parts.clock.now();
        let mut claims = self.0.claims.lock().unwrap_or_else(PoisonError::into_inner);
        let over = step_over(&claims, step, now);
        Ok(with(claims.get_mut(step, now).ok_or(over)?))
    }

    /// The answer to a step that succeeded: there are fifteen minutes more for the next.
    pub(super) fn goes_on(&self, step: &str, answer: Reply) -> Reply {
        let now = self.0.parts.clock.now();
        self.0.claims.lock().unwrap_or_else(PoisonError::into_inner).refresh(step, now);
        reply::with_cookie(answer, App::Crm, Cookie::Step, step)
    }

    fn may_be_claimed(&self) -> Result<(), Problem> {
        match self.seen().state {
            CrmState::Unclaimed | CrmState::Claiming => Ok(()),
            CrmState::Open => Err(Code::AlreadySetUp.into()),
            CrmState::Locked => Err(Code::Locked.into()),
            CrmState::DiskFailed => Err(Code::DiskFailed.into()),
        }
    }

    fn code_refused(&self, refused: CodeRefused, peer: &Peer) -> Problem {
        tracing::info!(address = %peer.address, %refused, "the manager's code was refused");
        // Before there is a vault there is no log of it here.
        self.0.claims_refused.fetch_add(1, Ordering::Relaxed);
        if let Ok(life) = self.0.life.try_lock()
            && let Life::Unfinished(Unfinished { stage: Stage::Proved { open, .. }, .. }) = &*life
        {
            open.identity.note_enrol_refused("manager-code", peer);
        }
        match refused {
            CodeRefused::Wrong { tries_left } => {
                Problem::from(Code::WrongCode).with("triesLeft", tries_left)
            }
            CodeRefused::SlowDown { retry_after } => Problem::slow_down(retry_after),
            CodeRefused::Gone => Code::NoCode.into(),
        }
    }

    /// Tells the admin application how many codes were refused since the last time: once a minute, so
    /// that nobody fills its log.
    pub(super) fn tell_claims_refused(&self) {
        let count = self.0.claims_refused.swap(0, Ordering::Relaxed);
        let told = || self.0.parts.events.try_send(Event::ClaimRefused { count });
        if count > 0 && told().is_err() {
            self.0.claims_refused.fetch_add(count, Ordering::Relaxed);
        }
    }
}
