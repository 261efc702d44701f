//! Static routes to networks behind other routers. Ours are known by their protocol number: what networkd
//! or anybody else brought about stays.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use netlink_packet_core::{NLM_F_CREATE, NLM_F_REPLACE};
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteScope, RouteType,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use network::links::LinkPlan;

use super::{LinkError, Work};

/// Numbers that the kernel and `/etc/iproute2/rt_protos` know end at 4 and begin again at 8; this one
/// nobody has.
const OURS: RouteProtocol = RouteProtocol::Other(71);

/// Network, router, index of the interface.
type One = (Ipv4Net, Ipv4Addr, u32);

/// Sets the routes of the plan and removes others of ours.
pub(super) fn set(work: &mut Work, plan: &LinkPlan) -> Result<(), LinkError> {
    let mut all = RouteMessage::default();
    all.header.address_family = AddressFamily::Inet;
    let request = RouteNetlinkMessage::GetRoute(all);
    let read = |message| match message {
        RouteNetlinkMessage::NewRoute(route) => read(&route),
        _ => None,
    };
    let there: BTreeSet<One> = work.route.list(&request)?.into_iter().filter_map(read).collect();
    let mut wanted = BTreeSet::new();
    for route in &plan.routes {
        let index = work.link(route.interface.as_str())?.index;
        wanted.insert((route.network, route.via, index));
    }
    for one in there.difference(&wanted) {
        let message = RouteNetlinkMessage::DelRoute(message(one));
        work.change(&message, 0, format!("remove route to {} by {}", one.0, one.1))?;
    }
    for one in wanted.difference(&there) {
        let message = RouteNetlinkMessage::NewRoute(message(one));
        let what = format!("add route to {} by {}", one.0, one.1);
        work.change(&message, NLM_F_CREATE | NLM_F_REPLACE, what)?;
    }
    Ok(())
}

fn message((network, via, index): &One) -> RouteMessage {
    let mut message = RouteMessage::default();
    message.header = RouteHeader {
        address_family: AddressFamily::Inet,
        table: RouteHeader::RT_TABLE_MAIN,
        protocol: OURS,
        scope: RouteScope::Universe,
        kind: RouteType::Unicast,
        destination_prefix_length: network.prefix_len(),
        ..RouteHeader::default()
    };
    message.attributes = vec![
        RouteAttribute::Destination(RouteAddress::Inet(network.network())),
        RouteAttribute::Gateway(RouteAddress::Inet(*via)),
        RouteAttribute::Oif(*index),
    ];
    message
}

/// A route of ours.
fn read(message: &RouteMessage) -> Option<One> {
    let header = &message.header;
    if header.protocol != OURS || header.table != RouteHeader::RT_TABLE_MAIN {
        return None;
    }
    let (mut network, mut via, mut index) = (None, None, None);
    for attribute in &message.attributes {
        match attribute {
            RouteAttribute::Destination(RouteAddress::Inet(address)) => {
                network = Ipv4Net::new(*address, header.destination_prefix_length).ok();
            }
            RouteAttribute::Gateway(RouteAddress::Inet(address)) => via = Some(*address),
            RouteAttribute::Oif(oif) => index = Some(*oif),
            _ => {}
        }
    }
    Some((network?, via?, index?))
}
