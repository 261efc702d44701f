//! Bits that flip on the disk: never a panic out of the engine, never a byte that was not written,
//! never an older state as if it were the last. What the engine cannot see, and the store's live
//! digest and chain must: sled may pass over the rest of one segment of its log, so that single
//! keys are lost or have a former value.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test"
)]

mod power;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use power::{Chance, Known, NUMBER, Place, Workload, contents, live};
use testkit::power::{Image, Journal};
use vault::engine::{Engine, EngineError, Options, SledEngine};

const BATCHES: u64 = 100;

/// A store after [`BATCHES`] batches, and every value that each key ever had.
struct Written {
    image: Image,
    ever: BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>>,
    last: Known,
}

/// What a flip led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Whole,
    Refused,
    LastBatchLost,
    /// For the layer above to find.
    KeysLost,
}

fn written(reopen: u64) -> Written {
    let work = Workload { seed: 9, records: 300, largest: 100 };
    let life =
        live(&Image::empty(), create_or_open, 1, BATCHES, reopen, &work, &mut Known::default());
    let image = life.recording.cutter(Journal::Ordered).cut(life.recording.len(), 0);
    let (mut last, mut ever) = (Known::default(), BTreeMap::<_, BTreeSet<_>>::new());
    for number in 1..=BATCHES {
        for (key, value) in work.batch(number, &mut last.1) {
            ever.entry(key).or_default().extend(value);
        }
    }
    last.0 = BATCHES;
    Written { image, ever, last }
}

fn create_or_open(store: &Path) -> Result<Box<dyn Engine>, EngineError> {
    let dir = store.join("db");
    let open = if dir.exists() { SledEngine::open } else { SledEngine::create };
    Ok(Box::new(open(&dir, Options::default())?))
}

impl Written {
    /// The file whose path begins like this.
    fn path(&self, begin: &str) -> PathBuf {
        let mut paths = self.image.entries().filter(|(_, bytes)| bytes.is_some());
        paths.find(|(path, _)| path.to_str().unwrap().starts_with(begin)).unwrap().0.to_owned()
    }

    fn flip(&self, path: &Path, random: &mut Chance) -> Outcome {
        let mut image = self.image.clone();
        let bytes = image.file_mut(path).unwrap();
        let bit = random.below(bytes.len() as u64 * 8);
        bytes[usize::try_from(bit / 8).unwrap()] ^= 1 << (bit % 8);
        let place = Place::new("flip");
        image.write_to(place.path()).unwrap();
        let found = create_or_open(&place.path().join("store")).and_then(|e| contents(&*e));
        let found = match found {
            Ok(found) => found,
            Err(EngineError::Broken { .. }) => return Outcome::Refused,
            Err(other) => panic!("bit {bit} of {}: {other:?}", path.display()),
        };
        for (key, value) in &found {
            let known = self.ever.get(key).is_some_and(|values| values.contains(value));
            assert!(known, "bit {bit}: {key:02x?} has a value that nobody wrote");
        }
        if found == self.last.1 {
            return Outcome::Whole;
        }
        match found.get(NUMBER).map(|bytes| u64::from_be_bytes(bytes[..].try_into().unwrap())) {
            Some(BATCHES) => Outcome::KeysLost,
            // As after a cut in it: nothing else knows that it had been acknowledged.
            Some(number) if number == BATCHES - 1 => Outcome::LastBatchLost,
            number => panic!("bit {bit}: it gives the state after {number:?} as the last"),
        }
    }
}

fn flips(count: usize, seed: u64) {
    let mut random = Chance::new(seed);
    let mut outcomes = BTreeMap::<_, usize>::new();
    for reopen in [BATCHES / 2, BATCHES / 2 + 10] {
        let written = written(reopen);
        let files = ["store/db/db", "store/db/snap.", "store/db/conf"].map(|f| written.path(f));
        for n in 0..count / 2 {
            let path = match n % 10 {
                0 => &files[1],
                1 => &files[2],
                _ => &files[0],
            };
            *outcomes.entry(written.flip(path, &mut random)).or_default() += 1;
        }
    }
    println!("{outcomes:?}");
    for seen in [Outcome::Whole, Outcome::Refused] {
        assert!(outcomes.contains_key(&seen), "{outcomes:?}");
    }
    let last = outcomes.get(&Outcome::LastBatchLost).copied().unwrap_or(0);
    assert!(last <= count / 20, "{outcomes:?}");
}

#[test]
fn no_flipped_bit_of_500_is_served_as_data() {
    flips(500, 1);
}

#[test]
#[ignore = "long"]
fn no_flipped_bit_of_10000_is_served_as_data() {
    flips(10_000, 2);
}
