//! Where copies lie: a trait of four calls, so that a disk, a NAS or an object store can take one
//! another's place. A target sees ciphertext only, and is trusted with nothing but keeping it.

use std::fmt;
use std::io;

use outbound::{CertificateFault, Fault};

use crate::object::{Kind, Object};

/// Longest object that is read or written, bytes.
pub const MAX_OBJECT: u64 = 64 << 20;

/// A place for copies. Calls block and **must** come back in a time of their own: a dead target is
/// [`TargetError::Unreachable`], never a wait without end.
pub trait Target: fmt::Debug + Send + Sync {
    /// All objects of a kind with their lengths, in any order. What is no object is passed over.
    ///
    /// # Errors
    /// See [`TargetError`]. A kind without objects is an empty list.
    fn list(&self, kind: Kind) -> Result<Vec<(Object, u64)>, TargetError>;

    /// `length` bytes of an object from `from`; all of it for `None`.
    ///
    /// # Errors
    /// [`TargetError::Missing`] where there is none, [`TargetError::Broken`] where it is shorter or
    /// longer than [`MAX_OBJECT`].
    fn read(&self, object: Object, range: Option<(u64, u64)>) -> Result<Vec<u8>, TargetError>;

    /// Keeps an object: whole under its name or not there at all, also through a power cut; on the
    /// medium when this returns. One that is there already is left, if it has the same length.
    ///
    /// # Errors
    /// See [`TargetError`]: it may or may not be there.
    fn write(&self, object: Object, bytes: &[u8]) -> Result<(), TargetError>;

    /// Takes an object away; none there is as good.
    ///
    /// # Errors
    /// [`TargetError::Refused`] from a target that takes nothing away.
    fn remove(&self, object: Object) -> Result<(), TargetError>;

    /// Writes an object that is there once more, and tries to take away for good what that wrote.
    ///
    /// # Errors
    /// See [`TargetError`].
    fn overwrite(&self, _: Object, _: &[u8]) -> Result<Former, TargetError> {
        Ok(Former::NotTried)
    }
}

/// What becomes of what is written under a name where it is written again, or taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Former {
    /// The target writes nothing over what is there.
    NotTried,
    /// It is gone.
    Lost,
    /// It stays, also against whoever tries to take just that away.
    Kept(ObjectLock),
}

/// Versions that stay, although what they are versions of was taken away or overwritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ObjectLock {
    /// For so many days, as asked for with each object; `None` where the target does it of its own accord and
    /// does not say for how long.
    pub days: Option<u16>,
}

/// Why a target did not do it.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// There is no such object.
    #[error("{0} is not there")]
    Missing(Object),
    /// No room.
    #[error("the target is full")]
    Full(#[source] io::Error),
    /// It does not let us: read-only, append-only, locked, or the wrong account.
    #[error("the target refused to {doing} {object}")]
    Refused {
        /// What was tried.
        doing: &'static str,
        /// With which object, or a kind's directory.
        object: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Pulled out, switched off, or no answer in time.
    #[error("the target does not answer")]
    Unreachable(#[source] io::Error),
    /// The way to it is no good: encryption, a certificate, a connection that was cut, or an answer that
    /// takes too long.
    #[error("{}", told(.0))]
    Way(Fault),
    /// It does not accept who we say that we are.
    #[error("the target does not accept the user name and password for this address")]
    WrongPassword,
    /// It does not know the access key, or not this secret.
    #[error("the target does not accept the access key")]
    WrongKey,
    /// It does not accept the key that the box made for it.
    #[error("the target does not accept the box's key for this user")]
    WrongBoxKey,
    /// Whoever answers is not whom we know: nothing was said to him.
    #[error("the target shows another host key than the one that is known: {shown}")]
    WrongHostKey {
        /// The fingerprint of what it shows.
        shown: String,
    },
    /// It has no such folder to make ours in.
    #[error("the target has no folder that {0} could be made in")]
    WrongFolder(String),
    /// It has no such bucket.
    #[error("the target has no bucket named {0}")]
    WrongBucket(String),
    /// The bucket is elsewhere.
    #[error("the bucket is in another region{}", right.as_ref().map(|right| format!(": {right}")).unwrap_or_default())]
    WrongRegion {
        /// Where, if it says so.
        right: Option<String>,
    },
    /// It signs and judges by time.
    #[error("the clocks of the target and of the box differ too much")]
    WrongClock,
    /// It was asked to lock what is written, and its bucket locks nothing.
    #[error("the target's bucket has no object lock")]
    NoObjectLock,
    /// It gave something that cannot be.
    #[error("the target is broken: {object}: {what}")]
    Broken {
        /// Of which object, or a kind's directory.
        object: String,
        /// What was seen.
        what: String,
    },
}

/// One line for each; who is told of it knows nothing of encryption.
const fn told(fault: &Fault) -> &'static str {
    match fault {
        Fault::Unreachable => "the target does not answer",
        Fault::TooSlow(_) => "the target takes too long to answer",
        Fault::Closed(_) => "the target broke the connection off",
        Fault::NoEncryption => "the target has no encryption that is good enough",
        Fault::Certificate(CertificateFault::Expired) => "the target's certificate has expired",
        Fault::Certificate(CertificateFault::NotYet) => "the target's certificate is not valid yet",
        Fault::Certificate(CertificateFault::Name) => {
            "the target's certificate is for another name"
        }
        Fault::Certificate(CertificateFault::Authority) => {
            "the target's certificate comes from an authority that is not known"
        }
        Fault::Certificate(CertificateFault::Bad) => "the target's certificate is not accepted",
        Fault::CertificateWanted => "the target wants a certificate of the box",
        Fault::NoAuthority => "no certificate of an authority can be read",
        Fault::NotUnderstood => "the target does not speak as it should",
        Fault::TooMuch => "the target says too much",
    }
}
