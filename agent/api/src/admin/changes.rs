//! Changes of the settings as they are kept in the system store: who tried what, why, and what became of
//! it. Both documents lie there as they were, in parts that the store takes.

use std::collections::BTreeMap;

use identity::Signed;
use notify::Alert;
use seal::body::{Body, Value};
use seal::numbers::{action, outcome, settings_change, settings_document, settings_outcome, table};
use seal::{RecordId, TableId};
use sha2::{Digest, Sha256};
use vault::{Actor, BatchError, KeyOf, Store};

use super::state::Admin;
use crate::problem::Problem;
use crate::reply::{broken, off};
use crate::shape::plain::Id;

const TABLE: TableId = table::CHANGES;
/// Bytes of a document in one record.
pub(super) const PART: usize = 4_000;

/// Which of the documents.
#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Trying,
    Kept,
    Undone,
    Expired,
    Restarted,
    Failed,
    /// Ended where the box stands.
    Console,
}

/// A change, without its documents.
#[derive(Clone)]
pub(super) struct Change {
    pub(super) id: RecordId,
    pub(super) at: u64,
    pub(super) by: Option<RecordId>,
    pub(super) reason: String,
    pub(super) outcome: Outcome,
    pub(super) done_at: Option<u64>,
    pub(super) done_by: Option<RecordId>,
    /// SHA-256 of the new document.
    pub(super) digest: Vec<u8>,
    /// What the request for it came with.
    pub(super) key: Option<Id>,
    before: usize,
    after: usize,
}

/// Both documents of a change.
pub(super) struct Documents {
    pub(super) before: String,
    pub(super) after: String,
}

impl Outcome {
    const ALL: [(Self, u32); 7] = [
        (Self::Trying, settings_outcome::TRYING),
        (Self::Kept, settings_outcome::KEPT),
        (Self::Undone, settings_outcome::UNDONE),
        (Self::Expired, settings_outcome::EXPIRED),
        (Self::Restarted, settings_outcome::INTERRUPTED),
        (Self::Failed, settings_outcome::FAILED),
        (Self::Console, settings_outcome::CONSOLE),
    ];

    fn number(self) -> u32 {
        let found = Self::ALL.iter().find(|(one, _)| *one == self);
        found.map_or(settings_outcome::FAILED, |(_, number)| *number)
    }

    fn of(number: u32) -> Option<Self> {
        Self::ALL.iter().find(|(_, one)| *one == number).map(|(outcome, _)| *outcome)
    }

    /// What the log gives as the reason of an end.
    fn reason(self) -> Option<&'static str> {
        match self {
            Self::Trying | Self::Kept => None,
            Self::Undone => Some("undone"),
            Self::Console => Some("console"),
            Self::Expired => Some("expired"),
            Self::Restarted => Some("interrupted"),
            Self::Failed => Some("not-applied"),
        }
    }
}

/// SHA-256 of a document's text.
pub(super) fn digest(document: &str) -> Vec<u8> {
    Sha256::digest(document.as_bytes()).to_vec()
}

impl Admin {
    /// A change that is about to be tried, on the disk before it is.
    pub(super) async fn begin_change(
        &self,
        by: &Signed,
        documents: &Documents,
        reason: &str,
        key: Option<Id>,
    ) -> Result<RecordId, Problem> {
        let mut fields = BTreeMap::from([
            (settings_change::AT, instant(self.now())),
            (settings_change::BY, Value::Link(table::ACCOUNTS, by.account().id)),
            (settings_change::REASON, Value::Text(reason.to_owned())),
            (settings_change::OUTCOME, Value::Choice(settings_outcome::TRYING)),
        ]);
        if let Some(Id(key)) = key {
            fields.insert(settings_change::KEY, Value::Bytes(key.to_vec()));
        }
        self.put_change(by.actor(), fields, documents, action::SETTINGS_TRIED).await
    }

