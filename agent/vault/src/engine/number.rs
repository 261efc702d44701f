//! The number of the last batch, kept by the engine itself under [`KEY`], and looked for in the raw
//! file. sled takes a damaged place in its log for the end of it: it opens as if nothing had been
//! written after, and overwrites the rest. Batches are numbered one by one and only the last may be
//! unfinished, so a number in the file that is two above the one that sled gives tells of a loss.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Its key: a space that nobody else uses.
pub const KEY: &[u8] = &[0];

const MAGIC: &[u8; 8] = b"GHB1\x93\xd4\x0e\xb7";
const LENGTH: usize = 24;
/// Read at once, bytes.
const PIECE: usize = 1 << 20;

/// Magic ‖ number ‖ its complement, so that nothing else is taken for one.
pub fn encode(number: u64) -> Vec<u8> {
    [&MAGIC[..], &number.to_be_bytes(), &(!number).to_be_bytes()].concat()
}

/// The number, if these bytes are one.
pub fn decode(bytes: &[u8]) -> Option<u64> {
    let (magic, rest) = bytes.split_first_chunk::<8>()?;
    let (number, rest) = rest.split_first_chunk::<8>()?;
    let complement = rest.first_chunk::<8>()?;
    let number = u64::from_be_bytes(*number);
    (magic == MAGIC && !number == u64::from_be_bytes(*complement)).then_some(number)
}

/// The highest number anywhere in a file; 0 if there is none.
pub fn highest_in(path: &Path) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let (mut piece, mut highest) = (Vec::with_capacity(PIECE + LENGTH), 0);
    let find = memchr::memmem::Finder::new(MAGIC);
    loop {
        let more = (&mut file).take(PIECE as u64).read_to_end(&mut piece)?;
        let found = find.find_iter(&piece).filter_map(|at| decode(piece.get(at..)?));
        highest = found.max().unwrap_or(0).max(highest);
        if more == 0 {
            return Ok(highest);
        }
        // One may lie across two pieces.
        piece.drain(..piece.len().saturating_sub(LENGTH - 1));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let bytes = encode(7_000_000_001);
        assert_eq!(decode(&bytes), Some(7_000_000_001));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&flipped), None);
        }
        assert_eq!(decode(&bytes[..LENGTH - 1]), None);
    }

    #[test]
    fn the_highest_is_found_also_between_two_pieces() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("db");
        for place in [0, 5, PIECE - LENGTH, PIECE - 23, PIECE - 1, PIECE, 2 * PIECE + 3] {
            let mut bytes = vec![0x47; 3 * PIECE];
            bytes[place..place + LENGTH].copy_from_slice(&encode(9));
            bytes[3 * PIECE - LENGTH..].copy_from_slice(&encode(3));
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(highest_in(&path).unwrap(), 9, "at {place}");
        }
        std::fs::write(&path, b"").unwrap();
        assert_eq!(highest_in(&path).unwrap(), 0);
    }
}
