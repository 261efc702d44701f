//! The links the box should have, as plain data: what `plan` makes from settings and present ports,
//! and what the kernel crate brings about. Applying a plan twice changes nothing the second time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use firewall::ir::InterfaceName;
use ipnet::{IpNet, Ipv4Net};

/// All links, addresses and neighbours of ours, in the host's namespace and in the CRM's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPlan {
    /// Bridges; made when absent, up.
    pub bridges: Vec<Bridge>,
    /// VLAN devices (802.1Q) on a bridge; made when absent, up.
    pub vlan_devices: Vec<VlanDevice>,
    /// Ports of bridges; only those present now. Any other port found on one of our bridges is
    /// taken off it, any VLAN not named here is removed from the port.
    pub ports: Vec<BridgePort>,
    /// Addresses by interface; an address of ours that is not named is removed (link-local ones
    /// stay). Interfaces not named here are left alone.
    pub addresses: Vec<InterfaceAddresses>,
    /// Permanent neighbour entries in the host's namespace.
    pub neighbours: Vec<Neighbour>,
    /// Static routes; one of ours that is not named is removed.
    pub routes: Vec<StaticRoute>,
    /// The CRM's namespace.
    pub namespace: Namespace,
    /// `net.ipv4.ip_forward` and `net.ipv6.conf.all.forwarding`; set last, after the ruleset.
    pub forwarding: bool,
}

/// A bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bridge {
    /// Its name.
    pub name: InterfaceName,
    /// VLAN-aware: `vlan_filtering 1`, `vlan_default_pvid 0`. Never with plain bridges.
    pub vlan_filtering: bool,
    /// VLANs of the bridge device itself (tagged), for the VLAN devices on top of it.
    pub own_vlans: Vec<u16>,
    /// MAC address, fixed so that it does not change with the ports.
    pub mac: [u8; 6],
}

/// A VLAN device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VlanDevice {
    /// Its name.
    pub name: InterfaceName,
    /// The bridge below.
    pub parent: InterfaceName,
    /// VLAN id, 1 to 4094.
    pub vlan: u16,
}

/// A port of a bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgePort {
    /// Kernel name of the port.
    pub interface: InterfaceName,
    /// The bridge it belongs to.
    pub bridge: InterfaceName,
    /// VLANs of the port; empty on plain bridges.
    pub vlans: Vec<PortVlan>,
    /// MAC addresses that are here for good: static forwarding entries (`bridge fdb … static`),
    /// with the VLAN on VLAN-aware bridges.
    pub static_macs: Vec<[u8; 6]>,
}

/// Membership of a port in a VLAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortVlan {
    /// VLAN id, 1 to 4094.
    pub vlan: u16,
    /// Untagged frames belong to this VLAN and leave untagged (PVID); else tagged.
    pub untagged: bool,
}

/// Addresses of one interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceAddresses {
    /// The interface.
    pub interface: InterfaceName,
    /// Address and prefix length, host bits kept.
    pub addresses: Vec<IpNet>,
}

/// A permanent neighbour entry: no ARP or ND can change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// The interface it is on.
    pub interface: InterfaceName,
    /// The neighbour's address.
    pub address: IpAddr,
    /// The neighbour's MAC address.
    pub mac: [u8; 6],
}

/// A route to a network behind another router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticRoute {
    /// The network.
    pub network: Ipv4Net,
    /// The other router.
    pub via: Ipv4Addr,
    /// The interface it is on.
    pub interface: InterfaceName,
}

/// A named network namespace (`/run/netns/<name>`) joined to a bridge by a veth pair. It is made
/// when absent and never replaced: processes in it outlive a restart of hostd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Name below `/run/netns`.
    pub name: String,
    /// End of the veth pair in the host's namespace; a [`BridgePort`] of the plan.
    pub outer: InterfaceName,
    /// End in the namespace.
    pub inner: InterfaceName,
    /// MAC address of the inner end.
    pub inner_mac: [u8; 6],
    /// Addresses of the inner end; duplicate address detection is off.
    pub addresses: Vec<IpNet>,
    /// IPv4 default route.
    pub gateway4: Option<Ipv4Addr>,
    /// IPv6 default route.
    pub gateway6: Option<Ipv6Addr>,
    /// Permanent neighbours in the namespace: the gateways.
    pub neighbours: Vec<Neighbour>,
}
