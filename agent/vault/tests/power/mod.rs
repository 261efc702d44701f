//! A run of an engine on the power-cut file system: batches whose content follows from their
//! number, what was acknowledged when, and the check of what a cut left.

#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test"
)]

mod place;
pub mod shipped;
mod workload;

pub use place::Place;
pub use testkit::power::Chance;
pub use workload::{State, Workload};

use std::path::Path;

use testkit::power::{Image, PowerFs, Recording};
use vault::engine::{Engine, EngineError};

/// Key that holds the number of the last batch, big-endian.
pub const NUMBER: &[u8] = b"\x01number";

/// Opens the engine of a store directory, or makes it where there is none.
pub type OpenEngine = fn(&Path) -> Result<Box<dyn Engine>, EngineError>;

/// A batch, and what is there after it.
pub type Known = (u64, State);

/// One life of a store: mounted from what an earlier one left, ended by pulling the plug.
pub struct Life {
    pub recording: Recording,
    /// Points of the recording and the number of the batch that was acknowledged by then.
    pub acknowledged: Vec<(usize, u64)>,
    /// The same, for the batch that had been begun.
    pub begun: Vec<(usize, u64)>,
    /// Points between which the engine was opened or closed.
    pub openings: Vec<(usize, usize)>,
}

/// Runs batches `next..next + count` on a file system that holds `image`, opening anew every
/// `reopen` batches.
pub fn live(
    image: &Image,
    open: OpenEngine,
    next: u64,
    count: u64,
    reopen: u64,
    work: &Workload,
    known: &mut Known,
) -> Life {
    let place = Place::new("life");
    let power = PowerFs::mount(place.path(), image).unwrap();
    let store = power.path().join("store");
    if !store.exists() {
        std::fs::create_dir(&store).unwrap();
        std::fs::File::open(power.path()).unwrap().sync_all().unwrap();
    }
    let (mut acknowledged, mut begun, mut openings) = (Vec::new(), Vec::new(), Vec::new());
    work.advance(known, next - 1);
    let mut state = known.1.clone();
    let before = power.now();
    let mut engine = open(&store).unwrap();
    openings.push((before, power.now()));
    acknowledged.push((power.now(), next - 1));
    begun.push((0, next - 1));
    for number in next..next + count {
        begun.push((power.now(), number));
        engine.commit(work.batch(number, &mut state)).unwrap();
        acknowledged.push((power.now(), number));
        if number % reopen == 0 {
            let before = power.now();
            engine.close().unwrap();
            drop(engine);
            engine = open(&store).unwrap();
            openings.push((before, power.now()));
        }
    }
    drop(engine);
    Life { recording: power.end(), acknowledged, begun, openings }
}

impl Life {
    /// Highest batch acknowledged, and highest begun, before a cut at `point`.
    pub fn bounds(&self, point: usize) -> (u64, u64) {
        let last = |list: &[(usize, u64)]| {
            list.iter().take_while(|(at, _)| *at <= point).last().map_or(0, |(_, number)| *number)
        };
        (last(&self.acknowledged), last(&self.begun))
    }

    /// `count` points, ascending: two of three anywhere after the first opening, the third while
    /// the engine is opened or closed.
    pub fn points(&self, count: usize, seed: u64) -> Vec<usize> {
        let mut random = Chance::new(seed);
        let (_, first) = self.openings[0];
        let all = (self.recording.len() - first) as u64 + 1;
        let mut points: Vec<_> = (0..count)
            .map(|n| {
                if n % 3 == 2 && self.openings.len() > 1 {
                    let later = self.openings.len() as u64 - 1;
                    let (begin, end) = self.openings[1 + random.below(later) as usize];
                    begin + random.below((end - begin) as u64 + 1) as usize
                } else {
                    first + random.below(all) as usize
                }
            })
            .collect();
        points.sort_unstable();
        points
    }
}

/// Everything an engine holds.
pub fn contents(engine: &dyn Engine) -> Result<State, EngineError> {
    let (mut all, mut from) = (State::new(), Vec::new());
    loop {
        let page = engine.scan(&[], &from)?;
        all.extend(page.items);
        match page.next {
            Some(next) => from = next,
            None => return Ok(all),
        }
    }
}

/// What is wrong with what a cut left in `store`; the number of its last batch if nothing is.
/// Goes on with it as a box would: three batches more, closed, opened again.
pub fn check(
    store: &Path,
    open: OpenEngine,
    (acknowledged, begun): (u64, u64),
    work: &Workload,
    known: &mut Known,
    go_on: bool,
) -> Result<u64, String> {
    let failed = |what: &str| {
        let what = what.to_owned();
        move |error: EngineError| format!("{what}: {error:?}")
    };
    let engine = open(store).map_err(failed("it does not open"))?;
    let found = contents(&*engine).map_err(failed("it cannot be read"))?;
    let number = match found.get(NUMBER) {
        Some(bytes) => u64::from_be_bytes(bytes.as_slice().try_into().unwrap()),
        None => 0,
    };
    if number < acknowledged {
        return Err(format!("batch {acknowledged} was acknowledged, {number} is the last there"));
    }
    if number > begun {
        return Err(format!("batch {number} is there and was never begun"));
    }
    work.advance(known, number);
    differ(&found, &known.1).map_or(Ok(()), |what| Err(format!("after batch {number}, {what}")))?;
    let blobs = std::fs::read_dir(store.join("db/blobs")).map_err(|error| error.to_string())?;
    if blobs.count() > 0 {
        return Err("blobs/ is not empty".to_owned());
    }
    if go_on {
        let mut state = known.1.clone();
        for number in number + 1..number + 4 {
            let batch = work.batch(number, &mut state);
            engine.commit(batch).map_err(failed("it takes no batch"))?;
        }
        engine.close().map_err(failed("it does not close"))?;
        drop(engine);
        let engine = open(store).map_err(failed("it does not open a second time"))?;
        let found = contents(&*engine).map_err(failed("it cannot be read a second time"))?;
        differ(&found, &state).map_or(Ok(()), |what| Err(format!("after going on, {what}")))?;
        engine.close().map_err(failed("it does not close a second time"))?;
    } else {
        engine.close().map_err(failed("it does not close"))?;
    }
    Ok(number)
}

fn differ(found: &State, expected: &State) -> Option<String> {
    let lost = expected.iter().find(|(key, value)| found.get(*key) != Some(value));
    if let Some((key, _)) = lost {
        let what = if found.contains_key(key) { "is not as written" } else { "is lost" };
        return Some(format!("{key:02x?} {what}"));
    }
    let more = found.keys().find(|key| !expected.contains_key(*key))?;
    Some(format!("{more:02x?} is there and was deleted or never written"))
}
