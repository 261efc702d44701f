//! `person-keys` and its copy: one slot of 128 bytes for each person, the same index in both.
//! Outside the engine, because an engine keeps freed bytes for an unknown time; overwriting a slot
//! in place is what an erasure is. Nothing but an erasure destroys a slot.

use seal::numbers::table;
use std::path::Path;

use seal::keys::{Kind, WrappedKey};
use seal::{Key, KeyId, RecordId, StoreId};

use crate::batch::{Batch, Plan};
use crate::copies::{FileError, InPlace};
use crate::keyring::{KeyOf, Keyring, SealFailed, nonce, random_key};
use crate::reader::Reader;

/// Bytes of a slot.
pub const SLOT: usize = 128;
/// The files grow by so many slots of zeros.
const GROWTH: usize = 4_096;
/// Bytes of so many slots: what a copy takes at once.
pub const SEGMENT: usize = GROWTH * SLOT;

/// The names of the two files.
pub const NAMES: [&str; 2] = ["person-keys", "person-keys-copy"];

/// Both files, and where each key lies.
#[derive(Debug)]
pub struct PersonFile {
    store: StoreId,
    main: InPlace,
    copy: InPlace,
    /// Slots that are there, used or free.
    length: usize,
    next: usize,
    /// By slot, the key that lies or lay there. It is looked for at an erasure alone.
    ids: Vec<Option<KeyId>>,
    made: Vec<(usize, [u8; SLOT])>,
    writes: u64,
}

/// What was found in the files at opening.
#[derive(Debug, Default)]
pub struct Found {
    /// Persons' keys.
    pub keys: Vec<(RecordId, Key)>,
    /// Tombstones: the person, and the key that was destroyed.
    pub tombs: Vec<(RecordId, KeyId)>,
    /// Persons whose slot opens in neither copy; `None` where not even the name is readable.
    pub lost: Vec<Option<RecordId>>,
    /// Slots of one copy that were mended from the other.
    pub mended: usize,
}

/// One slot of one copy.
enum Slot {
    Free,
    Key(WrappedKey, Key),
    Tomb(WrappedKey),
    Broken(Option<RecordId>),
}

impl PersonFile {
    /// Makes both files in the directory of a new store.
    pub fn create(directory: &Path, store: StoreId) -> Result<Self, FileError> {
        let [main, copy] = NAMES.map(|name| InPlace::open(&directory.join(name)));
        let (main, copy) = (main?, copy?);
        copy.grow((GROWTH * SLOT) as u64)?;
        main.grow((GROWTH * SLOT) as u64)?;
        let (ids, made) = (Vec::new(), Vec::new());
        Ok(Self { store, main, copy, length: GROWTH, next: 0, ids, made, writes: 0 })
    }

    /// Opens both, compares them slot by slot and mends what one of them lost.
    pub fn open(directory: &Path, keys: &Keyring) -> Result<(Self, Found), FileError> {
        let [main, copy] = NAMES.map(|name| InPlace::open(&directory.join(name)));
        let (main, copy) = (main?, copy?);
        let (ours, theirs) = (main.read()?, copy.read()?);
        let length = ours.len().max(theirs.len()).div_ceil(SLOT).max(GROWTH);
        copy.grow((length * SLOT) as u64)?;
        main.grow((length * SLOT) as u64)?;
        let mut found = Found::default();
        let mut file = Self {
            store: keys.store,
            main,
            copy,
            length,
            next: 0,
            ids: Vec::new(),
            made: Vec::new(),
            writes: 0,
        };
        let (mut to_main, mut to_copy) = (Vec::new(), Vec::new());
        for index in 0..length {
            let (one, two) = (slot_at(&ours, index), slot_at(&theirs, index));
            let (best, bytes) = better(read(one, keys), read(two, keys), one, two);
            if one != bytes && !matches!(best, Slot::Broken(_)) {
                to_main.push(((index * SLOT) as u64, bytes));
            }
            if two != bytes && !matches!(best, Slot::Broken(_)) {
                to_copy.push(((index * SLOT) as u64, bytes));
            }
            file.count(index, best, &mut found);
        }
        found.mended = to_main.len() + to_copy.len();
        if !to_copy.is_empty() {
            file.copy.write_many(&to_copy)?;
        }
        if !to_main.is_empty() {
            file.main.write_many(&to_main)?;
        }
        Ok((file, found))
    }

    fn count(&mut self, index: usize, slot: Slot, found: &mut Found) {
        match slot {
            Slot::Free => return,
            Slot::Key(wrapped, key) => {
                self.set_id(index, wrapped.key);
                found.keys.push((wrapped.person, key));
            }
            Slot::Tomb(wrapped) => {
                self.set_id(index, wrapped.key);
                found.tombs.push((wrapped.person, wrapped.key));
            }
            Slot::Broken(person) => found.lost.push(person),
        }
        self.next = index + 1;
    }

    fn set_id(&mut self, slot: usize, id: KeyId) {
        if self.ids.len() <= slot {
            self.ids.resize(slot + 1, None);
        }
        if let Some(place) = self.ids.get_mut(slot) {
            *place = Some(id);
        }
    }

