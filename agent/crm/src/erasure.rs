//! Erasing a contact for good (decision 0002): its key is destroyed, and with it all it ever was. The
//! log keeps who erased which id, when and why; the reason outlives the person, so it names nobody.

use identity::Manager;
use identity::repeated::{self, Repeat};
use identity::writes::{erase_as, write_as};
use records::{LIMIT_MOST, Query, SEARCH_MOST, Sort, WORDS_MOST, fold};
use seal::numbers::{action, outcome, table};
use seal::{RecordId, TableId, Version};
use vault::{Access, EraseError, Erased};

use crate::contact::{ContactFields, field};
use crate::contacts::{Contacts, access, current, mask};
use crate::deleted::{Deletion, deletion};
use crate::refused::Refused;
use crate::rules::{Reason, checked_line};
use crate::stored::read;

/// Highest number of characters of what is added to a reason.
pub const ERASURE_NOTE_MOST: usize = 200;

const TABLE: TableId = table::CONTACTS;

/// Why a contact is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureReason {
    /// The person asked for it.
    Asked,
    /// Their data is not needed any more.
    NotNeeded,
    /// It should not have been recorded.
    Mistake,
    /// As the note says.
    Other,
}

impl ErasureReason {
    /// Stable code, as the log keeps it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::NotNeeded => "not-needed",
            Self::Mistake => "mistake",
            Self::Other => "other",
        }
    }
}

/// Reason and note: all that the log keeps for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// Reason.
    pub reason: ErasureReason,
    /// At most [`ERASURE_NOTE_MOST`] characters that name nobody; needed with [`ErasureReason::Other`].
    pub note: String,
}

/// What an erasure would take, for whoever decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasable {
    /// What the contact is called, or was.
    pub name: String,
    /// Where the person works.
    pub company: String,
    /// What the erasure has to name.
    pub version: Version,
    /// Who deleted it before, and when.
    pub deletion: Option<Deletion>,
    /// Others in which the name stands, by id and name, at most [`LIMIT_MOST`]: they stay as they are.
    pub mentions: Vec<(RecordId, String)>,
    /// How many there are.
    pub mentioned: usize,
}

impl Contacts {
    /// What an erasure of a contact, live or deleted, would take: in the log's disk before it is given.
    /// Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused::NotFound`], [`Refused::Commit`].
    pub async fn erasable(&self, who: &Manager, id: RecordId) -> Result<Erasable, Refused> {
        let found = self.last_known(id)?;
        let outcome = if found.is_some() { outcome::ALLOWED } else { outcome::MISSING };
        let opened = access(who.actor(), action::CONTACT_OPENED, outcome, vec![(TABLE, id)]);
        self.store.read_logged(opened).await?;
        let (version, fields) = found.ok_or(Refused::NotFound)?;
        let deletion = deletion(&self.store, id, self.clock.now().wall).map_err(Refused::Read)?;
        let (mentions, mentioned) = self.mentions(who, id, &fields.name)?;
        let ContactFields { name, company, .. } = fields;
        Ok(Erasable { name, company, version, deletion, mentions, mentioned })
    }

    /// Erases a contact, live or deleted, that is still of version `if_version`. The same request as one
    /// that erased it before is told the same. Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused::NotFound`] also when it was erased; [`Refused::ErasureNote`],
    /// [`Refused::ChangedMeanwhile`] and the others say themselves.
    pub async fn erase(
        &self,
        who: &Manager,
        id: RecordId,
        if_version: Version,
        why: Why,
        repeat: Option<Repeat>,
    ) -> Result<Erased, Refused> {
        let mut done = self.erase_once(who, id, if_version, why, repeat).await;
        let missing = matches!(done, Err(Refused::NotFound));
        if let Some(repeat) = repeat.filter(|_| missing) {
            done = self.erased_by(who, id, repeat).await;
        }
        self.logged(who, action::PERSON_ERASED, Some(id), done).await?;
        self.erasure(id)?.ok_or(Refused::NotFound)
    }

