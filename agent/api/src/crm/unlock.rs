//! Opening the vault by passphrase or recovery key. What was typed is judged before anything is
//! changed, in two rows: whoever guesses passphrases makes nobody wait who has the recovery key.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use events::Event;
use identity::Peer;
use tokio::sync::Mutex as Turns;
use vault::{Actor, Findings, OpenError, Proved, SecretError, Store, Unlock};
use zeroize::Zeroizing;

use super::life::{Life, Stage, Unfinished, clear, end};
use super::making::recorded;
use super::place::{Front, Mark};
use super::{Crm, Open};
use crate::caller::{Caller, Sent};
use crate::problem::{Code, Field, Problem};
use crate::reply::{self, Reply, broken, off};
use crate::shape::claim::{CrmState, Unlock as Typed};

/// Until the process that follows this one may answer.
const AGAIN: Duration = Duration::from_secs(2);

pub(super) fn routes() -> Router<Crm> {
    Router::new().route("/api/v1/unlock", post(unlock))
}

async fn unlock(State(crm): State<Crm>, caller: Caller, Sent(typed): Sent<Typed>) -> Reply {
    let secret = match (typed.passphrase, typed.recovery_key) {
        (Some(passphrase), None) => Unlock::Passphrase(Zeroizing::new(passphrase)),
        (None, Some(key)) => Unlock::Recovery(Zeroizing::new(key)),
        (passphrase, key) => {
            drop((passphrase.map(Zeroizing::new), key.map(Zeroizing::new)));
            let both = ["/passphrase", "/recoveryKey"];
            return Err(Problem::fields_refused(
                both.map(|at| Field::new(at, "one-of-both")).into(),
            ));
        }
    };
    // Without waiting for whoever opens it now.
    crm.may_be_opened()?;
    let rows = &crm.0.unlocking;
    let row = if by_passphrase(&secret) { &rows.passphrases } else { &rows.recovery_keys };
    let turn = Arc::clone(row).lock_owned().await;
    // To its end also when whoever asked has gone away.
    off(async move {
        let proved = crm.judge(&secret, &caller.peer)?;
        let mut life = crm.0.life.lock().await;
        let opened = crm.open_vault(&mut life, proved).await;
        if opened.is_ok() && !by_passphrase(&secret) {
            crm.tell(Event::RecoveryKeyUsed);
        }
        drop(turn);
        opened
    })
    .await??;
    reply::nothing()
}

impl Crm {
    fn may_be_opened(&self) -> Result<(), Problem> {
        match self.seen().state {
            CrmState::Locked => Ok(()),
            CrmState::DiskFailed => Err(Code::DiskFailed.into()),
            CrmState::Unclaimed | CrmState::Claiming | CrmState::Open => {
                Err(Code::NotLocked.into())
            }
        }
    }

    /// Judges a secret. Blocks.
    fn judge(&self, secret: &Unlock, peer: &Peer) -> Result<Proved, Problem> {
        // It may have been opened by whoever was before in the row.
        self.may_be_opened()?;
        let by_passphrase = by_passphrase(secret);
        self.0.closed.prove(secret, Some(peer.address)).map_err(|error| {
            if matches!(error, OpenError::WrongSecret { .. } | OpenError::NoSlot) {
                self.count_failure(by_passphrase, peer);
            }
            refused(error, by_passphrase)
        })
    }

    async fn open_vault(&self, life: &mut Life, proved: Proved) -> Result<(), Problem> {
        match life {
            Life::Locked => {}
            Life::Ending => return Err(Problem::slow_down(AGAIN)),
            _ => return Err(Code::NotLocked.into()),
        }
        let opened = self.0.closed.open_proved(proved);
        let store = opened.map_err(|error| refused(error, false))?;
        name_damage(store.findings());
        let held = self.hold(store.clone());
        match self.read(store).await {
            Ok((organisation, open)) => self.opened(life, held, organisation, open),
            Err(problem) => {
                end(held, Actor::default()).await;
                return Err(problem);
            }
        }
        Ok(())
    }

