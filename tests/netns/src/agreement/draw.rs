//! Draws packets: any place, any address that may or may not be there, any protocol and port that a rule
//! could name and some that none does, whole and in fragments, of a new connection, an open one, one from
//! before the rules, of none, and errors of all of these.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use firewall::ir::{CtState, InterfaceName};
use firewall::simulate::{Addresses, Packet as Judged, Path, Transport};
use testkit::{Packet, TcpFlags, ethernet, icmp_error};

use super::chance::Chance;
use super::connections::{Connection, Kind, Party, cut};
use super::sent::Sent;
use crate::place::{Place, Version};
use crate::rules::UIDS;

/// A packet, as it is sent and as it is judged.
#[derive(Clone, Debug)]
pub struct Case {
    /// How it gets on its way.
    pub sent: Sent,
    /// As the bridge sees it, if it comes in by one, and how often: once for each fragment.
    pub frame: Option<(Judged, Path, usize)>,
    /// As the router sees it.
    pub packet: Option<(Judged, Path)>,
    /// What it is seen as after that, when it comes back to the router itself.
    pub again: Option<(Judged, Path)>,
    /// Its source address on the wire.
    pub source: IpAddr,
    /// Where it arrives when it passes.
    pub to: Option<(Place, Packet)>,
    /// Of which connection.
    pub of: Option<usize>,
}

/// Numbers of hosts that had an address of the router before the rules; no packet is drawn from them.
pub const LENT: u64 = 252;
/// Likewise, to which the router spoke.
pub const LENDS: u64 = 253;

/// A second port of the office's bridge, and who is behind it.
pub const NEIGHBOUR: &str = "lan9";
/// MAC address of that.
pub const NEIGHBOUR_MAC: testkit::Mac = [2, 0, 0, 0, 1, 9];

const PORTS: [u16; 12] = [443, 80, 53, 123, 67, 68, 22, 9999, 546, 547, 3389, 8443];
const UIDS_TRIED: [u32; 5] = [0, UIDS.dnsmasq, UIDS.chrony, UIDS.networkd, 65534];

