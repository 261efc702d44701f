//! The file system in memory as its programs see it, and the record of what they did.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::mem;
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;

use super::Image;
use super::record::{Call, Entry, Inode, ROOT, Recording, Step};

/// Longest file, bytes: a program gone wrong must not eat the machine's memory.
const MAX_FILE: u64 = 1 << 30;

#[derive(Debug)]
pub enum Node {
    Directory(BTreeMap<OsString, Inode>),
    File(Vec<u8>),
}

#[derive(Debug)]
pub struct Tree {
    nodes: BTreeMap<Inode, Node>,
    last: Inode,
    recording: Recording,
    failing: Vec<(Call, Errno, usize)>,
    failing_late: Option<(Errno, Duration)>,
}

impl Tree {
    pub fn new(image: &Image) -> Self {
        let (nodes, last) = number(image);
        let recording = Recording { begin: image.clone(), steps: Vec::new() };
        Self { nodes, last, recording, failing: Vec::new(), failing_late: None }
    }

    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    pub fn take(&mut self) -> Recording {
        let begin = mem::take(&mut self.recording.begin);
        Recording { begin, steps: mem::take(&mut self.recording.steps) }
    }

    pub fn fail(&mut self, call: Call, errno: Errno, times: usize) {
        self.failing.push((call, errno, times));
    }

    pub fn fail_late(&mut self, errno: Errno, after: Duration) {
        self.failing_late = Some((errno, after));
    }

    /// The late failure that was ordered for the next write.
    pub fn ordered_late(&mut self) -> Option<(Errno, Duration)> {
        self.failing_late.take()
    }

    /// The failure that was ordered for this call, if any is left.
    fn ordered(&mut self, call: Call) -> Result<(), Errno> {
        let ordered = self.failing.iter_mut().find(|(of, _, left)| *of == call && *left > 0);
        ordered.map_or(Ok(()), |(_, errno, left)| {
            *left -= 1;
            Err(*errno)
        })
    }

    pub fn node(&self, inode: Inode) -> Result<&Node, Errno> {
        self.nodes.get(&inode).ok_or(Errno::ENOENT)
    }

    pub fn lookup(&self, directory: Inode, name: &OsStr) -> Result<Inode, Errno> {
        self.entries(directory)?.get(name).copied().ok_or(Errno::ENOENT)
    }

    pub fn entries(&self, inode: Inode) -> Result<&BTreeMap<OsString, Inode>, Errno> {
        match self.node(inode)? {
            Node::Directory(entries) => Ok(entries),
            Node::File(_) => Err(Errno::ENOTDIR),
        }
    }

    pub fn file_at(&mut self, path: &Path) -> Result<&mut Vec<u8>, Errno> {
        let inode = path.iter().try_fold(ROOT, |inode, name| self.lookup(inode, name))?;
        self.file(inode)
    }

    fn file(&mut self, inode: Inode) -> Result<&mut Vec<u8>, Errno> {
        match self.nodes.get_mut(&inode).ok_or(Errno::ENOENT)? {
            Node::File(bytes) => Ok(bytes),
            Node::Directory(_) => Err(Errno::EISDIR),
        }
    }

    pub fn create(
        &mut self,
        directory: Inode,
        name: &OsStr,
        is_directory: bool,
    ) -> Result<Inode, Errno> {
        if self.entries(directory)?.contains_key(name) {
            return Err(Errno::EEXIST);
        }
        self.last += 1;
        let inode = self.last;
        let node =
            if is_directory { Node::Directory(BTreeMap::new()) } else { Node::File(Vec::new()) };
        self.nodes.insert(inode, node);
        self.recording.steps.push(Step::Born { inode, is_directory });
        self.name(vec![Entry { directory, name: name.to_owned(), leads_to: Some(inode) }])?;
        Ok(inode)
    }

    pub fn remove(&mut self, directory: Inode, name: &OsStr) -> Result<(), Errno> {
        let inode = self.lookup(directory, name)?;
        if self.entries(inode).is_ok_and(|entries| !entries.is_empty()) {
            return Err(Errno::ENOTEMPTY);
        }
        self.name(vec![Entry { directory, name: name.to_owned(), leads_to: None }])
    }

