//! The stream of a store: everything in it in the order of its places, cut into segments whose
//! borders depend on what lies there and on nothing before it. So a change makes at most two new
//! segments, wherever it is, and all others are at the target already.
//!
//! Written (decision 0011), one after the other: u8 1 ‖ u8 length ‖ place ‖ u32 length ‖ sealed bytes
//! of what lies at a place; u8 0 ‖ u8 length ‖ place where something was taken away (in a journal).

use sha2::{Digest, Sha256};

/// One change: the place, and what lies there now, or `None`.
pub use vault::engine::Change;

/// Longest place, bytes.
pub const MAX_PLACE: usize = 64;
/// Longest sealed piece, bytes.
pub const MAX_SEALED: usize = 64 << 10;
/// Bytes of a segment, on average.
const MEAN: u64 = 8 << 10;
/// Segments of a leaf, on average.
const LEAF: u32 = 64;
/// A segment is never longer, so that memory is bounded even where places are chosen by an enemy.
const MOST: usize = 1 << 20;
/// Nor has a leaf more segments.
const MOST_SEGMENTS: usize = 2_048;

/// It is no stream, at this byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a stream of sealed records, at byte {0}")]
pub struct NotAStream(pub usize);

/// Appends one change.
pub fn encode(place: &[u8], sealed: Option<&[u8]>, to: &mut Vec<u8>) {
    debug_assert!(place.len() <= MAX_PLACE && sealed.is_none_or(|bytes| bytes.len() <= MAX_SEALED));
    to.push(u8::from(sealed.is_some()));
    to.push(u8::try_from(place.len()).unwrap_or(u8::MAX));
    to.extend_from_slice(place);
    if let Some(sealed) = sealed {
        to.extend_from_slice(&u32::try_from(sealed.len()).unwrap_or(u32::MAX).to_be_bytes());
        to.extend_from_slice(sealed);
    }
}

/// Reads what [`encode`] wrote, piece by piece.
#[derive(Debug)]
pub struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Decoder<'a> {
    /// Of one segment, or one part of a journal.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], NotAStream> {
        let end = self.at.checked_add(length).ok_or(NotAStream(self.at))?;
        let piece = self.bytes.get(self.at..end).ok_or(NotAStream(self.at))?;
        self.at = end;
        Ok(piece)
    }

    fn one(&mut self) -> Result<(&'a [u8], Option<&'a [u8]>), NotAStream> {
        let start = self.at;
        let (there, length) = match self.take(2)? {
            [0, length] => (false, *length),
            [1, length] => (true, *length),
            _ => return Err(NotAStream(start)),
        };
        if usize::from(length) > MAX_PLACE {
            return Err(NotAStream(start));
        }
        let place = self.take(length.into())?;
        if !there {
            return Ok((place, None));
        }
        let length = self.take(4)?.try_into().map(u32::from_be_bytes);
        let length = length.ok().and_then(|length| usize::try_from(length).ok());
        let length = length.filter(|length| *length <= MAX_SEALED).ok_or(NotAStream(start))?;
        Ok((place, Some(self.take(length)?)))
    }
}

impl<'a> Iterator for Decoder<'a> {
    type Item = Result<(&'a [u8], Option<&'a [u8]>), NotAStream>;

    fn next(&mut self) -> Option<Self::Item> {
        (self.at < self.bytes.len()).then(|| {
            let one = self.one();
            if one.is_err() {
                self.at = self.bytes.len();
            }
            one
        })
    }
}

/// What ended with what was put in last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The place of its first piece.
    pub first: Vec<u8>,
    /// Written as above.
    pub bytes: Vec<u8>,
    /// Whether a leaf of the tree ends with it.
    pub ends_leaf: bool,
}

/// Cuts a stream into segments.
#[derive(Debug, Default)]
pub struct Cutter {
    first: Option<Vec<u8>>,
    bytes: Vec<u8>,
    segments: usize,
}

impl Cutter {
    /// Puts in the next piece; gives the segment that ends with it.
    pub fn put(&mut self, place: &[u8], sealed: &[u8]) -> Option<Segment> {
        self.first.get_or_insert_with(|| place.to_vec());
        let before = self.bytes.len();
        encode(place, Some(sealed), &mut self.bytes);
        let length = (self.bytes.len() - before) as u64;
        let (cut, leaf) = border(place, length);
        (cut || self.bytes.len() >= MOST).then(|| self.cut(cut && leaf)).flatten()
    }

    /// The end of the stream; gives what is left.
    pub fn end(mut self) -> Option<Segment> {
        self.cut(true)
    }

    fn cut(&mut self, ends_leaf: bool) -> Option<Segment> {
        let first = self.first.take()?;
        self.segments += 1;
        let ends_leaf = ends_leaf || self.segments >= MOST_SEGMENTS;
        if ends_leaf {
            self.segments = 0;
        }
        Some(Segment { first, bytes: std::mem::take(&mut self.bytes), ends_leaf })
    }
}

/// Whether a segment ends after what lies here, and a leaf. The longer it is the likelier, so that
/// segments are as long where records are long.
fn border(place: &[u8], length: u64) -> (bool, bool) {
    let hash = Sha256::digest(place);
    let mut halves = hash
        .chunks_exact(4)
        .map(|four| four.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte)));
    let (one, two) = (halves.next().unwrap_or(0), halves.next().unwrap_or(0));
    (one * MEAN < (length << 32), two < u64::from(u32::MAX / LEAF))
}
