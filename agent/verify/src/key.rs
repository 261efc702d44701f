//! Ed25519 (RFC 8032 §5.1), strictly: cofactorless, S < L, neither A nor R of small order.

use ed25519_dalek::{Signature, VerifyingKey};

/// A public key's 32 bytes.
pub type PublicKey = [u8; 32];

/// `x`, as every hash and signature of the format begins: `gatehouse/1 x` and a zero byte.
macro_rules! label {
    ($x:literal) => {
        concat!("gatehouse/1 ", $x, "\0").as_bytes()
    };
}
pub(crate) use label;

/// Whether these bytes are a point of the curve that is not of small order.
pub fn is_usable(key: &PublicKey) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| !key.is_weak())
}

/// Whether `key` signed `message`. `false` also for bytes that are no usable key.
pub fn has_signed(key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(key)
        .and_then(|key| key.verify_strict(message, &Signature::from_bytes(signature)))
        .is_ok()
}
