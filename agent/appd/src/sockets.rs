//! Sockets that systemd hands in (sd_listen_fds(3)).

use std::collections::HashMap;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use anyhow::Context;
use listenfd::ListenFd;

/// What was handed in.
#[derive(Default)]
pub struct Handed {
    /// Where HTTP is spoken.
    pub tcp: Vec<TcpListener>,
    /// Unix sockets by their name in systemd (`FileDescriptorName=`).
    pub unix: HashMap<String, UnixListener>,
}

/// Takes them, non-blocking. To be called once, first of all: the environment names them.
pub fn take() -> anyhow::Result<Handed> {
    let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
    let names: Vec<&str> = names.split(':').collect();
    let mut handed = Handed::default();
    let mut sockets = ListenFd::from_env();
    for at in 0..sockets.len() {
        if let Ok(Some(socket)) = sockets.take_tcp_listener(at) {
            socket.set_nonblocking(true).context("a socket cannot be used")?;
            handed.tcp.push(socket);
        } else if let Ok(Some(socket)) = sockets.take_unix_listener(at) {
            socket.set_nonblocking(true).context("a socket cannot be used")?;
            let name = names.get(at).copied().unwrap_or_default();
            handed.unix.insert(name.to_owned(), socket);
        } else {
            tracing::warn!(at, "a socket of no known kind was handed in");
        }
    }
    Ok(handed)
}
