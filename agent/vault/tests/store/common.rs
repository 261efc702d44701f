//! A store in a place of its own, a clock that tests move, and few words for writes.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use seal::body::{Body, Value};
use seal::{RecordId, TableId, Version};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use vault::engine::Change;
use vault::{
    Actor, BatchError, Clock, Closed, KeyOf, Made, Moment, Restoring, RestoringError, Store, Unlock,
};
use zeroize::Zeroizing;

pub const CONTACTS: TableId = TableId(16);
pub const ROLES: TableId = TableId(7);

#[derive(Debug)]
pub struct Hands(Mutex<Moment>);

impl Hands {
    pub fn forward(&self, by: Duration) {
        let mut now = self.0.lock().unwrap();
        now.wall += by.as_millis() as u64;
        now.since_start += by;
    }
}

impl Clock for Hands {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}

pub fn clock() -> Arc<Hands> {
    Arc::new(Hands(Mutex::new(Moment { wall: 1_795_478_400_000, since_start: Duration::ZERO })))
}

pub struct Place {
    pub dir: TempDir,
    pub clock: Arc<Hands>,
    pub runtime: Runtime,
}

impl Place {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("machine"), [7; 32]).unwrap();
        Self { dir, clock: clock(), runtime: Runtime::new().unwrap() }
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("store.1")
    }

    pub fn machine(&self) -> Unlock {
        Unlock::Machine(self.dir.path().join("machine"))
    }

    pub fn closed(&self) -> Closed {
        Closed::new(&self.path(), self.clock.clone())
    }

    pub fn create(&self) -> Store {
        self.closed().create(&self.machine()).unwrap()
    }

    pub fn open(&self) -> Store {
        self.closed().open(&self.machine()).unwrap()
    }

    pub fn close(&self, store: &Store) {
        self.runtime.block_on(store.close(Actor::default())).unwrap();
    }

    /// A write that must succeed.
    pub fn write<T: Send + 'static>(
        &self,
        store: &Store,
        decide: impl FnOnce(&mut vault::Batch<'_>) -> Result<T, BatchError> + Send + 'static,
    ) -> T {
        self.runtime.block_on(store.write(Actor::default(), decide)).unwrap().unwrap()
    }

    /// A contact under a key of its own.
    pub fn contact(&self, store: &Store, name: &str) -> RecordId {
        let id = store.new_id();
        let fields = named(name);
        self.write(store, move |batch| {
            batch.audit(101, 1);
            batch.detail(KeyOf::Person(id), Some("made".into()), vec![1])?;
            batch.put(CONTACTS, id, fields, KeyOf::Person(id))
        });
        id
    }
}

pub fn passphrase(text: &str) -> Unlock {
    Unlock::Passphrase(Zeroizing::new(text.to_owned()))
}

pub fn recovery(text: &str) -> Unlock {
    Unlock::Recovery(Zeroizing::new(text.to_owned()))
}

pub fn named(name: &str) -> BTreeMap<u32, Value> {
    BTreeMap::from([(1, Value::Text(name.to_owned()))])
}

pub fn name_of(body: &Body) -> String {
    match body.fields.get(&1) {
        Some(Value::Text(name)) => name.clone(),
        other => panic!("no name but {other:?}"),
    }
}

/// Live records of a table by name.
pub fn names(store: &Store, table: TableId) -> BTreeMap<String, (RecordId, Version)> {
    let mut names = BTreeMap::new();
    let loaded = store
        .load(table, |id, version, body| {
            names.insert(name_of(&body), (id, version));
        })
        .unwrap();
    assert_eq!((loaded.damaged, loaded.dark), (vec![], vec![]));
    names
}

/// A copy of a store at rest.
#[derive(Clone)]
pub struct Kept {
    pub state: BTreeMap<Vec<u8>, Vec<u8>>,
    pub keys: Vec<u8>,
    pub persons: Vec<Vec<u8>>,
}

impl Kept {
    pub fn changes(&self) -> Vec<Change> {
        self.state.iter().map(|(at, sealed)| (at.clone(), Some(sealed.clone()))).collect()
    }
}

pub fn keep(store: &Store) -> Kept {
    let (feed, keys) = (store.feed(), store.key_feed());
    let (mut state, mut from) = (BTreeMap::new(), Some(Vec::new()));
    while let Some(at) = from {
        let page = feed.page(&at).unwrap();
        state.extend(page.items);
        from = page.next;
    }
    let persons = (0..).map_while(|segment| keys.persons(segment).unwrap()).collect();
    Kept { state, keys: keys.keys().unwrap(), persons }
}

/// A store of a copy, at a place that has none.
pub fn restore(place: &Place, kept: &Kept, time: u64) -> Made {
    restore_with(place, kept, time).unwrap()
}

pub fn restore_with(place: &Place, kept: &Kept, time: u64) -> Result<Made, RestoringError> {
    let mut new = Restoring::begin(&place.path())?;
    new.keys(&kept.keys)?;
    for (segment, bytes) in (0..).zip(&kept.persons) {
        new.persons(segment, bytes)?;
    }
    new.changes(kept.changes())?;
    new.finish(time)
}
