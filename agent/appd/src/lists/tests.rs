//! A server with a certificate of its own on loopback, found by a resolver of its own.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::sync::{Arc, Mutex};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::SupportedProtocolVersion;
use rustls::pki_types::PrivateKeyDer;
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::made_up::MadeUp;

const NAME: &str = "lists.example.net";

/// What the server answers, whole, and what it was asked.
#[derive(Clone, Default)]
pub struct Server {
    answer: Arc<Mutex<String>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub fn says(&self, head: &str, body: &str) {
        let length = body.len();
        *self.answer.lock().unwrap() = format!(
            "HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
    }
}

/// Listens with a certificate for this name; the port, and the certificate.
pub async fn serve(
    server: Server,
    name: &str,
    version: &'static SupportedProtocolVersion,
) -> (u16, String) {
    let (acceptor, authority) = certified(name, version);
    (listen(server, acceptor, 0).await, authority)
}

/// With a certificate for this name; the certificate.
pub fn certified(name: &str, version: &'static SupportedProtocolVersion) -> (TlsAcceptor, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_protocol_versions(&[version])
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![cert.der().clone()], key)
    .unwrap();
    (TlsAcceptor::from(Arc::new(config)), cert.pem())
}

/// Listens at this port, or at any; which.
pub async fn listen(server: Server, acceptor: TlsAcceptor, port: u16) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Whoever does not trust it goes.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            server.asked.lock().unwrap().push(String::from_utf8(head).unwrap());
            let answer = server.answer.lock().unwrap().clone();
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    port
}

/// A resolver that gives every name the address of this machine.
pub async fn resolve() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let length = usize::from(stream.read_u16().await.unwrap());
            let mut message = vec![0; length];
            stream.read_exact(&mut message).await.unwrap();
            let is_v4 = message[length - 3] == 1;
            message[2..4].copy_from_slice(&[0x81, 0x80]);
            if is_v4 {
                message[7] = 1;
                message.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 10, 0, 4, 127, 0, 0, 1]);
            }
            let length = u16::try_from(message.len()).unwrap().to_be_bytes();
            stream.write_all(&[&length, message.as_slice()].concat()).await.unwrap();
        }
    });
    place
}

struct Bench {
    made_up: MadeUp,
    server: Server,
    lists: Lists,
    address: String,
    asked: Arc<Mutex<Vec<Request>>>,
    told: watch::Receiver<BTreeMap<String, FetchState>>,
}

impl Bench {
    async fn new(certified: &str, held: Option<ListHeld>) -> Self {
        Self::speaking(&TLS13, certified, held).await
    }

    async fn speaking(
        version: &'static SupportedProtocolVersion,
        certified: &str,
        held: Option<ListHeld>,
    ) -> Self {
        let (made_up, server) = (MadeUp::new().await, Server::default());
        let (port, authority) = serve(server.clone(), certified, version).await;
        let address = format!("https://{NAME}:{port}/ads.txt");
        let text = include_str!("../../../settings/tests/example.json");
        let with = format!(
            r#""egress": [{{"for": "admin", "to": "{NAME}", "protocol": "tcp", "port": {port}}}],
            "blocking": {{"lists": {{"Ads": "{address}"}}}}, "version""#
        );
        let document = text.replacen("\"version\"", &with, 1);
        assert!(settings::parse(document.as_bytes()).is_ok());
        let lists = held.map(|held| ListHeld { address: address.clone(), ..held });
        let asked = made_up.hostd(move |request| match request {
            Request::Settings => MadeUp::in_force(&document),
            Request::BlockLists => Response::BlockLists(lists.clone().into_iter().collect()),
            _ => Response::Accepted,
        });
        let file = made_up.place.path().join("authorities.pem");
        std::fs::write(&file, authority).unwrap();
        let (sender, told) = watch::channel(BTreeMap::new());
        let mut lists = Lists::new(made_up.host.clone(), file.clone(), sender);
        lists.fetcher = Fetcher::new(file).asking(resolve().await);
        Self { made_up, server, lists, address, asked, told }
    }

