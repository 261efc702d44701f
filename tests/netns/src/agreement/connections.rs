//! Connections that are open before the packets are drawn: some from before the rules, which they judge
//! anew, some that the rules have let pass.

use std::net::IpAddr;

use testkit::{Packet, TcpFlags, fragments};

use super::sent::send_own;
use crate::{Bench, Place};

/// One end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party {
    /// Where it is; the router itself when nowhere.
    pub place: Option<Place>,
    /// Its address.
    pub address: IpAddr,
}

/// What a connection is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// Echo.
    Ping,
}

/// An open connection.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Who opened it.
    pub opener: Party,
    /// To whom.
    pub opened: Party,
    /// Of what.
    pub kind: Kind,
    /// The opener's port or identifier, and the other's port.
    pub ports: (u16, u16),
    /// The opener as the other sees it.
    pub outside: (IpAddr, u16),
    /// What is written on it.
    pub mark: u32,
}

impl Connection {
    /// Opens it; the router is expected to let both packets pass, or to be who sends.
    pub fn open(
        bench: &mut Bench,
        opener: Party,
        opened: Party,
        kind: Kind,
        ports: (u16, u16),
    ) -> Self {
        let outside = (opener.address, ports.0);
        let mut connection = Self { opener, opened, kind, ports, outside, mark: 0 };
        let first = match kind {
            Kind::Tcp => Packet::new(opener.address, opened.address).tcp_at(
                ports.0,
                ports.1,
                TcpFlags::SYN,
                1000,
                0,
            ),
            _ => connection.packet(false),
        };
        connection.send(bench, opener, &first);
        if let Some(place) = opened.place {
            let seen = bench.arrives(place, |seen| {
                seen.destination() == Some(opened.address)
                    && seen.protocol == first.seen().expect("a packet").protocol
                    && (kind == Kind::Ping || seen.ports.1 == ports.1)
            });
            let port = if kind == Kind::Ping { seen.ports.1 } else { seen.ports.0 };
            connection.outside = (seen.source().expect("source"), port);
        }
        let answer = match kind {
            Kind::Tcp => Packet::new(opened.address, connection.outside.0).tcp_at(
                ports.1,
                connection.outside.1,
                TcpFlags::SYN_ACK,
                2000,
                1001,
            ),
            _ => connection.packet(true),
        };
        connection.send(bench, opened, &answer);
        if kind == Kind::Tcp {
            connection.send(bench, opener, &connection.packet(false));
        }
        connection
    }

    fn send(&self, bench: &mut Bench, from: Party, packet: &Packet) {
        match from.place {
            Some(place) => bench.send(place, packet),
            None => send_own(bench, 0, &packet.bytes()),
        }
    }

    /// The next packet of who opened it, or of the other, as it leaves him.
    pub fn packet(&self, answer: bool) -> Packet {
        let (source, destination) = if answer {
            (self.opened.address, self.outside.0)
        } else {
            (self.opener.address, self.opened.address)
        };
        self.between(
            answer,
            source,
            destination,
            if answer { self.outside.1 } else { self.ports.0 },
        )
    }

    /// The same as the receiver sees it.
    pub fn packet_seen(&self, answer: bool) -> Packet {
        if answer {
            self.between(true, self.opened.address, self.opener.address, self.ports.0)
        } else {
            self.between(false, self.outside.0, self.opened.address, self.outside.1)
        }
    }

    fn between(&self, answer: bool, from: IpAddr, to: IpAddr, opener_port: u16) -> Packet {
        let packet = Packet::new(from, to);
        let (source, destination) =
            if answer { (self.ports.1, opener_port) } else { (opener_port, self.ports.1) };
        let (sequence, ack) = if answer { (2001, 1001) } else { (1001, 2001) };
        match self.kind {
            Kind::Tcp => packet.tcp_at(source, destination, TcpFlags::ACK, sequence, ack),
            Kind::Udp => packet.udp(source, destination, &[0; 24]),
            Kind::Ping => {
                let [high, low] = opener_port.to_be_bytes();
                let kind = match (from.is_ipv4(), answer) {
                    (true, false) => 8,
                    (true, true) => 0,
                    (false, false) => 128,
                    (false, true) => 129,
                };
                packet.icmp(kind, 0, &[high, low, 0, 1])
            }
        }
    }
}

/// The bytes, cut in two when it is long enough and wanted. The first piece holds the whole header of TCP: over IPv6
/// the kernel puts no others together (`nf_ct_frag6_gather`), and connection tracking calls them invalid.
pub fn cut(packet: &Packet, wanted: bool) -> Vec<Vec<u8>> {
    let whole = packet.bytes();
    let room = whole.len().saturating_sub(40);
    if wanted && room >= 32 { fragments(packet, 24).into() } else { vec![whole] }
}
