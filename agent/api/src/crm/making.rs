//! How a claim makes a vault: the vault, the proof that its recovery key is on paper, the organisation's
//! record, the first manager.

use std::sync::Arc;

use events::Event;
use identity::{Peer, Secret, Signed};
use seal::RecordId;
use seal::body::Value;
use seal::numbers::{action, organisation, outcome, table};
use vault::{Actor, BatchError, KeyOf, SecretError, SlotError, Store, Unlock};
use zeroize::Zeroizing;

use super::life::{Life, Stage, Unfinished, clear, end, not_written};
use super::place::{Front, Mark};
use super::{Crm, Open};
use crate::problem::{Code, Problem};
use crate::reply::broken;
use crate::shape::claim::{ClaimSoFar, ClaimStep, CrmState};
use crate::shared::told_totp;

impl Crm {
    /// How far the claim of somebody has come who named this account, if any.
    pub(super) async fn so_far(&self, enrolment: Option<&Secret>) -> Result<ClaimSoFar, Problem> {
        let (next, organisation, totp) = match &*self.0.life.lock().await {
            Life::Unclaimed => (ClaimStep::Vault, None, None),
            Life::Unfinished(unfinished) => match &unfinished.stage {
                Stage::Unproved { organisation: None } => (ClaimStep::Vault, None, None),
                Stage::Unproved { organisation } => {
                    (ClaimStep::Recovery, organisation.clone(), None)
                }
                Stage::Proved { organisation, open } => {
                    let unproven = enrolment.and_then(|secret| open.identity.unproven(secret));
                    let totp = unproven.as_ref().map(told_totp);
                    let next = if totp.is_some() { ClaimStep::Totp } else { ClaimStep::Account };
                    (next, Some(organisation.clone()), totp)
                }
            },
            other => return Err(other.out_of_order()),
        };
        Ok(ClaimSoFar { next, organisation, totp })
    }

    /// Makes the vault; gives its recovery key, and whether another was given before. A vault whose
    /// organisation is not recorded yet holds nothing and is replaced: the answer may have been lost, or
    /// the paper.
    pub(super) async fn make(
        &self,
        life: &mut Life,
        organisation: String,
        passphrase: Zeroizing<String>,
        actor: Actor,
    ) -> Result<(Zeroizing<String>, bool), Problem> {
        match life {
            Life::Unclaimed => {}
            Life::Unfinished(unfinished) if matches!(unfinished.stage, Stage::Unproved { .. }) => {}
            other => return Err(other.out_of_order()),
        }
        let replaces = matches!(life, Life::Unfinished(_)) || self.0.place.has(Mark::Claiming);
        self.0.place.mark(Mark::Claiming).map_err(not_written)?;
        if let Life::Unfinished(former) = std::mem::replace(life, Life::Unclaimed) {
            end(former.held, actor.clone()).await;
        }
        self.0.place.discard_vault().map_err(not_written)?;
        let (store, key) = self.create(&Unlock::Passphrase(passphrase), &actor).await?;
        let held = self.hold(store);
        let stage = Stage::Unproved { organisation: Some(organisation) };
        *life = Life::Unfinished(Unfinished { held, stage });
        self.change_seen(|seen| {
            seen.state = CrmState::Claiming;
            seen.front = Front::default();
            seen.recovery_confirmed = false;
        });
        Ok((key, replaces))
    }

    async fn create(
        &self,
        unlock: &Unlock,
        actor: &Actor,
    ) -> Result<(Store, Zeroizing<String>), Problem> {
        let store = self.0.closed.create(unlock).map_err(|error| broken(&error))?;
        match store.add_recovery(actor) {
            Ok(key) => Ok((store, key)),
            Err(error) => {
                // What was made is taken away by the next try, or the next start.
                let _ = store.close(actor.clone()).await;
                Err(broken(&error))
            }
        }
    }

