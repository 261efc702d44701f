//! What the disk holds after a cut. Everything that was synced is there. Of the rest, by a seed:
//! each 4 KiB page or each 512-byte sector of a file is any of its versions since the last sync, so
//! writes are lost, torn and reordered; names changed since the last sync are the old or the new
//! ones, as the [`Journal`] allows.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Image;
use super::chance::Chance;
use super::record::{Entry, Inode, ROOT, Recording, Step};
use super::tree::{Node, apply, number, write};

/// How a file system keeps names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journal {
    /// ext4, `data=ordered`: changes of names reach the disk in their order, and an `fsync` of
    /// anything commits all before it.
    Ordered,
    /// No more than POSIX promises: each change of a name that was not followed by an `fsync` of
    /// its directory may be there or not, whatever its neighbours did.
    Loose,
}

/// Follows a recording and cuts it.
#[derive(Debug)]
pub struct Cutter<'a> {
    recording: &'a Recording,
    journal: Journal,
    at: usize,
    /// Synced.
    directories: BTreeMap<Inode, BTreeMap<OsString, Inode>>,
    files: BTreeMap<Inode, Vec<u8>>,
    /// Not synced, each with its step.
    named: Vec<(usize, &'a [Entry])>,
    changed: BTreeMap<Inode, Vec<Change<'a>>>,
}

#[derive(Clone, Copy, Debug)]
enum Change<'a> {
    Written { step: usize, offset: u64, bytes: &'a [u8] },
    Resized { step: usize, length: u64 },
}

impl<'a> Cutter<'a> {
    pub(super) fn new(recording: &'a Recording, journal: Journal) -> Self {
        let mut cutter = Self {
            recording,
            journal,
            at: 0,
            directories: BTreeMap::new(),
            files: BTreeMap::new(),
            named: Vec::new(),
            changed: BTreeMap::new(),
        };
        for (inode, node) in number(&recording.begin).0 {
            match node {
                Node::Directory(names) => drop(cutter.directories.insert(inode, names)),
                Node::File(bytes) => drop(cutter.files.insert(inode, bytes)),
            }
        }
        cutter
    }

    /// The disk after a cut between step `point` and the next, one of many possible ones. Points
    /// must not descend: an earlier one than the last is taken as the last.
    pub fn cut(&mut self, point: usize, seed: u64) -> Image {
        let steps = self.recording.steps.get(self.at..point).unwrap_or_default();
        for step in steps {
            self.follow(step);
            self.at += 1;
        }
        let mut chance = Chance::new(seed);
        let style = Style::choose(&mut chance, self.at);
        let directories = self.names(&mut chance, style);
        let mut image = Image::empty();
        self.collect(&directories, ROOT, Path::new(""), style, seed, &mut image);
        image
    }

    fn follow(&mut self, step: &'a Step) {
        let at = self.at;
        match step {
            Step::Born { inode, is_directory: true } => {
                self.directories.insert(*inode, BTreeMap::new());
            }
            Step::Born { inode, is_directory: false } => {
                self.files.insert(*inode, Vec::new());
            }
            Step::Named(entries) => self.named.push((at, entries)),
            Step::Written { inode, offset, bytes } => self
                .changed
                .entry(*inode)
                .or_default()
                .push(Change::Written { step: at, offset: *offset, bytes }),
            Step::Resized { inode, length } => self
                .changed
                .entry(*inode)
                .or_default()
                .push(Change::Resized { step: at, length: *length }),
            Step::Synced { inode, whole } => {
                let file = self.files.entry(*inode).or_default();
                for change in self.changed.remove(inode).unwrap_or_default() {
                    match change {
                        Change::Written { offset, bytes, .. } => write(file, offset, bytes),
                        Change::Resized { length, .. } => resize(file, length),
                    }
                }
                if *whole && self.journal == Journal::Ordered {
                    self.commit_names(|_| true);
                }
            }
            Step::NotSynced { inode } => drop(self.changed.remove(inode)),
            Step::DirectorySynced { inode } => match self.journal {
                Journal::Ordered => self.commit_names(|_| true),
                Journal::Loose => self.commit_names(|entry| entry.directory == *inode),
            },
        }
    }

    fn commit_names(&mut self, which: impl Fn(&Entry) -> bool) {
        let directories = &mut self.directories;
        self.named.retain(|(_, entries)| {
            let committed = entries.iter().any(&which);
            if committed {
                rename(directories, entries);
            }
            !committed
        });
    }

    /// Names on the disk.
    fn names(
        &self,
        chance: &mut Chance,
        style: Style,
    ) -> BTreeMap<Inode, BTreeMap<OsString, Inode>> {
        let mut directories = self.directories.clone();
        let first = chance.below(self.named.len() as u64 + 1);
        for (index, (step, entries)) in (0..).zip(&self.named) {
            let kept = match (style, self.journal) {
                (Style::Nothing, _) => false,
                (Style::Everything, _) => true,
                (Style::Until(last), _) => *step <= last,
                (_, Journal::Ordered) => index < first,
                (_, Journal::Loose) => chance.in_16(8),
            };
            if kept {
                rename(&mut directories, entries);
            }
        }
        directories
    }

    fn collect(
        &self,
        directories: &BTreeMap<Inode, BTreeMap<OsString, Inode>>,
        inode: Inode,
        path: &Path,
        style: Style,
        seed: u64,
        image: &mut Image,
    ) {
        for (name, inode) in directories.get(&inode).into_iter().flatten() {
            let path: PathBuf = path.join(name);
            if directories.contains_key(inode) {
                image.add_dir(path.clone());
                self.collect(directories, *inode, &path, style, seed, image);
            } else {
                image.put_file(path, self.bytes(*inode, style, seed));
            }
        }
    }

