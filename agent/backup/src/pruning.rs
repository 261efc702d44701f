//! Takes copies away, and then what no copy needs any more. Order: snapshots → what is still needed of
//! packs that are mostly waste, in new packs with their index → an index of all that stays → the former
//! index files → packs. So whatever is at the target is whole at any cut, and the next one goes on.

use std::collections::{HashMap, HashSet};

use crate::cipher::NoRandom;
use crate::document;
use crate::index::IndexFile;
use crate::lock;
use crate::object::{Id, Kind, Object};
use crate::pack::{self, BlobKind, Entry};
use crate::repository::CopyError;
use crate::restic::Restic;
use crate::target::TargetError;
use crate::tree::Tree;
use crate::writing::Writing;

/// Packs of one index file.
const PACKS: usize = 256;

/// How much of what nobody needs may stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waste {
    /// All of it: only the copies go.
    Kept,
    /// What lies in a pack with something that is needed.
    Unused,
    /// So many hundredths of what is needed; packs with more waste are written anew.
    Percent(u64),
}

/// What was taken away.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// Copies.
    pub copies: usize,
    /// Packs.
    pub packs: usize,
    /// Bytes of them.
    pub bytes: u64,
    /// Bytes that were sent anew.
    pub sent: u64,
    /// Packs that do not read as such: left where they are.
    pub unread: usize,
}

/// Why not all of it was taken away. What is at the target is whole all the same.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    /// The target did not do it.
    #[error("the target could not be cleared up")]
    Target(#[source] TargetError),
    /// The target takes nothing away: whoever owns it has to.
    #[error("the target takes nothing away")]
    Kept(#[source] TargetError),
    /// Somebody works there.
    #[error("{host} works at the target since {since}")]
    Busy {
        /// Who.
        host: String,
        /// RFC 3339.
        since: String,
    },
    /// Something that stays is damaged: what it needs cannot be told, so nothing more goes.
    #[error("{0} at the target is damaged: nothing is taken away before that is mended")]
    Damaged(String),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// New packs could not be written.
    #[error("what stays could not be written anew")]
    Writing(#[source] CopyError),
}

impl From<TargetError> for PruneError {
    fn from(error: TargetError) -> Self {
        match error {
            TargetError::Refused { .. } => Self::Kept(error),
            error => Self::Target(error),
        }
    }
}

impl From<CopyError> for PruneError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Target(error) => error.into(),
            CopyError::Busy { host, since } => Self::Busy { host, since },
            CopyError::Random(error) => Self::Random(error),
            error => Self::Writing(error),
        }
    }
}

/// Takes these copies away, and what only they needed.
pub fn forget(of: &mut Restic, go: &[Id], waste: Waste) -> Result<Pruned, PruneError> {
    let lock = lock::take_alone(&*of.target, &of.key, &of.names.host, (of.clock)())?;
    let (pruned, lock) = forget_alone(of, go, waste, lock);
    lock.release(&*of.target);
    if pruned.is_err() {
        // What it knew may be half of what is there.
        of.read_index()?;
    }
    pruned
}

type Done = (Result<Pruned, PruneError>, lock::Held);

fn forget_alone(of: &mut Restic, go: &[Id], waste: Waste, lock: lock::Held) -> Done {
    let planned = (|| {
        // Before anything goes: is what stays whole?
        of.read_index()?;
        of.compare_packs()?;
        let roots = roots(of, go)?;
        let used = if waste == Waste::Kept { None } else { Some(used(of, roots)?) };
        let mut pruned = Pruned::default();
        for id in go {
            of.target.remove(Object::Named(Kind::Snapshot, *id))?;
            pruned.copies += 1;
        }
        Ok((pruned, used))
    })();
    match planned {
        Ok((pruned, Some(used))) => prune(of, &used, waste, lock, pruned),
        Ok((pruned, None)) => (Ok(pruned), lock),
        Err(error) => (Err(error), lock),
    }
}

