//! Erases a person: records out and remembered (batch 1), the key overwritten in both copies,
//! logged as done (batch 2). At each opening both memories are joined, whichever is older.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use seal::audit::Mark;
use seal::body::Value;
use seal::numbers::{action, erased, outbox, outcome, table};
use seal::{KeyId, RecordId, TableId, Version, record};

use crate::applied::{Applied, Kind};
use crate::batch::{Batch, Standing};
use crate::engine::{Change, EngineError, MAX_BATCH};
use crate::entry::{Saying, Touched};
use crate::job::CommitError;
use crate::keyring::KeyOf;
use crate::place;
use crate::plan;
use crate::reader::Reader;
use crate::writer::Writer;
use crate::{Actor, BatchError, load};

/// Why an erasure is not complete.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// The person has no key here, and had none.
    #[error("there is no such person")]
    NotFound,
    /// Nothing was changed, or the store failed.
    #[error("the erasure was not written")]
    Commit(#[source] CommitError),
    /// What is there could not be read. Nothing was changed.
    #[error("the store cannot be read")]
    Read(#[source] EngineError),
    /// The erasure could not be planned. Nothing was changed.
    #[error("the erasure could not be planned")]
    Batch(#[source] BatchError),
}

/// Persons erased before, with the ids of the keys that were destroyed.
pub fn remembered(reader: &Reader) -> Result<HashMap<RecordId, Vec<KeyId>>, EngineError> {
    let mut persons = HashMap::new();
    load::load(reader, table::ERASED, |person, _, body| {
        let keys = match body.fields.get(&erased::KEYS) {
            Some(Value::List(keys)) => keys.iter().filter_map(key_id).collect(),
            _ => Vec::new(),
        };
        persons.insert(person, keys);
    })?;
    Ok(persons)
}

fn key_id(value: &Value) -> Option<KeyId> {
    match value {
        Value::Bytes(bytes) => bytes.as_slice().try_into().ok().map(KeyId),
        _ => None,
    }
}

/// Does all of it, if `decide` gives `Ok`; on the disk when it returns.
pub fn erase<T, E>(
    writer: &mut Writer,
    person: RecordId,
    known: &[KeyId],
    who: &Actor,
    decide: impl FnOnce(&mut Batch<'_>) -> Result<T, E>,
) -> Result<Result<T, E>, EraseError> {
    writer.flush();
    writer.may_seal(true).map_err(EraseError::Commit)?;
    let mut keys: BTreeSet<KeyId> = known.iter().copied().collect();
    keys.extend(writer.reader.keys().person(person));
    let before = remembered(&writer.reader).map_err(EraseError::Read)?;
    keys.extend(before.get(&person).into_iter().flatten());
    if keys.is_empty() {
        return Err(EraseError::NotFound);
    }
    let keys: Vec<KeyId> = keys.into_iter().collect();

    let decided = match first_batch(writer, person, &keys, who, decide)? {
        Ok(decided) => decided,
        Err(refused) => return Ok(Err(refused)),
    };
    let buried = writer.persons.bury(person, &keys, &writer.reader.keys());
    buried.map_err(|error| EraseError::Commit(writer.fail(&error)))?;
    writer.reader.change_keys(|ring| ring.erase(person, &keys));

    let of = Touched { table: table::ERASED, id: person, version: Version(0), digest: [0; 32] };
    let saying = Saying {
        actor: who,
        action: action::PERSON_ERASED,
        outcome: outcome::ALLOWED,
        touched: &[of],
        count: None,
        reason: Some("key-destroyed"),
        details: &[],
    };
    let entry = writer.add_entry(Mark::Ordinary, Some(&saying), false);
    entry.map_err(|error| EraseError::Commit(CommitError::Seal(error)))?;
    writer.commit().map_err(EraseError::Commit)?;
    Ok(Ok(decided))
}

/// Takes all out and puts the person into table 14, with what `decide` plans besides.
fn first_batch<T, E>(
    writer: &mut Writer,
    person: RecordId,
    keys: &[KeyId],
    who: &Actor,
    decide: impl FnOnce(&mut Batch<'_>) -> Result<T, E>,
) -> Result<Result<T, E>, EraseError> {
    let nothing = Standing::default();
    let mut batch = Batch::new(&writer.reader, &nothing, who.clone());
    let decided = match catch_unwind(AssertUnwindSafe(|| decide(&mut batch))) {
        Err(_) => return Err(EraseError::Commit(CommitError::Panicked)),
        Ok(Err(refused)) => return Ok(Err(refused)),
        Ok(Ok(decided)) => decided,
    };
    let out = taken_out(&writer.reader, keys).map_err(EraseError::Read)?;
    let mut head = writer.head.clone();
    for (part, header) in &out.parts {
        head.digest.subtract(&writer.digester.part(header, part));
        head.parts = head.parts.saturating_sub(1);
    }
    let list = keys.iter().map(|id| Value::Bytes(id.0.to_vec())).collect();
    let fields = BTreeMap::from([(erased::KEYS, Value::List(list))]);
    batch.put(table::ERASED, person, fields, KeyOf::Table).map_err(EraseError::Batch)?;
    batch.audit(action::PERSON_ERASED, outcome::ALLOWED);
    batch.count(i64::try_from(out.records.len()).unwrap_or(i64::MAX));
    let now = writer.clock.now().wall;
    let ring = writer.reader.keys();
    let sealed = plan::seal(batch, &mut head, &ring, &writer.digester, now);
    drop(ring);
    let mut sealed = sealed.map_err(|error| EraseError::Commit(CommitError::Seal(error)))?;
    let commit = head.seq;
    sealed.changes.extend(out.changes);
    if sealed.size() > MAX_BATCH - (8 << 10) {
        return Err(EraseError::Commit(CommitError::TooLarge(sealed.size())));
    }
    let gone = out.records.into_iter().map(|(table, id, version)| Applied {
        table,
        id,
        version,
        kind: Kind::Erased,
        body: None,
        commit,
    });
    let gone: Vec<Applied> = gone.collect();
    writer.add(sealed, head);
    writer.commit().map_err(EraseError::Commit)?;
    writer.standing = Standing::default();
    let mut applied = std::mem::take(&mut writer.applied);
    applied.extend(gone);
    writer.shared.tell(&applied);
    Ok(Ok(decided))
}

/// What an erasure takes out of the engine.
#[derive(Default)]
struct Out {
    changes: Vec<Change>,
    parts: Vec<(Vec<u8>, record::Header)>,
    records: BTreeSet<(TableId, RecordId, seal::Version)>,
}

/// All live and deleted records under these keys, and the outbox rows about them.
fn taken_out(reader: &Reader, keys: &[KeyId]) -> Result<Out, EngineError> {
    let mut out = Out::default();
    reader.scan(&[place::LIVE], |key, part| {
        if let Ok(header) = record::header(&part)
            && keys.contains(&header.key)
        {
            out.changes.push((key, None));
            out.records.insert((header.table, header.id, header.version));
            out.parts.push((part, header));
        }
        true
    })?;
    let ids: BTreeSet<RecordId> = out.records.iter().map(|(_, id, _)| *id).collect();
    let ring = reader.keys();
    reader.scan(&[place::OUTBOX], |key, row| {
        let body = ring.open(table::OUTBOX, place::id_of(&key), &[row]);
        if let Ok((_, body)) = body
            && let Some(Value::Link(_, id)) = body.fields.get(&outbox::RECORD)
            && ids.contains(id)
        {
            out.changes.push((key, None));
        }
        true
    })?;
    Ok(out)
}
