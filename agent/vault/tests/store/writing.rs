use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use seal::Version;
use sha2::{Digest, Sha256};
use vault::{Access, Actor, Applied, BatchError, CommitError, KeyOf, Kind, Mark, OutboxItem};

use crate::common::{CONTACTS, Place, ROLES, name_of, named, names};

#[test]
fn everything_is_there_after_closing_and_opening() {
    let place = Place::new();
    let store = place.create();
    let id = place.contact(&store, "Anna");
    place.write(&store, move |batch| batch.change(CONTACTS, id, |fields| *fields = named("Ann")));
    place.contact(&store, "李雷");
    place.close(&store);
    let refused = place.runtime.block_on(store.read_logged(reading()));
    assert_eq!(refused, Err(CommitError::Closed));
    drop(store);

    let store = place.open();
    let findings = store.findings();
    assert_eq!((findings.gap, findings.digest_differs), (None, false));
    let found = names(&store, CONTACTS);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["Ann", "李雷"]);
    assert_eq!(found["Ann"], (id, Version(2)));
    let past = store.history(CONTACTS, id, None, 100).unwrap();
    let versions = past.iter().map(|past| past.version.0).collect::<Vec<_>>();
    assert_eq!(versions, [2, 1]);
    assert_eq!(name_of(past[1].body.as_ref().unwrap().as_ref().unwrap()), "Anna");
}

#[test]
fn a_process_that_did_not_close_leaves_a_gap_and_loses_nothing() {
    let place = Place::new();
    let store = place.create();
    place.contact(&store, "Anna");
    drop(store);
    place.clock.forward(Duration::from_secs(60));
    let store = place.open();
    let (from, to) = store.findings().gap.unwrap();
    assert_eq!(to - from, 60_000);
    assert!(store.audit(None, 9).unwrap().iter().any(|entry| entry.mark == Mark::Gap { from, to }));
    assert_eq!(names(&store, CONTACTS).len(), 1);
    place.close(&store);
    drop(store);
    assert_eq!(place.open().findings().gap, None);
}

#[test]
fn a_hundred_writers_are_all_there() {
    let place = Place::new();
    let store = place.create();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let hook = seen.clone();
    store.on_applied(Box::new(move |applied: &[Applied]| {
        hook.lock().unwrap().extend(applied.iter().map(|one| (one.id, one.kind, one.commit)));
    }));
    place.runtime.block_on(async {
        let mut writers = Vec::new();
        for number in 0..100 {
            let (store, seen) = (store.clone(), seen.clone());
            writers.push(tokio::spawn(async move {
                let id = store.new_id();
                let written = store.write(Actor::default(), move |batch| {
                    let fields = named(&format!("number {number}"));
                    batch.put(CONTACTS, id, fields, KeyOf::Person(id))
                });
                written.await.unwrap().unwrap();
                // The view knew before the answer.
                assert!(seen.lock().unwrap().iter().any(|(seen, _, _)| *seen == id));
            }));
        }
        for writer in writers {
            writer.await.unwrap();
        }
    });
    let seen = seen.lock().unwrap();
    assert!(seen.iter().all(|(_, kind, _)| *kind == Kind::Created));
    let commits: BTreeSet<u64> = seen.iter().map(|(_, _, commit)| *commit).collect();
    assert_eq!(commits.len(), 100, "each write is an entry of its own");
    drop(store);
    assert_eq!(names(&place.open(), CONTACTS).len(), 100);
}

#[test]
fn of_two_writers_who_saw_the_same_version_one_is_refused() {
    let place = Place::new();
    let store = place.create();
    let id = place.contact(&store, "Anna");
    let results: Vec<bool> = place.runtime.block_on(async {
        let mut writers = Vec::new();
        for number in 0..20 {
            let store = store.clone();
            writers.push(tokio::spawn(async move {
                let written = store.write(Actor::default(), move |batch| {
                    if batch.version(CONTACTS, id)? != Some(Version(1)) {
                        return Err(BatchError::NotFound);
                    }
                    batch.change(CONTACTS, id, |fields| *fields = named(&number.to_string()))
                });
                written.await.unwrap().is_ok()
            }));
        }
        let mut results = Vec::new();
        for writer in writers {
            results.push(writer.await.unwrap());
        }
        results
    });
    assert_eq!(results.iter().filter(|won| **won).count(), 1);
    assert_eq!(store.history(CONTACTS, id, None, 100).unwrap().len(), 2);
}

