//! One connection: the addresses in turn, then encryption.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::{CertificateFault, Fault, Stage};

/// How long an address, and after it encryption, should be given.
pub const CONNECT: Duration = Duration::from_secs(10);
/// Most addresses that are tried. IPv4 may come first: a service with four of each is reached over IPv6 alone.
const MOST: usize = 8;

/// An encrypted connection.
pub type Connection = TlsStream<TcpStream>;

/// Connects to the first of the addresses that answers, each within the limit.
pub async fn connect(addresses: &[IpAddr], port: u16, limit: Duration) -> Result<TcpStream, Fault> {
    let mut fault = Fault::Unreachable;
    for address in addresses.iter().take(MOST) {
        let place = SocketAddr::new(*address, port);
        match timeout(limit, TcpStream::connect(place)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => tracing::info!(%error, %place, "not reached"),
            Err(_) => {
                tracing::info!(%place, "not reached in time");
                fault = Fault::TooSlow(Stage::Connect);
            }
        }
    }
    Err(fault)
}

/// Agrees on encryption with whoever has a certificate for this name or address.
pub async fn encrypt(
    stream: TcpStream,
    name: &str,
    config: Arc<ClientConfig>,
    limit: Duration,
) -> Result<Connection, Fault> {
    let server = ServerName::try_from(name.to_owned());
    let server = server.map_err(|_| Fault::Certificate(CertificateFault::Name))?;
    match timeout(limit, TlsConnector::from(config).connect(server, stream)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => {
            tracing::info!(%error, name, "no encryption, or no trust");
            Err(Fault::of(&error, Stage::Tls))
        }
        Err(_) => Err(Fault::TooSlow(Stage::Tls)),
    }
}
