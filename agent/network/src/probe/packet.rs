//! The packet itself, byte by byte, and whether another is the same one further on its way.
//! Formats: RFC 791, RFC 8200, RFC 9293, RFC 768, RFC 792, RFC 4443.

use std::net::IpAddr;

/// A MAC address.
pub type Mac = [u8; 6];

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// Opens a TCP connection to the port.
    Tcp(u16),
    /// A UDP datagram to the port.
    Udp(u16),
    /// An echo request.
    Ping,
}

/// A packet to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// From.
    pub source: IpAddr,
    /// To; of the same version.
    pub destination: IpAddr,
    /// What.
    pub traffic: Traffic,
    /// The sender's port, or an echo's identifier.
    pub source_port: u16,
    /// Hops left.
    pub hops: u8,
}

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMPV6: u8 = 58;
/// In an echo and a datagram, for whoever finds it in a capture.
const PAYLOAD: &[u8] = b"Gatehouse trial";
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const SEQUENCE: u32 = 1000;

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;

/// Whether an EtherType is that of IPv4 or IPv6.
pub fn is_ip(kind: u16) -> bool {
    matches!(kind, IPV4 | IPV6)
}

/// A packet in a frame.
pub fn frame(to: Mac, from: Mac, packet: &[u8]) -> Vec<u8> {
    let kind = if packet.first().is_some_and(|first| first >> 4 == 4) { IPV4 } else { IPV6 };
    let mut frame = Vec::with_capacity(packet.len() + 14);
    frame.extend(to);
    frame.extend(from);
    frame.extend(kind.to_be_bytes());
    frame.extend(packet);
    frame.resize(frame.len().max(60), 0);
    frame
}

impl Flow {
    /// Number of its transport protocol.
    pub fn protocol(&self) -> u8 {
        match (self.traffic, self.source) {
            (Traffic::Tcp(_), _) => TCP,
            (Traffic::Udp(_), _) => UDP,
            (Traffic::Ping, IpAddr::V4(_)) => ICMP,
            (Traffic::Ping, IpAddr::V6(_)) => ICMPV6,
        }
    }

    /// The IP packet that is tried.
    pub fn packet(&self) -> Vec<u8> {
        let from = self.source_port.to_be_bytes();
        let (message, at) = match self.traffic {
            Traffic::Tcp(port) => (segment(from, port, SYN, SEQUENCE), 16),
            Traffic::Udp(port) => {
                let length = u16::try_from(PAYLOAD.len() + 8).unwrap_or(8).to_be_bytes();
                ([&from[..], &port.to_be_bytes(), &length, &[0, 0], PAYLOAD].concat(), 6)
            }
            Traffic::Ping => {
                let kind = if self.source.is_ipv4() { 8 } else { 128 };
                ([&[kind, 0, 0, 0][..], &from, &[0, 1], PAYLOAD].concat(), 2)
            }
        };
        self.carrying(message, at)
    }

    /// What takes a TCP connection back, for whoever it was offered to.
    pub fn reset(&self) -> Option<Vec<u8>> {
        let Traffic::Tcp(port) = self.traffic else { return None };
        let message = segment(self.source_port.to_be_bytes(), port, RST, SEQUENCE + 1);
        Some(self.carrying(message, 16))
    }

    /// Whether an IP packet is this one. Behind source NAT sender and its port may be others.
    pub fn is(&self, packet: &[u8], behind_nat: bool) -> bool {
        let Some((source, destination, protocol, message)) = taken_apart(packet) else {
            return false;
        };
        destination == self.destination
            && protocol == self.protocol()
            && (behind_nat || source == self.source)
            && self.is_message(message, behind_nat)
    }

    /// Whether what an IP packet carries is what this one does.
    pub fn is_message(&self, message: &[u8], behind_nat: bool) -> bool {
        let from = self.source_port.to_be_bytes();
        let Some((&[a, b, c, d, e, f], _)) = message.split_first_chunk() else { return false };
        match self.traffic {
            Traffic::Tcp(port) | Traffic::Udp(port) => {
                (behind_nat || [a, b] == from) && [c, d] == port.to_be_bytes()
            }
            Traffic::Ping => {
                let kind = if self.source.is_ipv4() { 8 } else { 128 };
                a == kind && (behind_nat || [e, f] == from)
            }
        }
    }

    /// The message with its checksum, in an IP packet.
    fn carrying(&self, mut message: Vec<u8>, at: usize) -> Vec<u8> {
        let length = u16::try_from(message.len()).unwrap_or(u16::MAX);
        let (protocol, mut covered) = (self.protocol(), Vec::new());
        if protocol != ICMP {
            covered.extend(octets(self.source));
            covered.extend(octets(self.destination));
            covered.extend(u32::from(length).to_be_bytes());
            covered.extend([0, 0, 0, protocol]);
        }
        covered.extend(&message);
        let sum = checksum(&covered).to_be_bytes();
        if let Some(place) = message.get_mut(at..at + 2) {
            place.copy_from_slice(&sum);
        }
        [header(self.source, self.destination, protocol, self.hops, length), message].concat()
    }
}

