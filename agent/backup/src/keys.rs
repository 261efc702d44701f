//! Copies of a store's keys, in a repository of their own with a password of its own, so that an erased
//! person's key is in no copy of the store (decision 0011, "The keys").
//!
//! `keys.1/keys` · `person-keys.1/person-keys`, the latter in pieces of 4,096 slots. Every piece begins with
//! the time at which its period began, 8 bytes: so in a new one all pieces are new ones, and what was
//! sent in a period goes away with it, whole.

use std::fmt;
use std::sync::Arc;

use vault::{KeyStamp, Restoring, RestoringError};

use crate::document::{self, Snapshot};
use crate::lock;
use crate::object::{Id, Kind, Object};
use crate::pack::BlobKind;
use crate::password::Password;
use crate::pruning::{self, PruneError, Waste};
use crate::reading::{self, damaged};
use crate::repository::{CopyError, Depth, Finding, OpenError, Repository as _, RestoreError};
use crate::restic::{Clock, Names, Restic};
use crate::source::SourceError;
use crate::target::{Target, TargetError};
use crate::tree::{Node, Tree};
use crate::trial::{Protection, TrialError};
use crate::writing::Writing;

const KEYS: &str = "keys.1";
const KEYS_FILE: &str = "keys";
const PERSONS: &str = "person-keys.1";
const PERSONS_FILE: &str = "person-keys";
/// Before the time at which its period began, in a snapshot's tags.
const BEGUN: &str = "begun-";
const DAY: u64 = 24 * 3_600_000;
/// After so long all is sent anew, ms.
pub const PERIOD: u64 = 14 * DAY;
/// So long after it began a period is taken away, ms: two days before the 30 are over.
pub const GONE: u64 = 2 * PERIOD;
/// Copies of the keys of one period that are kept.
const KEPT: usize = 3;
/// Pieces that are read together, of 512 KiB each.
const TOGETHER: usize = 8;

/// What the keys are copied of. The vault is one.
pub trait KeySource {
    /// Two that are equal, of one source, are of the same keys.
    ///
    /// # Errors
    /// See [`SourceError`].
    fn stamp(&mut self) -> Result<KeyStamp, SourceError>;

    /// The key file.
    ///
    /// # Errors
    /// See [`SourceError`].
    fn keys(&mut self) -> Result<Vec<u8>, SourceError>;

    /// A piece of the persons' keys; `None` behind the last.
    ///
    /// # Errors
    /// See [`SourceError`].
    fn persons(&mut self, segment: u64) -> Result<Option<Vec<u8>>, SourceError>;
}

impl KeySource for vault::KeyFeed {
    fn stamp(&mut self) -> Result<KeyStamp, SourceError> {
        Ok(Self::stamp(self)?)
    }

    fn keys(&mut self) -> Result<Vec<u8>, SourceError> {
        Ok(Self::keys(self)?)
    }

    fn persons(&mut self, segment: u64) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(Self::persons(self, segment)?)
    }
}

/// What a copy of the keys did.
#[derive(Debug)]
pub struct KeysCopied {
    /// The newest copy, which may be one of before.
    pub id: Id,
    /// When its period began, ms since 1970.
    pub begun: u64,
    /// Bytes sent; none where nothing had changed.
    pub sent: u64,
    /// Pieces that the target did not have.
    pub new: u64,
    /// What became of that which is too old. Where it failed the copy is there all the same, and the next
    /// one tries again.
    pub old: Result<Old, PruneError>,
}

/// What became of copies of keys that are too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Old {
    /// There was none.
    None,
    /// It is gone.
    Taken,
    /// The target takes nothing away: erased persons' keys stay there until its owner does.
    Kept,
}

/// A copy of the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyCopy {
    /// Its name.
    pub id: Id,
    /// Ms since 1970, by the clock of the box that made it.
    pub time: u64,
    /// When its period began, ms since 1970.
    pub begun: u64,
    tree: Id,
}

