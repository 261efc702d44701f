//! Who is on the links: addresses with the cards that have them (ARP, neighbour discovery), and behind
//! which bridge port a card is.

use std::net::IpAddr;

use netlink_packet_route::neighbour::{
    NeighbourAddress, NeighbourAttribute, NeighbourMessage, NeighbourState,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

use crate::links::LinkError;
use crate::links::route::Route;

/// An address that a card has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Index of the link.
    pub link: u32,
    /// The address.
    pub address: IpAddr,
    /// The card's MAC address.
    pub mac: [u8; 6],
    /// It answered within the last half minute or so.
    pub reachable: bool,
}

/// A card behind a bridge port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Index of the port.
    pub port: u32,
    /// VLAN, where the bridge has some.
    pub vlan: Option<u16>,
    /// The card's MAC address.
    pub mac: [u8; 6],
}

/// What the kernel knows in the calling thread's namespace; entries that were made by hand are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// Addresses.
    pub addresses: Vec<Neighbour>,
    /// Cards behind bridge ports.
    pub ports: Vec<Behind>,
    /// Names of links by their index.
    pub links: Vec<(u32, String)>,
}

/// Lists them.
pub fn list() -> Result<Neighbours, LinkError> {
    let mut route = Route::open().map_err(LinkError::Read)?;
    let mut found = Neighbours::default();
    for family in [AddressFamily::Inet, AddressFamily::Inet6, AddressFamily::Bridge] {
        let mut request = NeighbourMessage::default();
        request.header.family = family;
        for message in route.list(&RouteNetlinkMessage::GetNeighbour(request))? {
            let RouteNetlinkMessage::NewNeighbour(entry) = message else { continue };
            if is_learnt(entry.header.state) {
                found.take(&entry, family);
            }
        }
    }
    found.links = route.links()?.into_iter().map(|link| (link.index, link.name)).collect();
    Ok(found)
}

/// Whether an entry was learnt and holds; a permanent one was made by hand.
fn is_learnt(state: NeighbourState) -> bool {
    matches!(
        state,
        NeighbourState::Reachable
            | NeighbourState::Stale
            | NeighbourState::Delay
            | NeighbourState::Probe
    )
}

impl Neighbours {
    fn take(&mut self, entry: &NeighbourMessage, family: AddressFamily) {
        let (mut address, mut mac, mut vlan) = (None, None, None);
        for attribute in &entry.attributes {
            match attribute {
                NeighbourAttribute::Destination(NeighbourAddress::Inet(v4)) => {
                    address = Some(IpAddr::V4(*v4));
                }
                NeighbourAttribute::Destination(NeighbourAddress::Inet6(v6)) => {
                    address = Some(IpAddr::V6(*v6));
                }
                NeighbourAttribute::LinkLayerAddress(bytes) => {
                    mac = <[u8; 6]>::try_from(bytes.as_slice()).ok();
                }
                NeighbourAttribute::Vlan(id) => vlan = Some(*id),
                _ => {}
            }
        }
        let Some(mac) = mac else { return };
        if family == AddressFamily::Bridge {
            self.ports.push(Behind { port: entry.header.ifindex, vlan, mac });
        } else if let Some(address) = address {
            self.addresses.push(Neighbour {
                link: entry.header.ifindex,
                address,
                mac,
                reachable: entry.header.state == NeighbourState::Reachable,
            });
        }
    }
}
