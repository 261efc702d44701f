//! A message on the socket: JSON without a line feed, then a line feed; at most 64 KiB. The reader
//! takes bytes as they come and never holds more than one line.

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroize;

/// Longest line, in bytes, with its line feed.
pub const MAX_BYTES: usize = 64 * 1024;

/// Why a line is refused. The connection is closed after any of these.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// Longer than [`MAX_BYTES`].
    #[error("a line has at most {MAX_BYTES} bytes")]
    TooLong,
    /// Not a message.
    #[error("the line is no message")]
    Json(#[source] serde_json::Error),
}

/// The line, with its line feed.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, LineError> {
    let mut line = serde_json::to_vec(message).map_err(LineError::Json)?;
    line.push(b'\n');
    if line.len() > MAX_BYTES {
        line.zeroize();
        return Err(LineError::TooLong);
    }
    Ok(line)
}

/// Bytes that came, cut into lines. Lines may hold keys: what was read is wiped.
#[derive(Default)]
pub struct Lines {
    held: Vec<u8>,
}

impl Lines {
    /// Takes bytes in and gives the messages that they complete, in order. After an error nothing
    /// further can be read.
    pub fn take<T: DeserializeOwned>(&mut self, mut bytes: &[u8]) -> Result<Vec<T>, LineError> {
        let mut messages = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (piece, rest) = bytes.split_at(end);
            self.hold(piece)?;
            let message = serde_json::from_slice(&self.held).map_err(LineError::Json);
            self.held.zeroize();
            messages.push(message?);
            bytes = rest.get(1..).unwrap_or_default();
        }
        self.hold(bytes)?;
        Ok(messages)
    }

    /// Whether a line has begun and not ended.
    pub fn is_within(&self) -> bool {
        !self.held.is_empty()
    }

    fn hold(&mut self, piece: &[u8]) -> Result<(), LineError> {
        if self.held.len() + piece.len() >= MAX_BYTES {
            self.held.zeroize();
            return Err(LineError::TooLong);
        }
        // A buffer that grows leaves copies behind: one allocation for the longest line.
        if self.held.capacity() == 0 && !piece.is_empty() {
            self.held.reserve_exact(MAX_BYTES);
        }
        self.held.extend_from_slice(piece);
        Ok(())
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.held.zeroize();
    }
}