#[test]
fn a_decision_that_says_no_or_panics_leaves_nothing() {
    let place = Place::new();
    let store = place.create();
    let before = store.audit(None, 100).unwrap().len();
    let id = store.new_id();
    let refused = place.runtime.block_on(store.write(Actor::default(), move |batch| {
        batch.put(ROLES, id, named("x"), KeyOf::Table).map_err(|_| "put")?;
        Err::<(), _>("no")
    }));
    assert_eq!(refused, Ok(Err("no")));
    let panicked = place.runtime.block_on(store.write(Actor::default(), move |batch| {
        batch.put(ROLES, id, named("x"), KeyOf::Table)?;
        assert!(batch.version(ROLES, id)?.is_none(), "a bug of ours");
        Ok::<(), BatchError>(())
    }));
    assert!(matches!(panicked, Err(CommitError::Panicked)));
    assert_eq!(store.audit(None, 100).unwrap().len(), before);
    assert!(names(&store, ROLES).is_empty());
    place.write(&store, move |batch| batch.put(ROLES, id, named("x"), KeyOf::Table));
    assert_eq!(names(&store, ROLES).len(), 1);
}

#[test]
fn what_was_deleted_comes_back_and_no_version_is_used_twice() {
    let place = Place::new();
    let store = place.create();
    let id = place.contact(&store, "Anna");
    let gone = place.write(&store, move |batch| batch.delete(CONTACTS, id));
    assert_eq!(gone, Version(2));
    assert!(names(&store, CONTACTS).is_empty());
    let deleted = store.deleted(CONTACTS, id).unwrap().unwrap();
    assert_eq!(deleted.version, Version(2));
    let again = place.runtime.block_on(store.write(Actor::default(), move |batch| {
        batch.put(CONTACTS, id, named("other"), KeyOf::Person(id))
    }));
    assert!(matches!(again, Ok(Err(BatchError::Deleted))));
    let back = place.write(&store, move |batch| batch.restore(CONTACTS, id));
    assert_eq!(back, Version(3));
    assert_eq!(names(&store, CONTACTS)["Anna"], (id, Version(3)));
    assert!(store.deleted(CONTACTS, id).unwrap().is_none());
    let past = store.history(CONTACTS, id, None, 100).unwrap();
    let versions: Vec<_> =
        past.iter().map(|past| (past.version.0, past.body.as_ref().unwrap().is_some())).collect();
    assert_eq!(versions, [(3, true), (2, false), (1, true)]);
    drop(store);
    assert!(!place.open().findings().digest_differs);
}

#[test]
fn a_long_record_lies_in_many_parts_and_shrinks_again() {
    let place = Place::new();
    let store = place.create();
    let id = store.new_id();
    for length in [60_000, 10, 20_000] {
        let text = "x".repeat(length);
        let expected = text.clone();
        place.write(&store, move |batch| batch.put(ROLES, id, named(&text), KeyOf::Table));
        assert!(names(&store, ROLES).contains_key(&expected), "{length}");
    }
    drop(store);
    let store = place.open();
    assert!(!store.findings().digest_differs);
    assert_eq!(store.history(ROLES, id, None, 100).unwrap().len(), 3);
}

fn reading() -> Access {
    Access {
        actor: Actor { device: "a browser".into(), ..Actor::default() },
        action: 100,
        outcome: 1,
        records: vec![(CONTACTS, seal::RecordId([5; 16]))],
        count: Some(3),
        reason: None,
    }
}

