//! Frames and packets as they are: a packet socket (packet(7)) on one interface, and raw sockets (raw(7))
//! that send what they are given and get a copy of what the box takes for itself.

use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrStorage, bind,
    recvfrom, send, sendto, setsockopt, socket, sockopt,
};

/// `PACKET_OUTGOING` of linux/if_packet.h: a frame that leaves by the interface.
const OUTGOING: u8 = 4;
/// Queue for frames.
const QUEUE: usize = 4 << 20;
const FLAGS: SockFlag = SockFlag::SOCK_CLOEXEC.union(SockFlag::SOCK_NONBLOCK);

/// One interface.
#[derive(Debug)]
pub(crate) struct Wire(OwnedFd);

impl Wire {
    /// Opens an interface of the calling thread's namespace.
    pub(crate) fn open(interface: &str) -> Result<Self, Errno> {
        let address = link_address(interface)?;
        let socket = socket(AddressFamily::Packet, SockType::Raw, FLAGS, SockProtocol::EthAll)?;
        // More than the plain limit, where that is allowed.
        if setsockopt(&socket, sockopt::RcvBufForce, &QUEUE).is_err() {
            setsockopt(&socket, sockopt::RcvBuf, &QUEUE)?;
        }
        bind(socket.as_raw_fd(), &address)?;
        let wire = Self(socket);
        // Between opening and binding it saw all interfaces.
        let mut room = vec![0; 1 << 16];
        while wire.receive(&mut room)?.is_some() {}
        Ok(wire)
    }

    /// Sends a frame.
    pub(crate) fn send(&self, frame: &[u8]) -> Result<(), Errno> {
        send(self.0.as_raw_fd(), frame, MsgFlags::empty()).map(drop)
    }

    /// The next frame, and whether it leaves; never waits.
    pub(crate) fn receive<'r>(
        &self,
        room: &'r mut [u8],
    ) -> Result<Option<(&'r [u8], bool)>, Errno> {
        match recvfrom::<LinkAddr>(self.0.as_raw_fd(), room) {
            Ok((length, from)) => {
                let leaves = from.is_some_and(|from| from.pkttype() == OUTGOING);
                Ok(Some((room.get(..length).unwrap_or_default(), leaves)))
            }
            Err(Errno::EAGAIN) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn link_address(interface: &str) -> Result<LinkAddr, Errno> {
    let mut all = nix::ifaddrs::getifaddrs()?;
    all.find_map(|one| {
        let address = one.address.filter(|_| one.interface_name == interface)?;
        address.as_link_addr().copied()
    })
    .ok_or(Errno::ENODEV)
}

/// A packet of ours goes its way from the box itself.
pub(crate) fn send_own(packet: &[u8], to: IpAddr) -> Result<(), Errno> {
    let family = if to.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let socket = socket(family, SockType::Raw, FLAGS, SockProtocol::Raw)?;
    let to = SockaddrStorage::from(SocketAddr::new(to, 0));
    sendto(socket.as_raw_fd(), packet, &to, MsgFlags::empty()).map(drop)
}

/// Packets of one protocol that the box takes for itself, whether a program waits for them or not.
#[derive(Debug)]
pub(crate) struct Taken(OwnedFd);

/// One of them.
pub(crate) enum TakenPacket<'r> {
    /// IPv4, with its header.
    V4(&'r [u8]),
    /// What IPv6 carries, and from whom.
    V6(IpAddr, &'r [u8]),
}

impl Taken {
    /// Begins to listen.
    pub(crate) fn open(v6: bool, protocol: u8) -> Result<Self, Errno> {
        let protocol = match protocol {
            1 => SockProtocol::Icmp,
            6 => SockProtocol::Tcp,
            17 => SockProtocol::Udp,
            58 => SockProtocol::IcmpV6,
            _ => return Err(Errno::EPROTONOSUPPORT),
        };
        let family = if v6 { AddressFamily::Inet6 } else { AddressFamily::Inet };
        socket(family, SockType::Raw, FLAGS, protocol).map(Self)
    }

    /// The next one; never waits.
    pub(crate) fn receive<'r>(&self, room: &'r mut [u8]) -> Result<Option<TakenPacket<'r>>, Errno> {
        match recvfrom::<SockaddrStorage>(self.0.as_raw_fd(), room) {
            Ok((length, from)) => {
                let bytes = room.get(..length).unwrap_or_default();
                let from = from.as_ref().and_then(|from| from.as_sockaddr_in6());
                Ok(Some(match from {
                    Some(from) => TakenPacket::V6(from.ip().into(), bytes),
                    None => TakenPacket::V4(bytes),
                }))
            }
            Err(Errno::EAGAIN) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl AsFd for Taken {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
