//! Why a change or a question is refused; codes and values, the words are the caller's.

use identity::repeated::KeyRefused;
use identity::writes::SessionEnded;
use records::QueryRefused;
use vault::{BatchError, CommitError};

use crate::contacts::Contact;
use crate::rules::{FieldRefused, Reason};

/// Why something was not done; then nothing was.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Fields, each with its reason.
    #[error("{} fields are refused", .0.len())]
    Fields(Vec<FieldRefused>),
    /// Another change came first.
    #[error("the contact was changed meanwhile")]
    ChangedMeanwhile {
        /// As it is now.
        current: Box<Contact>,
    },
    /// There is no such contact.
    #[error("there is no such contact")]
    NotFound,
    /// It was deleted too long ago to be brought back.
    #[error("the time to bring it back is over")]
    UndoOver,
    /// The key came before: from another account, or with another request.
    #[error("this request's key was used by another request")]
    KeyUsed,
    /// The session ended, or its role was taken away, before this was done.
    #[error("the session ended meanwhile")]
    SessionEnded,
    /// What was added to the reason of an erasure.
    #[error("the note of the erasure is refused")]
    ErasureNote(#[source] Reason),
    /// As many contacts as a CRM can have.
    #[error("a CRM has at most {most} contacts")]
    Full {
        /// Highest number of contacts.
        most: usize,
    },
    /// The question.
    #[error("the question is refused")]
    Query(#[source] QueryRefused),
    /// The disk could not be read.
    #[error("the contacts cannot be read")]
    Read(#[source] vault::engine::EngineError),
    /// The store refused the change.
    #[error("the store refused the change")]
    Batch(#[from] BatchError),
    /// The store took nothing.
    #[error("the store took nothing")]
    Commit(#[from] CommitError),
}

impl From<SessionEnded> for Refused {
    fn from(_: SessionEnded) -> Self {
        Self::SessionEnded
    }
}

impl From<KeyRefused> for Refused {
    fn from(refused: KeyRefused) -> Self {
        match refused {
            KeyRefused::Used => Self::KeyUsed,
            KeyRefused::Batch(error) => Self::Batch(error),
        }
    }
}
