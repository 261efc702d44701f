//! Contacts as a copy has them, beside those of now: which differ, one of them, and bringing it back. A contact that
//! was erased stays erased, whatever the copy holds.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use identity::Manager;
use identity::writes::write_as;
use records::{LIMIT_MOST, fold};
use seal::body::Body;
use seal::numbers::{action, outcome, table};
use seal::{RecordId, TableId};
use vault::{Access, Batch, BatchError, Glimpse, KeyOf};

use crate::contact::{ContactFields, ContactRow};
use crate::contacts::{CONTACTS_MOST, Contacts, access};
use crate::refused::Refused;
use crate::stored::{read, set};

const TABLE: TableId = table::CONTACTS;

/// What the log says of why.
const OF_COPY: &str = "copy";

/// How a contact of a copy and of now differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Since {
    /// It was deleted since.
    Deleted,
    /// It was changed since.
    Changed,
    /// It was made since.
    Made,
}

/// A contact that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    /// Its id.
    pub id: RecordId,
    /// How.
    pub since: Since,
    /// What it was called in the copy, or is now when it was made since.
    pub name: String,
    /// Where the person worked.
    pub company: String,
}

/// How many contacts are what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PastCounts {
    /// As in the copy.
    pub same: usize,
    /// Deleted since.
    pub deleted: usize,
    /// Changed since.
    pub changed: usize,
    /// Made since.
    pub made: usize,
    /// Erased since: nothing opens them.
    pub erased: usize,
    /// Do not open in the copy.
    pub damaged: usize,
}

/// A contact in the copy, and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThenAndNow {
    /// As the copy has it.
    pub then: Option<ContactRow>,
    /// As it is.
    pub now: Option<ContactRow>,
}

/// A copy, and how it differs from what is now.
#[derive(Debug)]
pub struct Past {
    copy: Glimpse,
    /// By name.
    differing: Vec<Differing>,
    /// Those of them that do not differ any more: brought back, or erased.
    settled: Mutex<HashSet<RecordId>>,
    same: usize,
    erased: usize,
    damaged: usize,
}

impl Past {
    /// How many contacts are what; those that were brought back are not counted.
    #[must_use]
    pub fn counts(&self) -> PastCounts {
        let (same, erased, damaged) = (self.same, self.erased, self.damaged);
        let mut counts = PastCounts { same, erased, damaged, ..PastCounts::default() };
        let settled = self.settled();
        for one in self.differing.iter().filter(|one| !settled.contains(&one.id)) {
            match one.since {
                Since::Deleted => counts.deleted += 1,
                Since::Changed => counts.changed += 1,
                Since::Made => counts.made += 1,
            }
        }
        counts
    }

    /// Ids of those that differ so, by name.
    #[must_use]
    pub fn ids(&self, since: &[Since]) -> Vec<RecordId> {
        let settled = self.settled();
        let wanted = |one: &&Differing| since.contains(&one.since) && !settled.contains(&one.id);
        self.differing.iter().filter(wanted).map(|one| one.id).collect()
    }

    /// A contact as the copy has it; none when it has none that opens.
    fn of(&self, id: RecordId) -> Result<Option<Arc<Body>>, Refused> {
        let found = self.copy.record(TABLE, id).map_err(Refused::Read)?;
        Ok(found.and_then(Result::ok))
    }

    fn settled(&self) -> MutexGuard<'_, HashSet<RecordId>> {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contacts {
    /// Compares a copy with what is now. Blocks, and reads all contacts of the copy.
    ///
    /// # Errors
    /// [`Refused::Read`].
    pub fn compare(&self, copy: Glimpse) -> Result<Past, Refused> {
        let (mut copied, mut missing) = (HashSet::new(), Vec::new());
        let (mut differing, mut same) = (Vec::new(), 0);
        let differs = |id, since, fields: &ContactFields| Differing {
            id,
            since,
            name: fields.name.clone(),
            company: fields.company.clone(),
        };
        let loaded = copy.load(TABLE, |id, _, body| {
            let then = read(&body).fields;
            copied.insert(id);
            match self.view().rows.get(id) {
                Some((_, now)) if now.fields == then => same += 1,
                Some(_) => differing.push(differs(id, Since::Changed, &then)),
                None => missing.push(differs(id, Since::Deleted, &then)),
            }
        });
        let loaded = loaded.map_err(Refused::Read)?;
        let mut erased = loaded.dark.len();
        for one in missing {
            if self.erasure(one.id)?.is_some() {
                erased += 1;
            } else {
                differing.push(one);
            }
        }
        copied.extend(loaded.dark);
        copied.extend(loaded.damaged.iter().map(|one| one.id));
        for (id, _, now) in self.view().rows.iter().filter(|(id, _, _)| !copied.contains(id)) {
            differing.push(differs(id, Since::Made, &now.fields));
        }
        differing.sort_by_cached_key(|one| (fold(&one.name), one.id.0));
        let damaged = loaded.damaged.len();
        Ok(Past { copy, differing, settled: Mutex::default(), same, erased, damaged })
    }

