//! One end of a link: sends frames as they are, and keeps every frame that arrives.
//! A packet socket (packet(7)): it sees frames before any ruleset of its own namespace does.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, MultiHeaders, SockFlag, SockProtocol, SockType, bind,
    recvfrom, send, sendmmsg, setsockopt, socket, sockopt,
};

use crate::packet::ethernet;
use crate::{Mac, Namespace, Packet, Seen};

/// `PACKET_OUTGOING` of linux/if_packet.h: a frame that this end sent.
const OUTGOING: u8 = 4;
/// Frames that one call of the kernel is given.
const AT_ONCE: usize = 512;
/// How long an awaited frame may take; only a failing test ever waits so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// One end of a link.
#[derive(Debug)]
pub struct Wire {
    socket: OwnedFd,
    mac: Mac,
    seen: VecDeque<Seen>,
}

/// A packet socket failed.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// No such interface in the namespace.
    #[error("no interface {0}")]
    NoInterface(String),
    /// The kernel refused.
    #[error("packet socket: cannot {0}")]
    Socket(&'static str, #[source] Errno),
}

impl Wire {
    /// Opens an interface of the namespace.
    pub fn open(namespace: &Namespace, interface: &str) -> Result<Self, WireError> {
        namespace.inside(|| {
            let address = link_address(interface)?;
            let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
            let (family, all) = (AddressFamily::Packet, SockProtocol::EthAll);
            let socket = socket(family, SockType::Raw, flags, all).map_err(wire("open"))?;
            setsockopt(&socket, sockopt::RcvBuf, &(4 << 20)).map_err(wire("set the buffer"))?;
            bind(socket.as_raw_fd(), &address).map_err(wire("bind"))?;
            let mac = address.addr().unwrap_or_default();
            let mut wire = Self { socket, mac, seen: VecDeque::new() };
            // Between opening and binding it saw all interfaces.
            wire.collect()?;
            wire.seen.clear();
            Ok(wire)
        })
    }

    /// MAC address of this end.
    pub fn mac(&self) -> Mac {
        self.mac
    }

    /// Sends a frame as it is.
    pub fn send(&self, frame: &[u8]) -> Result<(), WireError> {
        let sent = send(self.socket.as_raw_fd(), frame, MsgFlags::empty());
        sent.map(drop).map_err(wire("send"))
    }

    /// Sends many frames with few calls of the kernel; it waits while the link takes no more.
    pub fn send_all(&self, frames: &[Vec<u8>]) -> Result<(), WireError> {
        for some in frames.chunks(AT_ONCE) {
            let mut rest: Vec<[IoSlice<'_>; 1]> =
                some.iter().map(|frame| [IoSlice::new(frame)]).collect();
            while !rest.is_empty() {
                let mut headers = MultiHeaders::<()>::preallocate(rest.len(), None);
                let (nobody, nothing) = (vec![None; rest.len()], MsgFlags::empty());
                let sent =
                    sendmmsg(self.socket.as_raw_fd(), &mut headers, &rest, nobody, [], nothing);
                match sent.map(Iterator::count) {
                    Ok(count) => drop(rest.drain(..count)),
                    Err(Errno::EAGAIN) => {
                        let mut ready = [PollFd::new(self.socket.as_fd(), PollFlags::POLLOUT)];
                        poll(&mut ready, PollTimeout::NONE).map_err(wire("wait"))?;
                    }
                    Err(source) => return Err(WireError::Socket("send", source)),
                }
            }
        }
        Ok(())
    }

    /// Sends a packet in a frame to that MAC address.
    pub fn send_packet(&self, to: Mac, packet: &Packet) -> Result<(), WireError> {
        self.send_bytes(to, &packet.bytes())
    }

    /// Sends the bytes of an IP packet in a frame to that MAC address.
    pub fn send_bytes(&self, to: Mac, packet: &[u8]) -> Result<(), WireError> {
        let kind = if packet.first().is_some_and(|byte| byte >> 4 == 4) { 0x0800 } else { 0x86dd };
        self.send(&ethernet(to, self.mac, kind, packet))
    }

    /// Forgets all frames that have arrived.
    pub fn forget(&mut self) -> Result<(), WireError> {
        self.collect()?;
        self.seen.clear();
        Ok(())
    }

    /// Waits for a frame and takes it, and with it all before it, off the list.
    pub fn wait(&mut self, wanted: impl Fn(&Seen) -> bool) -> Result<Option<Seen>, WireError> {
        let end = Instant::now() + PATIENCE;
        loop {
            while let Some(seen) = self.seen.pop_front() {
                if wanted(&seen) {
                    return Ok(Some(seen));
                }
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
            let mut ready = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
            poll(&mut ready, timeout).map_err(wire("wait"))?;
            self.collect()?;
        }
    }

    /// Takes all frames up to and without the wanted one, for which it waits; `None` when it never
    /// came.
    pub fn until(
        &mut self,
        wanted: impl Fn(&Seen) -> bool,
    ) -> Result<Option<Vec<Seen>>, WireError> {
        let before = std::cell::RefCell::new(Vec::new());
        let last = self.wait(|seen| {
            let found = wanted(seen);
            if !found {
                before.borrow_mut().push(seen.clone());
            }
            found
        })?;
        Ok(last.map(|_| before.into_inner()))
    }

    fn collect(&mut self) -> Result<(), WireError> {
        let mut buffer = vec![0; 1 << 16];
        loop {
            match recvfrom::<LinkAddr>(self.socket.as_raw_fd(), &mut buffer) {
                Ok((_, Some(from))) if from.pkttype() == OUTGOING => {}
                Ok((length, _)) => self.seen.extend(buffer.get(..length).and_then(Seen::parse)),
                Err(Errno::EAGAIN) => return Ok(()),
                Err(source) => return Err(WireError::Socket("receive", source)),
            }
        }
    }
}

fn link_address(interface: &str) -> Result<LinkAddr, WireError> {
    let mut all = nix::ifaddrs::getifaddrs().map_err(wire("list interfaces"))?;
    all.find_map(|one| {
        let address = one.address.filter(|_| one.interface_name == interface)?;
        address.as_link_addr().copied()
    })
    .ok_or_else(|| WireError::NoInterface(interface.to_owned()))
}

fn wire(what: &'static str) -> impl Fn(Errno) -> WireError {
    move |source| WireError::Socket(what, source)
}
