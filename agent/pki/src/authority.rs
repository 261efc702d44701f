//! The authority: a P-256 key and a certificate of ten years that may sign for `gatehouse.internal` and
//! below (RFC 5280 §4.2.1.10), for no IP address.

use std::net::{Ipv4Addr, Ipv6Addr};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, DnValue,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
    PKCS_ECDSA_P256_SHA256,
};
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

use crate::{Leaf, Name, PkiError, fingerprint, key_of, leaf, pem};

/// How long the authority is valid.
const LIFETIME: Duration = Duration::days(3650);
/// Other clocks may be behind the box's.
pub(crate) const SLACK: Duration = Duration::days(1);
/// The one name it may vouch for, with all names below.
const PERMITTED: &str = "gatehouse.internal";

/// The box's certificate authority.
pub struct Authority {
    der: Vec<u8>,
    key: KeyPair,
    not_after: OffsetDateTime,
}

impl Authority {
    /// Makes an authority with a new key. `id` tells the authorities of several boxes apart in a
    /// browser's list; it is to be random.
    pub fn create(now: OffsetDateTime, id: [u8; 4]) -> Result<Self, PkiError> {
        let make = || PkiError::make("certificate authority");
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(make())?;
        let mut params = CertificateParams::default();
        params.not_before = now - SLACK;
        params.not_after = now + LIFETIME;
        params.distinguished_name = name(&format!("Gatehouse {:08X}", u32::from_be_bytes(id)));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.name_constraints = Some(constraints());
        let certificate = params.self_signed(&key).map_err(make())?;
        Self::load(certificate.der(), key.serialized_der())
    }

    /// The authority from what was stored: DER of the certificate, PKCS #8 of its key. Both must
    /// belong together.
    pub fn load(der: &[u8], key_pkcs8: &[u8]) -> Result<Self, PkiError> {
        let stored = || PkiError::Stored { what: "certificate of the certificate authority" };
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| stored())?;
        let key = key_of(&certificate, key_pkcs8)
            .ok_or(PkiError::Stored { what: "key of the certificate authority" })?;
        if !rest.is_empty() || !certificate.is_ca() {
            return Err(stored());
        }
        let not_after = certificate.validity().not_after.to_datetime();
        Ok(Self { der: der.to_owned(), key, not_after })
    }

    /// DER of the certificate.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// PEM of the certificate.
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.der)
    }

    /// PKCS #8 DER of the private key, to be stored sealed.
    pub fn key_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.key.serialize_der())
    }

    /// SHA-256 of the certificate, `AB:CD:…`.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.der)
    }

    /// When it ends.
    pub fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// Makes a certificate with a key of its own.
    pub fn issue(&self, name: Name, now: OffsetDateTime) -> Result<Leaf, PkiError> {
        let make = || PkiError::make("certificate");
        let der = self.der.as_slice().into();
        let issuer = Issuer::from_ca_cert_der(&der, &self.key).map_err(make())?;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(make())?;
        let params = leaf::params(name, now, self.not_after).map_err(make())?;
        let certificate = params.signed_by(&key, &issuer).map_err(make())?;
        Leaf::load(name, certificate.der(), &self.der, key.serialized_der())
    }
}

/// A distinguished name of a common name alone.
pub(crate) fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, DnValue::Utf8String(common.to_owned()));
    name
}

/// A name constraint binds only names of its own kind, so the addresses are shut out.
fn constraints() -> NameConstraints {
    let all_v4 = CidrSubnet::from_v4_prefix(Ipv4Addr::UNSPECIFIED.octets(), 0);
    let all_v6 = CidrSubnet::from_v6_prefix(Ipv6Addr::UNSPECIFIED.octets(), 0);
    NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(PERMITTED.to_owned())],
        excluded_subtrees: vec![
            GeneralSubtree::IpAddress(all_v4),
            GeneralSubtree::IpAddress(all_v6),
        ],
    }
}
