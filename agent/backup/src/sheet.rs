//! What is printed of a target, so that a blank box finds the copies and opens them: where they lie, who we
//! are there, and one key that both repositories' passwords come from.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use events::Secret;
use seal::recovery::{self, RecoveryError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::cipher::{NoRandom, random};
use crate::password::Password;
use crate::s3_address::S3Style;

/// Longest text that is read, bytes: what a QR code holds, and somewhat more.
const MOST: usize = 8 << 10;

/// The newest version of the text: the first one knows no buckets, the second no SFTP, the third no key of a store.
/// Each sheet has the oldest that says all of it, so that one that is printed stays in force.
const NEWEST: u8 = 4;
const OVER_SFTP: u8 = 3;
const OF_BUCKETS: u8 = 2;

/// Symbols of a sheet's last word.
const LAST_WORD: usize = 5;

/// One of 32 (Crockford), which nobody takes for another.
fn symbol(byte: u8) -> char {
    let symbols = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    symbols.get(usize::from(byte % 32)).map_or('0', |one| char::from(*one))
}

/// 160 random bits. As text they are the password of the copies' repository.
#[derive(Clone, PartialEq, Eq)]
pub struct SheetKey(Zeroizing<[u8; 20]>);

impl fmt::Debug for SheetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SheetKey(…)")
    }
}

impl SheetKey {
    /// A new one.
    ///
    /// # Errors
    /// When the kernel gives no random bytes.
    pub fn new() -> Result<Self, NoRandom> {
        let mut key = Zeroizing::new([0; 20]);
        random(&mut key[..])?;
        Ok(Self(key))
    }

    /// As a person typed it: seven groups of five.
    ///
    /// # Errors
    /// See [`RecoveryError`].
    pub fn parse(typed: &str) -> Result<Self, RecoveryError> {
        recovery::parse(typed).map(Self)
    }

    /// As it is printed.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        recovery::encode(&self.0)
    }

    /// The password of the repository of copies: stock restic takes it as it is printed.
    #[must_use]
    pub fn of_copies(&self) -> Password {
        Password::new(self.text().as_str().to_owned())
    }

    /// The password of the repository of keys.
    #[must_use]
    pub fn of_keys(&self) -> Password {
        let hash =
            Sha256::new().chain_update("gatehouse: keys of copies").chain_update(self.0.as_slice());
        Password::new(HEXLOWER.encode(&hash.finalize()))
    }
}

impl Serialize for SheetKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for SheetKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Secret::deserialize(deserializer)?;
        Self::parse(text.reveal()).map_err(serde::de::Error::custom)
    }
}

/// The sheet as one text, for a QR code.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// The version of this text.
    #[serde(rename = "gatehouse-copies")]
    version: u8,
    /// Where the copies lie.
    pub at: String,
    /// Who we are there.
    pub user: String,
    /// With which password.
    pub password: Secret,
    /// The key.
    pub key: SheetKey,
    /// The certificate of the authority that the server's comes from, DER in base64; one that everybody
    /// knows when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// The bucket, where it is an object store that `at` leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3: Option<SheetBucket>,
    /// The folder and whom to expect, where it is an SFTP server that `at` leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sftp: Option<SheetSftp>,
    /// What opens the store that is copied on another machine, where no person's secret does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<SheetKey>,
}

/// A bucket of an object store, on a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetBucket {
    /// The service's region.
    pub region: String,
    /// Its name.
    pub bucket: String,
    /// Folders in it.
    pub prefix: String,
    /// Where its name stands in requests.
    pub style: S3Style,
}

/// A folder on an SFTP server, on a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetSftp {
    /// The folder.
    pub folder: String,
    /// The server's key, or its fingerprint.
    #[serde(rename = "host-key")]
    pub host_key: String,
    /// What the sheet's password is.
    #[serde(rename = "sign-in")]
    pub sign_in: SftpSignIn,
}

/// How somebody signs in over SSH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SftpSignIn {
    /// With a password.
    Password,
    /// With a key pair that the box made for this target.
    Key,
}

/// No text of a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// It is something else.
    #[error("this is no text of a recovery sheet")]
    Other,
    /// A newer program printed it.
    #[error("this recovery sheet is of a newer version")]
    Newer,
}

impl Sheet {
    /// Of a target.
    #[must_use]
    pub fn new(
        at: String,
        (user, password): (String, Secret),
        key: SheetKey,
        authority: Option<&str>,
    ) -> Self {
        let ca = authority.and_then(first_certificate);
        Self { version: 1, at, user, password, key, ca, s3: None, sftp: None, opens: None }
    }

    /// The same in a bucket of an object store.
    #[must_use]
    pub fn in_bucket(self, bucket: SheetBucket) -> Self {
        Self { version: OF_BUCKETS, s3: Some(bucket), ..self }
    }

    /// The same in a folder on an SFTP server.
    #[must_use]
    pub fn over_sftp(self, sftp: SheetSftp) -> Self {
        Self { version: OVER_SFTP, sftp: Some(sftp), ..self }
    }

