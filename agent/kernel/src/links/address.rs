//! Addresses and permanent neighbours.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use network::links::{LinkPlan, Neighbour};

use super::route::{
    DELETE_ADDRESS, DELETE_NEIGHBOUR, GET_ADDRESS, GET_NEIGHBOUR, INET, INET6, NEW_ADDRESS,
    NEW_NEIGHBOUR, address_bytes, address_head, address_of, neighbour_head,
};
use super::{LinkError, Work};
use crate::netlink::attribute::{Attributes, find};
use crate::netlink::message::{CREATE, REPLACE};

/// `IFA_F_NODAD`: usable at once. The addresses are ours alone; nobody else is asked.
const NO_DETECTION: u32 = 0x02;
/// `NUD_PERMANENT`.
const PERMANENT: u16 = 0x80;

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
        change_address(work, DELETE_ADDRESS, name, address)?;
    }
    for address in wanted.difference(&there) {
        change_address(work, NEW_ADDRESS, name, address)?;
    }
    Ok(())
}

/// Removes all IPv4 addresses of what becomes a port; its IPv6 ones went with IPv6 itself.
pub(super) fn remove_all(work: &mut Work, name: &str) -> Result<(), LinkError> {
    for address in addresses(work, name)?.iter().filter(|address| address.addr().is_ipv4()) {
        change_address(work, DELETE_ADDRESS, name, address)?;
    }
    Ok(())
}

fn addresses(work: &mut Work, name: &str) -> Result<BTreeSet<IpNet>, LinkError> {
    let index = work.link(name)?.index;
    let replies = work.route.list(GET_ADDRESS, &address_head(0, 0, 0), &Attributes::default())?;
    let all = replies.iter().filter_map(|reply| read_address(&reply.payload));
    Ok(all.filter(|(of, _)| *of == index).map(|(_, address)| address).collect())
}

/// Index of the interface and address, of a list's entry.
fn read_address(payload: &[u8]) -> Option<(i32, IpNet)> {
    let (head, attributes) = payload.split_first_chunk::<8>()?;
    let [_, prefix, _, _, i1, i2, i3, i4] = *head;
    // IFA_LOCAL; IPv6 has only IFA_ADDRESS.
    let address = find(attributes, 2).or_else(|| find(attributes, 1))?;
    let address = IpNet::new(address_of(address.value)?, prefix).ok()?;
    Some((i32::from_ne_bytes([i1, i2, i3, i4]), address))
}

fn change_address(
    work: &mut Work,
    kind: u16,
    name: &str,
    address: &IpNet,
) -> Result<(), LinkError> {
    let index = work.link(name)?.index;
    let (family, bytes) = address_bytes(address.addr());
    let mut attributes = Attributes::default();
    attributes.put(2, &bytes);
    attributes.put(1, &bytes);
    match address {
        IpNet::V4(network) if network.prefix_len() < 31 => {
            attributes.put(4, &network.broadcast().octets());
        }
        IpNet::V4(_) => {}
        IpNet::V6(_) => attributes.put(8, &NO_DETECTION.to_ne_bytes()),
    }
    let (flags, what) = match kind {
        NEW_ADDRESS => (CREATE | REPLACE, format!("add address {address} to {name}")),
        _ => (0, format!("remove address {address} from {name}")),
    };
    work.change(kind, flags, &address_head(family, address.prefix_len(), index), attributes, what)
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
    for family in [INET, INET6] {
        let head = neighbour_head(family, 0, 0, 0);
        let replies = work.route.list(GET_NEIGHBOUR, &head, &Attributes::default())?;
        let all = replies.iter().filter_map(|reply| read_neighbour(&reply.payload));
        there.extend(all.filter(|(of, _)| *of == index).map(|(_, neighbour)| neighbour));
    }
    let wanted: BTreeSet<(IpAddr, [u8; 6])> =
        wanted.iter().map(|one| (one.address, one.mac)).collect();
    let kept: BTreeSet<IpAddr> = wanted.iter().map(|(address, _)| *address).collect();
    for one in there.difference(&wanted).filter(|(address, _)| !kept.contains(address)) {
        change_neighbour(work, DELETE_NEIGHBOUR, name, index, one)?;
    }
    for one in wanted.difference(&there) {
        change_neighbour(work, NEW_NEIGHBOUR, name, index, one)?;
    }
    Ok(())
}

fn change_neighbour(
    work: &mut Work,
    kind: u16,
    name: &str,
    index: i32,
    (address, mac): &(IpAddr, [u8; 6]),
) -> Result<(), LinkError> {
    let (family, bytes) = address_bytes(*address);
    let mut attributes = Attributes::default();
    attributes.put(1, &bytes);
    let (flags, what) = match kind {
        NEW_NEIGHBOUR => {
            attributes.put(2, mac);
            (CREATE | REPLACE, format!("add neighbour {address} on {name}"))
        }
        _ => (0, format!("remove neighbour {address} from {name}")),
    };
    work.change(kind, flags, &neighbour_head(family, index, PERMANENT, 0), attributes, what)
}

/// Interface, address and MAC address of a permanent neighbour.
fn read_neighbour(payload: &[u8]) -> Option<(i32, (IpAddr, [u8; 6]))> {
    let (head, attributes) = payload.split_first_chunk::<12>()?;
    let [_, _, _, _, i1, i2, i3, i4, s1, s2, ..] = *head;
    if u16::from_ne_bytes([s1, s2]) & PERMANENT == 0 {
        return None;
    }
    let address = address_of(find(attributes, 1)?.value)?;
    let mac = find(attributes, 2)?.value.try_into().ok()?;
    Some((i32::from_ne_bytes([i1, i2, i3, i4]), (address, mac)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read_address(&bytes);
            let _ = read_neighbour(&bytes);
        }
    }
}
