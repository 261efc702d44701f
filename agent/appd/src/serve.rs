//! Connections: accepted, counted, shaken hands with, served as HTTP/1.1 or HTTP/2 within time limits,
//! and let to finish what they are at when the process ends.

mod request;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use api::admin::Connections;
use axum::Router;
use axum::body::Body;
use axum::http::Extensions;
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;

use crate::limits::{self, Activity, Limits};

/// For the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// For the head of a request, also how long HTTP/1.1 may be idle between two.
const HEAD: Duration = Duration::from_secs(30);
/// Between pings of an HTTP/2 connection, and for the answer.
const PING: Duration = Duration::from_secs(20);
/// For requests that are being answered when the process ends.
const FINISH: Duration = Duration::from_secs(5);
/// Most bytes of a request's head.
const MAX_HEAD: usize = 16 * 1024;
/// Most header fields of a request.
const MAX_FIELDS: usize = 64;
/// Most requests at once on an HTTP/2 connection.
const MAX_STREAMS: u32 = 16;
/// Bytes that an HTTP/2 client may send ahead, in one request and in all of a connection.
const AHEAD: u32 = 64 * 1024;

/// HTTP on port 80 is in clear, on 443 it is not.
const PLAIN_PORT: u16 = 80;

/// What is served.
#[derive(Clone)]
pub struct Site {
    /// On port 80.
    pub plain: Router,
    /// On every other port, by TLS.
    pub secure: Router,
    /// TLS.
    pub tls: Arc<ServerConfig>,
    /// Tells the router who asks.
    pub stamp: fn(&mut Extensions, Seen),
}

/// A connection as it is seen from here.
#[derive(Clone, Copy)]
pub struct Seen {
    /// The address at its other end.
    pub from: IpAddr,
    /// The box's own.
    pub at: IpAddr,
    /// Grows with each connection.
    pub number: u64,
}

/// Numbers connections, and lets the open ones go. Clones are handles of the same.
#[derive(Clone)]
pub struct Lines(watch::Sender<Gone>, Arc<AtomicU64>);

/// Connections that are let go.
#[derive(Default)]
struct Gone {
    /// All before this one.
    before: u64,
    /// Open ones beside these.
    these: BTreeSet<u64>,
}

impl Gone {
    fn has(&self, number: u64) -> bool {
        number < self.before || self.these.contains(&number)
    }
}

impl Default for Lines {
    fn default() -> Self {
        Self(watch::Sender::new(Gone::default()), Arc::default())
    }
}

impl Lines {
    fn next(&self) -> Numbered {
        Numbered { number: self.1.fetch_add(1, Ordering::SeqCst), lines: self.clone() }
    }
}

/// An open connection.
struct Numbered {
    number: u64,
    lines: Lines,
}

impl Drop for Numbered {
    fn drop(&mut self) {
        self.lines.0.send_if_modified(|gone| {
            gone.these.remove(&self.number);
            false
        });
    }
}

impl Connections for Lines {
    fn renew(&self) -> u64 {
        let first = self.1.load(Ordering::SeqCst);
        self.0.send_modify(|gone| gone.before = first);
        first
    }

    fn leave(&self, number: u64) {
        self.0.send_modify(|gone| {
            gone.these.insert(number);
        });
    }
}

/// Takes connections, each in a place of its port.
pub struct Server {
    site: Site,
    plain: Limits,
    secure: Limits,
    ending: watch::Sender<bool>,
    lines: Lines,
    /// Each connection holds one; all gone means that none is left.
    open: mpsc::Sender<Infallible>,
    closed: mpsc::Receiver<Infallible>,
}

/// What a connection needs to know of the server.
#[derive(Clone)]
struct Within {
    site: Site,
    ending: watch::Receiver<bool>,
    lines: Lines,
    _open: mpsc::Sender<Infallible>,
}

fn peer(address: SocketAddr) -> IpAddr {
    // On a socket for both versions IPv4 comes in IPv6's clothes.
    address.ip().to_canonical()
}

impl Server {
    /// A server of this site, whose connections are of these.
    pub fn new(site: Site, lines: Lines) -> Self {
        let (open, closed) = mpsc::channel(1);
        let ending = watch::Sender::new(false);
        let [plain, secure] = [limits::PLAIN, limits::SECURE].map(Limits::new);
        Self { site, plain, secure, ending, lines, open, closed }
    }

