//! A store that an early vault made and that every later one must open. It lies in
//! tests/second-reader/vault-sample with a dump of its sealed records, its exported log and a head, and
//! the second reader, which shares no code with us, opens it too.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    reason = "helpers of tests are tests"
)]

#[path = "store/common.rs"]
mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::{CONTACTS, Kept, Place, ROLES, keep, named, names, passphrase, recovery, restore};
use seal::body::Value;
use vault::engine::{Engine, Options, SledEngine};
use vault::{Actor, KeyOf};

const PASSPHRASE: &str = "correct horse battery 王小明";

fn sample() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/second-reader/vault-sample")
}

fn restored_sample() -> PathBuf {
    sample().with_file_name("restored-sample")
}

fn long() -> String {
    "备注 note ".repeat(1_000)
}

/// Makes it anew when GATEHOUSE_WRITE_SAMPLE is set: only for a new store number, beside the old.
#[test]
fn write_the_sample() {
    if std::env::var_os("GATEHOUSE_WRITE_SAMPLE").is_none() {
        return;
    }
    let place = Place::new();
    let store = place.closed().create(&passphrase(PASSPHRASE)).unwrap();
    let key = store.add_recovery(&Actor::default()).unwrap();
    store.confirm_recovery(&Actor::default(), &recovery(&key)).unwrap();
    let anna = place.contact(&store, "Anna");
    place.write(&store, move |batch| {
        batch.change(CONTACTS, anna, |fields| {
            *fields = BTreeMap::from([
                (1, Value::Text("王小明 <script>".into())),
                (6, Value::Text(long())),
                (8, Value::Instant(-1)),
            ]);
        })
    });
    let bernd = place.contact(&store, "Bernd");
    let role = store.new_id();
    place.write(&store, move |batch| batch.put(ROLES, role, named("manager"), KeyOf::Table));
    place.runtime.block_on(store.erase_person(bernd, Actor::default())).unwrap();
    place.close(&store);
    let head = place.runtime.block_on(store.head());
    drop(store);
    assert!(head.is_err(), "a closed store signs nothing");

    let store = place.closed().open(&passphrase(PASSPHRASE)).unwrap();
    let head = place.runtime.block_on(store.head()).unwrap();
    let mut export = Vec::new();
    store.export(0, &mut export).unwrap();
    place.close(&store);
    drop(store);

    let to = sample();
    commit(&to, &place, &export, &head.line());
    fs::write(to.join("recovery-key"), key.as_bytes()).unwrap();
}

fn commit(to: &Path, place: &Place, export: &[u8], head: &str) {
    let _ = fs::remove_dir_all(to);
    copy(&place.path(), &to.join("store.1"));
    fs::write(to.join("records"), dump(&place.path())).unwrap();
    fs::write(to.join("export"), export).unwrap();
    fs::write(to.join("head"), head).unwrap();
}

/// As above, of a store that was made of a copy; Bernd was erased after the copy was made.
#[test]
fn write_the_restored_sample() {
    if std::env::var_os("GATEHOUSE_WRITE_SAMPLE").is_none() {
        return;
    }
    let place = Place::new();
    let store = place.closed().create(&passphrase(PASSPHRASE)).unwrap();
    let key = store.add_recovery(&Actor::default()).unwrap();
    store.confirm_recovery(&Actor::default(), &recovery(&key)).unwrap();
    place.contact(&store, "Anna");
    let bernd = place.contact(&store, "Bernd");
    let then = keep(&store);
    place.contact(&store, "lost");
    place.runtime.block_on(store.erase_person(bernd, Actor::default())).unwrap();
    let lost = place.runtime.block_on(store.head()).unwrap();
    let now = keep(&store);

    let other = Place::new();
    restore(&other, &Kept { state: then.state, ..now }, 1_795_478_000_000);
    let store = other.closed().open(&passphrase(PASSPHRASE)).unwrap();
    other.contact(&store, "Carla");
    let head = other.runtime.block_on(store.head()).unwrap();
    let mut export = Vec::new();
    store.export(0, &mut export).unwrap();
    other.close(&store);
    drop(store);
    let to = restored_sample();
    commit(&to, &other, &export, &head.line());
    fs::write(to.join("lost-head"), lost.line()).unwrap();
}

