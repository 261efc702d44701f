//! Real connections over loopback, with certificates of a real authority.

mod crowd;

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use api::caller::{Line, Remote};
use axum::Extension;
use axum::routing::get;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use pki::{Authority, Leaf, Name};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore, version};
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::sync::Notify;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::tls::{self, Current};

const NAME: &str = "gatehouse.internal";

struct Place {
    authority: Authority,
    current: Arc<Current>,
    address: SocketAddr,
    server: Server,
    accepting: tokio::task::JoinHandle<Infallible>,
}

#[derive(Clone)]
struct Asked(IpAddr);

fn issue(authority: &Authority) -> Leaf {
    authority.issue(Name::Admin, OffsetDateTime::now_utc()).unwrap()
}

async fn place(secure: Router) -> Place {
    place_for(secure, limits::SECURE).await
}

/// With so many places in all, and for one address.
async fn place_for(secure: Router, most: (usize, usize)) -> Place {
    let authority = Authority::create(OffsetDateTime::now_utc(), [1; 4]).unwrap();
    let current = Current::none(NAME);
    let leaf = issue(&authority);
    current.replace(&leaf.chain_pem(), &leaf.key_pem()).unwrap();
    let site = Site {
        plain: who(),
        secure,
        tls: tls::config(Arc::clone(&current)).unwrap(),
        stamp: |extensions, seen| {
            extensions.insert(Asked(seen.from));
            extensions.insert(Remote(seen.from));
            extensions.insert(Line { number: seen.number, at: seen.at });
        },
    };
    let server = Server { secure: Limits::new(most), ..Server::new(site, Lines::default()) };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let accepting = tokio::spawn(server.accept(listener));
    Place { authority, current, address, server, accepting }
}

impl Place {
    async fn connect(&self, alpn: &[u8]) -> io::Result<TlsStream<TcpStream>> {
        self.connect_from([127, 0, 0, 1], alpn).await
    }

    /// A connection that says nothing.
    async fn open(&self, from: [u8; 4]) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    async fn connect_from(&self, from: [u8; 4], alpn: &[u8]) -> io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().to_owned().into()).unwrap();
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![alpn.to_vec()];
        let stream = self.open(from).await;
        let name = ServerName::try_from(NAME).unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }
}

fn request(path: &str) -> Request<Empty<Bytes>> {
    Request::get(format!("https://{NAME}{path}")).header("host", NAME).body(Empty::new()).unwrap()
}

