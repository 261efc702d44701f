//! Real vaults, their copies and the copies of their keys: restored, erased, restored.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::vault::{
    Actor, Batch, BatchError, Clock, Closed, Damage, KeyOf, Moment, RestoringError, Store, Unlock,
};
use backup::{
    Copy, Extent, KeyRepository, KeysCopied, Kind, Names, Object, OpenError, Password, Repository,
    Restic, RestoreError, RestoreStoreError, Restored, Since, Source, SourceError, Target,
};
use seal::body::{Body, Value};
use seal::{RecordId, TableId};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::shop;

pub const CONTACTS: TableId = TableId(16);
/// 2054-11-30 09:20 UTC: far ahead of the real time, by which servers judge whether a lock is over.
pub const START: u64 = 2_679_643_200_000;
pub const DAY: u64 = 24 * 3_600_000;

/// A clock for the box and for what it copies; each look at it by a copy moves it on by a second.
#[derive(Debug, Clone, Default)]
pub struct Time(Arc<AtomicU64>);

impl Time {
    pub fn new() -> Self {
        Self(Arc::new(AtomicU64::new(START)))
    }

    pub fn forward(&self, by: u64) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    pub fn of_copies(&self) -> Arc<backup::Clock> {
        let now = self.0.clone();
        Arc::new(move || now.fetch_add(1_000, Ordering::SeqCst))
    }
}

impl Clock for Time {
    fn now(&self) -> Moment {
        let wall = self.0.load(Ordering::SeqCst);
        Moment { wall, since_start: Duration::from_millis(wall - START) }
    }
}

/// A box with a vault, and a disk with its copies and those of its keys.
pub struct Shop {
    pub folder: TempDir,
    pub time: Time,
    pub runtime: Runtime,
    pub store: Store,
    pub copies: Restic,
    pub keys: KeyRepository,
}

pub fn names() -> Names {
    shop::names()
}

pub fn password_of_keys() -> Password {
    Password::new("another 160 bits beside the first".to_owned())
}

impl Shop {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["target", "target-keys"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("machine"), [7; 32]).unwrap();
        let time = Time::new();
        let unlock = Unlock::Machine(folder.path().join("machine"));
        let path = folder.path().join("store.1");
        let store = Store::create(&path, &unlock, Arc::new(time.clone())).unwrap();
        let target = shop::disk(&folder.path().join("target"));
        let copies = Restic::create(target, &shop::password(), names(), time.of_copies()).unwrap();
        let target = shop::disk(&folder.path().join("target-keys"));
        let keys =
            KeyRepository::create(target, &password_of_keys(), names(), time.of_copies()).unwrap();
        Self { folder, time, runtime: Runtime::new().unwrap(), store, copies, keys }
    }

    pub fn target(&self) -> Arc<dyn Target> {
        shop::disk(&self.folder.path().join("target"))
    }

    pub fn target_of_keys(&self) -> Arc<dyn Target> {
        shop::disk(&self.folder.path().join("target-keys"))
    }

    pub fn write<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&mut Batch<'_>) -> Result<T, BatchError> + Send + 'static,
    ) -> T {
        self.runtime.block_on(self.store.write(Actor::default(), decide)).unwrap().unwrap()
    }

    pub fn contact(&self, name: &str) -> RecordId {
        let (id, fields) = (self.store.new_id(), named(name));
        self.write(move |batch| {
            batch.audit(101, 1);
            batch.detail(KeyOf::Person(id), Some("made".into()), vec![1])?;
            batch.put(CONTACTS, id, fields, KeyOf::Person(id))
        });
        id
    }

    pub fn rename(&self, id: RecordId, name: &str) {
        let fields = named(name);
        self.write(move |batch| batch.change(CONTACTS, id, |old| *old = fields));
    }

    pub fn erase(&self, id: RecordId) {
        self.runtime.block_on(self.store.erase_person(id, Actor::default())).unwrap();
    }

    /// A copy of the store, and of its keys before it is there.
    pub fn copy(&mut self, extent: Extent) -> Copy {
        let mut source =
            Keyed { feed: self.store.feed(), store: &self.store, keys: &mut self.keys };
        let id = self.copies.copy(extent, &mut source).unwrap().id;
        let all = self.copies.copies().unwrap().copies;
        all.into_iter().find(|copy| copy.id == id).unwrap()
    }

    pub fn copy_keys(&mut self) -> KeysCopied {
        self.keys.copy(&mut self.store.key_feed()).unwrap()
    }

    /// By a box that has the two passwords and nothing else.
    pub fn restore(&self, copy: &Copy, to: &Path) -> Result<Restored, RestoreStoreError> {
        let clock = self.time.of_copies();
        let (target, password) = (self.target(), shop::password());
        let copies = Restic::open(target, &password, names(), clock.clone()).unwrap();
        let (target, password) = (self.target_of_keys(), password_of_keys());
        let keys = KeyRepository::open(target, &password, names(), clock).unwrap();
        backup::restore(&copies, copy, &keys, to)
    }

    pub fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name).join("store.1")
    }

    /// An empty place for a store.
    pub fn blank(&self, name: &str) -> PathBuf {
        fs::create_dir(self.folder.path().join(name)).unwrap();
        self.place(name)
    }

    pub fn open(&self, path: &Path) -> Store {
        let unlock = Unlock::Machine(self.folder.path().join("machine"));
        Closed::new(path, Arc::new(self.time.clone())).open(&unlock).unwrap()
    }
}

