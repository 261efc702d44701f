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

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let pair = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(pair).collect()
    }

    /// The vectors of the GCM submission that SP 800-38D stands on: test cases 13, 14 and 16.
    #[test]
    fn encrypts_as_published() {
        let fe = "feffe9928665731c6d6a8f9467308308";
        let cases = [
            ("00".repeat(32), "00".repeat(12), "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
            (
                "00".repeat(32),
                "00".repeat(12),
                "",
                "00000000000000000000000000000000",
                "cea7403d4d606b6e074ec5d3baf39d18",
                "d0d1c8a799996bf0265b98b5d48ab919",
            ),
            (
                fe.repeat(2),
                "cafebabefacedbaddecaf888".to_owned(),
                "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                 1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
                 8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
                "76fc6ece0f4e1768cddf8853bb2d551b",
            ),
        ];
        for (key, nonce, aad, text, sealed, tag) in cases {
            let key = bytes(&key).try_into().unwrap();
            let nonce = Nonce(bytes(&nonce).try_into().unwrap());
            let mut work = bytes(text);
            let made = encrypt(&key, &nonce, &bytes(aad), &mut work).unwrap();
            assert_eq!((&work, made.to_vec()), (&bytes(sealed), bytes(tag)));
            decrypt(&key, &nonce, &bytes(aad), &mut work, &made).unwrap();
            assert_eq!(work, bytes(text));
            let other = [&bytes(aad)[..], &[0]].concat();
            assert!(decrypt(&key, &nonce, &other, &mut work, &made).is_err());
            assert_eq!(work, bytes(text), "nothing is left of what did not open");
        }
    }
}
