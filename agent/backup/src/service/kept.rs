//! What is remembered of a target over a restart, beside the store and in clear: times, numbers and what a drill
//! found, never a name or a record. Were it in the store, each copy would be a change to be copied.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::why::Why;
use crate::drill::Drill;
use crate::trial::Protection;

/// Most findings that are remembered by name.
const NAMED: usize = 5;
/// Longest file that is read.
const MOST: u64 = 64 << 10;

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The last moment of which all is at the target.
    pub good: Option<u64>,
    /// The last copy that was made.
    pub copied: Option<Copied>,
    /// When old copies were taken away, or tried to.
    pub cleared: Option<u64>,
    /// Why they could not be.
    pub not_cleared: Option<Why>,
    /// Whether the target keeps keys that should be gone.
    pub old_keys_kept: bool,
    /// What whoever has the password can do there; none when it was not tried.
    pub protection: Option<Protection>,
    /// When that was tried.
    pub tried: Option<u64>,
    /// The last drill.
    pub drill: Option<Drilled>,
}

/// A copy that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// When it was begun.
    pub at: u64,
    /// Bytes that were sent.
    pub sent: u64,
    /// How long it took, ms.
    pub took: u64,
}

/// What came of a drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drilled {
    /// When it began.
    pub at: u64,
    /// How long it took, ms.
    pub took: u64,
    /// The time of the copy that was restored.
    pub copy: u64,
    /// Whether the shop would have come back whole.
    pub good: bool,
    /// Rows by table: number, those that open, those of erased persons, those that do not open.
    pub rows: Vec<[u64; 4]>,
    /// The first faults, for whoever looks closer.
    pub faults: Vec<String>,
}

impl Drilled {
    /// Of a drill.
    #[must_use]
    pub fn of(drill: &Drill) -> Self {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let damage = drill.damage.iter().chain(&drill.damage_of_keys).map(ToString::to_string);
        let examined = drill.examined.as_ref();
        let rows = examined.map(|it| it.tables.as_slice()).unwrap_or_default().iter();
        Self {
            at: drill.time.0,
            took: drill.time.1.saturating_sub(drill.time.0),
            copy: drill.copy.time,
            good: drill.is_good(),
            rows: rows
                .map(|it| {
                    let [records, dark, damaged] = [it.records, it.dark, it.damaged].map(number);
                    [u64::from(it.table.0), records, dark, damaged]
                })
                .collect(),
            faults: damage.chain(drill.failed.clone()).take(NAMED).collect(),
        }
    }
}

impl Kept {
    /// What is remembered there; nothing where nothing reads.
    #[must_use]
    pub fn read(file: &Path) -> Self {
        let read = || -> io::Result<Self> {
            if fs::metadata(file)?.len() > MOST {
                return Err(io::ErrorKind::InvalidData.into());
            }
            Ok(serde_json::from_slice(&fs::read(file)?)?)
        };
        match read() {
            Ok(kept) => kept,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(%error, "what was remembered of copies does not read");
                }
                Self::default()
            }
        }
    }

    /// Remembers it: whole, or as before.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        let directory = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory)?;
        let new = file.with_extension("new");
        let mut written = File::create(&new)?;
        written.write_all(&serde_json::to_vec(self)?)?;
        written.sync_all()?;
        fs::rename(&new, file)?;
        File::open(directory)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_remembered_and_nonsense_is_nothing() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("copies/1.json");
        assert_eq!(Kept::read(&file), Kept::default());
        let kept = Kept {
            good: Some(7),
            not_cleared: Some(Why::Refused),
            protection: Some(Protection::AppendOnly),
            ..Kept::default()
        };
        kept.write(&file).unwrap();
        assert_eq!(Kept::read(&file), kept);
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
        for nonsense in ["", "[]", "{\"good\":\"x\"}"] {
            fs::write(&file, nonsense).unwrap();
            assert_eq!(Kept::read(&file), Kept::default());
        }
    }
}
