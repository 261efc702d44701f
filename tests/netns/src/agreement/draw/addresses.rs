//! Whose addresses packets have: of hosts that are there, of nobody, and some that no host can have.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Draw;
use crate::Place;
use crate::place::Version;
use crate::rules::MOVED;

impl Draw {
    /// An address of some host, or of nobody.
    pub(super) fn source(&mut self, place: Place, version: Version) -> IpAddr {
        // Not of those that the provider has a route for: what answers them goes there.
        let low = 2 + self.chance.below(190);
        let other = self.chance.pick(&Place::ALL);
        match self.chance.below(15) {
            0..=5 => place.address(version),
            6 => version.outsider(),
            7 => other.address(version),
            8 => self.chance.pick(&Place::ALL).gateway(version),
            9..=10 => within(place.address(version), low),
            11 => self.impossible(version),
            12 => version.pick("100.64.7.7", "2a00:1450::7"),
            13 if self.is_ruled() && version == Version::V4 => {
                self.chance.pick(&[behind(), moved(), within(moved(), low)])
            }
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
    pub(super) fn destination(&mut self, version: Version) -> (IpAddr, Option<Place>) {
        match self.chance.below(13) {
            12 if self.is_ruled() && version == Version::V4 => (behind(), Some(Place::Office)),
            9 if self.is_ruled() && version == Version::V4 => (moved(), None),
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
}

/// An address of ours that the provider has a route for.
pub fn drawn_out(version: Version) -> IpAddr {
    version.pick("192.168.20.192", "fd12:3456:789a:99::")
}

/// The kernel passes nothing on from such an address (`ip6_forward`), before any rule is asked.
pub fn is_local(source: IpAddr) -> bool {
    matches!(source, IpAddr::V6(v6) if v6.is_unicast_link_local())
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

/// A host behind another router of office, where a document has one.
pub fn behind() -> IpAddr {
    Ipv4Addr::new(10, 20, 0, 9).into()
}

/// An address of the router in guest that it had before, where a document has one.
pub fn moved() -> IpAddr {
    MOVED.addr().into()
}
