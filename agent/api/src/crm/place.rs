//! The CRM's directory: where the vault is, and what lies beside it in clear: two marks that outlive the
//! process, and what the locked page shows. All of it is on the disk when a function returns.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

const FRONT: &str = "front.json";
/// A front of more bytes than this is none of ours.
const FRONT_MOST: u64 = 64 * 1024;

/// A file without content; that it is there says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// A claim is under way: a vault whose recovery key is not in use has no record, and the key of one
    /// that was taken away may be on paper.
    Claiming,
    /// The vault was locked by hand.
    LockedByHand,
}

impl Mark {
    const fn name(self) -> &'static str {
        match self {
            Self::Claiming => "claiming",
            Self::LockedByHand => "locked-by-hand",
        }
    }
}

/// What the locked page shows to everybody, in clear: the organisation, and the names of those who
/// agreed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Front {
    pub organisation: Option<String>,
    pub unlockers: Vec<String>,
}

/// The directory.
#[derive(Clone, Debug)]
pub(super) struct Place(PathBuf);

impl Place {
    pub fn new(directory: PathBuf) -> Self {
        Self(directory)
    }

    /// Where the vault is, or will be.
    pub fn vault(&self) -> PathBuf {
        self.0.join("store.1")
    }

    /// Whether the mark is there; not when that cannot be told.
    pub fn has(&self, mark: Mark) -> bool {
        fs::exists(self.0.join(mark.name())).unwrap_or(false)
    }

    pub fn mark(&self, mark: Mark) -> io::Result<()> {
        self.write(mark.name(), &[])
    }

    pub fn unmark(&self, mark: Mark) -> io::Result<()> {
        match fs::remove_file(self.0.join(mark.name())) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => self.sync(),
        }
    }

    /// Takes the vault away. A cut in between leaves either the whole vault or what the vault itself
    /// takes for one that was never finished.
    pub fn discard_vault(&self) -> io::Result<()> {
        let (vault, aside) = (self.vault(), self.0.join("store.1.new"));
        remove(&aside)?;
        match fs::rename(&vault, &aside) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            renamed => renamed?,
        }
        self.sync()?;
        remove(&aside)
    }

    /// What the locked page shows; nothing when the file is missing or broken.
    pub fn front(&self) -> Front {
        let path = self.0.join(FRONT);
        let read = || -> io::Result<Front> {
            if fs::metadata(&path)?.len() > FRONT_MOST {
                return Err(ErrorKind::FileTooLarge.into());
            }
            Ok(serde_json::from_slice(&fs::read(&path)?)?)
        };
        read().unwrap_or_else(|error| {
            if error.kind() != ErrorKind::NotFound {
                let error = systemd::log::chain(&error);
                tracing::warn!(error, "what the locked page shows cannot be read");
            }
            Front::default()
        })
    }

    pub fn set_front(&self, front: &Front) -> io::Result<()> {
        self.write(FRONT, &serde_json::to_vec(front)?)
    }

    /// Whole or not at all.
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let new = self.0.join(format!("{name}.new"));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, self.0.join(name))?;
        self.sync()
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.0)?.sync_all()
    }
}

fn remove(directory: &PathBuf) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