/// All there is to draw from.
pub struct Draw {
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
        match self.chance.below(20) {
            0..=7 => self.fresh_packet(),
            8..=10 => self.of_connection(),
            11..=12 => self.error(),
            13..=14 => self.wrong(),
            15..=17 => self.own(),
            18 => self.link(),
            _ => self.layer2(),
        }
    }

    /// The same, more often of what few rules are for.
    pub fn rare(&mut self) -> Option<Case> {
        match self.chance.below(8) {
            0..=2 => self.link(),
            3..=4 => self.own(),
            5 => self.layer2(),
            _ => self.next(),
        }
    }

    fn version(&mut self) -> Version {
        self.chance.pick(&Version::BOTH)
    }

    /// A port that makes a new connection.
    fn new_port(&mut self) -> u16 {
        self.fresh += 1;
        u16::try_from(1024 + self.fresh % 60_000).expect("a port")
    }

    /// An address of some host, or of nobody.
    fn source(&mut self, place: Place, version: Version) -> IpAddr {
        let low = 2 + self.chance.below(250);
        let other = self.chance.pick(&Place::ALL);
        match self.chance.below(14) {
            0..=5 => place.address(version),
            6 => version.outsider(),
            7 => other.address(version),
            8 => self.chance.pick(&Place::ALL).gateway(version),
            9..=10 => within(place.address(version), low),
            11 => self.impossible(version),
            12 => version.pick("100.64.7.7", "2a00:1450::7"),
            _ => version.internet(),
        }
    }

    fn impossible(&mut self, version: Version) -> IpAddr {
        match version {
            Version::V4 => self
                .chance
                .pick(&[
                    [0, 0, 0, 0],
                    [127, 0, 0, 9],
                    [192, 0, 2, 7],
                    [198, 51, 100, 7],
                    [203, 0, 113, 7],
                    [240, 0, 0, 7],
                ])
                .into(),
            Version::V6 => {
                let all = ["::", "2001:db8::7", "100::7", "fec0::7", "fe80::7", "::7"];
                self.chance.pick(&all).parse().expect("an address")
            }
        }
    }

    /// A host, the router or nobody.
    fn destination(&mut self, version: Version) -> (IpAddr, Option<Place>) {
        match self.chance.below(12) {
            10 => (drawn_out(version), Some(Place::Wan)),
            11 if version == Version::V4 => (Ipv4Addr::new(127, 0, 0, 9).into(), None),
            0..=2 => (version.internet(), Some(Place::Wan)),
            3..=6 => {
                let place =
                    self.chance.pick(&[Place::Office, Place::Guest, Place::Peer, Place::Crm]);
                (place.address(version), Some(place))
            }
            7 => (version.outsider(), Some(Place::Office)),
            _ => {
                let all = [Place::Office, Place::Guest, Place::Crm, Place::Wan];
                (self.chance.pick(&all).gateway(version), None)
            }
        }
    }

    fn port(&mut self) -> u16 {
        self.chance.pick(&PORTS)
    }

    /// The first packet of a connection.
    fn fresh_packet(&mut self) -> Option<Case> {
        let (place, version) = (self.chance.pick(&Place::ALL), self.version());
        let (source, (destination, to)) = (self.source(place, version), self.destination(version));
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
        let pieces = cut(&packet, self.chance.once_in(4));
        let state = CtState::New;
        Some(routed(place, packet, pieces, judged(source, destination, 64, transport, state), to))
    }

    /// A packet of an open connection.
    fn of_connection(&mut self) -> Option<Case> {
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
                let pieces = cut(&packet, !whole);
                routed(place, packet, pieces, judged, to.place)
            }
            None => own(0, &packet, judged, to.place?),
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
    fn error(&mut self) -> Option<Case> {
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
        let mut case = routed(place, packet, pieces, judged, to.place);
        case.to = None;
        case.of = Some(at);
        Some(case)
    }

    /// What belongs to no connection and cannot start one.
    fn wrong(&mut self) -> Option<Case> {
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
        Some(routed(place, packet, pieces, judged(source, destination, 64, transport, state), to))
    }

    /// What the router sends itself.
    fn own(&mut self) -> Option<Case> {
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
                hops = self.chance.pick(&[255, 1, 64]);
                let packet = bare.ttl(hops).icmp(kind, 0, &[0; 20]);
                // Connection tracking leaves neighbours, routers and groups alone.
                (packet, icmp(source, kind), CtState::Untracked)
            }
            _ => return None,
        };
        let mut packet_judged = judged(source, destination, hops, transport, state);
        packet_judged.uid = Some(uid);
        let mut case = own(uid, &packet, packet_judged, to);
        case.to = None;
        Some(case)
    }

    /// The router talks to itself.
    fn beside_itself(&mut self, version: Version) -> Case {
        let own = version.pick("127.0.0.1", "::1");
        let (from, port) = (self.new_port(), self.port());
        let packet = Packet::new(own, own).udp(from, port, b"self");
        let transport = Transport::Udp { source: from, destination: port };
        let lo = || InterfaceName::new("lo");
        let out =
            Judged { output: lo(), uid: Some(0), ..judged(own, own, 64, transport, CtState::New) };
        let back = Judged { input: lo(), output: None, uid: None, ..out.clone() };
        Case {
            sent: Sent::Own(0, packet.bytes()),
            frame: None,
            packet: Some((out, Path::FromBox)),
            again: Some((back, Path::ToBox)),
            source: own,
            to: None,
            of: None,
        }
    }

    /// The link's own business: neighbours, routers, groups, and hosts that have no address yet.
    fn link(&mut self) -> Option<Case> {
        let place = self.chance.pick(&Place::ALL);
        if self.chance.once_in(4) {
            let (source, all) = (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::BROADCAST.into());
            let (from, port) = if self.chance.once_in(4) { (67, 68) } else { (68, 67) };
            let packet = Packet::new(source, all).udp(from, port, b"discover");
            let transport = Transport::Udp { source: from, destination: port };
            let pieces = vec![packet.bytes()];
            let judged = judged(source, all, 64, transport, CtState::New);
            return Some(routed(place, packet, pieces, judged, None));
        }
        let own: Ipv6Addr = "fe80::99".parse().ok()?;
        let source = match self.chance.below(4) {
            0 => Ipv6Addr::UNSPECIFIED.into(),
            1 => place.address(Version::V6),
            _ => IpAddr::V6(own),
        };
        if self.chance.once_in(6) {
            let packet = Packet::new(source, place.gateway(Version::V6)).udp(547, 546, b"answer");
            let transport = Transport::Udp { source: 547, destination: 546 };
            if source == IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
                return None;
            }
            let judged = judged(source, place.gateway(Version::V6), 64, transport, CtState::New);
            let pieces = vec![packet.bytes()];
            return Some(routed(place, packet, pieces, judged, None));
        }
        let kind = self.chance.pick(&[130, 131, 132, 133, 134, 135, 136, 143]);
        let hops = self.chance.pick(&[255, 1, 255, 1, 64]);
        let destination = place.gateway(Version::V6);
        let packet = Packet::new(source, destination).ttl(hops).icmp(kind, 0, &[0; 20]);
        let judged = judged(source, destination, hops, icmp(source, kind), CtState::Untracked);
        let pieces = vec![packet.bytes()];
        Some(routed(place, packet, pieces, judged, None))
    }

    /// Between two hosts of one zone.
    fn beside(&mut self, version: Version) -> Case {
        let (from, at) = (self.new_port(), self.port());
        let place = Place::Office;
        let (source, destination) = (place.address(version), version.outsider());
        let packet = Packet::new(source, destination).tcp(from, at, TcpFlags::SYN);
        let kind = if version == Version::V4 { 0x0800 } else { 0x86dd };
        let transport = Transport::Tcp { source: from, destination: at };
        let judged = Judged {
            input: InterfaceName::new(place.port()),
            output: InterfaceName::new(NEIGHBOUR),
            ..judged(source, destination, 64, transport, CtState::New)
        };
        let frame = ethernet(NEIGHBOUR_MAC, place.mac(), kind, &packet.bytes());
        Case {
            sent: Sent::Frame(place, frame),
            frame: Some((judged, Path::BridgeThrough, 1)),
            packet: None,
            again: None,
            source,
            to: None,
            of: None,
        }
    }

    /// Frames that never get to the router's rules.
    fn layer2(&mut self) -> Option<Case> {
        let version = self.version();
        let bare = |from: Place, to: Place| Packet::new(from.address(version), to.address(version));
        let port = |place: Place| InterfaceName::new(place.port());
        if self.chance.once_in(4) {
            return Some(self.beside(version));
        }
        let (from, to, vlan) = match self.chance.below(3) {
            0 => (Place::Peer, Some(Place::Crm), None),
            1 => (Place::Crm, Some(Place::Peer), None),
            _ => (Place::Peer, None, Some(30)),
        };
        let other = to.unwrap_or(Place::Office);
        let (source, destination) = (from.address(version), other.address(version));
        let (own, at) = (self.new_port(), self.port());
        let packet = bare(from, other).tcp(own, at, TcpFlags::SYN);
        let bytes = packet.bytes();
        let kind: u16 = if version == Version::V4 { 0x0800 } else { 0x86dd };
        let mac = to.map_or(from.gateway_mac(), Place::mac);
        let frame = match vlan {
            None => ethernet(mac, from.mac(), kind, &bytes),
            Some(vlan) => {
                let tagged = [&u16::to_be_bytes(vlan)[..], &kind.to_be_bytes(), &bytes].concat();
                ethernet(mac, from.mac(), 0x8100, &tagged)
            }
        };
        let transport = Transport::Tcp { source: own, destination: at };
        let judged = Judged {
            input: port(from),
            output: to.and_then(port),
            vlan,
            ..judged(source, destination, 64, transport, CtState::New)
        };
        let path = if to.is_some() { Path::BridgeThrough } else { Path::BridgeToBox };
        Some(Case {
            sent: Sent::Frame(from, frame),
            frame: Some((judged, path, 1)),
            packet: None,
            again: None,
            source,
            to: None,
            of: None,
        })
    }
}

