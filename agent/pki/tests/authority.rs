//! What the authority's certificates say to three verifiers that share no code with the maker's: the
//! x509 parser, rustls' verifier, and openssl where there is one.

#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::indexing_slicing, reason = "a test")]

use std::process::Command;
use std::sync::Arc;

use pki::{Authority, Leaf, Name, fingerprint};
use rcgen::{CertificateParams, Issuer, KeyPair, SanType};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use time::{Duration, OffsetDateTime};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_795_000_000).unwrap()
}

fn authority() -> Authority {
    Authority::create(now(), [0x3f, 0x2a, 0x91, 0xbc]).unwrap()
}

/// What rustls' verifier says of a chain for a name.
fn verify(
    root: &[u8],
    leaf: &[u8],
    between: &[CertificateDer<'_>],
    name: &str,
    at: OffsetDateTime,
) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(root.to_owned().into()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(
        at.unix_timestamp().try_into().unwrap(),
    ));
    verifier.verify_server_cert(&leaf.into(), between, &name, &[], at).map(|_| ())
}

/// A certificate that the authority's key signed for other names, as a thief of the key would.
fn forged(authority: &Authority, params: CertificateParams) -> Vec<u8> {
    let key = KeyPair::try_from(authority.key_pkcs8().as_slice()).unwrap();
    let der = authority.der().into();
    let issuer = Issuer::from_ca_cert_der(&der, key).unwrap();
    params.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap().der().to_vec()
}

#[test]
fn the_authority_says_what_it_may_do() {
    let authority = authority();
    let (_, parsed) = X509Certificate::from_der(authority.der()).unwrap();
    assert!(parsed.verify_signature(None).is_ok());
    assert!(parsed.subject().to_string().contains("Gatehouse 3F2A91BC"));
    let basic = parsed.basic_constraints().unwrap().unwrap();
    assert!(basic.critical && basic.value.ca && basic.value.path_len_constraint == Some(0));
    let usage = parsed.key_usage().unwrap().unwrap();
    assert!(usage.critical && usage.value.key_cert_sign() && !usage.value.digital_signature());
    let names = parsed.name_constraints().unwrap().unwrap();
    assert!(names.critical);
    let permitted = names.value.permitted_subtrees.as_ref().unwrap();
    assert_eq!(permitted.len(), 1);
    assert_eq!(permitted[0].base, GeneralName::DNSName("gatehouse.internal"));
    let excluded = names.value.excluded_subtrees.as_ref().unwrap();
    let zeros: [&[u8]; 2] = [&[0; 8], &[0; 32]];
    for (subtree, all) in excluded.iter().zip(zeros) {
        assert_eq!(subtree.base, GeneralName::IPAddress(all));
    }
    let years = (authority.not_after() - now()).whole_days();
    assert_eq!(years, 3650);
}

#[test]
fn a_leaf_is_for_one_name_and_398_days() {
    for name in Name::ALL {
        let leaf = authority().issue(name, now()).unwrap();
        let (_, parsed) = X509Certificate::from_der(leaf.der()).unwrap();
        let names = parsed.subject_alternative_name().unwrap().unwrap();
        assert_eq!(names.value.general_names, [GeneralName::DNSName(name.as_str())]);
        let validity = parsed.validity();
        assert_eq!(validity.not_after.timestamp() - validity.not_before.timestamp(), 398 * 86_400);
        assert!(!parsed.is_ca());
        assert_eq!(parsed.serial.to_bytes_be().len(), 20, "unlike any other");
        let server = parsed.extended_key_usage().unwrap().unwrap();
        assert!(server.value.server_auth && !server.value.client_auth && !server.value.any);
        let known = |found: &ParsedExtension<'_>| {
            matches!(found, ParsedExtension::AuthorityKeyIdentifier(_))
        };
        assert!(parsed.extensions().iter().any(|found| known(found.parsed_extension())));
    }
}

