//! Contacts over the store: every access through a handle, and in the log. Refusals are in it as well,
//! but those of making a contact and of bringing one back.
//!
//! Reading happens in memory; one record opened is in the log's disk before the answer, a list
//! within a second. Changes are judged on the writer's thread, which sees all earlier ones.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use identity::{Editor, Reader};
use records::{FieldMask, Page, Query, Table};
use seal::body::Value;
use seal::numbers::{action, idempotency, outcome, table};
use seal::{RecordId, TableId, Version};
use vault::{Access, Actor, Applied, Batch, BatchError, Clock, KeyOf, Loaded, Store};

use crate::contact::{ContactFields, ContactPatch, ContactRow, field, field_name};
use crate::history::{PastVersion, versions};
use crate::refused::Refused;
use crate::rules::checked;
use crate::stored::{read, set, written};

/// How long a deleted contact can be brought back, ms.
pub const UNDO_FOR: u64 = 60 * 60 * 1_000;
/// Contacts of one CRM at most, so that all of them fit the memory of a box.
pub const CONTACTS_MOST: usize = 1_000_000;

const TABLE: TableId = table::CONTACTS;

/// The contacts of a CRM. Clones are handles of the same.
#[derive(Clone)]
pub struct Contacts {
    store: Store,
    clock: Arc<dyn Clock>,
    view: Arc<RwLock<Table<ContactRow>>>,
}

/// A contact with its id and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: RecordId,
    /// Its version, for `If-Match`.
    pub version: Version,
    /// What it holds.
    pub row: ContactRow,
}

/// A contact that was made, now or by the same request before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The contact.
    pub contact: Contact,
    /// The same request made it before; nothing was made now.
    pub again: bool,
}

impl std::fmt::Debug for Contacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contacts").finish_non_exhaustive()
    }
}

impl Contacts {
    /// Reads all contacts into memory and follows every change from then on. Blocks.
    ///
    /// # Errors
    /// [`Refused::Read`]; contacts that do not open are named in what is returned.
    pub fn open_all(store: Store, clock: Arc<dyn Clock>) -> Result<(Self, Loaded), Refused> {
        let mut rows = Table::new();
        let loaded = store
            .load(TABLE, |id, version, body| rows.put(id, version, read(&body)))
            .map_err(Refused::Read)?;
        rows.settle(&[field::NAME]);
        let view = Arc::new(RwLock::new(rows));
        let hooked = view.clone();
        store.on_applied(Box::new(move |changes| apply(&hooked, changes)));
        Ok((Self { store, clock, view }, loaded))
    }

    /// A page of contacts. In the log within a second: who, how many, which.
    ///
    /// # Errors
    /// [`Refused::Query`].
    pub fn list(&self, who: &Reader, query: &Query) -> Result<Page<ContactRow>, Refused> {
        let page = self.view().query(query, &mask()).map_err(Refused::Query)?;
        let shown = page.rows.iter().map(|(id, _, _)| (TABLE, *id)).collect();
        let count = i64::try_from(page.count).ok();
        self.store.note_list_read(Access {
            count,
            reason: Some(asked(query)),
            ..access(who.actor(), action::CONTACT_LIST, outcome::ALLOWED, shown)
        });
        Ok(page)
    }

    /// One contact; in the log's disk before it is given, also when there is none.
    ///
    /// # Errors
    /// [`Refused::NotFound`], [`Refused::Commit`].
    pub async fn open(&self, who: &Reader, id: RecordId) -> Result<Contact, Refused> {
        let found = self.find(id);
        let outcome = if found.is_some() { outcome::ALLOWED } else { outcome::REFUSED };
        let opened = access(who.actor(), action::CONTACT_OPENED, outcome, vec![(TABLE, id)]);
        self.store.read_logged(opened).await?;
        found.ok_or(Refused::NotFound)
    }

