//! The connections that the kernel follows (ctnetlink): listed, and told to be over by a mark of ours.
//! Numbers are those of linux/netfilter/nfnetlink_conntrack.h.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netlink_sys::protocols::NETLINK_NETFILTER;
use nix::errno::Errno;

use crate::netlink::attribute::{Attribute, Attributes, find, read};
use crate::netlink::message::{ACK, DUMP};
use crate::netlink::{NetlinkError, Socket};

/// `NFNL_SUBSYS_CTNETLINK`, high byte of a message's type.
const SUBSYSTEM: u16 = 1 << 8;
/// `IPCTNL_MSG_CT_NEW`: a connection in a list; asked for, it changes one that is there.
const NEW: u16 = SUBSYSTEM;
/// `IPCTNL_MSG_CT_GET`.
const GET: u16 = SUBSYSTEM | 1;

/// `CTA_TUPLE_ORIG`.
const ORIGINAL: u16 = 1;
/// `CTA_TUPLE_REPLY`.
const REPLY: u16 = 2;
/// `CTA_STATUS`.
const STATUS: u16 = 3;
/// `CTA_PROTOINFO`.
const PROTOCOL_STATE: u16 = 4;
/// `CTA_TIMEOUT`.
const TIMEOUT: u16 = 7;
/// `CTA_MARK`.
const MARK: u16 = 8;
/// `CTA_COUNTERS_ORIG`, `CTA_COUNTERS_REPLY`.
const COUNTERS: [u16; 2] = [9, 10];
/// `CTA_ID`.
const ID: u16 = 12;
/// `CTA_TIMESTAMP`.
const TIMESTAMP: u16 = 20;
/// `CTA_TUPLE_IP`, `CTA_TUPLE_PROTO`.
const TUPLE: [u16; 2] = [1, 2];
/// `IPS_SEEN_REPLY`.
const SEEN_REPLY: u32 = 0x2;

const ICMP: u8 = 1;
const TCP: u8 = 6;
const ICMPV6: u8 = 58;

/// Who opened a connection to whom, before any address was translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tuple {
    /// From.
    pub source: IpAddr,
    /// To.
    pub destination: IpAddr,
    /// IANA protocol number.
    pub protocol: u8,
    /// Source port; of ICMP the identifier; 0 where there is none.
    pub source_port: u16,
    /// Destination port; of ICMP type (high byte) and code.
    pub destination_port: u16,
}

/// A connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The kernel's number of it.
    pub id: u32,
    /// Who opened it to whom.
    pub tuple: Tuple,
    /// Who answers: differs from [`Tuple::destination`] where that was translated.
    pub answers: IpAddr,
    /// There was an answer.
    pub answered: bool,
    /// TCP only: the connection is set up and neither side has ended it.
    pub established: bool,
    /// Seconds until it is forgotten unless there is another packet.
    pub timeout: u32,
    /// Its mark.
    pub mark: u32,
    /// Bytes from who opened it; 0 while the kernel does not count.
    pub sent: u64,
    /// Bytes back.
    pub received: u64,
    /// When it began, ns since 1970; none while the kernel does not note it.
    pub began: Option<u64>,
}

/// Shows every connection of the calling thread's namespace. While they come and go some may be shown twice
/// or not at all.
pub fn visit(mut see: impl FnMut(Connection)) -> Result<(), NetlinkError> {
    let mut socket = Socket::open(NETLINK_NETFILTER, 0)?;
    let seen = socket.visit(GET, DUMP, &head(0), |kind, payload| {
        if kind == NEW
            && let Some(connection) = payload.get(4..).and_then(connection)
        {
            see(connection);
        }
    });
    match seen {
        Err(NetlinkError::Interrupted) => Ok(()),
        other => other,
    }
}

