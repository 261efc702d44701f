//! The way to an SFTP server (RFC 4253, 4252, 4254): a connection whose other side is known by its key before
//! anything is said over it, signed in with a password or a key of the box's, and the subsystem `sftp` at its end.

use std::borrow::Cow;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use outbound::{Fault, Stage};
use russh::client::{
    self, AuthResult, ChannelOpenHandle, Config, Handle, KeyboardInteractiveAuthResponse, Msg,
    Session,
};
use russh::keys::{Algorithm, HashAlg, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{
    AlgorithmKind, Channel, ChannelMsg, ChannelStream, Error, MethodKind, MethodSet, Preferred,
    SshId, cipher, compression, kex, mac,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::line::{Addresses, Patience};
use crate::password::Password;
use crate::sftp_address::SftpAddress;
use crate::sftp_session::Allowance;
use crate::ssh_keys::{BoxKey, HostKey};
use crate::target::TargetError;

/// Bytes that may come before files are spoken of: keys, lists of algorithms, a greeting for people.
const MOST_BEFORE: u64 = 512 << 10;
/// Rounds of questions that a server asks for a password.
const ROUNDS: usize = 4;

/// What is said to a server to be let in.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// A password.
    Password(Password),
    /// A key that the box made for it.
    Key(BoxKey),
}

/// Who we are at a server.
#[derive(Clone, Debug)]
pub struct SshLogin {
    user: String,
    sign_in: SignIn,
}

/// No user name or password that can be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user name is needed, and neither it nor the password may have control characters")]
pub struct InvalidSshLogin;

impl SshLogin {
    /// # Errors
    /// For control characters, and for nobody.
    pub fn new(user: String, sign_in: SignIn) -> Result<Self, InvalidSshLogin> {
        let odd = matches!(&sign_in, SignIn::Password(password) if password.as_str().contains(char::is_control));
        let bad = user.is_empty() || user.contains(char::is_control) || odd;
        if bad { Err(InvalidSshLogin) } else { Ok(Self { user, sign_in }) }
    }
}

/// A connection on which files are spoken of.
pub struct Way {
    /// The subsystem.
    pub stream: ChannelStream<Msg>,
    /// What carries it.
    pub ends: Ends,
}

/// What carries a connection: it ends with this.
pub struct Ends {
    /// How much more may come.
    pub allowance: Allowance,
    handle: Handle<Judge>,
}

impl Ends {
    /// Whether the other side, or the way between, has ended it.
    pub fn is_closed(&self) -> bool {
        self.handle.is_closed()
    }
}

/// What leads there.
pub struct Ways<'a> {
    /// Where.
    pub address: &'a SftpAddress,
    /// Whom we expect.
    pub host_key: &'a HostKey,
    /// Who we are.
    pub login: &'a SshLogin,
    /// Its addresses.
    pub addresses: &'a Addresses,
    /// How long it may take.
    pub patience: Patience,
}

