//! Whatever the file holds: an answer, never a panic.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests are tests"
)]

mod maker;

use maker::{Maker, key, line};
use proptest::prelude::*;
use verify::{Head, check};

/// An honest export with every kind of item and mark, and the heads that left meanwhile.
fn honest() -> (Vec<u8>, Vec<Head>) {
    let mut maker = Maker::with(2);
    let first = maker.line();
    maker.keep_head();
    maker.gap();
    maker.new_key(key(2));
    maker.ordinary(3);
    let lost = maker.line();
    maker.restore(6, 44);
    maker.retention(1, 2);
    maker.ordinary(1);
    let heads = [first, lost, maker.line()];
    (maker.export(), heads.iter().map(|line| Head::parse_line(line).unwrap()).collect())
}

/// Changes of bytes, runs cut out and put in twice.
#[derive(Debug, Clone)]
enum Change {
    Set(prop::sample::Index, u8),
    Cut(prop::sample::Index, u8),
    Repeat(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (at(), any::<u8>()).prop_map(|(at, n)| Change::Cut(at, n)),
        (at(), any::<u8>()).prop_map(|(at, n)| Change::Repeat(at, n)),
        (at(), prop::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
    ]
}

fn apply(mut bytes: Vec<u8>, change: Change) -> Vec<u8> {
    if bytes.is_empty() {
        return bytes;
    }
    match change {
        Change::Set(at, byte) => *at.get_mut(&mut bytes) = byte,
        Change::Cut(at, n) => {
            let at = at.index(bytes.len());
            let to = (at + usize::from(n)).min(bytes.len());
            bytes.drain(at..to);
        }
        Change::Repeat(at, n) => {
            let at = at.index(bytes.len());
            let to = (at + usize::from(n)).min(bytes.len());
            let run = bytes[at..to].to_vec();
            bytes.splice(at..at, run);
        }
        Change::Insert(at, run) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, run);
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2_000), parts: bool) {
        prop_assert!(check(bytes.as_slice(), vec![], parts).is_err());
        let headed = [b"GHX1".as_slice(), &bytes].concat();
        prop_assert!(check(headed.as_slice(), vec![], parts).is_err());
    }

    #[test]
    fn an_honest_export_changed(changes in prop::collection::vec(change(), 1..6), parts: bool) {
        let (export, heads) = honest();
        let changed = changes.into_iter().fold(export.clone(), apply);
        let answer = check(changed.as_slice(), heads, parts);
        prop_assert_eq!(answer.is_ok(), changed == export);
    }

    #[test]
    fn any_line(text in ".{0,400}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Head::parse_line(&text);
        prop_assert_eq!(
            Head::parse_line(&line(&bytes)).is_ok(),
            bytes.len() == 168 && bytes.starts_with(b"GHH1")
        );
    }
}

#[test]
fn the_honest_export_is_accepted() {
    let (export, heads) = honest();
    assert!(check(export.as_slice(), heads, true).is_ok());
}
