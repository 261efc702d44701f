//! Versions of the document's format, and the way from an older one to the present one.
//! Version 1 is the first. When the format changes: add `V2`, make it current, and give
//! [`Version::of`]'s caller a function from the V1 values to the V2 ones.

use serde::{Serialize, Serializer};

use crate::Reason;

/// A version this program reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The first.
    V1,
}

impl Version {
    /// What this program writes.
    pub const CURRENT: Self = Self::V1;

    /// The number in the document.
    pub fn number(self) -> u64 {
        match self {
            Self::V1 => 1,
        }
    }

    /// Tells which version a document says it is.
    pub(crate) fn of(number: u64) -> Result<Self, Reason> {
        match number {
            1 => Ok(Self::V1),
            newer if newer > Self::CURRENT.number() => {
                Err(Reason::VersionNewer { found: newer, known: Self::CURRENT.number() })
            }
            older => Err(Reason::VersionUnknown { found: older, known: Self::CURRENT.number() }),
        }
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.number())
    }
}
