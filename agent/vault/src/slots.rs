//! What opens a store, changed while it is open: passphrase and recovery key. All of it blocks.

use seal::keys::{SlotKind, SlotState};

use crate::job::CommitError;
use crate::keyring::SealFailed;
use crate::unlock::Unlock;
use crate::{Actor, Store};

impl Store {
    /// Gives the store another passphrase; the master key stays. `current` must open it. Blocks
    /// for Argon2 twice: not for an async thread.
    ///
    /// # Errors
    /// See [`SlotError`].
    pub fn change_passphrase(
        &self,
        who: &Actor,
        current: &Unlock,
        new: &Unlock,
    ) -> Result<(), SlotError> {
        let slot = self.slot(SlotKind::Passphrase)?;
        let store = self.id();
        if new.kind() != SlotKind::Passphrase || current.kind() != SlotKind::Passphrase {
            return Err(SlotError::WrongKind);
        }
        let master = current.open(&slot, &store).map_err(SlotError::Secret)?;
        let master = master.ok_or(SlotError::WrongSecret)?;
        let now = self.now();
        let slot = new.seal(&store, SlotState::InUse, now, &master).map_err(SlotError::Secret)?;
        self.put_slot(slot, who, seal::numbers::action::PASSPHRASE_CHANGED)
    }

    /// Makes a recovery key, to be written down; it opens nothing until it was typed back. One
    /// that was not typed back is replaced. Blocks.
    ///
    /// # Errors
    /// See [`SlotError`]; [`SlotError::Confirmed`] when one is in use.
    pub fn add_recovery(&self, who: &Actor) -> Result<zeroize::Zeroizing<String>, SlotError> {
        if let Ok(slot) = self.slot(SlotKind::Recovery)
            && slot.state == SlotState::InUse
        {
            return Err(SlotError::Confirmed);
        }
        let bytes: [u8; 20] = crate::keyring::random().map_err(SlotError::Seal)?;
        let text = seal::recovery::encode(&bytes);
        let unlock = Unlock::Recovery(text.clone());
        let master = self.ask(|writer| Ok(writer.keyfile.master().clone()))?;
        let now = self.now();
        let slot = unlock.seal(&self.id(), SlotState::Unconfirmed, now, &master);
        let slot = slot.map_err(SlotError::Secret)?;
        self.put_slot(slot, who, seal::numbers::action::RECOVERY_MADE)?;
        Ok(text)
    }

    /// Puts the recovery key in use, once it was typed back. Blocks.
    ///
    /// # Errors
    /// See [`SlotError`].
    pub fn confirm_recovery(&self, who: &Actor, typed: &Unlock) -> Result<(), SlotError> {
        let mut slot = self.slot(SlotKind::Recovery)?;
        if typed.kind() != SlotKind::Recovery {
            return Err(SlotError::WrongKind);
        }
        let master = typed.open(&slot, &self.id()).map_err(SlotError::Secret)?;
        if master.is_none() {
            return Err(SlotError::WrongSecret);
        }
        // The state is not part of what is sealed.
        slot.state = SlotState::InUse;
        self.put_slot(slot, who, seal::numbers::action::RECOVERY_CONFIRMED)
    }

    /// Has this machine's key open the store from now on, or this recovery key, in place of the one of its kind, if
    /// there is one. Who opened the store needs no other proof: what it holds says as much. Blocks.
    ///
    /// # Errors
    /// See [`SlotError`]; [`SlotError::WrongKind`] for a passphrase, which is changed by who knows it.
    pub fn opens_with(&self, who: &Actor, unlock: &Unlock) -> Result<(), SlotError> {
        let action = match unlock.kind() {
            SlotKind::Machine => seal::numbers::action::MACHINE_KEY_CHANGED,
            SlotKind::Recovery => seal::numbers::action::RECOVERY_MADE,
            SlotKind::Passphrase | SlotKind::Tpm => return Err(SlotError::WrongKind),
        };
        let master = self.ask(|writer| Ok(writer.keyfile.master().clone()))?;
        let slot = unlock.seal(&self.id(), SlotState::InUse, self.now(), &master);
        self.put_slot(slot.map_err(SlotError::Secret)?, who, action)
    }

    /// Whether this opens the store as it is. Blocks.
    ///
    /// # Errors
    /// See [`SlotError`].
    pub fn is_opened_by(&self, unlock: &Unlock) -> Result<bool, SlotError> {
        let slot = match self.slot(unlock.kind()) {
            Ok(slot) => slot,
            Err(SlotError::NoSlot) => return Ok(false),
            Err(error) => return Err(error),
        };
        let master = unlock.open(&slot, &self.id()).map_err(SlotError::Secret)?;
        Ok(slot.state == SlotState::InUse && master.is_some())
    }

    /// Whether the store has a passphrase and no recovery key that was typed back: then it takes
    /// no record yet.
    ///
    /// # Errors
    /// See [`SlotError`].
    pub fn awaits_recovery(&self) -> Result<bool, SlotError> {
        self.ask(|writer| Ok(writer.keyfile.awaits_recovery()))
    }

    fn slot(&self, kind: SlotKind) -> Result<seal::keys::Slot, SlotError> {
        self.ask(move |writer| {
            let slot = writer.keyfile.slots().find(|slot| slot.kind == kind);
            slot.cloned().ok_or(SlotError::NoSlot)
        })
    }

    fn put_slot(&self, slot: seal::keys::Slot, who: &Actor, action: u32) -> Result<(), SlotError> {
        let who = who.clone();
        self.ask(move |writer| writer.put_slot(slot, &who, action).map_err(SlotError::Commit))
    }
}

/// Why an unlock slot was not changed.
#[derive(Debug, thiserror::Error)]
pub enum SlotError {
    /// The store has no such slot.
    #[error("the store has no such key")]
    NoSlot,
    /// Given a passphrase for a recovery key, or the other way round.
    #[error("this is another kind of key")]
    WrongKind,
    /// It does not open the store.
    #[error("this does not open the store")]
    WrongSecret,
    /// A recovery key is in use already.
    #[error("a recovery key is in use already")]
    Confirmed,
    /// What was given is no secret at all.
    #[error("this cannot open the store")]
    Secret(#[source] crate::unlock::SecretError),
    /// The kernel gave no random bytes.
    #[error("no key could be made")]
    Seal(#[source] SealFailed),
    /// It could not be written.
    #[error("the key file was not changed")]
    Commit(#[source] CommitError),
}
