//! A wrapped key (`GHK1`, 128 bytes): an entry of `keys`, or a slot of `person-keys`.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::cipher::{self, ALGORITHM};
use crate::fields::Fields;
use crate::{
    FormatError, Key, KeyId, Nonce, OpenError, RecordId, SealError, StoreId, TableId, label,
};

const MAGIC: [u8; 4] = *b"GHK1";
/// Bytes before the nonce, which the seal covers.
const COVERED: usize = 56;
/// Bytes that the check sum covers.
const SUMMED: usize = 124;

/// What a wrapped key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The key-encryption key, wrapped by M.
    Kek,
    /// A table's, wrapped by the KEK.
    Table,
    /// A person's, wrapped by the key of table 2.
    Person,
    /// Seed of the key that signs heads, wrapped by the KEK.
    Seed,
    /// Of the live digest, wrapped by the KEK.
    Digest,
    /// What is left of an erased person's: 32 zero bytes under the id of the key that was.
    Tombstone,
}

impl Kind {
    fn number(self) -> u8 {
        match self {
            Self::Kek => 2,
            Self::Table => 3,
            Self::Person => 4,
            Self::Seed => 5,
            Self::Digest => 6,
            Self::Tombstone => 9,
        }
    }

    fn from_number(number: u8) -> Option<Self> {
        let all = [Self::Kek, Self::Table, Self::Person, Self::Seed, Self::Digest, Self::Tombstone];
        all.into_iter().find(|kind| kind.number() == number)
    }

    fn is_of_person(self) -> bool {
        matches!(self, Self::Person | Self::Tombstone)
    }
}

/// A key, sealed by another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// What it is for.
    pub kind: Kind,
    /// Its table, else 0.
    pub table: TableId,
    /// Its person, else zeros.
    pub person: RecordId,
    /// Id of the key inside; of a tombstone, of the key that was.
    pub key: KeyId,
    /// Id of the key that wraps it.
    pub wrapping: KeyId,
    /// Generation of `keys` that first held it; 0 for a person's.
    pub generation: u64,
    nonce: Nonce,
    sealed: [u8; 32],
    tag: [u8; 16],
}

impl WrappedKey {
    /// Wraps a key of `keys`: any kind but a person's.
    ///
    /// # Errors
    /// [`SealError::Field`] for a person's, a table where none belongs or the reverse, generation 0.
    pub fn wrap(
        wrapping: &Key,
        store: &StoreId,
        kind: Kind,
        table: TableId,
        key: &Key,
        generation: u64,
        nonce: Nonce,
    ) -> Result<Self, SealError> {
        if kind.is_of_person() {
            return Err(SealError::Field("kind"));
        }
        let person = RecordId([0; 16]);
        let empty = Self::empty(wrapping, kind, table, person, key.id(), generation, nonce);
        empty.seal(wrapping, store, key.as_bytes())
    }

    /// Wraps a person's key.
    ///
    /// # Errors
    /// [`SealError::Field`] when the person is all zeros.
    pub fn wrap_person(
        wrapping: &Key,
        store: &StoreId,
        person: RecordId,
        key: &Key,
        nonce: Nonce,
    ) -> Result<Self, SealError> {
        let empty = Self::empty(wrapping, Kind::Person, TableId(0), person, key.id(), 0, nonce);
        empty.seal(wrapping, store, key.as_bytes())
    }

    /// What takes the place of a person's key when it is destroyed. It has to be opened as any
    /// other, so nobody without the keys can forge one.
    ///
    /// # Errors
    /// [`SealError::Field`] when the person is all zeros.
    pub fn tombstone(
        wrapping: &Key,
        store: &StoreId,
        person: RecordId,
        was: KeyId,
        nonce: Nonce,
    ) -> Result<Self, SealError> {
        let empty = Self::empty(wrapping, Kind::Tombstone, TableId(0), person, was, 0, nonce);
        empty.seal(wrapping, store, &[0; 32])
    }

