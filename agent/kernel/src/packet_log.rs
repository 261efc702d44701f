//! The packet log (nfnetlink_log): what rules write down with `log group`. Numbers are those of
//! linux/netfilter/nfnetlink_log.h.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use firewall::ir::Log;
use netlink_sys::protocols::NETLINK_NETFILTER;
use nix::errno::Errno;

use crate::netlink::attribute::{Attribute, Attributes, find, read};
use crate::netlink::message::ACK;
use crate::netlink::{Messages, NetlinkError, Socket};

/// `NFNL_SUBSYS_ULOG`, high byte of a message's type.
const SUBSYSTEM: u16 = 4 << 8;
/// `NFULNL_MSG_PACKET`.
const PACKET: u16 = SUBSYSTEM;
/// `NFULNL_MSG_CONFIG`.
const CONFIG: u16 = SUBSYSTEM | 1;
/// `NFULA_CFG_CMD` with `NFULNL_CFG_CMD_BIND`.
const BIND: (u16, [u8; 1]) = (1, [1]);
/// `NFULA_CFG_MODE`; with it goes `NFULNL_COPY_PACKET`.
const MODE: u16 = 2;
const COPY_PACKET: u8 = 2;
/// `NFULA_VLAN`; in it is `NFULA_VLAN_TCI`.
const VLAN: u16 = 20;
const VLAN_CONTROL: u16 = 2;
/// Packets that are read at once: a flood must not keep the reader from everything else.
const AT_ONCE: usize = 500;

/// A packet that a rule wrote down, as far as its head was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// What the rule is known by.
    pub prefix: String,
    /// Index of the link it came in on; 0 for none.
    pub input: u32,
    /// Index of the bridge's port that it came in at; 0 where the kernel does not tell the two apart, or for none.
    pub port_of_bridge: u32,
    /// VLAN of the tag that it came in with.
    pub vlan: Option<u16>,
    /// Index of the link it would have gone out on; 0 for none.
    pub output: u32,
    /// MAC address of who sent it on its last link.
    pub mac: Option<[u8; 6]>,
    /// From.
    pub source: IpAddr,
    /// To.
    pub destination: IpAddr,
    /// IANA protocol number, past extension headers.
    pub protocol: u8,
    /// Destination port of TCP and UDP; of ICMP type (high byte) and code.
    pub port: u16,
}

/// A reader of one group. Its descriptor becomes readable when there is something.
#[derive(Debug)]
pub struct PacketLog(Socket);

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Packets, oldest first.
    pub packets: Vec<Logged>,
    /// Some were lost: there were too many.
    pub lost: bool,
    /// There may be more.
    pub more: bool,
}

impl PacketLog {
    /// Becomes the reader of a group, in the calling thread's namespace. A group has one.
    pub fn open(group: u16) -> Result<Self, NetlinkError> {
        let mut socket = Socket::open(NETLINK_NETFILTER, 0)?;
        let mut bind = |attribute: (u16, &[u8])| {
            let mut message = Attributes::default();
            message.put(attribute.0, attribute.1);
            let [high, low] = group.to_be_bytes();
            // `struct nfgenmsg`: the group is its resource id.
            let payload = [&[0, 0, high, low][..], &message.finish().unwrap_or_default()].concat();
            socket.ask(CONFIG, ACK, &payload).map(drop)
        };
        bind((BIND.0, &BIND.1))?;
        let [a, b, c, d] = Log::LENGTH.to_be_bytes();
        bind((MODE, &[a, b, c, d, COPY_PACKET, 0]))?;
        Ok(Self(socket))
    }

    /// What is there; never waits.
    pub fn take(&mut self) -> Result<Taken, NetlinkError> {
        let mut taken = Taken::default();
        loop {
            match self.0.receive_now() {
                Ok(Some(bytes)) => {
                    let packets = Messages::new(bytes).filter(|message| message.kind == PACKET);
                    taken
                        .packets
                        .extend(packets.filter_map(|message| logged(message.payload.get(4..)?)));
                    if taken.packets.len() >= AT_ONCE {
                        taken.more = true;
                        return Ok(taken);
                    }
                }
                Ok(None) => return Ok(taken),
                Err(NetlinkError::Receive(Errno::ENOBUFS)) => taken.lost = true,
                Err(error) => return Err(error),
            }
        }
    }
}

