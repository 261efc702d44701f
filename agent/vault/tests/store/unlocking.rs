use std::fs;
use std::time::Duration;

use vault::{
    Actor, Closed, CommitError, CreateError, KeyOf, OpenError, SlotError, SlotKind, State, Store,
    Unlock,
};

use crate::common::{CONTACTS, Place, ROLES, named, names, passphrase, recovery};

const RIGHT: &str = "six words that nobody else would say";

fn claimed(place: &Place) -> (Store, String) {
    let store = place.closed().create(&passphrase(RIGHT)).unwrap();
    let key = store.add_recovery(&Actor::default()).unwrap();
    store.confirm_recovery(&Actor::default(), &recovery(&key)).unwrap();
    (store, key.to_string())
}

#[test]
fn takes_no_record_until_the_recovery_key_was_typed_back() {
    let place = Place::new();
    let store = place.closed().create(&passphrase(RIGHT)).unwrap();
    let put = |store: &Store| {
        let id = store.new_id();
        let written = store
            .write(Actor::default(), move |batch| batch.put(ROLES, id, named("x"), KeyOf::Table));
        place.runtime.block_on(written)
    };
    assert!(matches!(put(&store), Err(CommitError::RecoveryNotConfirmed)));
    let first = store.add_recovery(&Actor::default()).unwrap();
    let key = store.add_recovery(&Actor::default()).unwrap();
    let in_use = |slots: &[SlotKind]| State::Locked { slots: slots.to_vec() };
    let inspected = place.closed().inspect().unwrap();
    assert_eq!(inspected, in_use(&[SlotKind::Passphrase]));
    let old = store.confirm_recovery(&Actor::default(), &recovery(&first));
    assert!(matches!(old, Err(SlotError::WrongSecret)));
    assert!(matches!(put(&store), Err(CommitError::RecoveryNotConfirmed)));
    store.confirm_recovery(&Actor::default(), &recovery(&key.to_lowercase())).unwrap();
    let inspected = place.closed().inspect().unwrap();
    assert_eq!(inspected, in_use(&[SlotKind::Passphrase, SlotKind::Recovery]));
    put(&store).unwrap().unwrap();
    assert!(matches!(store.add_recovery(&Actor::default()), Err(SlotError::Confirmed)));
    drop(store);
    assert_eq!(names(&place.closed().open(&recovery(&key)).unwrap(), ROLES).len(), 1);
}

#[test]
fn wrong_passphrases_are_counted_over_restarts_and_then_wait() {
    let place = Place::new();
    let (store, key) = claimed(&place);
    place.close(&store);
    drop(store);
    for number in 1..=5 {
        // A new process each time.
        let opened = place.closed().open(&passphrase("not the one at all"));
        let Err(OpenError::WrongSecret { failures, wait, .. }) = opened else {
            panic!("{opened:?}")
        };
        assert_eq!(failures, number);
        assert_eq!(wait, Duration::from_secs(if number < 5 { 0 } else { 30 }));
    }
    let closed = place.closed();
    let waits =
        |closed: &Closed| matches!(closed.open(&passphrase(RIGHT)), Err(OpenError::Wait(_)));
    assert!(waits(&closed), "the wait begins anew in a new process");
    place.clock.forward(Duration::from_secs(29));
    assert!(waits(&closed));
    assert_eq!(closed.failures().unwrap(), (5, Duration::from_secs(1)));
    // The recovery key does not wait.
    let store = closed.open(&recovery(&key)).unwrap();
    assert_eq!(store.findings().failures.count, 5);
    let entries = store.audit(None, 9).unwrap();
    let told = entries.iter().find(|entry| entry.count == Some(5)).expect("the log says so");
    // The web applications read the times out of it.
    let times = store.findings().failures;
    let reason = format!("failed tries from {} to {}", times.first, times.last);
    assert_eq!((told.reason.as_deref(), told.address), (Some(reason.as_str()), None));
    drop(store);
    assert_eq!(closed.failures().unwrap(), (0, Duration::ZERO));
    assert_eq!(closed.open(&passphrase(RIGHT)).unwrap().findings().failures.count, 0);
}

#[test]
fn broken_counters_count_as_ten() {
    let place = Place::new();
    drop(claimed(&place));
    fs::write(place.path().join("attempts"), [1; 1024]).unwrap();
    assert_eq!(place.closed().failures().unwrap().0, 10);
}