impl Ways<'_> {
    /// Connects, within the time for a connection and that for an answer, four times at most.
    pub async fn connect(&self) -> Result<Way, TargetError> {
        let mut shown = None;
        // A fingerprint does not say which of a server's keys it is of.
        for kind in self.host_key.kinds() {
            let limit = self.patience.connect;
            let stream = outbound::connect(&(self.addresses)(), self.address.port(), limit).await;
            let stream = stream.map_err(reached)?;
            // A small question must not wait for the answer to the last packet of a large one.
            let _ = stream.set_nodelay(true);
            let begun = timeout(self.patience.answer, self.begin(stream, kind)).await;
            match begun.unwrap_or(Err(Refusal::Fault(Fault::TooSlow(Stage::Tls)))) {
                Ok(way) => return Ok(way),
                Err(Refusal::HostKey(key)) => shown = shown.or(Some(key)),
                Err(Refusal::NoSuchKind) => {}
                Err(Refusal::Target(error)) => return Err(error),
                Err(Refusal::Fault(fault)) => return Err(reached(fault)),
            }
        }
        Err(match shown {
            Some(shown) => TargetError::WrongHostKey { shown },
            None => TargetError::Way(Fault::NoEncryption),
        })
    }

    async fn begin(&self, stream: TcpStream, kind: Algorithm) -> Result<Way, Refusal> {
        let allowance = Allowance::new(MOST_BEFORE);
        let stream = Measured { stream, allowance: allowance.clone() };
        let shown = Arc::new(Mutex::new(None));
        let judge = Judge { expected: self.host_key.clone(), shown: Arc::clone(&shown) };
        let connected = client::connect_stream(Arc::new(config(kind)), stream, judge).await;
        let mut handle = connected.map_err(|error| {
            match (error, shown.lock().unwrap_or_else(PoisonError::into_inner).take()) {
                (Error::UnknownKey, Some(shown)) => Refusal::HostKey(shown),
                (Error::NoCommonAlgo { kind: AlgorithmKind::Key, .. }, _) => Refusal::NoSuchKind,
                (error, _) => Refusal::Fault(fault(&error)),
            }
        })?;
        self.sign_in(&mut handle).await?;
        let channel = match handle.channel_open_session().await {
            Err(Error::ChannelOpenFailure(reason)) => {
                let source = io::Error::other(format!("{reason:?}"));
                let object = "a session".to_owned();
                return Err(Refusal::Target(TargetError::Refused {
                    doing: "open",
                    object,
                    source,
                }));
            }
            opened => opened.map_err(|error| Refusal::Fault(fault(&error)))?,
        };
        let stream = subsystem(channel).await?;
        Ok(Way { stream, ends: Ends { allowance, handle } })
    }

    async fn sign_in(&self, handle: &mut Handle<Judge>) -> Result<(), Refusal> {
        let SshLogin { user, sign_in } = self.login;
        let failed = |error: Error| Refusal::Fault(fault(&error));
        let (done, wrong) = match sign_in {
            SignIn::Password(password) => {
                let tried =
                    handle.authenticate_password(user, password.as_str()).await.map_err(failed)?;
                let asks = matches!(&tried, AuthResult::Failure { remaining_methods, .. } if asks_only(remaining_methods));
                let done = match tried {
                    AuthResult::Success => true,
                    AuthResult::Failure { .. } if asks => {
                        answer(handle, user, password).await.map_err(failed)?
                    }
                    AuthResult::Failure { .. } => false,
                };
                (done, TargetError::WrongPassword)
            }
            SignIn::Key(key) => {
                let key = PrivateKeyWithHashAlg::new(Arc::new(key.pair()), None);
                let tried = handle.authenticate_publickey(user, key).await.map_err(failed)?;
                (matches!(tried, AuthResult::Success), TargetError::WrongBoxKey)
            }
        };
        match done {
            true => Ok(()),
            // Who goes away has not said no.
            false if handle.is_closed() => Err(Refusal::Fault(Fault::Closed(Stage::Talk))),
            false => Err(Refusal::Target(wrong)),
        }
    }
}

/// Whether a server takes passwords only as answers to questions.
fn asks_only(methods: &MethodSet) -> bool {
    methods.contains(&MethodKind::KeyboardInteractive) && !methods.contains(&MethodKind::Password)
}

/// Gives the password where a server asks one thing that is not to be seen (RFC 4256).
async fn answer(
    handle: &mut Handle<Judge>,
    user: &str,
    password: &Password,
) -> Result<bool, Error> {
    let mut asked = handle.authenticate_keyboard_interactive_start(user, None).await?;
    for _ in 0..ROUNDS {
        let answers = match asked {
            KeyboardInteractiveAuthResponse::Success => return Ok(true),
            KeyboardInteractiveAuthResponse::Failure { .. } => return Ok(false),
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => {
                match prompts.as_slice() {
                    [] => Vec::new(),
                    [one] if !one.echo => vec![password.as_str().to_owned()],
                    _ => return Ok(false),
                }
            }
        };
        asked = handle.authenticate_keyboard_interactive_respond(answers).await?;
    }
    Ok(false)
}

async fn subsystem(mut channel: Channel<Msg>) -> Result<ChannelStream<Msg>, Refusal> {
    let failed = |error: Error| Refusal::Fault(fault(&error));
    channel.request_subsystem(true, "sftp").await.map_err(failed)?;
    loop {
        match channel.wait().await {
            Some(ChannelMsg::Success) => return Ok(channel.into_stream()),
            Some(ChannelMsg::WindowAdjusted { .. }) => {}
            Some(_) => {
                let what = "it offers no SFTP to this user".to_owned();
                let object = "the subsystem sftp".to_owned();
                return Err(Refusal::Target(TargetError::Broken { object, what }));
            }
            None => return Err(Refusal::Fault(Fault::Closed(Stage::Talk))),
        }
    }
}

