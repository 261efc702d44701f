//! The file: a header, then items, one in memory at a time.

use std::io::{ErrorKind, Read};

use crate::MAX_ITEM;
use crate::fields::Fields;
use crate::frame::Hash;

/// What the file begins with.
pub struct Header {
    pub store: [u8; 16],
    pub first: u64,
    pub before: Hash,
}

/// What an item is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    End,
    Frame,
    Part,
    Head,
}

/// Why there is no next item.
pub enum ItemError {
    /// The bytes end within an item, or before the item that ends an export.
    Truncated,
    Kind(u8),
    TooLong(u32),
    Io(std::io::Error),
}

/// Reads the items of an export. Holds the bytes of one.
pub struct Items<R> {
    input: R,
    bytes: Vec<u8>,
}

impl<R: Read> Items<R> {
    /// Reads the header. `None` when the file is no export at all.
    pub fn open(mut input: R) -> Result<Option<(Header, Self)>, std::io::Error> {
        let mut bytes = [0; 60];
        match input.read_exact(&mut bytes) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        Ok(header(&bytes).map(|header| (header, Self { input, bytes: Vec::new() })))
    }

    /// Reads the next item whole.
    pub fn next(&mut self) -> Result<(Kind, &[u8]), ItemError> {
        let mut start = [0; 5];
        self.fill(&mut start)?;
        let [kind, length @ ..] = start;
        let kind = match kind {
            0 => Kind::End,
            1 => Kind::Frame,
            2 => Kind::Part,
            3 => Kind::Head,
            unknown => return Err(ItemError::Kind(unknown)),
        };
        let length = u32::from_be_bytes(length);
        if length > MAX_ITEM {
            return Err(ItemError::TooLong(length));
        }
        self.bytes.clear();
        let read = (&mut self.input)
            .take(length.into())
            .read_to_end(&mut self.bytes)
            .map_err(ItemError::Io)?;
        if u32::try_from(read) == Ok(length) {
            Ok((kind, &self.bytes))
        } else {
            Err(ItemError::Truncated)
        }
    }

    /// Whether the file ends here.
    pub fn at_end(&mut self) -> Result<bool, std::io::Error> {
        Ok((&mut self.input).take(1).read_to_end(&mut Vec::new())? == 0)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), ItemError> {
        self.input.read_exact(bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => ItemError::Truncated,
            _ => ItemError::Io(error),
        })
    }
}

fn header(bytes: &[u8]) -> Option<Header> {
    let mut fields = Fields::new(bytes);
    if fields.array()? != *b"GHX1" {
        return None;
    }
    let header = Header { store: fields.array()?, first: fields.u64()?, before: fields.array()? };
    fields.end()?;
    Some(header)
}
