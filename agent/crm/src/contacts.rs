//! Contacts over the store: every access through a handle, and in the log, refusals as well.
//!
//! Reading happens in memory; one record opened is in the log's disk before the answer, a list
//! within a second. Changes are judged on the writer's thread, which sees all earlier ones.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use identity::repeated::{self, Repeat};
use identity::writes::{Holder, write_as};
use identity::{Editor, Reader};
use records::{FieldMask, LIMIT_MOST, Page, Query, Table};
use seal::numbers::{action, outcome, table};
use seal::{RecordId, TableId, Version};
use vault::{Access, Actor, Applied, Batch, BatchError, Clock, Former, KeyOf, Kind, Loaded, Store};

use crate::contact::{ContactFields, ContactPatch, ContactRow, field, field_name};
use crate::deleted::{DeletedContact, Deletion, RecentlyDeleted, UNDO_FOR, deletion};
use crate::history::{PastPage, page};
use crate::refused::Refused;
use crate::rules::checked;
use crate::stored::{read, set, written};

/// Contacts of one CRM at most, so that all of them fit the memory of a box.
pub const CONTACTS_MOST: usize = 1_000_000;

const TABLE: TableId = table::CONTACTS;

/// The contacts of a CRM. Clones are handles of the same.
#[derive(Clone)]
pub struct Contacts {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    view: Arc<RwLock<View>>,
}