    /// Accepts on this socket until the future it gives is dropped.
    pub fn accept(
        &self,
        listener: TcpListener,
    ) -> impl Future<Output = Infallible> + Send + 'static {
        let is_plain = listener.local_addr().is_ok_and(|local| local.port() == PLAIN_PORT);
        self.accept_as(listener, is_plain)
    }

    fn accept_as(
        &self,
        listener: TcpListener,
        is_plain: bool,
    ) -> impl Future<Output = Infallible> + Send + 'static {
        let limits = if is_plain { self.plain.clone() } else { self.secure.clone() };
        let within = Within {
            site: self.site.clone(),
            ending: self.ending.subscribe(),
            lines: self.lines.clone(),
            _open: self.open.clone(),
        };
        async move {
            loop {
                let (stream, address) = match listener.accept().await {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        tracing::warn!(%error, "a connection cannot be accepted");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        continue;
                    }
                };
                let address = peer(address);
                // Dropped: the kernel closes it. Whoever has too many gets no answer, nor memory.
                let Some(place) = limits.take(address) else { continue };
                let within = within.clone();
                tokio::spawn(async move {
                    let activity = place.activity();
                    tokio::select! {
                        served = connection(stream, address, within, is_plain, activity) => {
                            if let Err(error) = served {
                                tracing::debug!(error, "a connection ended");
                            }
                        }
                        () = place.evicted() => tracing::debug!("a connection made room for another"),
                    }
                });
            }
        }
    }

    /// Lets what is being answered finish, for some seconds. The futures of [`Server::accept`] must have
    /// been dropped.
    pub async fn finish(self) {
        let Self { ending, open, mut closed, .. } = self;
        ending.send_replace(true);
        drop(open);
        if tokio::time::timeout(FINISH, closed.recv()).await.is_err() {
            tracing::info!("connections were cut off");
        }
    }
}

type Done = Result<(), Box<dyn std::error::Error + Send + Sync>>;

async fn connection(
    stream: TcpStream,
    address: IpAddr,
    within: Within,
    is_plain: bool,
    activity: Activity,
) -> Done {
    stream.set_nodelay(true)?;
    let at = stream.local_addr()?.ip().to_canonical();
    let mut leave = within.lines.0.subscribe();
    let open = within.lines.next();
    let number = open.number;
    let seen = Seen { from: address, at, number };
    let router = |site: &Site| if is_plain { site.plain.clone() } else { site.secure.clone() };
    let (router, stamp) = (router(&within.site), within.site.stamp);
    let service = service_fn(move |mut request: Request<Incoming>| {
        stamp(request.extensions_mut(), seen);
        request::answer(router.clone(), request, activity.clone()).map(Ok)
    });
    // From before a change of what the connection went through: it is let go.
    let gone = async move {
        if leave.wait_for(|gone| gone.has(number)).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    if is_plain {
        return http(stream, service, within.ending, gone, false).await;
    }
    let acceptor = TlsAcceptor::from(Arc::clone(&within.site.tls));
    let stream = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await??;
    let is_2 = stream.get_ref().1.alpn_protocol() == Some(b"h2".as_slice());
    http(stream, service, within.ending, gone, is_2).await
}

async fn http<S>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    service: S,
    mut ending: watch::Receiver<bool>,
    gone: impl Future<Output = ()>,
    is_2: bool,
) -> Done
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    // Which version it is was agreed on: whoever is silent is not waited for to show it.
    let builder = Builder::new(TokioExecutor::new());
    let mut builder = if is_2 { builder.http2_only() } else { builder.http1_only() };
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_FIELDS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_header_list_size(MAX_HEAD as u32)
        .max_concurrent_streams(MAX_STREAMS)
        .initial_stream_window_size(AHEAD)
        .initial_connection_window_size(AHEAD);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        done = connection.as_mut() => return done,
        _ = ending.wait_for(|ending| *ending) => connection.as_mut().graceful_shutdown(),
        () = gone => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}

#[cfg(test)]
mod tests;
