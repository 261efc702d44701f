//! Makes a store: everything in `store.1.new`, synced, then renamed, so that there is a whole one
//! or none.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seal::StoreId;
use seal::audit::{self, Mark};
use seal::keys::{SlotKind, SlotState};

use crate::Clock;
use crate::attempts;
use crate::copies::{FileError, cannot, sync_directory};
use crate::digest::Sum;
use crate::engine::{Engine, EngineError, Options, SledEngine};
use crate::entry;
use crate::head::Head;
use crate::keyfile::{KeyFile, KeyFileError};
use crate::keyring::{SealFailed, random, random_key};
use crate::persons::PersonFile;
use crate::unlock::{SecretError, Unlock};

/// The engine's directory in a store.
pub const DB: &str = "db";
/// The directory of sealed files.
pub const FILES: &str = "files";

/// Why no store was made. What was begun is taken away at the next try.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// There is one already.
    #[error("there is a store already")]
    Exists,
    /// The secret cannot be used.
    #[error("the store cannot be opened with this")]
    Secret(#[from] SecretError),
    /// A store is made with a passphrase or the machine's key.
    #[error("a store is not made with a recovery key")]
    Recovery,
    /// A file could not be written.
    #[error("the store could not be written")]
    File(#[from] FileError),
    /// The key file could not be written.
    #[error("the store's keys could not be written")]
    Keys(#[from] KeyFileError),
    /// The engine could not be made.
    #[error("the store's engine could not be made")]
    Engine(#[from] EngineError),
    /// Something could not be sealed.
    #[error("the store could not be sealed")]
    Seal(#[from] SealFailed),
    /// It was made and then did not open.
    #[error("the new store does not open")]
    Open(#[source] Box<crate::OpenError>),
}

/// Makes the store at `path`, closed.
pub fn create(path: &Path, unlock: &Unlock, clock: &Arc<dyn Clock>) -> Result<(), CreateError> {
    if unlock.kind() == SlotKind::Recovery {
        return Err(CreateError::Recovery);
    }
    if fs::exists(path).map_err(cannot("look for", path))? {
        return Err(CreateError::Exists);
    }
    remove_leftover(path)?;
    let new = aside(path);
    directory(&new)?;
    fill(&new, unlock, clock.now().wall)?;
    directory(&new.join(FILES))?;
    sync_directory(&new.join(FILES))?;
    sync_directory(&new)?;
    fs::rename(&new, path).map_err(cannot("rename", &new))?;
    Ok(sync_directory(path.parent().unwrap_or(path))?)
}

/// Takes away what a cut left of a store that was never finished.
pub fn remove_leftover(path: &Path) -> Result<(), FileError> {
    let new = aside(path);
    match fs::remove_dir_all(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot("remove", &new)(error)),
        _ => Ok(()),
    }
}

fn fill(new: &Path, unlock: &Unlock, now: u64) -> Result<(), CreateError> {
    let store = StoreId(random()?);
    let master = random_key()?;
    let slot = unlock.seal(&store, SlotState::InUse, now, &master)?;
    let keyfile = KeyFile::create(new, store, master, slot)?;
    PersonFile::create(new, store)?;
    if unlock.kind() == SlotKind::Passphrase {
        attempts::create(new)?;
    }
    let keys = keyfile.unwrap_keys().ok_or(SealFailed::NoKey)?;
    let mut head = Head {
        // The first entry is number 0.
        seq: u64::MAX,
        hash: [0; 32],
        digest: Sum::default(),
        parts: 0,
        seals: keys.ring.tables() as u64 + 3,
        epoch: 0,
        generation: 0,
        clean: true,
        time: now,
        keys: keyfile.generation(),
    };
    let mark = Mark::Genesis { key: audit::public_key(&keys.seed) };
    let mut changes = entry::append(&mut head, &keys.ring, now, mark, None)?;
    head.seals += 1;
    changes.push(head.seal(&keys.ring)?);
    let engine = SledEngine::create(&new.join(DB), Options::default())?;
    engine.commit(changes)?;
    Ok(engine.close()?)
}

/// Makes a directory for us alone.
pub fn directory(path: &Path) -> Result<(), FileError> {
    DirBuilder::new().mode(0o700).create(path).map_err(cannot("make", path))
}

/// Where a store is made before it has its name.
pub fn aside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}