/// Copies of one store's keys at one target.
pub struct KeyRepository {
    restic: Restic,
    last: Option<Last>,
}

/// What the copy before found.
#[derive(Debug, Clone, Copy)]
struct Last {
    stamp: KeyStamp,
    copy: KeyCopy,
    old: Old,
    /// When the next of the former periods is too old.
    due: u64,
}

impl fmt::Debug for KeyRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRepository").field("restic", &self.restic).finish_non_exhaustive()
    }
}

impl KeyRepository {
    /// Makes one, as [`Restic::create`].
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn create(
        target: Arc<dyn Target>,
        password: &Password,
        names: Names,
        clock: Arc<Clock>,
    ) -> Result<Self, OpenError> {
        Ok(Self { restic: Restic::create(target, password, names, clock)?, last: None })
    }

    /// Opens one, as [`Restic::open`].
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(
        target: Arc<dyn Target>,
        password: &Password,
        names: Names,
        clock: Arc<Clock>,
    ) -> Result<Self, OpenError> {
        Ok(Self { restic: Restic::open(target, password, names, clock)?, last: None })
    }

    /// Copies the keys, if anything of them changed or it is time to send all of them anew; then takes
    /// away what is too old, where the target lets us.
    ///
    /// # Errors
    /// See [`CopyError`]. What was sent is used by the next.
    pub fn copy(&mut self, source: &mut dyn KeySource) -> Result<KeysCopied, CopyError> {
        let (stamp, now) = (source.stamp().map_err(CopyError::Source)?, (self.restic.clock)());
        if let Some(Last { stamp: of, copy, old, due }) = self.last
            && of == stamp
            && is_of_now(copy.begun, now)
            && now < due
        {
            let old = if old == Old::Kept { Old::Kept } else { Old::None };
            return Ok(KeysCopied {
                id: copy.id,
                begun: copy.begun,
                sent: 0,
                new: 0,
                old: Ok(old),
            });
        }
        let Restic { target, key, names, .. } = &self.restic;
        let lock = lock::take(&**target, key, &names.host, now)?;
        let newest = self.restic.compare_packs().and_then(|()| self.newest_that_opens());
        let before = match newest {
            Ok(newest) => newest,
            Err(error) => {
                lock.release(&*self.restic.target);
                return Err(error.into());
            }
        };
        let goes_on = before.filter(|before| is_of_now(before.begun, now));
        let begun = goes_on.map_or(now, |before| before.begun);
        let Restic { target, key, index, unlisted, names, clock, .. } = &mut self.restic;
        let mut writing =
            Writing::new(&**target, key, (index, unlisted), &names.host, &**clock, lock);
        let made = (|| -> Result<_, CopyError> {
            let tree = send(&mut writing, source, begun)?;
            // Where pieces were lost at the target the same tree is sent again.
            if let Some(same) = goes_on.filter(|before| before.tree == tree && writing.new == 0) {
                return Ok(same);
            }
            writing.finish()?;
            let tags = vec![format!("{BEGUN}{begun}")];
            let id = writing.snapshot(names, before.map(|copy| copy.id), tree, tags)?;
            Ok(KeyCopy { id, time: now, begun, tree })
        })();
        let (sent, new) = (writing.sent, writing.new);
        writing.release();
        let copy = made?;
        let old = self.take_away(copy, now).map(|(old, due)| {
            self.last = Some(Last { stamp, copy, old, due });
            old
        });
        Ok(KeysCopied { id: copy.id, begun, sent, new, old })
    }