/// Writes a mark on a connection that is there. Whether it was; one of the same tuple that began since it
/// was listed is left alone.
pub fn mark(tuple: &Tuple, id: u32, mark: u32) -> Result<bool, NetlinkError> {
    let mut message = Attributes::default();
    message.nest(ORIGINAL, |to| write(to, tuple));
    message.put_be32(MARK, mark);
    message.put_be32(ID, id);
    let Some(message) = message.finish() else { return Ok(false) };
    let family = if tuple.source.is_ipv4() { 2 } else { 10 };
    let mut socket = Socket::open(NETLINK_NETFILTER, 0)?;
    let now = socket.ask(GET, 0, &[&head(family), message.as_slice()].concat());
    let known = now.map(|replies| {
        replies.iter().any(|one| {
            let there = one.payload.get(4..).and_then(connection);
            there.is_some_and(|there| there.id == id)
        })
    });
    let done = match known {
        Ok(true) => socket.ask(NEW, ACK, &[&head(family), message.as_slice()].concat()).map(drop),
        Ok(false) => return Ok(false),
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(true),
        Err(NetlinkError::Refused(Errno::ENOENT)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// `struct nfgenmsg`.
fn head(family: u8) -> [u8; 4] {
    [family, 0, 0, 0]
}

fn write(to: &mut Attributes, tuple: &Tuple) {
    to.nest(TUPLE[0], |ip| match (tuple.source, tuple.destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            ip.put(1, &source.octets());
            ip.put(2, &destination.octets());
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            ip.put(3, &source.octets());
            ip.put(4, &destination.octets());
        }
        // No packet has both: the kernel refuses an empty address.
        _ => {}
    });
    to.nest(TUPLE[1], |protocol| {
        let (source, destination) = (tuple.source_port, tuple.destination_port);
        let [kind, code] = destination.to_be_bytes();
        protocol.put(1, &[tuple.protocol]);
        match tuple.protocol {
            ICMP => {
                protocol.put(4, &source.to_be_bytes());
                protocol.put(5, &[kind]);
                protocol.put(6, &[code]);
            }
            ICMPV6 => {
                protocol.put(7, &source.to_be_bytes());
                protocol.put(8, &[kind]);
                protocol.put(9, &[code]);
            }
            _ => {
                protocol.put(2, &source.to_be_bytes());
                protocol.put(3, &destination.to_be_bytes());
            }
        }
    });
}

/// Reads a connection of a list; `None` for what is none.
fn connection(message: &[u8]) -> Option<Connection> {
    let mut tuples = [None, None];
    let mut seen = Connection {
        id: 0,
        tuple: Tuple {
            source: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            destination: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            protocol: 0,
            source_port: 0,
            destination_port: 0,
        },
        answers: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        answered: false,
        established: false,
        timeout: 0,
        mark: 0,
        sent: 0,
        received: 0,
        began: None,
    };
    for attribute in read(message) {
        match attribute.kind {
            ORIGINAL => tuples[0] = tuple(attribute),
            REPLY => tuples[1] = tuple(attribute),
            STATUS => seen.answered = attribute.be32()? & SEEN_REPLY != 0,
            PROTOCOL_STATE => seen.established = is_established(attribute),
            TIMEOUT => seen.timeout = attribute.be32()?,
            MARK => seen.mark = attribute.be32()?,
            ID => seen.id = attribute.be32()?,
            TIMESTAMP => seen.began = find(attribute.value, 1).and_then(be64),
            kind if kind == COUNTERS[0] => seen.sent = bytes(attribute),
            kind if kind == COUNTERS[1] => seen.received = bytes(attribute),
            _ => {}
        }
    }
    let [Some(original), Some(reply)] = tuples else { return None };
    (seen.tuple, seen.answers) = (original, reply.source);
    seen.established |= original.protocol != TCP && seen.answered;
    Some(seen)
}

fn tuple(of: Attribute<'_>) -> Option<Tuple> {
    let [mut source, mut destination] = [None, None];
    for one in find(of.value, TUPLE[0])?.nested() {
        match (one.kind, one.value.len()) {
            (1, 4) => {
                source = <[u8; 4]>::try_from(one.value).ok().map(Ipv4Addr::from).map(IpAddr::V4)
            }
            (2, 4) => {
                destination =
                    <[u8; 4]>::try_from(one.value).ok().map(Ipv4Addr::from).map(IpAddr::V4);
            }
            (3, 16) => {
                source = <[u8; 16]>::try_from(one.value).ok().map(Ipv6Addr::from).map(IpAddr::V6)
            }
            (4, 16) => {
                destination =
                    <[u8; 16]>::try_from(one.value).ok().map(Ipv6Addr::from).map(IpAddr::V6);
            }
            _ => {}
        }
    }
    let [mut protocol, mut kind, mut code] = [0_u8; 3];
    let [mut source_port, mut destination_port] = [0_u16; 2];
    for one in find(of.value, TUPLE[1])?.nested() {
        let byte = one.value.first().copied().unwrap_or(0);
        let short = one.value.first_chunk::<2>().map_or(0, |two| u16::from_be_bytes(*two));
        match one.kind {
            1 => protocol = byte,
            2 | 4 | 7 => source_port = short,
            3 => destination_port = short,
            5 | 8 => kind = byte,
            6 | 9 => code = byte,
            _ => {}
        }
    }
    if matches!(protocol, ICMP | ICMPV6) {
        destination_port = u16::from_be_bytes([kind, code]);
    }
    Some(Tuple {
        source: source?,
        destination: destination?,
        protocol,
        source_port,
        destination_port,
    })
}

/// `TCP_CONNTRACK_ESTABLISHED` of linux/netfilter/nf_conntrack_tcp.h.
fn is_established(state: Attribute<'_>) -> bool {
    let tcp = find(state.value, 1).and_then(|tcp| find(tcp.value, 1));
    tcp.is_some_and(|state| state.value.first() == Some(&3))
}

fn bytes(of: Attribute<'_>) -> u64 {
    find(of.value, 2).and_then(be64).unwrap_or(0)
}

fn be64(of: Attribute<'_>) -> Option<u64> {
    Some(u64::from_be_bytes(of.value.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = connection(&bytes);
        }

        #[test]
        fn a_tuple_is_read_as_it_is_written(
            (source, destination) in prop_oneof![
                any::<([u8; 4], [u8; 4])>().prop_map(|(a, b)| (IpAddr::from(a), IpAddr::from(b))),
                any::<([u8; 16], [u8; 16])>().prop_map(|(a, b)| (IpAddr::from(a), IpAddr::from(b))),
            ],
            protocol: u8,
            source_port: u16,
            destination_port: u16,
        ) {
            let written = Tuple { source, destination, protocol, source_port, destination_port };
            let mut message = Attributes::default();
            message.nest(ORIGINAL, |to| write(to, &written));
            message.nest(REPLY, |to| write(to, &written));
            let message = message.finish().expect("short");
            prop_assert_eq!(connection(&message).map(|read| read.tuple), Some(written));
        }
    }
}