    /// Bytes of a file on the disk.
    fn bytes(&self, inode: Inode, style: Style, seed: u64) -> Vec<u8> {
        let mut file = self.files.get(&inode).cloned().unwrap_or_default();
        let changes = self.changed.get(&inode).map(Vec::as_slice).unwrap_or_default();
        let mut chance = Chance::new(seed ^ inode.wrapping_mul(0xff51_afd7_ed55_8ccd));
        match style {
            Style::Nothing => {}
            Style::Everything => replay(&mut file, changes, usize::MAX),
            Style::Until(last) => replay(&mut file, changes, last),
            Style::Mixed { unit, kept } => {
                // A new length is a matter of the journal: it is there with all before it, or
                // neither it nor anything after it is.
                let lengths =
                    changes.iter().filter(|c| matches!(c, Change::Resized { .. })).count();
                let applied = usize::try_from(chance.below(lengths as u64 + 1)).unwrap_or(0);
                let mut rest = changes;
                for _ in 0..applied {
                    let Some(end) = rest.iter().position(|c| matches!(c, Change::Resized { .. }))
                    else {
                        break;
                    };
                    let (before, after) = rest.split_at(end + 1);
                    replay(&mut file, before, usize::MAX);
                    rest = after;
                }
                mix(&mut file, rest, unit, kept, &mut chance);
                if self.journal == Journal::Loose && applied == lengths && chance.in_16(4) {
                    // The length came first, and zeros are where the data did not come.
                    let end = rest.iter().map(|change| change.end()).max().unwrap_or(0);
                    let end = usize::try_from(end).unwrap_or(0);
                    file.resize(file.len().max(end), 0);
                }
            }
        }
        file
    }
}

impl Change<'_> {
    fn step(&self) -> usize {
        match self {
            Self::Written { step, .. } | Self::Resized { step, .. } => *step,
        }
    }

    fn end(&self) -> u64 {
        match self {
            Self::Written { offset, bytes, .. } => offset + bytes.len() as u64,
            Self::Resized { length, .. } => *length,
        }
    }
}

/// What became of the steps that were not synced.
#[derive(Clone, Copy, Debug)]
enum Style {
    Nothing,
    Everything,
    /// All up to a step, none after it.
    Until(usize),
    /// Each unit of `unit` bytes is at its last version in `kept` of 16 cases, else at any earlier.
    Mixed {
        unit: u64,
        kept: u64,
    },
}

impl Style {
    fn choose(chance: &mut Chance, at: usize) -> Self {
        const PAGE: u64 = 4096;
        const SECTOR: u64 = 512;
        match chance.below(16) {
            0 => Self::Nothing,
            1 => Self::Everything,
            2 | 3 => {
                let back = usize::try_from(chance.below(64)).unwrap_or(0);
                Self::Until(at.saturating_sub(back))
            }
            4..=6 => Self::Mixed { unit: PAGE, kept: 8 },
            7..=8 => Self::Mixed { unit: PAGE, kept: 15 },
            9..=10 => Self::Mixed { unit: PAGE, kept: 1 },
            11..=13 => Self::Mixed { unit: SECTOR, kept: 8 },
            14 => Self::Mixed { unit: SECTOR, kept: 15 },
            _ => Self::Mixed { unit: SECTOR, kept: 1 },
        }
    }
}

fn rename(directories: &mut BTreeMap<Inode, BTreeMap<OsString, Inode>>, entries: &[Entry]) {
    for entry in entries {
        apply(directories.entry(entry.directory).or_default(), entry);
    }
}

fn resize(file: &mut Vec<u8>, length: u64) {
    file.resize(usize::try_from(length).unwrap_or(0), 0);
}

fn replay(file: &mut Vec<u8>, changes: &[Change<'_>], last: usize) {
    for change in changes.iter().filter(|change| change.step() <= last) {
        match change {
            Change::Written { offset, bytes, .. } => write(file, *offset, bytes),
            Change::Resized { length, .. } => resize(file, *length),
        }
    }
}

/// Writes each unit up to a version of its own.
fn mix(file: &mut Vec<u8>, changes: &[Change<'_>], unit: u64, kept: u64, chance: &mut Chance) {
    let mut versions = BTreeMap::<u64, u64>::new();
    let writes = || {
        changes.iter().map_while(|change| match change {
            Change::Written { offset, bytes, .. } => Some((*offset, *bytes)),
            Change::Resized { .. } => None,
        })
    };
    for (number, _, _) in writes().flat_map(|(offset, bytes)| units(offset, bytes, unit)) {
        *versions.entry(number).or_default() += 1;
    }
    for left in versions.values_mut() {
        if !chance.in_16(kept) {
            *left = chance.below(*left);
        }
    }
    for (number, offset, bytes) in writes().flat_map(|(o, b)| units(o, b, unit)) {
        if let Some(left) = versions.get_mut(&number)
            && *left > 0
        {
            *left -= 1;
            write(file, offset, bytes);
        }
    }
}

/// A write in pieces that each lie in one unit: its number, offset, bytes.
fn units(offset: u64, bytes: &[u8], unit: u64) -> impl Iterator<Item = (u64, u64, &[u8])> {
    let mut at = offset;
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let number = at / unit;
        let room = usize::try_from((number + 1) * unit - at).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(room.min(rest.len()));
        let begin = at;
        at += piece.len() as u64;
        rest = after;
        Some((number, begin, piece))
    })
}