    /// The newest copy of the keys, which is the one to be used: an older one has keys that were
    /// destroyed since.
    ///
    /// # Errors
    /// [`RestoreError::Damaged`] also where any does not open: it may be the newest.
    /// [`RestoreError::NoCopy`].
    pub fn newest(&self) -> Result<KeyCopy, RestoreError> {
        let mut all = Vec::new();
        for (object, snapshot) in self.restic.snapshots()? {
            let snapshot = snapshot.ok_or_else(|| damaged(object.to_string(), "/"))?;
            all.extend(copy_of(object, &snapshot));
        }
        all.into_iter().max_by_key(|copy| (copy.time, copy.id)).ok_or(RestoreError::NoCopy)
    }

    fn newest_that_opens(&self) -> Result<Option<KeyCopy>, TargetError> {
        let all = self.restic.snapshots()?.into_iter();
        let all = all.filter_map(|(object, snapshot)| copy_of(object, &snapshot?));
        Ok(all.max_by_key(|copy| (copy.time, copy.id)))
    }

    /// Gives a copy of the keys to a store that is being made.
    pub(crate) fn give(&self, copy: KeyCopy, to: &mut Restoring) -> Result<(), RestoreError> {
        let taken = |error: RestoringError| RestoreError::Taken(error.into());
        let root = reading::tree(&self.restic, copy.tree, "/")?;
        let keys = self.pieces(&root, (KEYS, KEYS_FILE))?;
        let persons = self.pieces(&root, (PERSONS, PERSONS_FILE))?;
        let [keys] = keys[..] else { return Err(damaged("its only piece", KEYS)) };
        for piece in self.read(&[keys], copy.begun, KEYS)? {
            to.keys(&piece).map_err(taken)?;
        }
        let mut segment = 0;
        for ids in persons.chunks(TOGETHER) {
            for piece in self.read(ids, copy.begun, PERSONS)? {
                to.persons(segment, &piece).map_err(taken)?;
                segment += 1;
            }
        }
        Ok(())
    }

    fn pieces(
        &self,
        root: &Tree,
        (directory, file): (&str, &str),
    ) -> Result<Vec<Id>, RestoreError> {
        let tree = reading::tree(&self.restic, reading::known(root, directory)?, directory)?;
        let content = tree.find(file).and_then(|node| node.content.clone());
        content.ok_or_else(|| damaged(file, directory))
    }

    fn read(&self, ids: &[Id], begun: u64, path: &str) -> Result<Vec<Vec<u8>>, RestoreError> {
        let pieces = reading::blobs(&self.restic, ids, path)?.into_iter();
        let without_time = |piece: Vec<u8>| {
            let rest = piece.strip_prefix(&begun.to_be_bytes()[..]);
            rest.map(<[u8]>::to_vec).ok_or_else(|| damaged("a piece of another time", path))
        };
        pieces.map(without_time).collect()
    }

    /// Takes away what is too old, and copies of this period that nobody needs any more.
    fn take_away(&mut self, newest: KeyCopy, now: u64) -> Result<(Old, u64), PruneError> {
        let mut all = Vec::new();
        for (object, snapshot) in self.restic.snapshots()? {
            all.extend(snapshot.and_then(|snapshot| copy_of(object, &snapshot)));
        }
        let go = too_many(&all, newest, now);
        let former = all.iter().filter(|copy| copy.begun != newest.begun);
        let dues = former.map(|copy| copy.begun.saturating_add(GONE)).filter(|due| *due > now);
        let due = dues.min().unwrap_or(u64::MAX);
        if go.is_empty() {
            return Ok((Old::None, due));
        }
        let period_ends = all.iter().any(|copy| is_too_old(*copy, newest, now));
        // What a copy had that is no more goes with its period.
        let waste = if period_ends { Waste::Unused } else { Waste::Kept };
        let old = match pruning::forget(&mut self.restic, &go, waste) {
            Ok(_) if period_ends => Old::Taken,
            Err(PruneError::Kept(_)) if period_ends => Old::Kept,
            Ok(_) | Err(PruneError::Kept(_)) => Old::None,
            Err(error) => return Err(error),
        };
        Ok((old, due))
    }

