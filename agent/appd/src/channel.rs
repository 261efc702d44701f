//! The two sockets between the applications: lines of one type go one way. The kernel tells who is at
//! the other end; anyone but the other application, or root, is turned away.

use std::io;
use std::path::Path;
use std::time::Duration;

use events::Lines;
use nix::unistd::User;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// For a message, once its socket is open.
const TRANSFER: Duration = Duration::from_secs(10);

/// What came in.
#[derive(Debug, PartialEq)]
pub enum Incoming<T> {
    /// A message.
    Message(T),
    /// The other end is gone.
    Gone,
}

/// User ids that may be at the other end: root, and this account if there is one. To be asked before
/// the process gives up reading `/etc/passwd`.
pub fn may_speak(account: &str) -> Vec<u32> {
    let found = User::from_name(account).ok().flatten();
    found.map(|user| user.uid.as_raw()).into_iter().chain([0]).collect()
}

/// Takes messages until the receiver is dropped. One connection is served at a time; a message that
/// cannot be read ends its connection.
pub async fn receive<T: DeserializeOwned>(
    listener: UnixListener,
    allowed: Vec<u32>,
    to: mpsc::Sender<Incoming<T>>,
) {
    while !to.is_closed() {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "the other application cannot be listened to");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let uid = stream.peer_cred().map(|peer| peer.uid());
        if !uid.as_ref().is_ok_and(|uid| allowed.contains(uid)) {
            tracing::warn!(?uid, "someone who may not speak was turned away");
            continue;
        }
        if let Err(error) = read(stream, &to).await {
            tracing::warn!(%error, "the other application said nothing that can be read");
        }
        if to.send(Incoming::Gone).await.is_err() {
            return;
        }
    }
}

async fn read<T: DeserializeOwned>(
    mut stream: UnixStream,
    to: &mpsc::Sender<Incoming<T>>,
) -> io::Result<()> {
    let mut lines = Lines::default();
    let mut bytes = vec![0; 4096];
    loop {
        // Silence between two messages is no fault, within one it is.
        let read = stream.read(&mut bytes);
        let count = if lines.is_within() {
            tokio::time::timeout(TRANSFER, read).await.map_err(|_| io::ErrorKind::TimedOut)??
        } else {
            read.await?
        };
        if count == 0 {
            return Ok(());
        }
        let taken = lines.take(bytes.get(..count).unwrap_or_default());
        bytes.fill(0);
        for message in taken.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))? {
            if to.send(Incoming::Message(message)).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// The way to the other application.
pub struct Outgoing(UnixStream);

impl Outgoing {
    /// Connects. The socket is systemd's (root), or the other application's own.
    pub async fn open(path: &Path, allowed: &[u32]) -> io::Result<Self> {
        let stream = UnixStream::connect(path).await?;
        let uid = stream.peer_cred()?.uid();
        if allowed.contains(&uid) {
            Ok(Self(stream))
        } else {
            let who = format!("{} belongs to user {uid}", path.display());
            Err(io::Error::new(io::ErrorKind::PermissionDenied, who))
        }
    }

    /// Returns when the other end is closed.
    pub async fn gone(&mut self) {
        // Nothing is ever said in this direction.
        let _ = self.0.read(&mut [0]).await;
    }

    /// Sends a message.
    pub async fn send<T: Serialize>(&mut self, message: &T) -> io::Result<()> {
        let line = events::encode(message)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        // It may hold a private key.
        let line = Zeroizing::new(line);
        tokio::time::timeout(TRANSFER, self.0.write_all(&line))
            .await
            .map_err(|_| io::ErrorKind::TimedOut)?
    }
}

#[cfg(test)]
mod tests {
    use events::{CrmState, Event};

    use super::*;

    fn myself() -> Vec<u32> {
        vec![nix::unistd::getuid().as_raw()]
    }

    #[tokio::test]
    async fn messages_arrive_and_an_end_is_told() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("events.sock");
        let (to, mut from) = mpsc::channel(4);
        let listener = UnixListener::bind(&path).unwrap();
        tokio::spawn(receive::<Event>(listener, myself(), to));
        for _ in 0..2 {
            let mut out = Outgoing::open(&path, &myself()).await.unwrap();
            let said = [Event::Started { state: CrmState::Open }, Event::Unlocked];
            for event in &said {
                out.send(event).await.unwrap();
            }
            drop(out);
            for event in said {
                assert_eq!(from.recv().await.unwrap(), Incoming::Message(event));
            }
            assert_eq!(from.recv().await.unwrap(), Incoming::Gone);
        }
        // What is no message ends its connection, not the listener.
        let mut stream = UnixStream::connect(&path).await.unwrap();
        stream.write_all(b"\"unlocked\"\n{\"name\":\"x\"}\n").await.unwrap();
        assert_eq!(stream.read(&mut [0]).await.unwrap_or(0), 0);
        assert_eq!(from.recv().await.unwrap(), Incoming::Gone);
        let mut out = Outgoing::open(&path, &myself()).await.unwrap();
        out.send(&Event::Locked).await.unwrap();
        assert_eq!(from.recv().await.unwrap(), Incoming::Message(Event::Locked));
    }

    #[tokio::test]
    async fn a_stranger_is_turned_away_at_either_end() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("orders.sock");
        let (to, mut from) = mpsc::channel::<Incoming<Event>>(4);
        let stranger = vec![myself()[0] + 1];
        let listener = UnixListener::bind(&path).unwrap();
        tokio::spawn(receive(listener, stranger.clone(), to));
        assert!(Outgoing::open(&path, &stranger).await.is_err());
        let mut stream = UnixStream::connect(&path).await.unwrap();
        let closed = tokio::time::timeout(TRANSFER, async { stream.read(&mut [0]).await });
        assert_eq!(closed.await.expect("the stranger is listened to").unwrap_or(0), 0);
        assert!(from.try_recv().is_err());
    }

    #[test]
    fn root_may_always_speak() {
        assert_eq!(may_speak("no-such-account"), [0]);
        assert_eq!(may_speak("root"), [0, 0]);
    }
}
