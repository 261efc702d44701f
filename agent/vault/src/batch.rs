//! What one write does: records put, deleted and brought back, with the one audit entry that says
//! so. A [`Batch`] only plans; the writer seals the plan when `decide` has said yes.

use seal::numbers::table;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use seal::body::{Body, Value};
use seal::{RecordId, TableId, Version};

use crate::engine::EngineError;
use crate::keyring::{KeyOf, Owner};
use crate::reader::{Opened, Reader};
use crate::{Actor, Damage};

/// Most records that one batch changes. An import is many batches.
pub const MAX_CHANGES: usize = 500;
/// Most parts of audit detail of one batch: each lies under a key of its own.
pub const MAX_DETAILS: usize = 40;
/// The definition of the tables that this program writes, and the lowest that may change them.
pub const SCHEMA: u16 = 1;

pub(crate) use seal::body::NO_FORMER;

/// Why a batch refuses a change. Nothing of it was planned; earlier changes of the batch stand.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// There is no such live record (or, for bringing back, no deleted one).
    #[error("there is no such record")]
    NotFound,
    /// The record was deleted; bring it back first.
    #[error("the record was deleted")]
    Deleted,
    /// One batch changes a record once.
    #[error("the record was changed in this batch already")]
    Twice,
    /// The person's key was destroyed for good.
    #[error("the person was erased")]
    Erased,
    /// What lies there does not open.
    #[error("the record is damaged")]
    Damaged(#[source] Damage),
    /// A newer program wrote it, and this one does not know enough to change it.
    #[error("a newer program wrote this record")]
    Newer,
    /// More than [`MAX_CHANGES`] records or [`MAX_DETAILS`] details.
    #[error("a batch of more than {0}")]
    TooMany(usize),
    /// The table has no key in this store.
    #[error("there is no key for table {}", .0.0)]
    NoKey(TableId),
    /// The disk could not be read.
    #[error("the store cannot be read")]
    Read(#[source] EngineError),
}

/// A planned change.
#[derive(Debug)]
pub(crate) enum Plan {
    Put { former: Option<Opened>, fields: BTreeMap<u32, Value>, key: KeyOf },
    Delete { former: Opened },
    Restore { grave: Opened, former: Opened },
}

/// Audit detail, sealed under the key of the one it is about.
#[derive(Debug)]
pub(crate) struct Detail {
    pub key: KeyOf,
    pub reason: Option<String>,
    pub changed: Vec<u32>,
}

/// An outbox row: that something changed, without content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxItem {
    /// Table of what changed.
    pub table: TableId,
    /// Its id.
    pub id: RecordId,
    /// Its version after the change.
    pub version: Version,
    /// What the reader of the outbox is to do with it.
    pub kind: u32,
}

/// What the batches before this one changed and the engine does not hold yet.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// Records put; `None` for those taken out.
    pub live: HashMap<(TableId, RecordId), Option<Opened>>,
    /// Former versions, by entry and index.
    pub former: HashMap<(u64, u16), Opened>,
}

/// The table whose record a grave is of.
pub(crate) fn grave_of(body: &Body) -> Option<TableId> {
    match body.fields.get(&seal::numbers::deleted::TABLE) {
        Some(Value::Integer(table)) => u16::try_from(*table).ok().map(TableId),
        _ => None,
    }
}

impl Plan {
    /// The record as this plan will leave it.
    fn outlook(&self) -> Option<(Version, Arc<Body>)> {
        match self {
            Self::Delete { .. } => None,
            Self::Restore { grave, former } => {
                Some((Version(grave.header.version.0 + 1), former.body.clone()))
            }
            Self::Put { former, fields, .. } => {
                let version = former.as_ref().map_or(1, |former| former.header.version.0 + 1);
                let body = Body {
                    schema: SCHEMA,
                    reader: SCHEMA,
                    commit: 0,
                    prev: NO_FORMER,
                    fields: fields.clone(),
                };
                Some((Version(version), Arc::new(body)))
            }
        }
    }
}

/// The plan of one write. It sees everything written before it, also what is not on the disk yet:
/// that is on the disk before the answer to this write is given.
#[derive(Debug)]
pub struct Batch<'w> {
    reader: &'w Reader,
    standing: &'w Standing,
    pub(crate) actor: Actor,
    pub(crate) plans: Vec<((TableId, RecordId), Plan)>,
    planned: HashMap<(TableId, RecordId), usize>,
    pub(crate) action: u32,
    pub(crate) outcome: u32,
    pub(crate) count: Option<i64>,
    pub(crate) reason: Option<String>,
    pub(crate) also: Vec<(TableId, RecordId)>,
    pub(crate) details: Vec<Detail>,
    pub(crate) outbox: Vec<OutboxItem>,
}