    /// A part of what differs so, where name or company hold what is searched for; how many there are. In the log
    /// within a second.
    ///
    /// # Errors
    /// [`Refused::Read`].
    pub fn differing(
        &self,
        who: &Manager,
        past: &Past,
        since: &[Since],
        search: &str,
        (from, limit): (usize, usize),
    ) -> Result<(Vec<Differing>, usize), Refused> {
        let wanted = fold(search);
        let is_wanted = |one: &&Differing| {
            since.contains(&one.since)
                && (wanted.is_empty()
                    || fold(&one.name).contains(&wanted)
                    || fold(&one.company).contains(&wanted))
        };
        let (mut page, count) = {
            let settled = past.settled();
            let left = past.differing.iter().filter(|one| !settled.contains(&one.id));
            let chosen: Vec<&Differing> = left.filter(is_wanted).collect();
            let page = chosen.iter().skip(from).take(limit.min(LIMIT_MOST));
            (page.copied().cloned().collect::<Vec<_>>(), chosen.len())
        };
        // Whoever was erased meanwhile has no name any more.
        let mut erased = HashSet::new();
        for one in &page {
            if self.erasure(one.id)?.is_some() {
                past.settled().insert(one.id);
                erased.insert(one.id);
            }
        }
        page.retain(|one| !erased.contains(&one.id));
        self.store.note_list_read(Access {
            count: i64::try_from(page.len()).ok(),
            reason: Some(OF_COPY.to_owned()),
            ..access(
                who.actor(),
                action::CONTACT_LIST,
                outcome::ALLOWED,
                page.iter().map(|one| (TABLE, one.id)).collect(),
            )
        });
        Ok((page, count - erased.len()))
    }

    /// A contact in the copy and now; in the log's disk before it is given. Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused::NotFound`] when there is neither, or it was erased; [`Refused::Read`], [`Refused::Commit`].
    pub async fn then_and_now(
        &self,
        who: &Manager,
        past: &Past,
        id: RecordId,
    ) -> Result<ThenAndNow, Refused> {
        let now = self.find(id).map(|found| found.row);
        let then =
            if self.erasure(id)?.is_some() { None } else { past.of(id)?.map(|body| read(&body)) };
        let found = then.is_some() || now.is_some();
        let outcome = if found { outcome::ALLOWED } else { outcome::MISSING };
        let opened = Access {
            reason: Some(OF_COPY.to_owned()),
            ..access(who.actor(), action::CONTACT_OPENED, outcome, vec![(TABLE, id)])
        };
        self.store.read_logged(opened).await?;
        if found { Ok(ThenAndNow { then, now }) } else { Err(Refused::NotFound) }
    }

    /// Makes a contact what it was in the copy, by ordinary changes. Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused::NotFound`] when it was erased, or the copy does not have it; the others say themselves.
    pub async fn bring_back(
        &self,
        who: &Manager,
        past: &Past,
        id: RecordId,
    ) -> Result<(), Refused> {
        let then = past.of(id)?;
        if self.view().rows.len() >= CONTACTS_MOST && self.find(id).is_none() {
            return Err(Refused::Full { most: CONTACTS_MOST });
        }
        // What was deleted comes back as it was last, and then becomes what it was in the copy.
        for _ in 0..2 {
            let then = then.clone();
            let done = write_as(&self.store, who, move |batch| {
                batch.reason(OF_COPY);
                brought_back(batch, id, then.as_deref().ok_or(Refused::NotFound)?)
            });
            let done = done.await.map_err(not_there);
            if self.logged(who, action::CONTACT_CHANGED, Some(id), done).await? {
                break;
            }
        }
        past.settled().insert(id);
        Ok(())
    }

    /// Deletes a contact that was made since the copy.
    ///
    /// # Errors
    /// [`Refused::NotFound`] when it was not, or is gone; the others say themselves.
    pub async fn delete_made(
        &self,
        who: &Manager,
        past: &Past,
        id: RecordId,
    ) -> Result<(), Refused> {
        let was_there = past.copy.record(TABLE, id).map_err(Refused::Read)?.is_some();
        let done = write_as(&self.store, who, move |batch| {
            if was_there {
                return Err(Refused::NotFound);
            }
            batch.reason(OF_COPY);
            batch.delete(TABLE, id)?;
            batch.audit(action::CONTACT_DELETED, outcome::ALLOWED);
            Ok(())
        });
        let done = done.await.map_err(not_there);
        self.logged(who, action::CONTACT_DELETED, Some(id), done).await?;
        past.settled().insert(id);
        Ok(())
    }
}

/// Nobody is there any more.
fn not_there(refused: Refused) -> Refused {
    match refused {
        Refused::Batch(BatchError::NotFound | BatchError::Erased) => Refused::NotFound,
        other => other,
    }
}

/// Whether it is as it was then.
fn brought_back(batch: &mut Batch<'_>, id: RecordId, then: &Body) -> Result<bool, Refused> {
    let was = read(then).fields;
    if let Some((_, body)) = batch.get(TABLE, id)? {
        let changed = read(&body).fields.changed(&was);
        if changed.is_empty() {
            batch.about(TABLE, id);
            batch.audit(action::CONTACT_OPENED, outcome::ALLOWED);
            return Ok(true);
        }
        batch.change(TABLE, id, |fields| set(fields, &was))?;
        batch.detail(KeyOf::Person(id), None, changed)?;
        batch.audit(action::CONTACT_CHANGED, outcome::ALLOWED);
        return Ok(true);
    }
    if batch.deleted(TABLE, id)?.is_some() {
        batch.restore(TABLE, id)?;
        batch.audit(action::CONTACT_RESTORED, outcome::ALLOWED);
        let last = batch.get(TABLE, id)?.map(|(_, body)| read(&body).fields);
        return Ok(last.is_some_and(|last| last == was));
    }
    batch.put(TABLE, id, then.fields.clone(), KeyOf::Person(id))?;
    batch.audit(action::CONTACT_RESTORED, outcome::ALLOWED);
    Ok(true)
}
