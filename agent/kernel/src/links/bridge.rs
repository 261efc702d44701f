//! Bridges, their ports, VLANs and static forwarding entries, and VLAN devices on them.

use std::collections::{BTreeMap, BTreeSet};

use network::links::{Bridge, BridgePort, LinkPlan, PortVlan, VlanDevice};

use super::route::{
    ADDRESS, AF_SPEC, BRIDGE, BRIDGE_DEFAULT_PVID, BRIDGE_VLAN_FILTERING, DELETE_LINK,
    DELETE_NEIGHBOUR, EXTRA_MASK, GET_LINK, GET_NEIGHBOUR, INFO_DATA, INFO_KIND, LINK, LINK_INFO,
    MASTER, NAME, NEW_NEIGHBOUR, SET_LINK, VLAN_ID, link_head, neighbour_head,
};
use super::{LinkError, Work, address, sysctl};
use crate::netlink::attribute::{Attributes, find};
use crate::netlink::message::{CREATE, REPLACE};

/// `BRIDGE_VLAN_INFO_PVID` and `_UNTAGGED`.
const PVID_UNTAGGED: u16 = 0x2 | 0x4;
/// `IFLA_BRIDGE_FLAGS`, and its value for the bridge's own device, `BRIDGE_FLAGS_SELF`.
const FLAGS: u16 = 0;
const SELF: u16 = 2;
/// `IFLA_BRIDGE_VLAN_INFO`.
const VLAN_INFO: u16 = 2;
/// `RTEXT_FILTER_BRVLAN`.
const WITH_VLANS: u32 = 2;
/// `NUD_NOARP`: never ages; on a bridge it is called static.
const STATIC: u16 = 0x40;
/// `NTF_MASTER`.
const OF_MASTER: u8 = 0x04;

/// Removes zone interfaces of ours that the plan does not name: bridges called [`BRIDGE_NAME`] or
/// beginning with [`ZONE_PREFIX`], and VLAN devices on our bridges.
pub(super) fn remove_strangers(work: &mut Work, plan: &LinkPlan) -> Result<(), LinkError> {
    let ours: Vec<i32> = work
        .links
        .values()
        .filter(|link| link.is("bridge") && is_our_name(&link.name))
        .map(|link| link.index)
        .collect();
    let devices: BTreeMap<&str, &VlanDevice> =
        plan.vlan_devices.iter().map(|device| (device.name.as_str(), device)).collect();
    let strange = |name: &str| {
        let Some(link) = work.links.get(name) else { return false };
        if link.is("vlan") && link.parent.is_some_and(|parent| ours.contains(&parent)) {
            let parent = work.links.values().find(|one| Some(one.index) == link.parent);
            return devices.get(name).is_none_or(|device| {
                link.vlan != Some(device.vlan)
                    || parent.is_none_or(|parent| parent.name != device.parent.as_str())
            });
        }
        let wanted = |bridge: &Bridge| {
            bridge.name.as_str() == name && bridge.vlan_filtering == link.vlan_filtering
        };
        link.is("bridge") && is_our_name(name) && !plan.bridges.iter().any(wanted)
    };
    let mut strangers: Vec<String> =
        work.links.keys().filter(|name| strange(name)).cloned().collect();
    // VLAN devices go with their bridge: first those, so that each is told.
    strangers.sort_by_key(|name| work.links.get(name).is_some_and(|link| link.is("bridge")));
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
            if !link.is("bridge") {
                return Err(LinkError::Occupied { name: name.to_owned(), kind: "bridge" });
            }
            if link.mac != Some(bridge.mac) {
                let mut attributes = Attributes::default();
                attributes.put(ADDRESS, &bridge.mac);
                work.alter(name, attributes, format!("set the MAC address of {name}"))?;
            }
            if work.link(name)?.default_pvid != 0 {
                let what = format!("remove the default VLAN of {name}");
                work.alter(name, bridge_info(bridge), what)?;
            }
        } else {
            let mut attributes = bridge_info(bridge);
            attributes.put_text(NAME, name);
            attributes.put(ADDRESS, &bridge.mac);
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

fn bridge_info(bridge: &Bridge) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.nest(LINK_INFO, |info| {
        info.put_text(INFO_KIND, "bridge");
        info.nest(INFO_DATA, |data| {
            data.put(BRIDGE_DEFAULT_PVID, &0_u16.to_ne_bytes());
            // A kernel that cannot do it refuses even to be told not to.
            if bridge.vlan_filtering {
                data.put(BRIDGE_VLAN_FILTERING, &[1]);
            }
        });
    });
    attributes
}

