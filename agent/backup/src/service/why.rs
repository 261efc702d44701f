//! Why nothing is copied, for whoever words it.

use outbound::{CertificateFault, Fault};
use vault::RestoringError;

use crate::drill::DrillError;
use crate::pruning::PruneError;
use crate::repository::{CopyError, OpenError, RestoreError};
use crate::restoring::RestoreStoreError;
use crate::target::TargetError;
use crate::trial::TrialError;

/// One line for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Nobody answers there.
    Unreachable,
    /// It takes too long.
    TooSlow,
    /// It broke the connection off.
    BrokenOff,
    /// Its encryption is too weak.
    NoEncryption,
    /// Its certificate has expired.
    CertificateExpired,
    /// Its certificate is not valid yet.
    CertificateNotYet,
    /// Its certificate is for another name.
    CertificateName,
    /// Its certificate comes from an authority that is not known.
    CertificateAuthority,
    /// Its certificate is not accepted otherwise.
    CertificateBad,
    /// It does not speak as such a target does.
    NotUnderstood,
    /// User and password, or key.
    WrongLogin,
    /// The bucket or its region, or the folder.
    WrongPlace,
    /// Whoever answers shows another key than the one that is known.
    HostKey,
    /// The clocks differ too much.
    WrongClock,
    /// Locks are wanted, and the bucket has none.
    NoObjectLock,
    /// It does not let us.
    Refused,
    /// It has no room.
    Full,
    /// What is there opens with another key.
    OtherKey,
    /// Copies that were there are gone.
    Gone,
    /// There are no copies.
    Nothing,
    /// What is there is damaged.
    Damaged,
    /// A newer program wrote what is there.
    Newer,
    /// An older program wrote what is there.
    Older,
    /// Another program works there, alone.
    Busy,
    /// The store itself could not be read.
    Store,
    /// There is no room here to restore into.
    NoRoom,
}

impl Why {
    /// Whether a person has to change something before another try has a chance.
    #[must_use]
    pub const fn is_by_hand(self) -> bool {
        matches!(
            self,
            Self::WrongLogin
                | Self::WrongPlace
                | Self::HostKey
                | Self::NoObjectLock
                | Self::OtherKey
                | Self::Gone
                | Self::Newer
                | Self::Older
        )
    }

    /// Whether it may be that the way there is shut here.
    #[must_use]
    pub const fn may_be_shut(self) -> bool {
        matches!(self, Self::Unreachable)
    }
}

impl From<&Fault> for Why {
    fn from(fault: &Fault) -> Self {
        match fault {
            Fault::Unreachable => Self::Unreachable,
            Fault::TooSlow(_) => Self::TooSlow,
            Fault::Closed(_) => Self::BrokenOff,
            Fault::NoEncryption | Fault::CertificateWanted => Self::NoEncryption,
            Fault::Certificate(CertificateFault::Expired) => Self::CertificateExpired,
            Fault::Certificate(CertificateFault::NotYet) => Self::CertificateNotYet,
            Fault::Certificate(CertificateFault::Name) => Self::CertificateName,
            Fault::Certificate(CertificateFault::Authority) | Fault::NoAuthority => {
                Self::CertificateAuthority
            }
            Fault::Certificate(CertificateFault::Bad) => Self::CertificateBad,
            Fault::NotUnderstood | Fault::TooMuch => Self::NotUnderstood,
        }
    }
}

impl From<&TargetError> for Why {
    fn from(error: &TargetError) -> Self {
        match error {
            TargetError::Missing(_) => Self::Damaged,
            TargetError::Full(_) => Self::Full,
            TargetError::Refused { .. } => Self::Refused,
            TargetError::Unreachable(_) => Self::Unreachable,
            TargetError::Way(fault) => fault.into(),
            TargetError::WrongPassword | TargetError::WrongKey | TargetError::WrongBoxKey => {
                Self::WrongLogin
            }
            TargetError::WrongHostKey { .. } => Self::HostKey,
            TargetError::WrongBucket(_)
            | TargetError::WrongRegion { .. }
            | TargetError::WrongFolder(_) => Self::WrongPlace,
            TargetError::WrongClock => Self::WrongClock,
            TargetError::NoObjectLock => Self::NoObjectLock,
            TargetError::Broken { .. } => Self::NotUnderstood,
        }
    }
}

impl From<&OpenError> for Why {
    fn from(error: &OpenError) -> Self {
        match error {
            OpenError::Target(error) => error.into(),
            OpenError::Nothing => Self::Nothing,
            OpenError::Occupied(_) | OpenError::WrongPassword => Self::OtherKey,
            OpenError::Damaged(_) => Self::Damaged,
            OpenError::Older(_) => Self::Older,
            OpenError::Newer(_) => Self::Newer,
            OpenError::Random(_) | OpenError::Key(_) => Self::Store,
        }
    }
}

impl From<&CopyError> for Why {
    fn from(error: &CopyError) -> Self {
        match error {
            CopyError::Target(error) => error.into(),
            CopyError::Busy { .. } => Self::Busy,
            CopyError::Unsettled(source) => match source.downcast_ref::<CopyError>() {
                Some(error) => error.into(),
                None => Self::Store,
            },
            CopyError::Source(_)
            | CopyError::Order
            | CopyError::NoBase
            | CopyError::Lost
            | CopyError::Random(_) => Self::Store,
        }
    }
}

impl From<&PruneError> for Why {
    fn from(error: &PruneError) -> Self {
        match error {
            PruneError::Target(error) => error.into(),
            PruneError::Kept(_) => Self::Refused,
            PruneError::Busy { .. } => Self::Busy,
            PruneError::Damaged(_) => Self::Damaged,
            PruneError::Random(_) => Self::Store,
            PruneError::Writing(error) => error.into(),
        }
    }
}

impl From<&TrialError> for Why {
    fn from(error: &TrialError) -> Self {
        match error {
            TrialError::Target(error) => error.into(),
            TrialError::Random(_) => Self::Store,
        }
    }
}

impl From<&DrillError> for Why {
    fn from(error: &DrillError) -> Self {
        match error {
            DrillError::Target(error) => error.into(),
            DrillError::NoCopy => Self::Gone,
            DrillError::Scratch(_) => Self::NoRoom,
        }
    }
}

impl From<&RestoreError> for Why {
    fn from(error: &RestoreError) -> Self {
        match error {
            RestoreError::Target(error) => error.into(),
            RestoreError::NoCopy => Self::Nothing,
            RestoreError::Damaged { .. } => Self::Damaged,
            RestoreError::Older { .. } => Self::Older,
            RestoreError::Newer { .. } => Self::Newer,
            RestoreError::Taken(error) => match error.downcast_ref::<RestoringError>() {
                Some(error) => error.into(),
                None => Self::Damaged,
            },
        }
    }
}

impl From<&RestoringError> for Why {
    fn from(error: &RestoringError) -> Self {
        match error {
            RestoringError::File(_) | RestoringError::Engine(_) => Self::NoRoom,
            RestoringError::Exists => Self::Store,
            RestoringError::KeyFile(_)
            | RestoringError::Persons(_)
            | RestoringError::Place(_)
            | RestoringError::Lacks(_)
            | RestoringError::OtherKeys => Self::Damaged,
        }
    }
}

impl From<&RestoreStoreError> for Why {
    fn from(error: &RestoreStoreError) -> Self {
        match error {
            RestoreStoreError::Records(error) | RestoreStoreError::Keys(error) => error.into(),
            RestoreStoreError::Store(error) => error.into(),
        }
    }
}
