//! A realm in a directory of its own, and a clock that tests turn by hand.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "tests"
)]

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use identity::{
    DoorRefused, Identity, Language, NewAccount, Password, Peer, Realm, Refused, STEP_MS, Secret,
    Signed, TotpSecret,
};
use seal::{RecordId, TableId};
use tempfile::TempDir;
use vault::engine::{Engine, Options, SledEngine};
use vault::{Actor, Clock, Moment, Store, Unlock};

pub const EPOCH: u64 = 1_800_000_000_000;
pub const PASSWORD: &str = "lampe-wolke-7-fahrrad";

/// A clock that tests turn by hand.
#[derive(Debug)]
pub struct Hands(Mutex<Moment>);

impl Hands {
    pub fn new() -> Arc<Self> {
        let start = Moment { wall: EPOCH, since_start: Duration::ZERO };
        Arc::new(Self(Mutex::new(start)))
    }

    pub fn forward(&self, seconds: u64) {
        let mut now = self.0.lock().unwrap();
        now.wall += seconds * 1_000;
        now.since_start += Duration::from_secs(seconds);
    }

    pub fn set_back(&self, seconds: u64) {
        self.0.lock().unwrap().wall -= seconds * 1_000;
    }
}

impl Clock for Hands {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}

pub struct TestBox {
    pub dir: TempDir,
    pub clock: Arc<Hands>,
    marked: Mutex<Vec<(TableId, RecordId)>>,
}

impl TestBox {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("machine"), [7; 32]).unwrap();
        Self { dir, clock: Hands::new(), marked: Mutex::default() }
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("store.1")
    }

    pub fn unlock(&self) -> Unlock {
        Unlock::Machine(self.dir.path().join("machine"))
    }

    pub fn create(&self) -> Store {
        Store::create(&self.path(), &self.unlock(), self.clock.clone()).unwrap()
    }

    /// A new store and the CRM's realm over it.
    pub async fn crm(&self) -> (Store, Identity) {
        let store = self.create();
        let opened = Identity::open(store.clone(), Realm::Crm, self.clock.clone()).await;
        (store, opened.unwrap())
    }

    /// The realm as a box finds it that lost its power now: a copy of what is in the files, the
    /// store itself still open.
    pub async fn cut(&self, realm: Realm) -> (Store, Identity, TempDir) {
        let copy = tempfile::tempdir().unwrap();
        copy_all(&self.path(), &copy.path().join("store.1"));
        let path = copy.path().join("store.1");
        let store = Store::open(&path, &self.unlock(), self.clock.clone()).unwrap();
        let identity = Identity::open(store.clone(), realm, self.clock.clone()).await.unwrap();
        (store, identity, copy)
    }

    /// This record is to be damaged.
    pub fn mark(&self, table: TableId, id: RecordId) {
        self.marked.lock().unwrap().push((table, id));
    }

    /// As [`Self::reopen`], after a bit flipped in each record that was marked.
    pub async fn reopen_damaged(&self, store: Store, realm: Realm) -> (Store, Identity) {
        store.close(Actor::default()).await.unwrap();
        drop(store);
        let engine = SledEngine::open(&self.path().join("db"), Options::default()).unwrap();
        for (table, id) in self.marked.lock().unwrap().drain(..) {
            let prefix = [&[0x10][..], &table.0.to_be_bytes(), &id.0].concat();
            let (key, mut value) = engine.scan(&prefix, &[]).unwrap().items.swap_remove(0);
            value[70] ^= 1;
            engine.commit(vec![(key, Some(value))]).unwrap();
        }
        engine.close().unwrap();
        let store = Store::open(&self.path(), &self.unlock(), self.clock.clone()).unwrap();
        let identity = Identity::open(store.clone(), realm, self.clock.clone()).await.unwrap();
        (store, identity)
    }

    pub async fn reopen(&self, store: Store, realm: Realm) -> (Store, Identity) {
        store.close(Actor::default()).await.unwrap();
        drop(store);
        let store = Store::open(&self.path(), &self.unlock(), self.clock.clone()).unwrap();
        let identity = Identity::open(store.clone(), realm, self.clock.clone()).await.unwrap();
        (store, identity)
    }
}

pub fn peer() -> Peer {
    Peer::new("192.168.8.20".parse().unwrap(), "Firefox")
}

pub fn password(text: &str) -> Password {
    Password::from(text.to_owned())
}

pub fn new_account(name: &str, text: &str) -> NewAccount {
    let time_zone = "Asia/Shanghai".to_owned();
    NewAccount {
        name: name.to_owned(),
        password: password(text),
        language: Language::ZhCn,
        time_zone,
    }
}

pub fn code(secret: &TotpSecret, clock: &Hands) -> String {
    String::from_utf8(secret.code(clock.now().wall / STEP_MS).to_vec()).unwrap()
}

pub async fn first(identity: &Identity, clock: &Hands) -> (TotpSecret, Secret, Signed) {
    let (step, setup) = identity.begin_first(new_account("王芳", PASSWORD)).await.unwrap();
    let bytes = data_encoding::BASE32_NOPAD.decode(setup.secret.as_bytes()).unwrap();
    let secret = TotpSecret::from_bytes(&bytes).unwrap();
    let wrong = identity.enrol_code(step.expose(), "000000", &peer());
    assert!(matches!(wrong, Err(Refused::Door(DoorRefused::WrongTotp { .. }))));
    let early = identity.enrol_finish(step.expose(), &peer()).await;
    assert!(matches!(early, Err(Refused::Door(DoorRefused::StepGone))));
    identity.enrol_code(step.expose(), &code(&secret, clock), &peer()).unwrap();
    let (token, signed) = identity.enrol_finish(step.expose(), &peer()).await.unwrap();
    (secret, token, signed)
}

fn copy_all(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
