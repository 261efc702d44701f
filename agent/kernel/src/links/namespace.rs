//! The CRM's namespace: made when absent, never replaced; its veth pair, addresses, routes and
//! permanent neighbours.

use std::net::IpAddr;
use std::os::fd::AsRawFd;

use network::links;
use nix::errno::Errno;

use super::route::{
    ADDRESS, DELETE_ROUTE, GET_ROUTE, INFO_DATA, INFO_KIND, LINK_INFO, Link, NAME, NAMESPACE_FD,
    NEW_ROUTE, address_bytes, address_of, default_route_head, link_head,
};
use super::{LinkError, Work, address, sysctl};
use crate::namespace::Namespace;
use crate::netlink::NetlinkError;
use crate::netlink::attribute::{Attributes, find};
use crate::netlink::message::{CREATE, REPLACE};

/// `VETH_INFO_PEER`.
const PEER: u16 = 1;
/// `RTA_OIF`.
const OUT: u16 = 4;
/// `RTA_GATEWAY`.
const GATEWAY: u16 = 5;

/// Makes the namespace and the veth pair into it.
pub(super) fn make(work: &mut Work, plan: &links::Namespace) -> Result<Namespace, LinkError> {
    let (namespace, made) = Namespace::ensure(&plan.name)?;
    if made {
        work.note(format!("make namespace {}", plan.name));
    }
    let inner = plan.inner.as_str();
    let there = namespace.run(|| {
        let inside = Work::open()?;
        Ok::<Option<Link>, LinkError>(inside.links.get(inner).cloned())
    })??;
    let outer = plan.outer.as_str();
    match (work.links.get(outer), there) {
        (Some(link), _) if !link.is("veth") => {
            return Err(LinkError::Occupied { name: outer.to_owned(), kind: "veth pair" });
        }
        (Some(link), Some(inner)) if inner.parent == Some(link.index) => return Ok(namespace),
        // The other end is elsewhere, in a namespace that is lost.
        (Some(_), None) => work.delete(outer)?,
        // Ends of two pairs, or one whose other end is in a host's namespace that is going away.
        (Some(_), Some(_)) => {
            work.delete(outer)?;
            remove_inner(&namespace, inner)?;
        }
        (None, Some(_)) => remove_inner(&namespace, inner)?,
        (None, None) => {}
    }
    let mut attributes = Attributes::default();
    attributes.put_text(NAME, outer);
    attributes.nest(LINK_INFO, |info| {
        info.put_text(INFO_KIND, "veth");
        info.nest(INFO_DATA, |data| data.put(PEER, &peer(plan, &namespace)));
    });
    work.make(attributes, format!("make veth pair {outer} and {inner}"))?;
    Ok(namespace)
}

/// Removes a left-over inner end; that it goes away of itself meanwhile is as well.
fn remove_inner(namespace: &Namespace, inner: &str) -> Result<(), LinkError> {
    namespace.run(|| {
        let mut inside = Work::open()?;
        match inside.delete(inner) {
            Err(LinkError::Absent(_)) => Ok(()),
            Err(LinkError::Change { source: NetlinkError::Refused(Errno::ENODEV), .. }) => Ok(()),
            other => other,
        }
    })?
}

/// The other end: a whole link message inside the attribute.
fn peer(plan: &links::Namespace, namespace: &Namespace) -> Vec<u8> {
    let mut attributes = Attributes::default();
    attributes.put_text(NAME, plan.inner.as_str());
    attributes.put(ADDRESS, &plan.inner_mac);
    attributes.put(NAMESPACE_FD, &namespace.file().as_raw_fd().to_ne_bytes());
    let attributes = attributes.finish().unwrap_or_default();
    [&link_head(0, 0, 0, 0), attributes.as_slice()].concat()
}

/// Sets what is inside.
pub(super) fn set(
    work: &mut Work,
    namespace: &Namespace,
    plan: &links::Namespace,
) -> Result<(), LinkError> {
    let changes = namespace.run(|| {
        let mut inside = Work::open()?;
        set_inside(&mut inside, plan)?;
        Ok::<_, LinkError>(inside.changes)
    })??;
    for change in changes {
        work.note(format!("{change} in namespace {}", plan.name));
    }
    Ok(())
}

fn set_inside(work: &mut Work, plan: &links::Namespace) -> Result<(), LinkError> {
    let name = plan.inner.as_str();
    sysctl::set_up_namespace(work, name)?;
    if work.link(name)?.mac != Some(plan.inner_mac) {
        let mut attributes = Attributes::default();
        attributes.put(ADDRESS, &plan.inner_mac);
        work.alter(name, attributes, format!("set the MAC address of {name}"))?;
    }
    work.up("lo")?;
    work.up(name)?;
    address::set_addresses(work, name, &plan.addresses)?;
    address::set_neighbours(work, name, &plan.neighbours.iter().collect::<Vec<_>>())?;
    set_gateway(work, name, plan.gateway4.map(IpAddr::V4), false)?;
    set_gateway(work, name, plan.gateway6.map(IpAddr::V6), true)
}

fn set_gateway(
    work: &mut Work,
    name: &str,
    wanted: Option<IpAddr>,
    v6: bool,
) -> Result<(), LinkError> {
    let index = work.link(name)?.index;
    let (family, _) = address_bytes(match wanted {
        Some(address) => address,
        None if v6 => std::net::Ipv6Addr::UNSPECIFIED.into(),
        None => std::net::Ipv4Addr::UNSPECIFIED.into(),
    });
    let head = default_route_head(family);
    let replies = work.route.list(GET_ROUTE, &head, &Attributes::default())?;
    let there: Vec<IpAddr> =
        replies.iter().filter_map(|reply| read_default(&reply.payload, index)).collect();
    let attributes = |gateway: IpAddr| {
        let mut attributes = Attributes::default();
        attributes.put(GATEWAY, &address_bytes(gateway).1);
        attributes.put(OUT, &index.to_ne_bytes());
        attributes
    };
    for gateway in there.iter().filter(|gateway| Some(**gateway) != wanted) {
        let what = format!("remove gateway {gateway} from {name}");
        work.change(DELETE_ROUTE, 0, &head, attributes(*gateway), what)?;
    }
    match wanted {
        Some(gateway) if !there.contains(&gateway) => {
            let what = format!("add gateway {gateway} on {name}");
            work.change(NEW_ROUTE, CREATE | REPLACE, &head, attributes(gateway), what)
        }
        _ => Ok(()),
    }
}

/// The gateway, of a default route over the interface.
fn read_default(payload: &[u8], index: i32) -> Option<IpAddr> {
    let (head, attributes) = payload.split_first_chunk::<12>()?;
    let [_, prefix, ..] = *head;
    let out = find(attributes, OUT)?.value;
    if prefix != 0 || *out != index.to_ne_bytes() {
        return None;
    }
    address_of(find(attributes, GATEWAY)?.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read_default(&bytes, 1);
            let _ = Link::read(&bytes);
        }
    }
}