/// The topmost directories of all copies that stay.
fn roots(of: &Restic, go: &[Id]) -> Result<Vec<Id>, PruneError> {
    let mut roots = Vec::new();
    for (object, snapshot) in of.snapshots()? {
        if matches!(object, Object::Named(_, id) if go.contains(&id)) {
            continue;
        }
        let snapshot = snapshot.ok_or_else(|| PruneError::Damaged(object.to_string()))?;
        roots.push(snapshot.tree);
    }
    Ok(roots)
}

type Used = HashSet<(BlobKind, Id)>;

/// Everything that can be reached from there. All of it has to be there.
fn used(of: &Restic, mut open: Vec<Id>) -> Result<Used, PruneError> {
    let mut used = Used::new();
    while let Some(id) = open.pop() {
        if !used.insert((BlobKind::Tree, id)) {
            continue;
        }
        let named = |pack: Option<Id>| {
            let pack = pack.map(|pack| Object::Named(Kind::Pack, pack).to_string());
            PruneError::Damaged(pack.unwrap_or_else(|| format!("a directory ({id})")))
        };
        let text = of.blob(BlobKind::Tree, id)?.map_err(named)?;
        let tree = Tree::from_json(&text).ok_or_else(|| named(None))?;
        for node in tree.nodes {
            for id in node.content.into_iter().flatten() {
                if of.index.find(BlobKind::Data, id).is_none() {
                    return Err(PruneError::Damaged(format!("what {} needs ({id})", node.name)));
                }
                used.insert((BlobKind::Data, id));
            }
            open.extend(node.subtree);
        }
    }
    Ok(used)
}

/// What is needed of a pack.
#[derive(Debug, Default)]
struct Needed {
    entries: Vec<Entry>,
    bytes: u64,
}

fn prune(of: &mut Restic, used: &Used, waste: Waste, lock: lock::Held, mut pruned: Pruned) -> Done {
    let present = match of.packs() {
        Ok(present) => present,
        Err(error) => return (Err(error.into()), lock),
    };
    let mut needed: HashMap<Id, Needed> = HashMap::new();
    for location in of.index.blobs() {
        if used.contains(&(location.entry.kind, location.entry.id)) {
            let of_pack = needed.entry(location.pack).or_default();
            of_pack.bytes += location.entry.in_pack();
            of_pack.entries.push(location.entry);
        }
    }
    pruned.unread = present.keys().filter(|pack| !of.index.knows(**pack)).count();
    let mut gone: Vec<(Id, u64)> =
        of.index.packs().filter(|(pack, _)| !needed.contains_key(pack)).collect();
    let anew = wasteful(&needed, &present, waste);
    let stay = |pack: &Id| needed.contains_key(pack) && !anew.iter().any(|(id, _)| id == pack);
    let staying: HashMap<Id, u64> =
        present.iter().filter(|(pack, _)| stay(pack)).map(|(pack, size)| (*pack, *size)).collect();
    if gone.is_empty() && anew.is_empty() {
        return (Ok(pruned), lock);
    }
    gone.extend(anew.iter().copied());

    let former = match of.target.list(Kind::Index) {
        Ok(former) => former,
        Err(error) => return (Err(error.into()), lock),
    };
    // From here on what is needed of those counts as not there, so it is sent.
    of.index.keep(&staying);
    of.unlisted.keep(&staying);
    let (written, lock) = write_anew(of, &anew, &mut needed, lock);
    let done = written.and_then(|sent| {
        pruned.sent = sent;
        pruned.sent += list(of, &former, &staying)?;
        for (object, _) in former {
            of.target.remove(object)?;
        }
        for (pack, size) in gone {
            of.target.remove(Object::Named(Kind::Pack, pack))?;
            pruned.packs += 1;
            pruned.bytes += size;
        }
        Ok(pruned)
    });
    (done, lock)
}

