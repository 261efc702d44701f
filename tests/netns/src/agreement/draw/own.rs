//! What the router sends itself.

use firewall::ir::{CtState, InterfaceName};
use firewall::simulate::{Packet as Judged, Path, Transport};
use testkit::{Packet, TcpFlags};

use super::Draw;
use crate::Place;
use crate::agreement::case::{Case, icmp, judged};
use crate::agreement::sent::Sent;
use crate::place::Version;
use crate::rules::UIDS;

/// Users that send.
pub(super) const UIDS_TRIED: [u32; 8] =
    [0, UIDS.dnsmasq, UIDS.chrony, UIDS.networkd, UIDS.resolver, UIDS.admin, UIDS.relay, 65534];
/// Where names are asked for on loopback.
const NAMES: [u16; 3] = [53, firewall::RESOLVER_PORT, firewall::BLOCKING_PORT];

impl Draw {
    /// What the router sends itself.
    pub(super) fn own(&mut self) -> Option<Case> {
        if self.is_ruled() && self.chance.once_in(6) {
            return Some(self.passed_on());
        }
        let version = self.version();
        let to = self.chance.pick(&[Place::Office, Place::Guest, Place::Crm, Place::Wan]);
        let source = to.gateway(version);
        let far = to == Place::Wan && self.chance.once_in(2);
        let destination = if far { version.internet() } else { to.address(version) };
        let uid = self.chance.pick(&UIDS_TRIED);
        if self.chance.once_in(8) {
            return Some(self.beside_itself(version));
        }
        let (from, port) = (self.new_port(), self.port());
        let bare = Packet::new(source, destination);
        let mut hops = 64;
        let (packet, transport, state) = match self.chance.below(11) {
            10 => (
                bare.tcp(from, port, self.chance.pick(&[0x12, 0x00, 0x03, 0x3f].map(TcpFlags))),
                Transport::Tcp { source: from, destination: port },
                CtState::Invalid,
            ),
            0..=1 => (
                bare.tcp(from, port, TcpFlags::SYN),
                Transport::Tcp { source: from, destination: port },
                CtState::New,
            ),
            2..=5 => {
                let (from, port) = match self.chance.below(4) {
                    0 => (67, 68),
                    1 => (68, 67),
                    2 => (546, 547),
                    _ => (from, port),
                };
                (
                    bare.udp(from, port, &[0; 8]),
                    Transport::Udp { source: from, destination: port },
                    CtState::New,
                )
            }
            6 => {
                let [high, low] = from.to_be_bytes();
                let kind = if source.is_ipv4() { 8 } else { 128 };
                (bare.icmp(kind, 0, &[high, low, 0, 1]), icmp(source, kind), CtState::New)
            }
            _ if version == Version::V6 => {
                let kind = self.chance.pick(&[133, 134, 135, 136, 143, 131, 132]);
                // Mostly what the kernel sends with, for that message.
                let usual = if matches!(kind, 133..=136) { 255 } else { 1 };
                hops = self.chance.pick(&[255, 1, 64, usual, usual, usual]);
                let packet = bare.ttl(hops).icmp(kind, 0, &[0; 20]);
                // Connection tracking leaves neighbours, routers and groups alone.
                (packet, icmp(source, kind), CtState::Untracked)
            }
            _ => return None,
        };
        let mut packet_judged = judged(source, destination, hops, transport, state);
        packet_judged.uid = Some(uid);
        let mut case = Case::own(uid, &packet, packet_judged, to);
        case.to = None;
        Some(case)
    }

    /// The router talks to itself.
    fn beside_itself(&mut self, version: Version) -> Case {
        let own = version.pick("127.0.0.1", "::1");
        let uid = self.chance.pick(&[0, UIDS.admin]);
        let other = self.port();
        let (from, port) =
            (self.new_port(), self.chance.pick(&[NAMES[0], NAMES[1], NAMES[2], other]));
        let bare = Packet::new(own, own);
        let (packet, transport) = if self.chance.once_in(2) {
            let transport = Transport::Tcp { source: from, destination: port };
            (bare.tcp(from, port, TcpFlags::SYN), transport)
        } else {
            let transport = Transport::Udp { source: from, destination: port };
            (bare.udp(from, port, b"self"), transport)
        };
        let lo = || InterfaceName::new("lo");
        let out = Judged {
            output: lo(),
            uid: Some(uid),
            ..judged(own, own, 64, transport, CtState::New)
        };
        let back = Judged { input: lo(), output: None, uid: None, ..out.clone() };
        Case {
            sent: Sent::Own(uid, packet.bytes()),
            frames: Vec::new(),
            packet: Some((out, Path::FromBox)),
            again: Some((back, Path::ToBox)),
            source: own,
            to: None,
            of: None,
        }
    }
}
