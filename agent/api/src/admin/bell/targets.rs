//! Targets of alerts as the store has them: each in a record of its own, with the passwords and keys that reach
//! it, and whatever is to be carried to one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use identity::Signed;
use notify::{
    Chosen, Failure, Input, LocalTime, Message, MessageId, Moment, Outgoing, Policy, TargetId,
    Told, Unreadable, Way,
};
use seal::body::{Body, Value};
use seal::numbers::{alert_targets, table};
use seal::{RecordId, Version};
use settings::Language;
use vault::{Batch, BatchError, KeyOf, Store};
use zeroize::Zeroizing;

use super::{Bell, Kept, NotOpened, NotRung, Said, account};

/// A target, and its version.
#[derive(Clone)]
pub(in crate::admin) struct Known {
    pub(in crate::admin) version: Version,
    pub(in crate::admin) chosen: Arc<Chosen>,
}

/// A target as it is told.
pub(in crate::admin) struct Shown {
    pub(in crate::admin) id: RecordId,
    pub(in crate::admin) known: Known,
    pub(in crate::admin) told: Told,
}

/// What changes of one target.
pub(super) enum Move {
    Put(RecordId, Zeroizing<Vec<u8>>),
    Remove(RecordId),
}

/// What came of one ringing.
pub struct Round {
    /// What is to be carried now.
    pub errands: Vec<Errand>,
    /// How long nothing is to be done, if nothing happens before.
    pub rest: Option<std::time::Duration>,
}

/// A message that is to be carried; [`Bell::carried`] says what came of it.
pub struct Errand {
    /// What.
    pub message: Message,
    /// How.
    pub way: Way,
    /// What the target is called.
    pub name: String,
    /// In this language.
    pub language: Language,
    /// By this clock.
    pub local: LocalTime,
}

/// Why a target was not changed.
pub(in crate::admin) enum NotChanged {
    /// There is none.
    Missing,
    /// Another admin's change came first.
    Meanwhile,
    /// As many as there may be.
    Full,
    /// Another one has the name.
    Taken,
    /// It was not written down.
    Not(NotRung),
}

impl From<NotRung> for NotChanged {
    fn from(error: NotRung) -> Self {
        Self::Not(error)
    }
}

impl Move {
    pub(super) fn plan(self, batch: &mut Batch<'_>) -> Result<(), BatchError> {
        match self {
            Self::Put(id, bytes) => {
                let fields = [(alert_targets::CHOSEN, Value::Bytes(bytes.to_vec()))];
                batch.put(table::ALERT_TARGETS, id, fields.into(), KeyOf::Table)?;
            }
            Self::Remove(id) => {
                batch.delete(table::ALERT_TARGETS, id)?;
            }
        }
        Ok(())
    }
}

/// Those of the store, and what of them cannot be read.
pub(super) fn load(store: &Store) -> Result<(BTreeMap<RecordId, Known>, Vec<String>), NotOpened> {
    let (mut targets, mut lost) = (BTreeMap::new(), Vec::new());
    let take = |id, version, body: Arc<Body>| {
        let chosen = match body.fields.get(&alert_targets::CHOSEN) {
            Some(Value::Bytes(bytes)) => Chosen::of_bytes(bytes),
            _ => Chosen::of_bytes(b""),
        };
        match chosen {
            Ok(chosen) => {
                targets.insert(id, Known { version, chosen: Arc::new(chosen) });
            }
            Err(error @ (Unreadable::Damaged(_) | Unreadable::Newer(_))) => {
                lost.push(systemd::log::chain(&error));
            }
        }
    };
    let loaded = store.load(table::ALERT_TARGETS, take).map_err(NotOpened::Read)?;
    lost.extend(loaded.damaged.iter().map(ToString::to_string));
    Ok((targets, lost))
}

pub(super) fn policy(targets: &BTreeMap<RecordId, Known>, local: &LocalTime) -> Policy {
    let one = |(id, known): (&RecordId, &Known)| Some((name(*id)?, known.chosen.target.clone()));
    Policy { local: local.clone(), targets: targets.iter().filter_map(one).collect() }
}

fn targets_want_heads(targets: &BTreeMap<RecordId, Known>) -> bool {
    targets.values().any(|known| known.chosen.target.heads)
}

/// As `notify` names it.
fn name(id: RecordId) -> Option<TargetId> {
    account(id).parse().ok()
}

impl Kept {
    /// What waits to be carried, and how long nothing else is to be done.
    pub(super) fn round(&mut self, now: Moment) -> Round {
        let outbox = std::mem::take(&mut self.outbox);
        let errand = |Outgoing { target, message }: Outgoing| {
            let known = self.targets.iter().find(|(id, _)| name(**id).as_ref() == Some(&target));
            let chosen = Arc::clone(&known?.1.chosen);
            Some(Errand {
                message,
                way: chosen.way.clone(),
                name: chosen.target.name.as_str().to_owned(),
                language: chosen.target.language,
                local: self.local.clone(),
            })
        };
        let errands = outbox.into_iter().filter_map(errand).collect();
        let rest = self.look.map(|at| std::time::Duration::from_millis(at.0.saturating_sub(now.0)));
        Round { errands, rest }
    }

    fn find(&self, id: RecordId, version: Version) -> Result<&Known, NotChanged> {
        let known = self.targets.get(&id).ok_or(NotChanged::Missing)?;
        if known.version == version { Ok(known) } else { Err(NotChanged::Meanwhile) }
    }
}

