//! The engine under power cuts: segments are reused, snapshots written, batches of many sizes, up
//! to the largest values. After every cut each acknowledged batch is wholly there and no other half.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod power;

use std::path::Path;

use power::{Known, Life, OpenEngine, Place, Workload, check, live, shipped};
use testkit::power::{Image, Journal};
use vault::engine::{Engine, EngineError, Options, SledEngine};

/// Batches of one life.
const BATCHES: u64 = 140;
/// Cuts of one life.
const CUTS: usize = 25;

fn repaired(store: &Path) -> Result<Box<dyn Engine>, EngineError> {
    let dir = store.join("db");
    let engine = if dir.exists() {
        SledEngine::open(&dir, Options::default())
    } else {
        SledEngine::create(&dir, Options::default())
    };
    Ok(Box::new(engine?))
}

/// What people do, and an import now and then.
fn ordinary(seed: u64) -> Workload {
    Workload { seed, records: 600, largest: 400 }
}

/// Imports of up to eight segments over and over the same records, so that one batch frees and
/// takes segments while nothing of it is synced.
fn imports(seed: u64) -> Workload {
    Workload { seed, records: 1_500, largest: 1_600 }
}

/// Lives one after the other, each from a cut of the one before; the cuts that went wrong.
fn cuts(open: OpenEngine, journal: Journal, work: &Workload, lives: u64) -> Vec<String> {
    let seed = work.seed;
    let (mut image, mut next, mut wrong) = (Image::empty(), 1, Vec::new());
    let mut known = Known::default();
    for number in 0..lives {
        let life = live(&image, open, next, BATCHES, 45, work, &mut known);
        let mut cutter = life.recording.cutter(journal);
        let mut left = None;
        for (index, point) in life.points(CUTS, seed ^ number).into_iter().enumerate() {
            let cut_seed = seed.wrapping_mul(1_000_003) ^ (number << 32) ^ index as u64;
            let cut = cutter.cut(point, cut_seed);
            let place = Place::new("cut");
            cut.write_to(place.path()).unwrap();
            let bounds = life.bounds(point);
            match check(&place.path().join("store"), open, bounds, work, &mut known, index % 4 == 0) {
                Ok(last) => left = Some((cut, last)),
                Err(what) => wrong.push(format!(
                    "seed {seed}, {journal:?}, life {number}, point {point} of {}, cut {cut_seed}: {what}",
                    life.recording.len()
                )),
            }
        }
        let Some((cut, last)) = left else { break };
        (image, next) = (cut, last + 1);
    }
    wrong
}

fn none_lost(journal: Journal, work: &Workload, lives: u64) {
    let wrong = cuts(repaired, journal, work, lives);
    assert!(wrong.is_empty(), "{} cuts went wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn nothing_is_lost_on_ext4_in_150_cuts() {
    none_lost(Journal::Ordered, &ordinary(1), 6);
}

#[test]
fn nothing_is_lost_with_names_in_any_order_in_150_cuts() {
    none_lost(Journal::Loose, &ordinary(2), 6);
}

#[test]
fn nothing_is_lost_with_imports_in_50_cuts() {
    none_lost(Journal::Ordered, &imports(5), 2);
}

#[test]
#[ignore = "long"]
fn nothing_is_lost_with_imports_in_500_cuts() {
    none_lost(Journal::Loose, &imports(6), 20);
}

#[test]
#[ignore = "long"]
fn nothing_is_lost_on_ext4_in_1000_cuts() {
    none_lost(Journal::Ordered, &ordinary(3), 40);
}

#[test]
#[ignore = "long"]
fn nothing_is_lost_with_names_in_any_order_in_1000_cuts() {
    none_lost(Journal::Loose, &ordinary(4), 40);
}

#[test]
fn sled_as_shipped_loses_what_it_acknowledged() {
    let wrong = cuts(shipped::open, Journal::Ordered, &ordinary(1), 2);
    assert!(wrong.len() > 5, "these tests would not notice a loss: {wrong:?}");
}

#[test]
fn lives_reuse_segments_and_write_snapshots() {
    let work = ordinary(1);
    let mut known = Known::default();
    let life: Life = live(&Image::empty(), repaired, 1, BATCHES, 45, &work, &mut known);
    let image = life.recording.cutter(Journal::Ordered).cut(life.recording.len(), 0);
    let file = image.file("store/db/db").unwrap().len();
    let written = life.recording.written_to("store/db/db");
    assert!(written > 2 * file as u64, "{written} bytes written to a file of {file}");
    assert!(image.entries().any(|(path, _)| path.to_string_lossy().contains("db/snap.")));
}