    /// What hostd was given.
    fn given(&self) -> Vec<Request> {
        let asked = self.asked.lock().unwrap().clone().into_iter();
        asked
            .filter(|it| matches!(it, Request::BlockList(_) | Request::BlockListSame { .. }))
            .collect()
    }

    async fn fails(&mut self) -> FetchFailure {
        self.lists
            .orders
            .push_back(FetchOrder { address: self.address.clone(), may_shrink: false });
        self.lists.look().await;
        assert_eq!(self.given(), [] as [Request; 0], "{:?}", self.made_up.place.path());
        self.told.borrow()[&self.address].failure.clone().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_fetched_and_handed_over() {
    let mut bench = Bench::new(NAME, None).await;
    bench.server.says("200 OK\r\netag: \"7\"", "# x\n0.0.0.0 b.ads.example\n0.0.0.0 ads.example\n");
    bench.lists.look().await;
    let given = bench.given();
    let Request::BlockList(piece) = &given[0] else { panic!("{given:?}") };
    assert_eq!((piece.text.as_str(), piece.at), ("ads.example\n", 0));
    let whole = piece.whole.as_ref().unwrap();
    assert_eq!((whole.etag.as_deref(), whole.odd, whole.may_shrink), (Some("\"7\""), 0, false));
    let head = bench.server.asked.lock().unwrap()[0].to_ascii_lowercase();
    assert!(head.starts_with("get /ads.txt http/1.1") && head.contains(&format!("host: {NAME}:")));
    let state = bench.told.borrow()[&bench.address].clone();
    assert!(!state.fetching && state.failure.is_none() && state.next.is_some());
    // It is not due again before a day is over.
    bench.lists.look().await;
    assert_eq!(bench.server.asked.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_asked_for_only_if_it_is_another() {
    let held = ListHeld {
        address: String::new(),
        names: 1,
        odd: 0,
        fetched: 1,
        checked: 1,
        etag: Some("\"7\"".to_owned()),
        modified: None,
    };
    let mut bench = Bench::new(NAME, Some(held)).await;
    bench.server.says("304 Not Modified", "");
    bench.lists.look().await;
    let address = bench.address.clone();
    assert_eq!(bench.given(), [Request::BlockListSame { address }]);
    assert!(bench.server.asked.lock().unwrap()[0].contains("if-none-match: \"7\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_is_handed_over() {
    let mut bench = Bench::new(NAME, None).await;
    bench.server.says("404 Not Found", "ads.example\n");
    let status = FetchFailure { why: FetchProblem::Status, detail: Some("404".to_owned()) };
    assert_eq!(bench.fails().await, status);
    bench.server.says("200 OK", "<html>ads.example</html>");
    assert_eq!(bench.fails().await.why, FetchProblem::Page);
    bench.server.says("200 OK", "# nothing\n");
    assert_eq!(bench.fails().await.why, FetchProblem::Nothing);
    bench.server.says("302 Found\r\nlocation: https://elsewhere.example/x", "");
    let elsewhere = bench.fails().await;
    assert_eq!(elsewhere.why, FetchProblem::Elsewhere);
    assert_eq!(elsewhere.detail.as_deref(), Some("elsewhere.example:443"));
    bench.server.says("302 Found\r\nlocation: http://lists.example.net/x", "");
    assert_eq!(bench.fails().await.why, FetchProblem::Elsewhere);
    bench.server.says("302 Found\r\nlocation: /ads.txt", "");
    assert_eq!(bench.fails().await.why, FetchProblem::Round);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_another_name_is_not_believed() {
    let mut bench = Bench::new("other.example.net", None).await;
    bench.server.says("200 OK", "ads.example\n");
    assert_eq!(bench.fails().await.why, FetchProblem::Certificate);
    assert!(bench.server.asked.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_tls_1_2_is_asked_for_nothing() {
    let mut bench = Bench::speaking(&TLS12, NAME, None).await;
    bench.server.says("200 OK", "ads.example\n");
    assert_eq!(bench.fails().await.why, FetchProblem::Certificate);
    assert!(bench.server.asked.lock().unwrap().is_empty());
}
