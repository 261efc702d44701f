//! A server that is none: it says over TLS what a script says.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use backup::Patience;
use rcgen::CertificateParams;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::nas::{Authority, NAME};

/// What it does once it was asked.
#[derive(Clone, Debug)]
pub enum Does {
    /// Answers, and listens on.
    Says(String),
    /// Says this and closes the connection.
    Leaves(String),
    /// Says this and nothing more.
    Stops(String),
    /// Says the first, and the second without end.
    Babbles(String, String),
    /// Takes in nothing of what is sent, and says nothing.
    IsDeaf,
}

pub use Does::{Babbles, IsDeaf, Leaves, Says, Stops};

type Script = dyn Fn(&str) -> Does + Send + Sync;

pub struct Forger {
    pub authority: Authority,
    pub port: u16,
    /// The first line of each question.
    asked: Arc<Mutex<Vec<String>>>,
    pub connections: Arc<AtomicUsize>,
}

/// The kinds of time by which a test may wait.
pub fn hasty() -> Patience {
    let [connect, answer, step] = [400; 3].map(Duration::from_millis);
    Patience { connect, answer, step }
}

impl Forger {
    pub fn new(script: impl Fn(&str) -> Does + Send + Sync + 'static) -> Self {
        Self::certified(script, NAME, |_| {})
    }

    pub fn certified(
        script: impl Fn(&str) -> Does + Send + Sync + 'static,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let authority = Authority::new();
        let (certificate, key) = authority.certify(&[name], change);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(certificate.der().to_vec())],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            );
        let config = Arc::new(config.unwrap());
        let script: Arc<Script> = Arc::new(script);
        let (asked, connections) = <(Arc<Mutex<Vec<String>>>, Arc<AtomicUsize>)>::default();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (heard, counted) = (Arc::clone(&asked), Arc::clone(&connections));
        thread::spawn(move || {
            for stream in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                let (config, script, heard) =
                    (Arc::clone(&config), Arc::clone(&script), Arc::clone(&heard));
                thread::spawn(move || talk(stream.unwrap(), config, &*script, &heard));
            }
        });
        Self { authority, port, asked, connections }
    }

    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

/// None when the other side went.
fn talk(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    script: &Script,
    heard: &Mutex<Vec<String>>,
) -> Option<()> {
    let socket = stream.try_clone().ok()?;
    let mut stream = StreamOwned::new(ServerConnection::new(config).ok()?, stream);
    loop {
        let (mut head, mut byte) = (String::new(), [0]);
        while !head.ends_with("\r\n\r\n") {
            stream.read_exact(&mut byte).ok()?;
            head.push(char::from(byte[0]));
        }
        let first = head.lines().next()?.to_owned();
        let authorization = head.lines().find_map(|line| line.strip_prefix("authorization: "));
        let known = ["Basic Ym94Omh1bnRlcjI=", "AWS4-HMAC-SHA256 Credential=box/"];
        assert!(authorization.is_some_and(|a| known.iter().any(|k| a.starts_with(k))), "{head}");
        heard.lock().unwrap().push(first.clone());
        let does = script(&first);
        if !matches!(does, IsDeaf) {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length = length.map_or(0, |length| length.parse().unwrap());
            std::io::copy(&mut (&mut stream).take(length), &mut std::io::sink()).ok()?;
        }
        match does {
            Says(text) => stream.write_all(text.as_bytes()).ok()?,
            Leaves(text) => {
                stream.write_all(text.as_bytes()).ok()?;
                stream.conn.send_close_notify();
                stream.flush().ok()?;
                return socket.shutdown(Shutdown::Both).ok();
            }
            Stops(text) => {
                stream.write_all(text.as_bytes()).ok()?;
                stream.flush().ok()?;
                // Until the other side goes.
                let _ = stream.read(&mut byte);
                return None;
            }
            Babbles(first, then) => {
                stream.write_all(first.as_bytes()).ok()?;
                let then = then.repeat((64 << 10) / then.len());
                loop {
                    stream.write_all(then.as_bytes()).ok()?;
                }
            }
            // For as long as the test lasts.
            IsDeaf => loop {
                thread::park();
            },
        }
        stream.flush().ok()?;
    }
}

pub fn head(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

pub fn status(status: &str) -> Does {
    Says(head(status, "", ""))
}
