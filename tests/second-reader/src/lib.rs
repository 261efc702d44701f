//! Makes the sample store in `sample/`: keys, persons' keys, records and an exported log, with planted
//! values. Keys, nonces and times are fixed, so that today's program must write the committed bytes
//! again; only a sample may do so.

use std::collections::BTreeMap;

use anyhow::Result;
use seal::audit::{Frame, ITEM_END, ITEM_FRAME, ITEM_HEAD, ITEM_PART, Mark, SignedHead};
use seal::audit::{entry_hash, export_header, export_item, public_key};
use seal::body::{Body, NO_FORMER, Value};
use seal::keys::{Argon, KeysFile, Kind, Slot, SlotKind, SlotState, WrappedKey};
use seal::numbers::table;
use seal::record::{self, Header};
use seal::{Key, Nonce, RecordId, StoreId, TableId, Version};
use sha2::{Digest, Sha256};

/// Of the passphrase slot.
pub const PASSPHRASE: &str = "correct horse battery 王小明";
/// Of the recovery slot.
pub const RECOVERY: [u8; 20] = *b"twenty bytes of zinc";
/// The store.
pub const STORE: StoreId = StoreId(*b"the sample store");
/// A person whose key is there.
pub const PERSON: RecordId = RecordId(*b"a living person.");
/// A person who was erased.
pub const ERASED: RecordId = RecordId(*b"an erased person");
/// 2026-11-24 17:00 UTC.
pub const NOW: u64 = 1_795_539_600_000;

/// A key of the sample.
#[must_use]
pub fn key(n: u8) -> Key {
    Key::from_bytes([n; 32])
}

/// The files of the sample by name.
///
/// # Errors
/// When the formats refuse something planted.
pub fn make() -> Result<BTreeMap<&'static str, Vec<u8>>> {
    let mut maker = Maker { nonces: 0 };
    let keys = maker.keys()?;
    let people = maker.people()?;
    let (records, export, head) = maker.records()?;
    Ok(BTreeMap::from([
        ("keys", keys.clone()),
        ("keys-copy", keys),
        ("person-keys", people.clone()),
        ("person-keys-copy", people),
        ("records", records),
        ("export", export),
        ("head", head),
    ]))
}

/// A body under schema 1, written by entry 1.
#[must_use]
pub fn body(fields: impl IntoIterator<Item = (u32, Value)>) -> Body {
    Body { schema: 1, reader: 1, commit: 1, prev: NO_FORMER, fields: fields.into_iter().collect() }
}

/// Every type once; field 6 needs three parts.
#[must_use]
pub fn contact() -> Body {
    let text = |text: &str| Value::Text(text.to_owned());
    body([
        (1, text("王小明 <script>")),
        (2, Value::Integer(-5)),
        (3, Value::Decimal { mantissa: -(1 << 100), scale: 9 }),
        (4, Value::Money { mantissa: 12_345, scale: 2, currency: *b"CNY" }),
        (5, Value::Date(-1)),
        (6, text(&"备注 note ".repeat(1_000))),
        (7, Value::Link(table::COMPANIES, PERSON)),
        (8, Value::Instant(-1)),
        (9, Value::Choice(3)),
        (10, Value::File(PERSON)),
        (11, Value::List(vec![text("a"), text("乙")])),
        (12, Value::Bytes(vec![0, 255])),
        (13, Value::YesNo(true)),
        (1 << 31, Value::Unknown { kind: 200, bytes: vec![254] }),
    ])
}

struct Maker {
    nonces: u32,
}

impl Maker {
    fn nonce(&mut self) -> Nonce {
        self.nonces += 1;
        let mut nonce = [0; 12];
        if let Some(end) = nonce.last_chunk_mut() {
            *end = self.nonces.to_be_bytes();
        }
        Nonce(nonce)
    }

    fn keys(&mut self) -> Result<Vec<u8>> {
        let (master, kek) = (key(1), key(2));
        let argon = Argon::default();
        let typed = seal::passphrase::normalise(PASSPHRASE)?;
        let secret = seal::passphrase::derive(&typed, &[9; 16], argon)?;
        let mut file = KeysFile::new(STORE, 3);
        let [first, second, ..] = &mut file.slots;
        *first = Some(Slot::seal(
            &secret[..],
            &STORE,
            SlotKind::Passphrase,
            SlotState::InUse,
            *b"slot: passphrase",
            Some(argon),
            [9; 16],
            NOW,
            &master,
            self.nonce(),
        )?);
        *second = Some(Slot::seal(
            &RECOVERY,
            &STORE,
            SlotKind::Recovery,
            SlotState::InUse,
            *b"slot: recovery..",
            None,
            [8; 16],
            NOW,
            &master,
            self.nonce(),
        )?);
        let mut wrap = |by: &Key, kind, table, key: &Key, generation| {
            WrappedKey::wrap(by, &STORE, kind, table, key, generation, self.nonce())
        };
        file.keys = vec![
            wrap(&master, Kind::Kek, TableId(0), &kek, 1)?,
            wrap(&kek, Kind::Table, table::HEAD, &key(11), 1)?,
            wrap(&kek, Kind::Table, table::PERSON_KEYS, &key(12), 1)?,
            wrap(&kek, Kind::Table, table::AUDIT, &key(14), 1)?,
            wrap(&kek, Kind::Table, table::ORGANISATION, &key(23), 1)?,
            wrap(&kek, Kind::Table, table::ORGANISATION, &key(24), 3)?,
            wrap(&kek, Kind::Seed, TableId(0), &key(5), 1)?,
            wrap(&kek, Kind::Digest, TableId(0), &key(6), 1)?,
        ];
        Ok(file.encode(&master)?)
    }

