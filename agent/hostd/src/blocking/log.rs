//! Where the instances with lists log to: a socket of ours in the place of the journal's, for their log tells
//! every name that anybody asks for. Here what was refused is taken, and nothing else is kept.

use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tokio::net::UnixDatagram;
use tokio::sync::mpsc;

/// The directory of the socket, which stands for `/run/systemd/journal` in the units.
const DIRECTORY: &str = "log";
/// What it is called there (syslog(3)).
const SOCKET: &str = "dev-log";
/// Longest line, in bytes.
const LINE: usize = 1024;

/// A name that was refused to a zone's instance.
pub struct Refused {
    /// Where that asks from.
    pub from: Ipv4Addr,
    /// The name.
    pub name: String,
}

/// Listens in a task of its own. What nobody takes in time is lost: it is counted only.
pub fn listen(directory: &Path, to: mpsc::Sender<Refused>) -> io::Result<()> {
    let directory = directory.join(DIRECTORY);
    fs::create_dir_all(&directory)?;
    let path = directory.join(SOCKET);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let socket = UnixDatagram::bind(&path)?;
    // Who gets here is decided by the directory, which is dnsmasq's.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666))?;
    tokio::spawn(async move {
        let mut room = [0; LINE];
        loop {
            match socket.recv(&mut room).await {
                Ok(length) => {
                    let line = room.get(..length).map(String::from_utf8_lossy).unwrap_or_default();
                    if let Some((from, name)) = network::blocking::refused(&line) {
                        let _ = to.try_send(Refused { from, name: name.to_owned() });
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "what is blocked is not seen any more");
                    return;
                }
            }
        }
    });
    Ok(())
}
