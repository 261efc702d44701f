//! A signed head (`GHH1`, 168 bytes): the box's word on the chain up to one entry (Ed25519,
//! RFC 8032 §5.1).

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::fields::Fields;
use crate::{FormatError, Key, StoreId, label};

const MAGIC: [u8; 4] = *b"GHH1";
const PREFIX: &str = "gatehouse-head-1 ";

/// Where a chain stood, signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedHead {
    /// Of the last restore; 0 before the first.
    pub generation: u32,
    /// The store.
    pub store: StoreId,
    /// Number of the entry it covers, with all before it.
    pub seq: u64,
    /// When it was made, ms since 1970.
    pub time: u64,
    /// Hash of that entry.
    pub hash: [u8; 32],
    /// Public key of its signature.
    pub key: [u8; 32],
    signature: [u8; 64],
}

impl SignedHead {
    /// Signs with a seed of 32 bytes.
    #[must_use]
    pub fn sign(
        seed: &Key,
        generation: u32,
        store: StoreId,
        seq: u64,
        time: u64,
        hash: [u8; 32],
    ) -> Self {
        let signing = SigningKey::from_bytes(seed.as_bytes());
        let key = signing.verifying_key().to_bytes();
        let mut head = Self { generation, store, seq, time, hash, key, signature: [0; 64] };
        head.signature = signing.sign(&head.message()).to_bytes();
        head
    }

    /// Whether its own key signed it, strictly (cofactorless, no key of small order).
    #[must_use]
    pub fn is_signed(&self) -> bool {
        let signature = Signature::from_bytes(&self.signature);
        VerifyingKey::from_bytes(&self.key)
            .is_ok_and(|key| key.verify_strict(&self.message(), &signature).is_ok())
    }

    /// Its 168 bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [&self.covered()[..], &self.signature].concat()
    }

    /// Reads a head from all of `bytes`. The signature is not checked.
    ///
    /// # Errors
    /// [`FormatError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut fields = Fields::new(bytes);
        fields.magic(MAGIC)?;
        let head = Self {
            generation: fields.u32()?,
            store: StoreId(fields.array()?),
            seq: fields.u64()?,
            time: fields.u64()?,
            hash: fields.array()?,
            key: fields.array()?,
            signature: fields.array()?,
        };
        fields.end()?;
        Ok(head)
    }

    /// As text: `gatehouse-head-1 ` and 224 characters of base64url.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&self.encode()))
    }

    fn covered(&self) -> Vec<u8> {
        [
            &MAGIC[..],
            &self.generation.to_be_bytes(),
            &self.store.0,
            &self.seq.to_be_bytes(),
            &self.time.to_be_bytes(),
            &self.hash,
            &self.key,
        ]
        .concat()
    }

    fn message(&self) -> Vec<u8> {
        [label!("head"), &self.covered()].concat()
    }
}

/// The public key of a seed.
#[must_use]
pub fn public_key(seed: &Key) -> [u8; 32] {
    SigningKey::from_bytes(seed.as_bytes()).verifying_key().to_bytes()
}

/// The old key's word for a new one, for the mark of entry `seq`.
#[must_use]
pub fn sign_new_key(old: &Key, store: StoreId, seq: u64, new: &[u8; 32]) -> [u8; 64] {
    let message = [label!("key-change"), &store.0, &seq.to_be_bytes(), new].concat();
    SigningKey::from_bytes(old.as_bytes()).sign(&message).to_bytes()
}
