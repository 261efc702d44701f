//! Takes fixed fields from the front of some bytes; all integers are big-endian.

use crate::FormatError;

/// What is left of some bytes. Every method fails with [`FormatError::Length`] when they do not
/// suffice.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let (front, rest) = self.0.split_first_chunk().ok_or(FormatError::Length)?;
        self.0 = rest;
        Ok(*front)
    }

    pub(crate) fn slice(&mut self, length: usize) -> Result<&'a [u8], FormatError> {
        let (front, rest) = self.0.split_at_checked(length).ok_or(FormatError::Length)?;
        self.0 = rest;
        Ok(front)
    }

    /// The next bytes, which have to be these.
    pub(crate) fn magic(&mut self, magic: [u8; 4]) -> Result<(), FormatError> {
        if self.array()? == magic { Ok(()) } else { Err(FormatError::Magic) }
    }

    /// The next bytes, which have to be zeros.
    pub(crate) fn zeros(&mut self, length: usize) -> Result<(), FormatError> {
        let zero = self.slice(length)?.iter().all(|byte| *byte == 0);
        if zero { Ok(()) } else { Err(FormatError::Reserved) }
    }

    pub(crate) fn u8(&mut self) -> Result<u8, FormatError> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, FormatError> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, FormatError> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, FormatError> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Nothing may be left.
    pub(crate) fn end(self) -> Result<(), FormatError> {
        if self.0.is_empty() { Ok(()) } else { Err(FormatError::Length) }
    }
}