    /// The recovery key was typed back: it is in use, and the organisation is recorded.
    pub(super) async fn prove(
        &self,
        life: &mut Life,
        typed: Zeroizing<String>,
        actor: Actor,
    ) -> Result<(), Problem> {
        let Life::Unfinished(unfinished) = life else { return Err(life.out_of_order()) };
        let store = unfinished.held.store.clone();
        let name = match &unfinished.stage {
            Stage::Proved { .. } => None,
            Stage::Unproved { organisation: Some(name) } => Some(name.clone()),
            Stage::Unproved { organisation: None } => return Err(Code::OutOfOrder.into()),
        };
        store.confirm_recovery(&actor, &Unlock::Recovery(typed)).map_err(not_proved)?;
        // Typed back a second time: the first answer was lost.
        let Some(name) = name else { return Ok(()) };
        record(&store, name.clone(), actor).await?;
        self.0.place.unmark(Mark::Claiming).map_err(not_written)?;
        let open = Open::new(store, &self.0.place, &self.0.parts).await?;
        self.proved(unfinished, name, Arc::new(open));
        Ok(())
    }

    /// The organisation is recorded: the first manager is next.
    pub(super) fn proved(&self, unfinished: &mut Unfinished, name: String, open: Arc<Open>) {
        unfinished.stage = Stage::Proved { organisation: name.clone(), open };
        self.change_seen(|seen| {
            seen.state = CrmState::Claiming;
            seen.front = Front { organisation: Some(name), unlockers: Vec::new() };
            seen.recovery_confirmed = true;
        });
    }

    /// The vault whose first manager is next.
    pub(super) async fn without_people(&self) -> Result<Arc<Open>, Problem> {
        match &*self.0.life.lock().await {
            Life::Unfinished(Unfinished { stage: Stage::Proved { open, .. }, .. }) => {
                Ok(Arc::clone(open))
            }
            other => Err(other.out_of_order()),
        }
    }

    /// The first manager's code is right: the account is made, the vault is open for everybody.
    pub(super) async fn finish(
        &self,
        life: &mut Life,
        enrolment: &Secret,
        code: &str,
        peer: &Peer,
    ) -> Result<(Secret, Signed), Problem> {
        let (organisation, open) = match life {
            Life::Unfinished(Unfinished {
                stage: Stage::Proved { organisation, open }, ..
            }) => (organisation.clone(), Arc::clone(open)),
            other => return Err(other.out_of_order()),
        };
        open.identity.enrol_code(enrolment.expose(), code, peer)?;
        let entered = open.identity.enrol_finish(enrolment.expose(), peer).await?;
        if let Life::Unfinished(done) = std::mem::replace(life, Life::Unclaimed) {
            *life = Life::Open(done.held);
        }
        self.end_claims();
        let unlockers = open.identity.unlockers().unwrap_or_default();
        let front = Front { organisation: Some(organisation), unlockers };
        self.write_front(&front);
        clear(&self.0.place, Mark::LockedByHand);
        self.show_open(open, front);
        self.tell(Event::Claimed);
        self.tell(Event::Unlocked);
        Ok(entered)
    }
}

fn not_proved(error: SlotError) -> Problem {
    match error {
        SlotError::Secret(SecretError::Mistyped) => Problem::field("/recoveryKey", "mistyped"),
        SlotError::WrongSecret => Problem::field("/recoveryKey", "wrong"),
        SlotError::Commit(error) => error.into(),
        other => broken(&other),
    }
}

/// Where the organisation's record is.
const ORGANISATION: RecordId = RecordId([0; 16]);

async fn record(store: &Store, name: String, actor: Actor) -> Result<(), Problem> {
    let written = store.write(actor, move |batch| -> Result<(), BatchError> {
        let fields = [(organisation::NAME, Value::Text(name))].into();
        batch.put(table::ORGANISATION, ORGANISATION, fields, KeyOf::Table)?;
        batch.audit(action::VAULT_CREATED, outcome::ALLOWED);
        Ok(())
    });
    written.await?.map_err(|error| broken(&error))
}

/// The organisation, if it is recorded. Blocks.
///
/// # Errors
/// [`Code::Broken`] when the disk cannot be read.
pub(super) fn recorded(store: &Store) -> Result<Option<String>, Problem> {
    let mut name = None;
    let read = store.load(table::ORGANISATION, |id, _, body| {
        if let (ORGANISATION, Some(Value::Text(text))) = (id, body.fields.get(&organisation::NAME))
        {
            name = Some(text.clone());
        }
    });
    read.map_err(|error| broken(&error))?;
    Ok(name)
}
