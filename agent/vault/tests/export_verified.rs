//! The auditor's verifier, which knows none of our code, judges what the vault really exports.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    reason = "helpers of tests are tests"
)]

#[path = "store/common.rs"]
mod common;

use std::time::Duration;

use common::{CONTACTS, Place, named};
use vault::{Actor, Store};
use verify::{Failure, Head, Note, Refusal, Report, check};

/// A store with contacts that were made, changed and erased, an unclean end and two heads that left.
fn worked(place: &Place) -> (Store, Head, Head) {
    let store = place.create();
    let anna = place.contact(&store, "Anna");
    let first = head(place, &store);
    place.contact(&store, "李雷");
    drop(store);
    place.clock.forward(Duration::from_secs(60));
    let store = place.open();
    place.write(&store, move |batch| batch.change(CONTACTS, anna, |fields| *fields = named("A")));
    place.runtime.block_on(store.erase_person(anna, Actor::default())).unwrap();
    let last = head(place, &store);
    (store, first, last)
}

fn head(place: &Place, store: &Store) -> Head {
    Head::parse_line(&place.runtime.block_on(store.head()).unwrap().line()).unwrap()
}

fn export(store: &Store, first: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    store.export(first, &mut bytes).unwrap();
    bytes
}

#[track_caller]
fn refusal(bytes: &[u8], heads: &[&Head]) -> Refusal {
    match judge(bytes, heads) {
        Err(Failure::Refused { refusal, .. }) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

fn judge(bytes: &[u8], heads: &[&Head]) -> Result<Report, Failure> {
    check(bytes, heads.iter().map(|head| (*head).clone()).collect(), true)
}

/// The header, then each entry with its parts and heads, then the end.
fn pieces(export: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces = vec![export[..60].to_vec()];
    let mut at = 60;
    while at < export.len() {
        let length = u32::from_be_bytes(export[at + 1..at + 5].try_into().unwrap()) as usize;
        let item = &export[at..at + 5 + length];
        match export[at] {
            0 | 1 => pieces.push(item.to_vec()),
            _ => pieces.last_mut().unwrap().extend(item),
        }
        at += item.len();
    }
    pieces
}

#[test]
fn what_the_vault_exports_is_whole() {
    let place = Place::new();
    let (store, first, last) = worked(&place);
    let report = judge(&export(&store, 0), &[&first, &last]).unwrap();
    assert_eq!((report.first, report.proven), (0, Some(last.seq)));
    assert_eq!(report.last, last.seq);
    let gaps = report.notes.iter().filter(|note| matches!(note, Note::Gap { .. })).count();
    assert_eq!((gaps, report.notes.len()), (1, 1), "{:?}", report.notes);

    let part = judge(&export(&store, first.seq + 1), &[&first, &last]).unwrap();
    assert_eq!((part.first, part.last, part.proven), (first.seq + 1, last.seq, Some(last.seq)));

    // Closed and opened again, the same chain goes on.
    place.close(&store);
    drop(store);
    let store = place.open();
    let report = judge(&export(&store, 0), &[&first, &last]).unwrap();
    assert!(report.last > last.seq && report.proven == Some(last.seq));
}

#[test]
fn any_changed_byte_is_refused() {
    let place = Place::new();
    let (store, first, last) = worked(&place);
    let honest = export(&store, 0);
    for at in 0..honest.len() {
        let mut changed = honest.clone();
        changed[at] ^= 1;
        assert!(judge(&changed, &[&first, &last]).is_err(), "byte {at} of {}", honest.len());
    }
}

#[test]
fn a_removed_entry_a_swapped_pair_and_a_cut_tail_are_refused() {
    let place = Place::new();
    let (store, first, last) = worked(&place);
    let honest = pieces(&export(&store, 0));
    assert_eq!(honest.len() as u64, last.seq + 3);

    for seq in 0..=last.seq {
        let mut removed = honest.clone();
        removed.remove(1 + seq as usize);
        refusal(&removed.concat(), &[&first, &last]);
    }
    for seq in 0..last.seq as usize {
        let mut swapped = honest.clone();
        swapped.swap(1 + seq, 2 + seq);
        refusal(&swapped.concat(), &[]);
    }
    // Cut behind the first head, with a right number at the end: only an outer head tells.
    let kept = first.seq as usize + 2;
    let mut cut = honest[..kept].concat();
    cut.extend([0, 0, 0, 0, 8]);
    cut.extend((first.seq + 1).to_be_bytes());
    assert_eq!(judge(&cut, &[&first]).unwrap().proven, Some(first.seq));
    let expected = Refusal::Cut { head: last.seq, last: first.seq };
    assert_eq!(refusal(&cut, &[&first, &last]), expected);
}
