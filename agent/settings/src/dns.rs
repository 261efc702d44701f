//! Who is asked for names, and whether the answers are checked.

use std::net::IpAddr;

use serde::Serialize;

use crate::DomainName;

/// How the box finds out what names mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Dns {
    /// Who is asked.
    pub upstream: Upstream,
    /// Whether answers of signed domains must bear their signatures (DNSSEC, RFC 4035).
    pub dnssec: bool,
}

/// Who is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Upstream {
    /// The name servers that the provider's DHCP names, in plain text.
    #[default]
    Provider,
    /// These, over TLS (RFC 7858), and nobody else when they do not answer.
    Tls(Vec<TlsServer>),
}

/// A name server that is asked over TLS, on port 853.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct TlsServer {
    /// Where it is.
    pub address: IpAddr,
    /// What its certificate must be for.
    pub name: DomainName,
}

impl Dns {
    /// Whether this is what the box does when nothing is said.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The servers that are asked over TLS; none when the provider is asked.
    pub fn tls(&self) -> &[TlsServer] {
        match &self.upstream {
            Upstream::Provider => &[],
            Upstream::Tls(servers) => servers,
        }
    }
}
