//! The head record: where the chain stands, the live digest and the counters, in one sealed
//! record that changes with every batch (decision 0002, Engine: 117 bytes).

use seal::numbers::table;
use seal::{RecordId, Version};

use crate::digest::Sum;
use crate::keyring::{Keyring, SealFailed, seal_text};
use crate::place;

const LENGTH: usize = 117;

/// Where a store stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Seq of the last entry.
    pub seq: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// Over all live parts.
    pub digest: Sum,
    /// Number of live parts.
    pub parts: u64,
    /// Everything sealed so far.
    pub seals: u64,
    /// `seals` when the table keys in use began.
    pub epoch: u64,
    /// Raised by each restore.
    pub generation: u32,
    /// Whether the process ended in order.
    pub clean: bool,
    /// Time of the last entry.
    pub time: u64,
    /// Generation of `keys`.
    pub keys: u64,
}

impl Head {
    /// The change that puts it into the engine.
    pub fn seal(&self, keys: &Keyring) -> Result<crate::engine::Change, SealFailed> {
        let key = keys.table(table::HEAD).ok_or(SealFailed::NoKey)?;
        let place = (table::HEAD, RecordId([0; 16]), Version(self.seq + 1));
        let mut parts = seal_text(key, &keys.store, place, &self.encode(), 0)?;
        Ok((place::HEAD.to_vec(), parts.pop()))
    }

    /// Opens what lies at [`place::HEAD`]. `None` when it is no head record of this store.
    pub fn open(keys: &Keyring, sealed: &[u8]) -> Option<Self> {
        let header = seal::record::header(sealed).ok()?;
        let right = header.table == table::HEAD
            && header.id == RecordId([0; 16])
            && header.part == seal::record::LAST;
        let head = Self::decode(&keys.piece(&header, sealed).ok()?)?;
        (right && head.seq.checked_add(1) == Some(header.version.0)).then_some(head)
    }

    fn encode(&self) -> Vec<u8> {
        [
            &self.seq.to_be_bytes()[..],
            &self.hash,
            &self.digest.0,
            &self.parts.to_be_bytes(),
            &self.seals.to_be_bytes(),
            &self.epoch.to_be_bytes(),
            &self.generation.to_be_bytes(),
            &[u8::from(self.clean)],
            &self.time.to_be_bytes(),
            &self.keys.to_be_bytes(),
        ]
        .concat()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != LENGTH {
            return None;
        }
        let mut fields = Fields(bytes);
        Some(Self {
            seq: fields.u64()?,
            hash: fields.take()?,
            digest: Sum(fields.take()?),
            parts: fields.u64()?,
            seals: fields.u64()?,
            epoch: fields.u64()?,
            generation: u32::from_be_bytes(fields.take()?),
            clean: match fields.take()? {
                [0] => false,
                [1] => true,
                _ => return None,
            },
            time: fields.u64()?,
            keys: fields.u64()?,
        })
    }
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (front, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*front)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }
}