/// Nothing is a copy before the keys that open it are at the target.
struct Keyed<'a> {
    feed: ::vault::Feed,
    store: &'a Store,
    keys: &'a mut KeyRepository,
}

impl Source for Keyed<'_> {
    fn begin(&mut self) -> Result<(), SourceError> {
        Source::begin(&mut self.feed)
    }

    fn page(&mut self, from: &[u8]) -> Result<backup::Page, SourceError> {
        Source::page(&mut self.feed, from)
    }

    fn since(&mut self) -> Result<Since, SourceError> {
        Source::since(&mut self.feed)
    }

    fn settle(&mut self) -> Result<(), SourceError> {
        self.keys.copy(&mut self.store.key_feed())?;
        Ok(())
    }
}

pub fn named(name: &str) -> BTreeMap<u32, Value> {
    BTreeMap::from([(1, Value::Text(name.to_owned()))])
}

fn name_of(body: &Body) -> String {
    match body.fields.get(&1) {
        Some(Value::Text(name)) => name.clone(),
        other => panic!("no name but {other:?}"),
    }
}

pub fn contacts(store: &Store) -> Vec<String> {
    let mut seen = Vec::new();
    let loaded = store.load(CONTACTS, |_, _, body| seen.push(name_of(&body))).unwrap();
    assert!(loaded.damaged.is_empty() && loaded.dark.is_empty(), "{loaded:?}");
    seen.sort();
    seen
}

#[test]
fn a_box_comes_back_from_two_passwords() {
    let mut shop = Shop::new();
    let anna = shop.contact("Anna");
    shop.contact("李雷");
    let whole = shop.copy(Extent::Whole);
    shop.contact("Carla");
    let later = shop.copy(Extent::Whole);
    shop.rename(anna, "Anna B.");
    let last = shop.store.audit(None, 1).unwrap()[0].seq;
    let newest = shop.copy(Extent::Whole);
    shop.contact("lost");

    for (copy, seen) in [
        (&whole, vec!["Anna", "李雷"]),
        (&later, vec!["Anna", "Carla", "李雷"]),
        (&newest, vec!["Anna B.", "Carla", "李雷"]),
    ] {
        let to = shop.blank(&copy.id.to_string());
        let restored = shop.restore(copy, &to).unwrap();
        assert_eq!((restored.made.keys_missing, restored.made.chain_broken_at), (0, None));
        assert_eq!(restored.made.store, shop.store.id());
        let again = shop.open(&to);
        let findings = again.findings();
        assert!(!findings.digest_differs && findings.lost_persons.is_empty(), "{findings:?}");
        let from = findings.restored.unwrap();
        assert_eq!((from.seq, from.copy), (restored.made.seq, copy.time));
        assert_eq!(contacts(&again), seen);
        let mut export = Vec::new();
        again.export(0, &mut export).unwrap();
    }
    let seq = shop.restore(&newest, &shop.blank("again")).unwrap().made.seq;
    assert_eq!(seq, last, "N is the last entry of the copy");
}

