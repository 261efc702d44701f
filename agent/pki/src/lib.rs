//! The box's own certificate authority, which people install once, and the certificates it gives to
//! the two applications. The authority can vouch for `gatehouse.internal` and names below it, for
//! nothing else: its name constraints say so to every browser. Time is an argument; nothing is stored.

mod authority;
mod leaf;

pub use authority::Authority;
pub use leaf::{Leaf, Name};

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use sha2::{Digest, Sha256};
use x509_parser::prelude::X509Certificate;
use zeroize::Zeroizing;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// The library could not make it.
    #[error("the {what} cannot be made")]
    Make {
        /// What was being made.
        what: &'static str,
        /// Why.
        #[source]
        source: rcgen::Error,
    },
    /// What was stored is no certificate or key of ours.
    #[error("the stored {what} cannot be used")]
    Stored {
        /// What was being read.
        what: &'static str,
    },
}

impl PkiError {
    fn make(what: &'static str) -> impl FnOnce(rcgen::Error) -> Self {
        move |source| Self::Make { what, source }
    }
}

/// SHA-256 of a certificate's DER as browsers and `openssl x509 -fingerprint -sha256` show it:
/// `AB:CD:…`, 95 characters.
pub fn fingerprint(der: &[u8]) -> String {
    let bytes: Vec<String> = Sha256::digest(der).iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(":")
}

/// The key of a certificate, from its PKCS #8; none when that is no key or another's.
fn key_of(certificate: &X509Certificate<'_>, pkcs8: &[u8]) -> Option<KeyPair> {
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.into(), &PKCS_ECDSA_P256_SHA256).ok()?;
    let public = certificate.public_key().subject_public_key.data.as_ref();
    (public == key.public_key_raw()).then_some(key)
}

/// PEM (RFC 7468) of DER bytes.
fn pem(label: &str, der: &[u8]) -> String {
    // It may be a private key: no copy of it stays behind.
    let digits = Zeroizing::new(data_encoding::BASE64.encode(der));
    let mut text = String::with_capacity(digits.len() * 66 / 64 + 2 * label.len() + 64);
    text.push_str(&format!("-----BEGIN {label}-----\n"));
    let mut rest = digits.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(64).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}