impl<'w> Batch<'w> {
    pub(crate) fn new(reader: &'w Reader, standing: &'w Standing, actor: Actor) -> Self {
        Self {
            reader,
            standing,
            actor,
            plans: Vec::new(),
            planned: HashMap::new(),
            action: 0,
            outcome: seal::numbers::outcome::ALLOWED,
            count: None,
            reason: None,
            also: Vec::new(),
            details: Vec::new(),
            outbox: Vec::new(),
        }
    }

    /// The version of a live record, this batch's own changes included.
    ///
    /// # Errors
    /// [`BatchError::Damaged`], [`BatchError::Read`].
    pub fn version(&self, table: TableId, id: RecordId) -> Result<Option<Version>, BatchError> {
        Ok(self.get(table, id)?.map(|(version, _)| version))
    }

    /// A live record, this batch's own changes included.
    ///
    /// # Errors
    /// [`BatchError::Damaged`], [`BatchError::Read`].
    pub fn get(
        &self,
        table: TableId,
        id: RecordId,
    ) -> Result<Option<(Version, Arc<Body>)>, BatchError> {
        if let Some(index) = self.planned.get(&(table, id))
            && let Some((_, plan)) = self.plans.get(*index)
        {
            return Ok(plan.outlook());
        }
        let standing = self.standing(table, id)?;
        Ok(standing.map(|opened| (opened.header.version, opened.body)))
    }

    /// The version that the deletion of a record took; `None` when it lives or never was.
    ///
    /// # Errors
    /// [`BatchError::Damaged`], [`BatchError::Read`].
    pub fn deleted(&self, table: TableId, id: RecordId) -> Result<Option<Version>, BatchError> {
        let grave = self.standing(table::DELETED, id)?;
        let grave = grave.filter(|grave| grave_of(&grave.body) == Some(table));
        Ok(grave.map(|grave| grave.header.version))
    }

    /// What earlier writes changed that the views do not show yet; `None` for what they deleted.
    pub fn pending(
        &self,
        table: TableId,
    ) -> impl Iterator<Item = (RecordId, Option<(Version, Arc<Body>)>)> + use<'_, 'w> {
        self.standing.live.iter().filter(move |((of, _), _)| *of == table).map(
            |((_, id), opened)| {
                let opened = opened.as_ref();
                (*id, opened.map(|opened| (opened.header.version, opened.body.clone())))
            },
        )
    }

    /// Makes a record, or gives a live one new fields; the former version goes to the history.
    /// Fields that this program does not know are the caller's to keep: see [`Batch::change`].
    ///
    /// # Errors
    /// [`BatchError::Deleted`], [`BatchError::Twice`], [`BatchError::Erased`],
    /// [`BatchError::Newer`], [`BatchError::TooMany`], [`BatchError::Damaged`],
    /// [`BatchError::NoKey`], [`BatchError::Read`].
    pub fn put(
        &mut self,
        table: TableId,
        id: RecordId,
        fields: BTreeMap<u32, Value>,
        key: KeyOf,
    ) -> Result<Version, BatchError> {
        self.check_key(table, key)?;
        let former = self.standing(table, id)?;
        let version = match &former {
            Some(former) if former.body.reader > SCHEMA => return Err(BatchError::Newer),
            Some(former) => Version(former.header.version.0 + 1),
            // That a person is erased is remembered also when they were deleted before.
            None if table != table::ERASED && self.standing(table::DELETED, id)?.is_some() => {
                return Err(BatchError::Deleted);
            }
            None => Version(1),
        };
        self.plan(table, id, Plan::Put { former, fields, key })?;
        Ok(version)
    }

    /// Gives a live record new fields; those that `change` does not touch stay, also unknown ones.
    /// It stays under the key it has.
    ///
    /// # Errors
    /// As [`Batch::put`], and [`BatchError::NotFound`].
    pub fn change(
        &mut self,
        table: TableId,
        id: RecordId,
        change: impl FnOnce(&mut BTreeMap<u32, Value>),
    ) -> Result<Version, BatchError> {
        let former = self.standing(table, id)?.ok_or(BatchError::NotFound)?;
        let key = match self.reader.keys().owner(former.header.key) {
            Some(Owner::Person(person)) => KeyOf::Person(person),
            _ => KeyOf::Table,
        };
        let mut fields = former.body.fields.clone();
        change(&mut fields);
        self.put(table, id, fields, key)
    }

