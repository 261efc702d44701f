//! One entry: that something happened and when, never who or what.

use sha2::{Digest, Sha256};

use crate::fields::Fields;
use crate::{FormatError, SealError, StoreId, label};

const MAGIC: [u8; 4] = *b"GHA1";
/// Most sealed parts of one entry.
pub const MOST_PARTS: usize = 64;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What kind of entry it is.
    pub mark: Mark,
    /// From 0, no gap.
    pub seq: u64,
    /// ms since 1970, the box's clock as it was.
    pub time: u64,
    /// Hash of the entry before; zeros for seq 0.
    pub before: [u8; 32],
    /// SHA-256 of each sealed part.
    pub parts: Vec<[u8; 32]>,
}

/// What kind of entry it is, with its extra bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// An access or a change.
    Ordinary,
    /// Seq 0, and only there: the first signing key.
    Genesis {
        /// Its public key.
        key: [u8; 32],
    },
    /// The process did not end cleanly: list reads of this time may be missing.
    Gap {
        /// Time of the last entry before.
        from: u64,
        /// Time of the opening.
        to: u64,
    },
    /// Goes on from a copy.
    Restored {
        /// Always above the former.
        generation: u32,
        /// Time of the copy.
        copy: u64,
    },
    /// A new signing key, in force from this entry on.
    NewKey {
        /// Its public key.
        key: [u8; 32],
        /// The old key's word for it.
        signature: [u8; 64],
    },
    /// Parts and former versions of this range were removed on purpose.
    Retention {
        /// First seq.
        first: u64,
        /// Last seq, below the entry's own.
        last: u64,
    },
}

impl Mark {
    fn number(&self) -> u16 {
        match self {
            Self::Ordinary => 0,
            Self::Genesis { .. } => 1,
            Self::Gap { .. } => 2,
            Self::Restored { .. } => 3,
            Self::NewKey { .. } => 4,
            Self::Retention { .. } => 5,
        }
    }

    fn extra(&self) -> Vec<u8> {
        match self {
            Self::Ordinary => Vec::new(),
            Self::Genesis { key } => key.to_vec(),
            Self::Gap { from: one, to: two } | Self::Retention { first: one, last: two } => {
                [one.to_be_bytes(), two.to_be_bytes()].concat()
            }
            Self::Restored { generation, copy } => {
                [&generation.to_be_bytes()[..], &copy.to_be_bytes()].concat()
            }
            Self::NewKey { key, signature } => [&key[..], signature].concat(),
        }
    }

    fn decode(number: u16, extra: &[u8]) -> Result<Self, FormatError> {
        let mut fields = Fields::new(extra);
        let mark = match number {
            0 => Self::Ordinary,
            1 => Self::Genesis { key: fields.array()? },
            2 => Self::Gap { from: fields.u64()?, to: fields.u64()? },
            3 => Self::Restored { generation: fields.u32()?, copy: fields.u64()? },
            4 => Self::NewKey { key: fields.array()?, signature: fields.array()? },
            5 => Self::Retention { first: fields.u64()?, last: fields.u64()? },
            unknown => return Err(FormatError::Kind(unknown)),
        };
        fields.end()?;
        Ok(mark)
    }
}

impl Frame {
    /// Its bytes.
    ///
    /// # Errors
    /// [`SealError::Length`] with more than [`MOST_PARTS`] parts, [`SealError::Field`] for a mark
    /// where it cannot stand.
    pub fn encode(&self) -> Result<Vec<u8>, SealError> {
        self.check().map_err(SealError::Field)?;
        let length = |length: usize| u16::try_from(length).map_err(|_| SealError::Length);
        if self.parts.len() > MOST_PARTS {
            return Err(SealError::Length);
        }
        let extra = self.mark.extra();
        Ok([
            &MAGIC[..],
            &self.mark.number().to_be_bytes(),
            &length(self.parts.len())?.to_be_bytes(),
            &self.seq.to_be_bytes(),
            &self.time.to_be_bytes(),
            &self.before,
            self.parts.as_flattened(),
            &length(extra.len())?.to_be_bytes(),
            &extra,
        ]
        .concat())
    }

    /// Reads a frame from all of `bytes`.
    ///
    /// # Errors
    /// [`FormatError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut fields = Fields::new(bytes);
        fields.magic(MAGIC)?;
        let mark = fields.u16()?;
        let count = fields.u16()?;
        if usize::from(count) > MOST_PARTS {
            return Err(FormatError::Range("number of parts"));
        }
        let seq = fields.u64()?;
        let time = fields.u64()?;
        let before = fields.array()?;
        let parts = (0..count).map(|_| fields.array()).collect::<Result<_, _>>()?;
        let extra = fields.u16()?;
        let mark = Mark::decode(mark, fields.slice(extra.into())?)?;
        fields.end()?;
        let frame = Self { mark, seq, time, before, parts };
        frame.check().map_err(FormatError::Range)?;
        Ok(frame)
    }

    /// What a single frame can be told by; the name of what is wrong.
    fn check(&self) -> Result<(), &'static str> {
        let genesis = matches!(self.mark, Mark::Genesis { .. });
        if genesis != (self.seq == 0) {
            return Err("mark");
        }
        if genesis && self.before != [0; 32] {
            return Err("hash before");
        }
        match self.mark {
            Mark::Retention { first, last } if first > last || last >= self.seq => Err("range"),
            _ => Ok(()),
        }
    }
}

/// Hash of an entry: SHA-256 over label, store id and the whole frame.
#[must_use]
pub fn entry_hash(store: &StoreId, frame: &[u8]) -> [u8; 32] {
    let hash = Sha256::new().chain_update(label!("entry"));
    hash.chain_update(store.0).chain_update(frame).finalize().into()
}
