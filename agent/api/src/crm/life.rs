//! What becomes of the vault while the process runs: found, made, opened, closed.
//!
//! A vault whose recovery key was not typed back takes no record. So one that a cut leaves in that
//! state, with the mark that a claim is under way beside it, is taken away at the next start, and
//! nothing else ever is. The mark stays: whoever begins anew is told that a key on paper opens nothing.

use std::sync::Arc;

use events::{CrmState as Told, Event};
use seal::keys::SlotKind;
use tokio::task::AbortHandle;
use vault::{Actor, Closed, State, Store};

use super::place::{Front, Mark, Place};
use super::state::Seen;
use super::{Crm, Open};
use crate::problem::{Code, Problem};
use crate::reply::broken;
use crate::shape::claim::{CrmState, LockedBecause};

/// What became of the vault so far.
pub(super) enum Life {
    /// There is none.
    Unclaimed,
    /// There is one without anybody: the claim is under way.
    Unfinished(Unfinished),
    /// There is one, closed.
    Locked,
    /// It is open.
    Open(Held),
    /// The process is about to end.
    Ending,
}

/// A vault that nobody has an account in yet.
pub(super) struct Unfinished {
    pub held: Held,
    pub stage: Stage,
}

/// How far a claim has come.
pub(super) enum Stage {
    /// The recovery key is to be typed back; then the organisation is recorded. `None` when it was
    /// not before the vault was locked: then the vault is made anew.
    Unproved { organisation: Option<String> },
    /// The organisation is recorded.
    Proved { organisation: String, open: Arc<Open> },
}

/// An open store, and who watches its disk.
pub(super) struct Held {
    pub store: Store,
    watch: AbortHandle,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

/// What the directory holds at the start.
pub(super) fn found(place: &Place, closed: &Closed) -> (Life, Seen) {
    let nothing = Seen {
        state: CrmState::Unclaimed,
        front: Front::default(),
        because: None,
        recovery_confirmed: false,
        open: None,
    };
    let state = closed.inspect();
    let proved = match &state {
        Ok(State::Missing) => {
            clear(place, Mark::LockedByHand);
            return (Life::Unclaimed, nothing);
        }
        Ok(State::Locked { slots }) => slots.contains(&SlotKind::Recovery),
        Ok(State::HigherNumber(_) | State::Damaged) => true,
        Err(error) => {
            tracing::error!(error = systemd::log::chain(error), "the vault cannot be looked at");
            true
        }
    };
    if place.has(Mark::Claiming) && !proved {
        match place.discard_vault() {
            Ok(()) => {
                tracing::info!("a vault was taken away whose claim was cut off");
                clear(place, Mark::LockedByHand);
                return (Life::Unclaimed, nothing);
            }
            Err(error) => {
                let error = systemd::log::chain(&error);
                tracing::error!(error, "a vault whose claim was cut off cannot be taken away");
            }
        }
    }
    let by_hand = place.has(Mark::LockedByHand);
    let because = if by_hand { LockedBecause::ByHand } else { LockedBecause::Started };
    let seen = Seen {
        state: CrmState::Locked,
        front: place.front(),
        because: Some(because),
        recovery_confirmed: proved,
        ..nothing
    };
    (Life::Locked, seen)
}

/// Takes a mark away; one that stays does no harm, and is taken away again.
pub(super) fn clear(place: &Place, mark: Mark) {
    if let Err(error) = place.unmark(mark) {
        tracing::warn!(error = systemd::log::chain(&error), ?mark, "a mark stays");
    }
}

impl Life {
    /// Why the claim cannot go on here.
    pub fn out_of_order(&self) -> Problem {
        match self {
            Self::Unclaimed | Self::Unfinished(_) => Code::OutOfOrder.into(),
            Self::Locked | Self::Ending => Code::Locked.into(),
            Self::Open(_) => Code::AlreadySetUp.into(),
        }
    }
}

impl Crm {
    /// Keeps an open store, and learns when its disk fails.
    pub(super) fn hold(&self, store: Store) -> Held {
        let (crm, watched) = (self.clone(), store.clone());
        let watch = tokio::spawn(async move {
            watched.failed().await;
            tracing::error!("the vault's disk failed; nothing more is acknowledged");
            crm.change_seen(|seen| seen.state = CrmState::DiskFailed);
            crm.told(Told::DiskFailed);
            crm.tell(Event::DiskFailed);
        });
        Held { store, watch: watch.abort_handle() }
    }

