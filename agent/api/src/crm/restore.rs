//! A vault that comes back from a copy, in place of a claim's new one: whoever has the code of the admin and the
//! recovery sheet sees which copies are there, and has one restored. It is locked then, as the box that the copy
//! is of was.

use std::sync::PoisonError;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use backup::Id;
use backup::service::{Found, Why};
use events::{CrmState as Told, Event};

use super::Crm;
use super::copied;
use super::life::{Life, Stage, clear, end, not_written};
use super::place::{Front, Mark};
use super::state::stranger;
use crate::caller::{Caller, Sent, StepSecret};
use crate::copies::{Sheeted, Whose, apart, copies_found, typed_sheet, why};
use crate::problem::{Code, Problem};
use crate::reply::{self, Reply};
use crate::shape::claim::{CrmState, LockedBecause};
use crate::shape::copies as shape;
use crate::shape::plain::Time;

pub(super) fn routes() -> Router<Crm> {
    Router::new()
        .route("/api/v1/claim/copies", post(look))
        .route("/api/v1/claim/restore", get(so_far).post(begin))
}

/// How a restore goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Restore {
    Running(u64),
    Failed(Why, u64),
}

async fn look(
    State(crm): State<Crm>,
    StepSecret(step): StepSecret,
    Sent(typed): Sent<shape::TypedSheet>,
) -> Reply {
    crm.in_claim(&step)?;
    let Sheeted { place, key, .. } = typed_sheet(typed, Whose::Vault)?;
    let wanted = place.clone();
    let around = copied::around(&crm.0.parts);
    let look = move || Found::open(&around, &place, &key).and_then(|found| found.copies());
    let found = apart(look).await?;
    if let Err(because) = &found
        && because.may_be_shut()
        && let Some(wants) = wanted.wants(copied::RESTORES)
    {
        crm.tell(copied::event(wants));
    }
    let found = copies_found(found);
    crm.goes_on(&step, reply::json(&found))
}

/// It goes on when whoever asked has gone away; how it goes is asked for.
async fn begin(
    State(crm): State<Crm>,
    StepSecret(step): StepSecret,
    caller: Caller,
    Sent(new): Sent<shape::NewRestore>,
) -> Reply {
    crm.in_claim(&step)?;
    let copy = match new.copy.as_deref().map(Id::parse) {
        Some(None) => return Err(Problem::field("/copy", "unknown")),
        copy => copy.flatten(),
    };
    let Sheeted { place, key, .. } = typed_sheet(new.sheet, Whose::Vault)?;
    {
        let mut restore = crm.0.restore.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*restore, Some(Restore::Running(_))) {
            return reply::nothing();
        }
        *restore = Some(Restore::Running(crm.now()));
    }
    let (around, actor, going) =
        (copied::around(&crm.0.parts), stranger(&caller.peer), crm.clone());
    let of = step.clone();
    let restored = async move {
        let work = going.change(move |crm, mut life| async move {
            // Somebody else may have given the code while this one waited.
            crm.in_claim(&of)?;
            // What leads nowhere is known before anything makes way.
            let found = apart(move || Found::open(&around, &place, &key)).await?;
            let found = match found {
                Ok(found) => found,
                Err(why) => return Ok(Some(why)),
            };
            crm.make_way(&mut life, actor).await?;
            let to = crm.0.place.vault();
            match apart(move || found.restore(copy, &to)).await? {
                Ok(restored) => {
                    let (seq, copy) = (restored.made.seq, restored.copy.time);
                    tracing::info!(seq, copy, "the vault was restored from a copy");
                    crm.restored(&mut life);
                    Ok(None)
                }
                Err(why) => Ok(Some(why)),
            }
        });
        let failed = match work.await {
            Ok(failed) => failed,
            Err(problem) => {
                tracing::error!(problem = problem.code().as_str(), "no vault was restored");
                Some(Why::Store)
            }
        };
        let mut restore = going.0.restore.lock().unwrap_or_else(PoisonError::into_inner);
        *restore = failed.map(|why| Restore::Failed(why, going.now()));
    };
    tokio::spawn(restored);
    crm.goes_on(&step, reply::nothing())
}

async fn so_far(State(crm): State<Crm>, StepSecret(step): StepSecret) -> Reply {
    crm.in_claim(&step)?;
    let restore = *crm.0.restore.lock().unwrap_or_else(PoisonError::into_inner);
    let (state, because, at) = match restore {
        None => (shape::RestoreState::None, None, None),
        Some(Restore::Running(at)) => (shape::RestoreState::Running, None, Some(Time(at))),
        Some(Restore::Failed(because, at)) => {
            (shape::RestoreState::Failed, Some(why(because)), Some(Time(at)))
        }
    };
    crm.goes_on(&step, reply::json(&shape::RestoreSoFar { state, why: because, at }))
}

impl Crm {
    pub(super) fn is_restoring(&self) -> bool {
        let restore = self.0.restore.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(*restore, Some(Restore::Running(_)))
    }

    /// A vault that holds nothing makes way; one that has its organisation does not.
    async fn make_way(&self, life: &mut Life, actor: vault::Actor) -> Result<(), Problem> {
        match life {
            Life::Unclaimed => {}
            Life::Unfinished(unfinished) if matches!(unfinished.stage, Stage::Unproved { .. }) => {}
            _ => return Err(Code::OutOfOrder.into()),
        }
        if let Life::Unfinished(former) = std::mem::replace(life, Life::Unclaimed) {
            end(former.held, actor).await;
        }
        self.0.place.discard_vault().map_err(not_written)
    }

    /// There is a vault now, and it is locked.
    fn restored(&self, life: &mut Life) {
        *life = Life::Locked;
        clear(&self.0.place, Mark::Claiming);
        self.change_seen(|seen| {
            seen.state = CrmState::Locked;
            seen.because = Some(LockedBecause::Started);
            seen.front = Front::default();
            seen.recovery_confirmed = true;
        });
        self.end_claims();
        self.told(Told::Locked);
        self.tell(Event::Restored);
    }
}
