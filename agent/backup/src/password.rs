//! `keys/<id>`: the repository's master key, sealed by a password through scrypt, as restic
//! writes it. Ours is random, 160 bits at least, from the recovery sheet; so scrypt need not be
//! slow, and 16 MiB of memory are enough. One added with stock restic opens too.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::cipher::{Key, NoRandom, random};

/// log2 of N, with r = 8 and p = 1: 16 MiB.
const LOG_N: u8 = 14;
/// Most memory that a key file of a target's may make us take: 128 · N · r.
const MAX_MEMORY: u64 = 128 << 20;
/// Most work that one may make us do, as memory that is gone through: 128 · N · r · p. Stock restic measures the
/// machine that it runs on, and asks there for half a second: 32 MiB, 3 to 6 times and more.
const MAX_WORK: u64 = 1 << 30;

/// A password. Wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes it over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    created: String,
    username: String,
    hostname: String,
    kdf: String,
    #[serde(rename = "N")]
    n: u64,
    r: u32,
    p: u32,
    salt: String,
    data: String,
}

/// Why no key file could be made.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The kernel gave no random bytes.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// scrypt refused, or it could not be written down.
    #[error("no key could be made of the password")]
    Derive,
}

/// A key file that holds `master` for whoever has the password.
pub fn key_file(
    master: &Key,
    password: &Password,
    created: String,
    host: &str,
) -> Result<Vec<u8>, KeyFileError> {
    let mut salt = [0; 64];
    random(&mut salt)?;
    let derived = derive(password, &salt, LOG_N, 8, 1).ok_or(KeyFileError::Derive)?;
    let file = KeyFile {
        created,
        username: String::new(),
        hostname: host.to_owned(),
        kdf: "scrypt".to_owned(),
        n: 1 << LOG_N,
        r: 8,
        p: 1,
        salt: BASE64.encode(&salt),
        data: BASE64.encode(&Key::from_bytes(&derived).seal(&master.to_json())?),
    };
    serde_json::to_vec(&file).map_err(|_| KeyFileError::Derive)
}

/// The master key; `None` when this file is not for this password, or is none.
pub fn open_key_file(bytes: &[u8], password: &Password) -> Option<Key> {
    let file: KeyFile = serde_json::from_slice(bytes).ok()?;
    let memory = file.n.checked_mul(128)?.checked_mul(file.r.into())?;
    let fair = file.kdf == "scrypt"
        && file.n.is_power_of_two()
        && file.n >= 2
        && memory <= MAX_MEMORY
        && file.p >= 1
        && memory.checked_mul(file.p.into()).is_some_and(|work| work <= MAX_WORK);
    if !fair {
        tracing::warn!(n = file.n, r = file.r, p = file.p, kdf = file.kdf, "key file passed over");
        return None;
    }
    let salt = BASE64.decode(file.salt.as_bytes()).ok()?;
    let log_n = u8::try_from(file.n.trailing_zeros()).ok()?;
    let derived = derive(password, &salt, log_n, file.r, file.p)?;
    let text = Key::from_bytes(&derived).open(&BASE64.decode(file.data.as_bytes()).ok()?).ok()?;
    Key::from_json(&Zeroizing::new(text))
}

fn derive(
    password: &Password,
    salt: &[u8],
    log_n: u8,
    r: u32,
    p: u32,
) -> Option<Zeroizing<[u8; 64]>> {
    let params = scrypt::Params::new(log_n, r, p).ok()?;
    let mut derived = Zeroizing::new([0; 64]);
    scrypt::scrypt(password.0.as_bytes(), salt, &params, &mut derived[..]).ok()?;
    Some(derived)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_password_opens_it() {
        let master = Key::random().unwrap();
        let right = Password::new("seven groups of five".to_owned());
        let file = key_file(&master, &right, "2026-11-30T10:00:00Z".to_owned(), "box").unwrap();
        let opened = open_key_file(&file, &right).unwrap();
        assert_eq!(opened.open(&master.seal(b"x").unwrap()).unwrap(), b"x");
        assert!(open_key_file(&file, &Password::new("seven groups of six".to_owned())).is_none());
        assert!(open_key_file(b"{}", &right).is_none());
    }

    /// As a fast machine's restic asks for.
    #[test]
    fn a_key_of_more_rounds_opens() {
        let (master, right) = (Key::random().unwrap(), Password::new("a".to_owned()));
        let derived = derive(&right, &[7; 64], 10, 8, 9).unwrap();
        let file = KeyFile {
            created: String::new(),
            username: "by".to_owned(),
            hostname: "hand".to_owned(),
            kdf: "scrypt".to_owned(),
            n: 1 << 10,
            r: 8,
            p: 9,
            salt: BASE64.encode(&[7; 64]),
            data: BASE64.encode(&Key::from_bytes(&derived).seal(&master.to_json()).unwrap()),
        };
        let opened = open_key_file(&serde_json::to_vec(&file).unwrap(), &right).unwrap();
        assert_eq!(opened.open(&master.seal(b"x").unwrap()).unwrap(), b"x");
    }

    #[test]
    fn a_target_cannot_make_us_take_much_memory() {
        let master = Key::random().unwrap();
        let right = Password::new("a".to_owned());
        let file = key_file(&master, &right, String::new(), "box").unwrap();
        let text = String::from_utf8(file).unwrap();
        for (from, to) in [
            ("\"N\":16384", "\"N\":4294967296"),
            ("\"N\":16384", "\"N\":16383"),
            ("\"r\":8", "\"r\":4000000000"),
            ("\"p\":1", "\"p\":1000000"),
        ] {
            let forged = text.replace(from, to);
            assert_ne!(forged, text);
            assert!(open_key_file(forged.as_bytes(), &right).is_none(), "{to}");
        }
    }
}
