//! The unix socket. Who may speak is decided by the peer's user id, which the kernel tells; each
//! connection asks one thing at a time, and neither number nor length nor patience is without bound.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use host_api::{HEADER, Request, Response, SOCKET};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use crate::{listeners, seen};

/// The admin application's user; it may speak when there is such an account.
const ADMIN: &str = "gatehouse-admin";

/// Most connections at once.
const MAX_CONNECTIONS: usize = 8;
/// How long a connection may say nothing.
const IDLE: Duration = Duration::from_secs(300);
/// How long a message may take once it has begun.
const TRANSFER: Duration = Duration::from_secs(10);
/// How long a client waits for other addresses to listen on before it is told that there are none.
const SAME_ADDRESSES: Duration = Duration::from_secs(60);

/// A request on its way to the agent.
pub struct Asked {
    /// What.
    pub request: Request,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Response>,
}

/// Opens the socket and serves it in a task of its own.
pub fn start(
    run: &Path,
    asked: mpsc::Sender<Asked>,
    management: watch::Receiver<Vec<IpAddr>>,
    seer: seen::Ask,
) -> io::Result<()> {
    let path = run.join(SOCKET);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    // The kernel's word on who it is counts, not the file's mode.
    fs::set_permissions(&path, Permissions::from_mode(0o666))?;
    let allowed = Arc::new(allowed(&fs::read_to_string("/etc/passwd").unwrap_or_default()));
    tokio::spawn(serve(listener, allowed, asked, management, seer));
    Ok(())
}

/// Root and, when there is one, the admin application.
fn allowed(passwd: &str) -> BTreeSet<u32> {
    let admin = passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(ADMIN)).then(|| fields.nth(1)?.parse().ok())?
    });
    admin.chain([0]).collect()
}

async fn serve(
    listener: UnixListener,
    allowed: Arc<BTreeSet<u32>>,
    asked: mpsc::Sender<Asked>,
    management: watch::Receiver<Vec<IpAddr>>,
    seer: seen::Ask,
) {
    let free = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a client cannot be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let uid = stream.peer_cred().map(|peer| peer.uid());
        if !uid.as_ref().is_ok_and(|uid| allowed.contains(uid)) {
            tracing::warn!(?uid, "a client that may not speak was turned away");
            continue;
        }
        let Ok(place) = Arc::clone(&free).try_acquire_owned() else {
            tracing::warn!("too many clients, one was turned away");
            continue;
        };
        let (asked, management, seer) = (asked.clone(), management.clone(), seer.clone());
        tokio::spawn(async move {
            let is_root = uid.is_ok_and(|uid| uid == 0);
            if let Err(error) = converse(stream, is_root, asked, management, seer).await {
                tracing::debug!(%error, "a client was dropped");
            }
            drop(place);
        });
    }
}

async fn converse(
    mut stream: UnixStream,
    is_root: bool,
    asked: mpsc::Sender<Asked>,
    mut management: watch::Receiver<Vec<IpAddr>>,
    seer: seen::Ask,
) -> io::Result<()> {
    loop {
        let mut header = [0; HEADER];
        match tokio::time::timeout(IDLE, stream.read_exact(&mut header)).await {
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            read => read.map_err(|_| io::ErrorKind::TimedOut)??,
        };
        let mut text = vec![0; host_api::length(header)?];
        tokio::time::timeout(TRANSFER, stream.read_exact(&mut text))
            .await
            .map_err(|_| io::ErrorKind::TimedOut)??;
        let request: Request = host_api::decode(&text)?;
        if request.is_of_console() && !is_root {
            tracing::warn!("a request that is the console's was turned away");
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        if let Request::Listeners { have } = request {
            let other = management.wait_for(|now| *now != have);
            let addresses = match tokio::time::timeout(SAME_ADDRESSES, other).await {
                Ok(Ok(addresses)) => addresses.clone(),
                Ok(Err(_)) => return Err(io::ErrorKind::BrokenPipe.into()),
                Err(_) => Vec::new(),
            };
            let handed = listeners::hand_over(&mut stream, &addresses);
            tokio::time::timeout(TRANSFER, handed).await.map_err(|_| io::ErrorKind::TimedOut)??;
            continue;
        }
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        let response = if let Request::Look(look) = request {
            let (answer, seen) = oneshot::channel();
            let asked = seer.send(seen::Asked { look, answer }).await;
            asked.map_err(|_| io::ErrorKind::BrokenPipe)?;
            Response::Seen(seen.await.map_err(gone)?)
        } else {
            let (answer, response) = oneshot::channel();
            asked.send(Asked { request, answer }).await.map_err(|_| io::ErrorKind::BrokenPipe)?;
            response.await.map_err(gone)?
        };
        let frame = host_api::encode(&response)?;
        tokio::time::timeout(TRANSFER, stream.write_all(&frame))
            .await
            .map_err(|_| io::ErrorKind::TimedOut)??;
    }
}

#[cfg(test)]
mod tests {
    use host_api::seeing::{Look, Seen};

    use super::*;

    #[test]
    fn root_and_the_admin_may_speak_and_nobody_else() {
        let passwd =
            "root:x:0:0::/:/bin/sh\ngatehouse-admin2:x:7:7::/:\ngatehouse-admin:x:906:906::/:\n";
        assert_eq!(allowed(passwd), BTreeSet::from([0, 906]));
        assert_eq!(allowed("gatehouse-admin:x:nonsense"), BTreeSet::from([0]));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn answers_what_is_asked_and_drops_what_is_no_message() {
        let place = tempfile::tempdir().unwrap();
        let (sender, mut asked) = mpsc::channel(4);
        let (seer, mut looks) = mpsc::channel::<seen::Asked>(1);
        let management = watch::Sender::new(Vec::new()).subscribe();
        start(place.path(), sender, management, seer).unwrap();
        tokio::spawn(async move {
            while let Some(seen::Asked { answer, .. }) = looks.recv().await {
                answer.send(Seen::Links(Vec::new())).unwrap();
            }
        });
        tokio::spawn(async move {
            while let Some(Asked { request, answer }) = asked.recv().await {
                assert_eq!(request, Request::SetupDone);
                answer.send(Response::Accepted).unwrap();
            }
        });
        let connect = || UnixStream::connect(place.path().join(SOCKET));
        let mut client = connect().await.unwrap();
        for _ in 0..2 {
            client.write_all(&host_api::encode(&Request::SetupDone).unwrap()).await.unwrap();
            let mut header = [0; HEADER];
            client.read_exact(&mut header).await.unwrap();
            let mut text = vec![0; host_api::length(header).unwrap()];
            client.read_exact(&mut text).await.unwrap();
            let response: Response = host_api::decode(&text).unwrap();
            assert_eq!(response, Response::Accepted);
        }
        client.write_all(&host_api::encode(&Request::Look(Look::Links)).unwrap()).await.unwrap();
        let mut header = [0; HEADER];
        client.read_exact(&mut header).await.unwrap();
        let mut text = vec![0; host_api::length(header).unwrap()];
        client.read_exact(&mut text).await.unwrap();
        let seen: Response = host_api::decode(&text).unwrap();
        assert_eq!(seen, Response::Seen(Seen::Links(Vec::new())));
        for bad in [&b"\xff\xff\xff\xff"[..], b"\0\0\0\x02{}", b"\0\0\0\0"] {
            let mut client = connect().await.unwrap();
            client.write_all(bad).await.unwrap();
            assert_eq!(client.read(&mut [0; 1]).await.unwrap_or(0), 0, "{bad:?} was answered");
        }
    }
}
