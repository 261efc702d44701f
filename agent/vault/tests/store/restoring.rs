//! A store made of a copy: whole or not at all, and it says in its log where it goes on from.

use std::collections::BTreeMap;
use std::time::Duration;

use seal::audit::Mark;
use seal::numbers::{action, table};
use vault::{
    Actor, BatchError, Damage, KeyOf, OpenError, RestoredFrom, Restoring, RestoringError, SEGMENT,
    Store,
};

use crate::common::{
    CONTACTS, Kept, Place, keep, named, names, passphrase, recovery, restore, restore_with,
};

fn signed_in(place: &Place, store: &Store) {
    let (session, code, account) = (store.new_id(), store.new_id(), store.new_id());
    place.write(store, move |batch| {
        batch.audit(action::SIGN_IN, 1);
        batch.put(table::ACCOUNTS, account, named("anna"), KeyOf::Person(account))?;
        batch.put(table::SESSIONS, session, named("here"), KeyOf::Person(account))?;
        batch.put(table::INVITATIONS, code, named("welcome"), KeyOf::Table)
    });
}

fn count(store: &Store, table: seal::TableId) -> usize {
    store.load(table, |_, _, _| {}).unwrap().records
}

#[test]
fn it_goes_on_from_the_last_entry_of_the_copy_and_says_so() {
    let place = Place::new();
    let store = place.create();
    let anna = place.contact(&store, "Anna");
    signed_in(&place, &store);
    let kept = keep(&store);
    let seq = store.audit(None, 1).unwrap()[0].seq;
    place.contact(&store, "Bernd");
    place.write(&store, move |batch| batch.change(CONTACTS, anna, |fields| *fields = named("A")));
    place.clock.forward(Duration::from_secs(3_600));

    let other = Place::new();
    other.clock.forward(Duration::from_secs(3_600));
    let made = restore(&other, &kept, 1_795_478_401_000);
    assert_eq!((made.store, made.seq), (store.id(), seq));
    assert_eq!((made.keys_missing, made.chain_broken_at), (0, None));
    let again = other.open();
    let findings = again.findings().clone();
    let generation = 1_795_478_400 + 3_600;
    let from = RestoredFrom { seq, copy: 1_795_478_401_000, generation };
    assert_eq!(findings.restored, Some(from));
    assert!(!findings.digest_differs && !findings.older_keys && findings.parts_too_many == 0);
    assert!(findings.chain_broken_at.is_none() && findings.lost_persons.is_empty());
    let mark = again.audit(Some(seq + 2), 1).unwrap()[0].mark;
    assert_eq!(mark, Mark::Restored { generation, copy: from.copy });
    assert_eq!(names(&again, CONTACTS).keys().collect::<Vec<_>>(), ["Anna"]);
    // Nobody is signed in any more; who they are stays.
    assert_eq!(count(&again, table::SESSIONS), 0);
    assert_eq!(count(&again, table::INVITATIONS), 0);
    assert_eq!(count(&again, table::ACCOUNTS), 1);
    let ended: Vec<_> =
        again.audit(None, 20).unwrap().iter().filter_map(|one| one.action).collect();
    assert!(
        ended.contains(&action::SESSION_REVOKED) && ended.contains(&action::INVITATION_WITHDRAWN)
    );
    other.contact(&again, "Carla");
    other.close(&again);
    drop(again);

    let again = other.open();
    assert_eq!(again.findings().restored, None, "the second opening is one as any other");
    assert!(!again.findings().digest_differs && again.findings().gap.is_none());
    assert_eq!(names(&again, CONTACTS).keys().collect::<Vec<_>>(), ["Anna", "Carla"]);
    let marks = again.audit(None, 100).unwrap();
    let marks = marks.iter().filter(|one| matches!(one.mark, Mark::Restored { .. }));
    assert_eq!(marks.count(), 1);
}