/// An address of ours that the provider has a route for.
pub fn drawn_out(version: Version) -> IpAddr {
    version.pick("192.168.20.192", "fd12:3456:789a:99::")
}

/// A packet that comes in from a place.
fn routed(
    place: Place,
    packet: Packet,
    pieces: Vec<Vec<u8>>,
    judged: Judged,
    to: Option<Place>,
) -> Case {
    let source = packet.seen().and_then(|seen| seen.source()).expect("a source");
    let on_bridge = place.port() != place.interface();
    let frame = on_bridge.then(|| {
        let input = InterfaceName::new(place.port());
        (Judged { input, output: None, ..judged.clone() }, Path::BridgeToBox, pieces.len())
    });
    let input = InterfaceName::new(place.interface());
    let (path, output) = match to {
        Some(to) => (Path::Through, InterfaceName::new(to.interface())),
        None => (Path::ToBox, None),
    };
    Case {
        sent: Sent::Wire(place, pieces),
        frame,
        packet: Some((Judged { input, output, ..judged }, path)),
        again: None,
        source,
        to: to.map(|to| (to, packet)),
        of: None,
    }
}

/// A packet of the router to a place.
fn own(uid: u32, packet: &Packet, judged: Judged, to: Place) -> Case {
    let source = packet.seen().and_then(|seen| seen.source()).expect("a source");
    let output = InterfaceName::new(to.interface());
    Case {
        sent: Sent::Own(uid, packet.bytes()),
        frame: None,
        packet: Some((Judged { output, uid: Some(uid), ..judged }, Path::FromBox)),
        again: None,
        source,
        to: Some((to, packet.clone())),
        of: None,
    }
}

fn judged(
    source: IpAddr,
    destination: IpAddr,
    hop_limit: u8,
    transport: Transport,
    state: CtState,
) -> Judged {
    let addresses = match (source, destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => Addresses::V4 { source, destination },
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            Addresses::V6 { source, destination, hop_limit }
        }
        _ => panic!("of two versions: {source} {destination}"),
    };
    Judged {
        input: None,
        output: None,
        addresses: Some(addresses),
        transport: Some(transport),
        state,
        reply: false,
        mark: 0,
        about: None,
        uid: None,
        vlan: None,
        inner_tag: None,
        sent_to: None,
        card: None,
    }
}

/// The kernel passes nothing on from such an address (`ip6_forward`), before any rule is asked.
fn is_local(source: IpAddr) -> bool {
    matches!(source, IpAddr::V6(v6) if v6.is_unicast_link_local())
}

fn icmp(of: IpAddr, kind: u8) -> Transport {
    if of.is_ipv4() { Transport::Icmp(kind) } else { Transport::Icmpv6(kind) }
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

/// An address in the same network.
pub fn within(address: IpAddr, host: u64) -> IpAddr {
    let low = u8::try_from(host).unwrap_or(9);
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            [a, b, c, low].into()
        }
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !0xffff | u128::from(low) << 4).into(),
    }
}

/// Who can be at the ends of a connection.
pub fn party(place: Option<Place>, address: IpAddr) -> Party {
    Party { place, address }
}
