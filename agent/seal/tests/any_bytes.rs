//! Any bytes: no reader panics, and what one takes, it writes back to the same bytes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod sample;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use seal::attempts::Attempts;
use seal::audit::{Frame, SignedHead};
use seal::body::{Body, Value};
use seal::keys::{KeysFile, Slot, WrappedKey};
use seal::restored::Restored;
use seal::{RecordId, TableId, passphrase, record, recovery};
use unicode_normalization::UnicodeNormalization;

fn read_all(bytes: &[u8]) {
    let _ = record::open(&sample::table(), &sample::STORE, bytes);
    if let Ok(body) = Body::decode(bytes) {
        assert_eq!(body.encode().unwrap(), bytes);
    }
    if let Ok(key) = WrappedKey::decode(bytes) {
        assert_eq!(key.encode(), bytes);
    }
    if let Ok(Some(slot)) = Slot::decode(bytes) {
        assert_eq!(slot.encode(), bytes);
    }
    if let Ok(attempts) = Attempts::decode(bytes) {
        assert_eq!(attempts.encode(), bytes);
    }
    if let Ok(note) = Restored::decode(bytes) {
        assert_eq!(note.encode(), bytes);
    }
    if let Ok(frame) = Frame::decode(bytes) {
        assert_eq!(frame.encode().unwrap(), bytes);
    }
    if let Ok(head) = SignedHead::decode(bytes) {
        assert_eq!(head.encode(), bytes);
    }
    let _ = KeysFile::decode(bytes);
}

/// One of each, to be changed a little.
fn whole() -> Vec<Vec<u8>> {
    let mut all = vec![
        sample::record(),
        sample::body().encode().unwrap(),
        sample::table_key().encode().to_vec(),
        sample::tombstone().encode().to_vec(),
        sample::slot().encode().to_vec(),
        sample::attempts().encode().to_vec(),
        sample::head().encode(),
        sample::restored().encode(),
    ];
    all.extend(sample::frames().map(|(_, frame)| frame.encode().unwrap()));
    all
}

fn single() -> impl Strategy<Value = Value> {
    let id = any::<[u8; 16]>().prop_map(RecordId);
    prop_oneof![
        ".{0,40}".prop_map(|text: String| Value::Text(text.nfc().collect())),
        any::<i64>().prop_map(Value::Integer),
        (any::<i128>(), any::<u8>())
            .prop_map(|(mantissa, scale)| Value::Decimal { mantissa, scale }),
        (any::<i128>(), any::<u8>(), "[A-Z]{3}").prop_map(|(mantissa, scale, code)| {
            Value::Money { mantissa, scale, currency: code.as_bytes().try_into().unwrap() }
        }),
        any::<i32>().prop_map(Value::Date),
        any::<i64>().prop_map(Value::Instant),
        any::<u32>().prop_map(Value::Choice),
        (any::<u16>(), id).prop_map(|(table, id)| Value::Link(TableId(table), id)),
        any::<[u8; 16]>().prop_map(|id| Value::File(RecordId(id))),
        vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        any::<bool>().prop_map(Value::YesNo),
        (13..=255_u8, vec(any::<u8>(), 0..40))
            .prop_map(|(kind, bytes)| Value::Unknown { kind, bytes }),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let list = vec(any::<i64>(), 1..9)
        .prop_map(|numbers| Value::List(numbers.into_iter().map(Value::Integer).collect()));
    prop_oneof![4 => single(), 1 => list]
}

fn is_empty(value: &Value) -> bool {
    *value == Value::Text(String::new()) || *value == Value::Bytes(Vec::new())
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
    }

    #[test]
    fn nor_does_anything_close_to_right(
        which: prop::sample::Index,
        at: prop::sample::Index,
        with in vec(any::<u8>(), 0..12),
        cut in 0..9_usize,
    ) {
        let mut bytes = which.get(&whole()).clone();
        let at = at.index(bytes.len());
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, with);
        read_all(&bytes);
    }

    #[test]
    fn bodies_come_back(
        fields in prop::collection::btree_map(1..u32::MAX, value(), 0..12),
        (schema, reader, commit, prev) in any::<(u16, u16, u64, u16)>(),
    ) {
        let body = Body { schema, reader, commit, prev, fields };
        let bytes = body.encode().unwrap();
        let kept = |(_, value): &(u32, Value)| !is_empty(value);
        let fields: BTreeMap<u32, Value> = body.fields.into_iter().filter(kept).collect();
        prop_assert_eq!(Body::decode(&bytes), Ok(Body { fields, ..body }));
    }

    #[test]
    fn recovery_keys_come_back_however_they_are_typed(key: [u8; 20], breaks in vec(0..35_usize, 0..9)) {
        let shown = recovery::encode(&key);
        prop_assert_eq!(shown.len(), 41);
        prop_assert_eq!(*recovery::parse(&shown).unwrap(), key);
        let mut typed = shown.replace('-', "").to_lowercase();
        for at in breaks {
            typed.insert(at, ' ');
        }
        let typed = typed.replace('0', "o").replace('1', "L");
        prop_assert_eq!(*recovery::parse(&typed).unwrap(), key);
    }

    #[test]
    fn no_text_makes_them_panic(text in ".{0,60}") {
        let _ = recovery::parse(&text);
        if let Ok(form) = passphrase::normalise(&text) {
            let again = passphrase::normalise(&form);
            prop_assert_eq!(again, Ok(form), "the form is its own form");
        }
    }
}
