//! Packets of open connections, and errors that tell of them.

use std::net::IpAddr;

use firewall::ir::CtState;
use firewall::simulate::{Packet as Judged, Transport};
use testkit::icmp_error;

use super::Draw;
use super::addresses::is_local;
use crate::Place;
use crate::agreement::case::{Case, icmp, judged};
use crate::agreement::connections::{Connection, Kind};
use crate::place::Version;

impl Draw {
    /// A packet of an open connection.
    pub(super) fn of_connection(&mut self) -> Option<Case> {
        let at = usize::try_from(self.chance.below(self.connections.len() as u64)).ok()?;
        let connection = self.connections.get(at)?.clone();
        // What was lent before the rules is only answered: a packet of the router would make it theirs.
        let lent = connection.opener.place.is_none() && connection.ports == (67, 68);
        let answer = lent || self.chance.once_in(2);
        let (from, to) = if answer {
            (connection.opened, connection.opener)
        } else {
            (connection.opener, connection.opened)
        };
        let packet = connection.packet(answer);
        let (source, destination) = (from.address, to.address);
        let transport = transport_of(&connection, answer, source);
        let judged = Judged {
            reply: answer,
            mark: connection.mark,
            ..judged(source, destination, 64, transport, CtState::Established)
        };
        let mut case = match from.place {
            Some(place) => {
                let whole = connection.kind == Kind::Tcp || !self.chance.once_in(4);
                let pieces = self.pieces(&packet, !whole);
                Case::routed(place, packet, pieces, judged, to.place)
            }
            None => Case::own(0, &packet, judged, to.place?),
        };
        // As it arrives: the other address may be the opener's own.
        if let Some((place, _)) = case.to {
            case.to = Some((place, connection.packet_seen(answer)));
        }
        // What the router sends is followed to its last chain.
        if from.place.is_none() {
            case.to = None;
        }
        case.of = Some(at);
        Some(case)
    }

    /// An error about the last packet of one end, from anywhere.
    pub(super) fn error(&mut self) -> Option<Case> {
        let at = usize::try_from(self.chance.below(self.connections.len() as u64)).ok()?;
        let connection = self.connections.get(at)?.clone();
        let about_answer = self.chance.once_in(2);
        let (to, behind) = if about_answer {
            (connection.opened, connection.opener)
        } else {
            (connection.opener, connection.opened)
        };
        let version = if to.address.is_ipv4() { Version::V4 } else { Version::V6 };
        let nat = connection.outside.0 != connection.opener.address;
        let place = match (behind.place, self.chance.below(3)) {
            // Behind NAT only who is there knows what the packet looks like.
            (Some(place), 0..=1) => place,
            (place, _) if nat => place?,
            _ => self.chance.pick(&Place::ALL),
        };
        let source = if self.chance.once_in(3) {
            self.source(place, version)
        } else {
            place.address(version)
        };
        if is_local(source) {
            return None;
        }
        let kinds: &[u8] = match version {
            Version::V4 => &[3, 11, 12, 5],
            Version::V6 => &[1, 2, 3, 4],
        };
        let kind = self.chance.pick(kinds);
        // NAT drops redirects itself.
        if nat && kind == 5 && version == Version::V4 {
            return None;
        }
        // As its sender's neighbour saw it; the error goes to whom that says.
        let quoted = if nat && about_answer {
            connection.packet_seen(true)
        } else if nat {
            connection.packet_seen(false)
        } else {
            connection.packet(about_answer)
        };
        let outer = if nat && !about_answer { connection.outside.0 } else { to.address };
        let packet = icmp_error((source, outer), (kind, 0), 0, &quoted.bytes());
        let judged = Judged {
            reply: !about_answer,
            mark: connection.mark,
            about: Some((connection.opener.address, connection.opened.address)),
            ..judged(source, to.address, 64, icmp(source, kind), CtState::Related)
        };
        let pieces = vec![packet.bytes()];
        let mut case = Case::routed(place, packet, pieces, judged, to.place);
        case.to = None;
        case.of = Some(at);
        Some(case)
    }
}

fn transport_of(connection: &Connection, answer: bool, source: IpAddr) -> Transport {
    let (opener, opened) = connection.ports;
    let (from, to) = if answer { (opened, opener) } else { (opener, opened) };
    match connection.kind {
        Kind::Tcp => Transport::Tcp { source: from, destination: to },
        Kind::Udp => Transport::Udp { source: from, destination: to },
        Kind::Ping => icmp(
            source,
            match (source.is_ipv4(), answer) {
                (true, false) => 8,
                (true, true) => 0,
                (false, false) => 128,
                (false, true) => 129,
            },
        ),
    }
}
