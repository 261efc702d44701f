//! What the admin application asks of hostd, over its socket.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

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
    pub async fn ask(&self, request: &Request) -> io::Result<Response> {
        let _place = self.places.acquire().await.map_err(io::Error::other)?;
        self.exchange(request).await.map(|(response, _)| response)
    }

    /// Waits until there are other addresses to listen on than these, at most about a minute; `None`
    /// when there are not.
    pub async fn listeners(
        &self,
        have: Vec<IpAddr>,
    ) -> io::Result<Option<Vec<(SocketAddr, TcpListener)>>> {
        let (response, sockets) = self.exchange(&Request::Listeners { have }).await?;
        let Response::Listeners { addresses } = response else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "hostd answered something else",
            ));
        };
        if addresses.len() != sockets.len() {
            let what = format!("{} sockets for {} addresses", sockets.len(), addresses.len());
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        let sockets = sockets.into_iter().map(TcpListener::from);
        let all: Vec<_> = addresses.into_iter().zip(sockets).collect();
        Ok((!all.is_empty()).then_some(all))
    }

    async fn exchange(
        &self,
        request: &Request,
    ) -> io::Result<(Response, Vec<std::os::fd::OwnedFd>)> {
        tokio::time::timeout(ANSWER, self.exchange_slowly(request))
            .await
            .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "hostd does not answer"))?
    }

    async fn exchange_slowly(
        &self,
        request: &Request,
    ) -> io::Result<(Response, Vec<std::os::fd::OwnedFd>)> {
        let mut stream = UnixStream::connect(&self.socket).await?;
        stream.write_all(&host_api::encode(request)?).await?;
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
}
