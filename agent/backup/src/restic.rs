//! A restic repository (format 2) of one store at one target: made, opened, and copied into.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::cipher::{Key, random};
use crate::copying::{self, Base};
use crate::document::{self, Config, POLYNOMIAL, Snapshot};
use crate::index::{Index, IndexFile};
use crate::keep::Keep;
use crate::object::{Id, Kind, Object};
use crate::pack;
use crate::password::{self, Password};
use crate::pruning::{self, PruneError, Pruned, Waste};
use crate::repository::{
    Copied, Copies, Copy, CopyError, Depth, Extent, Finding, OpenError, Repository, RestoreError,
};
use crate::source::{Source, SourceError};
use crate::stream::Change;
use crate::target::{Target, TargetError};
use crate::trial::{Protection, TrialError};
use crate::writing::Writing;
use crate::{check, lock, reading, trial};

/// Ms since 1970.
pub type Clock = dyn Fn() -> u64 + Send + Sync;

const FORMAT: u32 = 2;
/// Key files that are tried: each costs scrypt once.
const MOST_KEYS: usize = 32;
/// Bytes of changes that are kept for a target that does not take them.
const MOST_PENDING: usize = 16 << 20;

/// Of what copies need, as much may lie there besides, in hundredths.
const WASTE: u64 = 10;

/// Whose copies these are.
#[derive(Debug, Clone)]
pub struct Names {
    /// The box; restic shows it as the host.
    pub host: String,
    /// The store; restic shows it as the path.
    pub store: String,
    /// What the recovery sheet in force is known by, see [`crate::service::Place::sheet_mark`].
    pub sheet: Option<String>,
}

/// Before what a sheet is known by, in a snapshot's tags.
const SHEET: &str = "sheet-";

/// See [`Repository`].
pub struct Restic {
    pub(crate) target: Arc<dyn Target>,
    pub(crate) key: Key,
    pub(crate) index: Index,
    pub(crate) unlisted: IndexFile,
    pub(crate) names: Names,
    pub(crate) clock: Arc<Clock>,
    base: Option<Base>,
    pending: Vec<Change>,
    last: Option<Id>,
}

impl fmt::Debug for Restic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Restic").field("target", &self.target).finish_non_exhaustive()
    }
}

impl Restic {
    /// Makes one at a target that has nothing. Goes on where an earlier try with the same password
    /// was cut.
    ///
    /// # Errors
    /// [`OpenError::Occupied`] where anything of a repository is there that this password does not
    /// open.
    pub fn create(
        target: Arc<dyn Target>,
        password: &Password,
        names: Names,
        clock: Arc<Clock>,
    ) -> Result<Self, OpenError> {
        match target.read(Object::Config, None) {
            Err(TargetError::Missing(_)) => {}
            Ok(_) => return Err(OpenError::Occupied(Object::Config)),
            Err(error) => return Err(error.into()),
        }
        for kind in [Kind::Pack, Kind::Index, Kind::Snapshot] {
            if let Some((object, _)) = target.list(kind)?.first() {
                return Err(OpenError::Occupied(*object));
            }
        }
        let mut left = None;
        for (object, _) in target.list(Kind::Key)?.into_iter().take(MOST_KEYS) {
            let file = target.read(object, None)?;
            let opened = password::open_key_file(&file, password);
            left = Some(opened.ok_or(OpenError::Occupied(object))?);
        }
        let key = match left {
            Some(key) => key,
            None => {
                let key = Key::random()?;
                let created = document::written(clock());
                let file = password::key_file(&key, password, created, &names.host)?;
                target.write(Object::Named(Kind::Key, Id::of(&file)), &file)?;
                key
            }
        };
        let mut id = Id([0; 32]);
        random(&mut id.0)?;
        let chunker_polynomial = POLYNOMIAL.to_owned();
        let config = Config { version: FORMAT, id, chunker_polynomial };
        target.write(Object::Config, &document::seal(&config, &key)?)?;
        Ok(Self::with(target, key, names, clock))
    }

