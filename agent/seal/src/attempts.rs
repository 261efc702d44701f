//! Failed tries of the passphrase (`GHT1`): one slot of the file that counts them.

use sha2::{Digest, Sha256};

use crate::FormatError;
use crate::fields::Fields;

const MAGIC: [u8; 4] = *b"GHT1";
const COVERED: usize = 32;
/// Length of a slot, bytes.
pub const SLOT: usize = 512;

/// What one slot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempts {
    /// +1 with each writing; the higher of two slots counts.
    pub generation: u64,
    /// Failures since the last success.
    pub failures: u32,
    /// Time of the first of them, ms since 1970.
    pub first: u64,
    /// Time of the last.
    pub last: u64,
}

impl Attempts {
    /// Its slot.
    #[must_use]
    pub fn encode(&self) -> [u8; SLOT] {
        let covered = [
            &MAGIC[..],
            &self.generation.to_be_bytes(),
            &self.failures.to_be_bytes(),
            &self.first.to_be_bytes(),
            &self.last.to_be_bytes(),
        ]
        .concat();
        let sum = Sha256::digest(&covered);
        let mut slot = [0; SLOT];
        for (to, from) in slot.iter_mut().zip(covered.iter().chain(sum.iter())) {
            *to = *from;
        }
        slot
    }

    /// Reads a slot.
    ///
    /// # Errors
    /// [`FormatError`] when it is not whole.
    pub fn decode(slot: &[u8]) -> Result<Self, FormatError> {
        if slot.len() != SLOT {
            return Err(FormatError::Length);
        }
        let mut fields = Fields::new(slot);
        fields.magic(MAGIC)?;
        let attempts = Self {
            generation: fields.u64()?,
            failures: fields.u32()?,
            first: fields.u64()?,
            last: fields.u64()?,
        };
        let sum: [u8; 32] = fields.array()?;
        let covered = slot.get(..COVERED).ok_or(FormatError::Length)?;
        if sum != Sha256::digest(covered)[..] {
            return Err(FormatError::Sum);
        }
        fields.zeros(SLOT - COVERED - 32)?;
        Ok(attempts)
    }
}
