//! What an honest box exports is accepted, and what an auditor should look at is named.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests are tests"
)]

mod maker;

use maker::{Maker, NOW, key, line};
use verify::{Head, Note, Report, check};

fn accepted(export: &[u8], lines: &[String]) -> Report {
    check(export, heads(lines), true).unwrap_or_else(|failure| panic!("{failure}"))
}

fn heads(lines: &[String]) -> Vec<Head> {
    lines.iter().map(|line| Head::parse_line(line).unwrap()).collect()
}

#[test]
fn a_chain_without_outer_head_is_consistent_and_its_end_not_proven() {
    let report = accepted(&Maker::with(3).export(), &[]);
    assert_eq!((report.first, report.last, report.proven), (0, 3, None));
    assert_eq!(report.notes, []);
}

#[test]
fn the_highest_outer_head_proves_the_chain_up_to_its_entry() {
    let mut maker = Maker::with(2);
    let early = maker.line();
    maker.keep_head();
    maker.ordinary(2);
    let late = maker.line();
    maker.ordinary(3);
    assert_eq!(accepted(&maker.export(), &[late.clone(), early]).proven, Some(4));
    maker.entries.truncate(5);
    assert_eq!(accepted(&maker.export(), &[late]).proven, Some(4));
}

#[test]
fn genesis_alone_is_a_chain() {
    let maker = Maker::new();
    assert_eq!(accepted(&maker.export(), &[maker.line()]).proven, Some(0));
}

#[test]
fn the_most_parts_fit() {
    let mut maker = Maker::new();
    maker.entry(0, &[], &vec![vec![9; 5_200]; 64]);
    assert_eq!(accepted(&maker.export(), &[]).last, 1);
}

#[test]
fn gaps_and_clocks_that_go_back_are_named() {
    let mut maker = Maker::with(1);
    maker.gap();
    maker.time = NOW;
    maker.ordinary(1);
    let notes = accepted(&maker.export(), &[]).notes;
    assert!(
        matches!(notes[..], [Note::Gap { seq: 2, .. }, Note::ClockBack { seq: 3, .. }]),
        "{notes:?}"
    );
}

#[test]
fn a_new_key_signs_from_its_own_entry_on() {
    let mut maker = Maker::with(1);
    let old = maker.line();
    maker.keep_head();
    maker.new_key(key(2));
    let at = maker.line();
    maker.keep_head();
    maker.ordinary(1);
    let report = accepted(&maker.export(), &[old, at]);
    assert_eq!((report.proven, report.notes), (Some(2), vec![Note::NewKey { seq: 2 }]));
}

#[test]
fn parts_that_retention_names_may_be_missing() {
    let mut maker = Maker::with(4);
    maker.retention(1, 2);
    maker.ordinary(2);
    maker.retention(3, 3);
    let notes = accepted(&maker.export(), &[]).notes;
    assert_eq!(
        notes,
        [
            Note::Retention { seq: 5, first: 1, last: 2 },
            Note::Retention { seq: 8, first: 3, last: 3 }
        ]
    );
}

#[test]
fn without_parts_only_what_is_there_is_checked() {
    let mut maker = Maker::with(4);
    maker.entries[2].parts[0].clear();
    assert!(check(maker.export().as_slice(), vec![], false).is_ok());
    assert!(check(maker.export().as_slice(), vec![], true).is_err());
    maker.entries[3].parts[0][0] ^= 1;
    assert!(check(maker.export().as_slice(), vec![], false).is_err());
}

#[test]
fn a_restore_excuses_lost_heads_and_names_their_range() {
    let mut maker = Maker::with(3);
    let kept = maker.line();
    maker.ordinary(4);
    let lost = maker.line();
    maker.ordinary(2);
    let also_lost = maker.line();
    maker.restore(5, 1_700_000_000);
    maker.ordinary(1);
    let now = maker.line();

    // The copy had 5 entries: 0 to 4.
    let report = accepted(&maker.export(), &[kept, lost, also_lost, now]);
    assert_eq!(report.proven, Some(6));
    assert_eq!(
        report.notes[1..],
        [Note::Lost { generation: 0, restore: Some(5), to: 9 }],
        "{:?}",
        report.notes
    );
    assert!(matches!(report.notes[0], Note::Restored { seq: 5, generation: 1_700_000_000, .. }));
}

#[test]
fn a_lost_head_alone_does_not_prove_the_end() {
    let mut maker = Maker::with(6);
    let lost = maker.line();
    maker.restore(3, 7);
    assert_eq!(accepted(&maker.export(), &[lost]).proven, None);
}

#[test]
fn two_restores_in_a_row_need_no_head_between() {
    let mut maker = Maker::with(6);
    let first = maker.line();
    maker.restore(4, 5);
    maker.ordinary(1);
    let second = maker.line();
    maker.restore(5, 9); // a copy made after the first restore
    maker.ordinary(1);
    let notes = accepted(&maker.export(), &[first, second]).notes;
    assert_eq!(
        notes[2..],
        [
            Note::Lost { generation: 0, restore: Some(4), to: 6 },
            Note::Lost { generation: 5, restore: Some(5), to: 5 }
        ]
    );
}

#[test]
fn a_lost_head_of_a_lost_key_is_named_as_of_an_unknown_key() {
    let mut maker = Maker::with(4);
    let mut other = maker.clone();
    other.new_key(key(2));
    let lost = other.line();
    maker.restore(3, 7);
    let notes = accepted(&maker.export(), &[lost]).notes;
    assert_eq!(notes[1], Note::UnknownKey { seq: 5, generation: 0 });
}

#[test]
fn a_partial_export_begins_at_a_given_head() {
    let mut maker = Maker::with(3);
    let below = maker.line();
    maker.restore(3, 50);
    maker.new_key(key(3));
    let start = maker.line();
    maker.ordinary(3);
    let end = maker.line();
    let export = maker.export_from(5);

    let report = accepted(&export, std::slice::from_ref(&start));
    assert_eq!((report.first, report.last, report.proven), (5, 7, None));
    let report = accepted(&export, &[below, start, end]);
    assert_eq!(report.proven, Some(7));
    assert_eq!(report.notes, [Note::Below { seq: 3 }]);
}

#[test]
fn in_a_partial_export_its_first_generation_excuses_older_heads() {
    let mut maker = Maker::with(9);
    let lost = maker.line();
    let mut lost_at_start = Maker::with(4);
    lost_at_start.entry(0, &[], &[b"another".to_vec()]);
    maker.restore(5, 50);
    let start = maker.line();
    maker.ordinary(1);
    let report = accepted(&maker.export_from(6), &[start, lost, lost_at_start.line()]);
    assert_eq!(report.notes, [Note::Lost { generation: 0, restore: None, to: 9 }]);
}

#[test]
fn notes_are_bounded() {
    let mut maker = Maker::new();
    for _ in 0..1_500 {
        maker.gap();
    }
    let report = accepted(&maker.export(), &[]);
    assert_eq!((report.notes.len(), report.more_notes), (1_000, 500));
    assert!(report.to_string().contains("And 500 more of the like."));
}

#[test]
fn a_line_may_have_white_space_around() {
    let maker = Maker::with(1);
    let head = Head::parse_line(&format!("  {}\r\n", maker.line())).unwrap();
    assert_eq!(line(&maker.head()).len(), 17 + 224);
    assert_eq!((head.seq, head.store), (1, maker.store));
}