    /// Makes a contact. With the `key` of a request that made one before, gives that one.
    ///
    /// # Errors
    /// [`Refused::Fields`] names all that is wrong; the others say themselves.
    pub async fn create(
        &self,
        who: &Editor,
        new: ContactFields,
        key: Option<[u8; 16]>,
    ) -> Result<Created, Refused> {
        let new = checked(new).map_err(Refused::Fields)?;
        if self.view().len() >= CONTACTS_MOST {
            return Err(Refused::Full { most: CONTACTS_MOST });
        }
        let (id, account) = (self.store.new_id(), who.signed().account().id);
        let now = i64::try_from(self.clock.now().wall).unwrap_or(i64::MAX);
        let row = ContactRow { fields: new, created_by: Some(account), created_at: Some(now) };
        let fields = written(&row);
        let made = self.store.write(who.actor(), move |batch| {
            if let Some(before) = earlier(batch, key, account)? {
                // Nothing is changed; that it was asked again is in the log.
                batch.about(TABLE, before);
                batch.audit(action::CONTACT_CREATED, outcome::ALLOWED);
                return Ok((before, true));
            }
            batch.put(TABLE, id, fields, KeyOf::Person(id))?;
            if let Some(key) = key {
                batch.put(
                    table::IDEMPOTENCY,
                    RecordId(key),
                    request(account, id, now),
                    KeyOf::Table,
                )?;
            }
            batch.audit(action::CONTACT_CREATED, outcome::ALLOWED);
            Ok::<_, Refused>((id, false))
        });
        let (id, again) = made.await??;
        // Deleted since by somebody else: the answer would be of what is no more.
        let contact = self.find(id).ok_or(Refused::NotFound)?;
        Ok(Created { contact, again })
    }

    /// Changes a contact that is still of version `if_version`.
    ///
    /// # Errors
    /// [`Refused::ChangedMeanwhile`] carries the contact as it is; the others say themselves.
    pub async fn change(
        &self,
        who: &Editor,
        id: RecordId,
        if_version: Version,
        patch: ContactPatch,
    ) -> Result<Contact, Refused> {
        let changed = self.store.write(who.actor(), move |batch| {
            let before = current(batch, id, if_version)?;
            let after = checked(before.fields.clone().patched(patch)).map_err(Refused::Fields)?;
            let changed = before.fields.changed(&after);
            batch.change(TABLE, id, |fields| set(fields, &after))?;
            batch.detail(KeyOf::Person(id), None, changed)?;
            batch.audit(action::CONTACT_CHANGED, outcome::ALLOWED);
            Ok::<_, Refused>(())
        });
        let done = changed.await?;
        self.logged(who, action::CONTACT_CHANGED, id, done).await?;
        self.find(id).ok_or(Refused::NotFound)
    }

    /// Deletes a contact that is still of version `if_version`. Gives until when it can be brought
    /// back, ms since 1970.
    ///
    /// # Errors
    /// As [`Contacts::change`].
    pub async fn delete(
        &self,
        who: &Editor,
        id: RecordId,
        if_version: Version,
    ) -> Result<u64, Refused> {
        let deleted = self.store.write(who.actor(), move |batch| {
            current(batch, id, if_version)?;
            batch.delete(TABLE, id)?;
            batch.audit(action::CONTACT_DELETED, outcome::ALLOWED);
            Ok::<_, Refused>(())
        });
        let done = deleted.await?;
        self.logged(who, action::CONTACT_DELETED, id, done).await?;
        Ok(self.clock.now().wall.saturating_add(UNDO_FOR))
    }

    /// Brings a contact back that was deleted within the last hour.
    ///
    /// # Errors
    /// [`Refused::NotFound`] when it is not deleted, [`Refused::UndoOver`].
    pub async fn undo_delete(&self, who: &Editor, id: RecordId) -> Result<Contact, Refused> {
        let deleted = self.store.deleted(TABLE, id).map_err(Refused::Read)?;
        let deleted = deleted.ok_or(Refused::NotFound)?;
        if self.clock.now().wall > deleted.at.saturating_add(UNDO_FOR) {
            return Err(Refused::UndoOver);
        }
        let restored = self.store.write(who.actor(), move |batch| {
            batch.restore(TABLE, id).map_err(|error| match error {
                BatchError::NotFound => Refused::NotFound,
                other => Refused::Batch(other),
            })?;
            batch.audit(action::CONTACT_RESTORED, outcome::ALLOWED);
            Ok::<_, Refused>(())
        });
        restored.await??;
        self.find(id).ok_or(Refused::NotFound)
    }