/// What is in memory: the contacts, and those deleted a short time ago.
pub(crate) struct View {
    pub rows: Table<ContactRow>,
    deleted: RecentlyDeleted,
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
        let deleted = RecentlyDeleted::of(&store, clock.now().wall).map_err(Refused::Read)?;
        let view = Arc::new(RwLock::new(View { rows, deleted }));
        let (hooked, timed) = (view.clone(), clock.clone());
        store.on_applied(Box::new(move |changes| apply(&hooked, changes, timed.now().wall)));
        Ok((Self { store, clock, view }, loaded))
    }

    /// A page of contacts. In the log within a second: who, how many, which.
    ///
    /// # Errors
    /// [`Refused::Query`].
    pub fn list(&self, who: &Reader, query: &Query) -> Result<Page<ContactRow>, Refused> {
        let page = self.view().rows.query(query, &mask()).map_err(Refused::Query)?;
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
        let outcome = if found.is_some() { outcome::ALLOWED } else { outcome::MISSING };
        let opened = access(who.actor(), action::CONTACT_OPENED, outcome, vec![(TABLE, id)]);
        self.store.read_logged(opened).await?;
        found.ok_or(Refused::NotFound)
    }

    /// Makes a contact. The same request as one that made one before gets that one.
    ///
    /// # Errors
    /// [`Refused::Fields`] names all that is wrong; the others say themselves.
    pub async fn create(
        &self,
        who: &Editor,
        new: ContactFields,
        repeat: Option<Repeat>,
    ) -> Result<Created, Refused> {
        let done = self.make(who, new, repeat).await;
        let (id, again) = self.logged(who, action::CONTACT_CREATED, None, done).await?;
        // Deleted since by somebody else: the answer would be of what is no more.
        let contact = self.find(id).ok_or(Refused::NotFound)?;
        Ok(Created { contact, again })
    }

    async fn make(
        &self,
        who: &Editor,
        new: ContactFields,
        repeat: Option<Repeat>,
    ) -> Result<(RecordId, bool), Refused> {
        let new = checked(new).map_err(Refused::Fields)?;
        if self.view().rows.len() >= CONTACTS_MOST {
            return Err(Refused::Full { most: CONTACTS_MOST });
        }
        let (id, account) = (self.store.new_id(), who.signed().account().id);
        let now = self.clock.now().wall;
        let created_at = i64::try_from(now).ok();
        let row = ContactRow { fields: new, created_by: Some(account), created_at };
        let fields = written(&row);
        write_as(&self.store, who, move |batch| {
            let before = repeat.map(|repeat| repeated::earlier(batch, TABLE, &repeat, account));
            if let Some(before) = before.transpose()?.flatten() {
                // Nothing is changed; that it was asked again is in the log.
                batch.about(TABLE, before);
                batch.audit(action::CONTACT_CREATED, outcome::ALLOWED);
                return Ok((before, true));
            }
            batch.put(TABLE, id, fields, KeyOf::Person(id))?;
            if let Some(repeat) = repeat {
                repeated::keep(batch, TABLE, &repeat, account, id, KeyOf::Person(id), now)?;
            }
            batch.audit(action::CONTACT_CREATED, outcome::ALLOWED);
            Ok((id, false))
        })
        .await
    }

    /// Changes a contact that is still of version `if_version`. A change that changes nothing makes no
    /// version; the contact was looked at.
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
        let changed = write_as(&self.store, who, move |batch| {
            let before = current(batch, id, if_version)?;
            let after = checked(before.fields.clone().patched(patch)).map_err(Refused::Fields)?;
            let changed = before.fields.changed(&after);
            if changed.is_empty() {
                // It stays as it is; the answer shows it.
                batch.about(TABLE, id);
                batch.audit(action::CONTACT_OPENED, outcome::ALLOWED);
                return Ok(());
            }
            batch.change(TABLE, id, |fields| set(fields, &after))?;
            batch.detail(KeyOf::Person(id), None, changed)?;
            batch.audit(action::CONTACT_CHANGED, outcome::ALLOWED);
            Ok(())
        });
        let done = changed.await;
        self.logged(who, action::CONTACT_CHANGED, Some(id), done).await?;
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
        let deleted = write_as(&self.store, who, move |batch| {
            current(batch, id, if_version)?;
            batch.delete(TABLE, id)?;
            batch.audit(action::CONTACT_DELETED, outcome::ALLOWED);
            Ok(())
        });
        let done = deleted.await;
        self.logged(who, action::CONTACT_DELETED, Some(id), done).await?;
        Ok(self.clock.now().wall.saturating_add(UNDO_FOR))
    }

    /// Brings a contact back that was deleted within the last hour. Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused::NotFound`] when it is not deleted, [`Refused::UndoOver`].
    pub async fn undo_delete(&self, who: &Editor, id: RecordId) -> Result<Contact, Refused> {
        let done = self.restore(who, id).await;
        self.logged(who, action::CONTACT_RESTORED, Some(id), done).await?;
        self.find(id).ok_or(Refused::NotFound)
    }

    async fn restore(&self, who: &Editor, id: RecordId) -> Result<(), Refused> {
        let deleted = self.store.deleted(TABLE, id).map_err(Refused::Read)?;
        let deleted = deleted.ok_or(Refused::NotFound)?;
        if self.clock.now().wall > deleted.at.saturating_add(UNDO_FOR) {
            return Err(Refused::UndoOver);
        }
        write_as(&self.store, who, move |batch| {
            batch.restore(TABLE, id).map_err(|error| match error {
                BatchError::NotFound => Refused::NotFound,
                other => Refused::Batch(other),
            })?;
            batch.audit(action::CONTACT_RESTORED, outcome::ALLOWED);
            Ok(())
        })
        .await
    }

    /// The contacts that can be brought back, the last deleted first, at most [`LIMIT_MOST`]. In the
    /// log within a second, as a list. Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused::Read`].
    pub fn deleted(&self, who: &Reader) -> Result<Vec<DeletedContact>, Refused> {
        let now = self.clock.now().wall;
        let ids = self.view().deleted.ids(now);
        let mut list = Vec::new();
        for id in ids.into_iter().take(LIMIT_MOST) {
            let deletion = deletion(&self.store, id, now).map_err(Refused::Read)?;
            let view = self.view();
            // Brought back, or its hour over, meanwhile.
            let Some((deletion, gone)) = deletion.zip(view.deleted.get(id, now)) else { continue };
            let (name, company) = (gone.name.clone(), gone.company.clone());
            list.push(DeletedContact { id, name, company, deletion });
        }
        let shown = list.iter().map(|one| (TABLE, one.id)).collect();
        self.store.note_list_read(Access {
            count: i64::try_from(list.len()).ok(),
            reason: Some("deleted".to_owned()),
            ..access(who.actor(), action::CONTACT_LIST, outcome::ALLOWED, shown)
        });
        Ok(list)
    }

    /// Who deleted a contact, and when; `None` when it lives or never was. For who was refused it.
    /// Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused::Read`].
    pub fn deletion(&self, id: RecordId) -> Result<Option<Deletion>, Refused> {
        deletion(&self.store, id, self.clock.now().wall).map_err(Refused::Read)
    }

    /// What became of a contact, the newest first, at most [`LIMIT_MOST`] versions from the newest or
    /// from where the page before ended: in the log's disk before it is given. Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused::NotFound`] when there never was one.
    pub async fn history(
        &self,
        who: &Reader,
        id: RecordId,
        from: Option<Former>,
        limit: usize,
    ) -> Result<PastPage, Refused> {
        let limit = limit.min(LIMIT_MOST);
        let past = self.store.history(TABLE, id, from, limit + 1).map_err(Refused::Read)?;
        let outcome = if past.is_empty() { outcome::MISSING } else { outcome::ALLOWED };
        let read = access(who.actor(), action::CONTACT_HISTORY, outcome, vec![(TABLE, id)]);
        self.store.read_logged(read).await?;
        if past.is_empty() { Err(Refused::NotFound) } else { Ok(page(&past, limit)) }
    }

    /// What a contact is called, or was as long as it can be brought back, for the log; whoever
    /// reads that was allowed to.
    #[must_use]
    pub fn name_of(&self, id: RecordId) -> Option<String> {
        let view = self.view();
        let lives = view.rows.get(id).map(|(_, row)| &row.fields.name);
        let deleted = || Some(&view.deleted.get(id, self.clock.now().wall)?.name);
        lives.or_else(deleted).cloned()
    }

    pub(crate) fn find(&self, id: RecordId) -> Option<Contact> {
        let view = self.view();
        let (version, row) = view.rows.get(id)?;
        Some(Contact { id, version, row: mask().applied(row) })
    }

    pub(crate) fn view(&self) -> RwLockReadGuard<'_, View> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs a refusal, on the disk before the answer.
    pub(crate) async fn logged<T>(
        &self,
        who: &impl Holder,
        action: u32,
        about: Option<RecordId>,
        done: Result<T, Refused>,
    ) -> Result<T, Refused> {
        if done.as_ref().is_err_and(|refused| !matches!(refused, Refused::Commit(_))) {
            let about: Vec<_> = about.into_iter().map(|id| (TABLE, id)).collect();
            let outcome = match done {
                Err(Refused::NotFound) => outcome::MISSING,
                _ => outcome::REFUSED,
            };
            let actor = who.signed().actor();
            let refused = access(actor.clone(), action, outcome, about.clone());
            self.store.read_logged(refused).await?;
            // That answer shows the contact as it is.
            if matches!(done, Err(Refused::ChangedMeanwhile { .. })) {
                let seen = access(actor, action::CONTACT_OPENED, outcome::ALLOWED, about);
                self.store.read_logged(seen).await?;
            }
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
pub(crate) fn mask() -> FieldMask {
    FieldMask::every::<ContactRow>()
}

pub(crate) fn access(
    actor: Actor,
    action: u32,
    outcome: u32,
    records: Vec<(TableId, RecordId)>,
) -> Access {
    Access { records, ..Access::new(actor, action, outcome) }
}

/// The contact as earlier writes left it, if it is of this version.
pub(crate) fn current(
    batch: &Batch<'_>,
    id: RecordId,
    if_version: Version,
) -> Result<ContactRow, Refused> {
    let (version, body) = batch.get(TABLE, id)?.ok_or(Refused::NotFound)?;
    let row = read(&body);
    if version != if_version {
        let current = Contact { id, version, row: mask().applied(&row) };
        return Err(Refused::ChangedMeanwhile { current: Box::new(current) });
    }
    Ok(row)
}

fn apply(view: &RwLock<View>, changes: &[Applied], now: u64) {
    // Of a deleted contact whose person is erased, the store tells as of table 13.
    let ours = |change: &&Applied| change.table == TABLE || change.kind == Kind::Erased;
    if !changes.iter().any(|change| ours(&change)) {
        return;
    }
    let mut view = view.write().unwrap_or_else(PoisonError::into_inner);
    let View { rows, deleted } = &mut *view;
    for change in changes.iter().filter(ours) {
        match (&change.body, change.kind) {
            (Some(body), _) => {
                rows.put(change.id, change.version, read(body));
                deleted.remove(change.id);
            }
            (None, Kind::Deleted) => {
                if let Some(row) = rows.remove(change.id) {
                    deleted.put(change.id, row, now);
                }
            }
            (None, _) => {
                rows.remove(change.id);
                deleted.remove(change.id);
            }
        }
    }
}
