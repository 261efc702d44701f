//! Reads an export from its beginning to its end and holds it against every rule.

use std::io::Read;

use sha2::{Digest, Sha256};

use crate::chain::{Chain, Entry};
use crate::export::{Header, ItemError, Items, Kind};
use crate::frame::{Hash, Mark};
use crate::given::Given;
use crate::head::Head;
use crate::missing::Missing;
use crate::texts::{Failure, Note, Refusal};

/// Notes kept at most; more are counted.
const MAX_NOTES: usize = 1_000;

/// What an accepted export is.
#[derive(Debug)]
pub struct Report {
    /// The store whose chain it is.
    pub store: [u8; 16],
    /// Number of its first entry.
    pub first: u64,
    /// Number of its last entry; the chain is signed up to here.
    pub last: u64,
    /// The highest given head on the chain; `None`: the end is not proven.
    pub proven: Option<u64>,
    /// What an auditor should look at, in the order of the chain.
    pub notes: Vec<Note>,
    /// Notes beyond these.
    pub more_notes: u64,
}

/// Checks one export. `given` are heads kept outside the box; `parts` demands every sealed part
/// that no retention names. Memory: one item, the given heads, and with `parts` 1 MB at most.
///
/// # Errors
///
/// [`Failure::Unreadable`] and [`Failure::NotAnExport`] when there is nothing to judge, else
/// [`Failure::Refused`].
pub fn check(input: impl Read, given: Vec<Head>, parts: bool) -> Result<Report, Failure> {
    let (header, items) =
        Items::open(input).map_err(Failure::Unreadable)?.ok_or(Failure::NotAnExport)?;
    let mut walk = Walk::new(&header, given, parts)
        .map_err(|refusal| Failure::Refused { refusal, signed: None })?;
    let (last, proven) = walk.run(items).map_err(|stop| match stop {
        Stop::Refused(refusal) => Failure::Refused { refusal, signed: walk.signed },
        Stop::Io(error) => Failure::Unreadable(error),
    })?;
    let Walk { notes, more_notes, .. } = walk;
    Ok(Report { store: header.store, first: header.first, last, proven, notes, more_notes })
}

