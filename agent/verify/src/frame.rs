//! One entry of the chain, as it lies in the clear (`GHA1`).

use crate::fields::Fields;

/// Parts of one entry, at most.
const MAX_PARTS: u16 = 64;

/// SHA-256.
pub type Hash = [u8; 32];

/// An entry: that something happened and when, never who or what.
pub struct Frame {
    pub mark: Mark,
    pub seq: u64,
    /// Milliseconds since 1970, as the box's clock was.
    pub time: u64,
    /// Hash of the entry before; zeros for seq 0.
    pub before: Hash,
    /// SHA-256 of each sealed part.
    pub parts: Vec<Hash>,
}

/// What kind of entry it is, with its extra bytes.
pub enum Mark {
    Ordinary,
    /// Seq 0: the first signing key.
    Genesis {
        key: [u8; 32],
    },
    /// The process did not end cleanly. Times.
    Gap {
        from: u64,
        to: u64,
    },
    /// Goes on from a copy made at `copy` (time).
    Restored {
        generation: u32,
        copy: u64,
    },
    /// A new key, signed for by the old.
    NewKey {
        key: [u8; 32],
        signature: [u8; 64],
    },
    /// Parts of these entries were removed on purpose.
    Retention {
        first: u64,
        last: u64,
    },
}

/// Why bytes are no frame.
pub enum FrameError {
    Magic,
    Length,
    Parts(u16),
    Mark(u16),
}

/// Reads a frame from all of `bytes`.
pub fn parse(bytes: &[u8]) -> Result<Frame, FrameError> {
    use FrameError::Length;

    let mut fields = Fields::new(bytes);
    if fields.array() != Some(*b"GHA1") {
        return Err(FrameError::Magic);
    }
    let mark = fields.u16().ok_or(Length)?;
    let count = fields.u16().ok_or(Length)?;
    if count > MAX_PARTS {
        return Err(FrameError::Parts(count));
    }
    let seq = fields.u64().ok_or(Length)?;
    let time = fields.u64().ok_or(Length)?;
    let before = fields.array().ok_or(Length)?;
    let parts = (0..count).map(|_| fields.array()).collect::<Option<_>>().ok_or(Length)?;

    let extra = fields.u16().ok_or(Length)?;
    let (length, mark) = match mark {
        0 => (0, Some(Mark::Ordinary)),
        1 => (32, fields.array().map(|key| Mark::Genesis { key })),
        2 => (16, fields.u64().zip(fields.u64()).map(|(from, to)| Mark::Gap { from, to })),
        3 => (
            12,
            fields
                .u32()
                .zip(fields.u64())
                .map(|(generation, copy)| Mark::Restored { generation, copy }),
        ),
        4 => (
            96,
            fields
                .array()
                .zip(fields.array())
                .map(|(key, signature)| Mark::NewKey { key, signature }),
        ),
        5 => (
            16,
            fields.u64().zip(fields.u64()).map(|(first, last)| Mark::Retention { first, last }),
        ),
        unknown => return Err(FrameError::Mark(unknown)),
    };
    if extra != length {
        return Err(Length);
    }
    let mark = mark.ok_or(Length)?;
    fields.end().ok_or(Length)?;
    Ok(Frame { mark, seq, time, before, parts })
}
