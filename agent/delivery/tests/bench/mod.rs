//! Authorities and certificates, a message, and servers of others as processes of their own.
#![allow(dead_code, reason = "each test uses what it needs")]

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use delivery::{Carrier, Origin, Patience};
use events::Secret;
use notify::{
    Alert, Failure, Host, HostPort, Input, LocalTime, Login, Message, Moment, Policy, Realm, Relay,
    RelaySecurity, Severity, State, SyslogServer, Target, Way, step,
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use settings::Language;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

pub const NAME: &str = "relay.example.net";
pub const LOOPBACK: [IpAddr; 1] = [IpAddr::V4(Ipv4Addr::LOCALHOST)];

/// An authority, whose certificate lies in a file, and the place for others.
pub struct Bench {
    pub place: TempDir,
    authority: Issuer<'static, KeyPair>,
    pub authority_pem: String,
    pub carrier: Carrier,
}

/// A certificate and its key, in files.
pub struct Certified {
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub certificate_der: Vec<u8>,
    pub key_der: Vec<u8>,
}

impl Bench {
    pub fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // Two authorities have two names.
        let name = place.path().display().to_string();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority_pem = params.self_signed(&key).unwrap().pem();
        let file = place.path().join("authorities.pem");
        std::fs::write(&file, &authority_pem).unwrap();
        let authority = Issuer::new(params, key);
        Self { place, authority, authority_pem, carrier: Carrier::new(file) }
    }

    /// Who does not wait long.
    pub fn hasty() -> Self {
        let mut bench = Self::new();
        let [talk, whole] = [1, 30].map(Duration::from_secs);
        let patience = Patience { connect: talk, talk, message: talk, whole };
        bench.carrier = bench.carrier.with(patience);
        bench
    }

    pub fn certified(&self, name: &str) -> Certified {
        self.certified_with(name, |_| {})
    }

    pub fn certified_with(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Certified {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        let place = tempfile::tempdir_in(self.place.path()).unwrap().keep();
        let files = (place.join("certificate.pem"), place.join("key.pem"));
        std::fs::write(&files.0, certificate.pem()).unwrap();
        std::fs::write(&files.1, key.serialize_pem()).unwrap();
        Certified {
            certificate: files.0,
            key: files.1,
            certificate_der: certificate.der().to_vec(),
            key_der: key.serialize_der(),
        }
    }

    pub async fn carry(&self, way: &Way, message: &Message) -> Result<(), Failure> {
        assert_eq!(way.check(), Ok(()));
        let done = self.carrier.carry(way, &LOOPBACK, message, origin(&LocalTime::utc())).await;
        if let Err(failure) = &done {
            // Neither the password nor what a server said.
            let told = Language::ALL.map(|language| failure.sentence(language));
            assert!(!format!("{failure:?} {told:?}").contains("hunter2"));
        }
        done
    }
}

pub fn origin(local: &LocalTime) -> Origin<'_> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let now = Moment(now.as_millis() as u64);
    Origin { name: "门店 1", local, language: Language::Chinese, now }
}

/// A message as it comes out of the queue.
pub fn message(alert: Alert) -> Message {
    let target = Target {
        name: "Owner".into(),
        language: Language::Chinese,
        from: Severity::Info,
        quiet: None,
        heads: true,
        per_hour: 20,
    };
    let targets = [("owner".parse().unwrap(), target)].into_iter().collect();
    let policy = Policy { local: LocalTime::utc(), targets };
    let state = State::new(Realm::Admin, [3; 16]);
    let now = Moment(1_796_036_400_000);
    let waits = step(now, &policy, state, Input::Report(alert));
    step(waits.look.unwrap_or(now), &policy, waits.state, Input::Look)
        .send
        .into_iter()
        .chain(waits.send)
        .next()
        .unwrap()
        .message
}

pub fn device() -> Message {
    message(Alert::NewDevice {
        mac: "3c:22:fb:10:20:30".to_owned().try_into().unwrap(),
        device: "周-Laptop \"]\\".into(),
        zone: notify::Zone("guest".into()),
    })
}

pub fn host(port: u16) -> HostPort {
    HostPort { host: NAME.parse::<Host>().unwrap(), port }
}

pub fn relay(port: u16, security: RelaySecurity) -> Relay {
    Relay {
        place: host(port),
        security,
        login: Some(Login { user: "box".to_owned(), password: Secret::new("hunter2".to_owned()) }),
        from: "box@example.net".parse().unwrap(),
        to: vec!["owner@example.net".parse().unwrap(), "li@example.net".parse().unwrap()],
        authority: None,
    }
}

pub fn syslog(port: u16) -> SyslogServer {
    SyslogServer { place: host(port), authority: None }
}

/// A server of others; it ends with this.
pub struct Server {
    child: Child,
    pub lines: Lines<BufReader<ChildStdout>>,
}

impl Server {
    pub fn start(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn();
        let mut child = child.unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// A script of `tests/servers`, and the port that it says.
    pub async fn script(name: &str, certified: &Certified, more: &[&str]) -> (Self, u16) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers").join(name);
        let mut server = Self::start(
            Command::new("/usr/bin/python3")
                .arg("-B")
                .arg(script)
                .arg("--certificate")
                .arg(&certified.certificate)
                .arg("--key")
                .arg(&certified.key)
                .args(more),
        );
        let port = server.line().await.parse().unwrap();
        (server, port)
    }

    pub async fn line(&mut self) -> String {
        let line = self.lines.next_line().await.unwrap();
        line.unwrap_or_else(|| panic!("it ended: {:?}", self.child))
    }

    pub async fn told(&mut self) -> serde_json::Value {
        serde_json::from_str(&self.line().await).unwrap()
    }
}
