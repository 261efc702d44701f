//! A packet, as it is sent and as it is judged.

use std::net::IpAddr;

use firewall::ir::{CtState, InterfaceName};
use firewall::simulate::{Addresses, Packet as Judged, Path, Transport};
use testkit::Packet;

use super::sent::Sent;
use crate::Place;

/// A packet, as it is sent and as it is judged.
#[derive(Clone, Debug)]
pub struct Case {
    /// How it gets on its way.
    pub sent: Sent,
    /// As the bridge sees it, if it comes in by one: each fragment.
    pub frames: Vec<(Judged, Path)>,
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

impl Case {
    /// A packet that comes in from a place.
    pub fn routed(
        place: Place,
        packet: Packet,
        pieces: Vec<Vec<u8>>,
        judged: Judged,
        to: Option<Place>,
    ) -> Self {
        let source = packet.seen().and_then(|seen| seen.source()).expect("a source");
        let judged = Judged { card: Some(place.mac()), ..judged };
        let frame = |piece: usize| {
            let input = InterfaceName::new(place.port());
            let card_to = Some(place.gateway_mac());
            let whole = Judged { input, card_to, ..judged.clone() };
            // Only the first piece has the head of what the packet carries.
            let transport = if piece == 0 { judged.transport } else { without_head(&judged) };
            (Judged { transport, ..whole }, Path::BridgeToBox)
        };
        let on_bridge = place.port() != place.interface();
        let frames = if on_bridge { (0..pieces.len()).map(frame).collect() } else { Vec::new() };
        let input = InterfaceName::new(place.interface());
        let (path, output) = match to {
            Some(to) => (Path::Through, InterfaceName::new(to.interface())),
            None => (Path::ToBox, None),
        };
        Self {
            sent: Sent::Wire(place, place.mac(), pieces),
            frames,
            packet: Some((Judged { input, output, ..judged }, path)),
            again: None,
            source,
            to: to.map(|to| (to, packet)),
            of: None,
        }
    }

    /// A packet of the router to a place.
    pub fn own(uid: u32, packet: &Packet, judged: Judged, to: Place) -> Self {
        let source = packet.seen().and_then(|seen| seen.source()).expect("a source");
        let output = InterfaceName::new(to.interface());
        Self {
            sent: Sent::Own(uid, packet.bytes()),
            frames: Vec::new(),
            packet: Some((Judged { output, uid: Some(uid), ..judged }, Path::FromBox)),
            again: None,
            source,
            to: Some((to, packet.clone())),
            of: None,
        }
    }

    /// A frame that does not get to the router's rules.
    pub fn frame(sent: Sent, frame: Judged, path: Path, source: IpAddr) -> Self {
        let frames = vec![(frame, path)];
        Self { sent, frames, packet: None, again: None, source, to: None, of: None }
    }

    /// The same packet, sent by another card.
    pub fn of_card(mut self, card: testkit::Mac) -> Self {
        if let Sent::Wire(_, own, _) = &mut self.sent {
            *own = card;
            let frames = self.frames.iter_mut().map(|(judged, _)| judged);
            for judged in frames.chain(self.packet.iter_mut().map(|(judged, _)| judged)) {
                judged.card = Some(card);
            }
        }
        self
    }

    /// Whether it is sent in pieces.
    pub fn is_cut(&self) -> bool {
        matches!(&self.sent, Sent::Wire(_, _, pieces) if pieces.len() > 1)
    }

    /// The state of its connection, once the router has seen it.
    pub fn state(&self) -> Option<CtState> {
        self.packet.as_ref().map(|(packet, _)| packet.state)
    }
}

/// What is known of a fragment after the first: the protocol.
fn without_head(judged: &Judged) -> Option<Transport> {
    Some(Transport::Other(match judged.transport? {
        Transport::Icmp(_) => 1,
        Transport::Tcp { .. } => 6,
        Transport::Udp { .. } => 17,
        Transport::Icmpv6(_) => 58,
        Transport::Other(number) => number,
    }))
}

/// A packet of that state, without where it comes in and goes out.
pub fn judged(
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
        card: None,
        card_to: None,
        sent_to: None,
    }
}

/// ICMP of either version.
pub fn icmp(of: IpAddr, kind: u8) -> Transport {
    if of.is_ipv4() { Transport::Icmp(kind) } else { Transport::Icmpv6(kind) }
}