    /// Unwraps it. A tombstone gives the key of 32 zero bytes, which seals nothing.
    ///
    /// # Errors
    /// [`OpenError::Key`] when another key wraps it or another is inside than it says,
    /// [`OpenError::Altered`].
    pub fn open(&self, wrapping: &Key, store: &StoreId) -> Result<Key, OpenError> {
        if self.wrapping != wrapping.id() {
            return Err(OpenError::Key);
        }
        let mut text = Zeroizing::new(self.sealed);
        let aad = self.aad(store);
        cipher::decrypt(wrapping.as_bytes(), &self.nonce, &aad, &mut text[..], &self.tag)?;
        let key = Key::from_bytes(*text);
        let right = match self.kind {
            Kind::Tombstone => *text == [0; 32],
            _ => key.id() == self.key,
        };
        if right { Ok(key) } else { Err(OpenError::Key) }
    }

    /// Its 128 bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; 128] {
        let mut all = self.covered().to_vec();
        all.extend(self.nonce.0);
        all.extend(self.sealed);
        all.extend(self.tag);
        all.extend(self.generation.to_be_bytes());
        let sum = Sha256::digest(&all);
        let mut bytes = [0; 128];
        for (to, from) in bytes.iter_mut().zip(all.iter().chain(sum.iter())) {
            *to = *from;
        }
        bytes
    }

    /// Reads 128 bytes. No key is needed; damage is found all the same.
    ///
    /// # Errors
    /// [`FormatError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut fields = Fields::new(bytes);
        fields.magic(MAGIC)?;
        let kind = fields.u8()?;
        let kind = Kind::from_number(kind).ok_or(FormatError::Kind(kind.into()))?;
        match fields.u8()? {
            ALGORITHM => {}
            other => return Err(FormatError::Algorithm(other)),
        }
        let wrapped = Self {
            kind,
            table: TableId(fields.u16()?),
            person: RecordId(fields.array()?),
            key: KeyId(fields.array()?),
            wrapping: KeyId(fields.array()?),
            nonce: Nonce(fields.array()?),
            sealed: fields.array()?,
            tag: fields.array()?,
            generation: fields.u64()?,
        };
        let sum: [u8; 4] = fields.array()?;
        fields.end()?;
        let summed = bytes.get(..SUMMED).ok_or(FormatError::Length)?;
        if !Sha256::digest(summed).starts_with(&sum) {
            return Err(FormatError::Sum);
        }
        wrapped.check().map_err(FormatError::Range)?;
        Ok(wrapped)
    }

    /// Each kind has its own of table, person and generation; the name of the wrong one.
    fn check(&self) -> Result<(), &'static str> {
        if (self.table.0 != 0) != (self.kind == Kind::Table) {
            return Err("table");
        }
        if (self.person.0 != [0; 16]) != self.kind.is_of_person() {
            return Err("person");
        }
        if (self.generation == 0) != self.kind.is_of_person() {
            return Err("generation");
        }
        Ok(())
    }

    fn empty(
        wrapping: &Key,
        kind: Kind,
        table: TableId,
        person: RecordId,
        key: KeyId,
        generation: u64,
        nonce: Nonce,
    ) -> Self {
        let (sealed, tag) = ([0; 32], [0; 16]);
        Self { kind, table, person, key, wrapping: wrapping.id(), generation, nonce, sealed, tag }
    }

    fn seal(mut self, wrapping: &Key, store: &StoreId, text: &[u8; 32]) -> Result<Self, SealError> {
        self.check().map_err(SealError::Field)?;
        let mut sealed = Zeroizing::new(*text);
        let aad = self.aad(store);
        self.tag = cipher::encrypt(wrapping.as_bytes(), &self.nonce, &aad, &mut sealed[..])?;
        self.sealed = *sealed;
        Ok(self)
    }

    fn covered(&self) -> [u8; COVERED] {
        let all = [
            &MAGIC[..],
            &[self.kind.number(), ALGORITHM],
            &self.table.0.to_be_bytes(),
            &self.person.0,
            &self.key.0,
            &self.wrapping.0,
        ];
        let mut bytes = [0; COVERED];
        for (to, from) in bytes.iter_mut().zip(all.into_iter().flatten()) {
            *to = *from;
        }
        bytes
    }

    fn aad(&self, store: &StoreId) -> Vec<u8> {
        let generation = self.generation.to_be_bytes();
        [label!("key"), &store.0, &self.covered(), &generation].concat()
    }
}
