//! Which blob lies where. At the target as many small files, each for the packs of one piece of
//! work; here as one map.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::object::Id;
use crate::pack::{self, BlobKind, Entry};

/// An index file, as restic writes it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct IndexFile {
    packs: Vec<PackOf>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PackOf {
    id: Id,
    blobs: Vec<BlobOf>,
}

#[derive(Debug, Serialize, Deserialize)]
struct BlobOf {
    id: Id,
    #[serde(rename = "type")]
    kind: KindOf,
    offset: u32,
    length: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uncompressed_length: Option<u32>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindOf {
    Data,
    Tree,
}

impl IndexFile {
    /// Takes in a pack.
    pub fn add(&mut self, pack: Id, entries: &[Entry]) {
        let blobs = entries.iter().map(|entry| BlobOf {
            id: entry.id,
            kind: match entry.kind {
                BlobKind::Data => KindOf::Data,
                BlobKind::Tree => KindOf::Tree,
            },
            offset: entry.offset,
            length: entry.length,
            uncompressed_length: entry.uncompressed,
        });
        self.packs.push(PackOf { id: pack, blobs: blobs.collect() });
    }

    /// Whether it lists nothing at all.
    pub const fn is_empty(&self) -> bool {
        self.packs.is_empty()
    }

    /// Forgets packs that are not among these.
    pub fn keep(&mut self, present: &HashMap<Id, u64>) {
        self.packs.retain(|pack| present.contains_key(&pack.id));
    }

    /// Takes over what lies in packs that `keep` wants.
    pub fn take(&mut self, from: Self, mut keep: impl FnMut(Id) -> bool) {
        self.packs.extend(from.packs.into_iter().filter(|pack| keep(pack.id)));
    }

    /// How many packs are in it.
    pub const fn len(&self) -> usize {
        self.packs.len()
    }
}

/// Bytes of a pack of these.
fn length(entries: &[Entry]) -> u64 {
    entries.iter().map(Entry::in_pack).sum::<u64>() + pack::EMPTY
}

/// Where a blob lies.
#[derive(Debug, Clone, Copy)]
pub struct Location {
    /// In which pack.
    pub pack: Id,
    /// Where in it.
    pub entry: Entry,
}

/// A [`Location`] in 20 bytes: a year of copies has a million of them.
#[derive(Debug, Clone, Copy)]
struct Compact {
    pack: u32,
    offset: u32,
    length: u32,
    uncompressed: u32,
}

/// All that the target has.
#[derive(Debug, Default)]
pub struct Index {
    packs: Vec<(Id, u64)>,
    known: HashSet<Id>,
    data: HashMap<Id, Compact>,
    trees: HashMap<Id, Compact>,
}

impl Index {
    /// Takes in an index file. Of packs that are not among these with the length that they must have,
    /// only what lies nowhere else is taken.
    pub fn join(&mut self, file: &IndexFile, present: &HashMap<Id, u64>) {
        for pack in &file.packs {
            let entries = pack.blobs.iter().map(|blob| Entry {
                kind: match blob.kind {
                    KindOf::Data => BlobKind::Data,
                    KindOf::Tree => BlobKind::Tree,
                },
                id: blob.id,
                offset: blob.offset,
                length: blob.length,
                uncompressed: blob.uncompressed_length,
            });
            let entries: Vec<_> = entries.collect();
            let there = present.get(&pack.id) == Some(&length(&entries));
            self.insert(pack.id, &entries, there);
        }
    }

    /// Takes in a pack that is there.
    pub fn add(&mut self, pack: Id, entries: &[Entry]) {
        self.insert(pack, entries, true);
    }

    fn insert(&mut self, pack: Id, entries: &[Entry], there: bool) {
        if !self.known.insert(pack) {
            return;
        }
        let number = u32::try_from(self.packs.len()).unwrap_or(u32::MAX);
        self.packs.push((pack, length(entries)));
        for entry in entries {
            let Entry { kind, id, offset, length, uncompressed } = *entry;
            let uncompressed = uncompressed.unwrap_or(0);
            let place = Compact { pack: number, offset, length, uncompressed };
            let map = self.map_mut(kind);
            if there {
                map.insert(id, place);
            } else {
                map.entry(id).or_insert(place);
            }
        }
    }

    /// Forgets packs that are not among these with the length that they must have; how many.
    pub fn keep(&mut self, present: &HashMap<Id, u64>) -> usize {
        let lost: HashSet<u32> = (0..)
            .zip(&self.packs)
            .filter(|(_, (id, size))| self.known.contains(id) && present.get(id) != Some(size))
            .map(|(number, _)| number)
            .collect();
        for (number, (id, _)) in (0..).zip(&self.packs) {
            if lost.contains(&number) {
                self.known.remove(id);
            }
        }
        self.data.retain(|_, place| !lost.contains(&place.pack));
        self.trees.retain(|_, place| !lost.contains(&place.pack));
        lost.len()
    }

    /// All packs, with the length that each must have.
    pub fn packs(&self) -> impl Iterator<Item = (Id, u64)> + '_ {
        self.packs.iter().copied().filter(|(id, _)| self.known.contains(id))
    }

    /// Where a blob lies; `None` when the target has none.
    pub fn find(&self, kind: BlobKind, id: Id) -> Option<Location> {
        let place = match kind {
            BlobKind::Data => self.data.get(&id),
            BlobKind::Tree => self.trees.get(&id),
        }?;
        let (pack, _) = *self.packs.get(usize::try_from(place.pack).ok()?)?;
        let uncompressed = (place.uncompressed > 0).then_some(place.uncompressed);
        let (offset, length) = (place.offset, place.length);
        Some(Location { pack, entry: Entry { kind, id, offset, length, uncompressed } })
    }

    /// All blobs, each where it is taken from.
    pub fn blobs(&self) -> impl Iterator<Item = Location> + '_ {
        let data = self.data.keys().filter_map(|id| self.find(BlobKind::Data, *id));
        data.chain(self.trees.keys().filter_map(|id| self.find(BlobKind::Tree, *id)))
    }

    /// All blobs of a kind that are taken from this pack.
    pub fn in_pack(&self, kind: BlobKind, pack: Id) -> Vec<Entry> {
        let map = match kind {
            BlobKind::Data => &self.data,
            BlobKind::Tree => &self.trees,
        };
        let found = map.keys().filter_map(|id| self.find(kind, *id));
        found.filter(|location| location.pack == pack).map(|location| location.entry).collect()
    }

    /// Whether a pack is in any index file.
    pub fn knows(&self, pack: Id) -> bool {
        self.known.contains(&pack)
    }

    fn map_mut(&mut self, kind: BlobKind) -> &mut HashMap<Id, Compact> {
        match kind {
            BlobKind::Data => &mut self.data,
            BlobKind::Tree => &mut self.trees,
        }
    }
}
