//! Whatever is not whole is refused, and the entry named.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests are tests"
)]

mod maker;

use ed25519_dalek::{Signer, SigningKey};
use maker::{Entry, Maker, NOW, STORE, entry_hash, export, frame, head, header, item, key, line};
use verify::{Failure, Head, Refusal, check};

#[track_caller]
fn refusal(export: &[u8], lines: &[String]) -> Refusal {
    let heads = lines.iter().map(|line| Head::parse_line(line).unwrap()).collect();
    match check(export, heads, true) {
        Err(Failure::Refused { refusal, .. }) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// Chains the entries anew from `from` on, as someone with the disk and no key can.
fn rechain(entries: &mut [Entry], from: usize) {
    for seq in from..entries.len() {
        let before = seq.checked_sub(1).map_or([0; 32], |former| entries[former].hash);
        let entry = &mut entries[seq];
        entry.frame[8..16].copy_from_slice(&(seq as u64).to_be_bytes());
        entry.frame[24..56].copy_from_slice(&before);
        entry.hash = entry_hash(&STORE, &entry.frame);
    }
}

#[test]
fn one_changed_byte_anywhere() {
    let mut maker = Maker::with(2);
    maker.keep_head();
    maker.gap();
    maker.new_key(key(2));
    maker.restore(5, 3);
    maker.ordinary(2);
    maker.retention(1, 1);
    let outer = vec![Head::parse_line(&maker.line()).unwrap()];
    let honest = maker.export();
    assert!(check(honest.as_slice(), outer.clone(), true).is_ok());

    let mut tried = 0;
    for at in 0..honest.len() {
        for change in [1, 0x80, 0xff] {
            let mut export = honest.clone();
            export[at] ^= change;
            for heads in [vec![], outer.clone()] {
                assert!(check(export.as_slice(), heads, false).is_err(), "byte {at} ^ {change}");
                tried += 1;
            }
        }
    }
    println!("{tried} changes refused in {} bytes", honest.len());
}

#[test]
fn every_shorter_file() {
    let mut maker = Maker::with(2);
    maker.keep_head();
    maker.ordinary(1);
    let honest = maker.export();
    for length in 0..honest.len() {
        assert!(check(&honest[..length], vec![], false).is_err(), "{length} bytes");
    }
}

#[test]
fn bytes_after_the_end() {
    let export = [Maker::with(1).export(), vec![0]].concat();
    assert_eq!(refusal(&export, &[]), Refusal::Trailing { seq: 2 });
}

#[test]
fn a_removed_entry() {
    let mut maker = Maker::with(5);
    let last = maker.line();
    maker.keep_head();
    maker.entries.remove(3);
    let gone = export(&STORE, 0, &maker.entries);
    assert_eq!(refusal(&gone, &[]), Refusal::Seq { expected: 3, found: 4 });

    // The chain mended behind it: now the heads tell.
    rechain(&mut maker.entries, 3);
    let mended = export(&STORE, 0, &maker.entries);
    assert_eq!(refusal(&mended, &[]), Refusal::HeadPlace { seq: 4 });
    maker.entries[4].heads.clear();
    let without = export(&STORE, 0, &maker.entries);
    assert_eq!(refusal(&without, &[]), Refusal::Uncovered { seq: 4 });
    assert_eq!(refusal(&without, &[last]), Refusal::Uncovered { seq: 4 });
}

#[test]
fn a_swapped_pair() {
    let mut maker = Maker::with(5);
    maker.entries.swap(2, 3);
    assert_eq!(refusal(&maker.export(), &[]), Refusal::Seq { expected: 2, found: 3 });
    rechain(&mut maker.entries, 2);
    let key_less = Maker { key: key(66), ..maker.clone() };
    assert_eq!(refusal(&key_less.export(), &[]), Refusal::HeadKey { seq: 5 });
    // Whoever holds the key can rewrite; the head that left before tells.
    let honest = Maker::with(5).line();
    assert_eq!(refusal(&maker.export(), &[honest]), Refusal::Fork { seq: 5 });
}

#[test]
fn a_cut_tail() {
    let mut maker = Maker::with(5);
    let outer = maker.line();
    maker.entries.truncate(4);
    assert_eq!(refusal(&maker.export(), &[outer]), Refusal::Cut { head: 5, last: 3 });
}

#[test]
fn a_forged_tail() {
    let mut maker = Maker::with(3);
    let outer = maker.line();
    maker.keep_head();
    maker.ordinary(2);
    let unsigned = export(&STORE, 0, &maker.entries);
    let Err(Failure::Refused { refusal: found, signed }) =
        check(unsigned.as_slice(), vec![Head::parse_line(&outer).unwrap()], false)
    else {
        panic!("accepted");
    };
    assert_eq!((found, signed), (Refusal::Uncovered { seq: 5 }, Some(3)));
}

#[test]
fn a_forged_restore_excuses_nothing() {
    let mut maker = Maker::with(6);
    let outer = maker.line();
    maker.entries.truncate(3);
    maker.keep_head(); // one that was signed when the chain was that long
    maker.restore(3, 4_000_000_000);
    let forged = export(&STORE, 0, &maker.entries);
    assert_eq!(refusal(&forged, std::slice::from_ref(&outer)), Refusal::Uncovered { seq: 3 });
    let mut foreign = maker.clone();
    foreign.key = key(66);
    assert_eq!(refusal(&foreign.export(), &[outer]), Refusal::HeadKey { seq: 3 });
}

#[test]
fn wrong_generations() {
    let mut maker = Maker::with(2);
    maker.generation = 1;
    assert_eq!(
        refusal(&maker.export(), &[]),
        Refusal::HeadGeneration { seq: 2, found: 1, expected: 0 }
    );
    maker.restore(3, 5);
    maker.restore(4, 5);
    assert_eq!(refusal(&maker.export(), &[]), Refusal::Generation { seq: 4 });
    let mut zero = Maker::with(2);
    zero.restore(3, 0);
    assert_eq!(refusal(&zero.export(), &[]), Refusal::Generation { seq: 3 });

    // A head of a higher generation than the chain's: the store was put back in silence.
    let mut ahead = Maker::with(2);
    let old = ahead.clone();
    ahead.restore(3, 9);
    assert_eq!(refusal(&old.export(), &[ahead.line()]), Refusal::Cut { head: 3, last: 2 });
}

#[test]
fn a_restore_above_a_lost_head_is_no_excuse() {
    let mut maker = Maker::with(6);
    let mut other = Maker::with(3);
    other.entry(0, &[], &[b"another".to_vec()]);
    maker.restore(6, 9);
    assert_eq!(refusal(&maker.export(), &[other.line()]), Refusal::Fork { seq: 4 });
}

#[test]
fn genesis_only_at_the_beginning() {
    let mut none = Maker::new();
    none.entries.clear();
    none.ordinary(2);
    assert_eq!(refusal(&none.export(), &[]), Refusal::NoGenesis);
    let mut twice = Maker::with(1);
    twice.entry(1, &key(9).verifying_key().to_bytes(), &[]);
    assert_eq!(refusal(&twice.export(), &[]), Refusal::SecondGenesis { seq: 2 });
}

#[test]
fn marks_of_the_wrong_length_and_unknown_ones() {
    for (mark, right) in [(0, 0), (1, 32), (2, 16), (3, 12), (4, 96), (5, 16)] {
        for length in [0, right - 1, right + 1, right + 16] {
            if length >= 0 && length != right {
                let mut maker = Maker::with(1);
                maker.entry(mark, &vec![1; length as usize], &[]);
                assert_eq!(refusal(&maker.export(), &[]), Refusal::FrameLength { seq: 2 });
            }
        }
    }
    for mark in [6, 7, 256, 0x8000] {
        let mut maker = Maker::with(1);
        maker.entry(mark, &[], &[]);
        assert_eq!(refusal(&maker.export(), &[]), Refusal::FrameMark { seq: 2, mark });
    }
}

#[test]
fn a_frame_with_bytes_behind_it_or_too_many_parts() {
    let mut maker = Maker::with(1);
    maker.entries[1].frame.push(0);
    assert_eq!(refusal(&maker.export(), &[]), Refusal::FrameLength { seq: 1 });
    let mut maker = Maker::new();
    maker.entry(0, &[], &vec![vec![1]; 65]);
    assert_eq!(refusal(&maker.export(), &[]), Refusal::FrameParts { seq: 1, count: 65 });
}

#[test]
fn a_key_change_that_the_old_key_did_not_sign() {
    let mut maker = Maker::with(1);
    let thief = key(66);
    let mut forged = maker.clone();
    forged.key = thief.clone();
    forged.new_key(key(2));
    assert_eq!(refusal(&forged.export(), &[]), Refusal::KeyChange { seq: 2 });

    // A right signature, moved to another entry.
    let mut moved = maker.clone();
    moved.new_key(key(2));
    let extra = moved.entries[2].frame[58..].to_vec();
    maker.ordinary(1);
    maker.key = key(2);
    maker.entry(4, &extra, &[]);
    assert_eq!(refusal(&maker.export(), &[]), Refusal::KeyChange { seq: 3 });
}

#[test]
fn the_old_key_signs_nothing_after_the_new() {
    let mut maker = Maker::with(1);
    let old = maker.key.clone();
    maker.new_key(key(2));
    maker.ordinary(1);
    maker.key = old;
    assert_eq!(refusal(&maker.export(), &[]), Refusal::HeadKey { seq: 3 });
    maker.key = key(2);
    let by_old = Maker { key: key(1), ..maker.clone() }.line();
    assert_eq!(refusal(&maker.export(), &[by_old]), Refusal::HeadKey { seq: 3 });
}

/// Encodings of points of small order (all eight, and some that are not canonical), as in "Taming
/// the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020), table of small-order points.
const SMALL_ORDER: [&str; 9] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

#[test]
fn small_order_keys() {
    for text in SMALL_ORDER {
        let point = data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        let mut maker = Maker::new();
        maker.entries.clear();
        maker.entry(1, &point, &[]);
        assert_eq!(refusal(&maker.export(), &[]), Refusal::UnusableKey { seq: 0 }, "{text}");

        // As a new key, rightly signed by the old.
        let mut maker = Maker::new();
        let message =
            [b"gatehouse/1 key-change\0".as_slice(), &STORE, &1u64.to_be_bytes(), &point].concat();
        let extra = [point.as_slice(), &maker.key.sign(&message).to_bytes()].concat();
        maker.entry(4, &extra, &[]);
        assert_eq!(refusal(&maker.export(), &[]), Refusal::UnusableKey { seq: 1 }, "{text}");

        // As R of a head: with a small-order key such a signature would fit many messages.
        let mut signed = Maker::with(1);
        let mut head = signed.head();
        head[104..136].copy_from_slice(&point);
        signed.entries[1].heads.push(head);
        let export = export(&STORE, 0, &signed.entries);
        assert_eq!(refusal(&export, &[]), Refusal::HeadSignature { seq: 1 }, "{text}");
    }
}

#[test]
fn a_signature_whose_s_is_not_below_the_order() {
    // S + L, with L = 2^252 + 27742317777372353535851937790883648493, little-endian.
    let order = data_encoding::HEXLOWER
        .decode(b"edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        .unwrap();
    let mut maker = Maker::with(1);
    let mut head = maker.head();
    let mut carry = 0u16;
    for (byte, add) in head[136..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    maker.entries[1].heads.push(head);
    let export = export(&STORE, 0, &maker.entries);
    assert_eq!(refusal(&export, &[]), Refusal::HeadSignature { seq: 1 });
}

#[test]
fn parts_that_are_missing_too_many_or_moved() {
    let mut missing = Maker::with(3);
    missing.entries[2].parts[0].clear();
    assert_eq!(refusal(&missing.export(), &[]), Refusal::MissingPart { seq: 2 });
    // A retention of other entries, or one that is turned round or not in the past.
    missing.retention(3, 3);
    assert_eq!(refusal(&missing.export(), &[]), Refusal::MissingPart { seq: 2 });
    for (first, last) in [(2u64, 1u64), (1, 4), (5, 9)] {
        let mut maker = Maker::with(3);
        maker.entry(5, &[first.to_be_bytes(), last.to_be_bytes()].concat(), &[]);
        assert_eq!(refusal(&maker.export(), &[]), Refusal::Retention { seq: 4 });
    }

    let mut fewer = Maker::with(3);
    fewer.entries[2].parts.clear();
    assert_eq!(refusal(&fewer.export(), &[]), Refusal::PartItems { seq: 2, expected: 1, found: 0 });
    let mut more = Maker::with(3);
    more.entries[2].parts.push(vec![]);
    assert_eq!(refusal(&more.export(), &[]), Refusal::UnexpectedPart { seq: 3 });
    let mut moved = Maker::with(3);
    let (left, right) = moved.entries.split_at_mut(2);
    std::mem::swap(&mut left[1].parts, &mut right[0].parts);
    assert_eq!(refusal(&moved.export(), &[]), Refusal::Part { seq: 1, index: 0 });
}

#[test]
fn heads_in_other_places() {
    let mut early = Maker::with(3);
    let before = early.clone();
    early.entries[1].heads.push(before.head());
    assert_eq!(refusal(&early.export(), &[]), Refusal::HeadPlace { seq: 1 });
    let first = [header(&STORE, 0, &[0; 32]), item(3, &before.head())].concat();
    assert_eq!(refusal(&first, &[]), Refusal::HeadPlace { seq: 0 });
    let mut short = Maker::with(1);
    short.entries[1].heads.push(before.head()[..167].to_vec());
    assert_eq!(refusal(&short.export(), &[]), Refusal::HeadForm { seq: 1 });
}

#[test]
fn heads_of_another_store() {
    let mut maker = Maker::with(1);
    let foreign = head(&maker.key, 0, b"another store :)", 1, &maker.last_hash());
    assert_eq!(refusal(&maker.export(), &[line(&foreign)]), Refusal::GivenStore { seq: 1 });
    maker.entries[1].heads.push(foreign);
    assert_eq!(refusal(&maker.export(), &[]), Refusal::HeadStore { seq: 1 });
}

#[test]
fn a_given_head_that_its_key_did_not_sign() {
    let maker = Maker::with(1);
    let mut head = maker.head();
    head[20] ^= 1;
    head[8..24].copy_from_slice(&STORE);
    head[30] ^= 1; // its seq
    assert!(matches!(refusal(&maker.export(), &[line(&head)]), Refusal::GivenSignature { .. }));
}

#[test]
fn a_partial_export_without_its_head() {
    let mut maker = Maker::with(3);
    let start = maker.line();
    maker.ordinary(3);
    let partial = maker.export_from(4);
    assert_eq!(refusal(&partial, &[]), Refusal::NoStart { first: 4 });
    assert_eq!(refusal(&partial, &[maker.line()]), Refusal::NoStart { first: 4 });
    let mut wrong = partial.clone();
    wrong[40] ^= 1; // the hash it begins with
    assert_eq!(refusal(&wrong, std::slice::from_ref(&start)), Refusal::NoStart { first: 4 });

    // Two heads of that entry that differ: one of them is of a rewritten chain.
    let fork = Maker { key: key(5), ..Maker::with(3) }.head_of(3, &[9; 32]);
    assert_eq!(refusal(&partial, &[start, line(&fork)]), Refusal::Fork { seq: 3 });
}

#[test]
fn an_end_that_does_not_fit() {
    let maker = Maker::with(2);
    let honest = maker.export();
    let body = &honest[..honest.len() - 13];
    let with = |end: &[u8]| [body, end].concat();
    assert_eq!(
        refusal(&with(&item(0, &4u64.to_be_bytes())), &[]),
        Refusal::Count { seq: 2, told: 4, found: 3 }
    );
    assert_eq!(refusal(&with(&item(0, &[0; 7])), &[]), Refusal::EndForm { seq: 2 });
    assert_eq!(refusal(&with(&item(4, &[])), &[]), Refusal::UnknownItem { seq: 3, kind: 4 });
    assert_eq!(refusal(&with(&[1, 0, 1, 0, 1]), &[]), Refusal::TooLong { seq: 3, length: 65_537 });
    assert_eq!(refusal(body, &[]), Refusal::Truncated { seq: 3 });
    let empty = [header(&STORE, 0, &[0; 32]), item(0, &[0; 8])].concat();
    assert_eq!(refusal(&empty, &[]), Refusal::Empty { first: 0 });
}

#[test]
fn a_first_entry_that_follows_something() {
    let genesis = |before| {
        let frame = frame(1, 0, NOW, &before, &[], &key(1).verifying_key().to_bytes());
        let hash = entry_hash(&STORE, &frame);
        let head = head(&key(1), 0, &STORE, 0, &hash);
        (item(1, &frame), item(3, &head), item(0, &1u64.to_be_bytes()))
    };
    let whole = |start, (frame, head, end): (Vec<u8>, Vec<u8>, Vec<u8>)| {
        [header(&STORE, 0, &start), frame, head, end].concat()
    };
    assert!(check(whole([0; 32], genesis([0; 32])).as_slice(), vec![], true).is_ok());
    assert_eq!(refusal(&whole([3; 32], genesis([3; 32])), &[]), Refusal::Before { seq: 0 });
    assert_eq!(refusal(&whole([0; 32], genesis([3; 32])), &[]), Refusal::Before { seq: 0 });
}

#[test]
fn the_last_number_there_is() {
    let signer: SigningKey = key(1);
    let start = head(&signer, 0, &STORE, u64::MAX - 1, &[5; 32]);
    let frame = frame(0, u64::MAX, NOW, &[5; 32], &[], &[]);
    let bytes = [header(&STORE, u64::MAX, &[5; 32]), item(1, &frame)].concat();
    assert_eq!(refusal(&bytes, &[line(&start)]), Refusal::Overflow { seq: u64::MAX });
}
