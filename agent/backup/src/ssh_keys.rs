//! The two keys of a way over SSH: the server's, by which it is known before anything is said to it, and one that
//! the box makes for one target, to sign in there with.

use std::fmt;

use data_encoding::{BASE64_NOPAD, HEXLOWER};
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{Algorithm, EcdsaCurve, HashAlg, PrivateKey, PublicKey};
use zeroize::Zeroizing;

use crate::cipher::{NoRandom, random};

/// Longest text that is read, bytes: all that `ssh-keyscan` prints of a server.
const MOST: usize = 8 << 10;

/// What stands after the public key in `authorized_keys`, so that its owner knows whose it is.
const COMMENT: &str = "gatehouse";

/// Kinds of host keys that are taken, the best first. Not RSA: see decision 0013.
const KINDS: [Algorithm; 4] = [
    Algorithm::Ed25519,
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
];

/// What a server's key has to be: somebody looked it up at the server, and nobody is believed at first sight.
#[derive(Clone, PartialEq, Eq)]
pub enum HostKey {
    /// The key itself.
    Key(PublicKey),
    /// The SHA-256 of one.
    Fingerprint([u8; 32]),
}

/// No host key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHostKey {
    /// Neither a line of a key nor a fingerprint.
    #[error("this is neither a host key's line nor its SHA256: fingerprint")]
    Other,
    /// It is of a kind that is not taken.
    #[error("only Ed25519 and ECDSA host keys are taken")]
    Kind,
}

impl HostKey {
    /// As somebody pasted it: a line of `/etc/ssh/ssh_host_*_key.pub` or `known_hosts`, what `ssh-keyscan` prints
    /// (the best of the keys that it names), a fingerprint, or the line of one that `ssh-keygen -l` prints.
    ///
    /// # Errors
    /// See [`InvalidHostKey`].
    pub fn parse(text: &str) -> Result<Self, InvalidHostKey> {
        if text.len() > MOST {
            return Err(InvalidHostKey::Other);
        }
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '@']));
        let mut found: Vec<_> = lines.filter(|line| !line.is_empty()).map(read_line).collect();
        // The best kind first, a fingerprint last; a kind that is not taken only where there is nothing else.
        found.sort_by_key(|one| match one {
            Ok(Self::Key(key)) => {
                KINDS.iter().position(|kind| *kind == key.algorithm()).unwrap_or(KINDS.len())
            }
            Ok(Self::Fingerprint(_)) => KINDS.len() + 1,
            Err(InvalidHostKey::Kind) => KINDS.len() + 2,
            Err(InvalidHostKey::Other) => KINDS.len() + 3,
        });
        found.into_iter().next().unwrap_or(Err(InvalidHostKey::Other))
    }

    /// Kinds of keys to ask a server for, one after the other, until it shows this one.
    pub(crate) fn kinds(&self) -> Vec<Algorithm> {
        match self {
            Self::Key(key) => vec![key.algorithm()],
            Self::Fingerprint(_) => KINDS.to_vec(),
        }
    }

    /// Whether it is this one.
    pub(crate) fn is(&self, shown: &PublicKey) -> bool {
        match self {
            Self::Key(key) => key.key_data() == shown.key_data(),
            Self::Fingerprint(hash) => {
                shown.fingerprint(HashAlg::Sha256).sha256().as_ref() == Some(hash)
            }
        }
    }
}

/// As it is written down: a line without a name or comment, or a fingerprint.
impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => f.write_str(&key.to_openssh().map_err(|_| fmt::Error)?),
            Self::Fingerprint(hash) => write!(f, "SHA256:{}", BASE64_NOPAD.encode(hash)),
        }
    }
}

impl fmt::Debug for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn read_line(line: &str) -> Result<HostKey, InvalidHostKey> {
    let words: Vec<_> = line.split_whitespace().collect();
    if let Some(hash) = words.iter().find_map(|word| word.strip_prefix("SHA256:")) {
        let hash = BASE64_NOPAD.decode(hash.trim_end_matches('=').as_bytes());
        let hash = hash.ok().and_then(|hash| hash.try_into().ok());
        // What `ssh-keygen -l` says of the kind comes last.
        if words.last() == Some(&"(RSA)") {
            return Err(InvalidHostKey::Kind);
        }
        return hash.map(HostKey::Fingerprint).ok_or(InvalidHostKey::Other);
    }
    let named =
        words.array_windows().find(|[kind, blob]| is_kind(kind) && blob.starts_with("AAAA"));
    let [kind, blob] = named.ok_or(InvalidHostKey::Other)?;
    if !KINDS.iter().any(|one| one.as_str() == *kind) {
        return Err(InvalidHostKey::Kind);
    }
    let key = PublicKey::from_openssh(&format!("{kind} {blob}"));
    key.map(HostKey::Key).map_err(|_| InvalidHostKey::Other)
}

fn is_kind(word: &str) -> bool {
    ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|begin| word.starts_with(begin))
}

/// A key pair (Ed25519) that the box made for one target.
#[derive(Clone, PartialEq, Eq)]
pub struct BoxKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for BoxKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BoxKey(…)")
    }
}

/// No private key of the box's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no key of the box's: 64 hexadecimal digits")]
pub struct InvalidBoxKey;

