//! What the provider gave: addresses (asked of the kernel) and name servers (networkd's file of the
//! link), which dnsmasq reads from a resolv.conf of ours.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use firewall::ir::InterfaceName;
use nix::ifaddrs::getifaddrs;

use crate::files::{self, Readers};
use crate::store::directory::read_bounded;

/// Largest file of networkd that is read, in bytes.
const MAX_BYTES: u64 = 256 * 1024;

/// Directories in which something changes when networkd learns something.
pub fn directories() -> Vec<PathBuf> {
    ["/run/systemd", "/run/systemd/netif", "/run/systemd/netif/links"].map(PathBuf::from).into()
}

/// The name servers of the WAN.
pub fn servers(wan: Option<&InterfaceName>) -> Vec<IpAddr> {
    wan.map(|wan| network::resolv::servers(&link_state(wan))).unwrap_or_default()
}

/// Writes the name servers of the WAN for dnsmasq, which notices by itself.
pub fn write_servers(
    wan: Option<&InterfaceName>,
    servers: &[IpAddr],
    resolv: &Path,
) -> io::Result<()> {
    let text = wan.map(|wan| network::resolv::text(servers, wan)).unwrap_or_default();
    files::put(resolv, &text, Readers::All).map(|_| ())
}

/// All addresses that the box has, on whatever interface.
pub fn own_addresses() -> Vec<IpAddr> {
    let Ok(all) = getifaddrs() else { return Vec::new() };
    let address = |found: nix::ifaddrs::InterfaceAddress| {
        let address = found.address?;
        let v4 = address.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
        v4.or_else(|| address.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip())))
    };
    all.filter_map(address).collect()
}

/// Addresses of an interface, without link-local ones.
pub fn addresses(interface: &InterfaceName) -> Vec<IpAddr> {
    let Ok(all) = getifaddrs() else { return Vec::new() };
    let mut addresses: Vec<IpAddr> = all
        .filter(|found| found.interface_name == interface.as_str())
        .filter_map(|found| {
            let address = found.address?;
            let v4 = address.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
            v4.or_else(|| address.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip())))
        })
        .filter(|address| match address {
            IpAddr::V4(v4) => !v4.is_link_local(),
            IpAddr::V6(v6) => !v6.is_unicast_link_local(),
        })
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

/// networkd's file of the link; empty when it knows nothing.
fn link_state(interface: &InterfaceName) -> String {
    let index = format!("/sys/class/net/{interface}/ifindex");
    let Ok(index) = read_bounded(Path::new(&index), 64) else { return String::new() };
    let index = String::from_utf8_lossy(&index);
    let Ok(index) = index.trim().parse::<u32>() else { return String::new() };
    let path = format!("/run/systemd/netif/links/{index}");
    let state = read_bounded(Path::new(&path), MAX_BYTES).unwrap_or_default();
    String::from_utf8_lossy(&state).into_owned()
}
