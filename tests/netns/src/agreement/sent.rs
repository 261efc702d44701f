//! How a packet of the suite gets on its way.

use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;

use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrStorage, sendto, setsockopt,
    socket, sockopt,
};
use testkit::{Mac, Seen, ethernet};

use super::around::Around;
use crate::place::Version;
use crate::scenarios::become_user;
use crate::{Bench, Place};

/// From where.
#[derive(Clone, Debug)]
pub enum Sent {
    /// Packets from a place to the router by a card there, one or two fragments.
    Wire(Place, Mac, Vec<Vec<u8>>),
    /// A frame as it is.
    Frame(Place, Vec<u8>),
    /// A frame as it is, from behind the port of guest's bridge that is no device's.
    Trunk(Vec<u8>),
    /// From the router, by a user.
    Own(u32, Vec<u8>),
}

impl Sent {
    /// Where it says that it goes; the kernel sends more from the same address.
    pub fn destination(&self) -> Option<IpAddr> {
        match self {
            Self::Own(_, packet) => seen(packet).destination(),
            Self::Wire(_, _, packets) => seen(packets.first()?).destination(),
            Self::Frame(..) | Self::Trunk(_) => None,
        }
    }

    /// On its way.
    pub fn go(&self, bench: &mut Bench, around: &mut Around) {
        match self {
            Self::Wire(place, card, packets) => {
                around.listen(&bench.router, *place, self.destination());
                for packet in packets {
                    let frame = ethernet(place.gateway_mac(), *card, kind(packet), packet);
                    bench.send_frame(*place, &frame);
                }
            }
            Self::Trunk(frame) => around.trunk.send(frame).expect("send"),
            Self::Frame(place, frame) => bench.send_frame(*place, frame),
            Self::Own(uid, packet) => {
                // What the router says to a group of its own would come back to it.
                around.ignore();
                send_own(bench, *uid, packet);
            }
        }
    }
}

/// Sends a packet from the router as that user. What the ruleset refuses ends in an error here.
pub fn send_own(bench: &Bench, uid: u32, packet: &[u8]) {
    let to = seen(packet).destination().expect("a destination");
    let source = seen(packet).source().expect("a source");
    bench.router.inside(|| {
        become_user(uid);
        let family = if to.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
        let socket = socket(family, SockType::Raw, SockFlag::SOCK_CLOEXEC, SockProtocol::Raw);
        let socket = socket.expect("socket");
        if to.is_multicast() {
            let of = |place: &&Place| Version::BOTH.map(|it| place.gateway(it)).contains(&source);
            let place = Place::ALL.iter().find(of).expect("an address of the router");
            setsockopt(&socket, sockopt::BindToDevice, &place.interface().into()).expect("device");
        }
        let to = SockaddrStorage::from(SocketAddr::new(to, 0));
        let _ = sendto(socket.as_raw_fd(), packet, &to, MsgFlags::empty());
    });
}

fn seen(packet: &[u8]) -> Seen {
    Seen::parse(&ethernet([0; 6], [0; 6], kind(packet), packet)).expect("a packet")
}

fn kind(packet: &[u8]) -> u16 {
    if packet.first().is_some_and(|first| first >> 4 == 4) { 0x0800 } else { 0x86dd }
}