    /// Looks for damage, as [`crate::Repository::check`].
    ///
    /// # Errors
    /// When the target cannot be read.
    pub fn check(&self, depth: Depth) -> Result<Vec<Finding>, TargetError> {
        self.restic.check(depth)
    }

    /// Tries what the target lets us do, as [`crate::Repository::protection`].
    ///
    /// # Errors
    /// See [`TrialError`].
    pub fn protection(&self) -> Result<Protection, TrialError> {
        self.restic.protection()
    }
}

/// Whether the period that began then goes on. A clock that was set back begins a new one.
const fn is_of_now(begun: u64, now: u64) -> bool {
    begun <= now && now - begun < PERIOD
}

/// Whether it is of a former period that is over for good.
const fn is_too_old(copy: KeyCopy, newest: KeyCopy, now: u64) -> bool {
    copy.begun != newest.begun && (copy.begun > now || now - copy.begun >= GONE)
}

/// Which copies are too many: of the newest's period all but the newest few, of others all but the newest;
/// of a period that began too long ago, or that a clock set back put into the future, all.
fn too_many(all: &[KeyCopy], newest: KeyCopy, now: u64) -> Vec<Id> {
    let mut sorted = all.to_vec();
    sorted.sort_by_key(|copy| std::cmp::Reverse((copy.time, copy.id)));
    let (mut of_now, mut seen, mut go) = (0, Vec::new(), Vec::new());
    for copy in sorted {
        let stays = if copy.id == newest.id {
            true
        } else if copy.begun == newest.begun {
            of_now += 1;
            of_now < KEPT
        } else {
            let first = !seen.contains(&copy.begun);
            seen.push(copy.begun);
            first && !is_too_old(copy, newest, now)
        };
        if !stays {
            go.push(copy.id);
        }
    }
    go
}

fn copy_of(object: Object, snapshot: &Snapshot) -> Option<KeyCopy> {
    let Object::Named(Kind::Snapshot, id) = object else { return None };
    let begun = snapshot.tags.iter().flatten().find_map(|tag| tag.strip_prefix(BEGUN));
    let begun = begun?.parse().ok()?;
    Some(KeyCopy { id, time: document::read(&snapshot.time)?, begun, tree: snapshot.tree })
}

/// Sends what the target does not have of this period; the directory of all.
fn send(
    writing: &mut Writing<'_>,
    source: &mut dyn KeySource,
    begun: u64,
) -> Result<Id, CopyError> {
    let begun = begun.to_be_bytes();
    let mut keys = source.keys().map_err(CopyError::Source)?;
    // The file is 1 MiB and nearly all zeros.
    keys.truncate(keys.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
    let piece = [&begun[..], &keys].concat();
    let keys = directory(writing, KEYS_FILE, std::iter::once(Ok(piece)))?;
    let mut segments = 0..;
    let persons = std::iter::from_fn(|| {
        let piece = source.persons(segments.next()?).transpose()?;
        Some(piece.map(|piece| [&begun[..], &piece].concat()))
    });
    let persons = directory(writing, PERSONS_FILE, persons)?;
    let nodes =
        vec![Node::directory(KEYS.to_owned(), keys), Node::directory(PERSONS.to_owned(), persons)];
    writing.blob(BlobKind::Tree, &Tree { nodes }.to_json())
}

/// Sends the pieces of a file; the directory of it.
fn directory(
    writing: &mut Writing<'_>,
    name: &str,
    pieces: impl Iterator<Item = Result<Vec<u8>, SourceError>>,
) -> Result<Id, CopyError> {
    let (mut content, mut size) = (Vec::new(), 0);
    for piece in pieces {
        let piece = piece.map_err(CopyError::Source)?;
        size += piece.len() as u64;
        content.push(writing.blob(BlobKind::Data, &piece)?);
    }
    let file = Node::file(name.to_owned(), content, size);
    writing.blob(BlobKind::Tree, &Tree { nodes: vec![file] }.to_json())
}
