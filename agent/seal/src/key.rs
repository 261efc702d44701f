//! A key of 32 bytes with its id. Wiped when dropped; never shown.

use std::fmt;

use zeroize::Zeroizing;

use crate::expand::expand;
use crate::{KeyId, label};

/// A key. Random, never derived; its id commits to it.
#[derive(Clone)]
pub struct Key {
    bytes: Zeroizing<[u8; 32]>,
    id: KeyId,
}

impl Key {
    /// From 32 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let mut id = [0; 16];
        let expanded = expand(&bytes, label!("key-id"));
        for (to, from) in id.iter_mut().zip(expanded.iter()) {
            *to = *from;
        }
        Self { bytes, id: KeyId(id) }
    }

    /// First 16 bytes of `Expand(key, label("key-id"))`.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The bytes themselves.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}