    /// When a contact was erased and by whom; `None` when it was not. Blocks on the disk.
    ///
    /// # Errors
    /// [`Refused::Read`].
    pub fn erasure(&self, id: RecordId) -> Result<Option<Erased>, Refused> {
        self.store.erased(id).map_err(Refused::Read)
    }

    async fn erase_once(
        &self,
        who: &Manager,
        id: RecordId,
        if_version: Version,
        why: Why,
        repeat: Option<Repeat>,
    ) -> Result<(), Refused> {
        let (_, known) = self.last_known(id)?.ok_or(Refused::NotFound)?;
        let why = logged_reason(why, &known).map_err(Refused::ErasureNote)?;
        let (account, now) = (who.signed().account().id, self.clock.now().wall);
        erase_as(&self.store, who, id, move |batch| {
            if let Some(repeat) = &repeat {
                repeated::earlier(batch, table::ERASED, repeat, account)?;
            }
            if batch.deleted(TABLE, id)? != Some(if_version) {
                current(batch, id, if_version)?;
            }
            if let Some(repeat) = &repeat {
                // Under the table's key: the person's is destroyed.
                let key = vault::KeyOf::Table;
                repeated::keep(batch, table::ERASED, repeat, account, id, key, now)?;
            }
            batch.reason(why);
            Ok(())
        })
        .await
    }

    /// Whether this same request erased the contact before; that it was asked again is in the log.
    async fn erased_by(&self, who: &Manager, id: RecordId, repeat: Repeat) -> Result<(), Refused> {
        let account = who.signed().account().id;
        write_as(&self.store, who, move |batch| {
            if repeated::earlier(batch, table::ERASED, &repeat, account)? != Some(id) {
                return Err(Refused::NotFound);
            }
            batch.about(table::ERASED, id);
            batch.audit(action::PERSON_ERASED, outcome::ALLOWED);
            Ok(())
        })
        .await
    }

    /// What a contact holds, or held when it was deleted, however long ago.
    fn last_known(&self, id: RecordId) -> Result<Option<(Version, ContactFields)>, Refused> {
        if let Some(found) = self.find(id) {
            return Ok(Some((found.version, found.row.fields)));
        }
        let Some(deleted) = self.store.deleted(TABLE, id).map_err(Refused::Read)? else {
            return Ok(None);
        };
        // That it was deleted, and what it held; one whose last text is damaged can be erased all the same.
        let past = self.store.history(TABLE, id, None, 2).map_err(Refused::Read)?;
        let last = past.iter().find_map(|one| one.body.as_ref().ok()?.as_ref());
        Ok(Some((deleted.version, last.map(|body| read(body).fields).unwrap_or_default())))
    }

    /// Other contacts in which a name stands, found as the list's search finds them.
    fn mentions(
        &self,
        who: &Manager,
        id: RecordId,
        name: &str,
    ) -> Result<(Vec<(RecordId, String)>, usize), Refused> {
        let search = searched(name);
        if search.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let sort = Sort { field: field::NAME, descending: false };
        let (filters, cursor) = (Vec::new(), None);
        let query = Query { search, filters, sort, cursor, limit: LIMIT_MOST };
        let (page, itself) = {
            let view = self.view();
            let page = view.rows.query(&query, &mask()).map_err(Refused::Query)?;
            (page, view.rows.get(id).is_some())
        };
        let others = page.rows.into_iter().filter(|(other, _, _)| *other != id);
        let others: Vec<_> = others.map(|(id, _, row)| (id, row.fields.name)).collect();
        // A live one is found by its own name.
        let count = page.count.saturating_sub(usize::from(itself)).max(others.len());
        let shown = others.iter().map(|(id, _)| (TABLE, *id)).collect();
        self.store.note_list_read(Access {
            count: i64::try_from(count).ok(),
            reason: Some("mentions".to_owned()),
            ..access(who.actor(), action::CONTACT_LIST, outcome::ALLOWED, shown)
        });
        Ok((others, count))
    }
}

