//! Bridges, their ports, VLANs and static forwarding entries, and VLAN devices on them.

use std::collections::{BTreeMap, BTreeSet};

use netlink_packet_core::{NLM_F_CREATE, NLM_F_REPLACE};
use netlink_packet_route::link::{
    AfSpecBridge, BridgeFlag, BridgeVlanInfo, BridgeVlanInfoFlags, InfoBridge, InfoData, InfoKind,
    InfoVlan, LinkAttribute, LinkExtentMask, LinkMessage,
};
use netlink_packet_route::neighbour::{
    NeighbourAttribute, NeighbourFlags, NeighbourHeader, NeighbourMessage, NeighbourState,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use network::links::{Bridge, BridgePort, LinkPlan, PortVlan, VlanDevice};
use network::probe::is_probe_port;

use super::route::{link_info, link_message};
use super::{LinkError, Work, address, sysctl};

/// Removes zone interfaces of ours that the plan does not name: bridges called [`BRIDGE_NAME`] or
/// beginning with [`ZONE_PREFIX`], and VLAN devices on our bridges.
pub(super) fn remove_strangers(work: &mut Work, plan: &LinkPlan) -> Result<(), LinkError> {
    let ours: Vec<u32> = work
        .links
        .values()
        .filter(|link| link.is(&InfoKind::Bridge) && is_our_name(&link.name))
        .map(|link| link.index)
        .collect();
    let devices: BTreeMap<&str, &VlanDevice> =
        plan.vlan_devices.iter().map(|device| (device.name.as_str(), device)).collect();
    let strange = |name: &str| {
        let Some(link) = work.links.get(name) else { return false };
        if link.is(&InfoKind::Vlan) && link.parent.is_some_and(|parent| ours.contains(&parent)) {
            let parent = work.links.values().find(|one| Some(one.index) == link.parent);
            return devices.get(name).is_none_or(|device| {
                link.vlan != Some(device.vlan)
                    || parent.is_none_or(|parent| parent.name != device.parent.as_str())
            });
        }
        let wanted = |bridge: &Bridge| {
            bridge.name.as_str() == name && bridge.vlan_filtering == link.vlan_filtering
        };
        link.is(&InfoKind::Bridge) && is_our_name(name) && !plan.bridges.iter().any(wanted)
    };
    let mut strangers: Vec<String> =
        work.links.keys().filter(|name| strange(name)).cloned().collect();
    // VLAN devices go with their bridge: first those, so that each is told.
    strangers
        .sort_by_key(|name| work.links.get(name).is_some_and(|link| link.is(&InfoKind::Bridge)));
    for name in strangers {
        if work.links.contains_key(&name) {
            work.delete(&name)?;
        }
    }
    Ok(())
}

/// Name of the VLAN-aware bridge.
const BRIDGE_NAME: &str = "br0";
/// What names of zone interfaces begin with.
const ZONE_PREFIX: &str = "z-";

fn is_our_name(name: &str) -> bool {
    name == BRIDGE_NAME || name.starts_with(ZONE_PREFIX)
}

/// Makes bridges; they have no default VLAN before the first port joins. A plain one needs none
/// either: its forwarding entries would be kept once more for it.
pub(super) fn make(work: &mut Work, plan: &LinkPlan) -> Result<(), LinkError> {
    for bridge in &plan.bridges {
        let name = bridge.name.as_str();
        if let Some(link) = work.links.get(name) {
            if !link.is(&InfoKind::Bridge) {
                return Err(LinkError::Occupied { name: name.to_owned(), kind: "bridge" });
            }
            if link.mac != Some(bridge.mac) {
                let attributes = vec![LinkAttribute::Address(bridge.mac.to_vec())];
                work.alter(name, attributes, format!("set the MAC address of {name}"))?;
            }
            if work.link(name)?.default_pvid != 0 {
                let what = format!("remove the default VLAN of {name}");
                work.alter(name, vec![bridge_info(bridge)], what)?;
            }
        } else {
            let attributes = vec![
                LinkAttribute::IfName(name.to_owned()),
                LinkAttribute::Address(bridge.mac.to_vec()),
                bridge_info(bridge),
            ];
            work.make(attributes, format!("make bridge {name}"))?;
        }
        let own: Vec<PortVlan> =
            bridge.own_vlans.iter().map(|vlan| PortVlan { vlan: *vlan, untagged: false }).collect();
        if bridge.vlan_filtering {
            set_vlans(work, name, &own, true)?;
        }
    }
    Ok(())
}

fn bridge_info(bridge: &Bridge) -> LinkAttribute {
    let mut data = vec![InfoBridge::VlanDefaultPvid(0)];
    // A kernel that cannot do it refuses even to be told not to.
    if bridge.vlan_filtering {
        data.push(InfoBridge::VlanFiltering(true));
    }
    link_info(InfoKind::Bridge, InfoData::Bridge(data))
}

/// Makes VLAN devices. One that is there but not as planned was removed before.
pub(super) fn make_vlan_devices(work: &mut Work, plan: &LinkPlan) -> Result<(), LinkError> {
    for device in &plan.vlan_devices {
        let name = device.name.as_str();
        let parent = work.link(device.parent.as_str())?.index;
        match work.links.get(name) {
            Some(link) if link.is(&InfoKind::Vlan) && link.parent == Some(parent) => {}
            Some(_) => {
                return Err(LinkError::Occupied { name: name.to_owned(), kind: "VLAN device" });
            }
            None => {
                let data = InfoData::Vlan(vec![InfoVlan::Id(device.vlan)]);
                let attributes = vec![
                    LinkAttribute::IfName(name.to_owned()),
                    LinkAttribute::Link(parent),
                    link_info(InfoKind::Vlan, data),
                ];
                work.make(attributes, format!("make VLAN device {name}"))?;
            }
        }
    }
    Ok(())
}

/// Takes off ports that the plan does not name, then puts each port on its bridge and into its VLANs.
pub(super) fn set_ports(work: &mut Work, plan: &LinkPlan) -> Result<(), LinkError> {
    let index = |name: &str| work.links.get(name).map(|link| link.index);
    let bridges: BTreeSet<u32> =
        plan.bridges.iter().filter_map(|bridge| index(bridge.name.as_str())).collect();
    let wanted = |name: &str| plan.ports.iter().any(|port| port.interface.as_str() == name);
    let strangers: Vec<String> = work
        .links
        .values()
        .filter(|link| link.master.is_some_and(|master| bridges.contains(&master)))
        // Those of a packet that is being tried go by themselves.
        .filter(|link| !wanted(&link.name) && !is_probe_port(&link.name))
        .map(|link| link.name.clone())
        .collect();
    for name in strangers {
        sysctl::is_no_port(work, &name)?;
        work.alter(
            &name,
            vec![LinkAttribute::Controller(0)],
            format!("take {name} off its bridge"),
        )?;
    }
    for port in &plan.ports {
        set_port(work, &plan.bridges, port)?;
    }
    Ok(())
}

/// Puts a port on its bridge, which is one of these, and into its VLANs.
pub(super) fn set_port(
    work: &mut Work,
    bridges: &[Bridge],
    port: &BridgePort,
) -> Result<(), LinkError> {
    let name = port.interface.as_str();
    let bridge = work.link(port.bridge.as_str())?.index;
    let master = work.link(name)?.master;
    sysctl::is_port(work, name)?;
    address::remove_all(work, name)?;
    if master != Some(bridge) {
        let attributes = vec![LinkAttribute::Controller(bridge)];
        work.alter(name, attributes, format!("make {name} a port of {}", port.bridge))?;
    }
    let of_bridge = bridges.iter().find(|bridge| bridge.name == port.bridge);
    let aware = of_bridge.is_some_and(|bridge| bridge.vlan_filtering);
    // The entry holds for frames of the port's untagged VLAN.
    let vlan = port.vlans.iter().find(|vlan| vlan.untagged).map(|vlan| vlan.vlan);
    let vlan = vlan.filter(|_| aware);
    let entry = |mac: &[u8; 6]| Entry { mac: *mac, vlan, sticky: true };
    let wanted: BTreeSet<Entry> = port.static_macs.iter().map(entry).collect();
    let there = static_macs(work, name)?;
    // The kernel neither removes nor adds an entry for a VLAN that the port is not in: leave VLANs
    // after their entries, join them before.
    for entry in there.difference(&wanted) {
        let what = format!("remove a static forwarding entry of {name}");
        let message = RouteNetlinkMessage::DelNeighbour(entry.message(work.link(name)?.index));
        work.change(&message, 0, what)?;
    }
    if aware {
        set_vlans(work, name, &port.vlans, false)?;
    }
    for entry in wanted.difference(&there) {
        let what = format!("add a static forwarding entry to {name}");
        let message = RouteNetlinkMessage::NewNeighbour(entry.message(work.link(name)?.index));
        work.change(&message, NLM_F_CREATE | NLM_F_REPLACE, what)?;
    }
    Ok(())
}

fn set_vlans(work: &mut Work, name: &str, wanted: &[PortVlan], own: bool) -> Result<(), LinkError> {
    let index = work.link(name)?.index;
    let mask = LinkAttribute::ExtMask(vec![LinkExtentMask::Brvlan]);
    let request = link_message(AddressFamily::Bridge, 0, vec![mask]);
    let mut there: BTreeSet<(u16, u16)> = BTreeSet::new();
    for message in work.route.list(&RouteNetlinkMessage::GetLink(request))? {
        match message {
            RouteNetlinkMessage::NewLink(link) if link.header.index == index => {
                there.extend(read_vlans(&link));
            }
            _ => {}
        }
    }
    let flags = |one: &PortVlan| if one.untagged { pvid_untagged().bits() } else { 0 };
    let wanted: BTreeSet<(u16, u16)> = wanted.iter().map(|one| (one.vlan, flags(one))).collect();
    let keep: BTreeSet<u16> = wanted.iter().map(|(vlan, _)| *vlan).collect();
    for (vlan, _) in there.iter().filter(|(vlan, _)| !keep.contains(vlan)) {
        let message = RouteNetlinkMessage::DelLink(vlan_message(index, (*vlan, 0), own));
        work.change(&message, 0, format!("take {name} out of VLAN {vlan}"))?;
    }
    for one in wanted.difference(&there) {
        let message = RouteNetlinkMessage::SetLink(vlan_message(index, *one, own));
        work.change(&message, 0, format!("put {name} into VLAN {}", one.0))?;
    }
    Ok(())
}

/// What makes a VLAN a port's untagged one, both ways.
fn pvid_untagged() -> BridgeVlanInfoFlags {
    BridgeVlanInfoFlags::Pvid | BridgeVlanInfoFlags::Untagged
}

/// A VLAN for a port, or for the bridge's own device.
fn vlan_message(index: u32, (vid, flags): (u16, u16), own: bool) -> LinkMessage {
    let flags = BridgeVlanInfoFlags::from_bits_retain(flags);
    // The kernel looks at the flag first.
    let mut spec: Vec<_> =
        own.then_some(AfSpecBridge::Flags(BridgeFlag::LowerDev)).into_iter().collect();
    spec.push(AfSpecBridge::VlanInfo(BridgeVlanInfo { flags, vid }));
    link_message(AddressFamily::Bridge, index, vec![LinkAttribute::AfSpecBridge(spec)])
}

/// VLANs of a port, with as much of their flags as we set.
fn read_vlans(message: &LinkMessage) -> Vec<(u16, u16)> {
    let specs = message.attributes.iter().filter_map(|attribute| match attribute {
        LinkAttribute::AfSpecBridge(spec) => Some(spec),
        _ => None,
    });
    specs
        .flatten()
        .filter_map(|one| match one {
            AfSpecBridge::VlanInfo(info) => Some((info.vid, (info.flags & pvid_untagged()).bits())),
            _ => None,
        })
        .collect()
}

/// A static forwarding entry: never ages, and if sticky does not move either when another port sends
/// from its MAC address (static alone does move).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    mac: [u8; 6],
    vlan: Option<u16>,
    sticky: bool,
}