/// Erased today; yesterday's copy has the record, what it was before, and the log about it.
#[test]
fn an_erased_person_stays_dark_in_a_copy_of_before() {
    let mut shop = Shop::new();
    let anna = shop.contact("Anna");
    let bernd = shop.contact("Bernd");
    shop.rename(anna, "Anna B.");
    shop.rename(bernd, "Bernd C.");
    let yesterday = shop.copy(Extent::Whole);
    shop.time.forward(DAY);
    shop.erase(anna);
    // Nothing of the store is copied since; its keys are.
    shop.copy_keys();

    let to = shop.blank("other-box");
    let restored = shop.restore(&yesterday, &to).unwrap();
    assert_eq!(restored.made.keys_missing, 0, "a destroyed key is no missing one");
    let again = shop.open(&to);
    let findings = again.findings();
    assert_eq!(findings.joined_erasures, 1);
    assert!(!findings.digest_differs && findings.lost_persons.is_empty(), "{findings:?}");
    assert_eq!(contacts(&again), ["Bernd C."]);
    assert!(again.history(CONTACTS, anna, None, 100).unwrap().is_empty());
    assert!(again.erased(anna).unwrap().is_some());
    let past = again.history(CONTACTS, bernd, None, 100).unwrap();
    let past = past.iter().map(|one| name_of(one.body.as_ref().unwrap().as_ref().unwrap()));
    assert_eq!(past.collect::<Vec<_>>(), ["Bernd C.", "Bernd"]);
    let entries = again.audit(None, 1_000).unwrap();
    assert!(entries.iter().all(|entry| entry.damage.is_none()));
    let details = |id: RecordId| {
        let about = entries.iter().filter(move |one| one.records.iter().any(|of| of.1 == id));
        about.flat_map(|entry| entry.details.clone()).collect::<Vec<_>>()
    };
    assert!(!details(anna).is_empty() && !details(bernd).is_empty());
    assert!(details(anna).iter().all(|detail| *detail == Err(Damage::Dark)));
    assert!(details(bernd).iter().all(Result::is_ok));
    // Her former version is there, sealed, and opens with nothing.
    let former = |store: &Store| {
        let (feed, mut from, mut under) = (store.feed(), vec![0x11], Vec::new());
        loop {
            let page = feed.page(&from).unwrap();
            for (at, part) in page.items {
                if at[0] == 0x11 {
                    under.push(seal::record::header(&part).unwrap().id);
                }
            }
            match page.next {
                Some(next) => from = next,
                None => return under,
            }
        }
    };
    assert!(former(&again).contains(&anna));
    shop.runtime.block_on(again.close(Actor::default())).unwrap();
    drop(again);
    let again = shop.open(&to);
    assert_eq!(again.findings().joined_erasures, 0);
    assert_eq!(contacts(&again), ["Bernd C."]);
    assert!(!again.findings().digest_differs && again.findings().chain_broken_at.is_none());
}

/// The keys of the persons of a copy are at the target before the copy is.
#[test]
fn where_keys_cannot_be_copied_there_is_no_copy() {
    struct Without(::vault::Feed);
    impl Source for Without {
        fn begin(&mut self) -> Result<(), SourceError> {
            Source::begin(&mut self.0)
        }
        fn page(&mut self, from: &[u8]) -> Result<backup::Page, SourceError> {
            Source::page(&mut self.0, from)
        }
        fn since(&mut self) -> Result<Since, SourceError> {
            Source::since(&mut self.0)
        }
        fn settle(&mut self) -> Result<(), SourceError> {
            Err("the keys' target is away".into())
        }
    }
    let mut shop = Shop::new();
    shop.contact("Anna");
    let failed = shop.copies.copy(Extent::Whole, &mut Without(shop.store.feed()));
    assert!(matches!(failed, Err(backup::CopyError::Unsettled(_))), "{failed:?}");
    assert_eq!(shop.copies.copies().unwrap().copies, []);
    shop.copy(Extent::Whole);
    assert_eq!(shop.copies.copies().unwrap().copies.len(), 1);
}

fn path_of(folder: &Path, object: Object) -> PathBuf {
    match object {
        Object::Config => folder.join("config"),
        Object::Named(Kind::Pack, id) => {
            let name = id.to_string();
            folder.join("data").join(&name[..2]).join(name)
        }
        Object::Named(kind, id) => folder.join(kind.directory()).join(id.to_string()),
    }
}

