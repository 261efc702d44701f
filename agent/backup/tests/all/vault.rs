//! A real vault, copied while somebody writes, and made of the copy again.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ::vault::engine::{Engine, Options, SledEngine};
use ::vault::{Actor, BatchError, Closed, KeyOf, Store, SystemClock, Unlock};
use backup::{Extent, Repository};
use seal::TableId;
use seal::body::Value;

use crate::shop::{self, restored};

const CONTACTS: TableId = TableId(16);

fn write(store: &Store, many: usize, number: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let ids: Vec<_> = (0..many).map(|_| store.new_id()).collect();
    let done = runtime.block_on(store.write(Actor::default(), move |batch| {
        batch.audit(101, 1);
        for id in ids {
            let name = Value::Text(format!("李雷 {number} {}", "x".repeat(700)));
            batch.put(CONTACTS, id, BTreeMap::from([(1, name)]), KeyOf::Table)?;
        }
        Ok::<(), BatchError>(())
    }));
    done.unwrap().unwrap();
}

fn contacts(store: &Store) -> usize {
    let mut count = 0;
    let loaded = store.load(CONTACTS, |_, _, _| count += 1).unwrap();
    assert!(loaded.damaged.is_empty(), "{loaded:?}");
    count
}

#[test]
fn a_vault_is_copied_while_it_is_written_to_and_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::write(place("machine"), [7; 32]).unwrap();
    let unlock = Unlock::Machine(place("machine"));
    let clock = Arc::new(SystemClock::default());
    let store = Store::create(&place("store"), &unlock, clock.clone()).unwrap();
    for number in 0..40 {
        write(&store, 100, number);
    }
    fs::create_dir(place("target")).unwrap();
    let mut repository = shop::create(shop::disk(&place("target"))).unwrap();
    let mut feed = store.feed();

    let stop = AtomicBool::new(false);
    let copied = thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                write(&store, 3, 99);
            }
        });
        let whole = repository.copy(Extent::Whole, &mut feed).unwrap();
        let journal = repository.copy(Extent::Journal, &mut feed).unwrap();
        stop.store(true, Ordering::Relaxed);
        [whole, journal]
    });
    let last = repository.copy(Extent::Journal, &mut feed).unwrap();

    let mut counts = Vec::new();
    for (number, copy) in copied.iter().chain([&last]).enumerate() {
        let to = place(&format!("copy-{number}"));
        fs::create_dir(&to).unwrap();
        for one in fs::read_dir(place("store")).unwrap().map(Result::unwrap) {
            if one.file_type().unwrap().is_file() {
                fs::copy(one.path(), to.join(one.file_name())).unwrap();
            }
        }
        fs::create_dir(to.join("files")).unwrap();
        let engine = SledEngine::create(&to.join("db"), Options::default()).unwrap();
        let state: Vec<_> = restored(&repository, copy.id).unwrap().into_iter().collect();
        for some in state.chunks(500) {
            let changes = some.iter().map(|(place, sealed)| (place.clone(), Some(sealed.clone())));
            engine.commit(changes.collect()).unwrap();
        }
        engine.close().unwrap();
        let opened = Closed::new(&to, clock.clone()).open(&unlock).unwrap();
        assert!(!opened.findings().digest_differs, "{:?}", opened.findings());
        counts.push(contacts(&opened));
    }
    assert!(counts.is_sorted() && counts[0] >= 4_000, "{counts:?}");
    assert_eq!(counts[2], contacts(&store));
}
