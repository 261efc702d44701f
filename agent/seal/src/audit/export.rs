//! The export (`GHX1`): a header, then items of type, length and bytes.

use crate::{SealError, StoreId};

/// Last item: number of frames, u64.
pub const ITEM_END: u8 = 0;
/// A frame.
pub const ITEM_FRAME: u8 = 1;
/// A sealed part; after each frame exactly as many as it names. Empty: not here.
pub const ITEM_PART: u8 = 2;
/// A signed head, directly after the entry that it covers.
pub const ITEM_HEAD: u8 = 3;

const MAGIC: [u8; 4] = *b"GHX1";
const MOST: usize = 64 << 10;

/// How an export begins that starts with entry `first`. `before` is the hash of the entry before
/// it, zeros for 0.
#[must_use]
pub fn export_header(store: StoreId, first: u64, before: &[u8; 32]) -> Vec<u8> {
    [&MAGIC[..], &store.0, &first.to_be_bytes(), before].concat()
}

/// One item.
///
/// # Errors
/// [`SealError::Length`] above 64 KiB.
pub fn export_item(kind: u8, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
    let length = u32::try_from(bytes.len()).map_err(|_| SealError::Length)?;
    if bytes.len() > MOST {
        return Err(SealError::Length);
    }
    Ok([&[kind][..], &length.to_be_bytes(), bytes].concat())
}
