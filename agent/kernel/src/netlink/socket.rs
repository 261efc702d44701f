//! A netlink socket without a runtime. A request's answers are in the socket's queue when sending
//! returns, for the kernel works on it in the sender's own context; lists (dumps) go on as the
//! queue is read.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use netlink_sys::SocketAddr;
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, setsockopt, sockopt};

use super::message::{ACK, DONE, DUMP, ERROR, INTERRUPTED, Messages, REQUEST, write};
use super::{NetlinkError, aligned};

/// Room for one read. The kernel makes lists in parts of at most 32 KiB (`NLMSG_GOODSIZE`), and one
/// message of set elements can be 64 KiB.
const ROOM: usize = 256 * 1024;
/// Queue for answers: thousands of refusals of one batch must fit.
const QUEUE: usize = 8 * 1024 * 1024;

/// A netlink socket in the namespace of the thread that opened it.
#[derive(Debug)]
pub(crate) struct Socket {
    socket: netlink_sys::Socket,
    room: Vec<u8>,
    sequence: u32,
}

/// One message of an answer, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Type.
    pub(crate) kind: u16,
    /// What follows the head.
    pub(crate) payload: Vec<u8>,
}

impl Socket {
    /// Opens a socket of a protocol (`netlink_sys::protocols`); `groups` is the mask of multicast
    /// groups to listen to.
    pub(crate) fn open(protocol: isize, groups: u32) -> Result<Self, NetlinkError> {
        let failed = |error: io::Error| NetlinkError::Open(errno(&error));
        let mut socket = netlink_sys::Socket::new(protocol).map_err(failed)?;
        // In a user namespace without privilege in the first one forcing is refused; the plain limit
        // then has to do.
        if setsockopt(&socket, sockopt::RcvBufForce, &QUEUE).is_err() {
            setsockopt(&socket, sockopt::RcvBuf, &QUEUE).map_err(NetlinkError::Open)?;
        }
        socket.bind(&SocketAddr::new(0, groups)).map_err(failed)?;
        Ok(Self { socket, room: Vec::with_capacity(ROOM), sequence: 0 })
    }

    /// Sends bytes as they are, in one piece.
    pub(crate) fn send(&self, bytes: &[u8]) -> Result<(), NetlinkError> {
        // The kernel refuses what is longer than the buffer less 32 bytes.
        let buffer = aligned(bytes.len()) + 4096;
        if setsockopt(&self.socket, sockopt::SndBufForce, &buffer).is_err() {
            setsockopt(&self.socket, sockopt::SndBuf, &buffer).map_err(NetlinkError::Open)?;
        }
        let failed = |source| NetlinkError::Send { length: bytes.len(), source };
        let sent = self.socket.send(bytes, 0).map_err(|error| failed(errno(&error)))?;
        if sent == bytes.len() { Ok(()) } else { Err(failed(Errno::EMSGSIZE)) }
    }

    /// What is in the queue, without waiting; `None` when it is empty.
    pub(crate) fn receive_now(&mut self) -> Result<Option<&[u8]>, NetlinkError> {
        match self.receive(MsgFlags::MSG_DONTWAIT) {
            Ok(()) => Ok(Some(&self.room)),
            Err(NetlinkError::Receive(Errno::EAGAIN)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends one request and reads its answer to the end: the listed messages for a dump, none for
    /// a change.
    pub(crate) fn ask(
        &mut self,
        kind: u16,
        flags: u16,
        payload: &[u8],
    ) -> Result<Vec<Reply>, NetlinkError> {
        let mut replies = Vec::new();
        self.visit(kind, flags, payload, |kind, payload| {
            replies.push(Reply { kind, payload: payload.to_vec() });
        })?;
        Ok(replies)
    }

    /// [`Socket::ask`] without keeping the answer: each message is shown as it comes, also when the
    /// list is told to be of several moments in the end.
    pub(crate) fn visit(
        &mut self,
        kind: u16,
        flags: u16,
        payload: &[u8],
        mut see: impl FnMut(u16, &[u8]),
    ) -> Result<(), NetlinkError> {
        self.sequence = self.sequence.wrapping_add(1);
        let sequence = self.sequence;
        let dump = flags & DUMP == DUMP;
        let end = if dump { 0 } else { ACK };
        let mut request = Vec::new();
        write(&mut request, kind, flags | end | REQUEST, sequence, payload);
        self.send(&request)?;
        let mut interrupted = false;
        loop {
            self.receive(MsgFlags::empty())?;
            for message in Messages::new(&self.room) {
                if message.sequence != sequence {
                    continue;
                }
                interrupted |= message.flags & INTERRUPTED != 0;
                match message.kind {
                    ERROR | DONE => {
                        let error = message.error().unwrap_or(0);
                        return match error {
                            0 if interrupted => Err(NetlinkError::Interrupted),
                            0 => Ok(()),
                            number => Err(NetlinkError::Refused(Errno::from_raw(number))),
                        };
                    }
                    kind => see(kind, message.payload),
                }
            }
            if self.room.is_empty() {
                return Err(NetlinkError::Malformed("it is empty"));
            }
        }
    }

    /// Reads once, into the room.
    fn receive(&mut self, flags: MsgFlags) -> Result<(), NetlinkError> {
        self.room.clear();
        // MSG_TRUNC: tells the whole length even when there was not room for it.
        let flags = flags | MsgFlags::MSG_TRUNC;
        let length = self
            .socket
            .recv(&mut self.room, flags.bits())
            .map_err(|error| NetlinkError::Receive(errno(&error)))?;
        if length > self.room.len() {
            return Err(NetlinkError::Malformed("it is longer than any the kernel makes"));
        }
        Ok(())
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn errno(error: &io::Error) -> Errno {
    Errno::from_raw(error.raw_os_error().unwrap_or(0))
}
