//! What the admin application asks of hostd, over its socket.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api::admin::Unanswered;
use host_api::{HEADER, Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::UnixStream;
use tokio::sync::Semaphore;

/// For an answer; new settings are brought about and verified before hostd answers.
const ANSWER: Duration = Duration::from_secs(120);
/// Questions at once. hostd serves few connections: who asks more waits in a row here, where nobody is
/// turned away because a stranger asks often.
const AT_ONCE: usize = 4;

impl api::admin::Host for Host {
    fn ask(&self, request: Request) -> api::admin::HostFuture<'_> {
        Box::pin(async move { self.ask(&request).await })
    }
}

/// hostd.
#[derive(Clone)]
pub struct Host {
    socket: PathBuf,
    places: Arc<Semaphore>,
}

impl Host {
    /// hostd, at its socket. Nothing is opened yet: hostd may start later, or anew.
    pub fn at(socket: PathBuf) -> Self {
        Self { socket, places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Asks one thing.
    pub async fn ask(&self, request: &Request) -> Result<Response, Unanswered> {
        let place = self.places.acquire().await.map_err(io::Error::other);
        let _place = place.map_err(Unanswered::NotAsked)?;
        self.exchange(request).await.map(|(response, _)| response)
    }

    /// Waits until there are other addresses to listen on than these, at most about a minute; `None`
    /// when there are not.
    pub async fn listeners(
        &self,
        have: Vec<IpAddr>,
    ) -> Result<Option<Vec<(SocketAddr, TcpListener)>>, Unanswered> {
        let (response, sockets) = self.exchange(&Request::Listeners { have }).await?;
        let Response::Listeners { addresses } = response else {
            return Err(wrong("hostd answered something else".to_owned()));
        };
        if addresses.len() != sockets.len() {
            let (sockets, addresses) = (sockets.len(), addresses.len());
            return Err(wrong(format!("{sockets} sockets for {addresses} addresses")));
        }
        let sockets = sockets.into_iter().map(TcpListener::from);
        let all: Vec<_> = addresses.into_iter().zip(sockets).collect();
        Ok((!all.is_empty()).then_some(all))
    }

    async fn exchange(&self, request: &Request) -> Result<(Response, Vec<OwnedFd>), Unanswered> {
        let stream = in_time(self.send(request)).await.map_err(Unanswered::NotAsked)?;
        in_time(receive(stream)).await.map_err(Unanswered::Lost)
    }

    /// hostd acts on a whole request only, so one that cannot be sent does nothing.
    async fn send(&self, request: &Request) -> io::Result<UnixStream> {
        let mut stream = UnixStream::connect(&self.socket).await?;
        stream.write_all(&host_api::encode(request)?).await?;
        Ok(stream)
    }
}

async fn receive(mut stream: UnixStream) -> io::Result<(Response, Vec<OwnedFd>)> {
    let mut header = [0; HEADER];
    let mut descriptors = Vec::new();
    for byte in &mut header {
        let receive = || host_api::receive_byte(&stream, &mut descriptors);
        *byte = stream.async_io(Interest::READABLE, receive).await?;
    }
    let mut text = vec![0; host_api::length(header)?];
    stream.read_exact(&mut text).await?;
    Ok((host_api::decode(&text)?, descriptors))
}

async fn in_time<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let done = tokio::time::timeout(ANSWER, work).await;
    done.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "hostd does not answer"))?
}

fn wrong(what: String) -> Unanswered {
    Unanswered::Lost(io::Error::new(io::ErrorKind::InvalidData, what))
}
