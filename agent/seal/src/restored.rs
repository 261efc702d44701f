//! The note of a restore (`GHN1`, 88 bytes): the file `restored` of a store that was made of a copy and
//! has not been opened since. The first opening writes mark 3 by it, and takes it away.

use sha2::{Digest, Sha256};

use crate::FormatError;
use crate::fields::Fields;

const MAGIC: [u8; 4] = *b"GHN1";
const COVERED: usize = 56;
/// Length of the file, bytes.
pub const LENGTH: usize = 88;

/// What a store was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Time of the copy, ms since 1970.
    pub copy: u64,
    /// Its last entry.
    pub seq: u64,
    /// The hash of that entry.
    pub hash: [u8; 32],
}

impl Restored {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (copy, seq) = (self.copy.to_be_bytes(), self.seq.to_be_bytes());
        let mut bytes = [&MAGIC[..], &[0; 4], &copy, &seq, &self.hash].concat();
        let sum = Sha256::digest(&bytes);
        bytes.extend(sum);
        bytes
    }

    /// Reads a note from all of `bytes`.
    ///
    /// # Errors
    /// [`FormatError`] when it is not whole.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut fields = Fields::new(bytes);
        fields.magic(MAGIC)?;
        fields.zeros(4)?;
        let note = Self { copy: fields.u64()?, seq: fields.u64()?, hash: fields.array()? };
        let sum: [u8; 32] = fields.array()?;
        fields.end()?;
        let covered = bytes.get(..COVERED).ok_or(FormatError::Length)?;
        if sum == Sha256::digest(covered)[..] { Ok(note) } else { Err(FormatError::Sum) }
    }
}
