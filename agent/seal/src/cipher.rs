//! AES-256-GCM (SP 800-38D) with a nonce of 12 bytes and a tag of 16.

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};

use crate::{OpenError, SealError};

/// Number of the algorithm in every header.
pub(crate) const ALGORITHM: u8 = 1;

/// 12 bytes of `getrandom(2)`, a new one for each seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce(pub [u8; 12]);

/// Encrypts in place; the tag.
pub(crate) fn encrypt(
    key: &[u8; 32],
    nonce: &Nonce,
    aad: &[u8],
    text: &mut [u8],
) -> Result<[u8; 16], SealError> {
    let cipher = Aes256Gcm::new(key.into());
    let tag = cipher.encrypt_inout_detached((&nonce.0).into(), aad, text.into());
    tag.map(Into::into).map_err(|_| SealError::Cipher)
}

/// Decrypts in place. When the tag does not fit, `text` stays as it was.
pub(crate) fn decrypt(
    key: &[u8; 32],
    nonce: &Nonce,
    aad: &[u8],
    text: &mut [u8],
    tag: &[u8; 16],
) -> Result<(), OpenError> {
    let cipher = Aes256Gcm::new(key.into());
    let opened = cipher.decrypt_inout_detached((&nonce.0).into(), aad, text.into(), tag.into());
    opened.map_err(|_| OpenError::Altered)
}