impl BoxKey {
    /// A new one.
    ///
    /// # Errors
    /// When the kernel gives no random bytes.
    pub fn new() -> Result<Self, NoRandom> {
        let mut seed = Zeroizing::new([0; 32]);
        random(&mut seed[..])?;
        Ok(Self(seed))
    }

    /// As a person typed it: 64 hexadecimal digits, grouped in any way.
    ///
    /// # Errors
    /// For anything else.
    pub fn parse(typed: &str) -> Result<Self, InvalidBoxKey> {
        let skipped = |c: &char| !c.is_whitespace() && *c != '-';
        let digits: Zeroizing<String> =
            Zeroizing::new(typed.chars().filter(skipped).map(|c| c.to_ascii_lowercase()).collect());
        let seed =
            HEXLOWER.decode(digits.as_bytes()).map(Zeroizing::new).map_err(|_| InvalidBoxKey)?;
        let seed: [u8; 32] = seed.as_slice().try_into().map_err(|_| InvalidBoxKey)?;
        Ok(Self(Zeroizing::new(seed)))
    }

    /// The private key as it is printed: eight groups of eight hexadecimal digits.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(72));
        for group in self.0.chunks(4) {
            if !text.is_empty() {
                text.push('-');
            }
            text.push_str(&Zeroizing::new(HEXLOWER.encode(group)));
        }
        text
    }

    /// The line for `authorized_keys`.
    #[must_use]
    pub fn public_line(&self) -> String {
        let line = self.pair().public_key().to_openssh();
        format!("{} {COMMENT}", line.unwrap_or_default())
    }

    pub(crate) fn pair(&self) -> PrivateKey {
        PrivateKey::from(Ed25519Keypair::from_seed(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5vERNLJyhITwD9Qz6gVZf3eFpFGDvXeZ1PEUcI7W4A";
    const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7";

    fn made() -> HostKey {
        HostKey::parse(&BoxKey::new().unwrap().public_line()).unwrap()
    }

    #[test]
    fn a_host_key_is_read_as_servers_and_tools_write_it() {
        let key = HostKey::parse(ED25519).unwrap();
        assert_eq!(key.to_string(), ED25519);
        let HostKey::Key(inner) = &key else { panic!("{key}") };
        let hash = inner.fingerprint(HashAlg::Sha256).to_string();
        for text in [
            format!("{ED25519} root@nas\n"),
            format!("[nas.example.net]:2222 {ED25519}"),
            format!("# nas:22 SSH-2.0-OpenSSH_10.0\nnas {RSA}\nnas {ED25519}\r\n"),
        ] {
            assert_eq!(HostKey::parse(&text).unwrap(), key, "{text}");
        }
        for text in [hash.clone(), format!("{hash}="), format!(" 256 {hash} root@nas (ED25519)")] {
            let read = HostKey::parse(&text).unwrap();
            assert_eq!(read.to_string(), hash, "{text}");
            assert!(read.is(inner) && read != key);
            assert_eq!(read.kinds().len(), 4);
        }
        let other = made();
        let HostKey::Key(other) = &other else { panic!("{other}") };
        assert!(key.is(inner) && !key.is(other) && !HostKey::parse(&hash).unwrap().is(other));
    }

    #[test]
    fn nothing_else_is_a_host_key() {
        for (text, reason) in [
            (RSA.to_owned(), InvalidHostKey::Kind),
            (format!("3072 SHA256:{} x (RSA)", "A".repeat(43)), InvalidHostKey::Kind),
            ("sk-ssh-ed25519@openssh.com AAAAGnNr".to_owned(), InvalidHostKey::Kind),
            (String::new(), InvalidHostKey::Other),
            ("SHA256:".to_owned(), InvalidHostKey::Other),
            (format!("SHA256:{}", "A".repeat(42)), InvalidHostKey::Other),
            ("MD5:00:11".to_owned(), InvalidHostKey::Other),
            ("ssh-ed25519".to_owned(), InvalidHostKey::Other),
            (ED25519.replace("IJ5v", "!J5v"), InvalidHostKey::Other),
            (ED25519.get(..60).unwrap().to_owned(), InvalidHostKey::Other),
            (format!("@cert-authority * {ED25519}"), InvalidHostKey::Other),
            ("x".repeat(MOST + 1), InvalidHostKey::Other),
        ] {
            assert_eq!(HostKey::parse(&text), Err(reason), "{text}");
        }
    }

    #[test]
    fn a_key_of_the_box_comes_back_from_its_text_and_is_never_shown_by_the_way() {
        let key = BoxKey::new().unwrap();
        let text = key.text();
        assert_eq!(text.len(), 71);
        assert_eq!(BoxKey::parse(&format!(" {}\n", text.to_uppercase())).unwrap(), key);
        assert_eq!(BoxKey::parse(&text).unwrap().public_line(), key.public_line());
        assert!(
            key.public_line().starts_with("ssh-ed25519 AAAA")
                && key.public_line().ends_with(" gatehouse")
        );
        assert_ne!(BoxKey::new().unwrap().public_line(), key.public_line());
        assert!(!format!("{key:?}").contains(text.get(..8).unwrap()));
        for bad in ["", "00", &text[1..], &format!("{}0", *text), &text.replace('-', "g")] {
            assert_eq!(BoxKey::parse(bad), Err(InvalidBoxKey), "{bad}");
        }
    }
}
