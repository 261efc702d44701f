//! The lists on the state partition: a file each, whole or not at all, with what is known of it in its first
//! line. What does not have its checksum is no list any more.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;
use std::time::SystemTime;

use blocklist::{Refusal, Size};
use host_api::blocking::ListHeld;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::upload::Whole;
use crate::counts::seconds;
use crate::store::directory::{Directory, Real, read_bounded};

/// Their directory on the state partition.
const DIRECTORY: &str = "blocklists";
const ENDING: &str = "list";
/// Longest first line.
const MAX_HEAD: u64 = 4 << 10;
/// Most bytes of a list.
pub(super) const MAX_LIST: usize = 16 << 20;

/// Why a list is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// No settings name it.
    #[error("no such list")]
    Unknown,
    /// The piece is not the next.
    #[error("a piece of a list that is not the next one")]
    OutOfOrder,
    /// It is not what was said.
    #[error("not a list, or not the one that was announced")]
    Broken,
    /// It may not take the place of the one before.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The disk.
    #[error("the list cannot be written")]
    Store(#[source] io::Error),
}

/// A list that is held.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Where it was fetched.
    pub address: String,
    /// SHA-256 of its text.
    pub sha256: String,
    /// How many names.
    pub names: usize,
    bytes: usize,
    odd: u32,
    fetched: u64,
    etag: Option<String>,
    modified: Option<String>,
    /// When it was last found to be up to date; a restart may forget that.
    #[serde(skip)]
    checked: u64,
}

/// All lists.
pub struct Lists {
    directory: Option<Real>,
    path: PathBuf,
    held: BTreeMap<String, Held>,
}

impl Lists {
    /// Those that were kept; whether a text is whole is seen when it is used.
    pub fn open(state: &Real) -> Self {
        let path = state.path().join(DIRECTORY);
        let directory = Real::open(&path)
            .inspect_err(|error| tracing::error!(%error, "block lists cannot be kept"))
            .ok();
        let mut held = BTreeMap::new();
        for file in path.read_dir().into_iter().flatten().flatten() {
            let path = file.path();
            if path.extension().is_none_or(|ending| ending != ENDING) {
                continue;
            }
            match head(&path) {
                Ok(one) => {
                    held.insert(one.address.clone(), one);
                }
                Err(error) => {
                    tracing::warn!(%error, file = %path.display(), "a block list cannot be read");
                }
            }
        }
        Self { directory, path, held }
    }

    /// The list of this address.
    pub fn get(&self, address: &str) -> Option<&Held> {
        self.held.get(address)
    }

    /// What is told of them.
    pub fn told(&self) -> Vec<ListHeld> {
        let one = |held: &Held| ListHeld {
            address: held.address.clone(),
            names: u32::try_from(held.names).unwrap_or(u32::MAX),
            odd: held.odd,
            fetched: held.fetched,
            checked: held.checked,
            etag: held.etag.clone(),
            modified: held.modified.clone(),
        };
        self.held.values().map(one).collect()
    }

    /// Its text. One that is damaged is given up: it is fetched again.
    pub fn text(&mut self, sha256: &str) -> Option<String> {
        let text = self.read(sha256);
        if text.is_none() {
            tracing::error!(sha256, "a block list is damaged on the disk, and left out");
            self.held.retain(|_, held| held.sha256 != sha256);
        }
        text
    }

    /// Its text, if it is whole.
    pub fn read(&self, sha256: &str) -> Option<String> {
        let held = self.held.values().find(|held| held.sha256 == sha256)?;
        let max = MAX_HEAD + MAX_LIST as u64;
        let bytes = read_bounded(&self.path.join(name(&held.address)), max).ok()?;
        let at = bytes.iter().position(|byte| *byte == b'\n')?;
        let text = String::from_utf8(bytes.get(at + 1..)?.to_vec()).ok()?;
        (digest(text.as_bytes()) == sha256).then_some(text)
    }

    /// Keeps a list.
    pub(super) fn take(&mut self, whole: Whole) -> Result<(), ListError> {
        let Whole { address, text, about } = whole;
        let names = blocklist::count(&text).filter(|names| *names > 0).ok_or(ListError::Broken)?;
        if digest(text.as_bytes()) != about.sha256 {
            return Err(ListError::Broken);
        }
        let size = Size { bytes: text.len(), names };
        let before = self.held.get(&address).map_or(0, |held| held.names);
        let others = self.held.values().filter(|held| held.address != address);
        let others = others.map(|held| Size { bytes: held.bytes, names: held.names });
        blocklist::admits(size, before, about.may_shrink, others)?;
        let now = seconds(SystemTime::now());
        let held = Held {
            address,
            sha256: about.sha256,
            names,
            bytes: size.bytes,
            odd: about.odd,
            fetched: now,
            etag: about.etag,
            modified: about.modified,
            checked: now,
        };
        let head = serde_json::to_string(&held).map_err(|error| ListError::Store(error.into()))?;
        let directory = self
            .directory
            .as_ref()
            .ok_or_else(|| ListError::Store(io::Error::from(io::ErrorKind::ReadOnlyFilesystem)))?;
        let content = [head.as_bytes(), b"\n", text.as_bytes()].concat();
        directory.replace(&name(&held.address), &content).map_err(ListError::Store)?;
        self.held.insert(held.address.clone(), held);
        Ok(())
    }