/// The same versions of the same records are sealed a second time, so not under the same keys.
#[test]
fn nothing_is_sealed_again_under_the_keys_of_the_tables() {
    let place = Place::new();
    let store = place.create();
    let role = store.new_id();
    place.write(&store, move |batch| batch.put(table::ACCOUNTS, role, named("a"), KeyOf::Table));
    let kept = keep(&store);
    let other = Place::new();
    restore(&other, &kept, 1);
    let again = other.open();
    other.write(&again, move |batch| {
        batch.change(table::ACCOUNTS, role, |fields| *fields = named("b"))
    });
    let key = |state: &BTreeMap<Vec<u8>, Vec<u8>>, space: u8| {
        let part = state.range(vec![space]..vec![space + 1]).next_back().unwrap().1;
        seal::record::header(part).unwrap().key
    };
    let now = keep(&again);
    // Table 7 live, the log's parts, and the head.
    for space in [0x10, 0x13, 0x01] {
        assert_ne!(key(&kept.state, space), key(&now.state, space), "{space:02x}");
    }
}

#[test]
fn it_opens_by_passphrase_and_by_recovery_key() {
    let place = Place::new();
    let words = "correct horse battery 王小明";
    let store = place.closed().create(&passphrase(words)).unwrap();
    let key = store.add_recovery(&Actor::default()).unwrap();
    store.confirm_recovery(&Actor::default(), &recovery(&key)).unwrap();
    place.contact(&store, "Anna");
    // A try that failed on the lost box is none here.
    let kept = keep(&store);
    for unlock in [passphrase(words), recovery(&key)] {
        let other = Place::new();
        restore(&other, &kept, 1);
        let wrong = other.closed().open(&passphrase("correct horse battery 王大明"));
        assert!(matches!(wrong, Err(OpenError::WrongSecret { failures: 1, .. })), "{wrong:?}");
        let again = other.closed().open(&unlock).unwrap();
        assert_eq!(names(&again, CONTACTS).len(), 1);
    }
}

#[test]
fn a_note_that_does_not_read_says_all_the_same_that_it_is_a_copy() {
    let place = Place::new();
    let store = place.create();
    place.contact(&store, "Anna");
    let kept = keep(&store);
    let at = store.audit(None, 1).unwrap()[0].at;
    let other = Place::new();
    let seq = restore(&other, &kept, 7).seq;
    let note = other.path().join("restored");
    let mut bytes = std::fs::read(&note).unwrap();
    bytes[10] ^= 1;
    std::fs::write(&note, bytes).unwrap();
    let again = other.open();
    let from = again.findings().restored.unwrap();
    assert_eq!((from.seq, from.copy), (seq, at));
    assert!(!note.exists());
}

