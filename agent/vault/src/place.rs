//! Where things lie in the engine (decision 0002, Engine): the first byte is the space, all
//! numbers big-endian, so that time grows to the right.

use seal::{RecordId, TableId};

/// The head record.
pub const HEAD: [u8; 2] = [0x01, 0x00];
/// Live records.
pub const LIVE: u8 = 0x10;
/// Former versions.
pub const FORMER: u8 = 0x11;
/// Audit frames.
pub const FRAME: u8 = 0x12;
/// Sealed audit parts.
pub const PART: u8 = 0x13;
/// Outbox rows.
pub const OUTBOX: u8 = 0x14;
/// Signed heads.
pub const SIGNED: u8 = 0x16;

/// All live records of a table begin so.
pub fn table(table: TableId) -> Vec<u8> {
    [&[LIVE][..], &table.0.to_be_bytes()].concat()
}

/// All parts of a live record begin so.
pub fn record(in_table: TableId, id: RecordId) -> Vec<u8> {
    [&table(in_table)[..], &id.0].concat()
}

/// All parts of a former version begin so.
pub fn former(commit: u64, index: u16) -> Vec<u8> {
    [&[FORMER][..], &commit.to_be_bytes(), &index.to_be_bytes()].concat()
}

/// A part of what begins so.
pub fn part(of: &[u8], index: usize) -> Vec<u8> {
    // A body has at most 13 parts, a frame at most 64.
    let index = u16::try_from(index).unwrap_or(u16::MAX);
    [of, &index.to_be_bytes()[..]].concat()
}

/// Something of an audit entry: its frame, the start of its parts, or a signed head over it.
pub fn entry(space: u8, seq: u64) -> Vec<u8> {
    [&[space][..], &seq.to_be_bytes()].concat()
}

/// An outbox row.
pub fn outbox(commit: u64, index: u16) -> Vec<u8> {
    [&[OUTBOX][..], &commit.to_be_bytes(), &index.to_be_bytes()].concat()
}

/// The record id of what lies at a place that holds no UUID: the place without space and part,
/// zeros on the left.
pub fn id_of(place: &[u8]) -> RecordId {
    let mut id = [0; 16];
    let body = place.get(1..).unwrap_or_default();
    for (to, from) in id.iter_mut().rev().zip(body.iter().rev()) {
        *to = *from;
    }
    RecordId(id)
}

/// The number in a place of [`entry`].
pub fn seq_of(place: &[u8]) -> Option<u64> {
    place.get(1..9).and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes)
}