impl Entry {
    /// On a bridge the state that neighbours call `noarp` is called static.
    fn message(&self, index: u32) -> NeighbourMessage {
        let mut flags = NeighbourFlags::Controller;
        flags.set(NeighbourFlags::Sticky, self.sticky);
        let mut message = NeighbourMessage::default();
        message.header = NeighbourHeader {
            family: AddressFamily::Bridge,
            ifindex: index,
            state: NeighbourState::Noarp,
            flags,
            ..NeighbourHeader::default()
        };
        message.attributes = vec![NeighbourAttribute::LinkLayerAddress(self.mac.to_vec())];
        message.attributes.extend(self.vlan.map(NeighbourAttribute::Vlan));
        message
    }

    fn read(message: &NeighbourMessage) -> Option<Self> {
        if message.header.state != NeighbourState::Noarp {
            return None;
        }
        let vlan = message.attributes.iter().find_map(|attribute| match attribute {
            NeighbourAttribute::Vlan(vlan) => Some(*vlan),
            _ => None,
        });
        let sticky = message.header.flags.contains(NeighbourFlags::Sticky);
        Some(Self { mac: address::mac(message)?, vlan, sticky })
    }
}

fn static_macs(work: &mut Work, name: &str) -> Result<BTreeSet<Entry>, LinkError> {
    let index = work.link(name)?.index;
    let mut request = NeighbourMessage::default();
    request.header.family = AddressFamily::Bridge;
    let read = |message| match message {
        RouteNetlinkMessage::NewNeighbour(entry) if entry.header.ifindex == index => {
            Entry::read(&entry)
        }
        _ => None,
    };
    let request = RouteNetlinkMessage::GetNeighbour(request);
    Ok(work.route.list(&request)?.into_iter().filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use netlink_packet_core::Emitable;

    const UNTAGGED: u16 = 0x2 | 0x4;

    fn attributes(message: &LinkMessage) -> Vec<u8> {
        let mut bytes = vec![0; message.buffer_len()];
        message.emit(&mut bytes);
        bytes.split_off(16)
    }

    /// What `bridge vlan add dev … vid 30 pvid untagged` sends (strace of iproute2 6.1), but for the
    /// flag that says nest, at which the kernel does not look here.
    #[test]
    fn a_port_joins_a_vlan() {
        let bytes = attributes(&vlan_message(7, (30, UNTAGGED), false));
        assert_eq!(bytes, [12, 0, 26, 0, 8, 0, 2, 0, 6, 0, 30, 0]);
    }

    /// What `bridge vlan add dev br0 vid 30 self` sends: the flag comes before the VLAN.
    #[test]
    fn the_bridge_itself_joins_a_vlan() {
        let bytes = attributes(&vlan_message(7, (30, 0), true));
        assert_eq!(bytes, [20, 0, 26, 0, 6, 0, 0, 0, 2, 0, 0, 0, 8, 0, 2, 0, 0, 0, 30, 0]);
    }

    #[test]
    fn vlans_and_entries_are_read_as_they_are_written() {
        let message = vlan_message(7, (30, UNTAGGED), false);
        assert_eq!(read_vlans(&message), [(30, UNTAGGED)]);
        for (vlan, sticky) in [(Some(30), true), (None, false)] {
            let entry = Entry { mac: [6, 1, 2, 3, 4, 5], vlan, sticky };
            assert_eq!(Entry::read(&entry.message(7)), Some(entry));
        }
    }
}