#[test]
fn what_is_no_copy_of_a_store_makes_none() {
    let (place, stranger) = (Place::new(), Place::new());
    let store = place.create();
    place.contact(&store, "Anna");
    let kept = keep(&store);
    let strange = keep(&stranger.create());
    let to = Place::new();
    let none = |what: &str, made: Result<vault::Made, RestoringError>| {
        assert!(!to.path().exists(), "{what}");
        // A step that fails leaves it to whoever made it to give it up; the end takes it away itself.
        if matches!(made, Err(RestoringError::OtherKeys | RestoringError::Lacks(_))) {
            let left = std::fs::read_dir(to.dir.path()).unwrap().count();
            assert_eq!(left, 1, "{what}: the machine's key alone");
        }
        assert!(matches!(to.closed().open(&to.machine()), Err(OpenError::Missing)), "{what}");
        made.unwrap_err()
    };
    let other = Kept { keys: strange.keys.clone(), ..kept.clone() };
    let error = none("other keys", restore_with(&to, &other, 1));
    assert!(matches!(error, RestoringError::OtherKeys), "{error:?}");
    let broken = Kept { keys: kept.keys[..4_000].to_vec(), ..kept.clone() };
    let error = none("keys cut off", restore_with(&to, &broken, 1));
    assert!(matches!(error, RestoringError::KeyFile(_)), "{error:?}");
    for (what, lacks) in [(vec![1, 0], "head"), (vec![0x12], "log")] {
        let mut less = kept.clone();
        less.state.retain(|at, _| !at.starts_with(&what));
        let error = none(lacks, restore_with(&to, &less, 1));
        assert!(matches!(error, RestoringError::Lacks(one) if one == lacks), "{error:?}");
    }
    for at in [vec![0], vec![1, 1], vec![2, 0], vec![0x17], vec![]] {
        let mut more = kept.clone();
        more.state.insert(at.clone(), vec![7; 24]);
        let error = none("a strange place", restore_with(&to, &more, 1));
        assert!(matches!(&error, RestoringError::Place(of) if *of == at), "{error:?}");
    }
    let mut long = kept.clone();
    long.state.insert(vec![0x10, 0, 99], vec![7; 6_000]);
    let error = none("too long", restore_with(&to, &long, 1));
    assert!(matches!(error, RestoringError::Engine(_)), "{error:?}");
    for persons in [vec![vec![0; 100]], vec![vec![0; SEGMENT + 128]]] {
        let odd = Kept { persons, ..kept.clone() };
        let error = none("odd persons", restore_with(&to, &odd, 1));
        assert!(matches!(error, RestoringError::Persons(0)), "{error:?}");
    }
    let mut keyless = Restoring::begin(&to.path()).unwrap();
    keyless.changes(kept.changes()).unwrap();
    let error = none("no keys", keyless.finish(1));
    assert!(matches!(error, RestoringError::Lacks("key file")), "{error:?}");

    restore(&to, &kept, 1);
    let twice = restore_with(&to, &kept, 1).unwrap_err();
    assert!(matches!(twice, RestoringError::Exists), "{twice:?}");
    assert_eq!(names(&to.open(), CONTACTS).len(), 1);
}

#[test]
fn what_is_given_up_leaves_nothing() {
    let place = Place::new();
    let store = place.create();
    place.contact(&store, "Anna");
    let kept = keep(&store);
    let to = Place::new();
    let mut begun = Restoring::begin(&to.path()).unwrap();
    begun.keys(&kept.keys).unwrap();
    begun.changes(kept.changes()).unwrap();
    let there = |to: &Place| std::fs::read_dir(to.dir.path()).unwrap().count();
    assert_eq!(there(&to), 2, "the machine's key, and what is being made");
    begun.give_up().unwrap();
    assert_eq!(there(&to), 1);
}

/// The keys' copy is of the evening, the records' of the night.
#[test]
fn keys_that_did_not_come_are_counted_and_the_rest_opens() {
    let place = Place::new();
    let store = place.create();
    place.contact(&store, "Anna");
    let evening = keep(&store);
    let bernd = place.contact(&store, "Bernd");
    place.contact(&store, "Carla");
    let night = keep(&store);
    let to = Place::new();
    let mixed = Kept { state: night.state, ..evening };
    assert_eq!(restore(&to, &mixed, 1).keys_missing, 2);
    let again = to.open();
    let mut seen = Vec::new();
    let loaded =
        again.load(CONTACTS, |_, _, body| seen.push(crate::common::name_of(&body))).unwrap();
    assert_eq!(seen, ["Anna"]);
    assert_eq!(loaded.damaged.len(), 2);
    assert!(loaded.damaged.iter().any(|one| one.id == bernd && one.damage == Damage::Key));
}

/// 6,000 persons have slots in two pieces.
#[test]
fn persons_of_several_pieces_come_back() {
    let place = Place::new();
    let store = place.create();
    for _ in 0..15 {
        let ids: Vec<_> = (0..400).map(|_| store.new_id()).collect();
        place.write(&store, move |batch| {
            for id in ids {
                batch.put(CONTACTS, id, named("one of many"), KeyOf::Person(id))?;
            }
            Ok::<_, BatchError>(())
        });
    }
    let kept = keep(&store);
    assert_eq!(kept.persons.len(), 2);
    let to = Place::new();
    assert_eq!(restore(&to, &kept, 1).keys_missing, 0);
    assert_eq!(count(&to.open(), CONTACTS), 6_000);
}
