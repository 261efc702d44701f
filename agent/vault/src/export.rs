//! Signed heads, and the export of the chain (`GHX1`) that anyone can verify without a key.

use std::io::{self, Write};

use seal::audit::{self, Frame, SignedHead};
use seal::{Key, StoreId};

use crate::engine::EngineError;
use crate::head::Head;
use crate::place;
use crate::reader::Reader;

/// Why an export ended early. What was written of it is refused by the verifier.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no entry with the first number that was asked for.
    #[error("the log has no entry {0}")]
    NoEntry(u64),
    /// The store could not be read.
    #[error("the store cannot be read")]
    Read(#[source] EngineError),
    /// An entry that should be there is not, or does not read.
    #[error("entry {0} of the log is damaged")]
    Damaged(u64),
    /// It could not be written.
    #[error("the export cannot be written")]
    Write(#[source] io::Error),
}

/// Signs where the chain stands.
pub fn sign(seed: &Key, store: StoreId, head: &Head, time: u64) -> SignedHead {
    SignedHead::sign(seed, head.generation, store, head.seq, time, head.hash)
}

/// Writes entries `first` to that of `tip` with all parts and stored heads, and `last` over the
/// last.
pub fn export(
    reader: &Reader,
    store: StoreId,
    first: u64,
    tip: &Head,
    last: &SignedHead,
    mut to: impl Write,
) -> Result<(), ExportError> {
    if first > tip.seq {
        return Err(ExportError::NoEntry(first));
    }
    let before = match first.checked_sub(1) {
        None => [0; 32],
        Some(seq) => audit::entry_hash(&store, &frame(reader, seq)?),
    };
    let write = |to: &mut dyn Write, bytes: &[u8]| to.write_all(bytes).map_err(ExportError::Write);
    write(&mut to, &audit::export_header(store, first, &before))?;
    let mut put = |kind, bytes: &[u8], seq| {
        let item = audit::export_item(kind, bytes).map_err(|_| ExportError::Damaged(seq))?;
        write(&mut to, &item)
    };
    for seq in first..=tip.seq {
        let bytes = frame(reader, seq)?;
        let count = Frame::decode(&bytes).map_err(|_| ExportError::Damaged(seq))?.parts.len();
        put(audit::ITEM_FRAME, &bytes, seq)?;
        let start = place::entry(place::PART, seq);
        for index in 0..count {
            let part = reader.engine.get(&place::part(&start, index)).map_err(ExportError::Read)?;
            put(audit::ITEM_PART, &part.unwrap_or_default(), seq)?;
        }
        let at = place::entry(place::SIGNED, seq);
        if let Some(head) = reader.engine.get(&at).map_err(ExportError::Read)? {
            put(audit::ITEM_HEAD, &head, seq)?;
        }
    }
    put(audit::ITEM_HEAD, &last.encode(), tip.seq)?;
    put(audit::ITEM_END, &(tip.seq - first + 1).to_be_bytes(), tip.seq)?;
    to.flush().map_err(ExportError::Write)
}

fn frame(reader: &Reader, seq: u64) -> Result<Vec<u8>, ExportError> {
    let found = reader.engine.get(&place::entry(place::FRAME, seq)).map_err(ExportError::Read)?;
    found.ok_or(ExportError::Damaged(seq))
}
