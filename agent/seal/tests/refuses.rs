//! What the readers refuse: every flipped bit of what is sealed, another place, other lengths.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod sample;

use sample::{RECORD, SECRET, STORE};
use seal::attempts::Attempts;
use seal::audit::{Frame, SignedHead};
use seal::body::{Body, Value};
use seal::keys::{KeysFile, Slot, WrappedKey};
use seal::record::{self, LAST, PIECE};
use seal::restored::Restored;
use seal::{FormatError, Key, Nonce, OpenError, RecordId, SealError, StoreId, TableId, Version};

/// Every copy of `bytes` with one bit turned.
fn flips(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        (bit, flipped)
    })
}

#[test]
fn a_record_opens_to_what_was_sealed_and_with_no_bit_turned() {
    let sealed = sample::record();
    let text = record::open(&sample::table(), &STORE, &sealed).unwrap();
    assert_eq!(Body::decode(&text).unwrap(), sample::body());
    assert_eq!(record::header(&sealed).unwrap(), sample::header());
    for (bit, flipped) in flips(&sealed) {
        assert!(record::open(&sample::table(), &STORE, &flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn a_record_is_bound_to_store_table_id_version_part_and_key() {
    let (key, sealed) = (sample::table(), sample::record());
    let altered = Err(OpenError::Altered);
    assert_eq!(record::open(&key, &StoreId([0; 16]), &sealed), altered);
    let put = |at: usize, bytes: &[u8]| {
        let mut moved = sealed.clone();
        moved[at..at + bytes.len()].copy_from_slice(bytes);
        record::open(&key, &STORE, &moved)
    };
    assert_eq!(put(6, &17_u16.to_be_bytes()), altered);
    assert_eq!(put(8, &[0; 16]), altered);
    assert_eq!(put(24, &4_u64.to_be_bytes()), altered);
    assert_eq!(put(32, &(LAST | 1).to_be_bytes()), altered);
    assert_eq!(put(36, &[0; 16]), Err(OpenError::Key));
    assert_eq!(put(4, &[2]), Err(OpenError::Format(FormatError::Algorithm(2))));
    assert_eq!(put(5, &[1]), Err(OpenError::Format(FormatError::Reserved)));
    assert_eq!(put(24, &[0; 8]), Err(OpenError::Format(FormatError::Range("version"))));
    assert_eq!(record::open(&sample::kek(), &STORE, &sealed), Err(OpenError::Key));
}

#[test]
fn only_full_pieces_stand_before_the_last_and_lengths_are_kept() {
    let mut header = sample::header();
    let seal = |header, piece: &[u8]| {
        record::seal(&sample::table(), &STORE, &header, piece, Nonce([0; 12]))
    };
    for length in [0, 1, 59, 60, 61, 124, PIECE] {
        let sealed = seal(header, &vec![1; length]).unwrap();
        assert_eq!(sealed.len(), 80 + (length + 4).div_ceil(64) * 64);
        assert_eq!(record::open(&sample::table(), &STORE, &sealed).unwrap(), vec![1; length]);
    }
    assert_eq!(seal(header, &[1; PIECE + 1]), Err(SealError::Length));
    header.part = 0;
    assert_eq!(seal(header, &[1; PIECE]).unwrap().len(), 5_200);
    assert_eq!(seal(header, &[1; PIECE - 1]), Err(SealError::Length));
    header.key = Key::from_bytes([0; 32]).id();
    assert_eq!(seal(header, &[1; PIECE]), Err(SealError::Key));
    header.version = Version(0);
    assert!(seal(header, &[1; PIECE]).is_err());
}

/// Sealed by hand under the right key: only its padding is wrong.
#[test]
fn padding_that_is_no_zero_too_long_or_of_a_wrong_length_is_refused() {
    use aes_gcm::aead::{Aead, Payload};
    use aes_gcm::{Aes256Gcm, KeyInit};
    let cipher = Aes256Gcm::new(sample::table().as_bytes().into());
    let make = |part: u32, text: &[u8]| {
        let mut sealed = sample::record()[..64].to_vec();
        sealed[32..36].copy_from_slice(&part.to_be_bytes());
        let aad = [b"gatehouse/1 record\0", &STORE.0[..], &sealed[..52]].concat();
        assert_eq!(aad.len(), 87);
        let payload = Payload { msg: text, aad: &aad };
        sealed.extend(cipher.encrypt((&[7_u8; 12]).into(), payload).unwrap());
        record::open(&sample::table(), &STORE, &sealed)
    };
    let mut text = [0; 128];
    text[..4].copy_from_slice(&61_u32.to_be_bytes());
    assert_eq!(make(LAST, &text).unwrap(), [0; 61], "made by hand, right");
    text[127] = 1;
    assert_eq!(make(LAST, &text), Err(OpenError::Padding), "not zero");
    text[127] = 0;
    text[..4].copy_from_slice(&60_u32.to_be_bytes());
    assert_eq!(make(LAST, &text), Err(OpenError::Padding), "a block more than needed");
    text[..4].copy_from_slice(&125_u32.to_be_bytes());
    assert_eq!(make(LAST, &text), Err(OpenError::Padding), "longer than there is");
    text[..4].copy_from_slice(&61_u32.to_be_bytes());
    assert_eq!(make(0, &text), Err(OpenError::Padding), "not full and not the last");
}

#[test]
fn wrapped_keys_open_with_no_bit_turned_and_in_no_other_store() {
    let all = [
        (sample::table_key(), sample::kek()),
        (sample::person_key(), sample::table()),
        (sample::tombstone(), sample::table()),
    ];
    for (wrapped, wrapping) in all {
        let bytes = wrapped.encode();
        assert_eq!(WrappedKey::decode(&bytes).unwrap(), wrapped);
        assert!(wrapped.open(&wrapping, &STORE).is_ok());
        assert!(wrapped.open(&wrapping, &StoreId([0; 16])).is_err());
        assert!(wrapped.open(&Key::from_bytes([77; 32]), &STORE).is_err());
        for (bit, flipped) in flips(&bytes) {
            assert!(WrappedKey::decode(&flipped).is_err(), "bit {bit}");
        }
        // With a new check sum somebody has to break the seal itself.
        for (bit, flipped) in flips(&bytes[..124]) {
            let opened = WrappedKey::decode(&summed(&flipped)).ok();
            let opened = opened.and_then(|wrapped| wrapped.open(&wrapping, &STORE).ok());
            assert!(opened.is_none(), "bit {bit}");
        }
    }
    assert_eq!(
        sample::table_key().open(&sample::kek(), &STORE).unwrap().id(),
        sample::table().id()
    );
    let dead = sample::tombstone().open(&sample::table(), &STORE).unwrap();
    assert_eq!(*dead.as_bytes(), [0; 32]);
    assert_eq!(sample::tombstone().key, sample::person_key().key);
}

fn summed(first: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    [first, &Sha256::digest(first)[..4]].concat()
}

#[test]
fn wrapped_keys_hold_what_their_kind_has_and_nothing_else() {
    use seal::keys::Kind;
    let wrap = |kind, table, generation| {
        let (kek, key) = (sample::kek(), sample::table());
        WrappedKey::wrap(&kek, &STORE, kind, TableId(table), &key, generation, Nonce([0; 12]))
    };
    assert!(wrap(Kind::Seed, 0, 1).is_ok());
    assert!(wrap(Kind::Seed, 1, 1).is_err());
    assert!(wrap(Kind::Table, 0, 1).is_err());
    assert!(wrap(Kind::Table, 7, 0).is_err());
    assert!(wrap(Kind::Person, 0, 0).is_err());
    let nobody = RecordId([0; 16]);
    let key = sample::table();
    assert!(WrappedKey::wrap_person(&key, &STORE, nobody, &key, Nonce([0; 12])).is_err());
    assert!(WrappedKey::wrap_person(&key, &STORE, RECORD, &key, Nonce([0; 12])).is_ok());
}

#[test]
fn a_slot_opens_with_its_secret_only_and_with_no_bit_turned() {
    let slot = sample::slot();
    let bytes = slot.encode();
    assert_eq!(Slot::decode(&bytes).unwrap().unwrap(), slot);
    assert_eq!(slot.open(&SECRET, &STORE).unwrap().as_bytes(), sample::master().as_bytes());
    assert!(slot.open(&[0; 20], &STORE).is_none());
    assert!(slot.open(&SECRET, &StoreId([0; 16])).is_none());
    for (bit, flipped) in flips(&bytes) {
        let opened = Slot::decode(&flipped).ok().flatten();
        assert!(opened.is_none_or(|slot| slot.open(&SECRET, &STORE).is_none()), "bit {bit}");
    }
    let mut confirmed = slot.clone();
    confirmed.state = seal::keys::SlotState::InUse;
    assert!(confirmed.open(&SECRET, &STORE).is_some(), "the state is not sealed");
    assert_eq!(Slot::decode(&[0; 192]), Ok(None));
    assert_eq!(Slot::decode(&[0; 191]), Err(FormatError::Length));
}

#[test]
fn costs_of_argon2_that_would_stop_the_box_or_protect_nobody_are_refused() {
    use seal::keys::{Argon, SlotKind, SlotState};
    let seal = |kind, argon| {
        let (state, nonce) = (SlotState::InUse, Nonce([0; 12]));
        Slot::seal(
            &[1; 32],
            &STORE,
            kind,
            state,
            [1; 16],
            argon,
            [2; 16],
            3,
            &sample::master(),
            nonce,
        )
    };
    let passphrase = |argon| seal(SlotKind::Passphrase, Some(argon));
    let good = Argon::default();
    let bytes = passphrase(good).unwrap().encode();
    assert_eq!(Slot::decode(&bytes).unwrap().unwrap().argon, Some(good));
    for argon in [
        Argon { memory: 65_535, ..good },
        Argon { memory: (1 << 20) + 1, ..good },
        Argon { passes: 0, ..good },
        Argon { passes: 17, ..good },
        Argon { lanes: 0, ..good },
        Argon { lanes: 17, ..good },
    ] {
        assert!(passphrase(argon).is_err());
        let mut bytes = bytes;
        let costs = [argon.memory, argon.passes, argon.lanes].map(u32::to_be_bytes);
        bytes[24..36].copy_from_slice(costs.as_flattened());
        assert_eq!(Slot::decode(&bytes), Err(FormatError::Range("Argon2 costs")));
    }
    assert!(seal(SlotKind::Passphrase, None).is_err());
    assert!(seal(SlotKind::Machine, Some(good)).is_err());
}

#[test]
fn a_key_file_is_taken_with_no_bit_turned() {
    let master = sample::master();
    let file = sample::keys_file();
    let bytes = file.encode(&master).unwrap();
    let read = KeysFile::decode(&bytes).unwrap();
    assert_eq!((read.generation, read.store), (file.generation, file.store));
    assert_eq!((&read.slots, &read.keys), (&file.slots, &file.keys));
    assert_eq!(read.check(&master), Ok(()));
    assert_eq!(read.check(&sample::kek()), Err(OpenError::Altered));
    let used = 64 + 8 * 192 + 2 * 128 + 64;
    let mut bytes = bytes;
    for bit in (0..used * 8).chain([used * 8 + 3, bytes.len() * 8 - 1]) {
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(KeysFile::decode(&bytes).is_err(), "bit {bit}");
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    assert!(KeysFile::decode(&bytes[1..]).is_err());
}

#[test]
fn a_key_file_with_a_new_sum_and_no_master_key_is_found() {
    use sha2::{Digest, Sha256};
    let mut bytes = sample::keys_file().encode(&sample::master()).unwrap();
    bytes[15] ^= 1;
    let end = 64 + 8 * 192 + 2 * 128 + 32;
    let sum = Sha256::digest(&bytes[..end]);
    bytes[end..end + 32].copy_from_slice(&sum);
    let forged = KeysFile::decode(&bytes).unwrap();
    assert_eq!(forged.generation, 5);
    assert_eq!(forged.check(&sample::master()), Err(OpenError::Altered));
}

#[test]
fn tries_with_a_bit_turned_are_refused() {
    let slot = sample::attempts().encode();
    assert_eq!(Attempts::decode(&slot), Ok(sample::attempts()));
    for (bit, flipped) in flips(&slot) {
        assert!(Attempts::decode(&flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn a_note_of_a_restore_with_a_bit_turned_is_refused() {
    let bytes = sample::restored().encode();
    assert_eq!(bytes.len(), seal::restored::LENGTH);
    assert_eq!(Restored::decode(&bytes), Ok(sample::restored()));
    for (bit, flipped) in flips(&bytes) {
        assert!(Restored::decode(&flipped).is_err(), "bit {bit}");
    }
    assert!(Restored::decode(&[&bytes[..], &[0]].concat()).is_err());
}

#[test]
fn frames_are_read_back_and_marks_stand_where_they_may() {
    for (name, frame) in sample::frames() {
        let bytes = frame.encode().unwrap();
        assert_eq!(Frame::decode(&bytes), Ok(frame.clone()), "{name}");
        assert!(Frame::decode(&bytes[..bytes.len() - 1]).is_err());
        assert!(Frame::decode(&[&bytes[..], &[0]].concat()).is_err());
        let hash = seal::audit::entry_hash(&STORE, &bytes);
        for (_, flipped) in flips(&bytes).step_by(7) {
            assert_ne!(seal::audit::entry_hash(&STORE, &flipped), hash);
        }
        let moved = Frame { seq: if frame.seq == 0 { 1 } else { 0 }, ..frame };
        assert!(moved.encode().is_err(), "genesis is seq 0, and nothing else is");
    }
    let [ordinary, .., retention] = sample::frames().map(|(_, frame)| frame);
    assert!(Frame { parts: vec![[0; 32]; 65], ..ordinary }.encode().is_err());
    assert!(Frame { seq: 8, ..retention }.encode().is_err(), "a range up to itself");
}

#[test]
fn a_head_with_a_bit_turned_is_not_signed() {
    let head = sample::head();
    let bytes = head.encode();
    assert_eq!(bytes.len(), 168);
    assert_eq!(SignedHead::decode(&bytes), Ok(head));
    assert!(head.is_signed());
    for (bit, flipped) in flips(&bytes) {
        let signed = SignedHead::decode(&flipped).is_ok_and(|head| head.is_signed());
        assert!(!signed, "bit {bit}");
    }
}

#[test]
fn a_body_has_one_encoding() {
    let head = [0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0xff, 0xff];
    let read = |fields: &[&[u8]]| Body::decode(&[&head[..], &fields.concat()].concat());
    let text = |id, text: &str| {
        [&[0, 0, 0, id, 1, 0, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
    };
    assert!(read(&[]).unwrap().fields.is_empty());
    assert!(read(&[&text(1, "a"), &text(2, "b")]).is_ok());
    assert_eq!(read(&[&text(2, "a"), &text(1, "b")]), Err(FormatError::Order(1)));
    assert_eq!(read(&[&text(2, "a"), &text(2, "b")]), Err(FormatError::Order(2)));
    assert_eq!(read(&[&text(0, "a")]), Err(FormatError::Order(0)));
    assert_eq!(read(&[&text(1, "")]), Err(FormatError::Value(1)), "absent is empty");
    assert_eq!(read(&[&text(1, "e\u{301}")]), Err(FormatError::Value(1)), "not NFC");
    for wrong in [
        &[0, 0, 0, 1, 1, 0, 1, 0xff][..],     // no UTF-8
        &[0, 0, 0, 1, 2, 0, 1, 1],            // integer of one byte
        &[0, 0, 0, 1, 12, 0, 1, 2],           // neither yes nor no
        &[0, 0, 0, 1, 10, 0, 1, 1],           // empty list
        &[0, 0, 0, 1, 10, 0, 4, 10, 0, 1, 1], // list of lists
        &[0, 0, 0, 1, 10, 0, 4, 12, 0, 1, 2], // list of a wrong value
        &[0, 0, 0, 1, 10, 0, 3, 1, 0, 1],     // list cut off
    ] {
        assert_eq!(read(&[wrong]), Err(FormatError::Value(1)), "{wrong:?}");
    }
    assert_eq!(read(&[&[0, 0, 0, 1, 1, 0, 2, b'a']]), Err(FormatError::Length));
}

#[test]
fn what_has_no_encoding_is_not_written_and_what_is_empty_is_left_out() {
    let with = |value| {
        let mut body = sample::body();
        body.fields = [(1, value)].into();
        body.encode()
    };
    let mixed = Value::List(vec![Value::Integer(1), Value::YesNo(true)]);
    let nested = Value::List(vec![Value::List(vec![Value::Integer(1)])]);
    let lower = Value::Money { mantissa: 1, scale: 0, currency: *b"eur" };
    let known = Value::Unknown { kind: 7, bytes: vec![0; 4] };
    for value in [mixed, nested, lower, known, Value::Text("e\u{301}".to_owned())] {
        assert!(matches!(with(value), Err(SealError::Field(_))));
    }
    assert_eq!(with(Value::Bytes(vec![0; 65_536])), Err(SealError::Length));
    assert_eq!(with(Value::Bytes(vec![0; 65_535])), Err(SealError::Length), "with its header");
    for empty in [Value::Text(String::new()), Value::Bytes(Vec::new()), Value::List(Vec::new())] {
        assert_eq!(with(empty).unwrap().len(), 14);
    }
}

#[test]
fn a_key_file_holds_no_persons_keys_and_no_more_than_its_place() {
    let mut file = sample::keys_file();
    file.keys = vec![sample::person_key()];
    assert_eq!(file.encode(&sample::master()), Err(SealError::Field("a person's key")));
    file.keys = vec![sample::table_key(); 8_000];
    let bytes = file.encode(&sample::master()).unwrap();
    assert_eq!(bytes.len(), 1 << 20);
    assert_eq!(KeysFile::decode(&bytes).unwrap().keys.len(), 8_000);
    file.keys.push(sample::table_key());
    assert_eq!(file.encode(&sample::master()), Err(SealError::Length));
}