/// Makes VLAN devices. One that is there but not as planned was removed before.
pub(super) fn make_vlan_devices(work: &mut Work, plan: &LinkPlan) -> Result<(), LinkError> {
    for device in &plan.vlan_devices {
        let name = device.name.as_str();
        let parent = work.link(device.parent.as_str())?.index;
        match work.links.get(name) {
            Some(link) if link.is("vlan") && link.parent == Some(parent) => {}
            Some(_) => {
                return Err(LinkError::Occupied { name: name.to_owned(), kind: "VLAN device" });
            }
            None => {
                let mut attributes = Attributes::default();
                attributes.put_text(NAME, name);
                attributes.put(LINK, &parent.to_ne_bytes());
                attributes.nest(LINK_INFO, |info| {
                    info.put_text(INFO_KIND, "vlan");
                    info.nest(INFO_DATA, |data| data.put(VLAN_ID, &device.vlan.to_ne_bytes()));
                });
                work.make(attributes, format!("make VLAN device {name}"))?;
            }
        }
    }
    Ok(())
}

/// Takes off ports that the plan does not name, then puts each port on its bridge and into its VLANs.
pub(super) fn set_ports(work: &mut Work, plan: &LinkPlan) -> Result<(), LinkError> {
    let index = |name: &str| work.links.get(name).map(|link| link.index);
    let bridges: BTreeSet<i32> =
        plan.bridges.iter().filter_map(|bridge| index(bridge.name.as_str())).collect();
    let wanted = |name: &str| plan.ports.iter().any(|port| port.interface.as_str() == name);
    let strangers: Vec<String> = work
        .links
        .values()
        .filter(|link| link.master.is_some_and(|master| bridges.contains(&master)))
        .filter(|link| !wanted(&link.name))
        .map(|link| link.name.clone())
        .collect();
    for name in strangers {
        sysctl::is_no_port(work, &name)?;
        let mut attributes = Attributes::default();
        attributes.put(MASTER, &0_i32.to_ne_bytes());
        work.alter(&name, attributes, format!("take {name} off its bridge"))?;
    }
    for port in &plan.ports {
        set_port(work, plan, port)?;
    }
    Ok(())
}

fn set_port(work: &mut Work, plan: &LinkPlan, port: &BridgePort) -> Result<(), LinkError> {
    let name = port.interface.as_str();
    let bridge = work.link(port.bridge.as_str())?.index;
    let master = work.link(name)?.master;
    sysctl::is_port(work, name)?;
    address::remove_all(work, name)?;
    if master != Some(bridge) {
        let mut attributes = Attributes::default();
        attributes.put(MASTER, &bridge.to_ne_bytes());
        work.alter(name, attributes, format!("make {name} a port of {}", port.bridge))?;
    }
    let of_bridge = plan.bridges.iter().find(|bridge| bridge.name == port.bridge);
    let aware = of_bridge.is_some_and(|bridge| bridge.vlan_filtering);
    // The entry holds for frames of the port's untagged VLAN.
    let vlan = port.vlans.iter().find(|vlan| vlan.untagged).map(|vlan| vlan.vlan);
    let vlan = vlan.filter(|_| aware);
    let wanted: BTreeSet<Entry> = port.static_macs.iter().map(|mac| (*mac, vlan)).collect();
    let there = static_macs(work, name)?;
    // The kernel neither removes nor adds an entry for a VLAN that the port is not in: leave VLANs
    // after their entries, join them before.
    for entry in there.difference(&wanted) {
        let what = format!("remove a static forwarding entry of {name}");
        change_entry(work, DELETE_NEIGHBOUR, name, entry, what)?;
    }
    if aware {
        set_vlans(work, name, &port.vlans, false)?;
    }
    for entry in wanted.difference(&there) {
        let what = format!("add a static forwarding entry to {name}");
        change_entry(work, NEW_NEIGHBOUR, name, entry, what)?;
    }
    Ok(())
}

fn set_vlans(work: &mut Work, name: &str, wanted: &[PortVlan], own: bool) -> Result<(), LinkError> {
    let index = work.link(name)?.index;
    let mut mask = Attributes::default();
    mask.put(EXTRA_MASK, &WITH_VLANS.to_ne_bytes());
    let replies = work.route.list(GET_LINK, &link_head(BRIDGE, 0, 0, 0), &mask)?;
    let there: BTreeSet<(u16, u16)> = replies
        .iter()
        .filter_map(|reply| read_vlans(&reply.payload))
        .filter(|(of, _)| *of == index)
        .flat_map(|(_, vlans)| vlans)
        .collect();
    let wanted: BTreeSet<(u16, u16)> =
        wanted.iter().map(|one| (one.vlan, if one.untagged { PVID_UNTAGGED } else { 0 })).collect();
    let head = link_head(BRIDGE, index, 0, 0);
    let keep: BTreeSet<u16> = wanted.iter().map(|(vlan, _)| *vlan).collect();
    for (vlan, _) in there.iter().filter(|(vlan, _)| !keep.contains(vlan)) {
        let what = format!("take {name} out of VLAN {vlan}");
        work.change(DELETE_LINK, 0, &head, vlan_info(*vlan, 0, own), what)?;
    }
    for (vlan, flags) in wanted.difference(&there) {
        let what = format!("put {name} into VLAN {vlan}");
        work.change(SET_LINK, 0, &head, vlan_info(*vlan, *flags, own), what)?;
    }
    Ok(())
}

