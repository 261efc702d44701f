//! What opens a store, and makes its slots.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use seal::keys::{Argon, Slot, SlotKind, SlotState};
use seal::{Key, StoreId, passphrase, recovery};
use zeroize::Zeroizing;

use crate::copies::{FileError, cannot};
use crate::keyring::{SealFailed, nonce, random};

/// What a person, or the box, opens a store with.
pub enum Unlock {
    /// As typed. Every try is counted.
    Passphrase(Zeroizing<String>),
    /// As typed from paper.
    Recovery(Zeroizing<String>),
    /// A file of 32 random bytes.
    Machine(PathBuf),
}

impl fmt::Debug for Unlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passphrase(_) => "Passphrase",
            Self::Recovery(_) => "Recovery",
            Self::Machine(_) => "Machine",
        })
    }
}

/// Why what was given opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It is no passphrase that can be set.
    #[error("this cannot be a passphrase")]
    Passphrase(#[source] passphrase::PassphraseError),
    /// A slip in typing the recovery key.
    #[error("this is no recovery key: a symbol is wrong or missing")]
    Mistyped,
    /// The machine's key file.
    #[error("the machine's key cannot be read")]
    Machine(#[source] FileError),
    /// The machine's key file has another length.
    #[error("the machine's key is not 32 bytes")]
    MachineLength,
    /// The slot could not be sealed.
    #[error("the slot could not be sealed")]
    Seal(#[from] SealFailed),
}

impl Unlock {
    /// The kind of slot it opens.
    pub(crate) fn kind(&self) -> SlotKind {
        match self {
            Self::Passphrase(_) => SlotKind::Passphrase,
            Self::Recovery(_) => SlotKind::Recovery,
            Self::Machine(_) => SlotKind::Machine,
        }
    }

    /// The master key, from the slot of this kind. `None` when the secret is another one.
    pub(crate) fn open(&self, slot: &Slot, store: &StoreId) -> Result<Option<Key>, SecretError> {
        match self.secret(slot.argon, &slot.salt) {
            Ok(secret) => Ok(slot.open(&secret, store)),
            // What can be no passphrase is not this one.
            Err(SecretError::Passphrase(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A new slot for this secret around the master key.
    pub(crate) fn seal(
        &self,
        store: &StoreId,
        state: SlotState,
        made_at: u64,
        master: &Key,
    ) -> Result<Slot, SecretError> {
        let argon = matches!(self, Self::Passphrase(_)).then(Argon::default);
        let (id, salt) = (random()?, random()?);
        let secret = self.secret(argon, &salt)?;
        let (kind, nonce) = (self.kind(), nonce()?);
        Slot::seal(&secret, store, kind, state, id, argon, salt, made_at, master, nonce)
            .map_err(|_| SecretError::Seal(SealFailed::TooLong))
    }

    fn secret(
        &self,
        argon: Option<Argon>,
        salt: &[u8; 16],
    ) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        match self {
            Self::Passphrase(typed) => {
                let text = passphrase::normalise(typed).map_err(SecretError::Passphrase)?;
                let argon = argon.unwrap_or_default();
                let derived = passphrase::derive(&text, salt, argon);
                Ok(Zeroizing::new(derived.map_err(SecretError::Passphrase)?.to_vec()))
            }
            Self::Recovery(typed) => {
                let bytes = recovery::parse(typed).map_err(|_| SecretError::Mistyped)?;
                Ok(Zeroizing::new(bytes.to_vec()))
            }
            Self::Machine(path) => machine(path),
        }
    }
}

fn machine(path: &Path) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let bytes = fs::read(path).map_err(cannot("read", path)).map_err(SecretError::Machine)?;
    let bytes = Zeroizing::new(bytes);
    if bytes.len() == 32 { Ok(bytes) } else { Err(SecretError::MachineLength) }
}
