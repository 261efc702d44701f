//! Reads the audit log: newest first, opened as far as the keys reach.

use std::net::IpAddr;

use seal::audit::{Frame, Mark};
use seal::body::{Body, Value};
use seal::numbers::{audit as field, table};
use seal::{RecordId, TableId, Version, record};

use crate::Damage;
use crate::engine::EngineError;
use crate::place;
use crate::reader::Reader;

/// One entry of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Its number.
    pub seq: u64,
    /// When, ms since 1970 on the box's clock.
    pub at: u64,
    /// What kind of entry it is.
    pub mark: Mark,
    /// The account that acted.
    pub account: Option<RecordId>,
    /// Its session or token.
    pub session: Option<[u8; 16]>,
    /// What the browser called itself.
    pub device: Option<String>,
    /// Where from.
    pub address: Option<IpAddr>,
    /// What, a number of `seal::numbers::action`; `None` for marks, and when it does not open.
    pub action: Option<u32>,
    /// How it ended, a number of `seal::numbers::outcome`.
    pub outcome: Option<u32>,
    /// The records it names, with their new version where it changed them.
    pub records: Vec<(TableId, RecordId, Option<Version>)>,
    /// How many, where it says more.
    pub count: Option<i64>,
    /// Why.
    pub reason: Option<String>,
    /// Detail under other keys, in order; dark where the person was erased.
    pub details: Vec<Result<EntryDetail, Damage>>,
    /// What is wrong with the entry's own part, if something is.
    pub damage: Option<Damage>,
}

/// Detail of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryDetail {
    /// Why.
    pub reason: Option<String>,
    /// Ids of the fields that changed.
    pub changed: Vec<u32>,
}

/// The entry with this number; `None` when there is none.
pub fn entry(reader: &Reader, seq: u64) -> Result<Option<AuditEntry>, EngineError> {
    let Some(bytes) = reader.engine.get(&place::entry(place::FRAME, seq))? else {
        return Ok(None);
    };
    let mut entry = AuditEntry {
        seq,
        at: 0,
        mark: Mark::Ordinary,
        account: None,
        session: None,
        device: None,
        address: None,
        action: None,
        outcome: None,
        records: Vec::new(),
        count: None,
        reason: None,
        details: Vec::new(),
        damage: None,
    };
    let Ok(frame) = Frame::decode(&bytes) else {
        entry.damage = Some(Damage::Header);
        return Ok(Some(entry));
    };
    entry.at = frame.time;
    entry.mark = frame.mark;
    let parts = reader.parts(&place::entry(place::PART, seq))?;
    if parts.len() != frame.parts.len() {
        entry.damage = Some(Damage::Missing);
        return Ok(Some(entry));
    }
    for (number, body) in bodies(reader, seq, &parts).into_iter().enumerate() {
        match (number, body) {
            (0, Ok(body)) => entry.fill(&body),
            (0, Err(damage)) => entry.damage = Some(damage),
            (_, body) => entry.details.push(body.map(|body| EntryDetail::of(&body))),
        }
    }
    Ok(Some(entry))
}

/// The bodies of an entry, one after the other; the top bit of `part` ends each.
fn bodies(reader: &Reader, seq: u64, parts: &[Vec<u8>]) -> Vec<Result<Body, Damage>> {
    let id = place::id_of(&place::entry(place::PART, seq));
    let keys = reader.keys();
    let (mut bodies, mut text) = (Vec::new(), Ok(Vec::new()));
    for (index, part) in parts.iter().enumerate() {
        let Ok(header) = record::header(part) else {
            bodies.push(Err(Damage::Header));
            text = Ok(Vec::new());
            continue;
        };
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        let right = (header.table, header.id) == (table::AUDIT, id)
            && header.part & !record::LAST == number;
        let piece = if right { keys.piece(&header, part) } else { Err(Damage::Place) };
        text = text.and_then(|mut text: Vec<u8>| {
            text.extend(piece?);
            Ok(text)
        });
        if header.part & record::LAST != 0 {
            let whole = std::mem::replace(&mut text, Ok(Vec::new()));
            bodies.push(whole.and_then(|text| Body::decode(&text).map_err(|_| Damage::Body)));
        }
    }
    bodies
}

impl AuditEntry {
    fn fill(&mut self, body: &Body) {
        for (id, value) in &body.fields {
            match (*id, value) {
                (field::ACTOR, Value::Link(_, account)) => self.account = Some(*account),
                (field::SESSION, Value::Bytes(bytes)) => {
                    self.session = bytes.as_slice().try_into().ok();
                }
                (field::DEVICE, Value::Text(device)) => self.device = Some(device.clone()),
                (field::ADDRESS, Value::Text(address)) => self.address = address.parse().ok(),
                (field::ACTION, Value::Choice(action)) => self.action = Some(*action),
                (field::OUTCOME, Value::Choice(outcome)) => self.outcome = Some(*outcome),
                (field::COUNT, Value::Integer(count)) => self.count = Some(*count),
                (field::REASON, Value::Text(reason)) => self.reason = Some(reason.clone()),
                _ => {}
            }
        }
        let list = |id| match body.fields.get(&id) {
            Some(Value::List(values)) => values.as_slice(),
            _ => &[],
        };
        let versions = list(field::VERSIONS);
        for (index, link) in list(field::RECORDS).iter().enumerate() {
            let version = match versions.get(index) {
                Some(Value::Integer(version)) if *version > 0 => u64::try_from(*version).ok(),
                _ => None,
            };
            if let Value::Link(table, id) = link {
                self.records.push((*table, *id, version.map(Version)));
            }
        }
    }
}

impl EntryDetail {
    fn of(body: &Body) -> Self {
        let mut detail = Self::default();
        if let Some(Value::Text(reason)) = body.fields.get(&field::REASON) {
            detail.reason = Some(reason.clone());
        }
        if let Some(Value::List(ids)) = body.fields.get(&field::CHANGED) {
            let ids = ids.iter().filter_map(|id| match id {
                Value::Integer(id) => u32::try_from(*id).ok(),
                _ => None,
            });
            detail.changed = ids.collect();
        }
        detail
    }
}
