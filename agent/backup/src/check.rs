//! Looks for damage at a target and says what is lost by it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::document;
use crate::index::IndexFile;
use crate::object::{Id, Kind, Object};
use crate::pack::{self, BlobKind, Entry};
use crate::reading;
use crate::repository::{Depth, Finding, MOST_NAMED, Trouble};
use crate::restic::Restic;
use crate::target::TargetError;

/// What is wrong, and the blobs that are lost by it.
struct Wrong {
    trouble: Trouble,
    lost: HashSet<Id>,
}

/// See [`crate::Repository::check`].
pub fn check(of: &Restic, depth: Depth) -> Result<Vec<Finding>, TargetError> {
    let mut wrong = packs(of, depth)?;
    let mut findings = documents(of)?;
    let mut lost: HashMap<Id, Object> = HashMap::new();
    for (object, wrong) in &wrong {
        lost.extend(wrong.lost.iter().map(|id| (*id, *object)));
    }
    let mut paths: BTreeMap<Object, BTreeSet<String>> = BTreeMap::new();
    let mut seen = HashSet::new();
    for (object, snapshot) in of.snapshots()? {
        let Some(snapshot) = snapshot else {
            findings.push(finding(object, Trouble::Changed));
            continue;
        };
        reading::walk(of, snapshot.tree, &mut |path, kind, id| {
            if !seen.insert(id) {
                return;
            }
            let object = match lost.get(&id) {
                Some(object) => *object,
                None if of.index.find(kind, id).is_some() => return,
                None => {
                    let trouble = Trouble::Incomplete;
                    wrong.entry(object).or_insert(Wrong { trouble, lost: HashSet::new() });
                    object
                }
            };
            let of_it = paths.entry(object).or_default();
            if of_it.len() < MOST_NAMED {
                of_it.insert(if path.is_empty() { "/".to_owned() } else { path.to_owned() });
            }
        })?;
    }
    for (object, wrong) in wrong {
        let loses = paths.remove(&object).unwrap_or_default().into_iter().collect();
        findings.push(Finding { object, trouble: wrong.trouble, loses });
    }
    findings.sort_by_key(|finding| finding.object);
    Ok(findings)
}

const fn finding(object: Object, trouble: Trouble) -> Finding {
    Finding { object, trouble, loses: Vec::new() }
}

/// The index files and the key files: that each is what its name says.
fn documents(of: &Restic) -> Result<Vec<Finding>, TargetError> {
    let mut findings = Vec::new();
    for kind in [Kind::Index, Kind::Key] {
        for (object, _) in of.target.list(kind)? {
            let bytes = of.target.read(object, None)?;
            let named = object == Object::Named(kind, Id::of(&bytes));
            let opens = kind == Kind::Key || document::open::<IndexFile>(&bytes, &of.key).is_some();
            if !named || !opens {
                findings.push(finding(object, Trouble::Changed));
            }
        }
    }
    Ok(findings)
}

/// Every pack of the index.
fn packs(of: &Restic, depth: Depth) -> Result<BTreeMap<Object, Wrong>, TargetError> {
    let present: HashMap<Object, u64> = of.target.list(Kind::Pack)?.into_iter().collect();
    let mut wrong = BTreeMap::new();
    for (id, size) in of.index.packs() {
        let object = Object::Named(Kind::Pack, id);
        let trouble = match present.get(&object) {
            None => Trouble::Missing,
            Some(length) if *length != size => Trouble::Length,
            Some(_) if depth == Depth::Listed => continue,
            Some(_) => Trouble::Changed,
        };
        let mut bytes = Vec::new();
        if depth == Depth::Read && trouble != Trouble::Missing {
            bytes = match of.target.read(object, None) {
                Err(TargetError::Missing(_) | TargetError::Broken { .. }) => Vec::new(),
                read => read?,
            };
            if Id::of(&bytes) == id {
                continue;
            }
        }
        // Unread, all of it counts as lost.
        let lost = of.index.entries(id).into_iter();
        let lost = lost.filter(|entry| !opens(of, entry, &bytes)).map(|entry| entry.id).collect();
        wrong.insert(object, Wrong { trouble, lost });
    }
    Ok(wrong)
}

fn opens(of: &Restic, entry: &Entry, bytes: &[u8]) -> bool {
    let range = usize::try_from(entry.offset).ok().zip(usize::try_from(entry.length).ok());
    let sealed = range.and_then(|(start, length)| bytes.get(start..start.checked_add(length)?));
    sealed.is_some_and(|sealed| pack::open_blob(sealed, entry, &of.key).is_some())
}

impl crate::index::Index {
    /// All blobs that are taken from this pack.
    fn entries(&self, pack: Id) -> Vec<Entry> {
        let all = [BlobKind::Data, BlobKind::Tree].map(|kind| self.in_pack(kind, pack));
        all.into_iter().flatten().collect()
    }
}
