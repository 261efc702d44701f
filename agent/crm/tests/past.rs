//! A copy of a former day beside what is now: what differs is told, and comes back by ordinary changes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

#[path = "../../vault/tests/store/copied.rs"]
mod copied;
mod office;

use crm::{
    ContactFields, ContactPatch, ErasureReason, Past, PastCounts, PastKind, Refused, Since, Why,
};
use office::Office;
use seal::RecordId;

/// A copy of the office's store, in scratch space.
fn copy(office: &Office) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copied::make(&office.store, &dir.path().join("store.1"));
    dir
}

fn past(office: &Office, copy: &tempfile::TempDir) -> Past {
    let glimpse = office.store.look_into(&copy.path().join("store.1")).unwrap();
    office.contacts.compare(glimpse).unwrap()
}

async fn made(office: &Office, name: &str, phone: &str) -> RecordId {
    let new = ContactFields {
        name: name.to_owned(),
        phone: phone.to_owned(),
        ..ContactFields::default()
    };
    office.contacts.create(&office.editor, new, None).await.unwrap().contact.id
}

async fn changes(office: &Office, id: RecordId, phone: &str) {
    let version = office.contacts.open(&office.reader, id).await.unwrap().version;
    let patch = ContactPatch { phone: Some(phone.to_owned()), ..ContactPatch::default() };
    office.contacts.change(&office.editor, id, version, patch).await.unwrap();
}

async fn deletes(office: &Office, id: RecordId) {
    let version = office.contacts.open(&office.reader, id).await.unwrap().version;
    office.contacts.delete(&office.editor, id, version).await.unwrap();
}

async fn erases(office: &Office, id: RecordId) {
    let version = office.contacts.open(&office.reader, id).await.unwrap().version;
    let why = Why { reason: ErasureReason::Asked, note: String::new() };
    office.contacts.erase(&office.manager, id, version, why, None).await.unwrap();
}

async fn phone(office: &Office, id: RecordId) -> Option<String> {
    let found = office.contacts.open(&office.reader, id).await;
    found.ok().map(|contact| contact.row.fields.phone)
}

fn names(office: &Office, past: &Past, since: &[Since], search: &str) -> Vec<String> {
    let found = office.contacts.differing(&office.manager, past, since, search, (0, 50)).unwrap();
    let names: Vec<String> = found.0.into_iter().map(|one| one.name).collect();
    assert_eq!(names.len(), found.1);
    names
}

const ALL: [Since; 3] = [Since::Deleted, Since::Changed, Since::Made];

#[tokio::test]
async fn what_differs_from_a_copy_is_told_and_comes_back() {
    let office = Office::new().await;
    let same = made(&office, "Same", "1").await;
    let changed = made(&office, "李伟", "1").await;
    let deleted = made(&office, "Anna Müller", "1").await;
    let both = made(&office, "Both", "1").await;
    let erased = made(&office, "Erased", "1").await;
    let then = copy(&office);
    changes(&office, changed, "2").await;
    deletes(&office, deleted).await;
    changes(&office, both, "2").await;
    deletes(&office, both).await;
    erases(&office, erased).await;
    let new = made(&office, "New", "9").await;
    // The hour of undoing is over.
    office.clock.forward(3 * 3_600_000);
    let office = Office { editor: office.signs_in().await, ..office };
    let office = Office { manager: office.editor.signed().manager().unwrap(), ..office };
    let office = Office { reader: office.editor.signed().reader().unwrap(), ..office };

    let past = past(&office, &then);
    let counts = PastCounts { same: 1, deleted: 2, changed: 1, made: 1, erased: 1, damaged: 0 };
    assert_eq!(past.counts(), counts);
    assert_eq!(names(&office, &past, &ALL, ""), ["Anna Müller", "Both", "New", "李伟"]);
    assert_eq!(names(&office, &past, &[Since::Deleted], "muller"), ["Anna Müller"]);
    let told = office.contacts.then_and_now(&office.manager, &past, changed).await.unwrap();
    let phones = (told.then.unwrap().fields.phone, told.now.unwrap().fields.phone);
    assert_eq!(phones, ("1".to_owned(), "2".to_owned()));
    let dark = office.contacts.then_and_now(&office.manager, &past, erased).await;
    assert!(matches!(dark, Err(Refused::NotFound)), "{dark:?}");

    for id in past.ids(&[Since::Deleted, Since::Changed]) {
        // What was there then is not taken for new.
        let refused = office.contacts.delete_made(&office.manager, &past, id).await;
        assert!(matches!(refused, Err(Refused::NotFound)), "{refused:?}");
        office.contacts.bring_back(&office.manager, &past, id).await.unwrap();
    }
    let refused = office.contacts.bring_back(&office.manager, &past, new).await;
    assert!(matches!(refused, Err(Refused::NotFound)), "{refused:?}");
    office.contacts.delete_made(&office.manager, &past, new).await.unwrap();
    for id in [same, changed, deleted, both] {
        assert_eq!(phone(&office, id).await.as_deref(), Some("1"));
    }
    assert_eq!(phone(&office, new).await, None, "it was not there then");
    assert_eq!(phone(&office, erased).await, None);
    let refused = office.contacts.bring_back(&office.manager, &past, erased).await;
    assert!(matches!(refused, Err(Refused::NotFound)), "{refused:?}");
    assert_eq!(past.counts(), PastCounts { same: 1, erased: 1, ..PastCounts::default() });
    // Nothing is lost: what was in between is in the history.
    let history = office.contacts.history(&office.reader, both, None, 10).await.unwrap();
    let kinds: Vec<_> = history.versions.iter().map(|one| one.kind).collect();
    let expected = [
        PastKind::Changed,
        PastKind::Restored,
        PastKind::Deleted,
        PastKind::Changed,
        PastKind::Created,
    ];
    assert_eq!(kinds, expected);
    // Done once more, it changes nothing.
    office.contacts.bring_back(&office.manager, &past, changed).await.unwrap();
    let opened = office.contacts.open(&office.reader, changed).await.unwrap();
    assert_eq!(opened.version.0, 3);
}

#[tokio::test]
async fn who_is_erased_while_a_copy_is_open_is_dark_in_it() {
    let office = Office::new().await;
    let anna = made(&office, "Anna", "1").await;
    let then = copy(&office);
    changes(&office, anna, "2").await;
    let past = past(&office, &then);
    assert_eq!(names(&office, &past, &ALL, ""), ["Anna"]);
    erases(&office, anna).await;
    let told = office.contacts.then_and_now(&office.manager, &past, anna).await;
    assert!(matches!(told, Err(Refused::NotFound)), "{told:?}");
    assert_eq!(names(&office, &past, &ALL, ""), Vec::<String>::new());
    let refused = office.contacts.bring_back(&office.manager, &past, anna).await;
    assert!(matches!(refused, Err(Refused::NotFound)), "{refused:?}");
}