    /// Takes a live record out; it can be brought back from its history.
    ///
    /// # Errors
    /// [`BatchError::NotFound`], [`BatchError::Twice`], [`BatchError::TooMany`],
    /// [`BatchError::Damaged`], [`BatchError::Read`].
    pub fn delete(&mut self, table: TableId, id: RecordId) -> Result<Version, BatchError> {
        let former = self.standing(table, id)?.ok_or(BatchError::NotFound)?;
        let version = Version(former.header.version.0 + 1);
        self.plan(table, id, Plan::Delete { former })?;
        Ok(version)
    }

    /// Brings a deleted record back as it was last.
    ///
    /// # Errors
    /// [`BatchError::NotFound`] also when it lives, [`BatchError::Twice`],
    /// [`BatchError::TooMany`], [`BatchError::Damaged`], [`BatchError::Read`].
    pub fn restore(&mut self, table: TableId, id: RecordId) -> Result<Version, BatchError> {
        let grave = self.standing(table::DELETED, id)?.ok_or(BatchError::NotFound)?;
        if grave_of(&grave.body) != Some(table) {
            return Err(BatchError::NotFound);
        }
        let at = (grave.body.commit, grave.body.prev);
        // The batch that deleted it may still be on its way to the disk.
        let former = match self.standing.former.get(&at) {
            Some(former) => former.clone(),
            None => {
                let former = self.reader.former(at, table, id).map_err(BatchError::Read)?;
                former.map_err(BatchError::Damaged)?
            }
        };
        let version = Version(grave.header.version.0 + 1);
        self.plan(table, id, Plan::Restore { grave, former })?;
        Ok(version)
    }

    /// What happened, numbers of `seal::numbers`: goes into the audit entry in words of its own.
    pub fn audit(&mut self, action: u32, outcome: u32) {
        self.action = action;
        self.outcome = outcome;
    }

    /// Number of records meant, where it says more than the records changed.
    pub fn count(&mut self, count: i64) {
        self.count = Some(count);
    }

    /// Why, in the part that outlives an erasure: never a name.
    pub fn reason(&mut self, reason: impl Into<String>) {
        self.reason = Some(reason.into());
    }

    /// Records that the entry names though it does not change them.
    pub fn about(&mut self, table: TableId, id: RecordId) {
        self.also.push((table, id));
    }

    /// Detail that goes dark with the person it is about: which fields changed, and why.
    ///
    /// # Errors
    /// [`BatchError::TooMany`], [`BatchError::Erased`], [`BatchError::NoKey`].
    pub fn detail(
        &mut self,
        key: KeyOf,
        reason: Option<String>,
        changed: Vec<u32>,
    ) -> Result<(), BatchError> {
        self.check_key(table::AUDIT, key)?;
        if self.details.len() >= MAX_DETAILS {
            return Err(BatchError::TooMany(MAX_DETAILS));
        }
        self.details.push(Detail { key, reason, changed });
        Ok(())
    }

    /// Tells those outside, once this is on the disk.
    pub fn outbox(&mut self, item: OutboxItem) {
        self.outbox.push(item);
    }

    fn check_key(&self, table: TableId, key: KeyOf) -> Result<(), BatchError> {
        let keys = self.reader.keys();
        match key {
            KeyOf::Person(person) if keys.is_erased(person) => Err(BatchError::Erased),
            KeyOf::Table if keys.table(table).is_none() => Err(BatchError::NoKey(table)),
            _ => Ok(()),
        }
    }

    fn plan(&mut self, table: TableId, id: RecordId, plan: Plan) -> Result<(), BatchError> {
        if self.plans.len() >= MAX_CHANGES {
            return Err(BatchError::TooMany(MAX_CHANGES));
        }
        if self.planned.contains_key(&(table, id)) {
            return Err(BatchError::Twice);
        }
        self.planned.insert((table, id), self.plans.len());
        self.plans.push(((table, id), plan));
        Ok(())
    }

    /// The record as earlier batches left it.
    fn standing(&self, table: TableId, id: RecordId) -> Result<Option<Opened>, BatchError> {
        if let Some(standing) = self.standing.live.get(&(table, id)) {
            return Ok(standing.clone());
        }
        let found = self.reader.live(table, id).map_err(BatchError::Read)?;
        found.transpose().map_err(BatchError::Damaged)
    }
}
