//! The settings on the state partition: `confirmed.1.json`, and `previous.1.json` for when that cannot
//! be read. Each file carries the SHA-256 of its content, so that a half-written or flipped one is
//! noticed. A document becomes `candidate.1.json` first and is renamed when it works: whenever the
//! power is cut, one whole document is there. One that is tried is `trial.1.json` until it is kept. What was kept
//! before is listed in `former.1.json`.

pub mod directory;
pub mod former;
#[cfg(test)]
mod power_cut;

use std::io;

use host_api::{Notice, SettingsSource};
use settings::Settings;
use sha2::{Digest, Sha256};

use directory::Directory;

const CONFIRMED: &str = "confirmed.1.json";
const PREVIOUS: &str = "previous.1.json";
const PREVIOUS_NEW: &str = "previous.1.new";

/// First words of a file; the hash in hex and a line feed follow.
const HEADER: &[u8] = b"gatehouse-settings 1 sha256 ";
const HASH_DIGITS: usize = 64;

/// What a document is until it is the one in force for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// To be kept once it works.
    Candidate,
    /// To be kept if somebody says so.
    Trial,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::Candidate => "candidate.1.json",
            Self::Trial => "trial.1.json",
        }
    }
}

/// The settings on disk.
pub struct Store<D> {
    directory: D,
}

/// What [`Store::load`] found.
#[derive(Debug)]
pub struct Loaded {
    /// The settings; none on a box that nobody has set up, or when none can be read.
    pub settings: Option<Settings>,
    /// Where they come from.
    pub source: SettingsSource,
    /// What to tell the admin.
    pub notices: Vec<Notice>,
}

/// Why the settings could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("the settings cannot be written: {step}")]
pub struct StoreError {
    step: &'static str,
    #[source]
    source: io::Error,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
enum Damage {
    #[error("cannot be read")]
    Read(#[source] io::Error),
    #[error("content and checksum differ")]
    Checksum,
    #[error("not accepted by this version: {0}")]
    Refused(String),
}

impl<D: Directory> Store<D> {
    pub fn new(directory: D) -> Self {
        Self { directory }
    }

    /// Reads the settings in force; the former ones when those are damaged.
    pub fn load(&self) -> Loaded {
        let confirmed = self.read(CONFIRMED);
        match confirmed {
            Ok(Some(settings)) => Loaded {
                settings: Some(settings),
                source: SettingsSource::Confirmed,
                notices: Vec::new(),
            },
            Ok(None) => self.load_previous(None),
            Err(damage) => {
                tracing::warn!(file = CONFIRMED, error = %damage, "the settings are damaged");
                self.load_previous(Some(damage))
            }
        }
    }

    /// Without a confirmed document there may still be a former one: a disk that was repaired may
    /// have lost a name.
    fn load_previous(&self, damage: Option<Damage>) -> Loaded {
        let reason = || damage.as_ref().map_or("missing".to_owned(), Damage::to_string);
        match self.read(PREVIOUS) {
            Ok(Some(settings)) => Loaded {
                settings: Some(settings),
                source: SettingsSource::Previous,
                notices: vec![Notice::new("previous_used", [("reason", reason())])],
            },
            other => {
                if let Err(damage) = &other {
                    tracing::warn!(file = PREVIOUS, error = %damage, "the settings are damaged");
                }
                let lost = damage.is_some() || other.is_err();
                let notices = lost.then(|| Notice::new("settings_lost", [("reason", reason())]));
                Loaded {
                    settings: None,
                    source: SettingsSource::Factory,
                    notices: notices.into_iter().collect(),
                }
            }
        }
    }

    /// Puts a document on disk without making it the one in force. The first document of a box is
    /// written twice, so that it too has a former one behind it.
    pub fn prepare(&self, settings: &Settings, place: Place) -> Result<(), StoreError> {
        let content = wrap(settings.to_json().as_bytes());
        let directory = &self.directory;
        self.remove(PREVIOUS_NEW)?;
        if !self.has(CONFIRMED) && !self.has(PREVIOUS) {
            directory.write(PREVIOUS_NEW, &content).map_err(failed("write the second copy"))?;
            directory.sync(PREVIOUS_NEW).map_err(failed("sync the second copy"))?;
        }
        directory.write(place.name(), &content).map_err(failed("write the new document"))?;
        directory.sync(place.name()).map_err(failed("sync the new document"))?;
        directory.sync_directory().map_err(failed("sync the directory"))
    }

    /// Makes the prepared document the one in force; the present one becomes the former one, unless
    /// it is damaged. On an error it is not known which of both is in force at the next start, but
    /// one of them is.
    pub fn promote(&self, place: Place) -> Result<(), StoreError> {
        let directory = &self.directory;
        let had_former = self.has(CONFIRMED);
        if had_former {
            self.remove(PREVIOUS_NEW)?;
            directory.link(CONFIRMED, PREVIOUS_NEW).map_err(failed("keep the former"))?;
            self.become_previous()?;
        }
        directory.rename(place.name(), CONFIRMED).map_err(failed("confirm the new document"))?;
        directory.sync_directory().map_err(failed("sync the directory"))?;
        if !had_former && self.has(PREVIOUS_NEW) {
            self.become_previous()?;
        }
        Ok(())
    }

    fn become_previous(&self) -> Result<(), StoreError> {
        let renamed = self.directory.rename(PREVIOUS_NEW, PREVIOUS);
        renamed.map_err(failed("keep the former"))?;
        self.directory.sync_directory().map_err(failed("sync the directory"))
    }

    /// Whether there is a whole document of that name.
    fn has(&self, name: &str) -> bool {
        matches!(self.read(name), Ok(Some(_)))
    }

    /// Forgets the prepared document.
    pub fn discard(&self, place: Place) -> Result<(), StoreError> {
        self.remove(place.name())
    }

    /// The document that was tried when hostd ended.
    pub fn interrupted(&self) -> Option<Settings> {
        self.read(Place::Trial.name()).ok().flatten()
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        match self.directory.remove(name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed("remove what is left over")(error))
            }
            _ => Ok(()),
        }
    }

    fn read(&self, name: &str) -> Result<Option<Settings>, Damage> {
        let content = match self.directory.read(name) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Damage::Read(error)),
        };
        let document = unwrap(&content).ok_or(Damage::Checksum)?;
        settings::parse(document).map(Some).map_err(|problems| {
            Damage::Refused(problems.first().map(ToString::to_string).unwrap_or_default())
        })
    }
}

fn failed(step: &'static str) -> impl FnOnce(io::Error) -> StoreError {
    move |source| StoreError { step, source }
}

/// SHA-256 as hex digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn wrap(document: &[u8]) -> Vec<u8> {
    [HEADER, sha256(document).as_bytes(), b"\n", document].concat()
}

fn unwrap(content: &[u8]) -> Option<&[u8]> {
    let (hash, rest) = content.strip_prefix(HEADER)?.split_at_checked(HASH_DIGITS)?;
    let document = rest.strip_prefix(b"\n")?;
    (hash == sha256(document).as_bytes()).then_some(document)
}
