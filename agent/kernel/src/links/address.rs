//! Addresses and permanent neighbours.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use netlink_packet_core::{NLM_F_CREATE, NLM_F_REPLACE};
use netlink_packet_route::address::{
    AddressAttribute, AddressFlags, AddressHeader, AddressMessage,
};
use netlink_packet_route::neighbour::{
    NeighbourAddress, NeighbourAttribute, NeighbourHeader, NeighbourMessage, NeighbourState,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use network::links::{LinkPlan, Neighbour};

use super::{LinkError, Work};

/// Sets the addresses and neighbours of the plan in the host's namespace.
pub(super) fn set(work: &mut Work, plan: &LinkPlan) -> Result<(), LinkError> {
    for one in &plan.addresses {
        set_addresses(work, one.interface.as_str(), &one.addresses)?;
    }
    // On our own interfaces nobody else makes permanent entries: others are left from a former plan.
    let named = plan.addresses.iter().map(|one| &one.interface);
    let named = named.chain(plan.neighbours.iter().map(|one| &one.interface));
    let names: BTreeSet<&str> = named.map(|name| name.as_str()).collect();
    for name in names {
        let neighbours = plan.neighbours.iter().filter(|one| one.interface.as_str() == name);
        set_neighbours(work, name, &neighbours.collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Sets the addresses of an interface and removes others; link-local ones of IPv6 stay.
pub(super) fn set_addresses(
    work: &mut Work,
    name: &str,
    wanted: &[IpNet],
) -> Result<(), LinkError> {
    let there = addresses(work, name)?;
    let wanted: BTreeSet<IpNet> = wanted.iter().copied().collect();
    for address in there.difference(&wanted).filter(|address| !is_link_local(address)) {
        remove_address(work, name, address)?;
    }
    for address in wanted.difference(&there) {
        add_address(work, name, address)?;
    }
    Ok(())
}

/// Removes all IPv4 addresses of what becomes a port; its IPv6 ones went with IPv6 itself.
pub(super) fn remove_all(work: &mut Work, name: &str) -> Result<(), LinkError> {
    for address in addresses(work, name)?.iter().filter(|address| address.addr().is_ipv4()) {
        remove_address(work, name, address)?;
    }
    Ok(())
}

fn addresses(work: &mut Work, name: &str) -> Result<BTreeSet<IpNet>, LinkError> {
    let index = work.link(name)?.index;
    let request = RouteNetlinkMessage::GetAddress(AddressMessage::default());
    let read = |message| match message {
        RouteNetlinkMessage::NewAddress(address) if address.header.index == index => {
            read_address(&address)
        }
        _ => None,
    };
    Ok(work.route.list(&request)?.into_iter().filter_map(read).collect())
}

fn read_address(message: &AddressMessage) -> Option<IpNet> {
    let local = message.attributes.iter().find_map(|attribute| match attribute {
        AddressAttribute::Local(address) => Some(*address),
        _ => None,
    });
    // IPv6 has only this one.
    let address = message.attributes.iter().find_map(|attribute| match attribute {
        AddressAttribute::Address(address) => Some(*address),
        _ => None,
    });
    IpNet::new(local.or(address)?, message.header.prefix_len).ok()
}

fn add_address(work: &mut Work, name: &str, address: &IpNet) -> Result<(), LinkError> {
    let message = RouteNetlinkMessage::NewAddress(address_message(work, name, address)?);
    let what = format!("add address {address} to {name}");
    work.change(&message, NLM_F_CREATE | NLM_F_REPLACE, what)
}

fn remove_address(work: &mut Work, name: &str, address: &IpNet) -> Result<(), LinkError> {
    let message = RouteNetlinkMessage::DelAddress(address_message(work, name, address)?);
    work.change(&message, 0, format!("remove address {address} from {name}"))
}

fn address_message(work: &Work, name: &str, address: &IpNet) -> Result<AddressMessage, LinkError> {
    let mut message = AddressMessage::default();
    message.header = AddressHeader {
        family: family(address.addr()),
        prefix_len: address.prefix_len(),
        index: work.link(name)?.index,
        ..AddressHeader::default()
    };
    message.attributes =
        vec![AddressAttribute::Local(address.addr()), AddressAttribute::Address(address.addr())];
    match address {
        IpNet::V4(network) if network.prefix_len() < 31 => {
            message.attributes.push(AddressAttribute::Broadcast(network.broadcast()));
        }
        IpNet::V4(_) => {}
        // No detection of duplicates: usable at once. The addresses are ours alone; nobody is asked.
        IpNet::V6(_) => message.attributes.push(AddressAttribute::Flags(AddressFlags::Nodad)),
    }
    Ok(message)
}

/// Family of an address.
pub(super) fn family(address: IpAddr) -> AddressFamily {
    match address {
        IpAddr::V4(_) => AddressFamily::Inet,
        IpAddr::V6(_) => AddressFamily::Inet6,
    }
}

fn is_link_local(address: &IpNet) -> bool {
    match address.addr() {
        IpAddr::V4(_) => false,
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

/// Sets the permanent neighbours on an interface and removes other permanent ones.
pub(super) fn set_neighbours(
    work: &mut Work,
    name: &str,
    wanted: &[&Neighbour],
) -> Result<(), LinkError> {
    let index = work.link(name)?.index;
    let mut there = BTreeSet::new();
    for family in [AddressFamily::Inet, AddressFamily::Inet6] {
        let mut request = NeighbourMessage::default();
        request.header.family = family;
        for message in work.route.list(&RouteNetlinkMessage::GetNeighbour(request))? {
            match message {
                RouteNetlinkMessage::NewNeighbour(neighbour)
                    if neighbour.header.ifindex == index =>
                {
                    there.extend(read_neighbour(&neighbour));
                }
                _ => {}
            }
        }
    }
    let wanted: BTreeSet<(IpAddr, [u8; 6])> =
        wanted.iter().map(|one| (one.address, one.mac)).collect();
    let kept: BTreeSet<IpAddr> = wanted.iter().map(|(address, _)| *address).collect();
    for one in there.difference(&wanted).filter(|(address, _)| !kept.contains(address)) {
        let message = RouteNetlinkMessage::DelNeighbour(neighbour_message(index, one));
        work.change(&message, 0, format!("remove neighbour {} from {name}", one.0))?;
    }
    for one in wanted.difference(&there) {
        let message = RouteNetlinkMessage::NewNeighbour(neighbour_message(index, one));
        let what = format!("add neighbour {} on {name}", one.0);
        work.change(&message, NLM_F_CREATE | NLM_F_REPLACE, what)?;
    }
    Ok(())
}

fn neighbour_message(index: u32, (address, mac): &(IpAddr, [u8; 6])) -> NeighbourMessage {
    let mut message = NeighbourMessage::default();
    message.header = NeighbourHeader {
        family: family(*address),
        ifindex: index,
        state: NeighbourState::Permanent,
        ..NeighbourHeader::default()
    };
    message.attributes = vec![
        NeighbourAttribute::Destination((*address).into()),
        NeighbourAttribute::LinkLayerAddress(mac.to_vec()),
    ];
    message
}

/// Address and MAC address of a permanent neighbour.
fn read_neighbour(message: &NeighbourMessage) -> Option<(IpAddr, [u8; 6])> {
    if message.header.state != NeighbourState::Permanent {
        return None;
    }
    let address = message.attributes.iter().find_map(|attribute| match attribute {
        NeighbourAttribute::Destination(NeighbourAddress::Inet(address)) => Some((*address).into()),
        NeighbourAttribute::Destination(NeighbourAddress::Inet6(address)) => {
            Some((*address).into())
        }
        _ => None,
    })?;
    Some((address, mac(message)?))
}

/// MAC address that a neighbour or forwarding entry has.
pub(super) fn mac(message: &NeighbourMessage) -> Option<[u8; 6]> {
    message.attributes.iter().find_map(|attribute| match attribute {
        NeighbourAttribute::LinkLayerAddress(mac) => mac.as_slice().try_into().ok(),
        _ => None,
    })
}