impl AsFd for PacketLog {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for PacketLog {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

/// Reads a packet's attributes; `None` for what is no IP packet.
fn logged(message: &[u8]) -> Option<Logged> {
    let index = |kind| find(message, kind).and_then(|index| index.be32()).unwrap_or(0);
    let mac = find(message, 8).and_then(|address| {
        // `struct nfulnl_msg_packet_hw`.
        let length = address.value.first_chunk::<2>()?;
        let mac = address.value.get(4..10)?;
        (u16::from_be_bytes(*length) == 6).then(|| mac.try_into().ok())?
    });
    let packet = read(message).find(|attribute| attribute.kind == 9)?.value;
    let (source, destination, protocol, carried) = match packet.first()? >> 4 {
        4 => v4(packet)?,
        6 => v6(packet)?,
        _ => return None,
    };
    Some(Logged {
        prefix: find(message, 10)?.text()?.to_owned(),
        input: index(4),
        port_of_bridge: index(6),
        vlan: find(message, VLAN).and_then(|tag| vlan(&tag)),
        output: index(5),
        mac,
        source,
        destination,
        protocol,
        port: port(protocol, carried),
    })
}

/// The VLAN of a tag's control information (IEEE 802.1Q, 9.6), of which it is the lower 12 bits; the tag of no VLAN
/// has a zero there.
fn vlan(tag: &Attribute<'_>) -> Option<u16> {
    let control = tag.nested().find(|attribute| attribute.kind == VLAN_CONTROL)?.value;
    let vlan = u16::from_be_bytes(control.try_into().ok()?) & 0x0fff;
    (vlan != 0).then_some(vlan)
}

/// From, to, protocol, what is carried.
type Heads<'b> = (IpAddr, IpAddr, u8, &'b [u8]);

fn v4(packet: &[u8]) -> Option<Heads<'_>> {
    let length = usize::from(packet.first()? & 0x0f) * 4;
    let source = Ipv4Addr::from(<[u8; 4]>::try_from(packet.get(12..16)?).ok()?);
    let destination = Ipv4Addr::from(<[u8; 4]>::try_from(packet.get(16..20)?).ok()?);
    let carried = packet.get(length.max(20)..).unwrap_or_default();
    Some((source.into(), destination.into(), *packet.get(9)?, carried))
}

fn v6(packet: &[u8]) -> Option<Heads<'_>> {
    let source = Ipv6Addr::from(<[u8; 16]>::try_from(packet.get(8..24)?).ok()?);
    let destination = Ipv6Addr::from(<[u8; 16]>::try_from(packet.get(24..40)?).ok()?);
    let (mut protocol, mut carried) = (*packet.get(6)?, packet.get(40..).unwrap_or_default());
    // Hop-by-hop, routing and destination options (RFC 8200, 4).
    while matches!(protocol, 0 | 43 | 60) {
        let (Some(next), Some(length)) = (carried.first(), carried.get(1)) else { break };
        protocol = *next;
        carried = carried.get((usize::from(*length) + 1) * 8..).unwrap_or_default();
    }
    Some((source.into(), destination.into(), protocol, carried))
}

fn port(protocol: u8, carried: &[u8]) -> u16 {
    let two = |at: usize| {
        let bytes = carried.get(at..).and_then(|rest| rest.first_chunk::<2>());
        bytes.map_or(0, |bytes| u16::from_be_bytes(*bytes))
    };
    match protocol {
        6 | 17 => two(2),
        1 | 58 => two(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An offer of DHCP that came in with a tag at a port of a bridge.
    #[test]
    fn a_frame_of_a_bridge_has_its_port_and_its_tag() {
        let mut packet = vec![0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0];
        packet.extend([192, 168, 10, 66, 255, 255, 255, 255]);
        packet.extend([0, 67, 0, 68, 0, 12, 0, 0]);
        let written = |control: u16| {
            let mut message = Attributes::default();
            message.put_text(10, "refused_rogue_dhcp");
            message.put_be32(6, 4);
            message.put_be32(4, 9);
            message.put(8, &[0, 6, 0, 0, 0x52, 0x54, 0, 0, 5, 1, 0, 0]);
            message.nest(VLAN, |tag| {
                tag.put(1, &[0x81, 0]);
                tag.put(VLAN_CONTROL, &control.to_be_bytes());
            });
            message.put(9, &packet);
            logged(&message.finish().unwrap()).unwrap()
        };
        let read = written(0x600a);
        assert_eq!(
            (read.prefix.as_str(), read.input, read.port_of_bridge),
            ("refused_rogue_dhcp", 9, 4)
        );
        assert_eq!((read.vlan, read.mac), (Some(10), Some([0x52, 0x54, 0, 0, 5, 1])));
        assert_eq!((read.protocol, read.port), (17, 68));
        assert_eq!(written(0x6000).vlan, None, "a priority alone is no VLAN");
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = logged(&bytes);
            let _ = (v4(&bytes), v6(&bytes));
        }
    }
}