async fn text(response: Response<Incoming>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

fn who() -> Router {
    Router::new().route("/who", get(|Extension(Asked(address))| async move { address.to_string() }))
}

#[tokio::test]
async fn a_certificate_is_waited_for_until_there_is_one() {
    let current = Current::none(NAME);
    let mut there = Box::pin(current.there());
    assert_eq!(there.as_mut().now_or_never(), None);
    let leaf = issue(&Authority::create(OffsetDateTime::now_utc(), [1; 4]).unwrap());
    assert!(current.replace("", &leaf.key_pem()).is_err());
    assert_eq!(there.as_mut().now_or_never(), None);
    current.replace(&leaf.chain_pem(), &leaf.key_pem()).unwrap();
    there.await;
    current.there().await;
}

#[tokio::test]
async fn serves_both_versions_of_http_over_tls_1_3_with_a_quantum_safe_exchange() {
    let place = place(who()).await;
    let stream = place.connect(b"h2").await.unwrap();
    let (_, tls) = stream.get_ref();
    assert_eq!(tls.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
    let group = tls.negotiated_key_exchange_group().unwrap().name();
    assert_eq!(group, rustls::NamedGroup::X25519MLKEM768);
    let (mut send, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let response = send.send_request(request("/who")).await.unwrap();
    assert_eq!(text(response).await, "127.0.0.1");

    let stream = place.connect(b"http/1.1").await.unwrap();
    let (mut send, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let response = send.send_request(request("/who")).await.unwrap();
    assert_eq!(text(response).await, "127.0.0.1");
}

#[tokio::test]
async fn a_certificate_is_replaced_while_a_connection_goes_on() {
    let place = place(who()).await;
    let leaf =
        |stream: &TlsStream<TcpStream>| stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
    let stream = place.connect(b"http/1.1").await.unwrap();
    let first = leaf(&stream);
    let (mut send, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    send.send_request(request("/who")).await.unwrap();

    let other = issue(&place.authority);
    place.current.replace(&other.chain_pem(), &other.key_pem()).unwrap();
    let later = place.connect(b"h2").await.unwrap();
    assert_eq!(leaf(&later), other.der());
    assert_ne!(leaf(&later), first);
    send.ready().await.unwrap();
    assert!(send.send_request(request("/who")).await.unwrap().status().is_success());

    // What cannot be used, or is another's, leaves the present one in force.
    let crm = place.authority.issue(Name::Crm, OffsetDateTime::now_utc()).unwrap();
    let wrong = issue(&place.authority);
    for (chain, key) in [
        (crm.chain_pem(), crm.key_pem()),
        (wrong.chain_pem(), other.key_pem()),
        (String::new(), other.key_pem()),
        (wrong.chain_pem(), String::new().into()),
    ] {
        assert!(place.current.replace(&chain, &key).is_err());
    }
    assert_eq!(leaf(&place.connect(b"h2").await.unwrap()), other.der());
}

#[tokio::test]
async fn nothing_is_said_in_clear_on_the_secure_port() {
    let place = place(who()).await;
    let mut stream = TcpStream::connect(place.address).await.unwrap();
    stream.write_all(b"GET /who HTTP/1.1\r\nHost: gatehouse.internal\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[tokio::test]
async fn a_head_without_end_is_cut_off() {
    let place = place(who()).await;
    let mut stream = place.connect(b"http/1.1").await.unwrap();
    stream.write_all(b"GET /who HTTP/1.1\r\nHost: gatehouse.internal\r\nX: ").await.unwrap();
    for _ in 0..64 {
        if stream.write_all(&[b'x'; 1024]).await.is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}

/// The runtime's clock jumps over every wait in which nothing happens.
#[tokio::test(start_paused = true)]
async fn whoever_is_silent_is_not_waited_for() {
    let (mut ours, theirs) = tokio::io::duplex(1024);
    let (_ending, ended) = watch::channel(false);
    let service = service_fn(|_: Request<Incoming>| async {
        Ok::<_, Infallible>(Response::new(Body::empty()))
    });
    let begun = tokio::time::Instant::now();
    let serving = tokio::spawn(http(theirs, service, ended, std::future::pending(), false));
    let mut answer = Vec::new();
    let gone = tokio::time::timeout(Duration::from_secs(300), ours.read_to_end(&mut answer)).await;
    gone.expect("the connection is kept for ever").unwrap();
    assert!(begun.elapsed() <= HEAD + Duration::from_secs(1));
    let _ = serving.await.unwrap();
}

#[tokio::test]
async fn what_is_being_answered_is_finished_before_the_end() {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let count = Arc::new(AtomicUsize::new(0));
    let (in_begun, in_go, in_count) = (Arc::clone(&begun), Arc::clone(&go), Arc::clone(&count));
    let slow = Router::new().route(
        "/slow",
        get(move || async move {
            in_begun.notify_one();
            in_go.notified().await;
            in_count.fetch_add(1, Ordering::SeqCst);
            "done"
        }),
    );
    let place = place(slow).await;
    let stream = place.connect(b"h2").await.unwrap();
    let (mut send, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let asked =
        tokio::spawn(async move { text(send.send_request(request("/slow")).await.unwrap()).await });
    begun.notified().await;
    place.accepting.abort();
    let _ = place.accepting.await;
    let finishing = tokio::spawn(place.server.finish());
    go.notify_one();
    assert_eq!(asked.await.unwrap(), "done");
    finishing.await.unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn one_connection_is_let_go_and_the_others_go_on() {
    let place = place(who()).await;
    let mut sends = Vec::new();
    for _ in 0..2 {
        let stream = place.connect(b"h2").await.unwrap();
        let (mut send, connection) =
            http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        let ended = tokio::spawn(connection);
        text(send.send_request(request("/")).await.unwrap()).await;
        sends.push((send, ended));
    }
    let (mut other, _) = sends.pop().unwrap();
    let (_first, ended) = sends.pop().unwrap();
    place.server.lines.leave(0);
    ended.await.unwrap().unwrap();
    text(other.send_request(request("/")).await.unwrap()).await;
    // Its number is not kept for ever.
    while !place.server.lines.0.borrow().these.is_empty() {
        tokio::task::yield_now().await;
    }
}

#[test]
fn ipv4_is_shown_as_such() {
    let mapped = "[::ffff:192.168.10.7]:5000".parse().unwrap();
    assert_eq!(peer(mapped).to_string(), "192.168.10.7");
}
