//! What the admin application asks of hostd, over its socket.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api::admin::Unanswered;
use host_api::{HEADER, Request, Response};
use settings::Settings;
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

    /// The settings in force; none when hostd does not answer.
    pub async fn settings(&self) -> Option<Settings> {
        match self.ask(&Request::Settings).await {
            Ok(Response::Settings { document: Some(document), .. }) => {
                settings::parse(document.as_bytes()).ok()
            }
            _ => None,
        }
    }

    /// Asks one thing.
    pub async fn ask(&self, request: &Request) -> Result<Response, Unanswered> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(io::Error::other);
        let place = place.map_err(Unanswered::NotAsked)?;
        let (host, request) = (self.clone(), request.clone());
        // hostd goes on with a question when nobody waits for its answer any more: until then the
        // question keeps its place.
        let asked = tokio::spawn(async move {
            let answer = host.exchange(&request).await;
            drop(place);
            answer
        });
        let (response, _) =
            asked.await.map_err(|error| Unanswered::Lost(io::Error::other(error)))??;
        Ok(response)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::net::UnixListener;
    use tokio::task::JoinSet;

    /// Stands for a hostd that answers when it is told to.
    #[derive(Default)]
    struct Slow {
        open: AtomicUsize,
        most: AtomicUsize,
        answered: AtomicUsize,
    }

    impl Slow {
        async fn serve(self: Arc<Self>, listener: UnixListener, answers: Arc<Semaphore>) {
            while let Ok((mut stream, _)) = listener.accept().await {
                let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
                self.most.fetch_max(open, Ordering::SeqCst);
                let (told, answers) = (Arc::clone(&self), Arc::clone(&answers));
                tokio::spawn(async move {
                    answers.acquire().await.unwrap().forget();
                    told.open.fetch_sub(1, Ordering::SeqCst);
                    told.answered.fetch_add(1, Ordering::SeqCst);
                    let text = host_api::encode(&Response::Accepted).unwrap();
                    // Who asked may be gone.
                    let _ = stream.write_all(&text).await;
                });
            }
        }
    }

    async fn until(so: impl Fn() -> bool) {
        while !so() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn who_gives_up_makes_no_room_before_hostd_has_answered() {
        let place = tempfile::tempdir().unwrap();
        let socket = place.path().join("hostd.sock");
        let (slow, answers) = (Arc::new(Slow::default()), Arc::new(Semaphore::new(0)));
        let listener = UnixListener::bind(&socket).unwrap();
        tokio::spawn(Arc::clone(&slow).serve(listener, Arc::clone(&answers)));
        let host = Host::at(socket);
        let ask = |all: &mut JoinSet<_>| {
            for _ in 0..AT_ONCE {
                let host = host.clone();
                all.spawn(async move { host.ask(&Request::Status).await.is_ok() });
            }
        };
        let mut given_up = JoinSet::new();
        ask(&mut given_up);
        until(|| slow.open.load(Ordering::SeqCst) == AT_ONCE).await;
        given_up.shutdown().await;
        let mut patient = JoinSet::new();
        ask(&mut patient);
        // All that can go on does.
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        answers.add_permits(2 * AT_ONCE);
        assert_eq!(patient.join_all().await, [true; AT_ONCE]);
        assert_eq!(slow.answered.load(Ordering::SeqCst), 2 * AT_ONCE);
        assert_eq!(slow.most.load(Ordering::SeqCst), AT_ONCE);
    }
}
