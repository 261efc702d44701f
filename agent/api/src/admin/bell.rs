//! The admins' bell as it is kept in the system store. `notify` decides what it holds; this writes down what
//! changed, sealed, before anybody is told that it was done. Each piece of its state has a record, and a record
//! that no piece needs any more is taken for the next: there are never more than there may be pieces.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, MutexGuard, PoisonError};

use identity::writes::write_as;
use identity::{Refused, Signed};
use notify::{
    Alert, Input, Kind, LocalTime, Moment, Policy, Reading, Realm, State, Unreadable, step,
};
use seal::RecordId;
use seal::body::Value;
use seal::numbers::{action, alerts, outcome, table};
use tokio::sync::{Mutex, Notify};
use vault::{Actor, Batch, Clock, CommitError, KeyOf, Store};

use crate::problem::Problem;
use crate::reply::broken;

/// Most alerts that wait to be written down; what comes on top is counted.
const MOST_WAITING: usize = 500;

/// The bell. Clones are handles of the same.
#[derive(Clone)]
pub struct Bell(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    kept: Mutex<Kept>,
    waiting: std::sync::Mutex<Waiting>,
    news: Notify,
}

/// What is on the disk.
struct Kept {
    state: State,
    /// The piece in each record; an empty one is free.
    records: BTreeMap<RecordId, Vec<u8>>,
}

/// What happened and is not on the disk yet.
#[derive(Default)]
struct Waiting {
    happened: Vec<Happened>,
    overlooked: u64,
}

struct Happened {
    at: Moment,
    what: Input,
    /// Whoever did it need not be told.
    by: Option<RecordId>,
}

/// What a change of the bell says in the log.
pub(super) struct Said {
    pub(super) action: u32,
    pub(super) reason: Option<String>,
    pub(super) count: usize,
}

