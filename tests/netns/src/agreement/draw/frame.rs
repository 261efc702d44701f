//! Frames that never get to the router's rules: between ports of one bridge, with tags, and from neighbours that
//! stand where only the CRM may.

use firewall::ir::{CtState, EtherType, InterfaceName};
use firewall::simulate::{Packet as Judged, Path, Transport};
use testkit::{Mac, Packet, TcpFlags, ethernet};

use super::{Draw, within};
use crate::Place;
use crate::agreement::around::{NEIGHBOUR, TRUNK};
use crate::agreement::case::{Case, judged};
use crate::agreement::sent::Sent;
use crate::place::Version;
use crate::rules::{NOBODY_REACHES, QUARANTINED};

const TAG: u16 = 0x8100;
const PROVIDER_TAG: u16 = 0x88a8;

/// A port of a bridge, and the card behind it.
type End = (&'static str, Mac);

fn end(place: Place) -> End {
    (place.port(), place.mac())
}

impl Draw {
    pub(super) fn frame(&mut self) -> Case {
        let office = end(Place::Office);
        match self.chance.below(11) {
            10 => self.passes_by(Place::Office, (office.0, QUARANTINED), NEIGHBOUR, None),
            0 => self.passes_by(Place::Office, office, NEIGHBOUR, None),
            1 => self.passes_by(Place::Office, office, (NEIGHBOUR.0, NOBODY_REACHES), None),
            // Tagged with guest's number.
            2 => self.passes_by(Place::Office, office, NEIGHBOUR, Some(20)),
            3 => self.passes_by(Place::Guest, end(Place::Guest), end(Place::Second), None),
            4 => self.passes_by(Place::Second, end(Place::Second), end(Place::Guest), None),
            5 => self.passes_by(Place::Second, end(Place::Second), TRUNK, None),
            6 => {
                let to = self.chance.pick(&[Place::Guest, Place::Second]);
                self.by_trunk(end(to))
            }
            7 => self.with_two_tags(),
            8 => {
                let (from, to) =
                    self.chance.pick(&[(Place::Peer, Place::Crm), (Place::Crm, Place::Peer)]);
                self.passes_by(from, end(from), end(to), None)
            }
            _ => self.as_crm(),
        }
    }

    /// A frame of a place, and as it is judged without where it goes.
    fn made(
        &mut self,
        (from, to): (Mac, Mac),
        place: Place,
        tags: &[(u16, u16)],
    ) -> (Vec<u8>, Judged) {
        let version = self.version();
        let source = match from {
            from if from == place.mac() => place.address(version),
            _ => within(place.address(version), 77),
        };
        let destination = within(source, 78);
        let (port, at) = (self.new_port(), self.port());
        // The provider's ports of DHCP clients have a rule of their own.
        let is_tcp = self.chance.once_in(2);
        let bare = Packet::new(source, destination);
        let (packet, transport) = if is_tcp {
            let transport = Transport::Tcp { source: port, destination: at };
            (bare.tcp(port, at, TcpFlags::SYN), transport)
        } else {
            (bare.udp(port, at, b"frame"), Transport::Udp { source: port, destination: at })
        };
        let kind: u16 = if version == Version::V4 { 0x0800 } else { 0x86dd };
        let mut inside = packet.bytes();
        let mut outer = kind;
        for (tag, vlan) in tags.iter().rev() {
            inside = [&vlan.to_be_bytes()[..], &outer.to_be_bytes(), &inside].concat();
            outer = *tag;
        }
        let judged = Judged {
            vlan: tags.first().map(|(_, vlan)| *vlan),
            card: Some(from),
            card_to: Some(to),
            ..judged(source, destination, 64, transport, CtState::New)
        };
        (ethernet(to, from, outer, &inside), judged)
    }

    /// From one port of a bridge to another.
    fn passes_by(&mut self, place: Place, from: End, to: End, vlan: Option<u16>) -> Case {
        let tags: Vec<_> = vlan.map(|vlan| (TAG, vlan)).into_iter().collect();
        let (frame, judged) = self.made((from.1, to.1), place, &tags);
        through(Sent::Frame(place, frame), from.0, Some(to.0), judged)
    }

    /// From the port of guest's bridge that is of no device.
    fn by_trunk(&mut self, to: End) -> Case {
        let (frame, judged) = self.made((TRUNK.1, to.1), Place::Guest, &[]);
        through(Sent::Trunk(frame), TRUNK.0, Some(to.0), judged)
    }

    /// A tag within a tag: what is in there nobody reads.
    fn with_two_tags(&mut self) -> Case {
        let (number, inner) =
            self.chance.pick(&[(TAG, EtherType::Tag), (PROVIDER_TAG, EtherType::ProviderTag)]);
        let place = self.chance.pick(&[Place::Office, Place::Guest, Place::Peer, Place::Crm]);
        let tags = [(TAG, 40), (number, 41)];
        let (frame, judged) = self.made((place.mac(), place.gateway_mac()), place, &tags);
        let hidden = Judged { inner_tag: Some(inner), transport: None, ..judged };
        through(Sent::Frame(place, frame), place.port(), None, hidden)
    }

    /// What says that it is of the CRM's VLAN, to the router.
    fn as_crm(&mut self) -> Case {
        let place = Place::Peer;
        let (frame, judged) = self.made((place.mac(), place.gateway_mac()), place, &[(TAG, 30)]);
        through(Sent::Frame(place, frame), place.port(), None, judged)
    }
}

/// To another port, or to the router.
fn through(sent: Sent, from: &str, to: Option<&str>, judged: Judged) -> Case {
    let source = match judged.addresses {
        Some(firewall::simulate::Addresses::V4 { source, .. }) => source.into(),
        Some(firewall::simulate::Addresses::V6 { source, .. }) => source.into(),
        None => panic!("a frame without addresses"),
    };
    let output = to.and_then(InterfaceName::new);
    let judged = Judged { input: InterfaceName::new(from), output, ..judged };
    let path = if to.is_some() { Path::BridgeThrough } else { Path::BridgeToBox };
    Case::frame(sent, judged, path, source)
}
