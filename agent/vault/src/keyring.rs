//! The unwrapped keys of an open store: everything sealed is sealed and opened through them.
//! They are wiped when the store is closed or dropped.

mod keys;

use std::collections::{HashMap, HashSet};

use seal::body::Body;
use seal::record::{self, Header};
use seal::{Key, KeyId, Nonce, RecordId, StoreId, TableId, Version};

use crate::Damage;
use keys::Keys;

/// Under whose key a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyOf {
    /// The table's own: roles, settings, links.
    Table,
    /// A person's: everything said of him goes dark with it. Made when there is none yet.
    Person(RecordId),
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A table.
    Table(TableId),
    /// A person.
    Person(RecordId),
}

/// All keys of an open store.
pub struct Keyring {
    /// The store they belong to: part of everything they seal.
    pub store: StoreId,
    keys: Keys,
    /// The key of each table that seals; older ones only open.
    sealing: HashMap<TableId, (u64, KeyId)>,
    erased: HashSet<KeyId>,
    erased_persons: HashSet<RecordId>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring").field("keys", &self.keys).finish_non_exhaustive()
    }
}

impl Keyring {
    /// An empty one.
    pub fn new(store: StoreId) -> Self {
        Self {
            store,
            keys: Keys::default(),
            sealing: HashMap::new(),
            erased: HashSet::new(),
            erased_persons: HashSet::new(),
        }
    }

    /// Takes a table's key in; the one of the highest generation seals.
    pub fn add_table(&mut self, table: TableId, generation: u64, key: Key) {
        let id = key.id();
        self.keys.insert(Owner::Table(table), key);
        let newest = self.sealing.entry(table).or_insert((generation, id));
        if generation >= newest.0 {
            *newest = (generation, id);
        }
    }

    /// Takes a person's key in.
    pub fn add_person(&mut self, person: RecordId, key: Key) {
        self.keys.insert(Owner::Person(person), key);
    }

    /// Forgets a person's keys for good; what they sealed is dark from now on.
    pub fn erase(&mut self, person: RecordId, keys: &[KeyId]) {
        for id in keys {
            self.keys.remove(*id);
            self.erased.insert(*id);
        }
        self.keys.forget(person);
        self.erased_persons.insert(person);
    }

    /// Drops, and so zeroes, every key.
    pub fn wipe(&mut self) {
        *self = Self::new(self.store);
    }

    /// Whether the person was erased.
    pub fn is_erased(&self, person: RecordId) -> bool {
        self.erased_persons.contains(&person)
    }

    /// The key id of a person.
    pub fn person(&self, person: RecordId) -> Option<KeyId> {
        self.keys.of(person).map(Key::id)
    }

    /// Number of tables with a key.
    pub fn tables(&self) -> usize {
        self.sealing.len()
    }

    /// The key that seals a table now.
    pub fn table(&self, table: TableId) -> Option<&Key> {
        self.key(self.sealing.get(&table)?.1)
    }

    /// A key by its id.
    pub fn key(&self, id: KeyId) -> Option<&Key> {
        self.keys.get(id).map(|(_, key)| key)
    }

    /// What the key is for.
    pub fn owner(&self, id: KeyId) -> Option<Owner> {
        self.keys.get(id).map(|(owner, _)| *owner)
    }

    /// The key that seals for this owner.
    pub fn for_sealing(&self, table: TableId, of: KeyOf) -> Option<&Key> {
        match of {
            KeyOf::Table => self.table(table),
            KeyOf::Person(person) => self.keys.of(person),
        }
    }

    /// Opens all parts of one body that should be of this table and id, in the order of their
    /// places. The header is that of the first part.
    ///
    /// # Errors
    /// [`Damage::Dark`] when the key was erased on purpose, else what is wrong.
    pub fn open(
        &self,
        table: TableId,
        id: RecordId,
        parts: &[Vec<u8>],
    ) -> Result<(Header, Body), Damage> {
        let mut first: Option<Header> = None;
        let mut text = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let header = record::header(part).map_err(|_| Damage::Header)?;
            let last = index + 1 == parts.len();
            let number = u32::try_from(index).map_err(|_| Damage::Parts)?;
            let number = if last { number | record::LAST } else { number };
            let same = first
                .as_ref()
                .is_none_or(|first| (first.version, first.key) == (header.version, header.key));
            if (header.table, header.id) != (table, id) {
                return Err(Damage::Place);
            }
            if header.part != number || !same {
                return Err(Damage::Parts);
            }
            text.extend_from_slice(&self.piece(&header, part)?);
            first.get_or_insert(header);
        }
        let header = first.ok_or(Damage::Parts)?;
        let body = Body::decode(&text).map_err(|_| Damage::Body)?;
        Ok((header, body))
    }

    /// Opens one part whose header was read already.
    pub fn piece(&self, header: &Header, part: &[u8]) -> Result<Vec<u8>, Damage> {
        if self.erased.contains(&header.key) {
            return Err(Damage::Dark);
        }
        let (owner, key) = self.keys.get(header.key).ok_or(Damage::Key)?;
        if let Owner::Table(of) = owner
            && *of != header.table
        {
            return Err(Damage::Key);
        }
        record::open(key, &self.store, part).map_err(|_| Damage::Seal)
    }
}

/// Seals a body into its parts, the first of which has the number `from`.
pub fn seal_text(
    key: &Key,
    store: &StoreId,
    place: (TableId, RecordId, Version),
    text: &[u8],
    from: u32,
) -> Result<Vec<Vec<u8>>, SealFailed> {
    let (table, id, version) = place;
    let pieces: Vec<&[u8]> =
        if text.is_empty() { vec![text] } else { text.chunks(record::PIECE).collect() };
    let count = pieces.len();
    let mut parts = Vec::with_capacity(count);
    for (index, piece) in pieces.into_iter().enumerate() {
        let number = from + u32::try_from(index).map_err(|_| SealFailed::TooLong)?;
        let part = if index + 1 == count { number | record::LAST } else { number };
        let header = Header { table, id, version, part, key: key.id() };
        let sealed = record::seal(key, store, &header, piece, nonce()?);
        parts.push(sealed.map_err(|_| SealFailed::TooLong)?);
    }
    Ok(parts)
}

/// Twelve bytes of the kernel's generator, one call for each seal.
pub fn nonce() -> Result<Nonce, SealFailed> {
    Ok(Nonce(random()?))
}

/// Random bytes of the kernel's generator.
pub fn random<const N: usize>() -> Result<[u8; N], SealFailed> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| SealFailed::NoRandom)?;
    Ok(bytes)
}

/// A new random key.
pub fn random_key() -> Result<Key, SealFailed> {
    Ok(Key::from_bytes(random()?))
}

/// Why something could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealFailed {
    /// The kernel gave no random bytes.
    #[error("the kernel gave no random bytes")]
    NoRandom,
    /// The body is longer than a record may be.
    #[error("the record is too long")]
    TooLong,
    /// There is no key for it.
    #[error("there is no key to seal it with")]
    NoKey,
}
