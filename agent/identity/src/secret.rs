//! Random values that a browser holds, and what we keep of them.

use std::fmt;

use seal::RecordId;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// 256 random bits as 43 characters of base64url: a session, a step, an invitation.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

/// What is kept of a secret: its SHA-256. Nobody gets the secret back from it.
pub(crate) type Kept = [u8; 32];

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// The kernel gave no randomness.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut())?;
        Ok(Self(Zeroizing::new(data_encoding::BASE64URL_NOPAD.encode(bytes.as_ref()))))
    }

    /// One that a browser presents; `None` for what was never one.
    #[must_use]
    pub fn presented(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok()?);
        (bytes.len() == 32).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The one of a request: SHA-256 of this secret, the request's key and whose it is, each of a fixed
    /// length. The same request has the same one, and nobody without this secret can tell it.
    pub(crate) fn of_request(&self, key: &[u8; 16], account: RecordId) -> Self {
        let hash = Sha256::new().chain_update(self.0.as_bytes()).chain_update(key);
        let bytes = Zeroizing::new(<[u8; 32]>::from(hash.chain_update(account.0).finalize()));
        Self(Zeroizing::new(data_encoding::BASE64URL_NOPAD.encode(bytes.as_ref())))
    }

    /// Its text, for a cookie or a link. Never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn kept(&self) -> Kept {
        kept(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of a text that somebody presents as a secret.
pub(crate) fn kept(text: &str) -> Kept {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_equal_and_none_shows_itself() {
        let (one, other) = (Secret::new().unwrap(), Secret::new().unwrap());
        assert_ne!(one.expose(), other.expose());
        assert_eq!(one.expose().len(), 43);
        assert_eq!(format!("{one:?}"), "Secret(…)");
        assert_eq!(one.kept(), kept(one.expose()));
    }

    #[test]
    fn only_what_may_be_one_is_taken_for_one() {
        let one = Secret::new().unwrap();
        assert_eq!(Secret::presented(one.expose()).unwrap().kept(), one.kept());
        for wrong in ["", "AAAA", "a;b", &one.expose()[1..], &format!("{}A", one.expose())] {
            assert!(Secret::presented(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_request_has_one_of_its_own() {
        let (from, other) = (Secret::new().unwrap(), Secret::new().unwrap());
        let of = |from: &Secret, key, account| {
            from.of_request(&[key; 16], RecordId([account; 16])).expose().to_owned()
        };
        assert_eq!(of(&from, 1, 2), of(&from, 1, 2));
        assert_eq!(of(&from, 1, 2).len(), 43);
        for different in [of(&from, 2, 2), of(&from, 1, 1), of(&other, 1, 2)] {
            assert_ne!(of(&from, 1, 2), different);
        }
    }
}
