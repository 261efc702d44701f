//! Name servers of the WAN: what networkd learnt (its file of the link) to what dnsmasq reads
//! (resolv.conf). Whatever is no address is left out.

use std::net::{IpAddr, Ipv6Addr};

use firewall::ir::InterfaceName;

/// Most name servers taken.
const MAX: usize = 6;

/// The name servers in networkd's file of a link (`DNS=` in `/run/systemd/netif/links/<index>`).
/// Servers on loopback would be the box itself and are left out.
pub fn servers(link_state: &str) -> Vec<IpAddr> {
    let mut servers = Vec::new();
    for word in link_state
        .lines()
        .filter_map(|line| line.strip_prefix("DNS="))
        .flat_map(str::split_ascii_whitespace)
    {
        // As in `fe80::1%2` or `192.0.2.1:53#name`: the scope is the link's own; other additions
        // are only there when an admin made them.
        let address = word.split_once('%').map_or(word, |(address, _)| address);
        let Ok(address) = address.parse::<IpAddr>() else { continue };
        let usable = !address.is_loopback() && !address.is_unspecified() && !address.is_multicast();
        if usable && !servers.contains(&address) && servers.len() < MAX {
            servers.push(address);
        }
    }
    servers
}

/// The text for dnsmasq; link-local servers are on the WAN.
pub fn text(servers: &[IpAddr], wan: &InterfaceName) -> String {
    let mut out = "# Written by gatehouse-hostd; changes here are lost.\n".to_owned();
    for server in servers {
        out.push_str(&format!("nameserver {}\n", with_scope(*server, Some(wan))));
    }
    out
}

/// A server with the interface that it is behind, where its address alone does not say that.
pub(crate) fn with_scope(server: IpAddr, wan: Option<&InterfaceName>) -> String {
    match (server, wan) {
        (IpAddr::V6(address), Some(wan)) if link_local(address) => format!("{server}%{wan}"),
        _ => server.to_string(),
    }
}

fn link_local(address: Ipv6Addr) -> bool {
    address.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_addresses_only() {
        let state = "ADMIN_STATE=configured\nDNS=11.67.0.1 fe80::1%2 127.0.0.1 x;y 11.67.0.1\nNTP=1.2.3.4\n";
        let servers = servers(state);
        let wan = InterfaceName::new("eth0").unwrap();
        assert_eq!(
            text(&servers, &wan).lines().skip(1).collect::<Vec<_>>(),
            ["nameserver 11.67.0.1", "nameserver fe80::1%eth0"]
        );
    }
}
