//! A sealed record part (`GHR1`): header in the clear, padded piece under AES-256-GCM. The same
//! bytes lie on the disk, in backups and behind any later engine.

use crate::cipher::{self, ALGORITHM};
use crate::fields::Fields;
use crate::{
    FormatError, Key, KeyId, Nonce, OpenError, RecordId, SealError, StoreId, TableId, Version,
    label,
};

/// Bytes of a body in a full part.
pub const PIECE: usize = 5_116;
/// Top bit of `part`: this is a body's last.
pub const LAST: u32 = 1 << 31;

const MAGIC: [u8; 4] = *b"GHR1";
const HEADER: usize = 64;
const BLOCK: usize = 64;
const MOST: usize = 5_120;
const TAG: usize = 16;
/// Bytes of the header that the seal covers: all before the nonce.
const COVERED: usize = 52;

/// What a part says of itself in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Its table.
    pub table: TableId,
    /// Its record.
    pub id: RecordId,
    /// From 1, +1 per change.
    pub version: Version,
    /// Index from 0; with [`LAST`] on the last.
    pub part: u32,
    /// The key it is sealed under.
    pub key: KeyId,
}

impl Header {
    fn covered(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(MOST + HEADER + TAG);
        bytes.extend(MAGIC);
        bytes.extend([ALGORITHM, 0]);
        bytes.extend(self.table.0.to_be_bytes());
        bytes.extend(self.id.0);
        bytes.extend(self.version.0.to_be_bytes());
        bytes.extend(self.part.to_be_bytes());
        bytes.extend(self.key.0);
        bytes
    }
}

/// Seals one piece of a body: at most [`PIECE`] bytes, exactly that when it is not the last.
///
/// # Errors
/// [`SealError::Length`] for another length, [`SealError::Key`] when the header names another key,
/// [`SealError::Field`] for version 0.
pub fn seal(
    key: &Key,
    store: &StoreId,
    header: &Header,
    piece: &[u8],
    nonce: Nonce,
) -> Result<Vec<u8>, SealError> {
    if piece.len() > PIECE || (header.part & LAST == 0 && piece.len() != PIECE) {
        return Err(SealError::Length);
    }
    if header.key != key.id() {
        return Err(SealError::Key);
    }
    if header.version.0 == 0 {
        return Err(SealError::Field("version"));
    }
    let mut bytes = header.covered();
    let aad = aad(store, &bytes);
    bytes.extend(nonce.0);
    let length = u32::try_from(piece.len()).map_err(|_| SealError::Length)?;
    bytes.extend(length.to_be_bytes());
    bytes.extend_from_slice(piece);
    bytes.resize(HEADER + (4 + piece.len()).next_multiple_of(BLOCK), 0);
    let text = bytes.get_mut(HEADER..).ok_or(SealError::Length)?;
    let tag = cipher::encrypt(key.as_bytes(), &nonce, &aad, text)?;
    bytes.extend(tag);
    Ok(bytes)
}

/// Reads the clear header, and checks the length of the whole.
///
/// # Errors
/// [`FormatError`].
pub fn header(sealed: &[u8]) -> Result<Header, FormatError> {
    parse(sealed).map(|parsed| parsed.header)
}

/// The tag of a part, by which the live digest knows it.
///
/// # Errors
/// [`FormatError`].
pub fn tag(sealed: &[u8]) -> Result<[u8; 16], FormatError> {
    parse(sealed).map(|parsed| parsed.tag)
}

/// Opens a part: its piece.
///
/// # Errors
/// [`OpenError`].
pub fn open(key: &Key, store: &StoreId, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
    let Parsed { header, nonce, text, tag } = parse(sealed)?;
    if header.key != key.id() {
        return Err(OpenError::Key);
    }
    let covered = sealed.get(..COVERED).ok_or(FormatError::Length)?;
    let mut text = text.to_vec();
    cipher::decrypt(key.as_bytes(), &nonce, &aad(store, covered), &mut text, &tag)?;

    let (length, rest) = text.split_first_chunk().ok_or(OpenError::Padding)?;
    let length = u32::from_be_bytes(*length) as usize;
    let (piece, padding) = rest.split_at_checked(length).ok_or(OpenError::Padding)?;
    let full = header.part & LAST != 0 || length == PIECE;
    if !full || padding.len() >= BLOCK || padding.iter().any(|byte| *byte != 0) {
        return Err(OpenError::Padding);
    }
    Ok(piece.to_vec())
}

struct Parsed<'a> {
    header: Header,
    nonce: Nonce,
    text: &'a [u8],
    tag: [u8; TAG],
}

fn parse(sealed: &[u8]) -> Result<Parsed<'_>, FormatError> {
    let mut fields = Fields::new(sealed);
    fields.magic(MAGIC)?;
    match fields.u8()? {
        ALGORITHM => {}
        other => return Err(FormatError::Algorithm(other)),
    }
    fields.zeros(1)?;
    let header = Header {
        table: TableId(fields.u16()?),
        id: RecordId(fields.array()?),
        version: Version(fields.u64()?),
        part: fields.u32()?,
        key: KeyId(fields.array()?),
    };
    if header.version.0 == 0 {
        return Err(FormatError::Range("version"));
    }
    let nonce = Nonce(fields.array()?);
    let length = sealed.len().checked_sub(HEADER + TAG).ok_or(FormatError::Length)?;
    if !(BLOCK..=MOST).contains(&length) || !length.is_multiple_of(BLOCK) {
        return Err(FormatError::Length);
    }
    let text = fields.slice(length)?;
    Ok(Parsed { header, nonce, text, tag: fields.array()? })
}

/// 87 bytes, always.
fn aad(store: &StoreId, covered: &[u8]) -> Vec<u8> {
    [label!("record"), &store.0, covered].concat()
}
