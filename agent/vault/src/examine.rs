//! Looks at a store that was made of a copy, beside the one that it is a copy of: whether it opens with the
//! same keys, is whole, and holds what the source held. Nothing is written into the log of either.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use seal::{KeyId, RecordId, TableId, record};

use crate::Store;
use crate::copies::FileError;
use crate::create::DB;
use crate::digest::Digester;
use crate::engine::{Engine, EngineError, Options, SledEngine};
use crate::erase;
use crate::job::CommitError;
use crate::keyfile::{KeyFileError, Locked};
use crate::load;
use crate::open::{OpenError, read_head};
use crate::persons::{Found, PersonFile};
use crate::place;
use crate::reader::Reader;

/// Places named that differ; more are counted.
pub const MOST_DIFFERENT: usize = 20;

/// What was seen. Plain data for a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examined {
    /// The last entry of its log.
    pub seq: u64,
    /// Whether its live records are not those that its head tells of.
    pub digest_differs: bool,
    /// The first entry of its log that is missing or does not follow the one before.
    pub chain_broken_at: Option<u64>,
    /// Persons whose key is lost.
    pub lost_persons: usize,
    /// Its tables that hold anything there or in the source.
    pub tables: Vec<Rows>,
    /// Live parts that are as in the source, byte by byte.
    pub same: u64,
    /// Live parts that the source has changed or taken away since, or has besides.
    pub since: u64,
    /// Parts that should be as in the source and are not: former versions, the log, and live ones of the
    /// same version.
    pub different: u64,
    /// The first of them, at most [`MOST_DIFFERENT`]: where they lie.
    pub places: Vec<Vec<u8>>,
}

/// Rows of one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// Its number.
    pub table: TableId,
    /// Records that open.
    pub records: usize,
    /// Records of persons who were erased.
    pub dark: usize,
    /// Records that do not open.
    pub damaged: usize,
    /// Records in the source now.
    pub source: usize,
}

impl Examined {
    /// Whether all is as it should be. What the source changed since is no fault.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.digest_differs
            && self.chain_broken_at.is_none()
            && self.lost_persons == 0
            && self.different == 0
            && self.tables.iter().all(|rows| rows.damaged == 0)
    }
}

