//! Turns the plan of a batch into sealed bytes: records, moved history, outbox rows, the audit
//! entry. Nothing here touches the disk but to read.

use seal::numbers::table;
use std::collections::BTreeMap;
use std::sync::Arc;

use seal::audit::Mark;
use seal::body::{Body, Value};
use seal::record::{self, Header};
use seal::{Key, RecordId, TableId, Version};
use sha2::{Digest as _, Sha256};

use crate::applied::{Applied, Kind};
use crate::batch::{Batch, NO_FORMER, OutboxItem, Plan, SCHEMA};
use crate::digest::Digester;
use crate::engine::Change;
use crate::entry::{self, Saying, Touched};
use crate::head::Head;
use crate::keyring::{KeyOf, Keyring, Owner, SealFailed, seal_text};
use crate::place;
use crate::reader::Opened;

/// A batch, sealed and not yet written.
#[derive(Debug, Default)]
pub struct Sealed {
    /// For the engine, without the head record.
    pub changes: Vec<Change>,
    /// For the views.
    pub applied: Vec<Applied>,
    /// Records as this batch leaves them; `None` for those taken out.
    pub live: Vec<((TableId, RecordId), Option<Opened>)>,
    /// Former versions that it moved.
    pub former: Vec<((u64, u16), Opened)>,
}

impl Sealed {
    /// Bytes of keys and values.
    pub fn size(&self) -> usize {
        let sizes = self.changes.iter();
        sizes.map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len)).sum()
    }
}

/// Seals a batch as the entry after `head`, which moves on.
pub fn seal(
    batch: Batch<'_>,
    head: &mut Head,
    keys: &Keyring,
    digester: &Digester,
    time: u64,
) -> Result<Sealed, SealFailed> {
    let mut work = Work {
        seq: head.seq.wrapping_add(1),
        head,
        keys,
        digester,
        sealed: Sealed::default(),
        touched: Vec::new(),
        moved: 0,
    };
    for ((table, id), plan) in batch.plans {
        match plan {
            Plan::Put { former, fields, key } => work.put(table, id, former, fields, key)?,
            Plan::Delete { former } => work.delete(table, id, former)?,
            Plan::Restore { grave, former } => work.restore(table, id, grave, &former)?,
        }
    }
    work.outbox(&batch.outbox)?;
    let also = batch.also.iter().map(|(table, id)| Touched {
        table: *table,
        id: *id,
        version: Version(0),
        digest: [0; 32],
    });
    work.touched.extend(also);
    let Work { mut sealed, touched, head, .. } = work;
    let saying = Saying {
        actor: &batch.actor,
        action: batch.action,
        outcome: batch.outcome,
        touched: &touched,
        count: batch.count,
        reason: batch.reason.as_deref(),
        details: &batch.details,
    };
    sealed.changes.extend(entry::append(head, keys, time, Mark::Ordinary, Some(&saying))?);
    Ok(sealed)
}

struct Work<'a> {
    seq: u64,
    head: &'a mut Head,
    keys: &'a Keyring,
    digester: &'a Digester,
    sealed: Sealed,
    touched: Vec<Touched>,
    moved: u16,
}

