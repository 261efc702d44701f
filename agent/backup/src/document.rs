//! The small sealed files: `config`, index, snapshot and lock. JSON, sealed whole; restic puts a 2
//! and zstd before it, we write plain JSON, which it reads as well.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::cipher::{Key, NoRandom};
use crate::object::Id;
use crate::pack;

/// Most bytes of one, once unpacked.
const MOST: u64 = 256 << 20;

/// `config`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Config {
    /// Of the format: 2.
    pub version: u32,
    /// Of this repository.
    pub id: Id,
    /// For the borders that stock restic would make in files of its own; ours are not made so.
    pub chunker_polynomial: String,
}

/// An irreducible polynomial of degree 53, the one of restic's own tests.
pub const POLYNOMIAL: &str = "3da3358b4dc173";

/// `snapshots/<id>`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    /// When, RFC 3339.
    pub time: String,
    /// The copy before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Id>,
    /// Its directory.
    pub tree: Id,
    /// Of what.
    pub paths: Vec<String>,
    /// Which box.
    pub hostname: String,
    #[serde(default)]
    pub username: String,
    /// See [`crate::Extent`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    #[serde(default)]
    pub program_version: String,
}

/// `locks/<id>`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Lock {
    /// When it was made or renewed, RFC 3339.
    pub time: String,
    /// Whether nobody else may work.
    pub exclusive: bool,
    /// Whose.
    pub hostname: String,
    pub username: String,
    pub pid: u32,
}

/// JSON, sealed.
pub fn seal(document: &impl Serialize, key: &Key) -> Result<Vec<u8>, NoRandom> {
    // Strings, numbers and lists alone: it cannot fail.
    key.seal(&serde_json::to_vec(document).unwrap_or_default())
}

/// Opens one; `None` when it is damaged, or not of this key.
pub fn open<D: DeserializeOwned>(sealed: &[u8], key: &Key) -> Option<D> {
    let text = key.open(sealed).ok()?;
    match text.split_first() {
        Some((2, packed)) => serde_json::from_slice(&pack::unpack(packed, MOST)?).ok(),
        _ => serde_json::from_slice(&text).ok(),
    }
}

/// RFC 3339 of ms since 1970.
pub fn written(ms: u64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    let time = time.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(&Rfc3339).unwrap_or_else(|_| "1970-01-01T00:00:00Z".to_owned())
}

/// Ms since 1970 of RFC 3339.
pub fn read(text: &str) -> Option<u64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    u64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}
