//! `keys` and `keys-copy`: the unlock slots and every wrapped key but the persons'. Written in
//! place, the copy first, so that a slot taken away is overwritten in both.

use seal::numbers::table;
use std::path::Path;

use seal::keys::{KeysFile, Kind, Slot, SlotKind, SlotState, WrappedKey};
use seal::{Key, StoreId, TableId};

use crate::copies::{FileError, InPlace};
use crate::keyring::{Keyring, SealFailed, nonce, random_key};

/// The names of the two files.
pub const NAMES: [&str; 2] = ["keys", "keys-copy"];

/// Why the key file could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The disk refused.
    #[error("the key file could not be written")]
    File(#[from] FileError),
    /// Something in it could not be sealed.
    #[error("a key could not be sealed")]
    Seal(#[from] SealFailed),
}

/// The two files as read, before anything is unlocked.
#[derive(Debug)]
pub struct Locked {
    main: InPlace,
    copy: InPlace,
    /// The newest whole one.
    pub file: KeysFile,
    /// Whether one of the two is older or broken.
    pub differ: bool,
}

impl Locked {
    /// Reads both; `None` when neither is whole.
    pub fn read(directory: &Path) -> Result<Option<Self>, FileError> {
        let [main, copy] = NAMES.map(|name| InPlace::open(&directory.join(name)));
        let (main, copy) = (main?, copy?);
        let (ours, theirs) = (main.read()?, copy.read()?);
        let differ = ours != theirs;
        let whole = [&ours, &theirs].into_iter().filter_map(|bytes| KeysFile::decode(bytes).ok());
        let newest = whole.max_by_key(|file| file.generation);
        Ok(newest.map(|file| Self { main, copy, file, differ }))
    }

    /// With the master key: checks that whoever wrote the file had it, and mends the other copy.
    /// `None` when the file was altered.
    pub fn unlock(self, master: Key) -> Result<Option<KeyFile>, KeyFileError> {
        if self.file.check(&master).is_err() {
            return Ok(None);
        }
        let Self { main, copy, file, differ } = self;
        let mut keys = KeyFile { main, copy, file, master };
        if differ {
            tracing::warn!("one copy of the key file was older or broken; it was mended");
            keys.store_both()?;
        }
        Ok(Some(keys))
    }
}

/// The key file of an open store.
#[derive(Debug)]
pub struct KeyFile {
    main: InPlace,
    copy: InPlace,
    file: KeysFile,
    master: Key,
}

impl KeyFile {
    /// Makes both files in the directory of a new store, with a key for each table. The slot holds
    /// the master key.
    pub fn create(
        directory: &Path,
        store: StoreId,
        master: Key,
        slot: Slot,
    ) -> Result<Self, KeyFileError> {
        let [main, copy] = NAMES.map(|name| InPlace::open(&directory.join(name)));
        let (main, copy) = (main?, copy?);
        let kek = random_key()?;
        let mut file = KeysFile::new(store, 1);
        if let Some(first) = file.slots.first_mut() {
            *first = Some(slot);
        }
        file.keys.push(wrap(&master, store, Kind::Kek, TableId(0), &kek, 1)?);
        file.keys.push(wrap(&kek, store, Kind::Seed, TableId(0), &random_key()?, 1)?);
        file.keys.push(wrap(&kek, store, Kind::Digest, TableId(0), &random_key()?, 1)?);
        for table in seal::numbers::TABLES {
            file.keys.push(wrap(&kek, store, Kind::Table, *table, &random_key()?, 1)?);
        }
        let mut made = Self { main, copy, file, master };
        made.store_both()?;
        Ok(made)
    }

    /// Generation of what is on the disk.
    pub fn generation(&self) -> u64 {
        self.file.generation
    }

    /// Unwraps all keys; `None` when one does not open.
    pub fn unwrap_keys(&self) -> Option<Unwrapped> {
        let store = self.file.store;
        let kek = self.kek()?;
        let mut ring = Keyring::new(store);
        let (mut seed, mut digest) = (None, None);
        for wrapped in &self.file.keys {
            match wrapped.kind {
                Kind::Table => {
                    let key = wrapped.open(&kek, &store).ok()?;
                    ring.add_table(wrapped.table, wrapped.generation, key);
                }
                Kind::Seed => seed = Some(wrapped.open(&kek, &store).ok()?),
                Kind::Digest => digest = Some(wrapped.open(&kek, &store).ok()?),
                _ => {}
            }
        }
        Some(Unwrapped { ring, seed: seed?, digest: digest? })
    }

    /// Whether the store has a passphrase but no recovery key that was typed back.
    pub fn awaits_recovery(&self) -> bool {
        let has = |kind, state| self.slots().any(|slot| slot.kind == kind && state == slot.state);
        has(SlotKind::Passphrase, SlotState::InUse) && !has(SlotKind::Recovery, SlotState::InUse)
    }

    /// The slots in use.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.file.slots.iter().flatten()
    }

    /// The master key, to seal a new slot with.
    pub fn master(&self) -> &Key {
        &self.master
    }

    /// Puts a slot in the place of the one of its kind (or a free one), and writes both files.
    /// `known` is the generation that the head record knows: the next lies above both.
    pub fn put_slot(&mut self, slot: Slot, known: u64) -> Result<(), KeyFileError> {
        let same = self
            .file
            .slots
            .iter()
            .position(|old| old.as_ref().is_some_and(|old| old.kind == slot.kind));
        let free = self.file.slots.iter().position(Option::is_none);
        let place = same.or(free).and_then(|index| self.file.slots.get_mut(index));
        *place.ok_or(SealFailed::TooLong)? = Some(slot);
        self.next(known)
    }

    /// New keys for all tables; the old ones stay, and only open.
    pub fn new_epoch(&mut self, known: u64) -> Result<Vec<(TableId, Key)>, KeyFileError> {
        // The persons' wrapping key has no epoch: it wraps only.
        let tables = seal::numbers::TABLES.iter().copied();
        self.add_tables(tables.filter(|one| *one != table::PERSON_KEYS), known)
    }

    /// Keys for tables that this program knows and the store has none for yet.
    pub fn add_missing(&mut self, known: u64) -> Result<Vec<(TableId, Key)>, KeyFileError> {
        let missing: Vec<_> = seal::numbers::TABLES
            .iter()
            .copied()
            .filter(|table| {
                !self.file.keys.iter().any(|key| key.kind == Kind::Table && key.table == *table)
            })
            .collect();
        if missing.is_empty() { Ok(Vec::new()) } else { self.add_tables(missing, known) }
    }

    fn add_tables(
        &mut self,
        tables: impl IntoIterator<Item = TableId>,
        known: u64,
    ) -> Result<Vec<(TableId, Key)>, KeyFileError> {
        let kek = self.kek().ok_or(SealFailed::NoKey)?;
        let generation = self.file.generation.max(known) + 1;
        let mut made = Vec::new();
        for table in tables {
            let key = random_key()?;
            let store = self.file.store;
            self.file.keys.push(wrap(&kek, store, Kind::Table, table, &key, generation)?);
            made.push((table, key));
        }
        self.next(known)?;
        Ok(made)
    }

    fn kek(&self) -> Option<Key> {
        let wrapped = self.file.keys.iter().find(|key| key.kind == Kind::Kek)?;
        wrapped.open(&self.master, &self.file.store).ok()
    }

    fn next(&mut self, known: u64) -> Result<(), KeyFileError> {
        self.file.generation = self.file.generation.max(known) + 1;
        self.store_both()
    }

    /// The file, as it is on the disk.
    pub fn bytes(&self) -> Result<Vec<u8>, KeyFileError> {
        Ok(self.file.encode(&self.master).map_err(|_| SealFailed::TooLong)?)
    }

    fn store_both(&mut self) -> Result<(), KeyFileError> {
        let bytes = self.bytes()?;
        self.copy.write(0, &bytes)?;
        Ok(self.main.write(0, &bytes)?)
    }
}

/// What the key file gives to an open store.
#[derive(Debug)]
pub struct Unwrapped {
    /// The tables' keys.
    pub ring: Keyring,
    /// Seed of the key that signs heads.
    pub seed: Key,
    /// Key of the live digest.
    pub digest: Key,
}

fn wrap(
    wrapping: &Key,
    store: StoreId,
    kind: Kind,
    table: TableId,
    key: &Key,
    generation: u64,
) -> Result<WrappedKey, SealFailed> {
    WrappedKey::wrap(wrapping, &store, kind, table, key, generation, nonce()?)
        .map_err(|_| SealFailed::TooLong)
}
