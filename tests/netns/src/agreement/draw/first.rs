//! First packets of connections, and what belongs to none and cannot start one.

use firewall::ir::CtState;
use firewall::simulate::Transport;
use testkit::{Packet, TcpFlags, icmp_error};

use super::addresses::is_local;
use super::{Draw, behind};
use crate::Place;
use crate::agreement::case::{Case, icmp, judged};
use crate::place::Version;

impl Draw {
    /// The first packet of a connection.
    pub(super) fn fresh_packet(&mut self) -> Option<Case> {
        let (mut place, version) = (self.chance.pick(&Place::ALL), self.version());
        let (mut source, (mut destination, mut to)) =
            (self.source(place, version), self.destination(version));
        if self.is_ruled() && version == Version::V4 && self.chance.once_in(12) {
            // From behind the other router to its own zone.
            let office = Place::Office;
            (place, source) = (office, behind());
            (destination, to) = (office.address(version), Some(office));
        }
        let (from, port) = (self.new_port(), self.port());
        if is_local(source) && to.is_some() {
            return None;
        }
        let bare = Packet::new(source, destination);
        let (packet, transport) = match self.chance.below(8) {
            0..=2 => (
                bare.tcp_with(from, port, TcpFlags::SYN, &[0; 32]),
                Transport::Tcp { source: from, destination: port },
            ),
            3..=4 => {
                // Rules that name both ports know them from routers and hosts that ask for an address.
                let from = if self.chance.once_in(6) { self.port() } else { from };
                (bare.udp(from, port, &[0; 32]), Transport::Udp { source: from, destination: port })
            }
            5..=6 => {
                let [high, low] = from.to_be_bytes();
                let kind = if source.is_ipv4() { 8 } else { 128 };
                let packet = bare.icmp(kind, 0, &[&[high, low, 0, 1][..], &[0; 24]].concat());
                (packet, icmp(source, kind))
            }
            _ => return None,
        };
        let wanted = self.chance.once_in(4);
        let pieces = self.pieces(&packet, wanted);
        let state = CtState::New;
        Some(Case::routed(
            place,
            packet,
            pieces,
            judged(source, destination, 64, transport, state),
            to,
        ))
    }

    /// What belongs to no connection and cannot start one.
    pub(super) fn wrong(&mut self) -> Option<Case> {
        let (place, version) = (self.chance.pick(&Place::ALL), self.version());
        let (source, (destination, to)) = (self.source(place, version), self.destination(version));
        let (from, port) = (self.new_port(), self.port());
        if is_local(source) && to.is_some() {
            return None;
        }
        let bare = Packet::new(source, destination);
        let tcp = Transport::Tcp { source: from, destination: port };
        let (packet, transport, state) = match self.chance.below(8) {
            0..=3 => {
                let flags = [0x12, 0x04, 0x00, 0x03, 0x3f, 0x29].map(TcpFlags);
                (bare.tcp(from, port, self.chance.pick(&flags)), tcp, CtState::Invalid)
            }
            4 => (bare.tcp(from, port, TcpFlags::SYN).broken(), tcp, CtState::Invalid),
            // In the middle of a connection that was never seen: it is taken up.
            5 => (bare.tcp(from, port, TcpFlags::ACK), tcp, CtState::New),
            // An answer and an error of nothing.
            6 => {
                let kind = if source.is_ipv4() { 0 } else { 129 };
                let packet = bare.icmp(kind, 0, &[1, 2, 3, 4]);
                (packet, icmp(source, kind), CtState::Invalid)
            }
            _ => {
                let kind = if source.is_ipv4() { 3 } else { 1 };
                let quoted = Packet::new(destination, source).tcp(port, from, TcpFlags::SYN);
                let packet = icmp_error((source, destination), (kind, 1), 0, &quoted.bytes());
                (packet, icmp(source, kind), CtState::Invalid)
            }
        };
        let pieces = vec![packet.bytes()];
        Some(Case::routed(
            place,
            packet,
            pieces,
            judged(source, destination, 64, transport, state),
            to,
        ))
    }
}