fn segment(from: [u8; 2], port: u16, flags: u8, sequence: u32) -> Vec<u8> {
    let [to, sequence] = [port.to_be_bytes().to_vec(), sequence.to_be_bytes().to_vec()];
    // Header of five words, and a window.
    [&from[..], &to, &sequence, &[0; 4], &[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]].concat()
}

/// An IP header for so many bytes.
pub(super) fn header(
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    hops: u8,
    length: u16,
) -> Vec<u8> {
    let (from, to) = (octets(source), octets(destination));
    if source.is_ipv6() {
        let length = length.to_be_bytes();
        return [&[0x60, 0, 0, 0], &length[..], &[protocol, hops], &from, &to].concat();
    }
    let total = length.saturating_add(20).to_be_bytes();
    let start = [&[0x45, 0], &total[..], &[0, 0, 0x40, 0, hops, protocol]].concat();
    let sum = checksum(&[&start[..], &[0, 0], &from, &to].concat()).to_be_bytes();
    [&start[..], &sum, &from, &to].concat()
}

/// Source, destination, protocol and message of an IP packet without extension headers.
fn taken_apart(packet: &[u8]) -> Option<(IpAddr, IpAddr, u8, &[u8])> {
    let first = *packet.first()?;
    if first >> 4 == 6 {
        let (start, rest) = packet.split_first_chunk::<8>()?;
        let (source, rest) = rest.split_first_chunk::<16>()?;
        let (destination, message) = rest.split_first_chunk::<16>()?;
        let [.., protocol, _] = *start;
        return Some(((*source).into(), (*destination).into(), protocol, message));
    }
    let (start, rest) = packet.split_first_chunk::<12>()?;
    let (source, rest) = rest.split_first_chunk::<4>()?;
    let (destination, _) = rest.split_first_chunk::<4>()?;
    let [.., protocol, _, _] = *start;
    let message = packet.get(usize::from(first & 15) * 4..)?;
    Some(((*source).into(), (*destination).into(), protocol, message))
}

pub(super) fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().into(),
        IpAddr::V6(v6) => v6.octets().into(),
    }
}

/// The internet checksum (RFC 1071).
pub(super) fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| match pair {
        [high, low] => u32::from(u16::from_be_bytes([*high, *low])),
        [high] => u32::from(*high) << 8,
        _ => 0,
    });
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRS: [(&str, &str); 2] = [("10.0.0.1", "10.0.0.2"), ("fd00::1", "fd00::2")];

    fn flows() -> Vec<Flow> {
        let all = [Traffic::Tcp(443), Traffic::Udp(53), Traffic::Ping];
        let flow = |(from, to): (&str, &str), traffic| Flow {
            source: from.parse().unwrap(),
            destination: to.parse().unwrap(),
            traffic,
            source_port: 50_000,
            hops: 9,
        };
        PAIRS.iter().flat_map(|pair| all.map(|traffic| flow(*pair, traffic))).collect()
    }

    #[test]
    fn a_packet_is_itself_and_no_other() {
        let flows = flows();
        for (at, one) in flows.iter().enumerate() {
            for (other_at, other) in flows.iter().enumerate() {
                assert_eq!(one.is(&other.packet(), false), at == other_at, "{one:?} {other:?}");
            }
            let elsewhere = Flow { source_port: 50_001, ..*one };
            assert!(!one.is(&elsewhere.packet(), false) && one.is(&elsewhere.packet(), true));
        }
    }

    #[test]
    fn checksums_come_to_nothing() {
        for flow in flows() {
            let packet = flow.packet();
            let (source, destination, protocol, message) = taken_apart(&packet).unwrap();
            assert_eq!((source, destination), (flow.source, flow.destination));
            let mut covered = Vec::new();
            if protocol != ICMP {
                covered.extend(octets(source));
                covered.extend(octets(destination));
                covered.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
                covered.extend([0, 0, 0, protocol]);
            }
            covered.extend(message);
            assert_eq!(checksum(&covered), 0, "{flow:?}");
            if source.is_ipv4() {
                assert_eq!(checksum(&packet[..20]), 0);
            }
        }
    }

    #[test]
    fn no_bytes_are_taken_for_one() {
        for flow in flows() {
            let packet = flow.packet();
            for length in 0..packet.len() {
                let _ = flow.is(&packet[..length], false);
            }
            assert!(!flow.is(&[], true));
        }
    }
}