/// Why there is no way.
enum Refusal {
    /// It showed another key.
    HostKey(String),
    /// It has no key of the kind that was asked for.
    NoSuchKind,
    Fault(Fault),
    Target(TargetError),
}

/// What is believed of whoever answers.
struct Judge {
    expected: HostKey,
    shown: Arc<Mutex<Option<String>>>,
}

impl client::Handler for Judge {
    type Error = Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = key else { return Ok(false) };
        let known = self.expected.is(key);
        if !known {
            let hash = key.fingerprint(HashAlg::Sha256).to_string();
            *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(hash);
        }
        Ok(known)
    }

    // A server opens nothing to us: who tries is left.

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        Err(Error::Inconsistent)
    }

    async fn server_channel_open_forwarded_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        Err(Error::Inconsistent)
    }

    async fn server_channel_open_agent_forward(
        &mut self,
        _: Channel<Msg>,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        Err(Error::Inconsistent)
    }

    async fn server_channel_open_session(
        &mut self,
        _: Channel<Msg>,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        Err(Error::Inconsistent)
    }

    async fn server_channel_open_direct_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        Err(Error::Inconsistent)
    }

    async fn server_channel_open_direct_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        Err(Error::Inconsistent)
    }

    async fn server_channel_open_x11(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        Err(Error::Inconsistent)
    }
}

fn config(kind: Algorithm) -> Config {
    let preferred = Preferred {
        kex: Cow::Borrowed(&[
            kex::MLKEM768X25519_SHA256,
            kex::CURVE25519,
            kex::CURVE25519_PRE_RFC_8731,
            kex::DH_G16_SHA512,
            kex::DH_G14_SHA256,
            kex::EXTENSION_SUPPORT_AS_CLIENT,
            kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
        ]),
        key: Cow::Owned(vec![kind]),
        host_key_certificates: Cow::Borrowed(&[]),
        cipher: Cow::Borrowed(&[
            cipher::AES_256_GCM,
            cipher::AES_128_GCM,
            cipher::CHACHA20_POLY1305,
            cipher::AES_256_CTR,
            cipher::AES_128_CTR,
        ]),
        mac: Cow::Borrowed(&[
            mac::HMAC_SHA256_ETM,
            mac::HMAC_SHA512_ETM,
            mac::HMAC_SHA256,
            mac::HMAC_SHA512,
        ]),
        // What goes is sealed, and does not shrink.
        compression: Cow::Borrowed(&[compression::NONE]),
    };
    let client_id = SshId::Standard(Cow::Borrowed("SSH-2.0-Gatehouse"));
    Config { client_id, preferred, ..Config::default() }
}

fn reached(fault: Fault) -> TargetError {
    match fault {
        Fault::Unreachable => TargetError::Unreachable(io::ErrorKind::NotConnected.into()),
        Fault::TooSlow(Stage::Connect) => TargetError::Unreachable(io::ErrorKind::TimedOut.into()),
        fault => TargetError::Way(fault),
    }
}

/// What it means that it ended.
fn fault(error: &Error) -> Fault {
    tracing::info!(%error, "the way over SSH ended");
    match error {
        Error::NoCommonAlgo { .. } | Error::WrongServerSig => Fault::NoEncryption,
        Error::IO(error) if error.kind() == io::ErrorKind::FileTooLarge => Fault::TooMuch,
        Error::IO(_)
        | Error::Disconnect
        | Error::HUP
        | Error::SendError
        | Error::RecvError
        | Error::ConnectionTimeout => Fault::Closed(Stage::Tls),
        _ => Fault::NotUnderstood,
    }
}

/// A stream of which no more comes in than is allowed.
struct Measured {
    stream: TcpStream,
    allowance: Allowance,
}

impl AsyncRead for Measured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = to.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, to);
        if self.allowance.take(to.filled().len() - before) {
            read
        } else {
            Poll::Ready(Err(io::ErrorKind::FileTooLarge.into()))
        }
    }
}

impl AsyncWrite for Measured {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
