//! Packs: many sealed blobs in one file, then a sealed header that lists them, then the header's
//! length (restic's `doc/design.rst`, "Pack Format"). Ours are not compressed, since what is sealed
//! does not shrink; one that stock restic compressed is read.
//!
//! The target sees a pack's length and the number of its blobs, so the last one of a copy is filled
//! up to a multiple of 64 KiB with a blob of noise that nothing points at.

use crate::cipher::{Key, NoRandom, NotOpened, OVERHEAD, random};
use crate::object::Id;

/// A pack is closed when it has so many bytes: what a cut costs at most, and memory.
const FULL: usize = 4 << 20;
/// What a pack's length is a multiple of.
pub const STEP: usize = 64 << 10;
/// A header's entry: type 1, length 4, id 32.
const ENTRY: usize = 37;
/// With the length before compression.
const COMPRESSED_ENTRY: usize = 41;
/// Most bytes of a blob, before or after compression.
pub const MAX_BLOB: u32 = 32 << 20;

/// What a blob is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlobKind {
    /// A piece of a file.
    Data,
    /// A directory.
    Tree,
}

/// One blob of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: BlobKind,
    /// SHA-256 of what is in it.
    pub id: Id,
    /// Where it begins.
    pub offset: u32,
    /// How many sealed bytes.
    pub length: u32,
    /// Bytes before compression, where stock restic compressed it.
    pub uncompressed: Option<u32>,
}

/// Bytes of a pack with nothing in it.
pub const EMPTY: u64 = OVERHEAD as u64 + 4;

impl Entry {
    /// Bytes that it takes in its pack, the header's included.
    pub fn in_pack(&self) -> u64 {
        let header = if self.uncompressed.is_some() { COMPRESSED_ENTRY } else { ENTRY };
        u64::from(self.length) + header as u64
    }
}

/// A pack ready for the target.
#[derive(Debug)]
pub struct Pack {
    /// SHA-256 of the bytes.
    pub id: Id,
    /// All of it.
    pub bytes: Vec<u8>,
    /// What is in it.
    pub entries: Vec<Entry>,
}

/// Gathers blobs of one kind.
#[derive(Debug)]
pub struct Packer {
    kind: BlobKind,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

impl Packer {
    /// For blobs of this kind.
    pub const fn new(kind: BlobKind) -> Self {
        Self { kind, bytes: Vec::new(), entries: Vec::new() }
    }

    /// Puts in a blob.
    pub fn add(&mut self, id: Id, text: &[u8], key: &Key) -> Result<(), NoRandom> {
        let sealed = key.seal(text)?;
        let (offset, length) = (number(self.bytes.len()), number(sealed.len()));
        self.entries.push(Entry { kind: self.kind, id, offset, length, uncompressed: None });
        self.bytes.extend_from_slice(&sealed);
        Ok(())
    }

    /// Whether it is time to close it.
    pub fn is_full(&self) -> bool {
        self.bytes.len() >= FULL
    }

    /// Fills it up and closes it; `None` when nothing is in it.
    pub fn close(&mut self, key: &Key) -> Result<Option<Pack>, NoRandom> {
        if self.entries.is_empty() {
            return Ok(None);
        }
        let filler = self.filler()?;
        self.add(Id::of(&filler), &filler, key)?;
        let entries = std::mem::take(&mut self.entries);
        let mut bytes = std::mem::take(&mut self.bytes);
        let mut header = Vec::with_capacity(entries.len() * ENTRY);
        for entry in &entries {
            header.push(match entry.kind {
                BlobKind::Data => 0,
                BlobKind::Tree => 1,
            });
            header.extend_from_slice(&entry.length.to_le_bytes());
            header.extend_from_slice(&entry.id.0);
        }
        let header = key.seal(&header)?;
        bytes.extend_from_slice(&header);
        bytes.extend_from_slice(&number(header.len()).to_le_bytes());
        Ok(Some(Pack { id: Id::of(&bytes), bytes, entries }))
    }

