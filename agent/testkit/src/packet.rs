//! Makes packets byte by byte, right ones and wrong ones: any header may lie.
//! Formats: RFC 791 (IPv4), RFC 8200 (IPv6), RFC 9293 (TCP), RFC 768 (UDP), RFC 792 and 4443 (ICMP).

use std::net::{IpAddr, Ipv4Addr};

use crate::{Mac, Seen};

/// An IP packet in the making.
#[derive(Clone, Debug)]
pub struct Packet {
    source: IpAddr,
    destination: IpAddr,
    ttl: u8,
    identification: u16,
    /// IPv6 extension headers: type and content from the third byte on.
    extensions: Vec<(u8, Vec<u8>)>,
    protocol: u8,
    payload: Vec<u8>,
}

/// Flags of a TCP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpFlags(pub u8);

impl TcpFlags {
    /// Opens a connection.
    pub const SYN: Self = Self(0x02);
    /// Answers a SYN.
    pub const SYN_ACK: Self = Self(0x12);
    /// Part of a connection.
    pub const ACK: Self = Self(0x10);
    /// Refuses.
    pub const RST: Self = Self(0x04);
    /// Ends.
    pub const FIN: Self = Self(0x01);
}

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const FRAGMENT: u8 = 44;
const ICMPV6: u8 = 58;
const NO_NEXT: u8 = 59;

impl Packet {
    /// An empty packet; both addresses of the same version.
    pub fn new(source: IpAddr, destination: IpAddr) -> Self {
        Self {
            source,
            destination,
            ttl: 64,
            identification: 1,
            extensions: Vec::new(),
            protocol: NO_NEXT,
            payload: Vec::new(),
        }
    }

    /// Sets the time to live or hop limit (64 unless told).
    pub fn ttl(mut self, ttl: u8) -> Self {
        self.ttl = ttl;
        self
    }

    /// Sets the identification that fragments share.
    pub fn identification(mut self, identification: u16) -> Self {
        self.identification = identification;
        self
    }

    /// Adds an IPv6 extension header (hop-by-hop 0, routing 43, destination 60): its content from
    /// the third byte on, padded to 8 bytes.
    pub fn extension(mut self, kind: u8, content: &[u8]) -> Self {
        self.extensions.push((kind, content.to_vec()));
        self
    }

    /// Makes it a TCP segment without data.
    pub fn tcp(self, from: u16, to: u16, flags: TcpFlags) -> Self {
        self.tcp_at(from, to, flags, 1000, if flags.0 & 0x10 == 0 { 0 } else { 1001 })
    }

    /// The same with sequence and acknowledgement numbers.
    pub fn tcp_at(self, from: u16, to: u16, flags: TcpFlags, sequence: u32, ack: u32) -> Self {
        let mut segment = Vec::with_capacity(20);
        segment.extend(from.to_be_bytes());
        segment.extend(to.to_be_bytes());
        segment.extend(sequence.to_be_bytes());
        segment.extend(ack.to_be_bytes());
        segment.extend([0x50, flags.0, 0xff, 0xff, 0, 0, 0, 0]);
        self.checksummed(TCP, segment, 16)
    }

    /// The same as [`Packet::tcp`], with data.
    pub fn tcp_with(self, from: u16, to: u16, flags: TcpFlags, data: &[u8]) -> Self {
        let mut with = self.tcp(from, to, flags);
        let mut segment = std::mem::take(&mut with.payload);
        segment.splice(16..18, [0, 0]);
        segment.extend(data);
        with.checksummed(TCP, segment, 16)
    }

    /// Makes it a UDP datagram.
    pub fn udp(self, from: u16, to: u16, data: &[u8]) -> Self {
        let length = u16::try_from(8 + data.len()).unwrap_or(u16::MAX);
        let mut datagram = Vec::with_capacity(8 + data.len());
        datagram.extend(from.to_be_bytes());
        datagram.extend(to.to_be_bytes());
        datagram.extend(length.to_be_bytes());
        datagram.extend([0, 0]);
        datagram.extend(data);
        self.checksummed(UDP, datagram, 6)
    }

    /// Makes it an ICMP or ICMPv6 message: type, code, and what follows the checksum.
    pub fn icmp(self, kind: u8, code: u8, rest: &[u8]) -> Self {
        let mut message = vec![kind, code, 0, 0];
        message.extend(rest);
        let protocol = if self.source.is_ipv4() { ICMP } else { ICMPV6 };
        self.checksummed(protocol, message, 2)
    }

    /// Makes it an echo request with an identifier.
    pub fn echo(self, identifier: u16) -> Self {
        let kind = if self.source.is_ipv4() { 8 } else { 128 };
        let [high, low] = identifier.to_be_bytes();
        self.icmp(kind, 0, &[high, low, 0, 1])
    }

    /// Makes the transport checksum wrong by changing the last byte.
    pub fn broken(mut self) -> Self {
        if let Some(last) = self.payload.last_mut() {
            *last ^= 0x55;
        }
        self
    }

