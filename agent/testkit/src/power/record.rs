//! What a program did to the file system, in order.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use super::tree::{Node, number};
use super::{Cutter, Image, Journal};

/// Number of a directory or file, never used again. The root is [`ROOT`].
pub type Inode = u64;

/// The directory that is mounted.
pub const ROOT: Inode = 1;

/// Calls that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `write`, `pwrite` and what makes a file longer.
    Write,
    /// `fsync` and `fdatasync` of a file.
    Sync,
    /// `fsync` of a directory.
    SyncDirectory,
    /// `read`, `pread`.
    Read,
}

/// A name in a directory that now leads to an inode, or to nothing.
#[derive(Clone, Debug)]
pub struct Entry {
    pub directory: Inode,
    pub name: OsString,
    pub leads_to: Option<Inode>,
}

/// One step that a disk may or may not see before a cut.
#[derive(Clone, Debug)]
pub enum Step {
    /// A new inode, led to by nothing yet.
    Born { inode: Inode, is_directory: bool },
    /// Names change together: create, unlink, rename.
    Named(Vec<Entry>),
    /// Bytes at a place of a file.
    Written { inode: Inode, offset: u64, bytes: Vec<u8> },
    /// A file has a new length.
    Resized { inode: Inode, length: u64 },
    /// A file was synced; `whole` for `fsync`, which also commits the journal.
    Synced { inode: Inode, whole: bool },
    /// It was to be synced, and the disk refused.
    NotSynced { inode: Inode },
    /// A directory was synced.
    DirectorySynced { inode: Inode },
}

/// A run: the file system it began with, and every step.
#[derive(Clone, Debug)]
pub struct Recording {
    pub(super) begin: Image,
    pub(super) steps: Vec<Step>,
}

impl Recording {
    /// Number of steps: the last point to cut at.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing was changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Bytes written to the file that has this path at the end, the same place each time it was.
    #[must_use]
    pub fn written_to(&self, path: &str) -> u64 {
        let Some(inode) = self.inode_at_end(Path::new(path)) else { return 0 };
        let bytes = self.steps.iter().filter_map(|step| match step {
            Step::Written { inode: of, bytes, .. } if *of == inode => Some(bytes.len() as u64),
            _ => None,
        });
        bytes.sum()
    }

    fn inode_at_end(&self, path: &Path) -> Option<Inode> {
        let mut names = BTreeMap::new();
        for (inode, node) in number(&self.begin).0 {
            if let Node::Directory(entries) = node {
                names.extend(entries.into_iter().map(|(name, to)| ((inode, name), to)));
            }
        }
        for step in &self.steps {
            if let Step::Named(entries) = step {
                for Entry { directory, name, leads_to } in entries {
                    match leads_to {
                        Some(to) => names.insert((*directory, name.clone()), *to),
                        None => names.remove(&(*directory, name.clone())),
                    };
                }
            }
        }
        path.iter().try_fold(ROOT, |inode, name| names.get(&(inode, name.to_owned())).copied())
    }

    /// Cuts at points that ascend.
    #[must_use]
    pub fn cutter(&self, journal: Journal) -> Cutter<'_> {
        Cutter::new(self, journal)
    }
}