    /// It is up to date.
    pub fn checked(&mut self, address: &str) -> Result<(), ListError> {
        let held = self.held.get_mut(address).ok_or(ListError::Unknown)?;
        held.checked = seconds(SystemTime::now());
        Ok(())
    }

    /// Takes the others away.
    pub fn retain(&mut self, is_wanted: impl Fn(&str) -> bool) {
        let Some(directory) = &self.directory else { return };
        self.held.retain(|address, _| {
            let wanted = is_wanted(address);
            if !wanted && let Err(error) = directory.remove(&name(address)) {
                tracing::warn!(%error, "a block list that nobody wants stays on the disk");
            }
            wanted
        });
    }
}

fn name(address: &str) -> String {
    let short: String = digest(address.as_bytes()).chars().take(32).collect();
    format!("{short}.{ENDING}")
}

pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn head(path: &std::path::Path) -> io::Result<Held> {
    let mut line = String::new();
    BufReader::new(File::open(path)?.take(MAX_HEAD)).read_line(&mut line)?;
    let mut held: Held = serde_json::from_str(&line)?;
    held.checked = held.fetched;
    Ok(held)
}

#[cfg(test)]
mod tests {
    use host_api::blocking::ListWhole;

    use super::*;

    const ADDRESS: &str = "https://lists.example.net/a";

    fn whole(names: usize, may_shrink: bool) -> Whole {
        let names = (0..names).map(|number| format!("n{number}.example")).collect();
        let text: String =
            blocklist::reduced::<String>(names).into_iter().map(|it| it + "\n").collect();
        let about = ListWhole {
            sha256: digest(text.as_bytes()),
            odd: 0,
            etag: None,
            modified: None,
            may_shrink,
        };
        Whole { address: ADDRESS.to_owned(), text, about }
    }

    #[test]
    fn is_kept_whole_over_a_restart_or_not_at_all() {
        let place = tempfile::tempdir().unwrap();
        let state = Real::open(place.path()).unwrap();
        let mut lists = Lists::open(&state);
        lists.take(whole(10, false)).unwrap();
        let sha256 = lists.get(ADDRESS).unwrap().sha256.clone();
        let shrank = lists.take(whole(4, false)).unwrap_err();
        assert!(
            matches!(shrank, ListError::Refused(Refusal::Shrank { before: 10, now: 4 })),
            "{shrank}"
        );
        let mut other = whole(20, false);
        other.about.sha256 = "0".repeat(64);
        assert!(matches!(lists.take(other), Err(ListError::Broken)));
        assert_eq!(lists.get(ADDRESS).unwrap().names, 10, "the last good one stays");

        let mut again = Lists::open(&state);
        assert_eq!(again.read(&sha256).unwrap().lines().count(), 10);
        again.take(whole(4, true)).unwrap();
        assert_eq!(Lists::open(&state).get(ADDRESS).unwrap().names, 4);

        // A disk that lost a part of it.
        let file = place.path().join(DIRECTORY).join(name(ADDRESS));
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, &text[..text.len() - 5]).unwrap();
        let sha256 = again.get(ADDRESS).unwrap().sha256.clone();
        assert_eq!(again.text(&sha256), None);
        assert!(again.get(ADDRESS).is_none());
        again.retain(|_| false);
    }

    #[test]
    fn there_is_room_for_so_many_names_and_no_more() {
        let place = tempfile::tempdir().unwrap();
        let mut lists = Lists::open(&Real::open(place.path()).unwrap());
        for number in 0..2 {
            let address = format!("https://lists.example.net/{number}");
            let held = Held { address: address.clone(), names: 499_990, ..sample() };
            lists.held.insert(address, held);
        }
        lists.take(whole(20, false)).unwrap();
        assert!(matches!(lists.take(whole(21, false)), Err(ListError::Refused(Refusal::NoRoom))));
    }

    fn sample() -> Held {
        let (etag, modified) = (None, None);
        let (address, sha256) = (String::new(), String::new());
        Held { address, sha256, names: 0, bytes: 0, odd: 0, fetched: 0, etag, modified, checked: 0 }
    }
}
