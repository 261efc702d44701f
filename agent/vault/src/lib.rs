//! Sealed transactional truth: engine, keys, commit, record history, audit chain.
//!
//! A [`Closed`] store is a directory and an unlock secret away from a [`Store`]. Everything is
//! written by one thread: [`Store::write`] runs a decision there and comes back once what it
//! planned is on the disk, with its entry in the audit chain. Formats: decision 0002.

mod actor;
mod alone;
mod applied;
mod attempts;
mod batch;
mod clock;
mod closed;
mod copies;
mod create;
mod damage;
mod digest;
pub mod engine;
mod entry;
mod erase;
mod examine;
mod export;
mod feed;
mod glimpse;
mod head;
mod history;
mod job;
mod keyfeed;
mod keyfile;
mod keyring;
mod load;
mod log;
mod open;
mod outbox;
mod persons;
mod place;
mod plan;
mod reader;
mod restored;
mod restoring;
mod shared;
mod slots;
mod store;
mod turns;
mod unlock;
mod writer;

pub use actor::{Access, Actor};
pub use applied::{Applied, Kind};
pub use batch::{Batch, BatchError, MAX_CHANGES, MAX_DETAILS, OutboxItem};
pub use clock::{Clock, Moment, SystemClock};
pub use closed::{Closed, Proved, State};
pub use copies::FileError;
pub use create::CreateError;
pub use damage::{Damage, Named};
pub use erase::EraseError;
pub use examine::{ExamineError, Examined, MOST_DIFFERENT, Rows};
pub use export::ExportError;
pub use feed::{Feed, MOST_KEPT, Since};
pub use glimpse::Glimpse;
pub use history::{Deleted, Erased, Former, NoFormer, Past};
pub use job::CommitError;
pub use keyfeed::{KeyFeed, KeyFeedError, KeyStamp};
pub use keyfile::KeyFileError;
pub use keyring::{KeyOf, SealFailed};
pub use load::Loaded;
pub use log::{AuditEntry, EntryDetail};
pub use open::{Failures, Findings, OpenError, RestoredFrom};
pub use outbox::OutboxRow;
pub use persons::{BuryError, SEGMENT, SLOT};
pub use restored::GoOnError;
pub use restoring::{MOST_MISSING, Made, Restoring, RestoringError};
pub use seal::audit::{Mark, SignedHead};
pub use seal::keys::SlotKind;
pub use shared::Hook;
pub use slots::SlotError;
pub use store::Store;
pub use unlock::{SecretError, Unlock};
pub use writer::Limits;
