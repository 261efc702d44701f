//! Mail through a relay: SMTP (RFC 5321) over TLS from the first byte or after STARTTLS, never without. One
//! refused recipient refuses the message: an alert that only some get is not noticed by who does not.

use std::net::SocketAddr;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use notify::{Failure, Login, Message, Relay, RelaySecurity, Stage};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::carrier::{Line, Origin};
use crate::guarded::{Ended, Guarded};
use crate::{mime, starttls};

/// In place of the greeting that came before STARTTLS.
const GREETED: &[u8] = b"220 -\r\n";

pub async fn send(
    relay: &Relay,
    line: Line<'_>,
    message: &Message,
    origin: Origin<'_>,
) -> Result<(), Failure> {
    let mail = mime::build(message, relay, origin)?;
    let (place, patience) = (&relay.place, line.patience);
    let stream = line.connect(place).await?;
    let hello = hello(&stream);
    let (stream, before): (_, &[u8]) = match relay.security {
        RelaySecurity::Tls => (stream, b""),
        RelaySecurity::StartTls => {
            let hello = hello.to_string();
            let begin = starttls::begin(stream, &hello);
            (within(patience.talk, Stage::Greeting, begin).await?, GREETED)
        }
    };
    let (stream, ended) = Guarded::new(line.encrypt(stream, place).await?, before);
    let mut talk = within(patience.talk, Stage::Greeting, async {
        let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await;
        greeted.map_err(|it| {
            refused(&it, &ended, Stage::Greeting, |code| Failure::MessageRefused { code })
        })
    })
    .await?;
    if let Some(login) = &relay.login {
        within(patience.talk, Stage::SignIn, sign_in(&mut talk, login, &ended)).await?;
    }
    within(patience.message, Stage::Message, hand_over(&mut talk, &mail, &ended)).await?;
    // It is taken, whatever is said now; nobody waits for the answer ([`Guarded`]).
    let _ = timeout(patience.talk, talk.quit()).await;
    Ok(())
}

async fn sign_in(
    talk: &mut AsyncSmtpConnection,
    login: &Login,
    ended: &Ended,
) -> Result<(), Failure> {
    let mechanisms = [Mechanism::Plain, Mechanism::Login];
    let offered = talk.server_info().get_auth_mechanism(&mechanisms).is_some();
    if !offered {
        return Err(Failure::NoSignIn);
    }
    let login = Credentials::new(login.user.clone(), login.password.reveal().to_owned());
    let signed_in = talk.auth(&mechanisms, &login).await;
    signed_in.map_err(|it| refused(&it, ended, Stage::SignIn, |_| Failure::SignInRefused))?;
    Ok(())
}

/// Up to the last line it cannot have arrived.
async fn hand_over(
    talk: &mut AsyncSmtpConnection,
    mail: &lettre::Message,
    ended: &Ended,
) -> Result<(), Failure> {
    let envelope = mail.envelope();
    let from = Mail::new(envelope.from().cloned(), Vec::new());
    let said = talk.command(from).await;
    said.map_err(|it| {
        refused(&it, ended, Stage::Greeting, |code| Failure::SenderRefused { code })
    })?;
    for to in envelope.to() {
        let said = talk.command(Rcpt::new(to.clone(), Vec::new())).await;
        said.map_err(|it| {
            refused(&it, ended, Stage::Greeting, |code| Failure::RecipientRefused { code })
        })?;
    }
    let message = |code| Failure::MessageRefused { code };
    let said = talk.command(Data).await;
    said.map_err(|it| refused(&it, ended, Stage::Greeting, message))?;
    let said = talk.message(&mail.formatted()).await;
    said.map_err(|it| refused(&it, ended, Stage::Message, message))?;
    Ok(())
}

/// What an error of the library means. Its texts may repeat what the server said, and are not looked at.
fn refused(
    error: &Error,
    ended: &Ended,
    at: Stage,
    for_good: impl FnOnce(u16) -> Failure,
) -> Failure {
    match error.status() {
        Some(code) if error.is_permanent() => for_good(code.into()),
        Some(code) => Failure::Later { code: code.into() },
        None => ended.failure(at),
    }
}

async fn within<T>(
    limit: Duration,
    at: Stage,
    done: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    timeout(limit, done).await.unwrap_or(Err(Failure::TooSlow { at }))
}

/// The box has no name on the internet: it says its address (RFC 5321, section 4.1.3).
fn hello(stream: &TcpStream) -> ClientId {
    match stream.local_addr() {
        Ok(SocketAddr::V4(own)) => ClientId::Ipv4(*own.ip()),
        Ok(SocketAddr::V6(own)) => ClientId::Ipv6(*own.ip()),
        Err(_) => ClientId::default(),
    }
}