impl Bell {
    /// Quiet hours and times of messages are by this clock from now on.
    pub async fn lives_by(&self, local: LocalTime) {
        self.0.kept.lock().await.local = local;
    }

    /// Says what came of an errand.
    pub fn carried(&self, message: MessageId, done: Result<(), Failure>) {
        let input = match done {
            Ok(()) => Input::Sent(message),
            Err(why) => Input::Failed(message, why),
        };
        self.happens(input, None);
    }

    /// The targets that no message reaches, with their ways, and why.
    pub async fn missed(&self) -> Vec<(TargetId, Way, Failure)> {
        let kept = self.0.kept.lock().await;
        let missed = |(id, known): (&RecordId, &Known)| {
            let id = name(*id)?;
            let why = kept.state.told(&id).failing?.why;
            Some((id, known.chosen.way.clone(), why))
        };
        kept.targets.iter().filter_map(missed).collect()
    }

    /// The way to a target has been opened: what waits goes at once.
    pub fn opened(&self, target: TargetId) {
        self.happens(Input::Changed(target), None);
    }

    /// All of them, by their names.
    pub(in crate::admin) async fn targets(&self) -> Vec<Shown> {
        let kept = self.0.kept.lock().await;
        let mut all: Vec<Shown> = kept
            .targets
            .iter()
            .filter_map(|(id, known)| {
                let told = kept.state.told(&name(*id)?);
                Some(Shown { id: *id, known: known.clone(), told })
            })
            .collect();
        all.sort_by(|one, two| {
            one.known.chosen.target.name.as_str().cmp(two.known.chosen.target.name.as_str())
        });
        all
    }

    /// Adds one, or puts it in the place of another that is known in this version.
    pub(in crate::admin) async fn put_target(
        &self,
        by: &Signed,
        former: Option<(RecordId, Version)>,
        chosen: Chosen,
        said: Said,
    ) -> Result<RecordId, NotChanged> {
        let mut kept = self.0.kept.lock().await;
        let version = match former {
            Some((id, version)) => Version(kept.find(id, version)?.version.0 + 1),
            None if kept.targets.len() >= notify::MAX_TARGETS => return Err(NotChanged::Full),
            None => Version(1),
        };
        let id = former.map_or_else(|| self.0.store.new_id(), |(id, _)| id);
        let is_taken = |(other, known): (&RecordId, &Known)| {
            *other != id && known.chosen.target.name == chosen.target.name
        };
        if kept.targets.iter().any(is_taken) {
            return Err(NotChanged::Taken);
        }
        let bytes = chosen.to_bytes().map_err(NotRung::Encode)?;
        let mut targets = kept.targets.clone();
        targets.insert(id, Known { version, chosen: Arc::new(chosen) });
        let mut course = kept.course(targets);
        course.moved = Some(Move::Put(id, bytes));
        if let Some(name) = name(id) {
            course.take(self.now(), Input::Changed(name));
        }
        let wants_heads = targets_want_heads(&course.targets);
        self.write(&mut kept, course, Some(by), said).await?;
        if wants_heads {
            self.want_head();
        }
        Ok(id)
    }

    /// Takes one away, and what waits for it.
    pub(in crate::admin) async fn remove_target(
        &self,
        by: &Signed,
        id: RecordId,
        version: Version,
        said: Said,
    ) -> Result<(), NotChanged> {
        let mut kept = self.0.kept.lock().await;
        kept.find(id, version)?;
        let mut targets = kept.targets.clone();
        targets.remove(&id);
        let mut course = kept.course(targets);
        course.moved = Some(Move::Remove(id));
        course.take(self.now(), Input::Look);
        self.write(&mut kept, course, Some(by), said).await?;
        Ok(())
    }

    /// Has a test sent.
    pub(in crate::admin) async fn test_target(
        &self,
        by: &Signed,
        id: RecordId,
        said: Said,
    ) -> Result<(), NotChanged> {
        let target = name(id).ok_or(NotChanged::Missing)?;
        if !self.0.kept.lock().await.targets.contains_key(&id) {
            return Err(NotChanged::Missing);
        }
        let by_name = by.account().name.as_str().into();
        self.change(by, Input::Test { target, by: by_name }, said).await?;
        Ok(())
    }

    /// Whether anybody outside the box is told anything, and whether each that is to be told was reached.
    pub(in crate::admin) async fn reach(&self) -> (usize, usize) {
        let targets = self.targets().await;
        let failing = targets.iter().filter(|it| it.told.failing.is_some()).count();
        (targets.len(), failing)
    }

    /// Whether anybody is told anything outside the box.
    pub async fn has_targets(&self) -> bool {
        !self.0.kept.lock().await.targets.is_empty()
    }

    /// Where the log stands is to leave the box now: something happened after which somebody might want it gone.
    pub fn want_head(&self) {
        self.0.head_wanted.store(true, Ordering::Relaxed);
        self.0.news.notify_one();
    }

    /// Whether that was said since this was asked last.
    pub fn wants_head(&self) -> bool {
        self.0.head_wanted.swap(false, Ordering::Relaxed)
    }

    /// Whether anybody gets heads of the log.
    pub async fn sends_heads(&self) -> bool {
        targets_want_heads(&self.0.kept.lock().await.targets)
    }
}
