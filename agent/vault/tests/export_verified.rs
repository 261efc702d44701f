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

use common::{CONTACTS, Place, keep, named, restore};
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

/// A copy, work that is lost with the box, and a store made of the copy.
fn restored(place: &Place, other: &Place) -> (Store, u64, Head, Head) {
    let (store, _, kept_head) = worked(place);
    let kept = keep(&store);
    place.contact(&store, "Carla");
    let lost = head(place, &store);
    other.clock.forward(Duration::from_secs(3_600));
    let seq = restore(other, &kept, 1_795_478_470_000).seq;
    assert_eq!(seq, kept_head.seq);
    let again = other.open();
    other.contact(&again, "Dora");
    (again, seq, kept_head, lost)
}

#[test]
fn a_restored_chain_is_accepted_and_names_what_it_lost() {
    let (place, other) = (Place::new(), Place::new());
    let (again, seq, kept, lost) = restored(&place, &other);
    let now = head(&other, &again);
    let report = judge(&export(&again, 0), &[&kept, &lost, &now]).unwrap();
    assert_eq!(report.proven, Some(now.seq));
    let generation = 1_795_478_400 + 3_600;
    assert_eq!(now.generation, generation);
    let restored = |note: &&Note| matches!(note, Note::Restored { .. });
    let Some(Note::Restored { seq: at, generation: of, copy }) = report.notes.iter().find(restored)
    else {
        panic!("{:?}", report.notes)
    };
    assert_eq!((*at, *of, copy.0), (seq + 1, generation, 1_795_478_470_000));
    let named = Note::Lost { generation: 0, restore: Some(seq + 1), to: lost.seq };
    assert!(report.notes.contains(&named), "{:?}", report.notes);

    // From the mark on alone, too: the head before it says what was in force.
    let part = judge(&export(&again, seq + 1), &[&kept, &lost, &now]).unwrap();
    assert_eq!((part.first, part.proven), (seq + 1, Some(now.seq)));
    assert!(part.notes.contains(&named), "{:?}", part.notes);
}

/// The mark is all that excuses the lost head: without it, or with any other, it is a fork.
#[test]
fn a_chain_put_back_without_a_word_is_refused() {
    let (place, other) = (Place::new(), Place::new());
    let (again, seq, kept, lost) = restored(&place, &other);
    let honest = export(&again, 0);
    let mut removed = pieces(&honest);
    removed.remove(2 + seq as usize);
    refusal(&removed.concat(), &[&kept, &lost]);
    let marked = pieces(&honest)[2 + seq as usize].clone();
    let at = honest.windows(marked.len()).position(|bytes| bytes == marked).unwrap();
    for byte in at..at + marked.len() {
        let mut changed = honest.clone();
        changed[byte] ^= 1;
        assert!(judge(&changed, &[&kept, &lost]).is_err(), "byte {byte}");
    }

    // The same copy, and nobody says that it is one.
    let silent = Place::new();
    let (store, _, kept) = worked(&silent);
    let copy = keep(&store);
    silent.contact(&store, "Carla");
    let lost = head(&silent, &store);
    let back = Place::new();
    restore(&back, &copy, 1);
    std::fs::remove_file(back.path().join("restored")).unwrap();
    let again = back.open();
    for _ in 0..4 {
        back.contact(&again, "Dora");
    }
    assert_eq!(refusal(&export(&again, 0), &[&kept, &lost]), Refusal::Fork { seq: lost.seq });
}