    /// A change that the console made, once it is known: nobody's account did.
    pub(super) async fn console_change(
        &self,
        at: u64,
        documents: &Documents,
    ) -> Result<RecordId, Problem> {
        let fields = BTreeMap::from([
            (settings_change::AT, instant(at)),
            (settings_change::REASON, Value::Text(String::new())),
            (settings_change::OUTCOME, Value::Choice(settings_outcome::KEPT)),
            (settings_change::DONE_AT, instant(at)),
        ]);
        let actor = Actor::default();
        let id = self.put_change(actor, fields, documents, action::SETTINGS_CHANGED).await?;
        self.bell().tell(Alert::SettingsRestoredAtConsole {});
        Ok(id)
    }

    async fn put_change(
        &self,
        by: Actor,
        mut fields: BTreeMap<u32, Value>,
        documents: &Documents,
        what: u32,
    ) -> Result<RecordId, Problem> {
        let store = &self.parts().store;
        let id = store.new_id();
        fields.insert(settings_change::DIGEST, Value::Bytes(digest(&documents.after)));
        let mut parts = Vec::new();
        for (side, field, text) in [
            (Side::Before, settings_change::BEFORE, &documents.before),
            (Side::After, settings_change::AFTER, &documents.after),
        ] {
            fields.insert(field, Value::Integer(i64::try_from(text.len()).unwrap_or(i64::MAX)));
            let cut = text.as_bytes().chunks(PART).enumerate();
            parts.extend(cut.map(|(at, part)| (part_id(id, side, at), part.to_vec())));
        }
        let written = store.write(by, move |batch| {
            batch.put(TABLE, id, fields, KeyOf::Table)?;
            for (part_id, bytes) in parts {
                let part = BTreeMap::from([(settings_document::PART, Value::Bytes(bytes))]);
                batch.put(table::DOCUMENTS, part_id, part, KeyOf::Table)?;
            }
            batch.audit(what, outcome::ALLOWED);
            // The parts are nothing that the log counts.
            batch.count(0);
            Ok::<(), BatchError>(())
        });
        written.await?.map_err(|error| broken(&error))?;
        Ok(id)
    }

    /// What became of it, on the disk when this returns; nothing when that is known already.
    pub(super) async fn end_change(
        &self,
        id: RecordId,
        by: Option<&Signed>,
        ended: Outcome,
    ) -> Result<(), Problem> {
        let now = self.now();
        let who = by.map(Signed::actor).unwrap_or_default();
        let account = by.map(|by| by.account().id);
        let written = self.parts().store.write(who, move |batch| {
            let found = batch.get(TABLE, id)?.and_then(|(_, body)| read(id, &body));
            if found.is_none_or(|change| change.outcome != Outcome::Trying) {
                return Err(NotWritten::Known);
            }
            batch.change(TABLE, id, |fields| {
                fields.insert(settings_change::OUTCOME, Value::Choice(ended.number()));
                fields.insert(settings_change::DONE_AT, instant(now));
                if let Some(account) = account {
                    let link = Value::Link(table::ACCOUNTS, account);
                    fields.insert(settings_change::DONE_BY, link);
                }
            })?;
            batch.count(0);
            let (what, came) = match ended {
                Outcome::Kept => (action::SETTINGS_CHANGED, outcome::ALLOWED),
                Outcome::Failed => (action::SETTINGS_CHANGED, outcome::REFUSED),
                _ => (action::SETTINGS_ENDED, outcome::ALLOWED),
            };
            batch.audit(what, came);
            if let Some(reason) = ended.reason() {
                batch.reason(reason);
            }
            Ok(())
        });
        match written.await? {
            Ok(()) => {
                self.tell_end(by, ended);
                Ok(())
            }
            Err(NotWritten::Known) => Ok(()),
            Err(NotWritten::Batch(error)) => Err(broken(&error)),
        }
    }

    /// What came by itself is news to everybody, what somebody did to the others.
    fn tell_end(&self, by: Option<&Signed>, ended: Outcome) {
        match (ended, by.map(Signed::account)) {
            (Outcome::Expired | Outcome::Restarted, _) => {
                self.bell().tell(Alert::SettingsReverted {});
            }
            (Outcome::Kept, Some(account)) => {
                let by = account.name.as_str().into();
                self.bell().tell_others(Alert::SettingsChanged { by }, account.id);
            }
            _ => {}
        }
    }