    async fn read(&self, store: Store) -> Result<(Option<String>, Arc<Open>), Problem> {
        let organisation = recorded(&store)?;
        let open = Open::new(store, &self.0.place, &self.0.parts).await?;
        Ok((organisation, Arc::new(open)))
    }

    fn opened(
        &self,
        life: &mut Life,
        held: super::life::Held,
        organisation: Option<String>,
        open: Arc<Open>,
    ) {
        clear(&self.0.place, Mark::LockedByHand);
        if open.identity.has_accounts() {
            clear(&self.0.place, Mark::Claiming);
            *life = Life::Open(held);
            let front = self.front_of(organisation, &open);
            self.show_open(open, front);
            self.tell(Event::Unlocked);
            return;
        }
        tracing::info!("the vault is open and has no manager yet: its claim goes on");
        let stage = Stage::Unproved { organisation: None };
        let mut unfinished = Unfinished { held, stage };
        match organisation {
            Some(name) => {
                clear(&self.0.place, Mark::Claiming);
                self.proved(&mut unfinished, name, open);
            }
            None => self.change_seen(|seen| {
                seen.state = CrmState::Claiming;
                seen.front = Front::default();
                seen.recovery_confirmed = false;
            }),
        }
        self.told(events::CrmState::Unclaimed);
        *life = Life::Unfinished(unfinished);
    }

    /// What the locked page will show next time, written when that is new.
    fn front_of(&self, organisation: Option<String>, open: &Open) -> Front {
        let former = self.seen().front;
        let unlockers = open.identity.unlockers().unwrap_or_else(|error| {
            let error = systemd::log::chain(&error);
            tracing::warn!(error, "who may be shown on the locked page is not known");
            former.unlockers.clone()
        });
        let front = Front { organisation, unlockers };
        if front != former {
            self.write_front(&front);
        }
        front
    }
}

/// Those who wait to be judged, one after the other in each row.
#[derive(Default)]
pub(super) struct Rows {
    passphrases: Arc<Turns<()>>,
    recovery_keys: Arc<Turns<()>>,
}

fn by_passphrase(secret: &Unlock) -> bool {
    matches!(secret, Unlock::Passphrase(_))
}

fn name_damage(findings: &Findings) {
    let Findings { gap, failures, restored, .. } = findings;
    if let Some((from, to)) = gap {
        tracing::info!(
            from,
            to,
            "the program did not end in order: reads may be missing in the log"
        );
    }
    if failures.count > 0 {
        tracing::warn!(count = failures.count, "wrong passphrases before this one");
    }
    if let Some(from) = restored {
        tracing::warn!(seq = from.seq, copy = from.copy, "the vault goes on from a copy");
    }
    let (gap, failures, restored) = (*gap, *failures, *restored);
    let whole = Findings { gap, failures, restored, ..Findings::default() };
    if *findings != whole {
        tracing::error!(?findings, "the vault is damaged; what is whole is open");
    }
}

fn refused(error: OpenError, by_passphrase: bool) -> Problem {
    match error {
        OpenError::WrongSecret { left, wait, .. } if by_passphrase => {
            let wrong = Problem::from(Code::WrongSecret).with("triesLeft", left);
            if wait.is_zero() { wrong } else { wrong.after(wait) }
        }
        OpenError::WrongSecret { .. } | OpenError::NoSlot => Code::WrongSecret.into(),
        OpenError::Wait(wait) => Problem::slow_down(wait),
        OpenError::Secret(SecretError::Mistyped) => Problem::field("/recoveryKey", "mistyped"),
        OpenError::Missing => Code::NotLocked.into(),
        OpenError::Commit(error) => error.into(),
        // Not the vault's content: the disk, or the machine.
        OpenError::File(_) | OpenError::Thread(_) | OpenError::Secret(_) | OpenError::Seal(_) => {
            broken(&error)
        }
        damaged => {
            tracing::error!(error = systemd::log::chain(&damaged), "the vault does not open");
            Code::VaultDamaged.into()
        }
    }
}
