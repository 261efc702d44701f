//! Batches as a store makes them: records of many sizes overwritten and deleted at random, history
//! and audit that only grow, small batches and such that fill several segments.

use std::collections::BTreeMap;

use testkit::power::Chance;
use vault::engine::{Change, MAX_VALUE};

use super::NUMBER;

/// Everything that should be in the engine.
pub type State = BTreeMap<Vec<u8>, Vec<u8>>;

/// Batches that follow from a seed and their number.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    pub seed: u64,
    /// Records that live at most.
    pub records: u64,
    /// Changes of the largest batches.
    pub largest: u64,
}

impl Workload {
    /// Makes `known` (a batch, and what is there after it) be what is there after `number`.
    pub fn advance(&self, known: &mut (u64, State), number: u64) {
        if known.0 > number {
            *known = (0, State::new());
        }
        while known.0 < number {
            known.0 += 1;
            let _ = self.batch(known.0, &mut known.1);
        }
    }

    /// Batch `number`, whose changes are also made to `state`.
    pub fn batch(&self, number: u64, state: &mut State) -> Vec<Change> {
        let mut random = Chance::new(self.seed ^ number.wrapping_mul(0xa076_1d64_78bd_642f));
        let size = match random.below(40) {
            0 => self.largest / 2 + random.below(self.largest / 2),
            1..=4 => 20 + random.below(60),
            _ => 1 + random.below(6),
        };
        let mut batch: BTreeMap<Vec<u8>, Option<Vec<u8>>> = BTreeMap::new();
        for index in 0..size {
            // A record key grows with time, as an id does, and lies anywhere among the living.
            let record = random.below(self.records);
            let key =
                [&[0x10, 0, 16][..], &record.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()];
            let key = key.concat();
            if random.below(5) == 0 {
                batch.insert(key, None);
            } else {
                let length = match random.below(4) {
                    0 => MAX_VALUE,
                    1 => random.below(5_201) as usize,
                    _ => 144 + random.below(600) as usize,
                };
                batch.insert(key, Some(value(self.seed, number, index, length)));
            }
        }
        let at = number.to_be_bytes();
        batch.insert([&[0x12][..], &at].concat(), Some(value(self.seed, number, 1_000, 90)));
        batch.insert([&[0x13][..], &at].concat(), Some(value(self.seed, number, 1_001, 400)));
        // Retention takes away what is old.
        if let Some(old) = number.checked_sub(300) {
            batch.insert([&[0x13][..], &old.to_be_bytes()].concat(), None);
            batch.insert([&[0x12][..], &old.to_be_bytes()].concat(), None);
        }
        batch.insert(NUMBER.to_vec(), Some(at.to_vec()));
        for (key, value) in &batch {
            match value {
                Some(value) => drop(state.insert(key.clone(), value.clone())),
                None => drop(state.remove(key)),
            }
        }
        batch.into_iter().collect()
    }
}

/// Bytes that no other place holds.
pub fn value(seed: u64, number: u64, index: u64, length: usize) -> Vec<u8> {
    let mut random = Chance::new(seed ^ (number << 20) ^ index);
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        bytes.extend(random.next().to_be_bytes());
    }
    bytes.truncate(length);
    bytes
}