/// A VLAN for a port, or for the bridge's own device: `struct bridge_vlan_info` is flags and id.
fn vlan_info(vlan: u16, flags: u16, own: bool) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.nest(AF_SPEC, |spec| {
        if own {
            spec.put(FLAGS, &SELF.to_ne_bytes());
        }
        let [f1, f2] = flags.to_ne_bytes();
        let [v1, v2] = vlan.to_ne_bytes();
        spec.put(VLAN_INFO, &[f1, f2, v1, v2]);
    });
    attributes
}

/// Index of a port, and its VLANs with their flags.
fn read_vlans(payload: &[u8]) -> Option<(i32, Vec<(u16, u16)>)> {
    let (head, attributes) = payload.split_first_chunk::<16>()?;
    let [_, _, _, _, i1, i2, i3, i4, ..] = *head;
    let spec = find(attributes, AF_SPEC)?;
    let vlan = |value: &[u8]| {
        let [f1, f2, v1, v2] = *value.first_chunk::<4>()?;
        let flags = u16::from_ne_bytes([f1, f2]) & PVID_UNTAGGED;
        Some((u16::from_ne_bytes([v1, v2]), flags))
    };
    let vlans = spec
        .nested()
        .filter(|attribute| attribute.kind == VLAN_INFO)
        .filter_map(|attribute| vlan(attribute.value))
        .collect();
    Some((i32::from_ne_bytes([i1, i2, i3, i4]), vlans))
}

/// A forwarding entry: MAC address and VLAN.
type Entry = ([u8; 6], Option<u16>);

fn static_macs(work: &mut Work, name: &str) -> Result<BTreeSet<Entry>, LinkError> {
    let index = work.link(name)?.index;
    let head = link_head(BRIDGE, 0, 0, 0);
    let replies = work.route.list(GET_NEIGHBOUR, &head, &Attributes::default())?;
    let all = replies.iter().filter_map(|reply| read_entry(&reply.payload));
    let of_port = all.filter(|(of, state, _)| *of == index && *state == STATIC);
    Ok(of_port.map(|(_, _, entry)| entry).collect())
}

fn change_entry(
    work: &mut Work,
    kind: u16,
    name: &str,
    entry: &Entry,
    what: String,
) -> Result<(), LinkError> {
    let head = neighbour_head(BRIDGE, work.link(name)?.index, STATIC, OF_MASTER);
    let flags = if kind == NEW_NEIGHBOUR { CREATE | REPLACE } else { 0 };
    work.change(kind, flags, &head, entry_attributes(entry), what)
}

/// `NDA_LLADDR` and `NDA_VLAN`.
fn entry_attributes((mac, vlan): &Entry) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.put(2, mac);
    if let Some(vlan) = vlan {
        attributes.put(5, &vlan.to_ne_bytes());
    }
    attributes
}

/// Port, state and entry of a forwarding entry in a list.
fn read_entry(payload: &[u8]) -> Option<(i32, u16, Entry)> {
    let (head, attributes) = payload.split_first_chunk::<12>()?;
    let [_, _, _, _, i1, i2, i3, i4, s1, s2, ..] = *head;
    let mac = find(attributes, 2)?.value.try_into().ok()?;
    let vlan = find(attributes, 5).and_then(|vlan| vlan.value.try_into().ok());
    let state = u16::from_ne_bytes([s1, s2]);
    Some((i32::from_ne_bytes([i1, i2, i3, i4]), state, (mac, vlan.map(u16::from_ne_bytes))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What `bridge vlan add dev … vid 30 pvid untagged` sends (strace of iproute2 6.1).
    #[test]
    fn a_port_joins_a_vlan() {
        let bytes = vlan_info(30, PVID_UNTAGGED, false).finish().expect("short");
        assert_eq!(bytes, [12, 0, 26, 0x80, 8, 0, 2, 0, 6, 0, 30, 0]);
    }

    /// What `bridge vlan add dev br0 vid 30 self` sends: the flag comes before the VLAN.
    #[test]
    fn the_bridge_itself_joins_a_vlan() {
        let bytes = vlan_info(30, 0, true).finish().expect("short");
        assert_eq!(bytes, [20, 0, 26, 0x80, 6, 0, 0, 0, 2, 0, 0, 0, 8, 0, 2, 0, 0, 0, 30, 0]);
    }

    #[test]
    fn vlans_are_read_as_they_are_written() {
        let attributes = vlan_info(30, PVID_UNTAGGED, false).finish().expect("short");
        let payload = [&link_head(BRIDGE, 7, 0, 0), attributes.as_slice()].concat();
        assert_eq!(read_vlans(&payload), Some((7, vec![(30, PVID_UNTAGGED)])));
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read_vlans(&bytes);
            let _ = read_entry(&bytes);
        }
    }
}