#[test]
fn rustls_takes_our_names_and_no_others() {
    let authority = authority();
    let leaf = authority.issue(Name::Crm, now()).unwrap();
    let check = |name, at| verify(authority.der(), leaf.der(), &[], name, at);
    check("crm.gatehouse.internal", now()).unwrap();
    assert!(check("gatehouse.internal", now()).is_err());
    assert!(check("crm.gatehouse.internal", now() + Duration::days(398)).is_err());
    assert!(check("crm.gatehouse.internal", now() - Duration::days(2)).is_err());

    for name in ["example.org", "gatehouse.internal.example.org", "notgatehouse.internal"] {
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let refused = verify(authority.der(), &forged(&authority, params), &[], name, now());
        let text = format!("{:?}", refused.unwrap_err());
        assert!(text.contains("NameConstraintViolation"), "{name}: {text}");
    }
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![SanType::IpAddress("192.168.10.1".parse().unwrap())];
    let refused = verify(authority.der(), &forged(&authority, params), &[], "192.168.10.1", now());
    assert!(format!("{:?}", refused.unwrap_err()).contains("NameConstraintViolation"));
    let allowed = CertificateParams::new(["a.gatehouse.internal".to_owned()]).unwrap();
    let allowed = forged(&authority, allowed);
    verify(authority.der(), &allowed, &[], "a.gatehouse.internal", now()).unwrap();
}

#[test]
fn another_box_vouches_for_nothing_of_ours() {
    let (ours, others) = (authority(), authority());
    let leaf = others.issue(Name::Admin, now()).unwrap();
    assert!(verify(ours.der(), leaf.der(), &[], "gatehouse.internal", now()).is_err());
    assert_ne!(ours.fingerprint(), others.fingerprint());
}

#[test]
fn what_was_stored_works_again() {
    let first = authority();
    let again = Authority::load(first.der(), &first.key_pkcs8()).unwrap();
    assert_eq!(again.fingerprint(), first.fingerprint());
    assert_eq!(again.pem(), first.pem());
    let leaf = again.issue(Name::Admin, now()).unwrap();
    verify(first.der(), leaf.der(), &[], "gatehouse.internal", now()).unwrap();
    let stored = Leaf::load(Name::Admin, leaf.der(), leaf.authority_der(), leaf.key_pkcs8());
    assert_eq!(stored.unwrap().chain_pem(), leaf.chain_pem());

    assert!(Authority::load(first.der(), &authority().key_pkcs8()).is_err(), "another's key");
    assert!(Authority::load(leaf.der(), leaf.key_pkcs8()).is_err(), "no authority");
    assert!(Authority::load(&first.der()[1..], &first.key_pkcs8()).is_err());
}

#[test]
fn is_renewed_after_two_thirds_and_when_the_clock_went_back() {
    let leaf = authority().issue(Name::Admin, now()).unwrap();
    for (days, due) in [(0, false), (263, false), (265, true), (500, true), (-2, true)] {
        assert_eq!(leaf.is_due(now() + Duration::days(days)), due, "after {days} days");
    }
}

#[test]
fn the_fingerprint_is_written_as_browsers_do() {
    let empty = fingerprint(b"");
    assert_eq!(empty.len(), 95);
    assert!(empty.starts_with("E3:B0:C4:42:98:FC:1C:14:"), "SHA-256 of nothing (FIPS 180-4)");
}

/// Validity is not in question here: openssl looks at the real clock, so the certificates are of now.
#[test]
fn openssl_agrees() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("left out: no openssl here");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    let authority = Authority::create(OffsetDateTime::now_utc(), [1; 4]).unwrap();
    let leaf = authority.issue(Name::Admin, OffsetDateTime::now_utc()).unwrap();
    std::fs::write(path("ca.pem"), authority.pem()).unwrap();
    std::fs::write(path("leaf.pem"), leaf.chain_pem()).unwrap();
    std::fs::write(path("key.pem"), leaf.key_pem().as_bytes()).unwrap();
    let openssl = |words: &[&str]| {
        let output = Command::new("openssl").args(words).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let verify = |name: &str, file: &str| {
        let words = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile"];
        openssl(&[&words[..], &[&path("ca.pem"), "-verify_hostname", name, &path(file)]].concat()).0
    };
    assert!(verify("gatehouse.internal", "leaf.pem"));
    assert!(!verify("crm.gatehouse.internal", "leaf.pem"));
    let (_, shown) =
        openssl(&["x509", "-in", &path("ca.pem"), "-noout", "-fingerprint", "-sha256"]);
    assert!(shown.trim().ends_with(&authority.fingerprint()), "{shown}");
    assert!(openssl(&["pkey", "-in", &path("key.pem"), "-noout"]).0);

    let params = CertificateParams::new(["example.org".to_owned()]).unwrap();
    let other = forged(&authority, params);
    std::fs::write(path("other.der"), other).unwrap();
    let (made, _) =
        openssl(&["x509", "-in", &path("other.der"), "-inform", "DER", "-out", &path("other.pem")]);
    assert!(made && !verify("example.org", "other.pem"));
}