/// Packs to be written anew, the most wasteful first, until what stays is little enough.
fn wasteful(
    needed: &HashMap<Id, Needed>,
    present: &HashMap<Id, u64>,
    waste: Waste,
) -> Vec<(Id, u64)> {
    let Waste::Percent(percent) = waste else { return Vec::new() };
    let mut packs: Vec<_> = needed
        .iter()
        .filter_map(|(pack, of_it)| Some((*pack, *present.get(pack)?, of_it.bytes)))
        .map(|(pack, size, bytes)| (pack, size, size.saturating_sub(bytes)))
        .collect();
    // Most of it waste, by size; the id makes it the same at each run.
    packs.sort_by_key(|(pack, size, waste)| {
        (std::cmp::Reverse(u128::from(*waste) * 1_000_000 / u128::from((*size).max(1))), *pack)
    });
    let all: u64 = needed.values().map(|of_it| of_it.bytes).sum();
    let mut wasted: u64 = packs.iter().map(|(_, _, waste)| waste).sum();
    let most = u64::try_from(u128::from(all) * u128::from(percent) / 100).unwrap_or(u64::MAX);
    let (mut anew, mut won) = (Vec::new(), 0);
    for (pack, size, waste) in packs {
        if wasted <= most {
            break;
        }
        wasted -= waste;
        won += waste;
        anew.push((pack, size));
    }
    // The last pack of each kind is filled up with noise again.
    if won > 2 * pack::STEP as u64 { anew } else { Vec::new() }
}

/// Sends what is needed of these packs in new ones, with their index; how many bytes.
fn write_anew(
    of: &mut Restic,
    anew: &[(Id, u64)],
    needed: &mut HashMap<Id, Needed>,
    lock: lock::Held,
) -> (Result<u64, PruneError>, lock::Held) {
    let Restic { target, key, index, unlisted, names, clock, .. } = of;
    let mut writing = Writing::new(&**target, key, (index, unlisted), &names.host, &**clock, lock);
    let done = (|| {
        for (pack, _) in anew {
            let damaged = || PruneError::Damaged(Object::Named(Kind::Pack, *pack).to_string());
            let bytes = target.read(Object::Named(Kind::Pack, *pack), None)?;
            for entry in needed.remove(pack).unwrap_or_default().entries {
                let start = usize::try_from(entry.offset).map_err(|_| damaged())?;
                let length = usize::try_from(entry.length).map_err(|_| damaged())?;
                let sealed = bytes.get(start..start.saturating_add(length)).ok_or_else(damaged)?;
                let text = pack::open_blob(sealed, &entry, key).ok_or_else(damaged)?;
                writing.blob(entry.kind, &text)?;
            }
        }
        Ok(writing.finish()?)
    })();
    (done.map(|()| writing.sent), writing.into_lock())
}

/// Writes an index of all packs that stay; how many bytes.
fn list(
    of: &Restic,
    former: &[(Object, u64)],
    staying: &HashMap<Id, u64>,
) -> Result<u64, PruneError> {
    let (mut listed, mut file, mut sent) = (HashSet::new(), IndexFile::default(), 0);
    let mut put = |file: &mut IndexFile| -> Result<(), PruneError> {
        if !file.is_empty() {
            let sealed = document::seal(file, &of.key)?;
            of.target.write(Object::Named(Kind::Index, Id::of(&sealed)), &sealed)?;
            sent += sealed.len() as u64;
            *file = IndexFile::default();
        }
        Ok(())
    };
    for (object, _) in former {
        let sealed = of.target.read(*object, None)?;
        let Some(some) = document::open::<IndexFile>(&sealed, &of.key) else { continue };
        file.take(some, |pack| staying.contains_key(&pack) && listed.insert(pack));
        if file.len() >= PACKS {
            put(&mut file)?;
        }
    }
    put(&mut file)?;
    Ok(sent)
}
