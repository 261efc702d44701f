//! HMAC-SHA-256 (RFC 2104) and the two halves of HKDF (RFC 5869) built on it, for 32 bytes.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// HMAC under a key of at most 64 bytes, filled up with zeros as RFC 2104 §2 says.
fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = Zeroizing::new([0; 64]);
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// HMAC-SHA-256 under a key of 32 bytes.
pub(crate) fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    hmac(key, &[message])
}

/// HKDF-Extract (RFC 5869 §2.2) with a salt of 16 bytes.
pub(crate) fn extract(salt: &[u8; 16], secret: &[u8]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(hmac(salt, &[secret]))
}

/// HKDF-Expand (RFC 5869 §2.3) to 32 bytes, which is its first block.
pub(crate) fn expand(key: &[u8; 32], info: &[u8]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(hmac(key, &[info, &[1]]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let pair = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(pair).collect()
    }

    /// RFC 5869 A.1 and A.2: the first 32 bytes of their output.
    #[test]
    fn expands_as_rfc_5869_says() {
        let key = bytes("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
        let out = expand(&key.try_into().unwrap(), &bytes("f0f1f2f3f4f5f6f7f8f9"));
        let expected = bytes("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
        assert_eq!(out.to_vec(), expected);

        let key = bytes("06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244");
        let info: Vec<u8> = (0xb0..=0xff).collect();
        let out = expand(&key.try_into().unwrap(), &info);
        let expected = bytes("b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c");
        assert_eq!(out.to_vec(), expected);
    }

    proptest! {
        #[test]
        fn is_hkdf_as_others_wrote_it(salt: [u8; 16], secret: Vec<u8>, info: Vec<u8>) {
            let (key, theirs) = hkdf::Hkdf::<Sha256>::extract(Some(&salt), &secret);
            let ours = extract(&salt, &secret);
            prop_assert_eq!(&ours[..], &key[..]);
            let mut out = [0; 32];
            theirs.expand(&info, &mut out).unwrap();
            prop_assert_eq!(*expand(&ours, &info), out);
        }
    }
}
