//! A name looked up where the admin application may: at the instance of dnsmasq that knows but the names
//! that are allowed. Over TCP, for a socket of UDP would have to be bound, which the unit forbids.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::thread;
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
/// How long it may take to be heard on this box: where no name is allowed, nobody listens.
const HEARD: Duration = Duration::from_secs(1);
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
    let of = |kind| timeout(PATIENCE, ask(resolver, name, kind));
    let (v4, v6) = tokio::join!(of(Kind::A), of(Kind::Aaaa));
    for found in [v4, v6] {
        match found {
            Ok(Ok(addresses)) => all.extend(addresses),
            Ok(Err(error)) => tracing::debug!(%error, %name, "cannot be looked up"),
            Err(_) => tracing::debug!(%name, "no answer"),
        }
    }
    all
}

/// The same for whoever may block, also where it is within a runtime of its own; an address is its own.
pub fn blocking(resolver: SocketAddr) -> Arc<Resolve> {
    let runtime = Handle::current();
    Arc::new(move |host| match (host.parse(), host.parse::<DomainName>()) {
        (Ok(address), _) => vec![address],
        (_, Ok(name)) => thread::scope(|scope| {
            // A thread that is in one runtime may not wait for another.
            let asks = scope.spawn(|| runtime.block_on(look_up(resolver, &name)));
            asks.join().unwrap_or_default()
        }),
        _ => Vec::new(),
    })
}

async fn ask(resolver: SocketAddr, name: &DomainName, kind: Kind) -> io::Result<Vec<IpAddr>> {
    let mut id = [0; 2];
    getrandom::fill(&mut id).map_err(io::Error::other)?;
    let id = u16::from_ne_bytes(id);
    let question = dns::query(id, name, kind);
    let stream = timeout(HEARD, TcpStream::connect(resolver)).await;
    let mut stream = stream.map_err(|_| io::ErrorKind::TimedOut)??;
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

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// As a line to a target asks: from a thread with a runtime of its own.
    fn within_another_runtime(resolve: &Arc<Resolve>, host: &'static str) -> Vec<IpAddr> {
        let resolve = Arc::clone(resolve);
        let asks = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async { resolve(host) })
        });
        asks.join().unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_is_within_a_runtime_of_its_own_gets_an_answer() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let resolve = blocking(silent.local_addr().unwrap());
        drop(silent);
        assert_eq!(within_another_runtime(&resolve, "nas.example"), [] as [IpAddr; 0]);
        assert_eq!(
            within_another_runtime(&resolve, "192.168.10.9"),
            ["192.168.10.9".parse::<IpAddr>().unwrap()]
        );
        assert_eq!(within_another_runtime(&resolve, "no name"), [] as [IpAddr; 0]);
    }
}