    fn people(&mut self) -> Result<Vec<u8>> {
        let by = key(12);
        let slots = [
            WrappedKey::wrap_person(&by, &STORE, PERSON, &key(101), self.nonce())?.encode(),
            WrappedKey::tombstone(&by, &STORE, ERASED, key(102).id(), self.nonce())?.encode(),
        ];
        let mut bytes = slots.concat();
        bytes.resize(4_096 * 128, 0);
        Ok(bytes)
    }

    fn seal(&mut self, by: &Key, header: Header, bytes: &[u8]) -> Result<Vec<Vec<u8>>> {
        let pieces: Vec<&[u8]> = bytes.chunks(record::PIECE).collect();
        let mut parts = Vec::new();
        for (at, piece) in (header.part..).zip(&pieces) {
            let last = parts.len() + 1 == pieces.len();
            let part = if last { at | record::LAST } else { at };
            let header = Header { part, key: by.id(), ..header };
            parts.push(record::seal(by, &STORE, &header, piece, self.nonce())?);
        }
        Ok(parts)
    }

    /// The dump, the exported log and the line of a head that left.
    fn records(&mut self) -> Result<(Vec<u8>, Vec<u8>, Vec<u8>)> {
        let header = |table, id, version| Header {
            table,
            id,
            version: Version(version),
            part: 0,
            key: key(0).id(),
        };
        let text = |text: &str| Value::Text(text.to_owned());
        let organisation = RecordId(*b"the organisation");

        let entry = RecordId(u128::from(1u8).to_be_bytes());
        let mut logged = self.seal(
            &key(14),
            header(table::AUDIT, entry, 1),
            &body([(5, Value::Choice(1))]).encode()?,
        )?;
        let detail = Header { part: 1, ..header(table::AUDIT, entry, 1) };
        logged.extend(self.seal(&key(101), detail, &body([(11, text("why"))]).encode()?)?);
        let seed = key(5);
        let genesis = Mark::Genesis { key: public_key(&seed) };
        let frame = |mark, seq, before, parts: &[Vec<u8>]| {
            let parts = parts.iter().map(|part| Sha256::digest(part).into()).collect();
            Frame { mark, seq, time: NOW + seq, before, parts }.encode()
        };
        let first = frame(genesis, 0, [0; 32], &[])?;
        let before = entry_hash(&STORE, &first);
        let second = frame(Mark::Ordinary, 1, before, &logged)?;
        let hash = entry_hash(&STORE, &second);
        let head = SignedHead::sign(&seed, 0, STORE, 1, NOW, hash);

        let mut export = export_header(STORE, 0, &[0; 32]);
        export.extend(export_item(ITEM_FRAME, &first)?);
        export.extend(export_item(ITEM_FRAME, &second)?);
        for part in &logged {
            export.extend(export_item(ITEM_PART, part)?);
        }
        export.extend(export_item(ITEM_HEAD, &head.encode())?);
        export.extend(export_item(ITEM_END, &2u64.to_be_bytes())?);

        let mut chain = [1u64.to_be_bytes().as_slice(), hash.as_slice()].concat();
        chain.resize(117, 0);
        let mut parts = self.seal(&key(11), header(table::HEAD, RecordId([0; 16]), 2), &chain)?;
        parts.extend(logged);
        let old = body([(1, text("old"))]).encode()?;
        parts.extend(self.seal(&key(101), header(table::CONTACTS, PERSON, 1), &old)?);
        parts.extend(self.seal(
            &key(101),
            header(table::CONTACTS, PERSON, 2),
            &contact().encode()?,
        )?);
        parts.extend(self.seal(&key(102), header(table::CONTACTS, ERASED, 1), &old)?);
        for (version, by) in [(1, key(23)), (2, key(24))] {
            let name = body([(1, text(&format!("organisation {version}")))]).encode()?;
            parts.extend(self.seal(
                &by,
                header(table::ORGANISATION, organisation, version),
                &name,
            )?);
        }

        let mut dump = Vec::new();
        for part in &parts {
            dump.extend(u32::try_from(part.len())?.to_be_bytes());
            dump.extend(part);
        }
        Ok((dump, export, head.line().into_bytes()))
    }
}
