//! Makes one audit entry: the sealed parts that say who did what, and the frame that chains them.

use std::collections::BTreeMap;

use seal::audit::{Frame, Mark};
use seal::body::{Body, Value};
use seal::numbers::{audit as field, table};
use seal::{RecordId, TableId, Version};
use sha2::{Digest, Sha256};

use crate::batch::{Detail, NO_FORMER, SCHEMA};
use crate::engine::Change;
use crate::head::Head;
use crate::keyring::{Keyring, SealFailed, seal_text};
use crate::{Access, Actor, place};

/// Most records that one entry names.
pub const MAX_NAMED: usize = 500;
const MAX_DEVICE: usize = 200;
const MAX_REASON: usize = 1_000;

/// A record that an entry is about, and what it became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touched {
    /// Its table.
    pub table: TableId,
    /// Its id.
    pub id: RecordId,
    /// Its new version; 0 when it was only read.
    pub version: Version,
    /// SHA-256 of the new sealed record, its parts joined; zeros when it was only read.
    pub digest: [u8; 32],
}

/// What an entry says.
#[derive(Debug)]
pub struct Saying<'a> {
    pub actor: &'a Actor,
    pub action: u32,
    pub outcome: u32,
    pub touched: &'a [Touched],
    pub count: Option<i64>,
    pub reason: Option<&'a str>,
    pub details: &'a [Detail],
}

/// The touched records of something that only read.
pub fn only_read(access: &Access) -> Vec<Touched> {
    let named = access.records.iter().take(MAX_NAMED);
    let touched = named.map(|(table, id)| Touched {
        table: *table,
        id: *id,
        version: Version(0),
        digest: [0; 32],
    });
    touched.collect()
}

/// Appends an entry: the changes for the engine, and the head moves on.
pub fn append(
    head: &mut Head,
    keys: &Keyring,
    time: u64,
    mark: Mark,
    saying: Option<&Saying<'_>>,
) -> Result<Vec<Change>, SealFailed> {
    let seq = head.seq.wrapping_add(1);
    let mut parts = Vec::new();
    if let Some(saying) = saying {
        let key = keys.table(table::AUDIT).ok_or(SealFailed::NoKey)?;
        seal_body(&mut parts, key, keys, seq, saying.fields())?;
        for detail in saying.details {
            let key = keys.for_sealing(table::AUDIT, detail.key).ok_or(SealFailed::NoKey)?;
            seal_body(&mut parts, key, keys, seq, detail.fields())?;
        }
    }
    let digests = parts.iter().map(|part| Sha256::digest(part).into()).collect();
    let frame = Frame { mark, seq, time, before: head.hash, parts: digests };
    let frame = frame.encode().map_err(|_| SealFailed::TooLong)?;
    head.seq = seq;
    head.hash = seal::audit::entry_hash(&keys.store, &frame);
    head.time = time;
    head.seals += parts.len() as u64;

    let start = place::entry(place::PART, seq);
    let mut changes = vec![(place::entry(place::FRAME, seq), Some(frame))];
    for (index, part) in parts.into_iter().enumerate() {
        changes.push((place::part(&start, index), Some(part)));
    }
    Ok(changes)
}

fn seal_body(
    parts: &mut Vec<Vec<u8>>,
    key: &seal::Key,
    keys: &Keyring,
    seq: u64,
    fields: BTreeMap<u32, Value>,
) -> Result<(), SealFailed> {
    let body = Body { schema: SCHEMA, reader: SCHEMA, commit: seq, prev: NO_FORMER, fields };
    let text = body.encode().map_err(|_| SealFailed::TooLong)?;
    let place = (table::AUDIT, place::id_of(&place::entry(place::PART, seq)), Version(1));
    let from = u32::try_from(parts.len()).map_err(|_| SealFailed::TooLong)?;
    parts.extend(seal_text(key, &keys.store, place, &text, from)?);
    Ok(())
}

impl Saying<'_> {
    fn fields(&self) -> BTreeMap<u32, Value> {
        let mut fields = BTreeMap::new();
        if let Some(account) = self.actor.account {
            fields.insert(field::ACTOR, Value::Link(table::ACCOUNTS, account));
        }
        if let Some(session) = self.actor.session {
            fields.insert(field::SESSION, Value::Bytes(session.to_vec()));
        }
        if !self.actor.device.is_empty() {
            fields.insert(field::DEVICE, text(&self.actor.device, MAX_DEVICE));
        }
        if let Some(address) = self.actor.address {
            fields.insert(field::ADDRESS, Value::Text(address.to_string()));
        }
        fields.insert(field::ACTION, Value::Choice(self.action));
        fields.insert(field::OUTCOME, Value::Choice(self.outcome));
        let touched = self.touched.get(..MAX_NAMED).unwrap_or(self.touched);
        if !touched.is_empty() {
            let links = touched.iter().map(|one| Value::Link(one.table, one.id)).collect();
            fields.insert(field::RECORDS, Value::List(links));
        }
        // Versions and digests go with the records one by one, or not at all.
        if touched.iter().any(|one| one.version.0 > 0) {
            let versions = touched.iter().map(|one| Value::Integer(signed(one.version.0)));
            fields.insert(field::VERSIONS, Value::List(versions.collect()));
            let digests = touched.iter().map(|one| Value::Bytes(one.digest.to_vec()));
            fields.insert(field::DIGESTS, Value::List(digests.collect()));
        }
        let more = self.touched.len() > touched.len();
        let count = self.count.or_else(|| more.then(|| signed(self.touched.len() as u64)));
        if let Some(count) = count {
            fields.insert(field::COUNT, Value::Integer(count));
        }
        if let Some(reason) = self.reason {
            fields.insert(field::REASON, text(reason, MAX_REASON));
        }
        fields
    }
}

impl Detail {
    fn fields(&self) -> BTreeMap<u32, Value> {
        let mut fields = BTreeMap::new();
        if let Some(reason) = &self.reason {
            fields.insert(field::REASON, text(reason, MAX_REASON));
        }
        if !self.changed.is_empty() {
            let ids = self.changed.iter().map(|id| Value::Integer(i64::from(*id)));
            fields.insert(field::CHANGED, Value::List(ids.collect()));
        }
        fields
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Text of the format is NFC; what is longer is cut.
fn text(from: &str, most: usize) -> Value {
    use unicode_normalization::UnicodeNormalization;
    Value::Text(from.nfc().take(most).collect())
}
