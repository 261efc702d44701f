//! TLS 1.3 and nothing older, X25519MLKEM768 first, with a certificate that can be replaced while
//! connections go on. Without a certificate every handshake fails; nothing is ever served in clear.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use tokio::sync::watch;

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// No PEM of what it should be.
    #[error("the {what} cannot be read")]
    Pem {
        /// Certificate or key.
        what: &'static str,
        /// Why.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// Certificate and key do not go together, or no certificate.
    #[error("certificate and key cannot be used")]
    Pair(#[source] rustls::Error),
    /// The certificate is for another name.
    #[error("the certificate is not for {0}")]
    Name(&'static str),
}

/// The certificate in force.
#[derive(Debug)]
pub struct Current {
    name: &'static str,
    key: RwLock<Option<Arc<CertifiedKey>>>,
    there: watch::Sender<bool>,
}

impl Current {
    /// None yet; `name` is the DNS name that is served.
    pub fn none(name: &'static str) -> Arc<Self> {
        Arc::new(Self { name, key: RwLock::new(None), there: watch::Sender::new(false) })
    }

    /// Comes back once there is one.
    pub async fn there(&self) {
        // Its sender lives as long as this does.
        let _ = self.there.subscribe().wait_for(|there| *there).await;
    }

    /// New connections get this certificate (leaf first) from now on.
    pub fn replace(&self, chain_pem: &str, key_pem: &str) -> Result<(), CertificateError> {
        let pem = |what| move |source| CertificateError::Pem { what, source };
        let chain = CertificateDer::pem_slice_iter(chain_pem.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(pem("certificate"))?;
        let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).map_err(pem("key"))?;
        let certified = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())
            .map_err(CertificateError::Pair)?;
        let leaf = certified.end_entity_cert().map_err(CertificateError::Pair)?;
        if !is_for(leaf, self.name) {
            return Err(CertificateError::Name(self.name));
        }
        let mut current = self.key.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(Arc::new(certified));
        self.there.send_replace(true);
        Ok(())
    }
}

fn is_for(leaf: &CertificateDer<'_>, name: &str) -> bool {
    let Ok(parsed) = rustls::server::ParsedCertificate::try_from(leaf) else { return false };
    let Ok(name) = name.try_into() else { return false };
    rustls::client::verify_server_name(&parsed, &name).is_ok()
}

impl ResolvesServerCert for Current {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // Who asks for another name is not meant for us; without a name, Host decides.
        if hello.server_name().is_some_and(|asked| !asked.eq_ignore_ascii_case(self.name)) {
            return None;
        }
        self.key.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The server's side of TLS.
pub fn config(current: Arc<Current>) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = CryptoProvider { ..aws_lc_rs::default_provider() };
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&version::TLS13])?
        .with_no_client_auth()
        .with_cert_resolver(current);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // A ticket would outlive a locked vault and a replaced certificate.
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    Ok(Arc::new(config))
}