#[test]
fn another_passphrase_takes_the_place_of_the_old() {
    let place = Place::new();
    let (store, key) = claimed(&place);
    let new = passphrase("entirely different words, a row of them");
    let who = Actor::default();
    let wrong = store.change_passphrase(&who, &passphrase("not the one at all"), &new);
    assert!(matches!(wrong, Err(SlotError::WrongSecret)));
    let short = store.change_passphrase(&who, &passphrase(RIGHT), &passphrase("short"));
    assert!(matches!(short, Err(SlotError::Secret(_))));
    store.change_passphrase(&who, &passphrase(RIGHT), &new).unwrap();
    drop(store);
    let old = place.closed().open(&passphrase(RIGHT));
    assert!(matches!(old, Err(OpenError::WrongSecret { .. })));
    drop(place.closed().open(&new).unwrap());
    place.closed().open(&recovery(&key)).unwrap();
}

#[test]
fn a_store_is_made_whole_once() {
    let place = Place::new();
    assert_eq!(place.closed().inspect().unwrap(), State::Missing);
    // What a cut left of an unfinished one.
    let new = place.dir.path().join("store.1.new");
    fs::create_dir_all(new.join("db")).unwrap();
    fs::write(new.join("keys"), b"half").unwrap();
    assert!(matches!(place.closed().open(&place.machine()), Err(OpenError::Missing)));
    drop(place.create());
    assert!(!new.exists());
    assert!(matches!(place.closed().create(&place.machine()), Err(CreateError::Exists)));
    fs::create_dir(place.dir.path().join("store.2")).unwrap();
    assert_eq!(place.closed().inspect().unwrap(), State::HigherNumber(2));
    assert!(matches!(place.closed().open(&place.machine()), Err(OpenError::HigherNumber(2))));
}

#[test]
fn one_whole_copy_of_the_key_file_is_enough_and_mends_the_other() {
    let place = Place::new();
    let store = place.create();
    place.contact(&store, "Anna");
    place.close(&store);
    drop(store);
    for name in ["keys", "keys-copy"] {
        let path = place.path().join(name);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..700]).unwrap();
        assert_eq!(names(&place.open(), CONTACTS).len(), 1);
        assert_eq!(fs::read(&path).unwrap(), whole, "{name} was mended");
    }
    for name in ["keys", "keys-copy"] {
        fs::write(place.path().join(name), b"").unwrap();
    }
    assert_eq!(place.closed().inspect().unwrap(), State::Damaged);
    assert!(matches!(place.closed().open(&place.machine()), Err(OpenError::KeyFile)));
}

#[test]
fn another_machine_key_opens_nothing() {
    let place = Place::new();
    drop(place.create());
    fs::write(place.dir.path().join("machine"), [8; 32]).unwrap();
    let opened = place.closed().open(&place.machine());
    assert!(matches!(opened, Err(OpenError::WrongSecret { failures: 0, .. })));
}

#[test]
fn a_machine_s_store_opens_elsewhere_with_a_key_of_its_own_and_then_with_that_machine_s() {
    let place = Place::new();
    let files = tempfile::tempdir().unwrap();
    let machine = |byte: u8| {
        let path = files.path().join(byte.to_string());
        std::fs::write(&path, [byte; 32]).unwrap();
        Unlock::Machine(path)
    };
    let by = Actor::default();
    let store = place.closed().create(&machine(1)).unwrap();
    let key = recovery(&seal::recovery::encode(&[5; 20]));
    assert!(!store.is_opened_by(&key).unwrap());
    store.opens_with(&by, &key).unwrap();
    assert!(store.is_opened_by(&key).unwrap() && store.is_opened_by(&machine(1)).unwrap());
    assert!(!store.is_opened_by(&recovery(&seal::recovery::encode(&[6; 20]))).unwrap());
    let refused = store.opens_with(&by, &passphrase(RIGHT));
    assert!(matches!(refused, Err(SlotError::WrongKind)));
    place.close(&store);
    drop(store);

    let store = place.closed().open(&key).unwrap();
    store.opens_with(&by, &machine(2)).unwrap();
    place.close(&store);
    drop(store);
    assert!(matches!(place.closed().open(&machine(1)), Err(OpenError::WrongSecret { .. })));
    place.closed().open(&machine(2)).unwrap();
}
