//! Borders: any changes make few new segments, and the stream reads back as it was.

use std::collections::{BTreeMap, BTreeSet};

use backup::stream::{Cutter, Decoder, Segment, encode};
use proptest::prelude::*;

use crate::shop::Noise;

type State = BTreeMap<Vec<u8>, Vec<u8>>;

fn cut(state: &State) -> Vec<Segment> {
    let mut cutter = Cutter::default();
    let mut segments: Vec<_> =
        state.iter().filter_map(|(place, sealed)| cutter.put(place, sealed)).collect();
    segments.extend(cutter.end());
    segments
}

fn state(seed: u64, records: usize, longest: usize) -> State {
    let mut noise = Noise(seed | 1);
    let record = |_| {
        let place = [&[0x10, 0, 16][..], &noise.bytes(16), &[0, 0]].concat();
        let length = 144 + noise.below(longest);
        (place, noise.bytes(length))
    };
    (0..records).map(record).collect()
}

#[derive(Clone, Debug)]
enum Act {
    Put(usize),
    Take,
    New(usize),
}

fn act() -> impl Strategy<Value = (prop::sample::Index, Act)> {
    let act = prop_oneof![
        4 => (144_usize..5_200).prop_map(Act::Put),
        1 => Just(Act::Take),
        1 => (144_usize..5_200).prop_map(Act::New),
    ];
    (any::<prop::sample::Index>(), act)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_change_makes_two_new_segments_at_most(
        seed in any::<u64>(),
        records in 1_usize..1_500,
        longest in prop_oneof![Just(100_usize), Just(1_000), Just(5_000)],
        acts in prop::collection::vec(act(), 1..40),
    ) {
        let before = state(seed, records, longest);
        let mut after = before.clone();
        let places: Vec<_> = before.keys().cloned().collect();
        let mut noise = Noise(seed.rotate_left(17) | 1);
        for (index, act) in &acts {
            let place = index.get(&places).clone();
            match act {
                Act::Put(length) => { after.insert(place, noise.bytes(*length)); }
                Act::Take => { after.remove(&place); }
                Act::New(length) => {
                    let place = [&[0x10, 0, 16][..], &noise.bytes(16), &[0, 0]].concat();
                    after.insert(place, noise.bytes(*length));
                }
            }
        }
        let old: BTreeSet<Vec<u8>> = cut(&before).into_iter().map(|one| one.bytes).collect();
        let new = cut(&after).into_iter().filter(|one| !old.contains(&one.bytes)).count();
        prop_assert!(new <= 2 * acts.len(), "{new} new segments by {} changes", acts.len());
    }

    #[test]
    fn what_is_cut_reads_back(seed in any::<u64>(), records in 0_usize..500) {
        let before = state(seed, records, 5_000);
        let mut after = State::new();
        let mut last = None;
        for segment in cut(&before) {
            prop_assert!(last < Some(segment.first.clone()));
            last = Some(segment.first.clone());
            for (index, item) in Decoder::new(&segment.bytes).enumerate() {
                let (place, sealed) = item.unwrap();
                prop_assert!(index > 0 || place == segment.first);
                after.insert(place.to_vec(), sealed.unwrap().to_vec());
            }
        }
        prop_assert!(before == after);
    }

    #[test]
    fn no_bytes_upset_the_decoder(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let read = Decoder::new(&bytes).collect::<Result<Vec<_>, _>>();
        if let Ok(items) = read {
            let mut again = Vec::new();
            for (place, sealed) in items {
                encode(place, sealed, &mut again);
            }
            prop_assert_eq!(again, bytes);
        }
    }
}

#[test]
fn segments_are_8_kib_whatever_the_records() {
    for longest in [100, 1_000, 5_000] {
        let state = state(77, 20_000, longest);
        let segments = cut(&state);
        let total: usize = segments.iter().map(|one| one.bytes.len()).sum();
        let mean = total / segments.len();
        assert!((7_000..12_000).contains(&mean), "{longest}: {mean}");
        let leaves = segments.iter().filter(|one| one.ends_leaf).count();
        assert!((30..130).contains(&(segments.len() / leaves)), "{longest}: {leaves}");
    }
}

/// Places that never make a border, as somebody who chose the ids would take.
#[test]
fn memory_is_bounded_where_no_border_comes() {
    let mut cutter = Cutter::default();
    let (mut number, mut longest) = (0_u64, 0);
    let sealed = vec![0; 5_000];
    for _ in 0..1_000 {
        let place = loop {
            number += 1;
            let place = number.to_be_bytes().to_vec();
            if Cutter::default().put(&place, &sealed).is_none() {
                break place;
            }
        };
        longest = longest.max(cutter.put(&place, &sealed).map_or(0, |segment| segment.bytes.len()));
    }
    assert!((1 << 20..(1 << 20) + 10_000).contains(&longest), "{longest}");
}
