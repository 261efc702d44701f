//! Checks an exported audit chain from the written format alone (`docs/audit-format.md`).
//!
//! Written by someone who did not write the exporter, and linking none of it: only so does an
//! auditor learn something from the answer. [`check`] reads one export once, from its beginning to
//! its end, and holds one item at a time; everything that a person reads is in [`texts`].

mod chain;
mod check;
mod export;
mod fields;
mod frame;
mod given;
mod head;
mod key;
mod missing;
pub mod texts;
mod time;

pub use check::{Report, check};
pub use head::Head;
pub use texts::{CommandError, Failure, LineError, Note, Refusal};

/// The longest item of an export, in bytes.
pub const MAX_ITEM: u32 = 65_536;
