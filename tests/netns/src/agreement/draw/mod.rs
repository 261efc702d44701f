//! Draws packets: any place, any address that may or may not be there, any protocol and port that a rule
//! could name and some that none does, whole and in fragments, of a new connection, an open one, one from
//! before the rules, of none, and errors of all of these.

mod addresses;
mod connection;
mod first;
mod frame;
mod link;
mod own;
mod relayed;

use testkit::Packet;

use super::case::Case;
use super::chance::Chance;
use super::connections::{Connection, cut};
use crate::Reach;
use crate::place::Version;
use crate::rules::QUARANTINED;

use addresses::moved;
pub use addresses::{behind, drawn_out, within};

const PORTS: [u16; 14] = [443, 80, 53, 123, 67, 68, 22, 9999, 546, 547, 3389, 8443, 5005, 25];

/// All there is to draw from.
pub struct Draw {
    /// Of which settings the rules are.
    pub reach: Reach,
    /// The stream of choices.
    pub chance: Chance,
    /// Open connections.
    pub connections: Vec<Connection>,
    /// A port that no packet had before.
    pub fresh: u32,
}

impl Draw {
    /// The next one; none when the choices do not fit.
    pub fn next(&mut self) -> Option<Case> {
        let case = match self.chance.below(20) {
            0..=7 => self.fresh_packet(),
            8..=10 => self.of_connection(),
            11..=12 => self.error(),
            13..=14 => self.wrong(),
            15..=17 => self.own(),
            18 if self.chance.once_in(4) => Some(self.loopback()),
            18 => self.link(),
            _ => Some(self.frame()),
        }?;
        let in_quarantine = self.is_ruled() && self.chance.once_in(12);
        Some(if in_quarantine { case.of_card(QUARANTINED) } else { case })
    }

    /// The same, more often of what few rules are for.
    pub fn rare(&mut self) -> Option<Case> {
        match self.chance.below(8) {
            0..=1 => self.link(),
            2 => self.own(),
            3 => Some(self.frame()),
            _ => self.next(),
        }
    }

    fn is_ruled(&self) -> bool {
        self.reach == Reach::Ruled
    }

    fn version(&mut self) -> Version {
        self.chance.pick(&Version::BOTH)
    }

    /// A port that makes a new connection.
    fn new_port(&mut self) -> u16 {
        self.fresh += 1;
        u16::try_from(1024 + self.fresh % 60_000).expect("a port")
    }

    fn port(&mut self) -> u16 {
        self.chance.pick(&PORTS)
    }

    /// The packet, cut in two when it is long enough and wanted; no other's pieces fit its own.
    fn pieces(&mut self, packet: &Packet, wanted: bool) -> Vec<Vec<u8>> {
        let number = self.new_port();
        cut(&packet.clone().identification(number), wanted)
    }
}
