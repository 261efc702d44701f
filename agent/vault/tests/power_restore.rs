//! A store is made of a copy and opened the first time, and the power is cut anywhere meanwhile. After it
//! there is no store, or the whole one, which says once that it is a copy.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    reason = "a test"
)]

mod power;
#[path = "store/common.rs"]
mod store;

use std::path::Path;

use power::Chance;
use seal::audit::Mark;
use seal::numbers::table;
use store::{CONTACTS, Kept, Place, clock, keep, named, names};
use testkit::power::{Image, Journal, PowerFs};
use vault::{Actor, BatchError, Closed, KeyOf, Restoring, Store, Unlock};

const COPY: u64 = 1_795_478_300_000;

fn closed(above: &Path) -> (Closed, Unlock) {
    (Closed::new(&above.join("store.1"), clock()), Unlock::Machine(above.join("machine")))
}

/// Contacts, and people who are signed in.
fn source() -> (Kept, usize) {
    let place = Place::new();
    let store = place.create();
    for number in 0..60 {
        place.contact(&store, &format!("{number} {}", "x".repeat(number * 40)));
    }
    let ids: Vec<_> = (0..20).map(|_| store.new_id()).collect();
    place.write(&store, move |batch| {
        for id in ids {
            batch.put(table::SESSIONS, id, named("here"), KeyOf::Table)?;
        }
        Ok::<_, BatchError>(())
    });
    (keep(&store), 60)
}

fn make(above: &Path, kept: &Kept) {
    let mut new = Restoring::begin(&above.join("store.1")).unwrap();
    new.keys(&kept.keys).unwrap();
    for (segment, bytes) in (0..).zip(&kept.persons) {
        new.persons(segment, bytes).unwrap();
    }
    new.changes(kept.changes()).unwrap();
    new.finish(COPY).unwrap();
}

/// All of the copy, and one mark in a chain that the auditor's verifier takes.
fn whole(store: &Store, contacts: usize) {
    let findings = store.findings();
    assert!(!findings.digest_differs && findings.parts_too_many == 0, "{findings:?}");
    assert!(findings.chain_broken_at.is_none() && findings.lost_persons.is_empty());
    assert!(!findings.older_keys);
    assert_eq!(names(store, CONTACTS).len(), contacts);
    assert_eq!(store.load(table::SESSIONS, |_, _, _| {}).unwrap().records, 0);
    let entries = store.audit(None, 1_000).unwrap();
    let marks = entries.iter().filter_map(|one| match one.mark {
        Mark::Restored { copy, .. } => Some(copy),
        _ => None,
    });
    assert_eq!(marks.collect::<Vec<_>>(), [COPY]);
    let mut export = Vec::new();
    store.export(0, &mut export).unwrap();
    verify::check(export.as_slice(), Vec::new(), true).unwrap();
}

fn cuts(count: u64, journal: Journal, seed: u64) {
    let (kept, contacts) = source();
    let place = power::Place::new("restore");
    let mut image = Image::empty();
    image.put_file("machine", vec![7; 32]);
    let power = PowerFs::mount(place.path(), &image).unwrap();
    make(power.path(), &kept);
    let made = power.now();
    let (path, key) = closed(power.path());
    let store = path.open(&key).unwrap();
    let opened = power.now();
    whole(&store, contacts);
    drop(store);
    let recording = power.end();

    let mut random = Chance::new(seed);
    // Half of them while it is opened the first time.
    let mut points: Vec<_> = (0..count)
        .map(|number| match number % 2 {
            0 => random.below(made as u64 + 1) as usize,
            _ => made + random.below((recording.len() - made) as u64 + 1) as usize,
        })
        .collect();
    // Where it has its name, and where the log has the mark and the note is still there.
    points.extend(made - 12..=made);
    points.extend(opened - 12..=opened);
    points.sort_unstable();
    let mut cutter = recording.cutter(journal);
    let mut none = 0;
    for (index, point) in points.into_iter().enumerate() {
        let place = power::Place::new("restore-cut");
        cutter.cut(point, seed ^ (index as u64) << 8).write_to(place.path()).unwrap();
        let (path, key) = closed(place.path());
        if path.inspect().unwrap() == vault::State::Missing {
            assert!(point < made, "point {point} of {made}: it was made, and is gone");
            none += 1;
            make(place.path(), &kept);
        }
        let store = path.open(&key).unwrap_or_else(|error| panic!("point {point}: {error:?}"));
        whole(&store, contacts);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(store.close(Actor::default())).unwrap();
        drop(store);
        whole(&path.open(&key).unwrap(), contacts);
    }
    assert!(none as u64 > count / 4, "{none} cuts left no store");
    println!("{made} steps to make it, {} to open it", opened - made);
}

#[test]
fn there_is_no_store_or_a_whole_one_after_30_cuts() {
    cuts(15, Journal::Ordered, 1);
    cuts(15, Journal::Loose, 4);
}

#[test]
#[ignore = "long"]
fn there_is_no_store_or_a_whole_one_after_400_cuts() {
    cuts(200, Journal::Ordered, 2);
    cuts(200, Journal::Loose, 3);
}