    /// The packet's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        match (self.source, self.destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                ipv4(self, source, destination, 0, &self.payload)
            }
            _ => ipv6(self, &self.extensions, self.protocol, &self.payload),
        }
    }

    /// The packet as its receiver would see it.
    pub fn seen(&self) -> Option<Seen> {
        let kind = if self.source.is_ipv4() { 0x0800 } else { 0x86dd };
        Seen::parse(&ethernet([0; 6], [0; 6], kind, &self.bytes()))
    }

    fn checksummed(mut self, protocol: u8, mut payload: Vec<u8>, at: usize) -> Self {
        let mut pseudo = Vec::new();
        if protocol != ICMP {
            pseudo.extend(octets(self.source));
            pseudo.extend(octets(self.destination));
            pseudo.extend(u32::try_from(payload.len()).unwrap_or(0).to_be_bytes());
            pseudo.extend([0, 0, 0, protocol]);
        }
        pseudo.extend(&payload);
        let sum = checksum(&pseudo).to_be_bytes();
        payload.splice(at..at + 2, sum);
        self.protocol = protocol;
        self.payload = payload;
        self
    }
}

/// Cuts the packet into two fragments: the first carries `first` bytes (a multiple of 8) of payload.
pub fn fragments(packet: &Packet, first: usize) -> [Vec<u8>; 2] {
    let (head, tail) = packet.payload.split_at(first.min(packet.payload.len()));
    let offset = u16::try_from(first / 8).unwrap_or(0);
    match (packet.source, packet.destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => [
            ipv4(packet, source, destination, 0x2000, head),
            ipv4(packet, source, destination, offset, tail),
        ],
        _ => [(0, 1, head), (offset, 0, tail)].map(|(offset, more, data)| {
            let mut content = (offset << 3 | more).to_be_bytes().to_vec();
            content.extend(u32::from(packet.identification).to_be_bytes());
            let mut extensions = packet.extensions.clone();
            extensions.push((FRAGMENT, content));
            ipv6(packet, &extensions, packet.protocol, data)
        }),
    }
}

/// An ICMP error about a packet (its start is quoted), with the four bytes after the checksum.
pub fn icmp_error(
    (from, to): (IpAddr, IpAddr),
    (kind, code): (u8, u8),
    parameter: u32,
    about: &[u8],
) -> Packet {
    let mut rest = parameter.to_be_bytes().to_vec();
    rest.extend(about.iter().take(512));
    Packet::new(from, to).icmp(kind, code, &rest)
}

/// A frame: destination, source, EtherType, content.
pub fn ethernet(destination: Mac, source: Mac, kind: u16, content: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(14 + content.len());
    frame.extend(destination);
    frame.extend(source);
    frame.extend(kind.to_be_bytes());
    frame.extend(content);
    // The shortest frame of Ethernet, without its checksum.
    frame.resize(frame.len().max(60), 0);
    frame
}

/// An ARP reply (RFC 826) that says: `address` is at `mac`.
pub fn arp_reply(
    (mac, address): (Mac, Ipv4Addr),
    (to_mac, to_address): (Mac, Ipv4Addr),
) -> Vec<u8> {
    let mut arp = vec![0, 1, 8, 0, 6, 4, 0, 2];
    arp.extend(mac);
    arp.extend(address.octets());
    arp.extend(to_mac);
    arp.extend(to_address.octets());
    arp
}

fn ipv4(
    packet: &Packet,
    source: Ipv4Addr,
    destination: Ipv4Addr,
    cut: u16,
    data: &[u8],
) -> Vec<u8> {
    let total = u16::try_from(20 + data.len()).unwrap_or(u16::MAX);
    let mut bytes = vec![0x45, 0];
    bytes.extend(total.to_be_bytes());
    bytes.extend(packet.identification.to_be_bytes());
    bytes.extend(cut.to_be_bytes());
    bytes.extend([packet.ttl, packet.protocol, 0, 0]);
    bytes.extend(source.octets());
    bytes.extend(destination.octets());
    let sum = checksum(&bytes).to_be_bytes();
    bytes.splice(10..12, sum);
    bytes.extend(data);
    bytes
}

fn ipv6(packet: &Packet, extensions: &[(u8, Vec<u8>)], protocol: u8, data: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    for (index, (kind, extension)) in extensions.iter().enumerate() {
        let next = extensions.get(index + 1).map_or(protocol, |(kind, _)| *kind);
        // The fragment header has no length; its second byte is reserved.
        let units = (extension.len() + 2).div_ceil(8);
        let length = if *kind == FRAGMENT { 0 } else { u8::try_from(units - 1).unwrap_or(0) };
        let end = content.len() + units * 8;
        content.extend([next, length]);
        content.extend(extension);
        content.resize(end, 0);
    }
    content.extend(data);
    let first = extensions.first().map_or(protocol, |(kind, _)| *kind);
    let mut bytes = vec![0x60, 0, 0, 0];
    bytes.extend(u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend([first, packet.ttl]);
    bytes.extend(octets(packet.source));
    bytes.extend(octets(packet.destination));
    bytes.extend(content);
    bytes
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

/// The internet checksum (RFC 1071).
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| match pair {
        [high, low] => u32::from(u16::from_be_bytes([*high, *low])),
        [high] => u32::from(*high) << 8,
        _ => 0,
    });
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    u16::try_from(!sum & 0xffff).unwrap_or(0)
}
