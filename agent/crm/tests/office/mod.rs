//! An office with a real store in a directory of its own, and handles that a real sign-in gave.

#![allow(dead_code, clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crm::{Contact, ContactFields, Contacts, field};
use identity::{
    Editor, Identity, Language, Manager, NewAccount, Password, Peer, Reader, Realm, STEP_MS,
    TotpSecret,
};
use records::{Query, Sort};
use tempfile::TempDir;
use vault::{Clock, Moment, Store, Unlock};

const PASSWORD: &str = "lampe-wolke-7-fahrrad";

/// A clock that tests turn by hand.
#[derive(Debug)]
pub struct Hands(Mutex<Moment>);

impl Hands {
    pub fn forward(&self, ms: u64) {
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

pub struct Office {
    pub dir: TempDir,
    pub clock: Arc<Hands>,
    pub store: Store,
    pub totp: TotpSecret,
    pub identity: Identity,
    pub contacts: Contacts,
    pub reader: Reader,
    pub editor: Editor,
    pub manager: Manager,
}

impl Office {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("machine"), [7; 32]).unwrap();
        let start = Moment { wall: 1_800_000_000_000, since_start: Duration::ZERO };
        let clock = Arc::new(Hands(Mutex::new(start)));
        let unlock = Unlock::Machine(dir.path().join("machine"));
        let store = Store::create(&dir.path().join("store.1"), &unlock, clock.clone()).unwrap();
        let identity = Identity::open(store.clone(), Realm::Crm, clock.clone()).await.unwrap();
        let new = NewAccount {
            name: "王芳".to_owned(),
            password: Password::from(PASSWORD.to_owned()),
            language: Language::ZhCn,
            time_zone: "Asia/Shanghai".to_owned(),
        };
        let (step, setup) = identity.begin_first(new).await.unwrap();
        let secret = data_encoding::BASE32_NOPAD.decode(setup.secret.as_bytes()).unwrap();
        let totp = TotpSecret::from_bytes(&secret).unwrap();
        let code = totp.code(start.wall / STEP_MS);
        identity.enrol_code(step.expose(), std::str::from_utf8(&code).unwrap(), &peer()).unwrap();
        let (_, signed) = identity.enrol_finish(step.expose(), &peer()).await.unwrap();
        let (contacts, _) = Contacts::open_all(store.clone(), clock.clone()).unwrap();
        let (reader, editor) = (signed.reader().unwrap(), signed.editor().unwrap());
        let manager = signed.manager().unwrap();
        Self { dir, clock, store, totp, identity, contacts, reader, editor, manager }
    }

    /// The same person, signed in anew: sessions do not last a day.
    pub async fn signs_in(&self) -> Editor {
        let password = Password::from(PASSWORD.to_owned());
        let step = self.identity.sign_in("王芳", password, &peer()).await.unwrap();
        let code = self.totp.code(self.clock.now().wall / STEP_MS);
        let code = std::str::from_utf8(&code).unwrap();
        let (_, signed) = self.identity.sign_in_code(step.expose(), code, &peer()).await.unwrap();
        signed.editor().unwrap()
    }

    pub async fn create(&self, name: &str) -> Contact {
        self.contacts.create(&self.editor, named(name), None).await.unwrap().contact
    }

    pub fn names(&self, search: &str) -> Vec<String> {
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
    pub fn logged(&self, action: u32, outcome: u32) -> bool {
        logged(&self.store, action, outcome)
    }
}

pub fn peer() -> Peer {
    Peer::new("192.168.8.20".parse().unwrap(), "Firefox")
}

pub fn logged(store: &Store, action: u32, outcome: u32) -> bool {
    let entries = store.audit(None, 20).unwrap();
    entries.iter().any(|entry| entry.action == Some(action) && entry.outcome == Some(outcome))
}

pub fn named(name: &str) -> ContactFields {
    ContactFields {
        name: name.to_owned(),
        company: "上海电子".to_owned(),
        phone: "138 1234 5678".to_owned(),
        ..ContactFields::default()
    }
}
