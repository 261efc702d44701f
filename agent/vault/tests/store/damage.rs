use vault::engine::{Engine, Options, SledEngine};
use vault::{Actor, Damage, Limits};

use crate::common::{CONTACTS, Place, name_of, names};

/// Changes what lies in the engine, behind the store's back.
fn behind(place: &Place, change: impl FnOnce(&SledEngine)) {
    let engine = SledEngine::open(&place.path().join("db"), Options::default()).unwrap();
    change(&engine);
    engine.close().unwrap();
}

fn first_contact(engine: &SledEngine) -> (Vec<u8>, Vec<u8>) {
    engine.scan(&[0x10, 0, 16], &[]).unwrap().items.swap_remove(0)
}

fn three(place: &Place) {
    let store = place.create();
    for name in ["Anna", "Bernd", "Chen"] {
        place.contact(&store, name);
    }
    place.close(&store);
}

#[test]
fn a_flipped_bit_is_named_and_the_others_open() {
    let place = Place::new();
    three(&place);
    behind(&place, |engine| {
        let (key, mut value) = first_contact(engine);
        value[70] ^= 1;
        engine.commit(vec![(key, Some(value))]).unwrap();
    });
    let store = place.open();
    let mut found = Vec::new();
    let loaded = store.load(CONTACTS, |_, _, body| found.push(name_of(&body))).unwrap();
    assert_eq!(found, ["Bernd", "Chen"]);
    assert_eq!(loaded.damaged.len(), 1);
    assert_eq!(loaded.damaged[0].damage, Damage::Seal);
}

#[test]
fn a_record_in_anothers_place_is_named() {
    let place = Place::new();
    three(&place);
    behind(&place, |engine| {
        let items = engine.scan(&[0x10, 0, 16], &[]).unwrap().items;
        engine.commit(vec![(items[0].0.clone(), Some(items[1].1.clone()))]).unwrap();
    });
    let store = place.open();
    let loaded = store.load(CONTACTS, |_, _, _| {}).unwrap();
    assert_eq!(loaded.damaged[0].damage, Damage::Place);
    assert!(store.findings().digest_differs);
}

#[test]
fn a_record_taken_away_is_noticed_until_someone_has_seen_it() {
    let place = Place::new();
    three(&place);
    behind(&place, |engine| {
        engine.commit(vec![(first_contact(engine).0, None)]).unwrap();
    });
    for _ in 0..2 {
        let store = place.open();
        assert!(store.findings().digest_differs);
        assert_eq!(store.findings().parts_too_many, -1);
        assert_eq!(names(&store, CONTACTS).len(), 2);
        place.close(&store);
    }
    let store = place.open();
    place.runtime.block_on(store.accept_findings(Actor::default())).unwrap();
    place.contact(&store, "Dora");
    drop(store);
    assert!(!place.open().findings().digest_differs);
}

#[test]
fn an_entry_taken_out_of_the_log_is_named() {
    let place = Place::new();
    three(&place);
    behind(&place, |engine| {
        let key = [&[0x12][..], &2_u64.to_be_bytes()].concat();
        engine.commit(vec![(key, None)]).unwrap();
    });
    let store = place.open();
    assert_eq!(store.findings().chain_broken_at, Some(2));
    assert_eq!(names(&store, CONTACTS).len(), 3);
}

#[test]
fn keys_that_sealed_enough_get_a_new_epoch_and_old_records_open() {
    let place = Place::new();
    three(&place);
    let limits = Limits { new_epoch: 60, refuse: 1_000 };
    let store = place.closed().with_limits(limits).open(&place.machine()).unwrap();
    let before = std::fs::read(place.path().join("keys")).unwrap();
    for _ in 0..20 {
        place.contact(&store, &format!("{:?}", store.new_id()));
    }
    assert_ne!(std::fs::read(place.path().join("keys")).unwrap(), before);
    place.close(&store);
    drop(store);
    let store = place.open();
    assert!(!store.findings().digest_differs);
    assert_eq!(names(&store, CONTACTS).len(), 23);
    drop(store);
    let limits = Limits { new_epoch: u64::MAX, refuse: 1 };
    let store = place.closed().with_limits(limits).open(&place.machine());
    assert!(
        store.is_err() || {
            let store = store.unwrap();
            let id = store.new_id();
            let put = store.write(Actor::default(), move |batch| {
                batch.put(CONTACTS, id, crate::common::named("x"), vault::KeyOf::Person(id))
            });
            place.runtime.block_on(put).is_err()
        }
    );
}