/// Every object of both repositories, with a bit flipped and without it.
#[test]
fn what_is_damaged_or_missing_is_named_and_makes_no_store() {
    let mut shop = Shop::new();
    for number in 0..40 {
        shop.contact(&format!("{number} {}", "x".repeat(3_000)));
    }
    let copy = shop.copy(Extent::Whole);
    let to = shop.blank("other-box");
    let mut named = Mutex::new(0);
    for (repository, target) in [("target", shop.target()), ("target-keys", shop.target_of_keys())]
    {
        for kind in [Kind::Pack, Kind::Snapshot] {
            for (object, length) in target.list(kind).unwrap() {
                let path = path_of(&shop.folder.path().join(repository), object);
                let whole = fs::read(&path).unwrap();
                for at in [Some(0), Some(length / 3), Some(length - 40), None] {
                    match at {
                        None => fs::remove_file(&path).unwrap(),
                        Some(at) => {
                            let mut bytes = whole.clone();
                            bytes[usize::try_from(at).unwrap()] ^= 4;
                            fs::write(&path, bytes).unwrap();
                        }
                    }
                    let restored = shop.restore(&copy, &to);
                    fs::write(&path, &whole).unwrap();
                    let left = fs::read_dir(to.parent().unwrap()).unwrap().count();
                    match restored {
                        // What is flipped is a header, or the noise that fills up: found by a check alone.
                        Ok(_) => {
                            assert!(kind == Kind::Pack, "{object} {at:?}");
                            assert_eq!(contacts(&shop.open(&to)).len(), 40);
                            fs::remove_dir_all(&to).unwrap();
                            continue;
                        }
                        Err(error) => {
                            assert_eq!(left, 0, "{object} {at:?}: {error:?}");
                            let source = std::error::Error::source(&error).unwrap().to_string();
                            let says = source.contains(&object.to_string())
                                || source.contains("no pack holds")
                                || source.contains("no such copy");
                            assert!(says, "{object} {at:?}: {source}");
                            *named.get_mut().unwrap() += 1;
                        }
                    }
                }
            }
        }
    }
    let named = *named.get_mut().unwrap();
    assert!(named >= 12, "{named}");
    shop.restore(&copy, &to).unwrap();
    let twice = shop.restore(&copy, &to);
    let Err(RestoreStoreError::Store(RestoringError::Exists)) = twice else { panic!("{twice:?}") };
    assert_eq!(contacts(&shop.open(&to)).len(), 40);
}

/// By what stock restic makes of a directory whose number is another.
#[test]
fn a_copy_of_a_newer_format_is_refused_as_such_and_an_older_one_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let from = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let done = std::process::Command::new("restic")
            .args(["--no-cache", "--repo"])
            .arg(folder.path())
            .args(arguments)
            .env("RESTIC_PASSWORD", crate::stock::OURS)
            .current_dir(from.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    run(&["init"]);
    let mut seen = Vec::new();
    for names in [
        ["records.2", "journal.1"],
        ["records.1", "journal.7"],
        ["records.0", "journal.0"],
        ["a", "b"],
    ] {
        for name in names {
            fs::create_dir(from.path().join(name)).unwrap();
            fs::write(from.path().join(name).join("x"), "x").unwrap();
        }
        run(&["backup", names[0], names[1]]);
        let repository = shop::open(shop::disk(folder.path())).unwrap();
        let copy = repository.copies().unwrap().copies.pop().unwrap();
        seen.push(shop::restored(&repository, copy.id).unwrap_err());
        for name in names {
            fs::remove_dir_all(from.path().join(name)).unwrap();
        }
    }
    let [one, two, old, none] = &seen[..] else { panic!("{seen:?}") };
    assert!(matches!(one, RestoreError::Newer { path, found: 2, known: 1 } if path == "records"));
    assert!(matches!(two, RestoreError::Newer { path, found: 7, known: 1 } if path == "journal"));
    assert!(matches!(old, RestoreError::Older { path, found: 0, known: 1 } if path == "records"));
    assert!(matches!(none, RestoreError::NoCopy));
}

#[test]
fn a_repository_of_restic_s_first_format_is_told_apart_from_a_newer_one() {
    let folder = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("restic")
        .args(["--no-cache", "init", "--repository-version", "1", "--repo"])
        .arg(folder.path())
        .env("RESTIC_PASSWORD", crate::stock::OURS)
        .output()
        .unwrap();
    assert!(made.status.success());
    let opened = shop::open(shop::disk(folder.path()));
    assert!(matches!(opened, Err(OpenError::Older(1))), "{opened:?}");
}
