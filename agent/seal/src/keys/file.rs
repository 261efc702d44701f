//! The file `keys` (`GHF1`, 1 MiB): eight unlock slots and every wrapped key but the persons'.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::slot;
use super::{Kind, Slot, WrappedKey};
use crate::expand::{expand, mac};
use crate::fields::Fields;
use crate::{FormatError, Key, OpenError, SealError, StoreId, label};

/// Length of the file, bytes; what is not used is zero.
pub const LENGTH: usize = 1 << 20;
/// Number of unlock slots.
pub const SLOTS: usize = 8;
/// Most wrapped keys.
pub const MOST_KEYS: usize = 8_000;

const MAGIC: [u8; 4] = *b"GHF1";
const HEADER: usize = 64;
const WRAPPED: usize = 128;

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysFile {
    /// +1 with each writing; the highest that is whole counts.
    pub generation: u64,
    /// The store it belongs to.
    pub store: StoreId,
    /// Slots in use, in their places.
    pub slots: [Option<Slot>; SLOTS],
    /// Wrapped keys, any order.
    pub keys: Vec<WrappedKey>,
    /// As read; zeros in a new one.
    mac: [u8; 32],
}

impl KeysFile {
    /// An empty one.
    #[must_use]
    pub fn new(store: StoreId, generation: u64) -> Self {
        let slots = [const { None }; SLOTS];
        Self { generation, store, slots, keys: Vec::new(), mac: [0; 32] }
    }

    /// Its bytes, [`LENGTH`] of them.
    ///
    /// # Errors
    /// [`SealError::Length`] with more than [`MOST_KEYS`] keys, [`SealError::Field`] with a person's.
    pub fn encode(&self, master: &Key) -> Result<Vec<u8>, SealError> {
        let mut bytes = self.covered()?;
        let mac = Self::mac(master, &bytes);
        bytes.extend(mac);
        let sum = Sha256::digest(&bytes);
        bytes.extend(sum);
        bytes.resize(LENGTH, 0);
        Ok(bytes)
    }

    /// Reads a whole file. Without the master key this finds damage, not forgery: then
    /// [`KeysFile::check`] it.
    ///
    /// # Errors
    /// [`FormatError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() != LENGTH {
            return Err(FormatError::Length);
        }
        let mut fields = Fields::new(bytes);
        fields.magic(MAGIC)?;
        fields.zeros(4)?;
        let generation = fields.u64()?;
        let store = StoreId(fields.array()?);
        let count = fields.u32()?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if count > MOST_KEYS {
            return Err(FormatError::Range("number of keys"));
        }
        fields.zeros(28)?;

        // The sum first: what follows is then what someone wrote, not what a disk made of it.
        let covered = HEADER + SLOTS * slot::LENGTH + count * WRAPPED;
        let mut rest = Fields::new(bytes);
        rest.slice(covered)?;
        let mac = rest.array()?;
        let sum: [u8; 32] = rest.array()?;
        let summed = bytes.get(..covered + 32).ok_or(FormatError::Length)?;
        if sum != Sha256::digest(summed)[..] {
            return Err(FormatError::Sum);
        }
        rest.zeros(LENGTH - covered - 64)?;

        let mut slots = [const { None }; SLOTS];
        for slot in &mut slots {
            *slot = Slot::decode(fields.slice(slot::LENGTH)?)?;
        }
        let mut keys = Vec::with_capacity(count);
        for _ in 0..count {
            let key = WrappedKey::decode(fields.slice(WRAPPED)?)?;
            if is_of_person(&key) {
                return Err(FormatError::Range("a person's key"));
            }
            keys.push(key);
        }
        Ok(Self { generation, store, slots, keys, mac })
    }

    /// Whether the one who wrote what was read had the master key.
    ///
    /// # Errors
    /// [`OpenError::Altered`].
    pub fn check(&self, master: &Key) -> Result<(), OpenError> {
        // One encoding only: these are the bytes that were read.
        let covered = self.covered().map_err(|_| OpenError::Altered)?;
        let same = Self::mac(master, &covered).ct_eq(&self.mac);
        if bool::from(same) { Ok(()) } else { Err(OpenError::Altered) }
    }

    fn covered(&self) -> Result<Vec<u8>, SealError> {
        if self.keys.len() > MOST_KEYS {
            return Err(SealError::Length);
        }
        if self.keys.iter().any(is_of_person) {
            return Err(SealError::Field("a person's key"));
        }
        let count = u32::try_from(self.keys.len()).map_err(|_| SealError::Length)?;
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend(MAGIC);
        bytes.extend([0; 4]);
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.store.0);
        bytes.extend(count.to_be_bytes());
        bytes.resize(HEADER, 0);
        for slot in &self.slots {
            bytes.extend(slot.as_ref().map_or([0; slot::LENGTH], Slot::encode));
        }
        for key in &self.keys {
            bytes.extend(key.encode());
        }
        Ok(bytes)
    }

    fn mac(master: &Key, bytes: &[u8]) -> [u8; 32] {
        mac(&expand(master.as_bytes(), label!("key-file")), bytes)
    }
}

/// Those lie in `person-keys`, where they can be destroyed.
fn is_of_person(key: &WrappedKey) -> bool {
    matches!(key.kind, Kind::Person | Kind::Tombstone)
}