    /// Noise as long as is missing to the next step; as a tree, one that lists nothing.
    fn filler(&self) -> Result<Vec<u8>, NoRandom> {
        let rest = (self.entries.len() + 1) * ENTRY + 2 * OVERHEAD + 4;
        let (front, back) = match self.kind {
            BlobKind::Data => ("", ""),
            BlobKind::Tree => (r#"{"nodes":[],"noise":""#, r#""}"#),
        };
        let least = self.bytes.len() + rest + front.len() + back.len() + 32;
        let mut noise = vec![0; least.next_multiple_of(STEP) - least + 32];
        random(&mut noise)?;
        if self.kind == BlobKind::Tree {
            for byte in &mut noise {
                *byte = b'a' + *byte % 16;
            }
        }
        Ok([front.as_bytes(), &noise, back.as_bytes()].concat())
    }
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Why a header is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Changed bytes, or another key.
    #[error("the pack's header does not open")]
    NotOpened(#[from] NotOpened),
    /// It opens, and says what cannot be.
    #[error("the pack's header is none")]
    Wrong,
}

/// How many bytes at the end of a pack its header takes, with its length; from the last four.
pub fn header_length(last: [u8; 4], pack: u64) -> Option<u64> {
    let length = u64::from(u32::from_le_bytes(last)) + 4;
    (length > 4 + OVERHEAD as u64 && length <= pack).then_some(length)
}

/// Opens a header, without the four bytes of its length, of a pack of so many bytes.
pub fn open_header(sealed: &[u8], pack: u64, key: &Key) -> Result<Vec<Entry>, HeaderError> {
    let header = key.open(sealed)?;
    let (mut entries, mut offset, mut rest) = (Vec::new(), 0_u32, header.as_slice());
    while let Some(kind) = rest.first() {
        let (kind, long) = match kind {
            0 => (BlobKind::Data, false),
            1 => (BlobKind::Tree, false),
            2 => (BlobKind::Data, true),
            3 => (BlobKind::Tree, true),
            _ => return Err(HeaderError::Wrong),
        };
        let size = if long { COMPRESSED_ENTRY } else { ENTRY };
        let (entry, after) = rest.split_at_checked(size).ok_or(HeaderError::Wrong)?;
        let four = |at: usize| {
            let bytes = entry.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
            bytes.map(u32::from_le_bytes).ok_or(HeaderError::Wrong)
        };
        let id = entry.last_chunk::<32>().ok_or(HeaderError::Wrong)?;
        let length = four(1)?;
        let uncompressed = if long { Some(four(5)?) } else { None };
        entries.push(Entry { kind, id: Id(*id), offset, length, uncompressed });
        offset = offset.checked_add(length).ok_or(HeaderError::Wrong)?;
        rest = after;
    }
    let whole = u64::from(offset) + sealed.len() as u64 + 4 == pack;
    if whole { Ok(entries) } else { Err(HeaderError::Wrong) }
}

/// Opens a blob, and compares it with its id; `None` for one that is damaged.
pub fn open_blob(sealed: &[u8], entry: &Entry, key: &Key) -> Option<Vec<u8>> {
    let text = key.open(sealed).ok()?;
    let text = match entry.uncompressed {
        None => text,
        Some(length) if length <= MAX_BLOB => unpack(&text, length.into())?,
        Some(_) => return None,
    };
    (Id::of(&text) == entry.id).then_some(text)
}

/// Undoes zstd, up to so many bytes.
pub fn unpack(text: &[u8], most: u64) -> Option<Vec<u8>> {
    use std::io::Read;
    let decoder = ruzstd::decoding::StreamingDecoder::new(text).ok()?;
    let mut whole = Vec::new();
    let read = decoder.take(most + 1).read_to_end(&mut whole).ok()?;
    (read as u64 <= most).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_says_what_is_in_it_and_not_how_much() {
        let key = Key::random().unwrap();
        for kind in [BlobKind::Data, BlobKind::Tree] {
            for length in [0_usize, 1, 700, 65_000, 65_300, 65_400, 65_500, 200_000] {
                let mut packer = Packer::new(kind);
                let text = vec![7; length];
                packer.add(Id::of(&text), &text, &key).unwrap();
                let pack = packer.close(&key).unwrap().unwrap();
                assert_eq!(pack.bytes.len() % STEP, 0, "{length}");
                assert!(pack.bytes.len() <= length + 2 * STEP);
                let size = pack.bytes.len() as u64;
                let header = header_length(*pack.bytes.last_chunk().unwrap(), size).unwrap();
                let start = pack.bytes.len() - usize::try_from(header).unwrap();
                let sealed = &pack.bytes[start..pack.bytes.len() - 4];
                let entries = open_header(sealed, size, &key).unwrap();
                assert_eq!(entries, pack.entries);
                assert_eq!(open_header(sealed, size + 1, &key), Err(HeaderError::Wrong));
                let entry = entries[0];
                let blob = &pack.bytes[..usize::try_from(entry.length).unwrap()];
                assert_eq!(open_blob(blob, &entry, &key).unwrap(), text);
                assert!(packer.close(&key).unwrap().is_none());
            }
        }
    }
}
