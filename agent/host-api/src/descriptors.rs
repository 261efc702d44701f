//! Descriptors that travel with a frame (`SCM_RIGHTS`, unix(7)). The kernel takes at most 253 with one
//! send, so each of the four bytes of the header carries a quarter of them.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags,
};

use crate::HEADER;

/// Most descriptors with one byte.
const MAX_WITH_BYTE: usize = 96;
/// Most descriptors with one frame.
pub const MAX_DESCRIPTORS: usize = MAX_WITH_BYTE * HEADER;

/// Which of the descriptors go with the header's byte at this place.
pub fn share(descriptors: &[OwnedFd], at: usize) -> impl Iterator<Item = BorrowedFd<'_>> {
    descriptors.iter().skip(at * MAX_WITH_BYTE).take(MAX_WITH_BYTE).map(AsFd::as_fd)
}

/// Sends one byte with descriptors. Does not wait when the socket is non-blocking.
pub fn send_byte(socket: impl AsFd, byte: u8, with: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_WITH_BYTE))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !with.is_empty() && !control.push(SendAncillaryMessage::ScmRights(with)) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "too many descriptors"));
    }
    let flags = SendFlags::NOSIGNAL;
    match rustix::net::sendmsg(socket, &[IoSlice::new(&[byte])], &mut control, flags)? {
        1 => Ok(()),
        _ => Err(io::ErrorKind::WriteZero.into()),
    }
}

/// Receives one byte and the descriptors with it, which close when programs are started. Does not wait
/// when the socket is non-blocking.
pub fn receive_byte(socket: impl AsFd, into: &mut Vec<OwnedFd>) -> io::Result<u8> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_WITH_BYTE))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let mut slices = [IoSliceMut::new(&mut byte)];
    let received =
        rustix::net::recvmsg(socket, &mut slices, &mut control, RecvFlags::CMSG_CLOEXEC)?;
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            into.extend(descriptors);
        }
    }
    if received.flags.contains(ReturnFlags::CTRUNC) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "descriptors were lost"));
    }
    match received.bytes {
        1 => Ok(byte[0]),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn as_many_as_a_frame_can_carry_arrive_in_order() {
        let (one, other) = UnixStream::pair().unwrap();
        let (mut readers, mut writers) = (Vec::new(), Vec::new());
        for _ in 0..MAX_DESCRIPTORS {
            let (reader, writer) = io::pipe().unwrap();
            readers.push(reader);
            writers.push(OwnedFd::from(writer));
        }
        for at in 0..HEADER {
            let with: Vec<BorrowedFd<'_>> = share(&writers, at).collect();
            send_byte(&one, at as u8, &with).unwrap();
        }
        drop(writers);
        let mut arrived = Vec::new();
        for at in 0..HEADER {
            assert_eq!(receive_byte(&other, &mut arrived).unwrap(), at as u8);
        }
        assert_eq!(arrived.len(), MAX_DESCRIPTORS);
        for (number, descriptor) in arrived.into_iter().enumerate() {
            std::fs::File::from(descriptor).write_all(&(number as u32).to_be_bytes()).unwrap();
        }
        for (number, mut reader) in readers.into_iter().enumerate() {
            let mut text = Vec::new();
            reader.read_to_end(&mut text).unwrap();
            assert_eq!(text, (number as u32).to_be_bytes());
        }
    }

    #[test]
    fn a_peer_that_went_is_an_error() {
        let (one, other) = UnixStream::pair().unwrap();
        drop(one);
        assert!(receive_byte(&other, &mut Vec::new()).is_err());
        assert!(send_byte(&other, 0, &[]).is_err());
    }
}
