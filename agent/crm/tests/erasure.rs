//! Contacts erased for good: everywhere, at once, after a restart, and whoever asks again.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod office;

use crm::{
    Contact, ContactPatch, Contacts, Erasable, ErasureReason, PastKind, Reason, Refused, Why,
};
use identity::repeated::Repeat;
use office::{Office, named};
use seal::RecordId;
use seal::Version;
use seal::numbers::{action, outcome, table};
use vault::{Actor, BatchError, Clock, Damage, Store, Unlock};

const WHY: ErasureReason = ErasureReason::Asked;

fn why(reason: ErasureReason, note: &str) -> Why {
    Why { reason, note: note.to_owned() }
}

async fn erase(office: &Office, of: &Contact) -> Result<vault::Erased, Refused> {
    office.contacts.erase(&office.manager, of.id, of.version, why(WHY, ""), None).await
}

async fn changed(office: &Office, of: &Contact, patch: ContactPatch) -> Contact {
    office.contacts.change(&office.editor, of.id, of.version, patch).await.unwrap()
}

fn note(text: &str) -> ContactPatch {
    ContactPatch { note: Some(text.to_owned()), ..ContactPatch::default() }
}

/// Nothing is left of them but that they were erased.
async fn dark(office: &Office, contacts: &Contacts, store: &Store, id: RecordId) {
    let opened = contacts.open(&office.reader, id).await;
    assert!(matches!(opened, Err(Refused::NotFound)), "{opened:?}");
    let history = contacts.history(&office.reader, id, None, 9).await;
    assert!(matches!(history, Err(Refused::NotFound)), "{history:?}");
    assert_eq!(contacts.name_of(id), None);
    assert_eq!(contacts.deletion(id).unwrap(), None);
    let deleted = contacts.deleted(&office.reader).unwrap();
    assert!(deleted.iter().all(|one| one.id != id));
    let back = contacts.undo_delete(&office.editor, id).await;
    assert!(matches!(back, Err(Refused::NotFound)), "{back:?}");
    let changed = contacts.change(&office.editor, id, Version(1), note("x")).await;
    assert!(matches!(changed, Err(Refused::NotFound)), "{changed:?}");
    let entries = store.audit(None, 1_000).unwrap();
    let about = entries.iter().filter(|one| one.records.iter().any(|record| record.1 == id));
    let details: Vec<_> = about.flat_map(|one| &one.details).collect();
    assert!(details.iter().all(|one| **one == Err(Damage::Dark)), "{details:?}");
    assert!(entries.iter().all(|one| one.damage.is_none()));
    store.export(0, Vec::new()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_contact_is_nowhere_and_the_log_says_who_when_and_why() {
    let office = Office::new().await;
    let (zhang, li) = (office.create("张三明").await, office.create("李四").await);
    let zhang = changed(&office, &zhang, note("wants the blue one")).await;
    let why = why(ErasureReason::NotNeeded, "17/26");
    let erased = office.contacts.erase(&office.manager, zhang.id, zhang.version, why, None).await;
    let erased = erased.unwrap();
    let me = office.reader.signed().account().id;
    assert_eq!((erased.at, erased.by), (office.clock.now().wall, Some(me)));
    for search in ["张三明", "zsm", "blue", "1381234"] {
        assert!(!office.names(search).contains(&"张三明".to_owned()), "{search}");
    }
    assert_eq!(office.names(""), ["李四"], "the count is of who is there");
    dark(&office, &office.contacts, &office.store, zhang.id).await;
    let told = office.store.audit(None, 100).unwrap();
    let told: Vec<_> = told
        .into_iter()
        .filter(|one| one.action == Some(action::PERSON_ERASED))
        .filter(|one| one.outcome == Some(outcome::ALLOWED))
        .map(|one| (one.account, one.records[0].1, one.reason))
        .collect();
    let said = |reason: &str| (Some(me), zhang.id, Some(reason.to_owned()));
    assert_eq!(told, [said("key-destroyed"), said("not-needed: 17/26")]);
    // It does not come back, not even for who asks anew; another is as before.
    let again = erase(&office, &zhang).await;
    assert!(matches!(again, Err(Refused::NotFound)), "{again:?}");
    assert_eq!(office.contacts.open(&office.reader, li.id).await.unwrap(), li);

    let made = office.contacts.history(&office.reader, li.id, None, 9).await.unwrap();
    assert_eq!(made.versions[0].kind, PastKind::Created);
    let Office { dir, clock, store, identity, contacts, .. } = office;
    store.close(Actor::default()).await.unwrap();
    drop((store, identity, contacts));
    let unlock = Unlock::Machine(dir.path().join("machine"));
    let store = Store::open(&dir.path().join("store.1"), &unlock, clock.clone()).unwrap();
    let findings = store.findings();
    assert!(!findings.digest_differs && findings.chain_broken_at.is_none());
    let (contacts, loaded) = Contacts::open_all(store.clone(), clock).unwrap();
    assert_eq!((loaded.records, loaded.damaged.len()), (1, 0));
    assert_eq!(contacts.erasure(zhang.id).unwrap(), Some(erased));
    assert_eq!(contacts.name_of(zhang.id), None);
    assert!(store.history(table::CONTACTS, zhang.id, None, 9).unwrap().is_empty());
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_deleted_is_erased_likewise_however_long_ago() {
    let office = Office::new().await;
    let (zhang, li) = (office.create("张三明").await, office.create("李四").await);
    for one in [&zhang, &li] {
        office.contacts.delete(&office.editor, one.id, one.version).await.unwrap();
    }
    // Of what it was before the deletion, nobody erases it.
    let stale = erase(&office, &zhang).await;
    assert!(matches!(stale, Err(Refused::NotFound)), "{stale:?}");
    assert_eq!(office.contacts.erasure(zhang.id).unwrap(), None);
    let list = office.contacts.deleted(&office.reader).unwrap();
    let version = list.iter().find(|one| one.id == zhang.id).unwrap().deletion.version;
    assert_eq!(version, Version(2));
    let erased =
        office.contacts.erase(&office.manager, zhang.id, version, why(WHY, ""), None).await;
    assert!(erased.is_ok(), "{erased:?}");
    dark(&office, &office.contacts, &office.store, zhang.id).await;
    assert_eq!(office.contacts.deleted(&office.reader).unwrap().len(), 1);
    office.clock.forward(crm::UNDO_FOR + 1);
    let editor = office.signs_in().await;
    let manager = editor.signed().manager().unwrap();
    let ahead = office.contacts.erasable(&manager, li.id).await.unwrap();
    assert_eq!((ahead.name.as_str(), ahead.version), ("李四", Version(2)));
    assert_eq!(ahead.deletion.map(|it| it.undo_until), Some(None));
    let erased = office.contacts.erase(&manager, li.id, ahead.version, why(WHY, ""), None).await;
    assert!(erased.is_ok(), "{erased:?}");
    dark(&office, &office.contacts, &office.store, li.id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_erases_what_changed_or_was_brought_back_meanwhile() {
    let office = Office::new().await;
    let made = office.create("张三明").await;
    let newer = changed(&office, &made, note("still wanted")).await;
    let late = erase(&office, &made).await;
    let Err(Refused::ChangedMeanwhile { current }) = late else { panic!("{late:?}") };
    assert_eq!(*current, newer);
    office.contacts.delete(&office.editor, made.id, newer.version).await.unwrap();
    let grave = office.contacts.deletion(made.id).unwrap().unwrap().version;
    let back = office.contacts.undo_delete(&office.editor, made.id).await.unwrap();
    let late = office.contacts.erase(&office.manager, made.id, grave, why(WHY, ""), None).await;
    assert!(matches!(late, Err(Refused::ChangedMeanwhile { .. })), "{late:?}");
    assert!(office.logged(action::PERSON_ERASED, outcome::REFUSED));
    assert_eq!(office.contacts.open(&office.reader, made.id).await.unwrap(), back);
    let nobody = RecordId([9; 16]);
    let none = office.contacts.erase(&office.manager, nobody, Version(1), why(WHY, ""), None).await;
    assert!(matches!(none, Err(Refused::NotFound)), "{none:?}");
    assert!(office.logged(action::PERSON_ERASED, outcome::MISSING));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_erases_once_and_a_lost_answer_comes_again() {
    let office = Office::new().await;
    let made = office.create("张三明").await;
    let repeat = Repeat { key: [5; 16], request: [1; 32] };
    let ask = async |repeat| {
        let (manager, why) = (&office.manager, why(WHY, ""));
        office.contacts.erase(manager, made.id, made.version, why, Some(repeat)).await
    };
    let (one, other) = tokio::join!(ask(repeat), ask(repeat));
    assert_eq!(one.unwrap(), other.unwrap());
    office.clock.forward(60_000);
    let again = ask(repeat).await.unwrap();
    assert_eq!(again.at, office.clock.now().wall - 60_000);
    let with_other = ask(Repeat { request: [2; 32], ..repeat }).await;
    assert!(matches!(with_other, Err(Refused::KeyUsed)), "{with_other:?}");
    let with_new = ask(Repeat { key: [6; 16], ..repeat }).await;
    assert!(matches!(with_new, Err(Refused::NotFound)), "{with_new:?}");
    // A key that made a contact erases none.
    let key = Repeat { key: [7; 16], request: [3; 32] };
    let li = office.contacts.create(&office.editor, named("李四"), Some(key)).await.unwrap();
    let (id, version) = (li.contact.id, li.contact.version);
    let used = office.contacts.erase(&office.manager, id, version, why(WHY, ""), Some(key)).await;
    assert!(matches!(used, Err(Refused::KeyUsed)), "{used:?}");
    assert_eq!(office.names(""), ["李四"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_session_ended_meanwhile_erases_nobody() {
    let office = Office::new().await;
    let made = office.create("张三明").await;
    let session = office.editor.signed().session();
    let ended = office.store.write(Actor::default(), move |batch| {
        batch.delete(table::SESSIONS, session)?;
        Ok::<_, BatchError>(())
    });
    ended.await.unwrap().unwrap();
    let erased = erase(&office, &made).await;
    assert!(matches!(erased, Err(Refused::SessionEnded)), "{erased:?}");
    assert_eq!(office.contacts.erasure(made.id).unwrap(), None);
    assert_eq!(office.contacts.open(&office.reader, made.id).await.unwrap(), made);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_the_reason_names_nobody() {
    let office = Office::new().await;
    let made = office.create("张三明").await;
    for (reason, note, told) in [
        (ErasureReason::Other, " ", Reason::Required),
        (WHY, "张三明本人要求", Reason::NamesPerson),
        (WHY, "call 138 1234 5678", Reason::NamesPerson),
        (WHY, "a\u{202e}b", Reason::Hidden { at: 2 }),
    ] {
        let why = why(reason, note);
        let refused =
            office.contacts.erase(&office.manager, made.id, made.version, why, None).await;
        let Err(Refused::ErasureNote(reason)) = refused else { panic!("{refused:?}") };
        assert_eq!(reason, told, "{note}");
    }
    assert_eq!(office.names(""), ["张三明"]);
    // Once deleted, its text is still known.
    office.contacts.delete(&office.editor, made.id, made.version).await.unwrap();
    let why = why(WHY, "张三明");
    let refused = office.contacts.erase(&office.manager, made.id, Version(2), why, None).await;
    assert!(matches!(refused, Err(Refused::ErasureNote(Reason::NamesPerson))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_decides_is_shown_who_else_names_the_person() {
    let office = Office::new().await;
    let (zhang, li) = (office.create("张三明").await, office.create("李四").await);
    office.create("王五").await;
    changed(&office, &li, note("met through 张三明 at the fair")).await;
    let ahead = office.contacts.erasable(&office.manager, zhang.id).await.unwrap();
    let mentions = vec![(li.id, "李四".to_owned())];
    let expected = Erasable {
        name: "张三明".to_owned(),
        company: "上海电子".to_owned(),
        version: Version(1),
        deletion: None,
        mentions: mentions.clone(),
        mentioned: 1,
    };
    assert_eq!(ahead, expected);
    assert!(office.logged(action::CONTACT_OPENED, outcome::ALLOWED));
    office.contacts.delete(&office.editor, zhang.id, zhang.version).await.unwrap();
    let ahead = office.contacts.erasable(&office.manager, zhang.id).await.unwrap();
    assert_eq!((ahead.mentions, ahead.mentioned, ahead.version), (mentions, 1, Version(2)));
    let alone = office.contacts.erasable(&office.manager, li.id).await.unwrap();
    assert_eq!((alone.mentions, alone.mentioned), (Vec::new(), 0));
    let missing = office.contacts.erasable(&office.manager, RecordId([9; 16])).await;
    assert!(matches!(missing, Err(Refused::NotFound)), "{missing:?}");
    // What others say stays as it is.
    office.contacts.erase(&office.manager, zhang.id, Version(2), why(WHY, ""), None).await.unwrap();
    let stays = office.contacts.open(&office.reader, li.id).await.unwrap();
    assert_eq!(stays.row.fields.note, "met through 张三明 at the fair");
    let gone = office.contacts.erasable(&office.manager, zhang.id).await;
    assert!(matches!(gone, Err(Refused::NotFound)), "{gone:?}");
}