enum Stop {
    Refused(Refusal),
    Io(std::io::Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

struct Walk {
    first: u64,
    chain: Chain,
    /// The last entry read.
    entry: Option<Entry>,
    /// Digests of its parts, and how many of them were read and were here.
    parts: Vec<Hash>,
    read: usize,
    here: usize,
    given: Given,
    /// `None`: missing parts do not matter.
    missing: Option<Missing>,
    /// The last entry with a head in the export, and with one there or among the given.
    covered: Option<u64>,
    signed: Option<u64>,
    notes: Vec<Note>,
    more_notes: u64,
}

impl Walk {
    fn new(header: &Header, given: Vec<Head>, parts: bool) -> Result<Self, Refusal> {
        let Header { store, first, before } = *header;
        let mut given = Given::new(given, &store)?;
        let start = match first {
            0 if before != [0; 32] => return Err(Refusal::Before { seq: 0 }),
            0 => None,
            _ => Some(given.start(first, &before)?),
        };
        Ok(Self {
            first,
            chain: Chain::new(store, first, before, start),
            entry: None,
            parts: Vec::new(),
            read: 0,
            here: 0,
            given,
            missing: parts.then(Missing::default),
            covered: None,
            signed: None,
            notes: Vec::new(),
            more_notes: 0,
        })
    }

    /// Reads all items. Gives the last entry's number and the highest given head on the chain.
    fn run(&mut self, mut items: Items<impl Read>) -> Result<(u64, Option<u64>), Stop> {
        loop {
            let seq = self.chain.next();
            let (kind, bytes) = items.next().map_err(|error| match error {
                ItemError::Io(error) => Stop::Io(error),
                ItemError::Truncated => Refusal::Truncated { seq }.into(),
                ItemError::Kind(kind) => Refusal::UnknownItem { seq, kind }.into(),
                ItemError::TooLong(length) => Refusal::TooLong { seq, length }.into(),
            })?;
            if kind == Kind::Part {
                self.part(bytes)?;
                continue;
            }
            self.parts_are_read()?;
            match kind {
                Kind::Part => {}
                Kind::Frame => self.frame(bytes)?,
                Kind::Head => self.head(bytes)?,
                Kind::End => {
                    let ends = self.end(bytes)?;
                    if !items.at_end().map_err(Stop::Io)? {
                        return Err(Refusal::Trailing { seq }.into());
                    }
                    return Ok(ends);
                }
            }
        }
    }

    fn frame(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let (entry, frame, notes) = self.chain.extend(bytes)?;
        for note in notes {
            self.note(note);
        }
        match frame.mark {
            Mark::Genesis { key } | Mark::NewKey { key, .. } => self.given.key(&key),
            Mark::Restored { generation, .. } => self.given.restored(entry.seq, generation),
            Mark::Ordinary | Mark::Gap { .. } | Mark::Retention { .. } => {}
        }
        if self.given.pass(&entry)? {
            self.signed = Some(entry.seq);
        }
        if let (Some(missing), Mark::Retention { first, last }) = (&mut self.missing, &frame.mark) {
            missing.excuse(*first, *last);
        }
        self.entry = Some(entry);
        self.parts = frame.parts;
        self.read = 0;
        self.here = 0;
        Ok(())
    }

    fn part(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let seq = self.entry.map(|entry| entry.seq);
        let digest = self.parts.get(self.read);
        let (Some(seq), Some(digest)) = (seq, digest) else {
            return Err(Refusal::UnexpectedPart { seq: self.chain.next() });
        };
        if !bytes.is_empty() {
            if Hash::from(Sha256::digest(bytes)) != *digest {
                return Err(Refusal::Part { seq, index: self.read });
            }
            self.here += 1;
        }
        self.read += 1;
        Ok(())
    }

    /// Ends the last entry: all its parts were read.
    fn parts_are_read(&mut self) -> Result<(), Refusal> {
        let Some(seq) = self.entry.map(|entry| entry.seq) else { return Ok(()) };
        let count = self.parts.len();
        if self.read < count {
            return Err(Refusal::PartItems { seq, expected: count, found: self.read });
        }
        if let Some(missing) = &mut self.missing
            && count > 0
        {
            let whole = self.here == count;
            missing.note(seq, whole).map_err(|_| Refusal::TooManyMissing { seq })?;
        }
        self.parts.clear();
        self.read = 0;
        Ok(())
    }

    fn head(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let Some(entry) = self.entry else {
            return Err(Refusal::HeadPlace { seq: self.first });
        };
        let seq = entry.seq;
        let head = Head::parse(bytes).ok_or(Refusal::HeadForm { seq })?;
        if head.seq != seq || head.hash != entry.hash {
            return Err(Refusal::HeadPlace { seq });
        }
        if head.store != self.chain.store() {
            return Err(Refusal::HeadStore { seq });
        }
        entry.matches(&head)?;
        if !head.is_signed() {
            return Err(Refusal::HeadSignature { seq });
        }
        self.covered = Some(seq);
        self.signed = Some(seq);
        Ok(())
    }

    fn end(&mut self, bytes: &[u8]) -> Result<(u64, Option<u64>), Refusal> {
        let Some(Entry { seq: last, .. }) = self.entry else {
            return Err(Refusal::Empty { first: self.first });
        };
        let told = <[u8; 8]>::try_from(bytes).map_err(|_| Refusal::EndForm { seq: last })?;
        let (told, found) = (u64::from_be_bytes(told), self.chain.next() - self.first);
        if told != found {
            return Err(Refusal::Count { seq: last, told, found });
        }
        if self.covered != Some(last) {
            return Err(Refusal::Uncovered { seq: last });
        }
        if let Some(seq) = self.missing.as_ref().and_then(Missing::first) {
            return Err(Refusal::MissingPart { seq });
        }
        let (proven, notes) = self.given.finish(last)?;
        for note in notes {
            self.note(note);
        }
        Ok((last, proven))
    }

    fn note(&mut self, note: Note) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(note);
        } else {
            self.more_notes += 1;
        }
    }
}
