//! Makes a store of a copy: keys, persons' keys and sealed records as they come, in `store.1.new`, synced,
//! then renamed. So there is a whole one or none, and a cut leaves nothing that is taken for a store.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seal::audit::entry_hash;
use seal::keys::{KeysFile, SlotKind, WrappedKey};
use seal::restored::Restored;
use seal::{KeyId, StoreId, record};

use crate::attempts;
use crate::copies::{FileError, InPlace, cannot, sync_directory};
use crate::create::{DB, FILES, aside, directory, remove_leftover};
use crate::engine::{Change, Engine, EngineError, Options, SledEngine};
use crate::keyfile;
use crate::keyring::Keyring;
use crate::load;
use crate::persons::{self, SEGMENT, SLOT};
use crate::place;
use crate::reader::Reader;
use crate::restored;

/// Bytes of changes that go into one commit.
const TOGETHER: usize = 1 << 20;
/// Keys counted that are missing; there may be more.
pub const MOST_MISSING: usize = 10_000;

/// Why no store was made. What was begun is taken away at the next try.
#[derive(Debug, thiserror::Error)]
pub enum RestoringError {
    /// There is one already.
    #[error("there is a store already")]
    Exists,
    /// A file could not be written.
    #[error("the store could not be written")]
    File(#[from] FileError),
    /// The engine could not be made or written.
    #[error("the store's engine could not be written")]
    Engine(#[from] EngineError),
    /// The key file of the copy is not whole.
    #[error("the key file of the copy is damaged")]
    KeyFile(#[source] seal::FormatError),
    /// A piece of the persons' keys is none, or not the next one.
    #[error("piece {0} of the persons' keys does not belong there")]
    Persons(u64),
    /// It says what lies where nothing of a store lies.
    #[error("the copy holds what no store has, at {0:02x?}")]
    Place(Vec<u8>),
    /// Something that every store has is not in it.
    #[error("the copy has no {0}")]
    Lacks(&'static str),
    /// The keys are of another store, or older than the copy.
    #[error("the keys do not open this copy: they are of another store, or too old")]
    OtherKeys,
}

/// A store that is being made.
#[derive(Debug)]
pub struct Restoring {
    path: PathBuf,
    new: PathBuf,
    engine: Arc<SledEngine>,
    pending: Vec<Change>,
    size: usize,
    keys: Option<KeysFile>,
    persons: [InPlace; 2],
    segments: u64,
    /// Ids of all keys that came, ascending once records come.
    known: Vec<KeyId>,
    sorted: bool,
    missing: HashSet<KeyId>,
    last: Option<u64>,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its id, the same as before.
    pub store: StoreId,
    /// The last entry of its log.
    pub seq: u64,
    /// The first entry of its log that is missing or does not follow the one before; as it was copied.
    pub chain_broken_at: Option<u64>,
    /// Keys that parts of it are sealed under and that did not come: those parts do not open. At most
    /// [`MOST_MISSING`].
    pub keys_missing: usize,
}

impl Restoring {
    /// Begins the store at `path` (`…/store.1`), where none may be.
    ///
    /// # Errors
    /// See [`RestoringError`].
    pub fn begin(path: &Path) -> Result<Self, RestoringError> {
        if fs::exists(path).map_err(cannot("look for", path))? {
            return Err(RestoringError::Exists);
        }
        remove_leftover(path)?;
        let new = aside(path);
        directory(&new)?;
        let [main, copy] = persons::NAMES.map(|name| InPlace::open(&new.join(name)));
        let engine = Arc::new(SledEngine::create(&new.join(DB), Options::default())?);
        Ok(Self {
            path: path.to_owned(),
            new,
            engine,
            pending: Vec::new(),
            size: 0,
            keys: None,
            persons: [main?, copy?],
            segments: 0,
            known: Vec::new(),
            sorted: false,
            missing: HashSet::new(),
            last: None,
        })
    }

    /// Takes the key file; zeros at its end may be left out.
    ///
    /// # Errors
    /// See [`RestoringError`].
    pub fn keys(&mut self, bytes: &[u8]) -> Result<(), RestoringError> {
        let mut whole = bytes.to_vec();
        whole.resize(seal::keys::LENGTH.max(bytes.len()), 0);
        let file = KeysFile::decode(&whole).map_err(RestoringError::KeyFile)?;
        let [main, copy] = keyfile::NAMES.map(|name| InPlace::open(&self.new.join(name)));
        copy?.write(0, &whole)?;
        main?.write(0, &whole)?;
        self.known.extend(file.keys.iter().map(|key| key.key));
        self.keys = Some(file);
        Ok(())
    }

    /// Takes the next piece of the persons' keys, at most [`SEGMENT`] bytes. A slot that does not read
    /// was damaged when it was copied; opening the store names whose it is.
    ///
    /// # Errors
    /// See [`RestoringError`].
    pub fn persons(&mut self, segment: u64, bytes: &[u8]) -> Result<(), RestoringError> {
        let whole = bytes.len() <= SEGMENT && bytes.len().is_multiple_of(SLOT);
        if segment != self.segments || !whole || self.sorted {
            return Err(RestoringError::Persons(segment));
        }
        let at = segment * SEGMENT as u64;
        let [main, copy] = &self.persons;
        copy.write(at, bytes)?;
        main.write(at, bytes)?;
        let slots = bytes.chunks(SLOT).filter_map(|slot| WrappedKey::decode(slot).ok());
        self.known.extend(slots.map(|slot| slot.key));
        self.segments += 1;
        Ok(())
    }

    /// Takes what lies in the store, in the order in which a copy gives it. All keys come before.
    ///
    /// # Errors
    /// See [`RestoringError`].
    pub fn changes(&mut self, changes: Vec<Change>) -> Result<(), RestoringError> {
        if !self.sorted {
            self.known.sort_unstable();
            self.known.dedup();
            self.sorted = true;
        }
        for (at, sealed) in changes {
            if !is_of_a_store(&at) {
                return Err(RestoringError::Place(at));
            }
            if at.first() == Some(&place::FRAME) {
                self.last = self.last.max(place::seq_of(&at));
            }
            let header = sealed.as_ref().and_then(|sealed| record::header(sealed).ok());
            if let Some(header) = header
                && self.known.binary_search(&header.key).is_err()
                && self.missing.len() < MOST_MISSING
            {
                self.missing.insert(header.key);
            }
            self.size += at.len() + sealed.as_ref().map_or(0, Vec::len);
            self.pending.push((at, sealed));
            if self.size >= TOGETHER {
                self.commit()?;
            }
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), RestoringError> {
        self.size = 0;
        Ok(self.engine.commit(std::mem::take(&mut self.pending))?)
    }

    /// Ends it: all came. `time` is that of the copy, ms since 1970; the first opening logs that the store
    /// goes on from there.
    ///
    /// # Errors
    /// See [`RestoringError`].
    pub fn finish(self, time: u64) -> Result<Made, RestoringError> {
        let path = self.path.clone();
        let made = self.end(time);
        if made.is_err()
            && let Err(left) = remove_leftover(&path)
        {
            tracing::warn!(%left, "what was begun of a store is still there");
        }
        made
    }

    fn end(mut self, time: u64) -> Result<Made, RestoringError> {
        self.commit()?;
        let keys = self.keys.take().ok_or(RestoringError::Lacks("key file"))?;
        let seq = self.last.ok_or(RestoringError::Lacks("log"))?;
        let head = self.engine.get(&place::HEAD)?.ok_or(RestoringError::Lacks("head"))?;
        let key = record::header(&head).map(|header| header.key);
        if !key.is_ok_and(|key| keys.keys.iter().any(|known| known.key == key)) {
            return Err(RestoringError::OtherKeys);
        }
        let frame = self.engine.get(&place::entry(place::FRAME, seq))?;
        let hash = entry_hash(&keys.store, &frame.ok_or(RestoringError::Lacks("log"))?);
        // Frames lie in the clear: no key is needed to walk along them.
        let reader = Reader::new(self.engine.clone(), Keyring::new(keys.store));
        let chain_broken_at = load::broken_chain(&reader, seq)?;
        self.engine.close()?;

        let [main, copy] = &self.persons;
        let length = self.segments.max(1) * SEGMENT as u64;
        copy.grow(length)?;
        main.grow(length)?;
        if keys.slots.iter().flatten().any(|slot| slot.kind == SlotKind::Passphrase) {
            attempts::create(&self.new)?;
        }
        restored::write(&self.new, &Restored { copy: time, seq, hash })?;
        directory(&self.new.join(FILES))?;
        sync_directory(&self.new.join(FILES))?;
        sync_directory(&self.new)?;
        fs::rename(&self.new, &self.path).map_err(cannot("rename", &self.new))?;
        sync_directory(self.path.parent().unwrap_or(&self.path))?;
        let keys_missing = self.missing.len();
        Ok(Made { store: keys.store, seq, chain_broken_at, keys_missing })
    }

    /// Takes away what was made so far.
    ///
    /// # Errors
    /// [`FileError`]; the next try, or the next opening of a store there, takes it away.
    pub fn give_up(self) -> Result<(), FileError> {
        let Self { path, engine, .. } = self;
        if let Err(error) = engine.close() {
            tracing::debug!(?error, "an engine that is given up does not close");
        }
        drop(engine);
        remove_leftover(&path)
    }
}

/// Whether something may lie there; postings and what newer programs have, too, but not the engine's own.
fn is_of_a_store(at: &[u8]) -> bool {
    match at.first() {
        Some(1) => at == place::HEAD,
        Some(space) => (place::LIVE..=place::SIGNED).contains(space),
        None => false,
    }
}
