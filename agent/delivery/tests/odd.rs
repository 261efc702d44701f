//! Servers that forge, fall silent, or hang up.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod bench;

use std::sync::Arc;

use bench::{Bench, NAME, device, relay, syslog};
use notify::{Failure, RelaySecurity, Stage, Way, Webhook};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What an odd server does, step by step; after the last it hangs up.
#[derive(Clone, Copy)]
enum Does {
    /// Says this.
    Says(&'static str),
    /// Reads until this was said.
    Hears(&'static str),
    /// Encrypts from here on.
    Encrypts,
    /// Says nothing any more.
    IsSilent,
    /// Says this without end.
    Babbles(&'static str),
}

use Does::{Babbles, Encrypts, Hears, IsSilent, Says};

enum Stream {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
}

trait Both: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Both for T {}

impl Stream {
    fn both(&mut self) -> &mut dyn Both {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream,
        }
    }
}

async fn serve(bench: &Bench, does: &[Does], wants_certificate: bool) -> u16 {
    let does: Arc<[Does]> = does.into();
    let certified = bench.certified(NAME);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_protocol_versions(&[&rustls::version::TLS13]).unwrap();
    let builder = if wants_certificate {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from(certified.certificate_der.clone())).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        builder.with_client_cert_verifier(verifier.build().unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::try_from(certified.key_der).unwrap();
    let chain = vec![CertificateDer::from(certified.certificate_der)];
    let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, does) = (acceptor.clone(), Arc::clone(&does));
            tokio::spawn(async move { talk(stream, acceptor, &does).await });
        }
    });
    port
}

/// None when the other side went.
async fn talk(stream: TcpStream, acceptor: TlsAcceptor, does: &[Does]) -> Option<()> {
    let mut stream = Stream::Plain(stream);
    for one in does {
        match one {
            Says(text) => stream.both().write_all(text.as_bytes()).await.ok()?,
            Hears(text) => {
                let mut heard = String::new();
                while !heard.contains(text) {
                    heard.push(char::from(stream.both().read_u8().await.ok()?));
                }
            }
            Encrypts => {
                let Stream::Plain(plain) = stream else { panic!("twice") };
                stream = Stream::Tls(Box::new(acceptor.accept(plain).await.ok()?));
            }
            IsSilent => std::future::pending().await,
            Babbles(text) => loop {
                stream.both().write_all(text.as_bytes()).await.ok()?;
            },
        }
        stream.both().flush().await.ok()?;
    }
    stream.both().shutdown().await.ok()
}

async fn mail(bench: &Bench, security: RelaySecurity, does: &[Does]) -> Result<(), Failure> {
    let port = serve(bench, does, false).await;
    bench.carry(&Way::Mail(relay(port, security)), &device()).await
}

async fn hook(bench: &Bench, does: &[Does]) -> Result<(), Failure> {
    let port = serve(bench, does, false).await;
    let secret = notify::webhook::secret(&[1; 32]);
    let address = format!("https://{NAME}:{port}/hook").parse().unwrap();
    let way = Way::Webhook(Webhook { address, secret, authority: None });
    bench.carry(&way, &device()).await
}

const TLS: RelaySecurity = RelaySecurity::Tls;
const STARTTLS: RelaySecurity = RelaySecurity::StartTls;

/// A relay in clear, up to where it is asked to encrypt.
const ASKED_TO_ENCRYPT: [Does; 4] =
    [Says("220 x\r\n"), Hears("EHLO"), Says("250-x\r\n250 STARTTLS\r\n"), Hears("STARTTLS")];
/// A relay with TLS, up to where it wants to know who signs in.
const GREETED: [Does; 4] =
    [Encrypts, Says("220 x\r\n"), Hears("EHLO"), Says("250-x\r\n250 AUTH PLAIN\r\n")];
/// What it does next.
const SIGNED_IN: [Does; 2] = [Hears("AUTH"), Says("235 ok\r\n")];

#[tokio::test]
async fn a_relay_without_starttls_is_told_nothing() {
    let bench = Bench::new();
    let does = &[Says("220 x\r\n"), Hears("EHLO"), Says("250-x\r\n250 AUTH PLAIN\r\n"), IsSilent];
    assert_eq!(mail(&bench, STARTTLS, does).await, Err(Failure::NoStartTls));
    let does = [&ASKED_TO_ENCRYPT[..], &[Says("454 not now\r\n"), IsSilent]].concat();
    assert_eq!(mail(&bench, STARTTLS, &does).await, Err(Failure::NoStartTls));
}

/// Whoever sits between says the answers of the encrypted part beforehand.
#[tokio::test]
async fn what_was_said_before_encryption_counts_for_nothing() {
    let forged = [Says("220 go\r\n250-forged\r\n250 AUTH PLAIN\r\n"), Encrypts, IsSilent];
    let does = [&ASKED_TO_ENCRYPT[..], &forged].concat();
    assert_eq!(mail(&Bench::new(), STARTTLS, &does).await, Err(Failure::NotUnderstood));
}