    /// Opens one, and reads its index.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(
        target: Arc<dyn Target>,
        password: &Password,
        names: Names,
        clock: Arc<Clock>,
    ) -> Result<Self, OpenError> {
        let sealed = match target.read(Object::Config, None) {
            Err(TargetError::Missing(_)) => return Err(OpenError::Nothing),
            read => read?,
        };
        let mut opened = false;
        for (object, _) in target.list(Kind::Key)?.into_iter().take(MOST_KEYS) {
            let Some(key) = password::open_key_file(&target.read(object, None)?, password) else {
                continue;
            };
            opened = true;
            // A key file of a try to make one that was cut may be there beside.
            let Some(config) = document::open::<Config>(&sealed, &key) else { continue };
            match config.version {
                FORMAT => {}
                older if older < FORMAT => return Err(OpenError::Older(older)),
                newer => return Err(OpenError::Newer(newer)),
            }
            let mut made = Self::with(target, key, names, clock);
            made.read_index()?;
            return Ok(made);
        }
        Err(if opened { OpenError::Damaged(Object::Config) } else { OpenError::WrongPassword })
    }

    fn with(target: Arc<dyn Target>, key: Key, names: Names, clock: Arc<Clock>) -> Self {
        let (index, unlisted) = (Index::default(), IndexFile::default());
        let (base, pending, last) = (None, Vec::new(), None);
        Self { target, key, index, unlisted, names, clock, base, pending, last }
    }

    /// Reads the index anew. What does not open counts as not there: what it lists is sent again.
    pub(crate) fn read_index(&mut self) -> Result<(), TargetError> {
        let (mut index, present) = (Index::default(), self.packs()?);
        for (object, _) in self.target.list(Kind::Index)? {
            match document::open(&self.target.read(object, None)?, &self.key) {
                Some(file) => index.join(&file, &present),
                None => tracing::warn!(%object, "an index at the target is damaged"),
            }
        }
        self.index = index;
        Ok(())
    }

    /// The packs that are there, and their lengths.
    pub(crate) fn packs(&self) -> Result<HashMap<Id, u64>, TargetError> {
        let packs = self.target.list(Kind::Pack)?.into_iter();
        let named = packs.filter_map(|(object, length)| match object {
            Object::Named(Kind::Pack, id) => Some((id, length)),
            _ => None,
        });
        Ok(named.collect())
    }

    /// Takes in packs that a cut left without an index, and forgets those that are not there any
    /// more or not as long as they were.
    pub(crate) fn compare_packs(&mut self) -> Result<(), TargetError> {
        let present = self.packs()?;
        self.unlisted.keep(&present);
        let lost = self.index.keep(&present);
        if lost > 0 {
            tracing::warn!(lost, "packs at the target are gone; what they held is sent again");
        }
        for (id, length) in present {
            if self.index.knows(id) {
                continue;
            }
            match reading::header(&*self.target, id, length, &self.key)? {
                Some(entries) => {
                    self.unlisted.add(id, &entries);
                    self.index.add(id, &entries);
                }
                None => tracing::warn!(pack = %id, "a pack at the target is no use"),
            }
        }
        Ok(())
    }

    /// A target that is away for days must not fill the memory: then the next copy is a whole one.
    fn forget_long_journal(&mut self) {
        let sealed = |(place, sealed): &Change| place.len() + sealed.as_ref().map_or(0, Vec::len);
        if self.pending.iter().map(sealed).sum::<usize>() > MOST_PENDING {
            self.base = None;
        }
        if self.base.is_none() {
            self.pending = Vec::new();
        }
    }

    fn copy_locked(
        &mut self,
        extent: Extent,
        source: &mut dyn Source,
        lock: lock::Held,
    ) -> Result<Copied, CopyError> {
        let Self { target, key, index, unlisted, names, clock, base, pending, .. } = self;
        let stores = (index, unlisted);
        let mut writing = Writing::new(&**target, key, stores, &names.host, &**clock, lock);
        let mut segments = 0;
        let sent = (|| {
            let mut next = match (extent, base.as_ref()) {
                (Extent::Whole, _) => {
                    *base = None;
                    copying::whole(&mut writing, source, pending, &mut segments)?
                }
                (Extent::Journal, Some(base)) => base.clone(),
                (Extent::Journal, None) => return Err(CopyError::NoBase),
            };
            // What was taken from the source and does not arrive is sent with the next journal.
            pending.extend(copying::since(source)?);
            next.go_on(&mut writing, pending)?;
            let tree = next.tree(&mut writing)?;
            writing.finish()?;
            source.settle().map_err(CopyError::Unsettled)?;
            let sheet = names.sheet.iter().map(|sheet| format!("{SHEET}{sheet}"));
            let tags = [extent.tag().to_owned()].into_iter().chain(sheet).collect();
            Ok((writing.snapshot(names, self.last, tree, tags)?, next))
        })();
        let (sent_bytes, objects, new) = (writing.sent, writing.objects, writing.new);
        writing.release();
        let (id, next) = match sent {
            Ok(sent) => sent,
            Err(error) => {
                if matches!(error, CopyError::Lost) {
                    self.base = None;
                }
                self.forget_long_journal();
                return Err(error);
            }
        };
        self.base = Some(next);
        self.pending.clear();
        self.last = Some(id);
        Ok(Copied { id, sent: sent_bytes, objects, segments, new })
    }
}