/// Why it could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ExamineError {
    /// It does not open.
    #[error("the restored store does not open")]
    Open(#[source] OpenError),
    /// A file of it could not be read.
    #[error("the restored store cannot be read")]
    File(#[from] FileError),
    /// Its key file could not be read.
    #[error("the restored store's keys cannot be read")]
    Keys(#[from] KeyFileError),
    /// One of the two cannot be read.
    #[error("the stores cannot be compared")]
    Engine(#[from] EngineError),
    /// The source was closed or failed.
    #[error("the source gives no keys any more")]
    Source(#[from] CommitError),
}

impl Store {
    /// Looks at a store in scratch space that was made of a copy of this one and never opened. Blocks, and
    /// reads all of both; holds the keys of all persons twice meanwhile.
    ///
    /// # Errors
    /// See [`ExamineError`].
    pub fn examine(&self, path: &Path) -> Result<Examined, ExamineError> {
        let Scratch { engine, reader, digester, found } = self.scratch(path)?;
        let examined = examine(self.reader(), &reader, &digester, found);
        reader.change_keys(crate::keyring::Keyring::wipe);
        engine.close()?;
        examined
    }

    /// Opens a store in scratch space that was made of a copy of this one.
    pub(crate) fn scratch(&self, path: &Path) -> Result<Scratch, ExamineError> {
        let master = self.blocking(|writer| writer.keyfile.master().clone())?;
        let altered = || ExamineError::Open(OpenError::KeysAltered);
        let locked = Locked::read(path)?.ok_or(ExamineError::Open(OpenError::KeyFile))?;
        let keys = locked.unlock(master)?.ok_or_else(altered)?.unwrap_keys().ok_or_else(altered)?;
        let digester = Digester::new(&keys.digest).ok_or_else(altered)?;
        let (_, found) = PersonFile::open(path, &keys.ring)?;
        let engine = Arc::new(SledEngine::open(&path.join(DB), Options::default())?);
        let reader = Reader::new(engine.clone(), keys.ring);
        Ok(Scratch { engine, reader, digester, found })
    }
}

/// A store in scratch space.
pub(crate) struct Scratch {
    pub engine: Arc<SledEngine>,
    pub reader: Reader,
    digester: Digester,
    pub found: Found,
}

fn examine(
    source: &Reader,
    of: &Reader,
    digester: &Digester,
    found: Found,
) -> Result<Examined, ExamineError> {
    let head = read_head(of).map_err(ExamineError::Open)?;
    let lost_persons = found.lost.len();
    take_keys(of, found)?;
    let total = load::total(of, digester)?;
    let mut examined = Examined {
        seq: head.seq,
        digest_differs: total.digest != head.digest || total.parts != head.parts,
        chain_broken_at: load::broken_chain(of, head.seq)?,
        lost_persons,
        ..Examined::default()
    };
    for table in tables(of)?.union(&tables(source)?) {
        let loaded = load::load(of, *table, |_, _, _| {})?;
        let mut source_rows = 0;
        source.scan(&place::table(*table), |at, _| {
            source_rows += usize::from(at.ends_with(&[0, 0]) && at.len() == 21);
            true
        })?;
        examined.tables.push(Rows {
            table: *table,
            records: loaded.records,
            dark: loaded.dark.len(),
            damaged: loaded.damaged.len(),
            source: source_rows,
        });
    }
    for space in [place::LIVE, place::FORMER, place::FRAME, place::PART] {
        compare(source, of, space, &mut examined)?;
    }
    Ok(examined)
}

/// Takes the persons' keys in, but those that either memory of erasures knows.
pub(crate) fn take_keys(of: &Reader, found: Found) -> Result<(), EngineError> {
    let mut dead: HashMap<RecordId, Vec<KeyId>> = erase::remembered(of)?;
    for (person, id) in found.tombs {
        dead.entry(person).or_default().push(id);
    }
    of.change_keys(|ring| {
        for (person, key) in found.keys {
            ring.add_person(person, key);
        }
        for (person, ids) in &dead {
            ring.erase(*person, ids);
        }
    });
    Ok(())
}

/// Tables with any record.
fn tables(of: &Reader) -> Result<BTreeSet<TableId>, EngineError> {
    let mut tables = BTreeSet::new();
    of.scan(&[place::LIVE], |at, _| {
        let table = at.get(1..3).and_then(|table| table.try_into().ok());
        tables.extend(table.map(u16::from_be_bytes).map(TableId));
        true
    })?;
    Ok(tables)
}

/// A place, and what lies there.
type Item = (Vec<u8>, Vec<u8>);

/// One side of the comparison.
struct Cursor<'a> {
    of: &'a Reader,
    space: u8,
    items: std::vec::IntoIter<Item>,
    next: Option<Vec<u8>>,
}

impl<'a> Cursor<'a> {
    fn new(of: &'a Reader, space: u8) -> Self {
        Self { of, space, items: Vec::new().into_iter(), next: Some(vec![space]) }
    }

    fn next(&mut self) -> Result<Option<Item>, EngineError> {
        loop {
            if let Some(item) = self.items.next() {
                return Ok(Some(item));
            }
            let Some(from) = self.next.take() else { return Ok(None) };
            let page = self.of.engine.scan(&[self.space], &from)?;
            (self.items, self.next) = (page.items.into_iter(), page.next);
        }
    }
}

/// Walks along both at once.
fn compare(
    source: &Reader,
    of: &Reader,
    space: u8,
    examined: &mut Examined,
) -> Result<(), EngineError> {
    let (mut left, mut right) = (Cursor::new(source, space), Cursor::new(of, space));
    let (mut theirs, mut ours) = (left.next()?, right.next()?);
    let live = space == place::LIVE;
    loop {
        match (&theirs, &ours) {
            (None, None) => return Ok(()),
            (Some((at, sealed)), Some((place, bytes))) if at == place => {
                if sealed == bytes {
                    examined.same += u64::from(live);
                } else if live && version(bytes) < version(sealed) {
                    examined.since += 1;
                } else {
                    examined.differs(at);
                }
                (theirs, ours) = (left.next()?, right.next()?);
            }
            (Some((at, _)), other) if other.as_ref().is_none_or(|(place, _)| at < place) => {
                // What the source has besides came after the copy, or it is missing there.
                if live {
                    examined.since += 1;
                } else if place::seq_of(at).is_none_or(|seq| seq <= examined.seq) {
                    examined.differs(at);
                }
                theirs = left.next()?;
            }
            (_, Some((place, _))) => {
                // Only live records are ever taken away.
                if live {
                    examined.since += 1;
                } else {
                    examined.differs(place);
                }
                ours = right.next()?;
            }
            (Some(_), None) => theirs = left.next()?,
        }
    }
}

fn version(part: &[u8]) -> Option<u64> {
    record::header(part).ok().map(|header| header.version.0)
}

impl Examined {
    fn differs(&mut self, at: &[u8]) {
        self.different += 1;
        if self.places.len() < MOST_DIFFERENT {
            self.places.push(at.to_vec());
        }
    }
}
