//! Kernel settings below /proc/sys/net, of the calling thread's namespace. Each is read first and
//! written only when it differs.

use std::fs;
use std::io;
use std::path::Path;

use firewall::ir::InterfaceName;
use network::links::LinkPlan;

use super::{LinkError, Work};

/// On an interface of ours: nobody tells us routes or addresses there, and the box answers ARP only
/// for the address of the interface asked on.
const ZONE: &[(&str, &str)] = &[
    ("ipv6/conf/{}/disable_ipv6", "0"),
    ("ipv6/conf/{}/accept_ra", "0"),
    ("ipv6/conf/{}/autoconf", "0"),
    ("ipv6/conf/{}/accept_redirects", "0"),
    ("ipv6/conf/{}/accept_dad", "0"),
    ("ipv6/conf/{}/addr_gen_mode", "0"),
    ("ipv4/conf/{}/accept_redirects", "0"),
    ("ipv4/conf/{}/send_redirects", "0"),
    ("ipv4/conf/{}/arp_ignore", "1"),
    ("ipv4/conf/{}/arp_announce", "2"),
];

/// For the whole namespace; an interface's own value and that of `all` both count. A zone's second address stays
/// when the first of the same network goes: that is how the box moves.
const ALL: &[(&str, &str)] = &[
    ("ipv4/conf/all/promote_secondaries", "1"),
    ("ipv4/conf/all/accept_redirects", "0"),
    ("ipv4/conf/all/send_redirects", "0"),
    ("ipv6/conf/all/accept_redirects", "0"),
];

/// Neighbours that the kernel remembers, in place of 1,024: as many as 10,000 leases need. Only the first
/// namespace has these.
const NEIGHBOURS: &[(&str, &str)] = &[
    ("ipv4/neigh/default/gc_thresh2", "12288"),
    ("ipv4/neigh/default/gc_thresh3", "16384"),
    ("ipv6/neigh/default/gc_thresh2", "24576"),
    ("ipv6/neigh/default/gc_thresh3", "32768"),
];

/// How long a quiet TCP connection is remembered, seconds: what RFC 5382 asks for at least (REQ-5), in place of
/// five days. Forgotten ones that nobody ended must not fill the table.
const TCP_QUIET: (&str, &str) = ("netfilter/nf_conntrack_tcp_timeout_established", "7440");

/// Bytes of each connection are counted, and when it began is noted: for the list of connections.
const COUNTED: &[&str] = &["netfilter/nf_conntrack_acct", "netfilter/nf_conntrack_timestamp"];

/// In the CRM's namespace.
const CRM: &[(&str, &str)] = &[
    ("ipv6/conf/{}/disable_ipv6", "0"),
    ("ipv6/conf/{}/accept_ra", "0"),
    ("ipv6/conf/{}/autoconf", "0"),
    ("ipv6/conf/{}/accept_redirects", "0"),
    ("ipv6/conf/{}/accept_dad", "0"),
    ("ipv4/conf/{}/accept_redirects", "0"),
    ("ipv4/conf/{}/send_redirects", "0"),
    ("ipv4/conf/{}/forwarding", "0"),
];

/// Bridged frames do not pass the IP chains, where the bridge module for that is loaded at all. With
/// it leaks at layer 2 would seem to be blocked here and be open elsewhere.
pub(super) fn keep_bridges_from_ip(work: &mut Work) -> Result<(), LinkError> {
    for what in ["iptables", "ip6tables", "arptables"] {
        let name = format!("bridge/bridge-nf-call-{what}");
        if path(&name).exists() {
            set(work, &name, "0")?;
        }
    }
    Ok(())
}

/// Sets what concerns interfaces with addresses; one without, such as the bridge below VLAN devices,
/// speaks no IP.
pub(super) fn set_up(work: &mut Work, plan: &LinkPlan) -> Result<(), LinkError> {
    for (name, value) in ALL {
        set(work, name, value)?;
    }
    let addressed = |name: &InterfaceName| {
        plan.addresses.iter().any(|one| one.interface == *name && !one.addresses.is_empty())
    };
    let bridges = plan.bridges.iter().map(|bridge| &bridge.name);
    for name in bridges.chain(plan.vlan_devices.iter().map(|device| &device.name)) {
        if addressed(name) {
            set_for(work, ZONE, name.as_str())?;
        } else {
            is_port(work, name.as_str())?;
        }
    }
    Ok(())
}

/// Sets what concerns the CRM's namespace, from within it.
pub(super) fn set_up_namespace(work: &mut Work, inner: &str) -> Result<(), LinkError> {
    for name in ["all", "default", inner] {
        set_for(work, CRM, name)?;
    }
    Ok(())
}

/// A port speaks no IP itself.
pub(super) fn is_port(work: &mut Work, name: &str) -> Result<(), LinkError> {
    set(work, &format!("ipv6/conf/{name}/disable_ipv6"), "1")
}

/// What was a port may speak IP again.
pub(super) fn is_no_port(work: &mut Work, name: &str) -> Result<(), LinkError> {
    set(work, &format!("ipv6/conf/{name}/disable_ipv6"), "0")
}

/// Routing between interfaces.
pub(super) fn forward(work: &mut Work, on: bool) -> Result<(), LinkError> {
    let (name, value) = TCP_QUIET;
    // Not there before any rules follow connections; then none is remembered either.
    if path(name).exists() {
        set(work, name, value)?;
    }
    for name in COUNTED {
        if path(name).exists() {
            set(work, name, "1")?;
        }
    }
    for (name, value) in NEIGHBOURS {
        if path(name).exists() {
            set(work, name, value)?;
        }
    }
    let value = if on { "1" } else { "0" };
    set(work, "ipv4/ip_forward", value)?;
    set(work, "ipv6/conf/all/forwarding", value)
}

fn set_for(work: &mut Work, list: &[(&str, &str)], interface: &str) -> Result<(), LinkError> {
    for (name, value) in list {
        set(work, &name.replace("{}", interface), value)?;
    }
    Ok(())
}

fn set(work: &mut Work, name: &str, value: &str) -> Result<(), LinkError> {
    let path = path(name);
    let failed = |source: io::Error| LinkError::Sysctl { path: path.clone(), source };
    let there = match fs::read_to_string(&path) {
        // Without IPv6 in the kernel there is nothing to switch off.
        Err(error) if error.kind() == io::ErrorKind::NotFound && no_ipv6(name) => return Ok(()),
        there => there.map_err(failed)?,
    };
    if there.trim() != value {
        fs::write(&path, value).map_err(failed)?;
        work.note(format!("set {name} to {value}"));
    }
    Ok(())
}

fn no_ipv6(name: &str) -> bool {
    name.starts_with("ipv6/") && !path("ipv6").exists()
}

fn path(name: &str) -> std::path::PathBuf {
    Path::new("/proc/sys/net").join(name)
}