    /// What became of a contact, the newest first: in the log's disk before it is given. Blocks on
    /// the disk.
    ///
    /// # Errors
    /// [`Refused::NotFound`] when there never was one.
    pub async fn history(&self, who: &Reader, id: RecordId) -> Result<Vec<PastVersion>, Refused> {
        let past = self.store.history(TABLE, id).map_err(Refused::Read)?;
        let outcome = if past.is_empty() { outcome::REFUSED } else { outcome::ALLOWED };
        let read = access(who.actor(), action::CONTACT_HISTORY, outcome, vec![(TABLE, id)]);
        self.store.read_logged(read).await?;
        if past.is_empty() { Err(Refused::NotFound) } else { Ok(versions(&past)) }
    }

    fn find(&self, id: RecordId) -> Option<Contact> {
        let view = self.view();
        let (version, row) = view.get(id)?;
        Some(Contact { id, version, row: mask().applied(row) })
    }

    fn view(&self) -> RwLockReadGuard<'_, Table<ContactRow>> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs a refusal, on the disk before the answer.
    async fn logged(
        &self,
        who: &Editor,
        action: u32,
        id: RecordId,
        done: Result<(), Refused>,
    ) -> Result<(), Refused> {
        if done.is_err() {
            let refused = access(who.actor(), action, outcome::REFUSED, vec![(TABLE, id)]);
            self.store.read_logged(refused).await?;
        }
        done
    }
}

/// By which fields was asked, for the log; never what was typed, which may name anyone (0002).
fn asked(query: &Query) -> String {
    let name = |field: u32| field_name(field).unwrap_or_default();
    let mut asked = format!("sort={}", name(query.sort.field));
    for filter in &query.filters {
        asked.push_str(" filter=");
        asked.push_str(name(filter.field));
    }
    if !query.search.trim().is_empty() {
        asked.push_str(" search");
    }
    asked
}

/// Today both roles of the CRM see every field.
fn mask() -> FieldMask {
    FieldMask::every::<ContactRow>()
}

fn access(actor: Actor, action: u32, outcome: u32, records: Vec<(TableId, RecordId)>) -> Access {
    Access { actor, action, outcome, records, count: None, reason: None }
}

/// The contact as earlier writes left it, if it is of this version.
fn current(batch: &Batch<'_>, id: RecordId, if_version: Version) -> Result<ContactRow, Refused> {
    let (version, body) = batch.get(TABLE, id)?.ok_or(Refused::NotFound)?;
    let row = read(&body);
    if version != if_version {
        let current = Contact { id, version, row: mask().applied(&row) };
        return Err(Refused::ChangedMeanwhile { current: Box::new(current) });
    }
    Ok(row)
}

/// What the same request of the same account made before.
fn earlier(
    batch: &Batch<'_>,
    key: Option<[u8; 16]>,
    account: RecordId,
) -> Result<Option<RecordId>, Refused> {
    let Some(key) = key else { return Ok(None) };
    let Some((_, body)) = batch.get(table::IDEMPOTENCY, RecordId(key))? else { return Ok(None) };
    let whose = body.fields.get(&idempotency::ACCOUNT);
    match body.fields.get(&idempotency::RECORD) {
        Some(Value::Link(TABLE, id)) if whose == Some(&Value::Link(table::ACCOUNTS, account)) => {
            Ok(Some(*id))
        }
        _ => Err(Refused::KeyUsed),
    }
}

fn request(account: RecordId, id: RecordId, now: i64) -> BTreeMap<u32, Value> {
    BTreeMap::from([
        (idempotency::ACCOUNT, Value::Link(table::ACCOUNTS, account)),
        (idempotency::STATUS, Value::Integer(201)),
        (idempotency::RECORD, Value::Link(TABLE, id)),
        (idempotency::AT, Value::Instant(now)),
    ])
}

fn apply(view: &RwLock<Table<ContactRow>>, changes: &[Applied]) {
    if !changes.iter().any(|change| change.table == TABLE) {
        return;
    }
    let mut rows = view.write().unwrap_or_else(PoisonError::into_inner);
    for change in changes.iter().filter(|change| change.table == TABLE) {
        match &change.body {
            Some(body) => rows.put(change.id, change.version, read(body)),
            None => {
                rows.remove(change.id);
            }
        }
    }
}