    /// All of them, the last one first.
    pub(super) async fn changes(&self) -> Result<Vec<Change>, Problem> {
        let store = self.parts().store.clone();
        let all = off(async move {
            let mut all = Vec::new();
            let loaded = store.load(TABLE, |id, _, body| all.extend(read(id, &body)))?;
            for damaged in loaded.damaged {
                tracing::error!(%damaged, "a change of the settings does not open");
            }
            Ok::<_, vault::engine::EngineError>(all)
        });
        let mut all = all.await?.map_err(|error| broken(&error))?;
        all.sort_by_key(|change| std::cmp::Reverse(change.id));
        Ok(all)
    }

    /// The documents of one; none when they do not open.
    pub(super) async fn documents(&self, change: &Change) -> Result<Option<Documents>, Problem> {
        let (store, id) = (self.parts().store.clone(), change.id);
        let (before, after) = (change.before, change.after);
        off(async move {
            let before = text(&store, id, Side::Before, before);
            let after = text(&store, id, Side::After, after);
            before.zip(after).map(|(before, after)| Documents { before, after })
        })
        .await
    }
}

enum NotWritten {
    Known,
    Batch(BatchError),
}

impl From<BatchError> for NotWritten {
    fn from(error: BatchError) -> Self {
        Self::Batch(error)
    }
}

fn text(store: &Store, id: RecordId, side: Side, length: usize) -> Option<String> {
    let mut bytes = Vec::with_capacity(length);
    for at in 0..length.div_ceil(PART) {
        let found = store.history(table::DOCUMENTS, part_id(id, side, at), None, 1).ok()?;
        let body = found.into_iter().next()?.body.ok()??;
        match body.fields.get(&settings_document::PART)? {
            Value::Bytes(part) => bytes.extend_from_slice(part),
            _ => return None,
        }
    }
    String::from_utf8(bytes).ok().filter(|text| text.len() == length)
}

fn part_id(change: RecordId, side: Side, at: usize) -> RecordId {
    let side = match side {
        Side::Before => 0u8,
        Side::After => 1,
    };
    let hash = Sha256::new()
        .chain_update(change.0)
        .chain_update([side])
        .chain_update((at as u64).to_be_bytes())
        .finalize();
    let mut id = [0; 16];
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    RecordId(id)
}

fn read(id: RecordId, body: &Body) -> Option<Change> {
    let field = |number: u32| body.fields.get(&number);
    let instant = |number| match field(number) {
        Some(Value::Instant(at)) => u64::try_from(*at).ok(),
        _ => None,
    };
    let account = |number| match field(number) {
        Some(Value::Link(_, account)) => Some(*account),
        _ => None,
    };
    let length = |number| match field(number) {
        Some(Value::Integer(length)) => usize::try_from(*length).ok(),
        _ => None,
    };
    Some(Change {
        id,
        at: instant(settings_change::AT)?,
        by: account(settings_change::BY),
        reason: match field(settings_change::REASON) {
            Some(Value::Text(reason)) => reason.clone(),
            _ => String::new(),
        },
        outcome: match field(settings_change::OUTCOME)? {
            Value::Choice(number) => Outcome::of(*number)?,
            _ => return None,
        },
        done_at: instant(settings_change::DONE_AT),
        done_by: account(settings_change::DONE_BY),
        digest: match field(settings_change::DIGEST)? {
            Value::Bytes(digest) => digest.clone(),
            _ => return None,
        },
        key: match field(settings_change::KEY) {
            Some(Value::Bytes(key)) => key.as_slice().try_into().ok().map(Id),
            _ => None,
        },
        before: length(settings_change::BEFORE)?,
        after: length(settings_change::AFTER)?,
    })
}

fn instant(ms: u64) -> Value {
    Value::Instant(i64::try_from(ms).unwrap_or(i64::MAX))
}
