//! Contacts over a real store, through handles that a real sign-in gave.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crm::{Contact, ContactFields, ContactPatch, Contacts, Refused, UNDO_FOR, field};
use identity::{
    Editor, Identity, Language, NewAccount, Password, Peer, Reader, Realm, STEP_MS, TotpSecret,
};
use records::{Query, Sort};
use seal::numbers::{action, outcome};
use seal::{RecordId, Version};
use tempfile::TempDir;
use vault::{Actor, Clock, Moment, Store, Unlock};

/// A clock that tests turn by hand.
#[derive(Debug)]
struct Hands(Mutex<Moment>);

impl Hands {
    fn forward(&self, ms: u64) {
        let mut now = self.0.lock().unwrap();
        now.wall += ms;
        now.since_start += Duration::from_millis(ms);
    }
}

impl Clock for Hands {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}

struct Office {
    dir: TempDir,
    clock: Arc<Hands>,
    store: Store,
    contacts: Contacts,
    reader: Reader,
    editor: Editor,
}

impl Office {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("machine"), [7; 32]).unwrap();
        let start = Moment { wall: 1_800_000_000_000, since_start: Duration::ZERO };
        let clock = Arc::new(Hands(Mutex::new(start)));
        let unlock = Unlock::Machine(dir.path().join("machine"));
        let store = Store::create(&dir.path().join("store.1"), &unlock, clock.clone()).unwrap();
        let identity = Identity::open(store.clone(), Realm::Crm, clock.clone()).await.unwrap();
        let new = NewAccount {
            name: "王芳".to_owned(),
            password: Password::from("lampe-wolke-7-fahrrad".to_owned()),
            language: Language::ZhCn,
            time_zone: "Asia/Shanghai".to_owned(),
        };
        let (step, setup) = identity.begin_first(new).await.unwrap();
        let secret = data_encoding::BASE32_NOPAD.decode(setup.secret.as_bytes()).unwrap();
        let code = TotpSecret::from_bytes(&secret).unwrap().code(start.wall / STEP_MS);
        identity.enrol_code(step.expose(), std::str::from_utf8(&code).unwrap()).unwrap();
        let peer = Peer::new("192.168.8.20".parse().unwrap(), "Firefox");
        let (_, signed) = identity.enrol_finish(step.expose(), &peer).await.unwrap();
        let (contacts, _) = Contacts::open_all(store.clone(), clock.clone()).unwrap();
        let (reader, editor) = (signed.reader().unwrap(), signed.editor().unwrap());
        Self { dir, clock, store, contacts, reader, editor }
    }

    async fn create(&self, name: &str) -> Contact {
        self.contacts.create(&self.editor, named(name), None).await.unwrap().contact
    }

    fn names(&self, search: &str) -> Vec<String> {
        let query = Query {
            search: search.to_owned(),
            filters: Vec::new(),
            sort: Sort { field: field::NAME, descending: false },
            cursor: None,
            limit: 50,
        };
        let page = self.contacts.list(&self.reader, &query).unwrap();
        assert_eq!(page.count, page.rows.len());
        page.rows.into_iter().map(|(_, _, row)| row.fields.name).collect()
    }

    /// Is this among the newest entries of the log?
    fn logged(&self, action: u32, outcome: u32) -> bool {
        logged(&self.store, action, outcome)
    }
}

fn logged(store: &Store, action: u32, outcome: u32) -> bool {
    let entries = store.audit(None, 20).unwrap();
    entries.iter().any(|entry| entry.action == Some(action) && entry.outcome == Some(outcome))
}

fn named(name: &str) -> ContactFields {
    ContactFields {
        name: name.to_owned(),
        company: "上海电子".to_owned(),
        phone: "138 1234 5678".to_owned(),
        ..ContactFields::default()
    }
}

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
    assert!(office.logged(action::CONTACT_OPENED, outcome::REFUSED));

    let Office { dir, clock, store, contacts, reader, .. } = office;
    store.close(Actor::default()).await.unwrap();
    drop((store, contacts));
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
    let key = Some([5; 16]);
    let (one, other) = tokio::join!(
        office.contacts.create(&office.editor, named("张三明"), key),
        office.contacts.create(&office.editor, named("张三明"), key),
    );
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.contact, other.contact);
    assert_ne!(one.again, other.again);
    assert_eq!(office.names(""), ["张三明"]);
    let third = office.contacts.create(&office.editor, named("李四"), Some([6; 16])).await.unwrap();
    assert!(!third.again);
    assert_eq!(office.names("").len(), 2);
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
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_fields_write_nothing() {
    let office = Office::new().await;
    let refused = office.contacts.create(&office.editor, named(" "), None).await;
    let Err(Refused::Fields(fields)) = refused else { panic!("{refused:?}") };
    assert_eq!(fields.first().map(|field| field.name()), Some("name"));
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
    let history = office.contacts.history(&office.reader, made.id).await.unwrap();
    let shown: Vec<_> =
        history.iter().map(|v| (v.version.0, v.changed.as_slice(), v.deleted)).collect();
    let first = [field::NAME, field::COMPANY, field::PHONE];
    assert_eq!(shown.last(), Some(&(1, first.as_slice(), false)));
    assert!(shown.contains(&(2, [field::NOTE].as_slice(), false)), "{shown:?}");
    assert_eq!(shown.first().map(|(version, _, _)| *version), Some(back.version.0));
    assert!(history.iter().any(|v| v.deleted));
    let me = Some(office.reader.signed().account().id);
    assert!(history.iter().all(|v| v.by == me && v.at.is_some() && !v.damaged));
    assert!(office.logged(action::CONTACT_HISTORY, outcome::ALLOWED));
    let missing = office.contacts.history(&office.reader, RecordId([9; 16])).await;
    assert!(matches!(missing, Err(Refused::NotFound)));
}
