//! Why there is no connection, or none any more.

use std::io;

use rustls::{AlertDescription, CertificateError, Error};

/// Why there is no connection, or none any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// None of the addresses answers.
    #[error("nobody answers")]
    Unreachable,
    /// It took too long.
    #[error("it took too long: {0:?}")]
    TooSlow(Stage),
    /// The other side closed it.
    #[error("it was closed: {0:?}")]
    Closed(Stage),
    /// The other side has no encryption that is good enough, or none at all.
    #[error("no encryption that is good enough")]
    NoEncryption,
    /// Its certificate is not accepted.
    #[error("its certificate is not accepted: {0:?}")]
    Certificate(CertificateFault),
    /// It wants a certificate of ours.
    #[error("it wants a certificate of ours")]
    CertificateWanted,
    /// No certificate of an authority can be read.
    #[error("no certificate of an authority can be read")]
    NoAuthority,
    /// It does not speak what it should.
    #[error("it does not speak what it should")]
    NotUnderstood,
    /// It says more than anybody should.
    #[error("it says too much")]
    TooMuch,
}

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Connecting.
    Connect,
    /// Agreeing on encryption.
    Tls,
    /// Talking.
    Talk,
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateFault {
    /// It has ended.
    Expired,
    /// It is not valid yet.
    NotYet,
    /// It is for another name.
    Name,
    /// It comes from an authority that is not known.
    Authority,
    /// Something else.
    Bad,
}

impl Fault {
    /// What an error of an encrypted stream means.
    pub fn of(error: &io::Error, at: Stage) -> Self {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
        match inner {
            Some(Error::InvalidCertificate(error)) => Self::Certificate(error.into()),
            Some(Error::AlertReceived(
                AlertDescription::CertificateRequired
                | AlertDescription::NoCertificate
                | AlertDescription::BadCertificate
                | AlertDescription::UnknownCA,
            )) => Self::CertificateWanted,
            Some(Error::NoCertificatesPresented) => Self::Certificate(CertificateFault::Bad),
            Some(_) if at == Stage::Tls => Self::NoEncryption,
            Some(_) => Self::NotUnderstood,
            None if error.kind() == io::ErrorKind::InvalidData => Self::NotUnderstood,
            None => Self::Closed(at),
        }
    }
}

impl From<&CertificateError> for CertificateFault {
    fn from(error: &CertificateError) -> Self {
        match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Self::NotYet
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::Name
            }
            // Signed by another one that bears the same name.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::Authority,
            _ => Self::Bad,
        }
    }
}
