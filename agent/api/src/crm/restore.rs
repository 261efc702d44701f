//! A vault that comes back from a copy, in place of a claim's new one: whoever has the code of the admin and the
//! recovery sheet sees which copies are there, and has one restored. It is locked then, as the box that the copy
//! is of was.

use std::sync::PoisonError;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use backup::service::{Found, Place, Why};
use backup::{Id, Sheet, SheetError, SheetKey};
use events::{CrmState as Told, Event};

use super::copies::{place, why};
use super::life::{Life, Stage, clear, end, not_written};
use super::place::{Front, Mark};
use super::state::stranger;
use super::{Crm, copies};
use crate::caller::{Caller, Sent, StepSecret};
use crate::problem::{Code, Field, Problem};
use crate::reply::{self, Reply, broken};
use crate::shape::claim::{CrmState, LockedBecause};
use crate::shape::copies as shape;
use crate::shape::plain::Time;

/// Most copies that are told.
const MOST: usize = 400;

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
    let (place, key) = read(typed)?;
    let wanted = place.clone();
    let around = copies::around(&crm.0.parts);
    let look = move || Found::open(&around, &place, &key).and_then(|found| found.copies());
    let found = match apart(look).await? {
        Ok((copies, damaged)) => shape::CopiesFound {
            why: copies.is_empty().then_some(shape::CopyWhy::Nothing),
            count: copies.len(),
            items: copies.iter().rev().take(MOST).map(told).collect(),
            damaged,
        },
        Err(because) => {
            if because.may_be_shut()
                && let Some(wants) = wanted.wants(copies::RESTORES)
            {
                crm.tell(copies::event(wants));
            }
            let why = Some(why(because));
            shape::CopiesFound { why, items: Vec::new(), count: 0, damaged: 0 }
        }
    };
    crm.goes_on(&step, reply::json(&found))
}

/// What speaks with a target, on a thread where no async tasks run: it blocks.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| broken(&error))
}

fn told(copy: &backup::Copy) -> shape::CopyFound {
    shape::CopyFound { id: copy.id.to_string(), at: Time(copy.time) }
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
    let (place, key) = read(new.sheet)?;
    {
        let mut restore = crm.0.restore.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*restore, Some(Restore::Running(_))) {
            return reply::nothing();
        }
        *restore = Some(Restore::Running(crm.now()));
    }
    let (around, actor, going) =
        (copies::around(&crm.0.parts), stranger(&caller.peer), crm.clone());
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

/// Where the copies are and what opens them, or every field that is refused.
fn read(typed: shape::TypedSheet) -> Result<(Place, SheetKey), Problem> {
    if let Some(text) = typed.text.filter(|text| !text.reveal().trim().is_empty()) {
        let code = |error| match error {
            SheetError::Other => "no-sheet",
            SheetError::Newer => "newer-sheet",
        };
        let sheet = Sheet::parse(text.reveal());
        let sheet = sheet.map_err(|error| Problem::field("/text", code(error)))?;
        // As if it had been typed.
        let place = Place::of_sheet(&sheet).map_err(|_| Problem::field("/text", "no-sheet"))?;
        return Ok((place, sheet.key));
    }
    let mut refused = Vec::new();
    let given = shape::CopyTargetGiven {
        name: String::new(),
        address: typed.address,
        user: typed.user,
        password: typed.password,
        bucket: typed.bucket,
        sftp: typed.sftp,
        lock_days: None,
        limit: None,
        authority: typed.authority,
    };
    let place = place(given, None, &mut refused);
    let key = match typed.key.as_ref().map(|key| SheetKey::parse(key.reveal())) {
        None => {
            refused.push(Field::new("/key", "empty"));
            None
        }
        Some(Err(_)) => {
            refused.push(Field::new("/key", "mistyped"));
            None
        }
        Some(Ok(key)) => Some(key),
    };
    match (place, key) {
        (Some(place), Some(key)) if refused.is_empty() => Ok((place, key)),
        _ => Err(Problem::fields_refused(refused)),
    }
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
