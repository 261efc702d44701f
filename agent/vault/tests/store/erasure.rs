use std::fs;
use std::path::Path;

use seal::numbers::{action, table};
use vault::{Actor, BatchError, Damage, EraseError, KeyOf, Kind, Store};

use crate::common::{CONTACTS, Place, named, names};

fn erase(place: &Place, store: &Store, id: seal::RecordId) {
    place.runtime.block_on(store.erase_person(id, Actor::default())).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn put_back(place: &Place, kept: &Path, names: &[&str]) {
    for name in names {
        let target = place.path().join(name);
        if target.is_dir() {
            fs::remove_dir_all(&target).unwrap();
            copy(&kept.join(name), &target);
        } else {
            fs::copy(kept.join(name), &target).unwrap();
        }
    }
}

/// Nothing of Anna opens: no record, no history, no detail in the log; the frames still verify.
fn dark(store: &Store, id: seal::RecordId) {
    assert_eq!(names(store, CONTACTS).keys().collect::<Vec<_>>(), ["Bernd"]);
    assert!(store.history(CONTACTS, id, None, 100).unwrap().is_empty());
    let entries = store.audit(None, 1_000).unwrap();
    let about: Vec<_> =
        entries.iter().filter(|entry| entry.records.iter().any(|record| record.1 == id)).collect();
    let details = about.iter().flat_map(|entry| &entry.details);
    let details: Vec<_> = details.collect();
    assert!(!details.is_empty());
    assert!(details.iter().all(|detail| **detail == Err(Damage::Dark)), "{details:?}");
    assert!(entries.iter().all(|entry| entry.damage.is_none()));
    let findings = store.findings();
    assert!(!findings.digest_differs && findings.chain_broken_at.is_none());
    assert!(findings.lost_persons.is_empty());
    let mut export = Vec::new();
    store.export(0, &mut export).unwrap();
}

#[test]
fn an_erased_person_is_dark_for_good() {
    let place = Place::new();
    let store = place.create();
    let id = place.contact(&store, "Anna");
    place.contact(&store, "Bernd");
    place.write(&store, move |batch| batch.change(CONTACTS, id, |fields| *fields = named("A")));
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let hook = seen.clone();
    store.on_applied(Box::new(move |applied| {
        hook.lock().unwrap().extend(applied.iter().map(|one| (one.table, one.id, one.kind)));
    }));
    erase(&place, &store, id);
    let told = [(table::ERASED, id, Kind::Created), (CONTACTS, id, Kind::Erased)];
    assert_eq!(*seen.lock().unwrap(), told);
    dark(&store, id);
    let again = place.runtime.block_on(store.write(Actor::default(), move |batch| {
        batch.put(CONTACTS, id, named("Anna"), KeyOf::Person(id))
    }));
    assert!(matches!(again, Ok(Err(BatchError::Erased))));
    let nobody = store.new_id();
    let none = place.runtime.block_on(store.erase_person(nobody, Actor::default()));
    assert!(matches!(none, Err(EraseError::NotFound)));
    place.close(&store);
    drop(store);
    let store = place.open();
    assert_eq!(store.findings().joined_erasures, 0);
    dark(&store, id);
}

#[test]
fn what_is_decided_stands_with_the_erasure_or_nothing_does() {
    let place = Place::new();
    let store = place.create();
    let id = place.contact(&store, "Anna");
    place.contact(&store, "Bernd");
    let kept = store.new_id();
    let seq = store.audit(None, 1).unwrap()[0].seq;
    let refused = place.runtime.block_on(store.erase_person_if(id, Actor::default(), |batch| {
        batch.reason("no");
        Err::<(), _>("not now")
    }));
    assert_eq!(refused.unwrap(), Err("not now"));
    assert_eq!((store.erased(id).unwrap(), names(&store, CONTACTS).len()), (None, 2));
    assert_eq!(store.audit(None, 1).unwrap()[0].seq, seq, "nothing is written");
    let done = place.runtime.block_on(store.erase_person_if(id, Actor::default(), move |batch| {
        assert_eq!(batch.version(CONTACTS, id)?, Some(seal::Version(1)));
        batch.put(table::IDEMPOTENCY, kept, named("kept"), KeyOf::Table)?;
        batch.reason("asked");
        Ok::<_, BatchError>("done")
    }));
    assert_eq!(done.unwrap().unwrap(), "done");
    dark(&store, id);
    let told: Vec<_> = store.audit(None, 2).unwrap();
    assert!(told.iter().all(|one| one.action == Some(action::PERSON_ERASED)));
    assert!(told.iter().all(|one| one.records.iter().any(|record| record.1 == id)));
    let reasons: Vec<_> = told.iter().map(|one| one.reason.as_deref()).collect();
    assert_eq!(reasons, [Some("key-destroyed"), Some("asked")]);
    let erased = store.erased(id).unwrap();
    assert_eq!(erased.map(|erased| erased.at), Some(told[1].at));
    place.close(&store);
    drop(store);
    let store = place.open();
    dark(&store, id);
    assert_eq!(store.erased(id).unwrap(), erased);
    assert_eq!(store.load(table::IDEMPOTENCY, |_, _, _| {}).unwrap().records, 1);
}

/// The key that was is nowhere in the files any more: neither copy of its slot has a byte of it.
#[test]
fn the_slot_of_the_key_is_overwritten_in_both_copies() {
    let place = Place::new();
    let store = place.create();
    let id = place.contact(&store, "Anna");
    place.contact(&store, "Bernd");
    let slots = |name: &str| fs::read(place.path().join(name)).unwrap();
    let then = ["person-keys", "person-keys-copy"].map(slots);
    erase(&place, &store, id);
    let now = ["person-keys", "person-keys-copy"].map(slots);
    for (then, now) in then.iter().zip(&now) {
        // Nonce, sealed key and tag of the first slot.
        let key = &then[56..116];
        assert!(key.iter().any(|byte| *byte != 0));
        let left = |piece: &[u8]| now.windows(piece.len()).any(|bytes| bytes == piece);
        assert!(!key.chunks_exact(12).any(left));
        assert_eq!(then[128..], now[128..], "another's slot stays");
    }
    dark(&store, id);
}

#[test]
fn who_was_deleted_before_is_erased_likewise() {
    let place = Place::new();
    let store = place.create();
    let id = place.contact(&store, "Anna");
    place.contact(&store, "Bernd");
    place.write(&store, move |batch| batch.change(CONTACTS, id, |fields| *fields = named("A")));
    place.write(&store, move |batch| batch.delete(CONTACTS, id));
    erase(&place, &store, id);
    dark(&store, id);
    assert!(store.deleted(CONTACTS, id).unwrap().is_none());
    place.close(&store);
    drop(store);
    dark(&place.open(), id);
}

/// Anna is erased, then these files come back as they were before: both memories are joined, and
/// she stays dark. Gives the place and the files of before.
fn dark_beside_older(files: &[&str]) -> (Place, tempfile::TempDir) {
    let place = Place::new();
    let store = place.create();
    let id = place.contact(&store, "Anna");
    place.contact(&store, "Bernd");
    place.close(&store);
    drop(store);
    let kept = tempfile::tempdir().unwrap();
    copy(&place.path(), kept.path());
    let store = place.open();
    erase(&place, &store, id);
    place.close(&store);
    drop(store);
    put_back(&place, kept.path(), files);
    let store = place.open();
    assert_eq!(store.findings().joined_erasures, 1);
    dark(&store, id);
    (place, kept)
}

#[test]
fn an_old_engine_beside_new_keys_stays_dark() {
    dark_beside_older(&["db"]);
}

#[test]
fn old_keys_beside_a_new_engine_stay_dark() {
    let (place, kept) = dark_beside_older(&["person-keys", "person-keys-copy"]);
    for name in ["person-keys", "person-keys-copy"] {
        let now = fs::read(place.path().join(name)).unwrap();
        let then = fs::read(kept.path().join(name)).unwrap();
        assert_ne!(now[..128], then[..128], "{name} was overwritten");
    }
}

#[test]
fn a_slot_lost_in_one_copy_is_mended_and_in_both_is_named() {
    let place = Place::new();
    let store = place.create();
    let id = place.contact(&store, "Anna");
    place.contact(&store, "Bernd");
    place.close(&store);
    drop(store);
    let spoil = |name: &str| {
        let path = place.path().join(name);
        let mut bytes = fs::read(&path).unwrap();
        bytes[60] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    spoil("person-keys");
    let store = place.open();
    assert_eq!(store.findings().mended_slots, 1);
    assert_eq!(names(&store, CONTACTS).len(), 2);
    drop(store);
    spoil("person-keys");
    spoil("person-keys-copy");
    let store = place.open();
    assert_eq!(store.findings().lost_persons.len(), 1);
    let loaded = store.load(CONTACTS, |_, _, _| {}).unwrap();
    assert_eq!((loaded.records, loaded.damaged.len()), (1, 1));
    assert_eq!((loaded.damaged[0].id, loaded.damaged[0].damage), (id, Damage::Key));
}
