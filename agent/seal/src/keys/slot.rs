//! An unlock slot (`GHU1`, 192 bytes): the master key, sealed by what one secret gives.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::cipher;
use crate::expand::{expand, extract};
use crate::fields::Fields;
use crate::{FormatError, Key, Nonce, SealError, StoreId, label};

/// Length of a slot, bytes.
pub(super) const LENGTH: usize = 192;
const MAGIC: [u8; 4] = *b"GHU1";
/// Argon2 1.3.
const ARGON_VERSION: u32 = 0x13;

/// What opens a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotKind {
    /// A passphrase, through Argon2id.
    Passphrase,
    /// The recovery key, 20 random bytes on paper.
    Recovery,
    /// 32 bytes that a TPM unseals.
    Tpm,
    /// The machine's key, 32 random bytes in a file.
    Machine,
}

/// Whether a slot may be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotState {
    /// It is.
    InUse,
    /// Its recovery key was shown and not typed back yet.
    Unconfirmed,
}

/// Costs of Argon2id (RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon {
    /// Memory, KiB.
    pub memory: u32,
    /// Passes.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Argon {
    /// RFC 9106 §4, second recommended option.
    fn default() -> Self {
        Self { memory: 65_536, passes: 3, lanes: 4 }
    }
}

impl Argon {
    /// Whether a reader takes them: 64 MiB to 1 GiB, 1 to 16 passes, 1 to 16 lanes.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        (1 << 16..=1 << 20).contains(&self.memory)
            && (1..=16).contains(&self.passes)
            && (1..=16).contains(&self.lanes)
    }
}

/// A slot in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What opens it.
    pub kind: SlotKind,
    /// Not part of what is sealed, so that typing back changes it alone.
    pub state: SlotState,
    /// Random.
    pub id: [u8; 16],
    /// Of a passphrase, else `None`.
    pub argon: Option<Argon>,
    /// Random, new at each writing.
    pub salt: [u8; 16],
    /// ms since 1970.
    pub made_at: u64,
    commitment: [u8; 32],
    nonce: Nonce,
    sealed: [u8; 32],
    tag: [u8; 16],
}

impl Slot {
    /// Seals the master key for this secret: what Argon2id gave, or 20 or 32 random bytes.
    ///
    /// # Errors
    /// [`SealError::Field`] for Argon2 costs that no reader takes, or with another kind than a
    /// passphrase.
    #[allow(clippy::too_many_arguments, reason = "each is a field of the format")]
    pub fn seal(
        secret: &[u8],
        store: &StoreId,
        kind: SlotKind,
        state: SlotState,
        id: [u8; 16],
        argon: Option<Argon>,
        salt: [u8; 16],
        made_at: u64,
        master: &Key,
        nonce: Nonce,
    ) -> Result<Self, SealError> {
        let fits = match kind {
            SlotKind::Passphrase => argon.is_some_and(|argon| argon.is_allowed()),
            _ => argon.is_none(),
        };
        if !fits {
            return Err(SealError::Field("Argon2 costs"));
        }
        let unlock = extract(&salt, secret);
        let commitment = *expand(&unlock, label!("slot-commit"));
        let (sealed, tag) = ([0; 32], [0; 16]);
        let mut slot =
            Self { kind, state, id, argon, salt, made_at, commitment, nonce, sealed, tag };
        let mut text = Zeroizing::new(*master.as_bytes());
        let wrap = expand(&unlock, label!("slot-wrap"));
        slot.tag = cipher::encrypt(&wrap, &nonce, &slot.aad(store), &mut text[..])?;
        slot.sealed = *text;
        Ok(slot)
    }

    /// The master key; `None` when the secret is another one, or the slot was altered. The
    /// commitment is compared first, in constant time: one guess tests one secret.
    #[must_use]
    pub fn open(&self, secret: &[u8], store: &StoreId) -> Option<Key> {
        let unlock = extract(&self.salt, secret);
        let commitment = expand(&unlock, label!("slot-commit"));
        if !bool::from(commitment.ct_eq(&self.commitment)) {
            return None;
        }
        let mut text = Zeroizing::new(self.sealed);
        let wrap = expand(&unlock, label!("slot-wrap"));
        cipher::decrypt(&wrap, &self.nonce, &self.aad(store), &mut text[..], &self.tag).ok()?;
        Some(Key::from_bytes(*text))
    }

    /// Its 192 bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; LENGTH] {
        let state = match self.state {
            SlotState::InUse => 1,
            SlotState::Unconfirmed => 2,
        };
        let all = [&self.covered(state)[..], &self.nonce.0, &self.sealed, &self.tag].concat();
        let mut bytes = [0; LENGTH];
        for (to, from) in bytes.iter_mut().zip(all) {
            *to = from;
        }
        bytes
    }

    /// Reads 192 bytes; `None` for a free slot, all zeros.
    ///
    /// # Errors
    /// [`FormatError`].
    pub fn decode(bytes: &[u8]) -> Result<Option<Self>, FormatError> {
        if bytes.len() != LENGTH {
            return Err(FormatError::Length);
        }
        if bytes.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let mut fields = Fields::new(bytes);
        fields.magic(MAGIC)?;
        let kind = match fields.u8()? {
            1 => SlotKind::Passphrase,
            2 => SlotKind::Recovery,
            3 => SlotKind::Tpm,
            4 => SlotKind::Machine,
            other => return Err(FormatError::Kind(other.into())),
        };
        let state = match fields.u8()? {
            1 => SlotState::InUse,
            2 => SlotState::Unconfirmed,
            other => return Err(FormatError::Kind(other.into())),
        };
        fields.zeros(2)?;
        let id = fields.array()?;
        let argon = if kind == SlotKind::Passphrase {
            let argon =
                Argon { memory: fields.u32()?, passes: fields.u32()?, lanes: fields.u32()? };
            if fields.u32()? != ARGON_VERSION || !argon.is_allowed() {
                return Err(FormatError::Range("Argon2 costs"));
            }
            Some(argon)
        } else {
            fields.zeros(16)?;
            None
        };
        let slot = Self {
            kind,
            state,
            id,
            argon,
            salt: fields.array()?,
            made_at: fields.u64()?,
            commitment: fields.array()?,
            nonce: Nonce(fields.array()?),
            sealed: fields.array()?,
            tag: fields.array()?,
        };
        fields.zeros(36)?;
        fields.end()?;
        Ok(Some(slot))
    }

    /// Bytes 0 to 95.
    fn covered(&self, state: u8) -> Vec<u8> {
        let kind = match self.kind {
            SlotKind::Passphrase => 1,
            SlotKind::Recovery => 2,
            SlotKind::Tpm => 3,
            SlotKind::Machine => 4,
        };
        let costs = self
            .argon
            .map_or([0; 4], |argon| [argon.memory, argon.passes, argon.lanes, ARGON_VERSION]);
        [
            &MAGIC[..],
            &[kind, state, 0, 0],
            &self.id,
            costs.map(u32::to_be_bytes).as_flattened(),
            &self.salt,
            &self.made_at.to_be_bytes(),
            &self.commitment,
        ]
        .concat()
    }

    fn aad(&self, store: &StoreId) -> Vec<u8> {
        [label!("slot"), &store.0, &self.covered(0)].concat()
    }
}
