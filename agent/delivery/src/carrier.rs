//! One message, one target, one try.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use notify::{Failure, HostPort, LocalTime, Message, Moment, Stage, Way};
use outbound::{Authorities, Connection, Versions};
use settings::Language;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::reason::failure;
use crate::{post, smtp, syslog};

/// What carries. Cheap to make.
#[derive(Clone, Debug)]
pub struct Carrier {
    authorities: PathBuf,
    patience: Patience,
}

/// How long each step may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Connecting to an address, and then encryption.
    pub connect: Duration,
    /// A greeting, a sign-in, a collector's closing.
    pub talk: Duration,
    /// Handing the message over: servers look at it before they answer.
    pub message: Duration,
    /// All of it.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let [connect, talk, message, whole] =
            [outbound::CONNECT.as_secs(), 20, 60, 120].map(Duration::from_secs);
        Self { connect, talk, message, whole }
    }
}

/// Who sends, and in which words.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// What the box is called.
    pub name: &'a str,
    /// Its local time.
    pub local: &'a LocalTime,
    /// The receiver's language.
    pub language: Language,
    /// What time it is: signatures are made of it.
    pub now: Moment,
}

impl Carrier {
    /// With the file of certificates (PEM) that servers' must come from, unless an admin gave others.
    pub fn new(authorities: PathBuf) -> Self {
        Self { authorities, patience: Patience::default() }
    }

    /// The same, with other limits.
    pub fn with(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Carries it to one of these addresses, which the target's name has. Comes back within two minutes
    /// unless [`Patience`] says otherwise. An error whose [`Failure::may_have_arrived`] says so may mean
    /// that it arrived all the same.
    pub async fn carry(
        &self,
        way: &Way,
        addresses: &[IpAddr],
        message: &Message,
        origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let go = async {
            if addresses.is_empty() {
                return Err(Failure::NoAddress);
            }
            let (authorities, none) = match way.authority() {
                Some(given) => (Authorities::These(given.as_str()), Failure::AuthorityUnusable),
                None => (Authorities::File(&self.authorities), Failure::CertificateAuthority),
            };
            let trust = outbound::trust(authorities, Versions::AlsoTls12).map_err(|_| none)?;
            let line = Line { addresses, trust, patience: self.patience };
            match way {
                Way::Mail(relay) => smtp::send(relay, line, message, origin).await,
                Way::Syslog(server) => syslog::send(server, line, message, origin).await,
                Way::Webhook(webhook) => post::to_webhook(webhook, line, message, origin).await,
                Way::Robot(robot) => post::to_robot(robot, line, message, origin).await,
            }
        };
        let done = timeout(self.patience.whole, go).await;
        done.unwrap_or(Err(Failure::TooSlow { at: Stage::Message }))
    }
}

/// How a target is reached, whatever is said there.
pub(crate) struct Line<'a> {
    pub addresses: &'a [IpAddr],
    pub trust: Arc<outbound::ClientConfig>,
    pub patience: Patience,
}

impl Line<'_> {
    /// Connects, without encryption.
    pub async fn connect(&self, place: &HostPort) -> Result<TcpStream, Failure> {
        let stream = outbound::connect(self.addresses, place.port, self.patience.connect).await;
        stream.map_err(|fault| failure(fault, Stage::Connect))
    }

    /// Encrypts, with whoever has a certificate for the place.
    pub async fn encrypt(
        &self,
        stream: TcpStream,
        place: &HostPort,
    ) -> Result<Connection, Failure> {
        let (name, trust) = (place.host.to_string(), Arc::clone(&self.trust));
        let stream = outbound::encrypt(stream, &name, trust, self.patience.connect).await;
        stream.map_err(|fault| failure(fault, Stage::Tls))
    }
}