/// As much of a name as a search takes.
fn searched(name: &str) -> String {
    let folded = fold(name);
    let words: Vec<_> = folded.split_whitespace().take(WORDS_MOST).collect();
    words.join(" ").chars().take(SEARCH_MOST).collect()
}

/// What the log keeps: the reason's code, and the note behind it.
fn logged_reason(why: Why, of: &ContactFields) -> Result<String, Reason> {
    let note = checked_line(&why.note, ERASURE_NOTE_MOST)?;
    let code = why.reason.code();
    if note.is_empty() {
        return if why.reason == ErasureReason::Other {
            Err(Reason::Required)
        } else {
            Ok(code.to_owned())
        };
    }
    let told = [&of.name, &of.email, &of.phone];
    if told.into_iter().any(|text| names(&note, text)) {
        return Err(Reason::NamesPerson);
    }
    Ok(format!("{code}: {note}"))
}

/// Whether a text of the contact stands in the note, whatever the case and the spaces. One letter names nobody.
fn names(note: &str, text: &str) -> bool {
    let plain = |text: &str| fold(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let (note, text) = (plain(note), plain(text));
    if text.chars().count() < 2 {
        return false;
    }
    // "Al" does not stand in "also"; Chinese has no gaps between words.
    let joins = |at: Option<char>| at.is_some_and(|at| at.is_ascii_alphanumeric());
    note.match_indices(&text).any(|(at, found)| {
        let before = note.get(..at).and_then(|before| before.chars().next_back());
        let after = note.get(at + found.len()..).and_then(|after| after.chars().next());
        let begins = joins(text.chars().next()) && joins(before);
        let ends = joins(text.chars().next_back()) && joins(after);
        !begins && !ends
    })
}

/// Why an erasure was not done.
impl From<EraseError> for Refused {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::NotFound => Self::NotFound,
            EraseError::Commit(error) => Self::Commit(error),
            EraseError::Read(error) => Self::Read(error),
            EraseError::Batch(error) => Self::Batch(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(reason: ErasureReason, note: &str) -> Result<String, Reason> {
        let of = ContactFields {
            name: "Al Müller".to_owned(),
            email: "al@nordwind.example".to_owned(),
            phone: "138 1234 5678".to_owned(),
            ..ContactFields::default()
        };
        logged_reason(Why { reason, note: note.to_owned() }, &of)
    }

    #[test]
    fn a_reason_is_kept_with_its_note_and_other_needs_one() {
        assert_eq!(why(ErasureReason::Asked, " ").as_deref(), Ok("asked"));
        assert_eq!(why(ErasureReason::NotNeeded, " 17/26 ").as_deref(), Ok("not-needed: 17/26"));
        assert_eq!(why(ErasureReason::Other, "\n"), Err(Reason::Required));
        assert_eq!(why(ErasureReason::Mistake, "a\nb"), Err(Reason::Control { at: 2 }));
        let long = why(ErasureReason::Mistake, &"记".repeat(201));
        assert_eq!(long, Err(Reason::TooLong { most: 200, has: 201 }));
    }

    #[test]
    fn a_note_that_names_the_person_is_refused() {
        for note in
            ["by AL  müller himself", "mail of al@nordwind.example", "Al Muller", "138 1234 5678"]
        {
            assert_eq!(why(ErasureReason::Asked, note), Err(Reason::NamesPerson), "{note}");
        }
        assert!(why(ErasureReason::Asked, "also al mullerx").is_ok());
        assert!(names("张三明本人要求", "张三明") && !names("本人要求", "张三明"));
        assert!(!names("also", "Al") && names("also Al", "al") && !names("a b", "a"));
    }

    #[test]
    fn so_much_of_a_name_is_searched_for_as_a_search_takes() {
        assert_eq!(searched(&"a ".repeat(30)), "a a a a a a a a a a");
        assert_eq!(searched(&"x".repeat(300)).chars().count(), 200);
    }
}