    /// The vault is open and has people: everybody sees it.
    pub(super) fn show_open(&self, open: Arc<Open>, front: Front) {
        self.change_seen(|seen| {
            if seen.state != CrmState::DiskFailed {
                seen.state = CrmState::Open;
            }
            seen.front = front;
            seen.because = None;
            seen.recovery_confirmed = true;
            seen.open = Some(open);
        });
        if self.seen().state == CrmState::Open {
            self.told(Told::Open);
        }
    }

    /// Writes down what the locked page will show. Blocks.
    pub(super) fn write_front(&self, front: &Front) {
        if let Err(error) = self.0.place.set_front(front) {
            let error = systemd::log::chain(&error);
            tracing::error!(error, "what the locked page shows cannot be written");
        }
    }

    /// To be called once a minute: wrong secrets and codes are told, what is over leaves the vault, and the
    /// locked page will show who may be shown now.
    pub async fn tick(&self) {
        self.flush_failures();
        self.tell_claims_refused();
        let Ok(open) = self.open() else { return };
        if let Err(error) = open.identity.tick().await {
            tracing::warn!(
                error = systemd::log::chain(&error),
                "what is over stays a minute longer"
            );
        }
        self.head_by_the_hour(&open.store).await;
        self.tell(Event::Copies(open.copies.counted(self.now()).await));
        let crm = self.clone();
        // What went wrong is in the log; the next minute tries again.
        let _ = crate::reply::off(async move { crm.renew_front() }).await;
    }

    /// Brings what the locked page shows up to date. Blocks.
    fn renew_front(&self) {
        let Ok(open) = self.open() else { return };
        let mut front = self.seen().front;
        match open.identity.unlockers() {
            Ok(unlockers) if unlockers == front.unlockers => return,
            Ok(unlockers) => front.unlockers = unlockers,
            Err(error) => {
                let error = systemd::log::chain(&error);
                return tracing::warn!(error, "who may be shown on the locked page is not known");
            }
        }
        self.write_front(&front);
        self.change_seen(|seen| seen.front = front);
    }

    /// Locks, and has the process end: everything it holds in memory goes with it. Nothing when
    /// nothing is open.
    pub async fn lock(&self, actor: Actor) {
        let locked = self.change(|crm, mut life| async move {
            let Some(held) = taken(&mut life) else { return Ok(()) };
            if let Err(error) = crm.0.place.mark(Mark::LockedByHand) {
                let error = systemd::log::chain(&error);
                tracing::error!(error, "the locked page will not say that it was locked by hand");
            }
            crm.tell(Event::Locked);
            crm.change_seen(|seen| seen.because = Some(LockedBecause::ByHand));
            crm.shut(held, actor).await;
            // Here, where it happens also when whoever asked has gone away.
            crm.0.parts.end.notify_one();
            Ok(())
        });
        if locked.await.is_err() {
            // It broke half way: with the process everything ends.
            self.0.parts.end.notify_one();
        }
    }

    /// Closes the vault in order; for the end of the process. A vault that is not closed is opened
    /// with a gap in its log.
    pub async fn close(&self) {
        let closed = self.change(|crm, mut life| async move {
            match taken(&mut life) {
                Some(held) => crm.shut(held, Actor::default()).await,
                None => *life = Life::Ending,
            }
            Ok(())
        });
        if closed.await.is_err() {
            tracing::error!("the vault was not closed in order");
        }
    }

    async fn shut(&self, held: Held, actor: Actor) {
        self.renew_front();
        if let Ok(open) = self.open() {
            open.copies.end();
        }
        self.head_leaves(&held.store).await;
        self.change_seen(|seen| {
            if seen.state != CrmState::DiskFailed {
                seen.state = CrmState::Locked;
                seen.because.get_or_insert(LockedBecause::Started);
            }
            seen.open = None;
        });
        if self.seen().state == CrmState::Locked {
            self.told(Told::Locked);
        }
        end(held, actor).await;
    }
}

/// What is open, to be closed; the process is about to end.
fn taken(life: &mut Life) -> Option<Held> {
    match std::mem::replace(life, Life::Ending) {
        Life::Open(held) | Life::Unfinished(Unfinished { held, .. }) => Some(held),
        other => {
            *life = other;
            None
        }
    }
}

/// Closes a store in order.
pub(super) async fn end(held: Held, actor: Actor) {
    if let Err(error) = held.store.close(actor).await {
        tracing::error!(error = systemd::log::chain(&error), "the vault was not closed in order");
    }
}

/// The disk refused a file beside the vault.
pub(super) fn not_written(error: std::io::Error) -> Problem {
    broken(&error)
}
