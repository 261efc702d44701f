//! A name looked up where the admin application may: at the instance of dnsmasq that knows but the names
//! that are allowed. Over TCP, for a socket of UDP would have to be bound, which the unit forbids.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use backup::service::Resolve;
use network::dns::{self, Answer, Kind};
use settings::DomainName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer that is read, in bytes.
const LONGEST: usize = 16 << 10;

/// The port of name servers.
const DNS: u16 = 53;

/// Where the admin application asks.
pub fn of_admin() -> SocketAddr {
    (firewall::NAMES_OF_ADMIN, DNS).into()
}

/// The addresses of the name, IPv4 first.
pub async fn look_up(resolver: SocketAddr, name: &DomainName) -> Vec<IpAddr> {
    let mut all = Vec::new();
    for kind in [Kind::A, Kind::Aaaa] {
        match timeout(PATIENCE, ask(resolver, name, kind)).await {
            Ok(Ok(addresses)) => all.extend(addresses),
            Ok(Err(error)) => tracing::debug!(%error, %name, "cannot be looked up"),
            Err(_) => tracing::debug!(%name, "no answer"),
        }
    }
    all
}

/// The same for threads where no async tasks run; an address is its own.
pub fn blocking(resolver: SocketAddr) -> Arc<Resolve> {
    let runtime = Handle::current();
    Arc::new(move |host| match (host.parse(), host.parse::<DomainName>()) {
        (Ok(address), _) => vec![address],
        (_, Ok(name)) => runtime.block_on(look_up(resolver, &name)),
        _ => Vec::new(),
    })
}

async fn ask(resolver: SocketAddr, name: &DomainName, kind: Kind) -> io::Result<Vec<IpAddr>> {
    let mut id = [0; 2];
    getrandom::fill(&mut id).map_err(io::Error::other)?;
    let id = u16::from_ne_bytes(id);
    let question = dns::query(id, name, kind);
    let mut stream = TcpStream::connect(resolver).await?;
    let length = u16::try_from(question.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    stream.write_all(&[&length.to_be_bytes(), question.as_slice()].concat()).await?;
    let length = usize::from(stream.read_u16().await?);
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).await?;
    match dns::read(&answer, id, name, kind) {
        Some(Answer::Addresses(addresses)) => {
            Ok(addresses.into_iter().map(|(address, _)| address).collect())
        }
        Some(Answer::NoName) => Ok(Vec::new()),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}
