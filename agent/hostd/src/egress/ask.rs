//! A name looked up at a resolver of the box's own: both kinds of address, over UDP, and over TCP what does not fit.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use network::dns::{self, Answer, Kind};
use settings::DomainName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

/// The instance of dnsmasq that answers the box, and asks the provider or the resolver.
const RESOLVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 53);
/// How long one answer may take; dnsmasq itself asks again within that.
const PATIENCE: Duration = Duration::from_secs(4);
/// Longest answer over TCP that is read, in bytes.
const MAX_TCP: usize = 16 * 1024;

/// What came of looking a name up.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// The name.
    pub name: DomainName,
    /// Its addresses, each for so many seconds; none when it has none. `None` when nobody answered.
    pub addresses: Option<Vec<(IpAddr, u32)>>,
}

/// Looks a name up.
pub async fn look_up(name: DomainName) -> Found {
    let of_kind = |kind| ask(RESOLVER, &name, kind);
    let (v4, v6) = tokio::join!(of_kind(Kind::A), of_kind(Kind::Aaaa));
    let addresses = match (v4, v6) {
        (None, None) => None,
        (v4, v6) => Some([v4, v6].into_iter().flatten().flatten().collect()),
    };
    Found { name, addresses }
}

/// Whether this resolver finds out what the name is, or that it is none.
pub async fn is_answered(resolver: SocketAddr, name: &DomainName) -> bool {
    ask(resolver, name, Kind::A).await.is_some()
}

/// Addresses of a kind; `None` when nobody answered.
async fn ask(resolver: SocketAddr, name: &DomainName, kind: Kind) -> Option<Vec<(IpAddr, u32)>> {
    let mut id = [0; 2];
    getrandom::fill(&mut id).ok()?;
    let id = u16::from_ne_bytes(id);
    let question = dns::query(id, name, kind);
    let read = |bytes: &[u8]| dns::read(bytes, id, name, kind);
    let over_udp = timeout(PATIENCE, udp(resolver, &question, read));
    let answer = match over_udp.await {
        Ok(Ok(Answer::Cut)) => {
            let bytes = timeout(PATIENCE, tcp(resolver, &question)).await.ok()?.ok()?;
            dns::read(&bytes, id, name, kind)?
        }
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            tracing::debug!(%error, %name, "the resolver cannot be asked");
            return None;
        }
        Err(_) => return None,
    };
    match answer {
        Answer::Addresses(addresses) => Some(addresses),
        Answer::NoName => Some(Vec::new()),
        Answer::Cut | Answer::Failed(_) => None,
    }
}

async fn udp(
    resolver: SocketAddr,
    question: &[u8],
    read: impl Fn(&[u8]) -> Option<Answer>,
) -> io::Result<Answer> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    socket.connect(resolver).await?;
    socket.send(question).await?;
    let mut room = [0; dns::MAX_UDP];
    loop {
        let length = socket.recv(&mut room).await?;
        if let Some(answer) = room.get(..length).and_then(&read) {
            return Ok(answer);
        }
    }
}

async fn tcp(resolver: SocketAddr, question: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(resolver).await?;
    let length = u16::try_from(question.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    stream.write_all(&[&length.to_be_bytes(), question].concat()).await?;
    let length = usize::from(stream.read_u16().await?);
    if length > MAX_TCP {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}