impl Work<'_> {
    fn put(
        &mut self,
        table: TableId,
        id: RecordId,
        former: Option<Opened>,
        fields: BTreeMap<u32, Value>,
        key: KeyOf,
    ) -> Result<(), SealFailed> {
        let key = self.keys.for_sealing(table, key).ok_or(SealFailed::NoKey)?;
        let version = former.as_ref().map_or(1, |former| former.header.version.0 + 1);
        let prev = match former {
            Some(former) => self.move_away(table, id, former)?,
            None => NO_FORMER,
        };
        let kind = if prev == NO_FORMER { Kind::Created } else { Kind::Changed };
        self.lay(table, id, Version(version), self.body(prev, fields), key)?;
        self.applied(table, id, Version(version), kind);
        Ok(())
    }

    fn delete(&mut self, table: TableId, id: RecordId, former: Opened) -> Result<(), SealFailed> {
        let version = Version(former.header.version.0 + 1);
        let key = self.key_like(table::DELETED, &former.header)?;
        let prev = self.move_away(table, id, former)?;
        let fields =
            BTreeMap::from([(seal::numbers::deleted::TABLE, Value::Integer(i64::from(table.0)))]);
        self.lay(table::DELETED, id, version, self.body(prev, fields), &key)?;
        if let Some(touched) = self.touched.last_mut() {
            touched.table = table;
        }
        self.sealed.live.push(((table, id), None));
        self.sealed.applied.push(Applied {
            table,
            id,
            version,
            kind: Kind::Deleted,
            body: None,
            commit: self.seq,
        });
        Ok(())
    }

    fn restore(
        &mut self,
        table: TableId,
        id: RecordId,
        grave: Opened,
        former: &Opened,
    ) -> Result<(), SealFailed> {
        let version = Version(grave.header.version.0 + 1);
        let key = self.key_like(table, &former.header)?;
        let prev = self.move_away(table::DELETED, id, grave)?;
        self.sealed.live.push(((table::DELETED, id), None));
        let body = Body { commit: self.seq, prev, ..(*former.body).clone() };
        self.lay(table, id, version, body, &key)?;
        self.applied(table, id, version, Kind::Restored);
        Ok(())
    }

    /// Outbox rows, sealed under the outbox's own key.
    fn outbox(&mut self, items: &[OutboxItem]) -> Result<(), SealFailed> {
        use seal::numbers::outbox as field;
        for (index, item) in items.iter().enumerate() {
            let index = u16::try_from(index).map_err(|_| SealFailed::TooLong)?;
            let at = place::outbox(self.seq, index);
            let fields = BTreeMap::from([
                (field::RECORD, Value::Link(item.table, item.id)),
                (field::VERSION, Value::Integer(i64::try_from(item.version.0).unwrap_or(i64::MAX))),
                (field::KIND, Value::Choice(item.kind)),
            ]);
            let text = self.body(NO_FORMER, fields).encode().map_err(|_| SealFailed::TooLong)?;
            let key = self.keys.table(table::OUTBOX).ok_or(SealFailed::NoKey)?;
            let place = (table::OUTBOX, place::id_of(&at), Version(1));
            let mut parts = seal_text(key, &self.keys.store, place, &text, 0)?;
            self.head.seals += 1;
            self.sealed.changes.push((at, parts.pop()));
        }
        Ok(())
    }

    fn body(&self, prev: u16, fields: BTreeMap<u32, Value>) -> Body {
        Body { schema: SCHEMA, reader: SCHEMA, commit: self.seq, prev, fields }
    }

    /// The key under which something like this lies from now on: the person's it lay under, else
    /// that of the table.
    fn key_like(&self, table: TableId, former: &Header) -> Result<Key, SealFailed> {
        let key = match self.keys.owner(former.key) {
            Some(Owner::Person(_)) => self.keys.key(former.key),
            _ => self.keys.table(table),
        };
        key.cloned().ok_or(SealFailed::NoKey)
    }

    /// Moves what is live to the history of this entry; its index there.
    fn move_away(
        &mut self,
        table: TableId,
        id: RecordId,
        former: Opened,
    ) -> Result<u16, SealFailed> {
        let index = self.moved;
        self.moved = index.checked_add(1).ok_or(SealFailed::TooLong)?;
        let (from, to) = (place::record(table, id), place::former(self.seq, index));
        for (number, part) in former.parts.iter().enumerate() {
            self.count(part, false)?;
            self.sealed.changes.push((place::part(&from, number), None));
            self.sealed.changes.push((place::part(&to, number), Some(part.clone())));
        }
        self.sealed.former.push(((self.seq, index), former));
        Ok(index)
    }

    /// Seals a body and makes it live.
    fn lay(
        &mut self,
        table: TableId,
        id: RecordId,
        version: Version,
        body: Body,
        key: &Key,
    ) -> Result<(), SealFailed> {
        let text = body.encode().map_err(|_| SealFailed::TooLong)?;
        let parts = seal_text(key, &self.keys.store, (table, id, version), &text, 0)?;
        let at = place::record(table, id);
        let mut digest = Sha256::new();
        for (number, part) in parts.iter().enumerate() {
            digest.update(part);
            self.count(part, true)?;
            self.sealed.changes.push((place::part(&at, number), Some(part.clone())));
        }
        self.head.seals += parts.len() as u64;
        self.touched.push(Touched { table, id, version, digest: digest.finalize().into() });
        let part = parts.first().ok_or(SealFailed::TooLong)?;
        let header = record::header(part).map_err(|_| SealFailed::TooLong)?;
        let opened = Opened { header, body: Arc::new(body), parts };
        self.sealed.live.push(((table, id), Some(opened)));
        Ok(())
    }

    fn applied(&mut self, table: TableId, id: RecordId, version: Version, kind: Kind) {
        let body = match self.sealed.live.last() {
            Some((_, Some(opened))) => Some(opened.body.clone()),
            _ => None,
        };
        let commit = self.seq;
        self.sealed.applied.push(Applied { table, id, version, kind, body, commit });
    }

    /// Keeps the live digest and the number of live parts.
    fn count(&mut self, part: &[u8], comes: bool) -> Result<(), SealFailed> {
        let header = record::header(part).map_err(|_| SealFailed::TooLong)?;
        let element = self.digester.part(&header, part);
        if comes {
            self.head.digest.add(&element);
            self.head.parts += 1;
        } else {
            self.head.digest.subtract(&element);
            self.head.parts = self.head.parts.saturating_sub(1);
        }
        Ok(())
    }
}
