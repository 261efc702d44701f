//! A certificate of one of the two applications: 398 days, ECDSA P-256, its own key, renewed when two
//! thirds of its time are over.

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose};
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

use crate::authority::{self, SLACK};
use crate::{PkiError, key_of, pem};

/// From first to last second, the most that browsers take.
const LIFETIME: Duration = Duration::days(398);

/// The name a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name {
    /// The admin application's.
    Admin,
    /// The CRM's.
    Crm,
}

impl Name {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Admin, Self::Crm];

    /// The DNS name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "gatehouse.internal",
            Self::Crm => "crm.gatehouse.internal",
        }
    }
}

/// A certificate with its key and the authority that signed it.
pub struct Leaf {
    name: Name,
    der: Vec<u8>,
    authority: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

impl Leaf {
    /// The certificate from what was stored: DER of it and of the authority's, PKCS #8 of its key. Both
    /// must belong together.
    pub fn load(
        name: Name,
        der: &[u8],
        authority: &[u8],
        key_pkcs8: &[u8],
    ) -> Result<Self, PkiError> {
        let stored = || PkiError::Stored { what: "certificate" };
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| stored())?;
        if !rest.is_empty() || key_of(&certificate, key_pkcs8).is_none() {
            return Err(stored());
        }
        let validity = certificate.validity();
        Ok(Self {
            name,
            der: der.to_owned(),
            authority: authority.to_owned(),
            key: Zeroizing::new(key_pkcs8.to_owned()),
            not_before: validity.not_before.to_datetime(),
            not_after: validity.not_after.to_datetime(),
        })
    }

    /// Whom it is for.
    pub fn name(&self) -> Name {
        self.name
    }

    /// DER of the certificate.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// DER of the authority's certificate.
    pub fn authority_der(&self) -> &[u8] {
        &self.authority
    }

    /// PKCS #8 DER of the key.
    pub fn key_pkcs8(&self) -> &[u8] {
        &self.key
    }

    /// The certificate, then the authority's; PEM.
    pub fn chain_pem(&self) -> String {
        pem("CERTIFICATE", &self.der) + &pem("CERTIFICATE", &self.authority)
    }

    /// The key; PEM.
    pub fn key_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem("PRIVATE KEY", &self.key))
    }

    /// When it ends.
    pub fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// Whether a new one is to be made: two thirds of its time are over, or it begins in the future
    /// (the clock was ahead when it was made).
    pub fn is_due(&self, now: OffsetDateTime) -> bool {
        let whole = self.not_after - self.not_before;
        now < self.not_before || now >= self.not_before + whole * 2 / 3
    }
}

/// What the certificate says.
pub(crate) fn params(
    name: Name,
    now: OffsetDateTime,
    authority_ends: OffsetDateTime,
) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new([name.as_str().to_owned()])?;
    params.not_before = now - SLACK;
    params.not_after = (now - SLACK + LIFETIME).min(authority_ends);
    params.distinguished_name = authority::name(name.as_str());
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}
