//! A NAS with Debian's rest-server, its certificate of an authority that the admin's own is; and who stands
//! between it and the box.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use backup::{Login, Password, RestServer, Trust};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

pub const NAME: &str = "nas.example.net";
pub const PASSWORD: &str = "hunter2";
/// Of the user `box`, as `htpasswd -s` writes it.
const HTPASSWD: &str = "box:{SHA}87u9ZqY9S/F0eUBXjsPQEDUw4h0=\n";

/// Who certifies servers.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "the admin's own");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate and its key.
    pub fn certify(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> (rcgen::Certificate, KeyPair) {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }
}

/// The user of the box.
pub fn login(password: &str) -> Login {
    Login::new("box".to_owned(), Password::new(password.to_owned())).unwrap()
}

/// At this port of this machine.
pub fn server(port: u16, folder: &str, login: &Login, authority: &str) -> RestServer {
    let address = format!("https://{NAME}:{port}/{folder}").parse().unwrap();
    let here = Arc::new(|| vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
    RestServer::new(address, login, Trust::These(authority.to_owned()), here).unwrap()
}

/// The server; it ends with this.
pub struct Nas {
    pub place: TempDir,
    pub authority: Authority,
    pub port: u16,
    child: Child,
}

impl Nas {
    pub fn start(arguments: &[&str]) -> Self {
        let (place, authority) = (tempfile::tempdir().unwrap(), Authority::new());
        let (certificate, key) = authority.certify(&[NAME, "127.0.0.1"], |_| {});
        std::fs::write(place.path().join("public_key"), certificate.pem()).unwrap();
        std::fs::write(place.path().join("private_key"), key.serialize_pem()).unwrap();
        std::fs::write(place.path().join("authority"), &authority.pem).unwrap();
        std::fs::write(place.path().join(".htpasswd"), HTPASSWD).unwrap();
        let (child, port) = run(&place, arguments);
        Self { place, authority, port, child }
    }

    /// Stops it, and starts it with other arguments.
    pub fn restart(&mut self, arguments: &[&str]) {
        self.stop();
        (self.child, self.port) = run(&self.place, arguments);
    }

    /// Kills it.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn target(&self) -> Arc<RestServer> {
        Arc::new(server(self.port, "box/crm/", &login(PASSWORD), &self.authority.pem))
    }

    /// Where the repository lies.
    pub fn folder(&self) -> PathBuf {
        self.place.path().join("box/crm")
    }

    /// Stock restic at the server; its output, if it ends well.
    pub fn restic(&self, password: &str, arguments: &[&str]) -> String {
        let address = format!("rest:https://box:{PASSWORD}@127.0.0.1:{}/box/crm/", self.port);
        let authority = self.place.path().join("authority");
        let output = Command::new("restic")
            .args(["--no-cache", "--repo", &address, "--cacert"])
            .arg(authority)
            .args(arguments)
            .env("RESTIC_PASSWORD", password)
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(output.status.success(), "restic {arguments:?}: {text}");
        text
    }
}

impl Drop for Nas {
    fn drop(&mut self) {
        self.stop();
    }
}

fn run(place: &TempDir, arguments: &[&str]) -> (Child, u16) {
    let mut child = Command::new("restic-rest-server")
        .args(["--listen", "127.0.0.1:0", "--tls", "--path"])
        .arg(place.path())
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let port = loop {
        let line = said.next().expect("it ended").unwrap();
        if let Some(port) = line.strip_prefix("start server on 127.0.0.1:") {
            break port.parse().unwrap();
        }
    };
    // It must go on having somebody to talk to.
    thread::spawn(move || for _ in said {});
    (child, port)
}

/// Stands before a server, counts connections, and cuts them.
#[derive(Clone)]
pub struct Relay {
    pub port: u16,
    state: Arc<RelayState>,
}

struct RelayState {
    to: u16,
    open: Mutex<Vec<TcpStream>>,
    connections: AtomicUsize,
    /// Bytes that still go to the server.
    left: AtomicUsize,
    /// Bytes that go to it over the next connections, each; all for [`usize::MAX`].
    then: AtomicUsize,
}

impl Relay {
    pub fn before(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (open, connections) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
        let [left, then] = [usize::MAX; 2].map(AtomicUsize::new);
        let relay =
            Self { port, state: Arc::new(RelayState { to, open, connections, left, then }) };
        let accepting = relay.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                accepting.carry(stream.unwrap());
            }
        });
        relay
    }

    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        for stream in self.state.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Cuts them when so many bytes more have gone to the server; then it lets all through again.
    pub fn cut_after(&self, bytes: usize) {
        self.state.left.store(bytes, Ordering::SeqCst);
    }

    /// The same, and the connection after it when these have gone.
    pub fn cut_after_twice(&self, bytes: usize, then: usize) {
        self.state.then.store(then, Ordering::SeqCst);
        self.cut_after(bytes);
    }

    fn carry(&self, near: TcpStream) {
        let far = TcpStream::connect(("127.0.0.1", self.state.to)).unwrap();
        self.state.connections.fetch_add(1, Ordering::SeqCst);
        let mut open = self.state.open.lock().unwrap();
        open.extend([near.try_clone().unwrap(), far.try_clone().unwrap()]);
        drop(open);
        let (back, there) = (near.try_clone().unwrap(), far.try_clone().unwrap());
        let (up, down) = (self.clone(), self.clone());
        thread::spawn(move || up.copy(near, far, true));
        thread::spawn(move || down.copy(there, back, false));
    }

    fn copy(&self, mut from: TcpStream, mut to: TcpStream, counts: bool) {
        let mut bytes = vec![0; 16 << 10];
        while let Ok(read @ 1..) = from.read(&mut bytes) {
            if to.write_all(&bytes[..read]).is_err() {
                break;
            }
            let left = &self.state.left;
            if counts && left.load(Ordering::SeqCst) != usize::MAX {
                let before =
                    left.fetch_sub(read.min(left.load(Ordering::SeqCst)), Ordering::SeqCst);
                if before <= read {
                    left.store(
                        self.state.then.swap(usize::MAX, Ordering::SeqCst),
                        Ordering::SeqCst,
                    );
                    self.cut();
                }
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    }
}
