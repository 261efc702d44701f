//! Reads and opens records straight from the engine. Everything here may be called from any thread.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use seal::body::Body;
use seal::record::Header;
use seal::{RecordId, TableId};

use crate::Damage;
use crate::engine::{Engine, EngineError, Page};
use crate::keyring::Keyring;
use crate::place;

/// A record as it lies there, opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The clear part.
    pub header: Header,
    /// What it holds.
    pub body: Arc<Body>,
    /// The sealed bytes, part by part.
    pub parts: Vec<Vec<u8>>,
}

/// The engine and the keys.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Where the sealed bytes lie.
    pub engine: Arc<dyn Engine>,
    keyring: Arc<RwLock<Keyring>>,
}

impl Reader {
    /// Over these.
    pub fn new(engine: Arc<dyn Engine>, keyring: Keyring) -> Self {
        Self { engine, keyring: Arc::new(RwLock::new(keyring)) }
    }

    /// The keys, for reading.
    pub fn keys(&self) -> RwLockReadGuard<'_, Keyring> {
        self.keyring.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the keys.
    pub fn change_keys<R>(&self, change: impl FnOnce(&mut Keyring) -> R) -> R {
        change(&mut self.keyring.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs `each` over everything whose key begins with `prefix`, ascending, until it says stop.
    pub fn scan(
        &self,
        prefix: &[u8],
        mut each: impl FnMut(Vec<u8>, Vec<u8>) -> bool,
    ) -> Result<(), EngineError> {
        let mut from = prefix.to_vec();
        loop {
            let Page { items, next } = self.engine.scan(prefix, &from)?;
            for (key, value) in items {
                if !each(key, value) {
                    return Ok(());
                }
            }
            match next {
                Some(next) => from = next,
                None => return Ok(()),
            }
        }
    }

    /// The sealed parts that lie at a place, in order; empty when there is nothing.
    pub fn parts(&self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, EngineError> {
        let mut parts = Vec::new();
        self.scan(prefix, |_, part| {
            parts.push(part);
            true
        })?;
        Ok(parts)
    }

    /// A live record; `None` when there is none.
    pub fn live(
        &self,
        table: TableId,
        id: RecordId,
    ) -> Result<Option<Result<Opened, Damage>>, EngineError> {
        let parts = self.parts(&place::record(table, id))?;
        if parts.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.open(table, id, parts)))
    }

    /// A former version of a record. What points at it says where, and whose it is.
    pub fn former(
        &self,
        at: (u64, u16),
        table: TableId,
        id: RecordId,
    ) -> Result<Result<Opened, Damage>, EngineError> {
        let parts = self.parts(&place::former(at.0, at.1))?;
        if parts.is_empty() {
            return Ok(Err(Damage::Missing));
        }
        Ok(self.open(table, id, parts))
    }

    fn open(&self, table: TableId, id: RecordId, parts: Vec<Vec<u8>>) -> Result<Opened, Damage> {
        let (header, body) = self.keys().open(table, id, &parts)?;
        Ok(Opened { header, body: Arc::new(body), parts })
    }
}
