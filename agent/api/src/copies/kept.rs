//! The targets of a store, sealed in it, and who copies to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use backup::service::{self, Chosen, Service, Told};
use backup::{Protection, Sheet, SheetKey};
use identity::writes::{Holder, SessionEnded, write_as};
use seal::body::Value;
use seal::numbers::{copy_targets, outcome, table};
use seal::{RecordId, Version};
use tokio::sync::Mutex;
use vault::{BatchError, CommitError, KeyOf, Store};

use crate::problem::{Code, Field, Problem};
use crate::reply::broken;

/// How many targets there may be.
pub(super) const MOST: usize = 8;

/// A target, and its version.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub version: Version,
    pub chosen: Arc<Chosen>,
}

/// A target, and how it does.
pub(crate) struct Shown {
    pub id: RecordId,
    pub known: Known,
    pub told: Told,
}

/// The copies of an open store.
#[derive(Debug)]
pub struct Copies {
    store: Store,
    known: Mutex<BTreeMap<RecordId, Known>>,
    service: Service,
    /// What opens the store elsewhere, where no person's secret does.
    opens: Option<SheetKey>,
}

/// Why a target was not changed.
pub(crate) enum NotChanged {
    Missing,
    Meanwhile,
    Full,
    Taken,
    Ended,
    Batch(BatchError),
    Commit(CommitError),
    Here(std::io::Error),
    Chosen(service::InvalidChosen),
}

impl Copies {
    /// Reads the targets, and begins to copy to them. Sheets carry `opens`. Blocks.
    ///
    /// # Errors
    /// [`Code::Broken`] when the disk cannot be read, or the kernel starts no thread.
    pub fn open(parts: service::Parts, opens: Option<SheetKey>) -> Result<Self, Problem> {
        let store = parts.store.clone();
        let service = Service::new(parts);
        let mut known = BTreeMap::new();
        let loaded = store.load(table::COPY_TARGETS, |id, version, body| {
            let read = match body.fields.get(&copy_targets::CHOSEN) {
                Some(Value::Bytes(bytes)) => Chosen::from_bytes(bytes).ok(),
                _ if body.fields.contains_key(&copy_targets::OPENS) => return,
                _ => None,
            };
            match read {
                Some(chosen) => {
                    known.insert(id, Known { version, chosen: Arc::new(chosen) });
                }
                None => tracing::error!(?id, "a target of copies cannot be read"),
            }
        });
        let loaded = loaded.map_err(|error| broken(&error))?;
        if !loaded.damaged.is_empty() {
            tracing::error!(damaged = ?loaded.damaged, "targets of copies do not open");
        }
        for (id, one) in &known {
            service.put(*id, (*one.chosen).clone()).map_err(|error| broken(&error))?;
        }
        Ok(Self { store, known: Mutex::new(known), service, opens })
    }

    /// The targets by their names.
    pub(super) async fn targets(&self) -> Vec<Shown> {
        let known = self.known.lock().await;
        let shown = known.iter().map(|(id, one)| self.shown(*id, one.clone()));
        let mut shown: Vec<_> = shown.collect();
        shown.sort_by(|one, other| one.known.chosen.name.cmp(&other.known.chosen.name));
        shown
    }

    pub(crate) async fn target(&self, id: RecordId) -> Result<Shown, NotChanged> {
        let known = self.known.lock().await;
        let one = known.get(&id).ok_or(NotChanged::Missing)?.clone();
        Ok(self.shown(id, one))
    }

    /// How many there are, and of how many of them what is so.
    pub async fn counted(&self, now: u64) -> events::Copies {
        let mut counted = events::Copies::default();
        for Shown { known, told, .. } in self.targets().await {
            let Chosen { made, sheet, .. } = *known.chosen;
            let kept = told.kept;
            let is_good = now.saturating_sub(kept.good.unwrap_or(made)) < service::LATE;
            let drill = kept.drill.filter(|drill| drill.good);
            counted.targets += 1;
            counted.good += u32::from(is_good && kept.good.is_some());
            counted.printed += u32::from(sheet.is_some());
            counted.kept += u32::from(matches!(
                kept.protection,
                Some(Protection::AppendOnly | Protection::Locked(_))
            ));
            counted.restored += u32::from(drill.is_some());
            counted.tried = counted.tried.max(drill.map(|drill| drill.at));
        }
        counted
    }

    /// What is printed of it.
    pub(super) fn sheet(&self, chosen: &Chosen) -> Sheet {
        let sheet = chosen.sheet();
        match &self.opens {
            Some(opens) => sheet.opening(opens.clone()),
            None => sheet,
        }
    }

    fn shown(&self, id: RecordId, known: Known) -> Shown {
        Shown { id, known, told: self.service.told(id).unwrap_or_default() }
    }

