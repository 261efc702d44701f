//! Sends the first packet of connections, as a program on the box would: sockets of this process, whose user
//! is root. Nothing waits for an answer.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrStorage, bind, connect,
    sendto, socket,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::os::fd::{AsRawFd, OwnedFd};

use crate::namespace;

/// One packet to send.
#[derive(Debug, Deserialize)]
pub struct Sent {
    /// Where to.
    to: IpAddr,
    /// Of which protocol.
    protocol: Protocol,
    /// The port it is for; of an echo nothing.
    #[serde(default)]
    port: u16,
    /// Its own port, or an echo's identifier.
    mark: u16,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Protocol {
    Tcp,
    Udp,
    Icmp,
}

/// Types of an echo request (RFC 792, RFC 4443).
const ECHO: u8 = 8;
const ECHO6: u8 = 128;

/// Sends each from `netns`: `[true, false, …]`, false for those that the box's own rules stopped on their way out.
///
/// # Errors
/// When a socket cannot be made, or a packet fails otherwise.
pub fn all(netns: Option<&str>, packets: Vec<Sent>) -> io::Result<Value> {
    namespace::within(netns, move || {
        let sent: io::Result<Vec<bool>> = packets.iter().map(one).collect();
        Ok(json!(sent?))
    })
}

fn one(packet: &Sent) -> io::Result<bool> {
    match send(packet) {
        Ok(()) | Err(Errno::EINPROGRESS | Errno::ECONNREFUSED) => Ok(true),
        // Stopped by rules, or no way there.
        Err(Errno::EPERM | Errno::ENETUNREACH | Errno::EHOSTUNREACH | Errno::EACCES) => Ok(false),
        Err(error) => {
            Err(io::Error::new(io::Error::from(error).kind(), format!("{packet:?}: {error}")))
        }
    }
}

fn send(packet: &Sent) -> nix::Result<()> {
    let to = SockaddrStorage::from(SocketAddr::new(packet.to, packet.port));
    match packet.protocol {
        Protocol::Tcp => {
            let line = open(packet.to, SockType::Stream, None)?;
            take_port(&line, packet)?;
            connect(line.as_raw_fd(), &to)
        }
        Protocol::Udp => {
            let line = open(packet.to, SockType::Datagram, None)?;
            take_port(&line, packet)?;
            sendto(line.as_raw_fd(), b"gatehouse-probe", &to, MsgFlags::empty()).map(drop)
        }
        Protocol::Icmp => {
            let protocol =
                if packet.to.is_ipv6() { SockProtocol::IcmpV6 } else { SockProtocol::Icmp };
            let line = open(packet.to, SockType::Raw, Some(protocol))?;
            let to = SockaddrStorage::from(SocketAddr::new(packet.to, 0));
            sendto(line.as_raw_fd(), &echo(packet), &to, MsgFlags::empty()).map(drop)
        }
    }
}

fn open(to: IpAddr, kind: SockType, protocol: Option<SockProtocol>) -> nix::Result<OwnedFd> {
    let family = if to.is_ipv6() { AddressFamily::Inet6 } else { AddressFamily::Inet };
    socket(family, kind, SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK, protocol)
}

fn take_port(line: &OwnedFd, packet: &Sent) -> nix::Result<()> {
    let any: IpAddr = match packet.to {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    bind(line.as_raw_fd(), &SockaddrStorage::from(SocketAddr::new(any, packet.mark)))
}

/// An echo request without data. The kernel sums up ICMPv6 by itself.
fn echo(packet: &Sent) -> [u8; 8] {
    let [high, low] = packet.mark.to_be_bytes();
    if packet.to.is_ipv6() {
        return [ECHO6, 0, 0, 0, high, low, 0, 1];
    }
    // The one's complement of the one's complement sum of the other words (RFC 1071).
    let sum = u32::from(ECHO) * 0x100 + u32::from(packet.mark) + 1;
    let folded = (sum & 0xffff) + (sum >> 16);
    let [.., upper, lower] = (!folded).to_be_bytes();
    [ECHO, 0, upper, lower, high, low, 0, 1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, UdpSocket};
    use std::time::Duration;

    fn packet(protocol: &str, port: u16) -> Sent {
        let text = json!({"to": "127.0.0.1", "protocol": protocol, "port": port, "mark": 0});
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn datagrams_and_connections_arrive() {
        let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
        datagrams.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let connections = TcpListener::bind("127.0.0.1:0").unwrap();
        let udp = packet("udp", datagrams.local_addr().unwrap().port());
        let tcp = packet("tcp", connections.local_addr().unwrap().port());
        assert_eq!(all(None, vec![udp, tcp]).unwrap(), json!([true, true]));
        let mut buffer = [0; 32];
        let (length, _) = datagrams.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"gatehouse-probe");
        connections.accept().unwrap();
    }

    #[test]
    fn an_echo_sums_up_to_nothing() {
        for mark in [0, 1, 0xf6ff, 0xffff] {
            let words = echo(&Sent { mark, ..packet("icmp", 0) });
            let sum: u32 =
                words.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
            assert_eq!((sum & 0xffff) + (sum >> 16), 0xffff, "{words:?}");
        }
    }
}