    pub fn rename(
        &mut self,
        (directory, name): (Inode, &OsStr),
        (to_directory, to_name): (Inode, &OsStr),
    ) -> Result<(), Errno> {
        let inode = self.lookup(directory, name)?;
        self.name(vec![
            Entry { directory, name: name.to_owned(), leads_to: None },
            Entry { directory: to_directory, name: to_name.to_owned(), leads_to: Some(inode) },
        ])
    }

    fn name(&mut self, entries: Vec<Entry>) -> Result<(), Errno> {
        for entry in &entries {
            match self.nodes.get_mut(&entry.directory).ok_or(Errno::ENOENT)? {
                Node::Directory(names) => apply(names, entry),
                Node::File(_) => return Err(Errno::ENOTDIR),
            }
        }
        self.recording.steps.push(Step::Named(entries));
        Ok(())
    }

    pub fn read(&mut self, inode: Inode, offset: u64, size: usize) -> Result<&[u8], Errno> {
        self.ordered(Call::Read)?;
        let bytes = self.file(inode)?;
        let begin = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let end = begin.saturating_add(size).min(bytes.len());
        Ok(bytes.get(begin..end).unwrap_or_default())
    }

    pub fn write(&mut self, inode: Inode, offset: u64, bytes: &[u8]) -> Result<(), Errno> {
        self.ordered(Call::Write)?;
        let file = self.file(inode)?;
        if offset.saturating_add(bytes.len() as u64) > MAX_FILE {
            return Err(Errno::EFBIG);
        }
        write(file, offset, bytes);
        self.recording.steps.push(Step::Written { inode, offset, bytes: bytes.to_owned() });
        Ok(())
    }

    pub fn resize(&mut self, inode: Inode, length: u64) -> Result<(), Errno> {
        self.ordered(Call::Write)?;
        let file = self.file(inode)?;
        if length > MAX_FILE {
            return Err(Errno::EFBIG);
        }
        if file.len() as u64 != length {
            file.resize(usize::try_from(length).unwrap_or(0), 0);
            self.recording.steps.push(Step::Resized { inode, length });
        }
        Ok(())
    }

    pub fn sync(&mut self, inode: Inode, whole: bool) -> Result<(), Errno> {
        let done = self.ordered(Call::Sync);
        self.recording.steps.push(match done {
            Ok(()) => Step::Synced { inode, whole },
            Err(_) => Step::NotSynced { inode },
        });
        done
    }

    pub fn sync_directory(&mut self, inode: Inode) -> Result<(), Errno> {
        self.ordered(Call::SyncDirectory)?;
        self.recording.steps.push(Step::DirectorySynced { inode });
        Ok(())
    }
}

/// Numbers what an image holds; the same for the programs and for the disk. Also gives the last number.
pub fn number(image: &Image) -> (BTreeMap<Inode, Node>, Inode) {
    let mut nodes = BTreeMap::from([(ROOT, Node::Directory(BTreeMap::new()))]);
    let mut known = BTreeMap::from([(Path::new(""), ROOT)]);
    let mut last = ROOT;
    for (path, bytes) in image.entries() {
        last += 1;
        let node = bytes
            .map_or_else(|| Node::Directory(BTreeMap::new()), |bytes| Node::File(bytes.to_owned()));
        nodes.insert(last, node);
        known.insert(path, last);
        let parent = path.parent().and_then(|parent| known.get(parent));
        if let (Some(parent), Some(name)) = (parent, path.file_name())
            && let Some(Node::Directory(names)) = nodes.get_mut(parent)
        {
            names.insert(name.to_owned(), last);
        }
    }
    (nodes, last)
}

/// Changes one name.
pub fn apply(names: &mut BTreeMap<OsString, Inode>, entry: &Entry) {
    match entry.leads_to {
        Some(inode) => names.insert(entry.name.clone(), inode),
        None => names.remove(&entry.name),
    };
}

/// Puts bytes at a place, with zeros between the old end and them.
pub fn write(file: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let begin = usize::try_from(offset).unwrap_or(usize::MAX);
    let end = begin.saturating_add(bytes.len());
    if file.len() < end {
        file.resize(end, 0);
    }
    if let Some(place) = file.get_mut(begin..end) {
        place.copy_from_slice(bytes);
    }
}