#[test]
fn single_reads_are_logged_at_once_and_lists_within_a_second() {
    let place = Place::new();
    let store = place.create();
    place.runtime.block_on(store.read_logged(reading())).unwrap();
    let entry = &store.audit(None, 1).unwrap()[0];
    assert_eq!((entry.action, entry.count), (Some(100), Some(3)));
    assert_eq!(entry.device.as_deref(), Some("a browser"));
    assert_eq!(entry.records, [(CONTACTS, seal::RecordId([5; 16]), None)]);
    let mut list = reading();
    list.count = Some(77);
    store.note_list_read(list);
    let began = std::time::Instant::now();
    while store.audit(None, 1).unwrap()[0].count != Some(77) {
        assert!(began.elapsed() < Duration::from_secs(5));
        std::thread::yield_now();
    }
    assert!(began.elapsed() > Duration::from_millis(500), "it waits for company");
}

#[test]
fn the_outbox_keeps_what_was_not_delivered_and_forgets_the_erased() {
    let place = Place::new();
    let store = place.create();
    let ids: Vec<_> = (0..3)
        .map(|kind| {
            let id = store.new_id();
            place.write(&store, move |batch| {
                let version = batch.put(CONTACTS, id, named("x"), KeyOf::Person(id))?;
                batch.outbox(OutboxItem { table: CONTACTS, id, version, kind });
                Ok(())
            });
            id
        })
        .collect();
    let rows = store.outbox(10).unwrap();
    let items: Vec<_> = rows.iter().map(|row| row.item.unwrap()).collect();
    assert_eq!(
        items.iter().map(|item| (item.id, item.kind)).collect::<Vec<_>>(),
        [(ids[0], 0), (ids[1], 1), (ids[2], 2)]
    );
    assert_eq!(store.outbox(1).unwrap(), rows[..1]);
    place.runtime.block_on(store.delivered(&rows[..1])).unwrap();
    place.runtime.block_on(store.erase_person(ids[1], Actor::default())).unwrap();
    drop(store);
    assert_eq!(place.open().outbox(10).unwrap(), rows[2..]);
}

/// Walks the exported bytes by the written format, without the code that wrote them.
#[test]
fn the_exported_chain_hangs_together() {
    let place = Place::new();
    let store = place.create();
    place.contact(&store, "Anna");
    let line = place.runtime.block_on(store.head()).unwrap().line();
    assert_eq!(line.len(), "gatehouse-head-1 ".len() + 224);
    place.contact(&store, "Bernd");
    let mut export = Vec::new();
    store.export(0, &mut export).unwrap();
    assert_eq!(&export[..4], b"GHX1");
    let id = &export[4..20];
    let (mut at, mut before, mut seq) = (60, [0; 32], 0_u64);
    let (mut parts, mut heads) = (Vec::new(), 0);
    loop {
        let length = u32::from_be_bytes(export[at + 1..at + 5].try_into().unwrap()) as usize;
        let (kind, bytes) = (export[at], &export[at + 5..at + 5 + length]);
        at += 5 + length;
        match kind {
            1 => {
                assert!(parts.is_empty(), "a part is missing");
                assert_eq!(bytes[8..16], seq.to_be_bytes());
                assert_eq!(bytes[24..56], before);
                let count = u16::from_be_bytes([bytes[6], bytes[7]]) as usize;
                parts = bytes[56..56 + 32 * count].chunks(32).rev().map(<[u8]>::to_vec).collect();
                let hashed = [b"gatehouse/1 entry\0", id, bytes].concat();
                before = Sha256::digest(hashed).into();
                seq += 1;
            }
            2 => assert_eq!(Sha256::digest(bytes)[..], parts.pop().unwrap()[..]),
            3 => {
                assert_eq!(bytes[24..32], (seq - 1).to_be_bytes());
                assert_eq!(bytes[40..72], before);
                heads += 1;
            }
            _ => {
                assert_eq!(bytes, seq.to_be_bytes());
                break;
            }
        }
    }
    assert_eq!((at, heads), (export.len(), 2));
    assert!(seq >= 4);
}
