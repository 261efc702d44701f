//! A frame as a test sees it: who sent what to whom. Fields that a frame does not have are zero or
//! none; nothing here judges whether the frame is right.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Mac;

/// A captured frame, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Sender.
    pub mac_source: Mac,
    /// Receiver.
    pub mac_destination: Mac,
    /// EtherType.
    pub kind: u16,
    /// Source and destination, for IPv4 and IPv6.
    pub addresses: Option<(IpAddr, IpAddr)>,
    /// Time to live or hop limit.
    pub ttl: u8,
    /// Protocol of the last header that could be read (44 for a later fragment).
    pub protocol: u8,
    /// Ports, or ICMP type with code in the first and identifier in the second.
    pub ports: (u16, u16),
    /// TCP flags.
    pub flags: u8,
    /// TCP sequence number.
    pub sequence: u32,
    /// The IP packet, without the frame's header and padding left on.
    pub packet: Vec<u8>,
}

impl Seen {
    /// Takes a frame apart; `None` when it is no frame at all.
    pub fn parse(frame: &[u8]) -> Option<Self> {
        let (mac_destination, rest) = frame.split_first_chunk()?;
        let (mac_source, rest) = rest.split_first_chunk()?;
        let (kind, packet) = rest.split_first_chunk()?;
        let mut seen = Self {
            mac_source: *mac_source,
            mac_destination: *mac_destination,
            kind: u16::from_be_bytes(*kind),
            packet: packet.to_vec(),
            ..Self::empty()
        };
        match seen.kind {
            0x0800 => seen.ipv4(packet),
            0x86dd => seen.ipv6(packet),
            _ => None,
        };
        Some(seen)
    }

    /// Source address.
    pub fn source(&self) -> Option<IpAddr> {
        self.addresses.map(|(source, _)| source)
    }

    /// [`Seen::ports`] of a transport header.
    pub(crate) fn ports_of(protocol: u8, transport: &[u8]) -> (u16, u16) {
        let mut seen = Self { protocol, ..Self::empty() };
        seen.transport(transport);
        seen.ports
    }

    /// Destination address.
    pub fn destination(&self) -> Option<IpAddr> {
        self.addresses.map(|(_, destination)| destination)
    }

    fn empty() -> Self {
        Self {
            mac_source: [0; 6],
            mac_destination: [0; 6],
            kind: 0,
            addresses: None,
            ttl: 0,
            protocol: 0,
            ports: (0, 0),
            flags: 0,
            sequence: 0,
            packet: Vec::new(),
        }
    }

    fn ipv4(&mut self, packet: &[u8]) -> Option<()> {
        let (header, _) = packet.split_first_chunk::<20>()?;
        let [first, .., a, b, c, d, e, f, g, h] = *header;
        let source = Ipv4Addr::new(a, b, c, d);
        self.addresses = Some((source.into(), Ipv4Addr::new(e, f, g, h).into()));
        let [_, _, _, _, _, _, cut_high, cut_low, ttl, protocol, ..] = *header;
        self.ttl = ttl;
        self.protocol = protocol;
        if u16::from_be_bytes([cut_high, cut_low]) & 0x1fff == 0 {
            self.transport(packet.get(usize::from(first & 15) * 4..)?);
        }
        Some(())
    }

    fn ipv6(&mut self, packet: &[u8]) -> Option<()> {
        let (header, mut rest) = packet.split_first_chunk::<40>()?;
        let (start, addresses) = header.split_first_chunk::<8>()?;
        let (source, destination) = addresses.split_first_chunk::<16>()?;
        let destination: [u8; 16] = destination.try_into().ok()?;
        self.addresses = Some((Ipv6Addr::from(*source).into(), Ipv6Addr::from(destination).into()));
        let [.., next, ttl] = *start;
        self.ttl = ttl;
        self.protocol = next;
        while let 0 | 43 | 44 | 60 = self.protocol {
            let [next, length, high, low, ..] = *rest.first_chunk::<8>()?;
            let (length, cut) = match self.protocol {
                44 => (8, u16::from_be_bytes([high, low]) >> 3),
                _ => (usize::from(length) * 8 + 8, 0),
            };
            if cut != 0 {
                return Some(());
            }
            self.protocol = next;
            rest = rest.get(length..)?;
        }
        self.transport(rest);
        Some(())
    }

    fn transport(&mut self, bytes: &[u8]) -> Option<()> {
        let (start, rest) = bytes.split_first_chunk::<4>()?;
        let [a, b, c, d] = *start;
        let (first, second) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        match self.protocol {
            6 => {
                // A first fragment may end after the ports.
                self.ports = (first, second);
                let [e, f, g, h, _, _, _, _, _, flags, ..] = *rest.first_chunk::<10>()?;
                self.sequence = u32::from_be_bytes([e, f, g, h]);
                self.flags = flags;
            }
            17 => self.ports = (first, second),
            1 | 58 => {
                let [e, f, ..] = *rest.first_chunk::<2>()?;
                self.ports = (first, u16::from_be_bytes([e, f]));
            }
            _ => {}
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Packet, TcpFlags, ethernet, fragments};

    #[test]
    fn what_is_built_is_seen() {
        for (from, to, kind) in
            [("10.0.0.1", "10.0.0.2", 0x0800), ("fd00::1", "fd00::2", 0x86dd_u16)]
        {
            let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
            let packet = Packet::new(from, to).ttl(9);
            let see = |packet: &[u8]| Seen::parse(&ethernet([2; 6], [4; 6], kind, packet)).unwrap();
            let seen = see(&packet.clone().tcp(7, 443, TcpFlags::SYN).bytes());
            assert_eq!(seen.addresses, Some((from, to)));
            assert_eq!((seen.ttl, seen.protocol, seen.ports, seen.flags), (9, 6, (7, 443), 2));
            let seen = see(&packet.clone().echo(77).bytes());
            assert_eq!(seen.ports.1, 77);
            let [first, last] = fragments(&packet.udp(5, 6, &[0; 40]), 16);
            assert_eq!(see(&first).ports, (5, 6));
            assert_eq!(see(&last).ports, (0, 0));
        }
    }

    #[test]
    fn extension_headers_are_passed() {
        let (from, to) = ("fd00::1".parse().unwrap(), "fd00::2".parse().unwrap());
        let packet = Packet::new(from, to).extension(60, &[1, 4, 0, 0, 0, 0]).extension(0, &[]);
        let bytes = packet.udp(5, 6, b"x").bytes();
        let seen = Seen::parse(&ethernet([2; 6], [4; 6], 0x86dd, &bytes)).unwrap();
        assert_eq!((seen.protocol, seen.ports), (17, (5, 6)));
    }
}