/// Why the bell could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// The disk could not be read.
    #[error("what the bell keeps cannot be read")]
    Read(#[source] vault::engine::EngineError),
    /// The kernel gave no randomness.
    #[error("no randomness")]
    Random(#[source] getrandom::Error),
    /// What is damaged could not be named in the log.
    #[error("damage cannot be named in the log")]
    Named(#[source] CommitError),
}

/// Why something was not written down; then nothing was.
#[derive(Debug, thiserror::Error)]
pub enum NotRung {
    /// It cannot be written as JSON.
    #[error("the bell cannot be written as JSON")]
    Encode(#[source] serde_json::Error),
    /// The session ended, or the store took nothing.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl From<NotRung> for Problem {
    fn from(error: NotRung) -> Self {
        match error {
            NotRung::Encode(error) => broken(&error),
            NotRung::Refused(refused) => refused.into(),
        }
    }
}

impl Bell {
    /// The bell of this store. What of it is damaged is named in the log, and told by the bell itself once.
    ///
    /// # Errors
    /// [`NotOpened`].
    pub async fn open(store: Store, clock: Arc<dyn Clock>) -> Result<Self, NotOpened> {
        let mut records = BTreeMap::new();
        let take = |id, _, body: Arc<seal::body::Body>| {
            let piece = match body.fields.get(&alerts::PIECE) {
                Some(Value::Bytes(piece)) => piece.clone(),
                _ => Vec::new(),
            };
            records.insert(id, piece);
        };
        let loaded = store.load(table::ALERTS, take).map_err(NotOpened::Read)?;
        let mut seed = [0; 16];
        getrandom::fill(&mut seed).map_err(NotOpened::Random)?;
        let ids: Vec<RecordId> =
            records.iter().filter(|(_, piece)| !piece.is_empty()).map(|(id, _)| *id).collect();
        let pieces = ids.iter().filter_map(|id| records.get(id)).map(Vec::as_slice);
        let (state, unreadable) = State::of_pieces(State::new(Realm::Admin, seed), pieces);
        let mut damaged: Vec<String> = loaded.damaged.iter().map(ToString::to_string).collect();
        let mut is_damaged = !damaged.is_empty();
        for (number, error) in unreadable {
            damaged.push(systemd::log::chain(&error));
            is_damaged |= matches!(error, Unreadable::Damaged(_));
            // A newer program wants to find it again.
            if let (Unreadable::Newer(_), Some(id)) = (error, ids.get(number)) {
                records.remove(id);
            }
        }
        let (kept, waiting) = (Mutex::new(Kept { state, records }), std::sync::Mutex::default());
        let bell = Self(Arc::new(Inner { store, clock, kept, waiting, news: Notify::new() }));
        if !damaged.is_empty() {
            bell.name(damaged).await?;
        }
        if is_damaged {
            let kept = bell.0.kept.lock().await;
            let is_told = kept.state.bell().any(|it| it.alert.kind() == Kind::AlertsDamaged);
            drop(kept);
            if !is_told {
                bell.tell(Alert::AlertsDamaged {});
            }
        }
        bell.happens(Input::Started, None);
        Ok(bell)
    }

    async fn name(&self, damaged: Vec<String>) -> Result<(), NotOpened> {
        let named = damaged.join("; ");
        tracing::error!(damaged = named, "parts of what the bell keeps cannot be read");
        let found = vault::Access {
            reason: Some(named),
            ..vault::Access::new(Actor::default(), action::DAMAGE_FOUND, outcome::ALLOWED)
        };
        self.0.store.read_logged(found).await.map_err(NotOpened::Named)
    }

    /// Has this told. It is on the disk once somebody [`rings`](Self::ring), which [`Self::news`] asks for.
    pub fn tell(&self, alert: Alert) {
        self.happens(Input::Report(alert), None);
    }

    /// The same of something that an admin did: to that one it is no news.
    pub(super) fn tell_others(&self, alert: Alert, by: RecordId) {
        self.happens(Input::Report(alert), Some(by));
    }

    /// So many happened that are told by their number alone.
    pub(super) fn overlook(&self, count: u64) {
        self.happens(Input::Overlooked(count), None);
    }

    /// The internet came or went.
    pub fn internet(&self, is_there: bool) {
        self.happens(if is_there { Input::InternetBack } else { Input::InternetGone }, None);
    }

    fn happens(&self, what: Input, by: Option<RecordId>) {
        let at = self.now();
        let mut waiting = self.waiting();
        if waiting.happened.len() < MOST_WAITING {
            waiting.happened.push(Happened { at, what, by });
        } else {
            waiting.overlooked = waiting.overlooked.saturating_add(1);
        }
        self.0.news.notify_one();
    }

    /// Returns once something waits to be written down.
    pub async fn news(&self) {
        self.0.news.notified().await;
    }

    /// Writes down what waits: all of it, or, when that fails, nothing, and it goes on waiting.
    ///
    /// # Errors
    /// [`NotRung`].
    pub async fn ring(&self) -> Result<(), NotRung> {
        let mut kept = self.0.kept.lock().await;
        let Waiting { happened, overlooked } = std::mem::take(&mut *self.waiting());
        let mut state = kept.state.clone();
        for Happened { at, what, by } in &happened {
            let is_told = matches!(what, Input::Report(_));
            state = taken(*at, state, what.clone());
            let last = state.bell().next().map(|entry| entry.id).filter(|_| is_told);
            if let (Some(by), Some(id)) = (by, last) {
                let (account, entries) = (account(*by), Reading::These(vec![id]));
                state = taken(*at, state, Input::Read { account, entries });
            }
        }
        if overlooked > 0 {
            state = taken(self.now(), state, Input::Overlooked(overlooked));
        }
        let count = happened.iter().filter(|it| matches!(it.what, Input::Report(_))).count();
        let said = Said { action: action::ALERTS_KEPT, reason: None, count };
        let done = self.write(&mut kept, state, None, said).await;
        if done.is_err() {
            let mut waiting = self.waiting();
            let since = std::mem::take(&mut waiting.happened);
            waiting.happened = happened.into_iter().chain(since).collect();
            waiting.overlooked = waiting.overlooked.saturating_add(overlooked);
        }
        done.map(|_| ())
    }

    /// Has an admin change something; it is on the disk when this returns. False when nothing is other than it
    /// was: then nothing was written, and whether the session holds was not looked at.
    pub(super) async fn change(
        &self,
        by: &Signed,
        input: Input,
        said: Said,
    ) -> Result<bool, NotRung> {
        let mut kept = self.0.kept.lock().await;
        let state = taken(self.now(), kept.state.clone(), input);
        self.write(&mut kept, state, Some(by), said).await
    }

    /// What is on the disk.
    pub(super) async fn look<T>(&self, at: impl FnOnce(&State) -> T) -> T {
        at(&self.0.kept.lock().await.state)
    }

    pub(super) fn now(&self) -> Moment {
        Moment(self.0.clock.now().wall)
    }

    async fn write(
        &self,
        kept: &mut Kept,
        state: State,
        by: Option<&Signed>,
        said: Said,
    ) -> Result<bool, NotRung> {
        let pieces = state.pieces().map_err(NotRung::Encode)?;
        let moves = moves(&kept.records, pieces, || self.0.store.new_id());
        if moves.is_empty() {
            return Ok(false);
        }
        let written = moves.clone();
        let decide = move |batch: &mut Batch<'_>| {
            for (id, piece) in written {
                let field = (!piece.is_empty()).then_some((alerts::PIECE, Value::Bytes(piece)));
                batch.put(table::ALERTS, id, field.into_iter().collect(), KeyOf::Table)?;
            }
            batch.audit(said.action, outcome::ALLOWED);
            // Pieces are nothing that the log counts.
            batch.count(i64::try_from(said.count).unwrap_or(i64::MAX));
            if let Some(reason) = said.reason {
                batch.reason(reason);
            }
            Ok::<(), Refused>(())
        };
        match by {
            Some(by) => write_as(&self.0.store, by, decide).await?,
            None => {
                let written = self.0.store.write(Actor::default(), decide).await;
                written.map_err(Refused::Commit)??;
            }
        }
        kept.records.extend(moves);
        kept.state = state;
        Ok(true)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As the bell names whoever reads it.
pub(super) fn account(id: RecordId) -> String {
    crate::shape::plain::Id(id.0).text()
}

/// There are no targets yet, so nothing is sent.
fn taken(now: Moment, state: State, input: Input) -> State {
    let policy = Policy { local: LocalTime::utc(), targets: BTreeMap::new() };
    step(now, &policy, state, input).state
}

/// What is to be written where, so that the records hold these pieces and no others.
fn moves(
    records: &BTreeMap<RecordId, Vec<u8>>,
    pieces: Vec<Vec<u8>>,
    mut new_id: impl FnMut() -> RecordId,
) -> BTreeMap<RecordId, Vec<u8>> {
    let mut missing: BTreeSet<Vec<u8>> = pieces.into_iter().collect();
    // Those that have to be written anyway come first.
    let (mut stale, mut free) = (Vec::new(), Vec::new());
    for (id, piece) in records {
        if piece.is_empty() {
            free.push(*id);
        } else if !missing.remove(piece) {
            stale.push(*id);
        }
    }
    let mut moves = BTreeMap::new();
    for piece in missing {
        let id = stale.pop().or_else(|| free.pop()).unwrap_or_else(&mut new_id);
        moves.insert(id, piece);
    }
    moves.extend(stale.into_iter().map(|id| (id, Vec::new())));
    moves
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes pieces one after the other, as the store would.
    fn write(records: &mut BTreeMap<RecordId, Vec<u8>>, pieces: &[&str]) -> usize {
        let mut next = u8::try_from(records.len()).unwrap();
        let pieces = pieces.iter().map(|piece| piece.as_bytes().to_vec()).collect();
        let moves = moves(records, pieces, || {
            next += 1;
            RecordId([next; 16])
        });
        records.extend(moves.clone());
        moves.len()
    }

    fn held(records: &BTreeMap<RecordId, Vec<u8>>) -> BTreeSet<&str> {
        let full = records.values().filter(|piece| !piece.is_empty());
        full.map(|piece| str::from_utf8(piece).unwrap()).collect()
    }

    #[test]
    fn only_what_changed_is_written_and_records_are_used_again() {
        let mut records = BTreeMap::new();
        assert_eq!(write(&mut records, &["a", "b", "c"]), 3);
        assert_eq!(write(&mut records, &["c", "a", "b"]), 0);
        assert_eq!(write(&mut records, &["a", "x", "c"]), 1);
        assert_eq!(held(&records), ["a", "x", "c"].into());
        assert_eq!((write(&mut records, &["a"]), records.len()), (2, 3));
        assert_eq!(held(&records), ["a"].into());
        assert_eq!((write(&mut records, &["a", "d", "e", "f"]), records.len()), (3, 4));
        assert_eq!(held(&records), ["a", "d", "e", "f"].into());
    }
}
