//! The admins' bell as it is kept in the system store. `notify` decides what it holds; this writes down what
//! changed, sealed, before anybody is told that it was done, and before anything is sent. Each piece of its state
//! has a record, and a record that no piece needs any more is taken for the next: there are never more than there
//! may be pieces. Targets lie beside it, each in a record of its own.

mod targets;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, MutexGuard, PoisonError};

use identity::writes::write_as;
use identity::{Refused, Signed};
use notify::{
    Alert, Input, Kind, LocalTime, Moment, Outgoing, Reading, Realm, State, Step, Unreadable, step,
};
use seal::RecordId;
use seal::body::Value;
use seal::numbers::{action, alerts, outcome, table};
pub use targets::{Errand, Round};
use targets::{Known, Move};
pub(super) use targets::{NotChanged, Shown};
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
    head_wanted: AtomicBool,
}

/// What is on the disk.
struct Kept {
    state: State,
    /// The piece in each record; an empty one is free.
    records: BTreeMap<RecordId, Vec<u8>>,
    targets: BTreeMap<RecordId, Known>,
    /// The box's time zone, which quiet hours are in.
    local: LocalTime,
    /// What may go now, as the disk has it.
    outbox: Vec<Outgoing>,
    /// When to look again.
    look: Option<Moment>,
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
    pub(super) outcome: u32,
    pub(super) reason: Option<String>,
    pub(super) count: usize,
}

impl Said {
    pub(super) fn done(action: u32, reason: Option<String>) -> Self {
        Self { action, outcome: outcome::ALLOWED, reason, count: 0 }
    }
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
        let (targets, lost) = targets::load(&store)?;
        is_damaged |= !lost.is_empty();
        damaged.extend(lost);
        let (local, outbox, look) = (LocalTime::utc(), Vec::new(), None);
        let kept = Mutex::new(Kept { state, records, targets, local, outbox, look });
        let waiting = std::sync::Mutex::default();
        let bell = Self(Arc::new(Inner {
            store,
            clock,
            kept,
            waiting,
            news: Notify::new(),
            head_wanted: AtomicBool::new(false),
        }));
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
        // Of what was carried there is never more than there are targets.
        if waiting.happened.len() < MOST_WAITING || is_carried(&what) {
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

    /// Writes down what waits, and gives what is to be sent now: all of it, or, when that fails, nothing, and it
    /// goes on waiting. What was carried has an entry of the log of its own.
    ///
    /// # Errors
    /// [`NotRung`].
    pub async fn ring(&self) -> Result<Round, NotRung> {
        let mut kept = self.0.kept.lock().await;
        let Waiting { happened, overlooked } = std::mem::take(&mut *self.waiting());
        let (carried, told): (Vec<_>, Vec<_>) =
            happened.into_iter().partition(|it| is_carried(&it.what));
        for (happened, overlooked) in [(carried, 0), (told, overlooked)] {
            let done = self.take_in(&mut kept, &happened, overlooked).await;
            if let Err(error) = done {
                let mut waiting = self.waiting();
                let since = std::mem::take(&mut waiting.happened);
                waiting.happened = happened.into_iter().chain(since).collect();
                waiting.overlooked = waiting.overlooked.saturating_add(overlooked);
                return Err(error);
            }
        }
        Ok(kept.round(self.now()))
    }

    async fn take_in(
        &self,
        kept: &mut Kept,
        happened: &[Happened],
        overlooked: u64,
    ) -> Result<(), NotRung> {
        let mut course = kept.course(kept.targets.clone());
        for Happened { at, what, by } in happened {
            let is_told = matches!(what, Input::Report(_));
            course.take(*at, what.clone());
            let last = course.state().bell().next().map(|entry| entry.id).filter(|_| is_told);
            if let (Some(by), Some(id)) = (by, last) {
                let (account, entries) = (account(*by), Reading::These(vec![id]));
                course.take(*at, Input::Read { account, entries });
            }
        }
        if overlooked > 0 {
            course.take(self.now(), Input::Overlooked(overlooked));
        }
        course.take(self.now(), Input::Look);
        let said = said_of(happened, course.step.send.len());
        self.write(kept, course, None, said).await.map(|_| ())
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
        let mut course = kept.course(kept.targets.clone());
        course.take(self.now(), input);
        self.write(&mut kept, course, Some(by), said).await
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
        course: Course,
        by: Option<&Signed>,
        said: Said,
    ) -> Result<bool, NotRung> {
        let Course { step: Step { state, send, look }, targets, moved, .. } = course;
        let pieces = state.pieces().map_err(NotRung::Encode)?;
        let moves = moves(&kept.records, pieces, || self.0.store.new_id());
        if moves.is_empty() && moved.is_none() {
            kept.look = look;
            return Ok(false);
        }
        let written = moves.clone();
        let decide = move |batch: &mut Batch<'_>| {
            if let Some(moved) = moved {
                moved.plan(batch)?;
            }
            for (id, piece) in written {
                let field = (!piece.is_empty()).then_some((alerts::PIECE, Value::Bytes(piece)));
                batch.put(table::ALERTS, id, field.into_iter().collect(), KeyOf::Table)?;
            }
            batch.audit(said.action, said.outcome);
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
        (kept.state, kept.targets, kept.look) = (state, targets, look);
        if !send.is_empty() {
            kept.outbox.extend(send);
            self.0.news.notify_one();
        }
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

/// What follows of one thing after the other, before any of it is on the disk.
struct Course {
    step: Step,
    targets: BTreeMap<RecordId, Known>,
    local: LocalTime,
    /// The one of the targets that changes with it.
    moved: Option<Move>,
}

impl Course {
    fn state(&self) -> &State {
        &self.step.state
    }

    fn take(&mut self, now: Moment, input: Input) {
        let policy = targets::policy(&self.targets, &self.local);
        let Step { state, send, look } = step(now, &policy, self.step.state.clone(), input);
        self.step.send.extend(send);
        (self.step.state, self.step.look) = (state, look);
    }
}

impl Kept {
    fn course(&self, targets: BTreeMap<RecordId, Known>) -> Course {
        let step = Step { state: self.state.clone(), send: Vec::new(), look: self.look };
        Course { step, targets, local: self.local.clone(), moved: None }
    }
}

/// Whether it says what came of a message.
fn is_carried(input: &Input) -> bool {
    matches!(input, Input::Sent(_) | Input::Failed(..))
}

/// What the log says of what was taken in.
fn said_of(happened: &[Happened], sending: usize) -> Said {
    let count = |is: fn(&Input) -> bool| happened.iter().filter(|it| is(&it.what)).count();
    let sent = count(|input| matches!(input, Input::Sent(_)));
    let told = count(|input| matches!(input, Input::Report(_)));
    let failed = happened.iter().find_map(|it| match &it.what {
        Input::Failed(_, why) => Some(why.key().to_owned()),
        _ => None,
    });
    let allowed = outcome::ALLOWED;
    let (action, outcome, count) = match (sent, told) {
        (0, 0) if failed.is_some() => (action::ALERTS_SENT, outcome::REFUSED, 0),
        (0, 0) if sending > 0 => (action::ALERTS_SENDING, allowed, sending),
        (0, told) => (action::ALERTS_KEPT, allowed, told),
        (sent, _) => (action::ALERTS_SENT, allowed, sent),
    };
    Said { action, outcome, reason: failed, count }
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