#[test]
fn the_committed_restored_store_opens_and_its_log_is_accepted() {
    let place = Place::new();
    committed(&place, &restored_sample());
    let store = place.closed().open(&passphrase(PASSPHRASE)).unwrap();
    assert_eq!(store.findings().restored, None);
    assert_eq!(names(&store, CONTACTS).keys().collect::<Vec<_>>(), ["Anna", "Carla"]);
    let line = |name| fs::read_to_string(restored_sample().join(name)).unwrap();
    let [head, lost] =
        ["head", "lost-head"].map(|name| verify::Head::parse_line(&line(name)).unwrap());
    let exported = fs::read(restored_sample().join("export")).unwrap();
    let report = verify::check(&exported[..], vec![head.clone(), lost.clone()], true).unwrap();
    assert_eq!(report.proven, Some(head.seq));
    let marks = report.notes.iter().filter_map(|note| match note {
        verify::Note::Restored { seq, generation, copy } => Some((*seq, *generation, copy.0)),
        _ => None,
    });
    let [(seq, generation, copy)] = marks.collect::<Vec<_>>()[..] else { panic!("{report:?}") };
    assert_eq!((generation, copy), (head.generation, 1_795_478_000_000));
    let lost = verify::Note::Lost { generation: 0, restore: Some(seq), to: lost.seq };
    assert!(report.notes.contains(&lost), "{:?}", report.notes);
}

#[test]
fn the_committed_store_opens() {
    let place = Place::new();
    committed(&place, &sample());
    let store = place.closed().open(&passphrase(PASSPHRASE)).unwrap();
    let findings = store.findings();
    assert!(!findings.digest_differs && findings.chain_broken_at.is_none());
    assert!(findings.gap.is_none() && findings.lost_persons.is_empty());
    let contacts = names(&store, CONTACTS);
    assert_eq!(contacts.keys().collect::<Vec<_>>(), ["王小明 <script>"]);
    let (id, version) = contacts["王小明 <script>"];
    assert_eq!(version.0, 2);
    let past = store.history(CONTACTS, id, None, 100).unwrap();
    let bodies: Vec<_> = past.iter().map(|past| past.body.as_ref().unwrap().as_ref()).collect();
    assert_eq!(bodies[0].unwrap().fields[&6], Value::Text(long()));
    assert_eq!(bodies[1].unwrap().fields, named("Anna"));
    assert_eq!(names(&store, ROLES).keys().collect::<Vec<_>>(), ["manager"]);

    let line = fs::read_to_string(sample().join("head")).unwrap();
    let head = verify::Head::parse_line(&line).unwrap();
    let exported = fs::read(sample().join("export")).unwrap();
    assert_eq!(
        verify::check(exported.as_slice(), vec![head.clone()], true).unwrap().proven,
        Some(head.seq)
    );
    let mut now = Vec::new();
    store.export(0, &mut now).unwrap();
    let report = verify::check(now.as_slice(), vec![head.clone()], true).unwrap();
    assert!(report.proven == Some(head.seq) && report.last > head.seq);
}

/// Every sealed part in the engine, each as its length and its bytes.
fn dump(store: &Path) -> Vec<u8> {
    let engine = SledEngine::open(&store.join("db"), Options::default()).unwrap();
    let mut dump = Vec::new();
    for space in [0x01, 0x10, 0x11, 0x13, 0x14] {
        let mut from = Some(vec![space]);
        while let Some(start) = from {
            let page = engine.scan(&[space], &start).unwrap();
            for (_, value) in page.items {
                dump.extend((value.len() as u32).to_be_bytes());
                dump.extend(value);
            }
            from = page.next;
        }
    }
    engine.close().unwrap();
    dump
}

/// The committed store in a place of its own, with the empty directories that git does not keep.
fn committed(place: &Place, sample: &Path) {
    copy(&sample.join("store.1"), &place.path());
    for empty in ["files", "db/blobs"] {
        fs::create_dir_all(place.path().join(empty)).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

#[test]
fn the_committed_store_opens_by_its_recovery_key() {
    let place = Place::new();
    committed(&place, &sample());
    let key = fs::read_to_string(sample().join("recovery-key")).unwrap();
    assert_eq!(names(&place.closed().open(&recovery(&key)).unwrap(), CONTACTS).len(), 1);
}
