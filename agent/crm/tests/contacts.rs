//! Contacts over a real store, through handles that a real sign-in gave.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod office;

use crm::{ContactPatch, Contacts, Deletion, PastKind, Refused, UNDO_FOR, field};
use identity::Editor;
use identity::repeated::{REPEATED_FOR, Repeat};
use office::{Office, named};
use seal::numbers::{action, outcome, table};
use seal::{RecordId, Version};
use vault::{Actor, BatchError, Clock, Store, Unlock};

fn note(text: &str) -> ContactPatch {
    ContactPatch { note: Some(text.to_owned()), ..ContactPatch::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_made_found_opened_and_there_after_a_restart() {
    let office = Office::new().await;
    let made = office.create("张三明").await;
    assert_eq!(made.version, Version(1));
    assert_eq!(made.row.created_by, Some(office.reader.signed().account().id));
    for search in ["", "zsm", "1381234", "shanghai 三明"] {
        assert_eq!(office.names(search), ["张三明"], "{search}");
    }
    let opened = office.contacts.open(&office.reader, made.id).await.unwrap();
    assert_eq!(opened, made);
    assert!(office.logged(action::CONTACT_OPENED, outcome::ALLOWED));
    assert!(!office.logged(action::CONTACT_OPENED, outcome::REFUSED));
    let missing = office.contacts.open(&office.reader, RecordId([9; 16])).await;
    assert!(matches!(missing, Err(Refused::NotFound)));
    assert!(office.logged(action::CONTACT_OPENED, outcome::MISSING));

    let Office { dir, clock, store, identity, contacts, reader, .. } = office;
    store.close(Actor::default()).await.unwrap();
    drop((store, identity, contacts));
    let unlock = Unlock::Machine(dir.path().join("machine"));
    let store = Store::open(&dir.path().join("store.1"), &unlock, clock.clone()).unwrap();
    let (contacts, loaded) = Contacts::open_all(store.clone(), clock).unwrap();
    assert!(loaded.damaged.is_empty());
    let entries = store.audit(None, 20).unwrap();
    let lists = entries.iter().filter(|entry| entry.action == Some(action::CONTACT_LIST));
    let mut reasons: Vec<_> = lists.filter_map(|entry| entry.reason.as_deref()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    assert_eq!(reasons, ["sort=name", "sort=name search"], "what was typed is not kept");
    assert_eq!(contacts.open(&reader, made.id).await.unwrap(), made);
    store.close(Actor::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_tabs_the_second_sees_what_the_first_changed() {
    let office = Office::new().await;
    let made = office.create("张三明").await;
    let (one, other) = tokio::join!(
        office.contacts.change(&office.editor, made.id, made.version, note("one")),
        office.contacts.change(&office.editor, made.id, made.version, note("other")),
    );
    let (won, lost) = match (one, other) {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
        both => panic!("{both:?}"),
    };
    assert_eq!(won.version, Version(2));
    let Refused::ChangedMeanwhile { current } = lost else { panic!("{lost:?}") };
    assert_eq!(current.row.fields.note, won.row.fields.note);
    assert_eq!(current.version, Version(2));
    assert!(office.logged(action::CONTACT_CHANGED, outcome::REFUSED));
    let kept = office.contacts.change(&office.editor, made.id, Version(2), note("third")).await;
    assert_eq!(kept.unwrap().row.fields.phone, "138 1234 5678");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_makes_one_contact() {
    let office = Office::new().await;
    let key = Some(Repeat { key: [5; 16], request: [1; 32] });
    let (one, other) = tokio::join!(
        office.contacts.create(&office.editor, named("张三明"), key),
        office.contacts.create(&office.editor, named("张三明"), key),
    );
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.contact, other.contact);
    assert_ne!(one.again, other.again);
    assert_eq!(office.names(""), ["张三明"]);
    let other = Some(Repeat { key: [6; 16], request: [1; 32] });
    let third = office.contacts.create(&office.editor, named("李四"), other).await.unwrap();
    assert!(!third.again);
    assert_eq!(office.names("").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_good_for_one_request_and_one_day() {
    let office = Office::new().await;
    let first = Repeat { key: [5; 16], request: [1; 32] };
    let create = async |editor: &Editor, repeat| {
        office.contacts.create(editor, named("张三明"), Some(repeat)).await
    };
    let kept = || office.store.load(table::IDEMPOTENCY, |_, _, _| {}).unwrap().records;
    let made = create(&office.editor, first).await.unwrap();
    let with_other = create(&office.editor, Repeat { request: [2; 32], ..first }).await;
    assert!(matches!(with_other, Err(Refused::KeyUsed)), "{with_other:?}");
    assert!(office.logged(action::CONTACT_CREATED, outcome::REFUSED));
    office.clock.forward(REPEATED_FOR + 60_000);
    office.identity.tick().await.unwrap();
    assert_eq!(kept(), 1, "one that is just over waits for others");
    let editor = office.signs_in().await;
    assert_eq!(create(&editor, first).await.unwrap().contact, made.contact);
    office.clock.forward(60 * 60 * 1_000);
    office.identity.tick().await.unwrap();
    assert_eq!(kept(), 0);
    assert!(office.logged(action::REQUESTS_FORGOTTEN, outcome::ALLOWED));
    let late = create(&office.signs_in().await, first).await;
    assert!(matches!(late, Err(Refused::KeyUsed)), "{late:?}");
    assert_eq!(office.names("").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_session_ended_meanwhile_changes_nothing() {
    let office = Office::new().await;
    let made = office.create("张三明").await;
    let session = office.editor.signed().session();
    let ended = office.store.write(Actor::default(), move |batch| {
        batch.delete(table::SESSIONS, session)?;
        Ok::<_, BatchError>(())
    });
    let (ended, created) =
        tokio::join!(ended, office.contacts.create(&office.editor, named("李四"), None));
    ended.unwrap().unwrap();
    assert!(matches!(created, Err(Refused::SessionEnded)), "{created:?}");
    let changed = office.contacts.change(&office.editor, made.id, made.version, note("x")).await;
    assert!(matches!(changed, Err(Refused::SessionEnded)));
    let deleted = office.contacts.delete(&office.editor, made.id, made.version).await;
    assert!(matches!(deleted, Err(Refused::SessionEnded)));
    assert_eq!(office.contacts.open(&office.reader, made.id).await.unwrap(), made);
    assert!(office.logged(action::CONTACT_DELETED, outcome::REFUSED));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_one_comes_back_within_the_hour_and_not_after() {
    let office = Office::new().await;
    let made = office.create("张三明").await;
    let stale = office.contacts.delete(&office.editor, made.id, Version(7)).await;
    assert!(matches!(stale, Err(Refused::ChangedMeanwhile { .. })));
    let until = office.contacts.delete(&office.editor, made.id, made.version).await.unwrap();
    assert_eq!(until, office.clock.now().wall + UNDO_FOR);
    assert_eq!(office.names(""), [""; 0]);
    let gone = office.contacts.change(&office.editor, made.id, Version(1), note("x")).await;
    assert!(matches!(gone, Err(Refused::NotFound)));
    assert!(office.logged(action::CONTACT_CHANGED, outcome::MISSING));
    office.clock.forward(UNDO_FOR);
    let back = office.contacts.undo_delete(&office.editor, made.id).await.unwrap();
    assert_eq!(back.row, made.row);
    assert!(back.version > made.version);
    assert_eq!(office.names("zsm"), ["张三明"]);
    let twice = office.contacts.undo_delete(&office.editor, made.id).await;
    assert!(matches!(twice, Err(Refused::NotFound)));
    office.contacts.delete(&office.editor, made.id, back.version).await.unwrap();
    office.clock.forward(UNDO_FOR + 1);
    let late = office.contacts.undo_delete(&office.editor, made.id).await;
    assert!(matches!(late, Err(Refused::UndoOver)));
    assert!(office.logged(action::CONTACT_RESTORED, outcome::REFUSED));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_brought_back_is_listed_and_named_for_that_hour() {
    let office = Office::new().await;
    let (zhang, li) = (office.create("张三明").await, office.create("李四").await);
    let me = Some(office.reader.signed().account().id);
    let began = office.clock.now().wall;
    office.contacts.delete(&office.editor, zhang.id, zhang.version).await.unwrap();
    office.clock.forward(60_000);
    office.contacts.delete(&office.editor, li.id, li.version).await.unwrap();
    let told = |contacts: &Contacts| {
        let list = contacts.deleted(&office.reader).unwrap();
        list.into_iter().map(|one| (one.name, one.deletion)).collect::<Vec<_>>()
    };
    let of = |at| Deletion { at, by: me, undo_until: Some(at + UNDO_FOR), version: Version(2) };
    let both = vec![("李四".to_owned(), of(began + 60_000)), ("张三明".to_owned(), of(began))];
    assert_eq!(told(&office.contacts), both);
    // The same after a restart, when only the disk knows.
    let (again, _) = Contacts::open_all(office.store.clone(), office.clock.clone()).unwrap();
    assert_eq!(told(&again), both);
    assert_eq!(again.name_of(zhang.id).as_deref(), Some("张三明"));
    office.clock.forward(UNDO_FOR - 60_000);
    assert_eq!(told(&office.contacts), both, "to the last moment");
    office.contacts.undo_delete(&office.editor, zhang.id).await.unwrap();
    assert_eq!(told(&office.contacts), both.split_at(1).0);
    assert_eq!(office.contacts.deletion(zhang.id).unwrap(), None);
    assert_eq!(office.contacts.name_of(li.id).as_deref(), Some("李四"));
    office.clock.forward(60_001);
    assert_eq!((told(&office.contacts), told(&again)), (Vec::new(), Vec::new()));
    assert_eq!(office.contacts.name_of(li.id), None);
    let late = office.contacts.deletion(li.id).unwrap();
    assert_eq!(late, Some(Deletion { undo_until: None, ..of(began + 60_000) }));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_whom_was_erased_nothing_is_named() {
    let office = Office::new().await;
    let made = office.create("张三明").await;
    office.store.erase_person(made.id, Actor::default()).await.unwrap();
    assert_eq!(office.contacts.name_of(made.id), None);
    assert_eq!(office.contacts.deleted(&office.reader).unwrap(), []);
    assert_eq!(office.contacts.deletion(made.id).unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_fields_write_nothing() {
    let office = Office::new().await;
    let refused = office.contacts.create(&office.editor, named(" "), None).await;
    let Err(Refused::Fields(fields)) = refused else { panic!("{refused:?}") };
    assert_eq!(fields.first().map(|field| field.name()), Some("name"));
    assert!(office.logged(action::CONTACT_CREATED, outcome::REFUSED));
    let made = office.create("=1+1<script>").await;
    let refused =
        office.contacts.change(&office.editor, made.id, made.version, note("\u{1b}")).await;
    assert!(matches!(refused, Err(Refused::Fields(_))));
    assert_eq!(office.contacts.open(&office.reader, made.id).await.unwrap(), made);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_says_who_changed_which_fields() {
    let office = Office::new().await;
    let made = office.create("张三明").await;
    let changed = office.contacts.change(&office.editor, made.id, made.version, note("n")).await;
    let changed = changed.unwrap();
    office.contacts.delete(&office.editor, made.id, changed.version).await.unwrap();
    let back = office.contacts.undo_delete(&office.editor, made.id).await.unwrap();
    let history = office.contacts.history(&office.reader, made.id, None, 9).await.unwrap();
    assert_eq!(history.next, None);
    let history = history.versions;
    let shown: Vec<_> =
        history.iter().map(|v| (v.version.0, v.changed.as_slice(), v.kind)).collect();
    let first = [field::NAME, field::COMPANY, field::PHONE];
    let expected: [(u64, &[u32], PastKind); 4] = [
        (back.version.0, &[], PastKind::Restored),
        (3, &[], PastKind::Deleted),
        (2, &[field::NOTE], PastKind::Changed),
        (1, &first, PastKind::Created),
    ];
    assert_eq!(shown, expected);
    let me = Some(office.reader.signed().account().id);
    assert!(history.iter().all(|v| v.by == me && v.at.is_some() && !v.damaged));
    assert!(office.logged(action::CONTACT_HISTORY, outcome::ALLOWED));
    let missing = office.contacts.history(&office.reader, RecordId([9; 16]), None, 9).await;
    assert!(matches!(missing, Err(Refused::NotFound)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_comes_a_page_at_a_time_and_says_the_same() {
    let office = Office::new().await;
    let made = office.create("张三明").await;
    let mut version = made.version;
    for at in 0..10 {
        let changed =
            office.contacts.change(&office.editor, made.id, version, note(&at.to_string()));
        version = changed.await.unwrap().version;
    }
    office.contacts.delete(&office.editor, made.id, version).await.unwrap();
    office.contacts.undo_delete(&office.editor, made.id).await.unwrap();
    let page = async |from, limit| {
        office.contacts.history(&office.reader, made.id, from, limit).await.unwrap()
    };
    let whole = page(None, 200).await;
    assert_eq!((whole.versions.len(), whole.next), (13, None));
    assert!(whole.versions.iter().all(|one| !one.damaged));
    for limit in [1, 2, 4, 12, 13] {
        let (mut all, mut from) = (Vec::new(), None);
        loop {
            let next = page(from, limit).await;
            assert!(next.versions.len() <= limit);
            all.extend(next.versions);
            from = next.next;
            if from.is_none() {
                break;
            }
        }
        assert_eq!(all, whole.versions, "{limit} at a time");
    }
    // A place of another contact's version opens nothing of it, and of no contact there is no history.
    let other = office.create("李四").await;
    let from = page(None, 3).await.next;
    let strange = office.contacts.history(&office.reader, other.id, from, 3).await.unwrap();
    assert!(strange.versions.iter().all(|one| one.damaged && one.changed.is_empty()));
    let missing = office.contacts.history(&office.reader, RecordId([9; 16]), from, 3).await;
    assert!(matches!(missing, Err(Refused::NotFound)));
}
