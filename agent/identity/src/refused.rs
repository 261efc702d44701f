//! Every "no" of a realm.

use std::time::Duration;

use crate::account::Account;
use crate::door::DoorRefused;
use crate::hash::HashFailed;
use crate::password::PasswordRefused;
use crate::people::PeopleRefused;
use crate::repeated::KeyRefused;
use crate::text::NameRefused;
use crate::writes::SessionEnded;

/// Why something was not done; then nothing was.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The door stays shut.
    #[error(transparent)]
    Door(#[from] DoorRefused),
    /// Too many passwords are being judged at this moment.
    #[error("too many passwords are being judged")]
    Busy {
        /// Wait this long.
        retry_after: Duration,
    },
    /// The name.
    #[error("the name is refused")]
    Name(#[source] NameRefused),
    /// The new password.
    #[error("the password is refused")]
    Password(#[source] PasswordRefused),
    /// No zone of [`crate::time_zones`].
    #[error("there is no such time zone")]
    TimeZone,
    /// A rule about all accounts.
    #[error(transparent)]
    People(#[from] PeopleRefused),
    /// There is an account already.
    #[error("this realm is set up already")]
    AlreadySetUp,
    /// There is no such invitation, or it was used, taken back or is over.
    #[error("there is no such invitation any more")]
    InvitationGone,
    /// Another change came first.
    #[error("the account was changed meanwhile")]
    ChangedMeanwhile {
        /// As it is now.
        current: Box<Account>,
    },
    /// The key of this request came before: from another account, or with another request.
    #[error("this request's key was used by another request")]
    KeyUsed,
    /// The session ended, or its role was taken away, before this was done.
    #[error("the session ended meanwhile")]
    SessionEnded,
    /// There is no such account, invitation or session, or it is somebody else's.
    #[error("there is no such record")]
    NotFound,
    /// No hash could be made.
    #[error("no hash could be made")]
    Hash(#[source] HashFailed),
    /// The disk could not be read.
    #[error("the store cannot be read")]
    Read(#[source] vault::engine::EngineError),
    /// The store took nothing.
    #[error("the store took nothing")]
    Commit(#[from] vault::CommitError),
    /// The store refused the change.
    #[error("the store refused the change")]
    Batch(#[from] vault::BatchError),
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