#[tokio::test]
async fn forged_answers_are_not_understood() {
    let bench = Bench::new();
    for does in [
        &[Encrypts, Says("HTTP/1.1 400 Bad Request\r\n\r\n"), IsSilent] as &[Does],
        &[Encrypts, Says("220 x\r\n"), Hears("EHLO"), Says("25\r\n"), IsSilent],
    ] {
        assert_eq!(mail(&bench, TLS, does).await, Err(Failure::NotUnderstood));
    }
    for does in [
        &[Says("SSH-2.0-x\r\n"), IsSilent] as &[Does],
        &[Says("220x\r\n"), IsSilent],
        &[Says("2²0 x\r\n"), IsSilent],
        &[Says("220 x\r\n"), Hears("EHLO"), Says("200 x\r\n"), IsSilent],
    ] {
        assert_eq!(mail(&bench, STARTTLS, does).await, Err(Failure::NotUnderstood));
    }
    let does = &[Encrypts, Hears("\r\n\r\n"), Says("220 I am a mail server\r\n"), IsSilent];
    assert_eq!(hook(&bench, does).await, Err(Failure::NotUnderstood));
}

#[tokio::test]
async fn who_never_stops_is_stopped() {
    let bench = Bench::new();
    assert_eq!(mail(&bench, TLS, &[Encrypts, Babbles("220")]).await, Err(Failure::TooMuch));
    assert_eq!(mail(&bench, TLS, &[Encrypts, Babbles("220-x\r\n")]).await, Err(Failure::TooMuch));
    assert_eq!(mail(&bench, STARTTLS, &[Babbles("220")]).await, Err(Failure::TooMuch));
    assert_eq!(mail(&bench, STARTTLS, &[Babbles("220-x\r\n")]).await, Err(Failure::TooMuch));
}

#[tokio::test]
async fn who_hangs_up_is_told_with_what_was_being_done() {
    let bench = Bench::new();
    let greeting = Err(Failure::Closed { at: Stage::Greeting });
    assert_eq!(mail(&bench, STARTTLS, &[Says("220 x\r\n")]).await, greeting);
    assert_eq!(mail(&bench, TLS, &[Encrypts]).await, greeting);
    let does = [&GREETED[..], &[Hears("AUTH")]].concat();
    assert_eq!(mail(&bench, TLS, &does).await, Err(Failure::Closed { at: Stage::SignIn }));
    let taken = [
        Hears("MAIL"),
        Says("250 ok\r\n"),
        Hears("RCPT"),
        Says("250 ok\r\n"),
        Hears("RCPT"),
        Says("250 ok\r\n"),
        Hears("DATA"),
        Says("354 go\r\n"),
        Hears("\r\n.\r\n"),
    ];
    let does = [&GREETED[..], &SIGNED_IN, &taken].concat();
    let closed = mail(&bench, TLS, &does).await.unwrap_err();
    assert_eq!(closed, Failure::Closed { at: Stage::Message });
    assert!(closed.may_have_arrived());
    let does =
        &[Encrypts, Hears("\r\n\r\n"), Says("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx")];
    assert_eq!(hook(&bench, does).await, Err(Failure::Closed { at: Stage::Message }));
    assert_eq!(hook(&bench, &[]).await, Err(Failure::Closed { at: Stage::Tls }));
}

#[tokio::test]
async fn who_has_no_encryption_is_told_nothing() {
    let bench = Bench::new();
    let does = &[Says("220 I do not encrypt\r\n"), IsSilent];
    assert_eq!(mail(&bench, TLS, does).await, Err(Failure::NoEncryption));
    assert_eq!(
        hook(&bench, &[Says("HTTP/1.1 400 Bad Request\r\n\r\n"), IsSilent]).await,
        Err(Failure::NoEncryption)
    );
}

#[tokio::test]
async fn who_is_silent_holds_nobody_up() {
    let bench = Bench::hasty();
    let slow = |at| Err(Failure::TooSlow { at });
    assert_eq!(mail(&bench, STARTTLS, &[IsSilent]).await, slow(Stage::Greeting));
    assert_eq!(mail(&bench, TLS, &[IsSilent]).await, slow(Stage::Tls));
    assert_eq!(mail(&bench, TLS, &[Encrypts, IsSilent]).await, slow(Stage::Greeting));
    let does = [&GREETED[..], &[IsSilent]].concat();
    assert_eq!(mail(&bench, TLS, &does).await, slow(Stage::SignIn));
    let does = [&GREETED[..], &SIGNED_IN, &[IsSilent]].concat();
    assert_eq!(mail(&bench, TLS, &does).await, slow(Stage::Message));
    let does = [Encrypts, Hears("\r\n\r\n"), IsSilent];
    assert_eq!(hook(&bench, &does).await, slow(Stage::Message));
    let port = serve(&bench, &[Encrypts, IsSilent], false).await;
    assert_eq!(bench.carry(&Way::Syslog(syslog(port)), &device()).await, slow(Stage::Message));
}

/// Over TLS 1.3 that is heard of only when something was said.
#[tokio::test]
async fn who_wants_a_certificate_of_ours_is_told_so() {
    let bench = Bench::new();
    let port = serve(&bench, &[Encrypts, IsSilent], true).await;
    assert_eq!(
        bench.carry(&Way::Syslog(syslog(port)), &device()).await,
        Err(Failure::CertificateWanted)
    );
    let mail = Way::Mail(relay(port, TLS));
    assert_eq!(bench.carry(&mail, &device()).await, Err(Failure::CertificateWanted));
}

#[tokio::test]
async fn nobody_is_there() {
    let bench = Bench::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let way = Way::Mail(relay(port, TLS));
    assert_eq!(bench.carry(&way, &device()).await, Err(Failure::Unreachable));
    let local = notify::LocalTime::utc();
    let none = bench.carrier.carry(&way, &[], &device(), bench::origin(&local)).await;
    assert_eq!(none, Err(Failure::NoAddress));
}
