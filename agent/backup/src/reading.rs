//! Reads copies back: the tree, then each leaf with one read for each pack that it lies in.

use std::collections::BTreeMap;

use crate::cipher::Key;
use crate::copying::{ALL, JOURNAL, LEAF, RECORDS};
use crate::document;
use crate::index::Location;
use crate::object::{Id, Kind, Object};
use crate::pack::{self, BlobKind, Entry};
use crate::repository::RestoreError;
use crate::restic::Restic;
use crate::source::SourceError;
use crate::stream::{Change, Decoder};
use crate::target::{Target, TargetError};
use crate::tree::{Node, Tree};

/// Pieces of a file that are fetched together.
const TOGETHER: usize = 64;

type To<'a> = &'a mut dyn FnMut(Vec<Change>) -> Result<(), SourceError>;

/// Gives all of a copy; see [`crate::Repository::restore`].
pub fn restore(from: &Restic, copy: Id, to: To<'_>) -> Result<(), RestoreError> {
    let sealed = match from.target.read(Object::Named(Kind::Snapshot, copy), None) {
        Err(TargetError::Missing(_)) => return Err(RestoreError::NoCopy),
        read => read?,
    };
    let snapshot = document::open::<document::Snapshot>(&sealed, &from.key);
    let snapshot = snapshot.ok_or_else(|| damaged(format!("snapshots/{copy}"), "/"))?;
    let root = tree(from, snapshot.tree, "/")?;
    let (records, journal) = (known(&root, RECORDS)?, known(&root, JOURNAL)?);
    let mut last = Vec::new();
    for leaf in tree(from, records, RECORDS)?.nodes {
        let path = format!("{RECORDS}/{}", leaf.name);
        let subtree = leaf.subtree.ok_or_else(|| damaged("its directory", &path))?;
        file(from, subtree, LEAF, &path, &mut |changes| {
            for (place, sealed) in &changes {
                if sealed.is_none() || *place <= last {
                    return Err(damaged("order", &path));
                }
                last.clone_from(place);
            }
            to(changes).map_err(RestoreError::Taken)
        })?;
    }
    file(from, journal, ALL, JOURNAL, &mut |changes| to(changes).map_err(RestoreError::Taken))
}

/// The directory of this name, whose number is the format of all that is in it.
pub fn known(root: &Tree, name: &str) -> Result<Id, RestoreError> {
    if let Some(id) = root.find(name).and_then(|node| node.subtree) {
        return Ok(id);
    }
    let (of, known) = numbered(name).ok_or(RestoreError::NoCopy)?;
    let others = root.nodes.iter().filter_map(|node| numbered(&node.name));
    let found = others.filter(|(name, _)| *name == of).map(|(_, number)| number).max();
    let found = found.ok_or(RestoreError::NoCopy)?;
    let path = of.to_owned();
    Err(if found > known {
        RestoreError::Newer { path, found, known }
    } else {
        RestoreError::Older { path, found, known }
    })
}

fn numbered(name: &str) -> Option<(&str, u32)> {
    let (of, number) = name.rsplit_once('.')?;
    Some((of, number.parse().ok()?))
}

pub fn damaged(what: impl Into<String>, path: &str) -> RestoreError {
    RestoreError::Damaged { what: what.into(), path: path.to_owned() }
}

/// A directory of a copy.
pub fn tree(from: &Restic, id: Id, path: &str) -> Result<Tree, RestoreError> {
    let text = from.blob(BlobKind::Tree, id)?;
    let text = text.map_err(|pack| damaged(named(pack), path))?;
    Tree::from_json(&text).ok_or_else(|| damaged("its directory", path))
}

fn named(pack: Option<Id>) -> String {
    match pack {
        Some(pack) => Object::Named(Kind::Pack, pack).to_string(),
        None => "a piece that no pack holds".to_owned(),
    }
}

