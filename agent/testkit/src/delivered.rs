//! What reaches a namespace's own programs: raw sockets (raw(7)) get a copy of each packet that the
//! input chains let in, whether a program listens there or not.

use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    AddressFamily, SockFlag, SockProtocol, SockType, SockaddrStorage, recvfrom, socket,
};

use crate::packet::ethernet;
use crate::{Namespace, Packet, Seen, WireError};

const PATIENCE: Duration = Duration::from_secs(5);

/// A packet that a namespace took for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Who sent it.
    pub source: IpAddr,
    /// Transport protocol.
    pub protocol: u8,
    /// As [`Seen::ports`].
    pub ports: (u16, u16),
}

/// All TCP, UDP and ICMP packets that a namespace takes for itself.
#[derive(Debug)]
pub struct Deliveries {
    sockets: Vec<(OwnedFd, bool, u8)>,
    arrived: Vec<Delivered>,
}

impl Deliveries {
    /// Begins to listen.
    pub fn of(namespace: &Namespace) -> Result<Self, WireError> {
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let open = |(v6, protocol): (bool, SockProtocol)| {
            let family = if v6 { AddressFamily::Inet6 } else { AddressFamily::Inet };
            let opened = socket(family, SockType::Raw, flags, protocol);
            let number = u8::try_from(protocol as i32).unwrap_or(0);
            opened.map(|socket| (socket, v6, number))
        };
        let wanted = [
            (false, SockProtocol::Tcp),
            (false, SockProtocol::Udp),
            (false, SockProtocol::Icmp),
            (true, SockProtocol::Tcp),
            (true, SockProtocol::Udp),
            (true, SockProtocol::IcmpV6),
        ];
        let sockets: Result<Vec<_>, Errno> =
            namespace.inside(|| wanted.into_iter().map(open).collect());
        let sockets = sockets.map_err(|source| WireError::Socket("open", source))?;
        Ok(Self { sockets, arrived: Vec::new() })
    }

    /// Waits for a packet like this one, from the same address.
    pub fn wait(&mut self, packet: &Packet) -> Result<bool, WireError> {
        let end = Instant::now() + PATIENCE;
        while !self.has(packet)? {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            let sockets = self.sockets.iter();
            let mut ready: Vec<PollFd<'_>> = sockets
                .map(|(socket, ..)| PollFd::new(socket.as_fd(), PollFlags::POLLIN))
                .collect();
            let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
            poll(&mut ready, timeout).map_err(|source| WireError::Socket("wait", source))?;
        }
        Ok(true)
    }

    /// Whether a packet like this one, from the same address, has arrived by now.
    pub fn has(&mut self, packet: &Packet) -> Result<bool, WireError> {
        self.collect()?;
        let wanted = packet.seen().and_then(|seen| {
            let (source, _) = seen.addresses?;
            Some(Delivered { source, protocol: seen.protocol, ports: seen.ports })
        });
        Ok(self.arrived.iter().any(|one| Some(*one) == wanted))
    }

    /// Forgets what has arrived by now.
    pub fn forget(&mut self) -> Result<(), WireError> {
        self.collect()?;
        self.arrived.clear();
        Ok(())
    }

    fn collect(&mut self) -> Result<(), WireError> {
        let mut buffer = vec![0; 1 << 16];
        for (socket, v6, protocol) in &self.sockets {
            loop {
                match recvfrom::<SockaddrStorage>(socket.as_raw_fd(), &mut buffer) {
                    Ok((length, from)) => {
                        let bytes = buffer.get(..length).unwrap_or_default();
                        self.arrived.extend(delivered(bytes, from, *v6, *protocol));
                    }
                    Err(Errno::EAGAIN) => break,
                    Err(source) => return Err(WireError::Socket("receive", source)),
                }
            }
        }
        Ok(())
    }
}

/// IPv4 comes with its header, IPv6 without.
fn delivered(
    bytes: &[u8],
    from: Option<SockaddrStorage>,
    v6: bool,
    protocol: u8,
) -> Option<Delivered> {
    if v6 {
        let source = from?.as_sockaddr_in6()?.ip();
        return Some(Delivered {
            source: source.into(),
            protocol,
            ports: Seen::ports_of(protocol, bytes),
        });
    }
    let seen = Seen::parse(&ethernet([0; 6], [0; 6], 0x0800, bytes))?;
    Some(Delivered { source: seen.source()?, protocol, ports: seen.ports })
}