    /// Makes keys for the persons of a batch that have none; how many. They are written with the
    /// group, before the batch.
    pub fn make_for(&mut self, batch: &Batch<'_>, reader: &Reader) -> Result<u64, SealFailed> {
        let mut made = 0;
        let planned = batch.plans.iter().filter_map(|(_, plan)| match plan {
            Plan::Put { key, .. } => Some(*key),
            Plan::Delete { .. } | Plan::Restore { .. } => None,
        });
        for key in planned.chain(batch.details.iter().map(|detail| detail.key)) {
            if let KeyOf::Person(person) = key
                && reader.keys().person(person).is_none()
            {
                self.make(person, reader)?;
                made += 1;
            }
        }
        Ok(made)
    }

    fn make(&mut self, person: RecordId, reader: &Reader) -> Result<(), SealFailed> {
        let key = random_key()?;
        let slot = {
            let keys = reader.keys();
            let wrapping = keys.table(table::PERSON_KEYS).ok_or(SealFailed::NoKey)?;
            WrappedKey::wrap_person(wrapping, &self.store, person, &key, nonce()?)
                .map_err(|_| SealFailed::TooLong)?
        };
        self.set_id(self.next, slot.key);
        self.made.push((self.next, slot.encode()));
        self.next += 1;
        reader.change_keys(|keys| keys.add_person(person, key));
        Ok(())
    }

    /// Writes the slots that were made: to the copy, synced, then to the main file, synced.
    pub fn write(&mut self) -> Result<(), FileError> {
        let made = std::mem::take(&mut self.made);
        self.write_slots(&made)
    }

    /// Overwrites the slots of these keys, in both files, with tombstones of the same persons.
    pub fn bury(
        &mut self,
        person: RecordId,
        dead: &[KeyId],
        keys: &Keyring,
    ) -> Result<(), BuryError> {
        let mut slots = Vec::new();
        for (index, id) in self.ids.iter().enumerate() {
            let Some(id) = id.filter(|id| dead.contains(id)) else { continue };
            let wrapping = keys.table(table::PERSON_KEYS).ok_or(SealFailed::NoKey)?;
            let tomb = WrappedKey::tombstone(wrapping, &self.store, person, id, nonce()?)
                .map_err(|_| SealFailed::TooLong)?;
            slots.push((index, tomb.encode()));
        }
        Ok(self.write_slots(&slots)?)
    }

    /// How often slots were written since it was opened.
    pub fn writes(&self) -> u64 {
        self.writes
    }

    /// [`SEGMENT`] bytes of slots, fewer at the end; `None` behind it.
    pub fn segment(&self, number: u64) -> Result<Option<Vec<u8>>, FileError> {
        let (at, end) = (number.saturating_mul(SEGMENT as u64), (self.length * SLOT) as u64);
        let length = end.saturating_sub(at).min(SEGMENT as u64);
        if length == 0 {
            return Ok(None);
        }
        self.main.read_at(at, usize::try_from(length).unwrap_or(SEGMENT)).map(Some)
    }

    fn write_slots(&mut self, slots: &[(usize, [u8; SLOT])]) -> Result<(), FileError> {
        if slots.is_empty() {
            return Ok(());
        }
        self.writes += 1;
        if self.next > self.length {
            self.length = self.next.div_ceil(GROWTH) * GROWTH;
            self.copy.grow((self.length * SLOT) as u64)?;
            self.main.grow((self.length * SLOT) as u64)?;
        }
        let slots = slots.iter().map(|(index, slot)| ((index * SLOT) as u64, &slot[..]));
        let slots: Vec<_> = slots.collect();
        self.copy.write_many(&slots)?;
        self.main.write_many(&slots)
    }
}

/// Why a key could not be destroyed.
#[derive(Debug, thiserror::Error)]
pub enum BuryError {
    /// The disk refused.
    #[error("the person's key could not be overwritten")]
    File(#[from] FileError),
    /// The tombstone could not be made.
    #[error("the tombstone could not be sealed")]
    Seal(#[from] SealFailed),
}

const ZEROS: [u8; SLOT] = [0; SLOT];

fn slot_at(file: &[u8], index: usize) -> &[u8] {
    file.get(index * SLOT..(index + 1) * SLOT).unwrap_or(&ZEROS)
}

fn read(bytes: &[u8], keys: &Keyring) -> Slot {
    if bytes == ZEROS {
        return Slot::Free;
    }
    let Ok(wrapped) = WrappedKey::decode(bytes) else { return Slot::Broken(None) };
    let opened = keys.key(wrapped.wrapping).and_then(|key| wrapped.open(key, &keys.store).ok());
    match (wrapped.kind, opened) {
        (Kind::Person, Some(key)) => Slot::Key(wrapped, key),
        (Kind::Tombstone, Some(_)) => Slot::Tomb(wrapped),
        _ => Slot::Broken(Some(wrapped.person)),
    }
}

/// A tombstone wins, then the one that opens; a free one says nothing against a used one.
fn better<'a>(one: Slot, two: Slot, ours: &'a [u8], theirs: &'a [u8]) -> (Slot, &'a [u8]) {
    let rank = |slot: &Slot| match slot {
        Slot::Tomb(_) => 3,
        Slot::Key(..) => 2,
        Slot::Broken(_) => 1,
        Slot::Free => 0,
    };
    if rank(&one) >= rank(&two) { (one, ours) } else { (two, theirs) }
}