fn file(
    from: &Restic,
    directory: Id,
    name: &str,
    path: &str,
    to: &mut dyn FnMut(Vec<Change>) -> Result<(), RestoreError>,
) -> Result<(), RestoreError> {
    let directory = tree(from, directory, path)?;
    let content = directory.find(name).and_then(|node| node.content.as_ref());
    let content = content.ok_or_else(|| damaged(name, path))?;
    for ids in content.chunks(TOGETHER) {
        for text in blobs(from, ids, path)? {
            let mut changes = Vec::new();
            for change in Decoder::new(&text) {
                let (place, sealed) = change.map_err(|_| damaged("stream", path))?;
                changes.push((place.to_vec(), sealed.map(<[u8]>::to_vec)));
            }
            to(changes)?;
        }
    }
    Ok(())
}

/// Data blobs, in the order of the ids.
pub fn blobs(from: &Restic, ids: &[Id], path: &str) -> Result<Vec<Vec<u8>>, RestoreError> {
    let mut by_pack: BTreeMap<Id, Vec<(usize, Location)>> = BTreeMap::new();
    for (index, id) in ids.iter().enumerate() {
        let location = from.index.find(BlobKind::Data, *id);
        let location = location.ok_or_else(|| damaged(named(None), path))?;
        by_pack.entry(location.pack).or_default().push((index, location));
    }
    let mut texts = vec![Vec::new(); ids.len()];
    for (pack, wanted) in by_pack {
        let bad = || damaged(named(Some(pack)), path);
        let ends = |entry: &Entry| u64::from(entry.offset) + u64::from(entry.length);
        let first = wanted.iter().map(|(_, at)| u64::from(at.entry.offset)).min().unwrap_or(0);
        let end = wanted.iter().map(|(_, at)| ends(&at.entry)).max().unwrap_or(first);
        let range = Some((first, end - first));
        let bytes = match from.target.read(Object::Named(Kind::Pack, pack), range) {
            Err(TargetError::Missing(_) | TargetError::Broken { .. }) => return Err(bad()),
            read => read?,
        };
        for (index, at) in wanted {
            let start = usize::try_from(u64::from(at.entry.offset) - first).map_err(|_| bad())?;
            let length = usize::try_from(at.entry.length).map_err(|_| bad())?;
            let sealed = bytes.get(start..start.saturating_add(length)).ok_or_else(bad)?;
            let text = pack::open_blob(sealed, &at.entry, &from.key).ok_or_else(bad)?;
            if let Some(place) = texts.get_mut(index) {
                *place = text;
            }
        }
    }
    Ok(texts)
}

/// What a pack says is in it; `None` for one that is damaged or cut short.
pub fn header(
    target: &dyn Target,
    pack: Id,
    length: u64,
    key: &Key,
) -> Result<Option<Vec<Entry>>, TargetError> {
    let object = Object::Named(Kind::Pack, pack);
    let read = |range| match target.read(object, Some(range)) {
        Err(TargetError::Missing(_) | TargetError::Broken { .. }) => Ok(None),
        read => read.map(Some),
    };
    let Some(start) = length.checked_sub(4) else { return Ok(None) };
    let Some(last) = read((start, 4))? else { return Ok(None) };
    let last = last.try_into().ok();
    let Some(header) = last.and_then(|last| pack::header_length(last, length)) else {
        return Ok(None);
    };
    let sealed = read((length - header, header - 4))?;
    Ok(sealed.and_then(|sealed| pack::open_header(&sealed, length, key).ok()))
}

/// Runs `each` over every file and directory of a copy that can be reached: its path, and the blob
/// it needs. What cannot be reached is told as a blob that is not there.
pub fn walk(
    from: &Restic,
    root: Id,
    each: &mut dyn FnMut(&str, BlobKind, Id),
) -> Result<(), TargetError> {
    let mut open = vec![(String::new(), root)];
    while let Some((path, id)) = open.pop() {
        each(&path, BlobKind::Tree, id);
        let text = from.blob(BlobKind::Tree, id)?;
        let Some(tree) = text.ok().and_then(|text| Tree::from_json(&text)) else { continue };
        for Node { name, content, subtree, .. } in tree.nodes {
            let path = if path.is_empty() { name } else { format!("{path}/{name}") };
            for id in content.iter().flatten() {
                each(&path, BlobKind::Data, *id);
            }
            if let Some(subtree) = subtree {
                open.push((path, subtree));
            }
        }
    }
    Ok(())
}
