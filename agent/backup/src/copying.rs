//! Makes one copy: the stream, cut into segments, in leaves of about 64; the journal; the tree over
//! them.
//!
//! `records.1/<first place of the leaf, hexadecimal>/records` · `journal.1/journal`: the number is the
//! format of everything inside (decision 0011).

use crate::object::Id;
use crate::pack::BlobKind;
use crate::repository::{CopyError, Extent};
use crate::source::{Since, Source};
use crate::stream::{self, Change, Cutter, MAX_PLACE, MAX_SEALED, Segment};
use crate::tree::{Node, Tree};
use crate::writing::Writing;

/// Directory of the stream.
pub const RECORDS: &str = "records.1";
/// The file in each of its leaves.
pub const LEAF: &str = "records";
/// Directory of the journal.
pub const JOURNAL: &str = "journal.1";
/// The file in it.
pub const ALL: &str = "journal";
/// Bytes of a piece of the journal, about.
const PIECE: usize = 1 << 20;

/// What a journal goes on from.
#[derive(Debug, Clone)]
pub struct Base {
    /// Directory of the stream.
    records: Id,
    journal: Journal,
}

/// The pieces that were sent, and what is not enough for one yet.
#[derive(Debug, Clone, Default)]
struct Journal {
    pieces: Vec<Id>,
    size: u64,
    piece: Vec<u8>,
}

/// Reads the source, sends it; the directory of all, and what a journal may go on from.
pub fn whole(
    writing: &mut Writing<'_>,
    source: &mut dyn Source,
    pending: &mut Vec<Change>,
    segments: &mut u64,
) -> Result<Base, CopyError> {
    source.begin().map_err(CopyError::Source)?;
    pending.clear();
    let (mut leaves, mut journal) = (Leaves::default(), Journal::default());
    let mut cutter = Cutter::default();
    let (mut from, mut last) = (Vec::new(), None::<Vec<u8>>);
    loop {
        let page = source.page(&from).map_err(CopyError::Source)?;
        for (place, sealed) in page.items {
            check(&place, Some(&sealed))?;
            if last.as_ref().is_some_and(|last| *last >= place) {
                return Err(CopyError::Order);
            }
            if let Some(segment) = cutter.put(&place, &sealed) {
                leaves.add(writing, &segment)?;
                *segments += 1;
            }
            last = Some(place);
        }
        // A copy may take hours: what is changed meanwhile must not fill the memory.
        for (place, sealed) in since(source)? {
            journal.add(writing, &place, sealed.as_deref())?;
        }
        match page.next {
            Some(next) if next > from => from = next,
            Some(_) => return Err(CopyError::Order),
            None => break,
        }
    }
    if let Some(segment) = cutter.end() {
        leaves.add(writing, &segment)?;
        *segments += 1;
    }
    leaves.end(writing)?;
    let records = writing.blob(BlobKind::Tree, &leaves.tree.to_json())?;
    Ok(Base { records, journal })
}

/// What was committed since the last time.
pub fn since(source: &mut dyn Source) -> Result<Vec<Change>, CopyError> {
    match source.since().map_err(CopyError::Source)? {
        Since::Changes(changes) => Ok(changes),
        Since::Lost => Err(CopyError::Lost),
    }
}

impl Base {
    /// Sends what changed, as the next pieces of the journal.
    pub fn go_on(
        &mut self,
        writing: &mut Writing<'_>,
        pending: &[Change],
    ) -> Result<(), CopyError> {
        for (place, sealed) in pending {
            self.journal.add(writing, place, sealed.as_deref())?;
        }
        self.journal.end(writing)
    }

    /// Sends the directories over it; the topmost.
    pub fn tree(&self, writing: &mut Writing<'_>) -> Result<Id, CopyError> {
        let file = Node::file(ALL.to_owned(), self.journal.pieces.clone(), self.journal.size);
        let journal = writing.blob(BlobKind::Tree, &Tree { nodes: vec![file] }.to_json())?;
        let nodes = vec![
            Node::directory(JOURNAL.to_owned(), journal),
            Node::directory(RECORDS.to_owned(), self.records),
        ];
        writing.blob(BlobKind::Tree, &Tree { nodes }.to_json())
    }
}

impl Journal {
    fn add(
        &mut self,
        writing: &mut Writing<'_>,
        place: &[u8],
        sealed: Option<&[u8]>,
    ) -> Result<(), CopyError> {
        check(place, sealed)?;
        stream::encode(place, sealed, &mut self.piece);
        if self.piece.len() >= PIECE { self.end(writing) } else { Ok(()) }
    }

    fn end(&mut self, writing: &mut Writing<'_>) -> Result<(), CopyError> {
        if !self.piece.is_empty() {
            self.pieces.push(writing.blob(BlobKind::Data, &self.piece)?);
            self.size += self.piece.len() as u64;
            self.piece.clear();
        }
        Ok(())
    }
}

fn check(place: &[u8], sealed: Option<&[u8]>) -> Result<(), CopyError> {
    let fits = !place.is_empty()
        && place.len() <= MAX_PLACE
        && sealed.is_none_or(|sealed| sealed.len() <= MAX_SEALED);
    if fits { Ok(()) } else { Err(CopyError::Order) }
}

/// The leaves so far, and the one that is being filled.
#[derive(Default)]
struct Leaves {
    tree: Tree,
    first: Option<Vec<u8>>,
    content: Vec<Id>,
    size: u64,
}

impl Leaves {
    fn add(&mut self, writing: &mut Writing<'_>, segment: &Segment) -> Result<(), CopyError> {
        self.first.get_or_insert_with(|| segment.first.clone());
        self.content.push(writing.blob(BlobKind::Data, &segment.bytes)?);
        self.size += segment.bytes.len() as u64;
        if segment.ends_leaf { self.end(writing) } else { Ok(()) }
    }

    /// Ends the leaf, if there is one: also where the store ends with a segment and no leaf.
    fn end(&mut self, writing: &mut Writing<'_>) -> Result<(), CopyError> {
        if let Some(first) = self.first.take() {
            let content = std::mem::take(&mut self.content);
            let file = Node::file(LEAF.to_owned(), content, std::mem::take(&mut self.size));
            let leaf = writing.blob(BlobKind::Tree, &Tree { nodes: vec![file] }.to_json())?;
            let name = data_encoding::HEXLOWER.encode(&first);
            self.tree.nodes.push(Node::directory(name, leaf));
        }
        Ok(())
    }
}

/// Reads an extent from a snapshot's tags.
pub fn extent(tags: Option<&[String]>) -> Extent {
    let journal = tags.is_some_and(|tags| tags.iter().any(|tag| tag == Extent::Journal.tag()));
    if journal { Extent::Journal } else { Extent::Whole }
}