    /// The same for a store that the machine's own key opens: with what opens it elsewhere.
    #[must_use]
    pub fn opening(self, opens: SheetKey) -> Self {
        Self { version: NEWEST, opens: Some(opens), ..self }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> Secret {
        Secret::new(serde_json::to_string(self).unwrap_or_default())
    }

    /// What is printed last. It comes of all of the sheet, so that whoever types it has this one in hand and none
    /// of before.
    #[must_use]
    pub fn last_word(&self) -> String {
        let hash = Sha256::new()
            .chain_update("gatehouse: last word of a sheet")
            .chain_update(self.text().reveal())
            .finalize();
        hash.iter().take(LAST_WORD).map(|byte| symbol(*byte)).collect()
    }

    /// Whether a person typed the last word: in any case, with O for 0, I and L for 1.
    #[must_use]
    pub fn ends_with(&self, typed: &str) -> bool {
        let read = typed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase);
        let read: String = read
            .map(|c| match c {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        read == self.last_word()
    }

    /// Reads it.
    ///
    /// # Errors
    /// See [`SheetError`].
    pub fn parse(text: &str) -> Result<Self, SheetError> {
        #[derive(Deserialize)]
        struct Version {
            #[serde(rename = "gatehouse-copies")]
            version: u8,
        }
        let text = text.trim();
        if text.len() > MOST {
            return Err(SheetError::Other);
        }
        let Version { version } = serde_json::from_str(text).map_err(|_| SheetError::Other)?;
        if version > NEWEST {
            return Err(SheetError::Newer);
        }
        serde_json::from_str(text).map_err(|_| SheetError::Other)
    }

    /// The authority's certificate as PEM.
    ///
    /// # Errors
    /// When it is no base64.
    pub fn authority(&self) -> Result<Option<String>, SheetError> {
        let Some(ca) = &self.ca else { return Ok(None) };
        BASE64.decode(ca.as_bytes()).map_err(|_| SheetError::Other)?;
        let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
        for line in ca.as_bytes().chunks(64) {
            pem.push_str(&String::from_utf8_lossy(line));
            pem.push('\n');
        }
        pem.push_str("-----END CERTIFICATE-----\n");
        Ok(Some(pem))
    }
}

/// The first certificate of a PEM text, without its lines: a QR code has no room for more.
fn first_certificate(pem: &str) -> Option<String> {
    let (_, after) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (inside, _) = after.split_once("-----END CERTIFICATE-----")?;
    Some(inside.split_whitespace().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_printed() {
        let key = SheetKey::new().unwrap();
        let text = key.text();
        assert_eq!(SheetKey::parse(&text.to_lowercase()).unwrap(), key);
        assert_ne!(key.of_copies().as_str(), key.of_keys().as_str());
        assert!(!format!("{key:?}").contains(text.rsplit('-').next().unwrap()));
    }

    #[test]
    fn the_last_word_is_of_this_sheet_and_of_none_before() {
        let key = SheetKey::new().unwrap();
        let of = |at: &str, password: &str| {
            let login = ("shop".to_owned(), Secret::new(password.to_owned()));
            Sheet::new(at.to_owned(), login, key.clone(), None)
        };
        let sheet = of("https://nas.example/shop", "s3cret");
        let word = sheet.last_word();
        assert_eq!(word.len(), 5);
        let slip = word.to_lowercase().replace('0', "o").replace('1', " l ");
        assert!(sheet.ends_with(&slip) && sheet.ends_with(&word));
        let text = sheet.text();
        assert!(Sheet::parse(text.reveal()).unwrap().ends_with(&word), "as it is read again");
        for other in
            [of("https://nas.example/shop2", "s3cret"), of("https://nas.example/shop", "s3cre")]
        {
            assert!(!other.ends_with(&word));
        }
        assert!(!sheet.ends_with("") && !sheet.ends_with(&format!("{word}{word}")));
    }

    #[test]
    fn a_sheet_comes_back_from_its_text() {
        let pem = "-----BEGIN CERTIFICATE-----\nMIIB\nAAAA\n-----END CERTIFICATE-----\n";
        let login = ("shop".to_owned(), Secret::new("s3cret".to_owned()));
        let key = SheetKey::new().unwrap();
        let sheet = Sheet::new("https://nas.example/shop".to_owned(), login, key, Some(pem));
        let text = sheet.text();
        let read = Sheet::parse(&format!("\n{} ", text.reveal())).unwrap();
        assert_eq!(read.key, sheet.key);
        assert_eq!((read.at, read.user), (sheet.at.clone(), sheet.user.clone()));
        assert!(read.password == sheet.password);
        let pem = "-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(sheet.authority().unwrap().as_deref(), Some(pem));
        let newer = text.reveal().replace("\"gatehouse-copies\":1", "\"gatehouse-copies\":5");
        assert_eq!(Sheet::parse(&newer).unwrap_err(), SheetError::Newer);
        for other in ["", "{}", "https://nas.example", &"x".repeat(MOST + 1)] {
            assert_eq!(Sheet::parse(other).unwrap_err(), SheetError::Other);
        }
        let opens = SheetKey::new().unwrap();
        let opening = Sheet::parse(sheet.opening(opens.clone()).text().reveal()).unwrap();
        assert_eq!((opening.opens, opening.version), (Some(opens), NEWEST));
        assert_eq!(read.opens, None);
        let odd = text.reveal().replace("MIIBAAAA", "§");
        assert!(Sheet::parse(&odd).unwrap().authority().is_err());
    }
}
