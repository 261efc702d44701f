//! Whom is believed: the authorities that the image knows, or the one that an admin gave.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, version};

use crate::Fault;

/// The authorities that certificates must come from.
#[derive(Clone, Copy, Debug)]
pub enum Authorities<'a> {
    /// Those of a file, PEM. Read anew each time: an update of the box may bring others.
    File(&'a Path),
    /// These, PEM.
    These(&'a str),
}

/// Versions of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    /// TLS 1.3.
    Newest,
    /// TLS 1.3, and TLS 1.2 with what of it is still good (AEAD, fresh keys), for servers that others keep.
    AlsoTls12,
}

/// How a connection is encrypted.
pub fn trust(authorities: Authorities<'_>, versions: Versions) -> Result<Arc<ClientConfig>, Fault> {
    let mut roots = RootCertStore::empty();
    let (added, _) = match authorities {
        Authorities::File(file) => {
            let all = CertificateDer::pem_file_iter(file).map_err(|error| {
                tracing::error!(%error, file = %file.display(), "no certificates of authorities");
                Fault::NoAuthority
            })?;
            roots.add_parsable_certificates(all.filter_map(Result::ok))
        }
        Authorities::These(pem) => {
            let all = CertificateDer::pem_slice_iter(pem.as_bytes());
            roots.add_parsable_certificates(all.filter_map(Result::ok))
        }
    };
    if added == 0 {
        return Err(Fault::NoAuthority);
    }
    let versions: &[&SupportedProtocolVersion] = match versions {
        Versions::Newest => &[&version::TLS13],
        Versions::AlsoTls12 => &[&version::TLS13, &version::TLS12],
    };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(|_| Fault::NoEncryption)?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}
