//! A message on the socket: its length as u32 in network order, then JSON of that length:
//! `{"version": 1, "body": …}`. Longer ones are refused before a byte of them is read.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::VERSION;

/// Longest JSON text, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// Bytes of the length before it.
pub const HEADER: usize = 4;

/// Why a message is refused. The connection is closed after any of these.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Empty or longer than [`MAX_BYTES`].
    #[error("a message has 1 to {MAX_BYTES} bytes, not {0}")]
    Length(usize),
    /// No message of this version.
    #[error("the message cannot be read")]
    Json(#[source] serde_json::Error),
    /// Another version of this protocol.
    #[error("the message is of version {0}, this side speaks {VERSION}")]
    Version(u16),
}

impl From<FrameError> for std::io::Error {
    fn from(error: FrameError) -> Self {
        Self::new(std::io::ErrorKind::InvalidData, error)
    }
}

#[derive(Serialize)]
struct Out<'a, T> {
    version: u16,
    body: &'a T,
}

#[derive(Deserialize)]
struct VersionOnly {
    version: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct In<T> {
    #[serde(rename = "version")]
    _version: u16,
    body: T,
}

/// The whole frame, length and text.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, FrameError> {
    let text =
        serde_json::to_vec(&Out { version: VERSION, body: message }).map_err(FrameError::Json)?;
    let length = u32::try_from(text.len()).ok().filter(|_| text.len() <= MAX_BYTES);
    let Some(length) = length else { return Err(FrameError::Length(text.len())) };
    let mut frame = Vec::with_capacity(HEADER + text.len());
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&text);
    Ok(frame)
}

/// Length of the text that follows this header.
pub fn length(header: [u8; HEADER]) -> Result<usize, FrameError> {
    let length = usize::try_from(u32::from_be_bytes(header)).unwrap_or(usize::MAX);
    if (1..=MAX_BYTES).contains(&length) { Ok(length) } else { Err(FrameError::Length(length)) }
}

/// Reads the text of a frame. The version is looked at first: of another version nothing else can
/// be judged.
pub fn decode<T: DeserializeOwned>(text: &[u8]) -> Result<T, FrameError> {
    if text.len() > MAX_BYTES {
        return Err(FrameError::Length(text.len()));
    }
    let VersionOnly { version } = serde_json::from_slice(text).map_err(FrameError::Json)?;
    if version != VERSION {
        return Err(FrameError::Version(version));
    }
    let message: In<T> = serde_json::from_slice(text).map_err(FrameError::Json)?;
    Ok(message.body)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Request, Response};

    fn read<T: DeserializeOwned>(frame: &[u8]) -> Result<T, FrameError> {
        let header = frame[..HEADER].try_into().unwrap();
        let text = &frame[HEADER..];
        assert_eq!(length(header).unwrap(), text.len());
        decode(text)
    }

    #[test]
    fn comes_back_as_it_went() {
        let request = Request::Check { document: "{\"a\": \"\u{738b}\\n\"}".to_owned() };
        assert_eq!(read::<Request>(&encode(&request).unwrap()).unwrap(), request);
    }

    #[test]
    fn lengths_are_bounded_before_reading() {
        assert!(length([0, 0, 0, 0]).is_err());
        assert!(length([0, 16, 0, 1]).is_err());
        assert!(length([255; 4]).is_err());
        assert!(length([0, 16, 0, 0]).is_ok());
        let long = Request::Check { document: "x".repeat(MAX_BYTES) };
        assert!(matches!(encode(&long), Err(FrameError::Length(_))));
    }

    #[test]
    fn another_version_is_told_by_its_number() {
        let next = VERSION + 1;
        let newer = format!(r#"{{"version": {next}, "body": {{"something": "new"}}, "more": 1}}"#);
        let read = decode::<Request>(newer.as_bytes());
        assert!(matches!(read, Err(FrameError::Version(told)) if told == next));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode::<Request>(&bytes);
            let _ = decode::<Response>(&bytes);
        }

        #[test]
        fn no_change_of_a_message_makes_it_panic(at in any::<prop::sample::Index>(), to: u8) {
            let mut frame = encode(&Request::Apply { document: "{}".to_owned() }).unwrap();
            let text = &mut frame[HEADER..];
            let at = at.index(text.len());
            text[at] = to;
            let _ = decode::<Request>(text);
        }
    }
}