impl Repository for Restic {
    fn copy(&mut self, extent: Extent, source: &mut dyn Source) -> Result<Copied, CopyError> {
        if extent == Extent::Journal && self.base.is_none() {
            return Err(CopyError::NoBase);
        }
        let lock = lock::take(&*self.target, &self.key, &self.names.host, (self.clock)())?;
        if extent == Extent::Whole
            && let Err(error) = self.compare_packs()
        {
            lock.release(&*self.target);
            return Err(error.into());
        }
        self.copy_locked(extent, source, lock)
    }

    fn copies(&self) -> Result<Copies, TargetError> {
        let mut found = Copies::default();
        for (object, snapshot) in self.snapshots()? {
            let (Object::Named(_, id), Some(snapshot)) = (object, snapshot) else {
                found.damaged.push(object);
                continue;
            };
            found.copies.push(Copy {
                id,
                time: document::read(&snapshot.time).unwrap_or(0),
                store: snapshot.paths.first().cloned().unwrap_or_default(),
                extent: copying::extent(snapshot.tags.as_deref()),
                sheet: snapshot
                    .tags
                    .iter()
                    .flatten()
                    .find_map(|tag| tag.strip_prefix(SHEET))
                    .map(str::to_owned),
            });
        }
        found.copies.sort_by_key(|copy| (copy.time, copy.id));
        Ok(found)
    }

    fn restore(
        &self,
        copy: Id,
        to: &mut dyn FnMut(Vec<Change>) -> Result<(), SourceError>,
    ) -> Result<(), RestoreError> {
        reading::restore(self, copy, to)
    }

    fn check(&self, depth: Depth) -> Result<Vec<Finding>, TargetError> {
        check::check(self, depth)
    }

    fn protection(&self) -> Result<Protection, TrialError> {
        trial::protection(&*self.target, &self.key, &self.names.host, (self.clock)())
    }
}

impl Restic {
    /// Takes away the copies of this box and store that are older than they are kept, and what only they
    /// needed. Copies that somebody else made stay.
    ///
    /// # Errors
    /// See [`PruneError`].
    pub fn forget(&mut self, keep: &Keep) -> Result<Pruned, PruneError> {
        let mut ours = Vec::new();
        for (object, snapshot) in self.snapshots()? {
            let snapshot = snapshot.ok_or_else(|| PruneError::Damaged(object.to_string()))?;
            let tags = snapshot.tags.unwrap_or_default();
            let made = [Extent::Whole, Extent::Journal].map(Extent::tag);
            let is_ours = snapshot.hostname == self.names.host
                && snapshot.paths == [self.names.store.clone()]
                && tags.iter().any(|tag| made.contains(&tag.as_str()));
            // Of one whose time does not read nobody knows how old it is.
            if is_ours
                && let (Object::Named(_, id), Some(time)) = (object, document::read(&snapshot.time))
            {
                ours.push((id, time));
            }
        }
        let go = keep.too_old(&ours, (self.clock)());
        if self.last.is_some_and(|last| go.contains(&last)) {
            self.base = None;
        }
        pruning::forget(self, &go, Waste::Percent(WASTE))
    }

    /// All snapshots; `None` for one that does not open.
    pub(crate) fn snapshots(&self) -> Result<Vec<(Object, Option<Snapshot>)>, TargetError> {
        let mut all = Vec::new();
        for (object, _) in self.target.list(Kind::Snapshot)? {
            let sealed = match self.target.read(object, None) {
                Err(TargetError::Missing(_)) => continue,
                read => read?,
            };
            all.push((object, document::open(&sealed, &self.key)));
        }
        Ok(all)
    }

    /// A blob; `None` for one that is damaged or not there, then with the pack where there is one.
    pub(crate) fn blob(
        &self,
        kind: pack::BlobKind,
        id: Id,
    ) -> Result<Result<Vec<u8>, Option<Id>>, TargetError> {
        let Some(location) = self.index.find(kind, id) else { return Ok(Err(None)) };
        let object = Object::Named(Kind::Pack, location.pack);
        let range = (u64::from(location.entry.offset), u64::from(location.entry.length));
        match self.target.read(object, Some(range)) {
            Ok(sealed) => {
                Ok(pack::open_blob(&sealed, &location.entry, &self.key).ok_or(Some(location.pack)))
            }
            Err(TargetError::Missing(_) | TargetError::Broken { .. }) => {
                Ok(Err(Some(location.pack)))
            }
            Err(error) => Err(error),
        }
    }
}
