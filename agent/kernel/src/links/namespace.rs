//! The CRM's namespace: made when absent, never replaced; its veth pair, addresses, routes and
//! permanent neighbours.

use std::net::IpAddr;
use std::os::fd::AsRawFd;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_REPLACE};
use netlink_packet_route::link::{InfoData, InfoKind, InfoVeth, LinkAttribute, LinkMessage};
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteType,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use network::links;
use nix::errno::Errno;

use super::route::{Link, link_info, link_message};
use super::{LinkError, Work, address, sysctl};
use crate::namespace::Namespace;
use crate::netlink::NetlinkError;

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
        (Some(link), _) if !link.is(&InfoKind::Veth) => {
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
    let peer = InfoVeth::Peer(peer(plan, &namespace));
    let attributes = vec![
        LinkAttribute::IfName(outer.to_owned()),
        link_info(InfoKind::Veth, InfoData::Veth(peer)),
    ];
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
fn peer(plan: &links::Namespace, namespace: &Namespace) -> LinkMessage {
    let attributes = vec![
        LinkAttribute::IfName(plan.inner.as_str().to_owned()),
        LinkAttribute::Address(plan.inner_mac.to_vec()),
        LinkAttribute::NetNsFd(namespace.file().as_raw_fd()),
    ];
    link_message(AddressFamily::Unspec, 0, attributes)
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
        let attributes = vec![LinkAttribute::Address(plan.inner_mac.to_vec())];
        work.alter(name, attributes, format!("set the MAC address of {name}"))?;
    }
    work.up("lo")?;
    work.up(name)?;
    address::set_addresses(work, name, &plan.addresses)?;
    address::set_neighbours(work, name, &plan.neighbours.iter().collect::<Vec<_>>())?;
    set_gateway(work, name, AddressFamily::Inet, plan.gateway4.map(IpAddr::V4))?;
    set_gateway(work, name, AddressFamily::Inet6, plan.gateway6.map(IpAddr::V6))
}

fn set_gateway(
    work: &mut Work,
    name: &str,
    family: AddressFamily,
    wanted: Option<IpAddr>,
) -> Result<(), LinkError> {
    let index = work.link(name)?.index;
    let request = RouteNetlinkMessage::GetRoute(default_route(family, Vec::new()));
    let read = |message| match message {
        RouteNetlinkMessage::NewRoute(route) => read_default(&route, index),
        _ => None,
    };
    let there: Vec<IpAddr> = work.route.list(&request)?.into_iter().filter_map(read).collect();
    let over = |gateway: IpAddr| {
        let gateway = RouteAttribute::Gateway(gateway.into());
        default_route(family, vec![gateway, RouteAttribute::Oif(index)])
    };
    for gateway in there.iter().filter(|gateway| Some(**gateway) != wanted) {
        let message = RouteNetlinkMessage::DelRoute(over(*gateway));
        work.change(&message, 0, format!("remove gateway {gateway} from {name}"))?;
    }
    match wanted {
        Some(gateway) if !there.contains(&gateway) => {
            let message = RouteNetlinkMessage::NewRoute(over(gateway));
            let what = format!("add gateway {gateway} on {name}");
            work.change(&message, NLM_F_CREATE | NLM_F_REPLACE, what)
        }
        _ => Ok(()),
    }
}

/// A default route of ours, in the main table.
fn default_route(family: AddressFamily, attributes: Vec<RouteAttribute>) -> RouteMessage {
    let mut message = RouteMessage::default();
    message.header = RouteHeader {
        address_family: family,
        table: RouteHeader::RT_TABLE_MAIN,
        protocol: RouteProtocol::Static,
        kind: RouteType::Unicast,
        ..RouteHeader::default()
    };
    message.attributes = attributes;
    message
}

/// The gateway, of a default route over the interface.
fn read_default(message: &RouteMessage, index: u32) -> Option<IpAddr> {
    if message.header.destination_prefix_length != 0
        || !message.attributes.contains(&RouteAttribute::Oif(index))
    {
        return None;
    }
    message.attributes.iter().find_map(|attribute| match attribute {
        RouteAttribute::Gateway(RouteAddress::Inet(gateway)) => Some((*gateway).into()),
        RouteAttribute::Gateway(RouteAddress::Inet6(gateway)) => Some((*gateway).into()),
        _ => None,
    })
}