    /// Writes a target, and copies to it from now on.
    pub(super) async fn put(
        &self,
        by: &impl Holder,
        former: Option<(RecordId, Version)>,
        chosen: Chosen,
        what: u32,
    ) -> Result<RecordId, NotChanged> {
        let mut known = self.known.lock().await;
        let before = match former {
            Some((id, version)) => Some(find(&known, id, version)?.clone()),
            None if known.len() >= MOST => return Err(NotChanged::Full),
            None => None,
        };
        let id = former.map_or_else(|| self.store.new_id(), |(id, _)| id);
        let is_taken =
            |(other, one): (&RecordId, &Known)| *other != id && one.chosen.name == chosen.name;
        if known.iter().any(is_taken) {
            return Err(NotChanged::Taken);
        }
        let (bytes, name) = (chosen.to_bytes().map_err(NotChanged::Chosen)?, chosen.name.clone());
        let written = write_as(&self.store, by, move |batch| {
            batch.audit(what, outcome::ALLOWED);
            batch.reason(name);
            let fields = [(copy_targets::CHOSEN, Value::Bytes(bytes))].into();
            batch.put(table::COPY_TARGETS, id, fields, KeyOf::Table)?;
            Ok::<_, NotChanged>(())
        });
        written.await?;
        let version = Version(before.as_ref().map_or(1, |before| before.version.0 + 1));
        let starts = before.is_none_or(|before| !chosen.has_sheet_of(&before.chosen));
        known.insert(id, Known { version, chosen: Arc::new(chosen.clone()) });
        if starts {
            self.service.put(id, chosen).map_err(NotChanged::Here)?;
        }
        Ok(id)
    }

    /// Takes a target away. What is there stays there.
    pub(super) async fn remove(
        &self,
        by: &impl Holder,
        id: RecordId,
        version: Version,
        what: u32,
    ) -> Result<(), NotChanged> {
        let mut known = self.known.lock().await;
        let name = find(&known, id, version)?.chosen.name.clone();
        let written = write_as(&self.store, by, move |batch| {
            batch.audit(what, outcome::ALLOWED);
            batch.reason(name);
            batch.delete(table::COPY_TARGETS, id)?;
            Ok::<_, NotChanged>(())
        });
        written.await?;
        known.remove(&id);
        self.service.remove(id);
        Ok(())
    }

    /// Writes down that somebody did something with a target that changes nothing of it.
    pub(crate) async fn note(
        &self,
        by: &impl Holder,
        id: RecordId,
        what: u32,
    ) -> Result<Known, NotChanged> {
        let one = self.known.lock().await.get(&id).ok_or(NotChanged::Missing)?.clone();
        let name = one.chosen.name.clone();
        let written = write_as(&self.store, by, move |batch| {
            batch.audit(what, outcome::ALLOWED);
            batch.reason(name);
            Ok::<_, NotChanged>(())
        });
        written.await?;
        Ok(one)
    }

    pub(super) fn copy_now(&self, id: RecordId) -> bool {
        self.service.copy(id)
    }

    pub(super) fn drill_now(&self, id: RecordId) -> bool {
        self.service.drill(id)
    }

    /// Nothing is copied any more.
    pub fn end(&self) {
        self.service.end();
    }
}

fn find(
    known: &BTreeMap<RecordId, Known>,
    id: RecordId,
    version: Version,
) -> Result<&Known, NotChanged> {
    let one = known.get(&id).ok_or(NotChanged::Missing)?;
    if one.version == version { Ok(one) } else { Err(NotChanged::Meanwhile) }
}

impl From<SessionEnded> for NotChanged {
    fn from(_: SessionEnded) -> Self {
        Self::Ended
    }
}

impl From<BatchError> for NotChanged {
    fn from(error: BatchError) -> Self {
        Self::Batch(error)
    }
}

impl From<CommitError> for NotChanged {
    fn from(error: CommitError) -> Self {
        Self::Commit(error)
    }
}

impl From<NotChanged> for Problem {
    fn from(why: NotChanged) -> Self {
        match why {
            NotChanged::Missing => Code::NotFound.into(),
            NotChanged::Meanwhile => Code::ChangedMeanwhile.into(),
            NotChanged::Full => {
                Self::fields_refused(vec![Field::new("", "too-many").with("most", MOST)])
            }
            NotChanged::Taken => Self::field("/name", "target-taken"),
            NotChanged::Ended => Code::SignIn.into(),
            NotChanged::Batch(error) => broken(&error),
            NotChanged::Commit(error) => error.into(),
            NotChanged::Here(error) => broken(&error),
            NotChanged::Chosen(error) => broken(&error),
        }
    }
}
