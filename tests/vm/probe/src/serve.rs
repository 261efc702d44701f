//! A test service: TCP ports that say who answered, UDP ports that echo, over IPv4 and IPv6.
//! It stands where the CRM will stand. Every peer that reached it is remembered.

use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, SockaddrIn6, bind, listen, setsockopt, socket,
    sockopt,
};
use serde_json::{Value, json};

use crate::namespace;

/// The most peers remembered.
const PEER_LIMIT: usize = 10_000;

/// Who was served: `["tcp 443 192.168.10.100", …]`.
#[derive(Clone, Default)]
pub struct Peers(Arc<Mutex<Vec<String>>>);

impl Peers {
    fn add(&self, protocol: &str, port: u16, peer: SocketAddr) {
        let mut peers = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if peers.len() < PEER_LIMIT {
            peers.push(format!("{protocol} {port} {}", peer.ip().to_canonical()));
        }
    }

    /// All peers so far, oldest first.
    pub fn list(&self) -> Value {
        json!(*self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// Listens on the ports in `netns`; each port has a thread that ends with the process.
///
/// # Errors
/// When a port cannot be bound; ports bound before it stay open.
pub fn start(
    netns: Option<&str>,
    tcp: Vec<u16>,
    udp: Vec<u16>,
    peers: &Peers,
) -> io::Result<Value> {
    let count = tcp.len() + udp.len();
    let peers = peers.clone();
    namespace::within(netns, move || {
        for port in tcp {
            let listener = TcpListener::from(bound(SockType::Stream, port)?);
            listen(&listener, Backlog::new(128)?)?;
            let peers = peers.clone();
            std::thread::spawn(move || answer(&listener, port, &peers));
        }
        for port in udp {
            let socket = UdpSocket::from(bound(SockType::Datagram, port)?);
            let peers = peers.clone();
            std::thread::spawn(move || echo(&socket, port, &peers));
        }
        Ok(())
    })?;
    Ok(json!({"ports": count}))
}

/// A socket for both families, whatever the box's `bindv6only` says; IPv4 alone where there is no IPv6.
fn bound(kind: SockType, port: u16) -> io::Result<OwnedFd> {
    let named = |error: nix::Error| {
        io::Error::new(io::Error::from(error).kind(), format!("port {port}: {error}"))
    };
    match socket(AddressFamily::Inet6, kind, SockFlag::SOCK_CLOEXEC, None) {
        Ok(fd) => {
            setsockopt(&fd.as_fd(), sockopt::Ipv6V6Only, &false).map_err(named)?;
            setsockopt(&fd.as_fd(), sockopt::ReuseAddr, &true).map_err(named)?;
            let address = std::net::SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, port, 0, 0);
            bind(std::os::fd::AsRawFd::as_raw_fd(&fd), &SockaddrIn6::from(address))
                .map_err(named)?;
            Ok(fd)
        }
        Err(nix::Error::EAFNOSUPPORT) if kind == SockType::Stream => {
            Ok(TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?.into())
        }
        Err(nix::Error::EAFNOSUPPORT) => Ok(UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port))?.into()),
        Err(error) => Err(named(error)),
    }
}

/// Says which address answered. HTTP clients get an answer that they understand: a status line first.
fn answer(listener: &TcpListener, port: u16, peers: &Peers) {
    while let Ok((mut stream, peer)) = listener.accept() {
        peers.add("tcp", port, peer);
        let text = match stream.local_addr() {
            Ok(own) => format!("gatehouse-probe {}\n", own.ip().to_canonical()),
            Err(_) => continue,
        };
        let _ = stream.set_write_timeout(Some(Duration::from_secs(2)));
        let _ = stream.write_all(text.as_bytes());
    }
}

fn echo(socket: &UdpSocket, port: u16, peers: &Peers) {
    let mut buffer = vec![0; 65_536];
    loop {
        // An ICMP error about an earlier answer surfaces here: go on.
        let Ok((length, peer)) = socket.recv_from(&mut buffer) else { continue };
        peers.add("udp", port, peer);
        let _ = socket.send_to(buffer.get(..length).unwrap_or_default(), peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::net::TcpStream;

    #[test]
    fn tcp_says_the_address_and_udp_echoes_and_both_are_remembered() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let peers = Peers::default();
        start(None, vec![free], vec![free], &peers).unwrap();

        let mut text = String::new();
        TcpStream::connect(("127.0.0.1", free)).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "gatehouse-probe 127.0.0.1\n");

        let client = UdpSocket::bind("127.0.0.1:0").unwrap();
        client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        client.send_to(b"hello", ("127.0.0.1", free)).unwrap();
        let mut buffer = [0; 16];
        let (length, _) = client.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"hello");

        let expected = json!([format!("tcp {free} 127.0.0.1"), format!("udp {free} 127.0.0.1")]);
        assert_eq!(peers.list(), expected);
    }
}
