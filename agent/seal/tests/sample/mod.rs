//! One of each structure, from fixed bytes.
#![allow(dead_code, clippy::unwrap_used, reason = "each test takes what it needs")]

use std::collections::BTreeMap;

use seal::attempts::Attempts;
use seal::audit::{Frame, Mark, SignedHead, public_key, sign_new_key};
use seal::body::{Body, NO_FORMER, Value};
use seal::keys::{KeysFile, Kind, Slot, SlotKind, SlotState, WrappedKey};
use seal::record::{self, Header, LAST};
use seal::restored::Restored;
use seal::{Key, Nonce, RecordId, StoreId, TableId, Version};

pub const STORE: StoreId = StoreId([0x51; 16]);
pub const RECORD: RecordId = RecordId([0x1d; 16]);
pub const SECRET: [u8; 20] = [0x33; 20];

pub fn key(n: u8) -> Key {
    Key::from_bytes([n; 32])
}

pub fn master() -> Key {
    key(1)
}

pub fn kek() -> Key {
    key(2)
}

pub fn table() -> Key {
    key(3)
}

pub fn body() -> Body {
    let values = [
        Value::Text("张三 Müller".to_owned()),
        Value::Integer(-7),
        Value::Decimal { mantissa: -12_345, scale: 2 },
        Value::Money { mantissa: 999, scale: 2, currency: *b"EUR" },
        Value::Date(-1),
        Value::Instant(1_795_000_000_000),
        Value::Choice(3),
        Value::Link(TableId(16), RECORD),
        Value::File(RECORD),
        Value::List(vec![Value::Text("a".to_owned()), Value::Text(String::new())]),
        Value::Bytes(vec![0, 255]),
        Value::YesNo(true),
        Value::Unknown { kind: 200, bytes: vec![1, 2, 3] },
    ];
    let fields: BTreeMap<u32, Value> = (1..).zip(values).collect();
    Body { schema: 1, reader: 1, commit: 42, prev: NO_FORMER, fields }
}

pub fn header() -> Header {
    Header { table: TableId(16), id: RECORD, version: Version(5), part: LAST, key: table().id() }
}

pub fn record() -> Vec<u8> {
    let text = body().encode().unwrap();
    record::seal(&table(), &STORE, &header(), &text, Nonce([7; 12])).unwrap()
}

pub fn table_key() -> WrappedKey {
    WrappedKey::wrap(&kek(), &STORE, Kind::Table, TableId(16), &table(), 4, Nonce([8; 12])).unwrap()
}

pub fn person_key() -> WrappedKey {
    WrappedKey::wrap_person(&table(), &STORE, RECORD, &key(9), Nonce([9; 12])).unwrap()
}

pub fn tombstone() -> WrappedKey {
    WrappedKey::tombstone(&table(), &STORE, RECORD, key(9).id(), Nonce([10; 12])).unwrap()
}

pub fn slot() -> Slot {
    let (kind, state, nonce) = (SlotKind::Recovery, SlotState::Unconfirmed, Nonce([11; 12]));
    let made_at = 1_795_000_000_000;
    let (id, salt) = ([0x1d; 16], [0x5a; 16]);
    Slot::seal(&SECRET, &STORE, kind, state, id, None, salt, made_at, &master(), nonce).unwrap()
}

pub fn keys_file() -> KeysFile {
    let mut file = KeysFile::new(STORE, 4);
    file.slots[2] = Some(slot());
    let wrap = |wrapping, kind, key| {
        WrappedKey::wrap(wrapping, &STORE, kind, TableId(0), key, 4, Nonce([12; 12])).unwrap()
    };
    file.keys = vec![wrap(&master(), Kind::Kek, &kek()), table_key()];
    file
}

pub fn attempts() -> Attempts {
    Attempts { generation: 9, failures: 3, first: 1_795_000_000_000, last: 1_795_000_000_999 }
}

pub fn restored() -> Restored {
    Restored { copy: 1_795_000_000_000, seq: 7, hash: [0xab; 32] }
}

pub fn frames() -> [(&'static str, Frame); 6] {
    let frame = |mark, seq, parts: usize| Frame {
        mark,
        seq,
        time: 1_795_000_000_000,
        before: if seq == 0 { [0; 32] } else { [0xbe; 32] },
        parts: vec![[0xd1; 32]; parts],
    };
    let key = public_key(&key(20));
    let signature = sign_new_key(&self::key(21), STORE, 8, &key);
    [
        ("ordinary", frame(Mark::Ordinary, 5, 2)),
        ("genesis", frame(Mark::Genesis { key }, 0, 0)),
        ("gap", frame(Mark::Gap { from: 1, to: 2 }, 6, 1)),
        ("restored", frame(Mark::Restored { generation: 3, copy: 77 }, 7, 1)),
        ("new-key", frame(Mark::NewKey { key, signature }, 8, 1)),
        ("retention", frame(Mark::Retention { first: 1, last: 8 }, 9, 64)),
    ]
}

pub fn head() -> SignedHead {
    SignedHead::sign(&key(20), 3, STORE, 9, 1_795_000_000_000, [0xab; 32])
}
