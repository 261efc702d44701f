//! Records the frames of one interface by AF_PACKET, in both directions, until it is stopped.
//! The kernel takes a VLAN tag off a frame before it gets here; PACKET_AUXDATA gives it back
//! (linux/if_packet.h, struct tpacket_auxdata).

use std::io::{self, IoSliceMut};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use nix::net::if_::if_nametoindex;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType,
    recvmsg, setsockopt, socket, sockopt,
};
use nix::sys::time::{TimeVal, TimeValLike};
use serde_json::{Value, json};

use crate::namespace;
use crate::protocol::hex;

/// `PACKET_AUXDATA` of linux/if_packet.h.
const PACKET_AUXDATA: libc::c_int = 8;
/// `TP_STATUS_VLAN_VALID` of linux/if_packet.h.
const VLAN_VALID: u32 = 1 << 4;
/// `PACKET_OUTGOING` of linux/if_packet.h.
const OUTGOING: u8 = 4;
/// The most frames kept; later ones are only counted.
const FRAME_LIMIT: usize = 20_000;
/// The most bytes kept of one frame.
const SNAP_LENGTH: usize = 512;

nix::setsockopt_impl!(
    AuxiliaryData,
    libc::SOL_PACKET,
    PACKET_AUXDATA,
    bool,
    nix::sys::socket::sockopt::SetBool
);

/// The socket option that asks for the tag that was taken off.
#[derive(Clone, Copy)]
struct AuxiliaryData;

/// A capture under way.
pub struct Capture {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<Recording>>,
}

/// What a capture saw.
#[derive(Default)]
struct Recording {
    frames: Vec<Value>,
    seen: u64,
}

impl Capture {
    /// Starts recording `interface` in `netns`: every frame after the return is seen.
    ///
    /// # Errors
    /// When there is no such interface, or the right to capture is missing.
    pub fn start(netns: Option<&str>, interface: &str) -> io::Result<Self> {
        let interface = interface.to_owned();
        let (socket, index) = namespace::within(netns, move || open(&interface))?;
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        let thread = std::thread::spawn(move || record(&socket, index, &flag));
        Ok(Self { stop, thread })
    }

    /// Ends the capture: `{"seen": 2, "frames": [{"out": false, "vlan": 20, "frame": "ffff…"}, …]}`.
    ///
    /// # Errors
    /// Those of the socket while it was recording.
    pub fn stop(self) -> io::Result<Value> {
        self.stop.store(true, Ordering::Release);
        let recording =
            self.thread.join().map_err(|_| io::Error::other("the capture panicked"))??;
        Ok(json!({"seen": recording.seen, "frames": recording.frames}))
    }
}

/// A socket that sees all interfaces of its namespace; frames are told apart by interface index.
fn open(interface: &str) -> io::Result<(OwnedFd, usize)> {
    let index = if_nametoindex(interface).map_err(|error| {
        io::Error::new(io::Error::from(error).kind(), format!("{interface}: {error}"))
    })?;
    let socket =
        socket(AddressFamily::Packet, SockType::Raw, SockFlag::SOCK_CLOEXEC, SockProtocol::EthAll)?;
    setsockopt(&socket, AuxiliaryData, &true)?;
    setsockopt(&socket, sockopt::RcvBufForce, &(8 << 20))?;
    // Stopping is looked at when the line is quiet: then nothing that arrived before is lost.
    setsockopt(&socket, sockopt::ReceiveTimeout, &TimeVal::milliseconds(100))?;
    Ok((socket, usize::try_from(index).unwrap_or(usize::MAX)))
}

fn record(socket: &OwnedFd, index: usize, stop: &AtomicBool) -> io::Result<Recording> {
    let mut recording = Recording::default();
    let mut buffer = vec![0; 65_536];
    loop {
        // Read before receiving: what arrived before the order to stop is still taken below.
        let last = stop.load(Ordering::Acquire);
        let mut control = vec![0; 128];
        let mut slices = [IoSliceMut::new(&mut buffer)];
        let flags = if last { MsgFlags::MSG_DONTWAIT } else { MsgFlags::empty() };
        let (length, source, auxiliary) =
            match recvmsg::<LinkAddr>(socket.as_raw_fd(), &mut slices, Some(&mut control), flags) {
                Ok(message) => {
                    let auxiliary = message.cmsgs().ok().and_then(|mut list| list.find_map(tag));
                    (message.bytes, message.address, auxiliary)
                }
                Err(nix::Error::EAGAIN) if last => return Ok(recording),
                Err(nix::Error::EAGAIN | nix::Error::EINTR | nix::Error::ENETDOWN) => continue,
                Err(error) => return Err(error.into()),
            };
        let Some(source) = source.filter(|address| address.ifindex() == index) else { continue };
        recording.seen += 1;
        if recording.frames.len() < FRAME_LIMIT {
            let kept = buffer.get(..length.min(SNAP_LENGTH)).unwrap_or_default();
            recording.frames.push(json!({
                "out": source.pkttype() == OUTGOING, "vlan": auxiliary, "frame": hex(kept),
            }));
        }
    }
}

/// The VLAN id out of a `tpacket_auxdata`: status (u32), len, snaplen (u32), mac, net, tci, tpid (u16).
fn tag(message: ControlMessageOwned) -> Option<u16> {
    let ControlMessageOwned::Unknown(message) = message else { return None };
    if message.cmsg_header.cmsg_level != libc::SOL_PACKET
        || message.cmsg_header.cmsg_type != PACKET_AUXDATA
    {
        return None;
    }
    vlan_of(&message.data_bytes)
}

fn vlan_of(auxiliary: &[u8]) -> Option<u16> {
    let status = u32::from_ne_bytes(auxiliary.get(..4)?.try_into().ok()?);
    let tci = u16::from_ne_bytes(auxiliary.get(16..18)?.try_into().ok()?);
    (status & VLAN_VALID != 0).then_some(tci & 0x0fff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;

    #[test]
    fn the_tag_is_read_only_when_the_kernel_says_it_is_valid() {
        let mut auxiliary = [0_u8; 20];
        auxiliary[16..18].copy_from_slice(&0x2014_u16.to_ne_bytes());
        assert_eq!(vlan_of(&auxiliary), None);
        auxiliary[..4].copy_from_slice(&VLAN_VALID.to_ne_bytes());
        assert_eq!(vlan_of(&auxiliary), Some(20));
        assert_eq!(vlan_of(&auxiliary[..10]), None);
    }

    /// Needs root; says so and passes elsewhere, because `cargo test` must not ask for it.
    #[test]
    fn a_datagram_on_loopback_is_seen() {
        let capture = match Capture::start(None, "lo") {
            Ok(capture) => capture,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return,
            Err(error) => panic!("{error}"),
        };
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.send_to(b"gatehouse-capture", socket.local_addr().unwrap()).unwrap();
        let recording = capture.stop().unwrap();
        let wanted = hex(b"gatehouse-capture");
        let frames = recording["frames"].as_array().unwrap();
        assert!(frames.iter().any(|frame| frame["frame"].as_str().unwrap().contains(&wanted)));
    }

    #[test]
    fn a_missing_interface_is_named() {
        let Err(error) = Capture::start(None, "gh-no-such") else { panic!("it was found") };
        assert!(error.to_string().contains("gh-no-such"));
    }
}
