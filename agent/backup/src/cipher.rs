//! restic's cipher (its `doc/design.rst`, "Keys, Encryption and MAC"): AES-256 in counter mode,
//! then Poly1305-AES over the ciphertext. Sealed bytes: nonce 16 ‖ ciphertext ‖ tag 16.

use aes::cipher::{BlockCipherEncrypt, KeyInit, KeyIvInit, StreamCipher};
use data_encoding::BASE64;
use poly1305::Poly1305;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// What sealing adds, bytes.
pub const OVERHEAD: usize = 32;

/// Why something sealed did not open: another key, or changed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it does not open: another key, or changed bytes")]
pub struct NotOpened;

/// No randomness from the kernel.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the kernel gave no random bytes")]
pub struct NoRandom(#[source] getrandom::Error);

/// Random bytes from the kernel.
pub fn random(bytes: &mut [u8]) -> Result<(), NoRandom> {
    getrandom::fill(bytes).map_err(NoRandom)
}

/// A key of restic's: one part for the cipher, two for the tag. Wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Key {
    encrypt: [u8; 32],
    mac_k: [u8; 16],
    mac_r: [u8; 16],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// How a key is written within a key file.
#[derive(Serialize, Deserialize)]
struct Written {
    mac: WrittenMac,
    encrypt: String,
}

#[derive(Serialize, Deserialize)]
struct WrittenMac {
    k: String,
    r: String,
}

impl Key {
    /// A new one.
    pub fn random() -> Result<Self, NoRandom> {
        let mut bytes = Zeroizing::new([0; 64]);
        random(&mut bytes[..])?;
        Ok(Self::from_bytes(&bytes))
    }

    /// Of 64 bytes in the order in which restic takes them from scrypt.
    pub fn from_bytes(bytes: &[u8; 64]) -> Self {
        let (mut encrypt, mut mac_k, mut mac_r) = ([0; 32], [0; 16], [0; 16]);
        for (to, from) in encrypt.iter_mut().chain(&mut mac_k).chain(&mut mac_r).zip(bytes) {
            *to = *from;
        }
        Self { encrypt, mac_k, mac_r: clamped(mac_r) }
    }

    /// Reads what [`Key::to_json`] or restic wrote.
    pub fn from_json(text: &[u8]) -> Option<Self> {
        let mut written: Written = serde_json::from_slice(text).ok()?;
        let encrypt = decode(&written.encrypt);
        let (mac_k, mac_r) = (decode(&written.mac.k), decode(&written.mac.r));
        written.encrypt.zeroize();
        written.mac.k.zeroize();
        written.mac.r.zeroize();
        Some(Self { encrypt: encrypt?, mac_k: mac_k?, mac_r: clamped(mac_r?) })
    }

    /// As restic writes it.
    pub fn to_json(&self) -> Zeroizing<Vec<u8>> {
        let [encrypt, k, r] = [&self.encrypt[..], &self.mac_k, &self.mac_r]
            .map(|bytes| Zeroizing::new(BASE64.encode(bytes)));
        let text = format!(
            r#"{{"mac":{{"k":"{}","r":"{}"}},"encrypt":"{}"}}"#,
            k.as_str(),
            r.as_str(),
            encrypt.as_str()
        );
        Zeroizing::new(text.into_bytes())
    }

    /// Seals under a new random nonce.
    pub fn seal(&self, text: &[u8]) -> Result<Vec<u8>, NoRandom> {
        let mut nonce = [0; 16];
        random(&mut nonce)?;
        let mut sealed = Vec::with_capacity(text.len() + OVERHEAD);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(text);
        if let Some((_, body)) = sealed.split_at_mut_checked(nonce.len()) {
            self.stream(&nonce, body);
            let tag = self.tag(&nonce, body);
            sealed.extend_from_slice(&tag);
        }
        Ok(sealed)
    }

    /// Opens what [`Key::seal`] or restic made.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, NotOpened> {
        let (nonce, rest) = sealed.split_first_chunk::<16>().ok_or(NotOpened)?;
        let (body, tag) = rest.split_last_chunk::<16>().ok_or(NotOpened)?;
        if !bool::from(self.tag(nonce, body)[..].ct_eq(&tag[..])) {
            return Err(NotOpened);
        }
        let mut text = body.to_vec();
        self.stream(nonce, &mut text);
        Ok(text)
    }

    fn stream(&self, nonce: &[u8; 16], body: &mut [u8]) {
        ctr::Ctr128BE::<aes::Aes256>::new(&self.encrypt.into(), &(*nonce).into())
            .apply_keystream(body);
    }

    /// Poly1305-AES (Bernstein 2005): the pad is the nonce under AES-128.
    fn tag(&self, nonce: &[u8; 16], body: &[u8]) -> [u8; 16] {
        let mut pad = (*nonce).into();
        aes::Aes128::new(&self.mac_k.into()).encrypt_block(&mut pad);
        let mut key = Zeroizing::new([0; 32]);
        for (to, from) in key.iter_mut().zip(self.mac_r.iter().chain(pad.iter())) {
            *to = *from;
        }
        Poly1305::new(&(*key).into()).compute_unpadded(body).into()
    }
}

/// As restic keeps `r`: the bits that Poly1305 does not use are zero.
fn clamped(mut r: [u8; 16]) -> [u8; 16] {
    for (index, byte) in r.iter_mut().enumerate() {
        match index {
            3 | 7 | 11 | 15 => *byte &= 15,
            4 | 8 | 12 => *byte &= 252,
            _ => {}
        }
    }
    r
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes = Zeroizing::new(BASE64.decode(text.as_bytes()).ok()?);
    bytes.as_slice().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bernstein, "The Poly1305-AES message-authentication code" (2005), appendix B, second example.
    #[test]
    fn tag_is_bernsteins() {
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        let key = Key {
            encrypt: [0; 32],
            mac_k: hex("75deaa25c09f208e1dc4ce6b5cad3fbf").try_into().unwrap(),
            mac_r: hex("a0f3080000f46400d0c7e9076c834403").try_into().unwrap(),
        };
        let nonce: [u8; 16] = hex("61ee09218d29b0aaed7e154a2c5509cc").try_into().unwrap();
        assert_eq!(key.tag(&nonce, &[])[..], hex("dd3fab2251f11ac759f0887129cc2ee7"));
    }

    #[test]
    fn any_changed_byte_is_refused() {
        let key = Key::random().unwrap();
        let sealed = key.seal(b"sealed once more").unwrap();
        assert_eq!(key.open(&sealed).unwrap(), b"sealed once more");
        for index in 0..sealed.len() {
            let mut other = sealed.clone();
            other[index] ^= 1;
            assert_eq!(key.open(&other), Err(NotOpened), "byte {index}");
        }
        assert_eq!(Key::random().unwrap().open(&sealed), Err(NotOpened));
        assert_eq!(key.open(&sealed[..31]), Err(NotOpened));
    }

    #[test]
    fn a_key_is_written_and_read() {
        let key = Key::random().unwrap();
        let again = Key::from_json(&key.to_json()).unwrap();
        assert_eq!(again.open(&key.seal(b"x").unwrap()).unwrap(), b"x");
        assert!(Key::from_json(b"{}").is_none());
    }
}
