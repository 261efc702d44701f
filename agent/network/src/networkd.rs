//! The files of systemd-networkd: it has the WAN port by DHCP and router advertisements, and leaves
//! every other link alone. From the provider it takes addresses, routes and name servers, nothing else.

use firewall::ir::InterfaceName;

/// File of the WAN port, below `/run/systemd/network`.
pub const WAN_FILE: &str = "10-gatehouse-wan.network";
/// File of all other links.
pub const REST_FILE: &str = "20-gatehouse-rest.network";

/// For every link that no earlier file names.
pub const REST: &str = "\
# Written by gatehouse-hostd; changes here are lost.
[Match]
Name=*
[Link]
Unmanaged=yes
";

const WAN: &str = "\
[Link]
RequiredForOnline=no
[Network]
DHCP=yes
IPv6AcceptRA=yes
LinkLocalAddressing=ipv6
LLMNR=no
MulticastDNS=no
LLDP=no
EmitLLDP=no
[DHCPv4]
UseDNS=yes
UseDomains=no
UseHostname=no
UseNTP=no
UseSIP=no
UseTimezone=no
SendHostname=no
[DHCPv6]
UseDNS=yes
UseDomains=no
UseHostname=no
UseNTP=no
UseDelegatedPrefix=no
[IPv6AcceptRA]
UseDNS=yes
UseDomains=no
";

/// The WAN port's file; `None` for a name that could match other links as well.
pub fn wan(interface: &InterfaceName) -> Option<String> {
    let name = interface.as_str();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.@".contains(&b);
    name.bytes().all(plain).then(|| {
        format!("# Written by gatehouse-hostd; changes here are lost.\n[Match]\nName={name}\n{WAN}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_patterns_are_refused() {
        let name = |name: &str| InterfaceName::new(name).unwrap();
        assert!(wan(&name("enp1s0f0np0")).is_some());
        for pattern in ["eth?", "[a-z]0", "!lo", "eth0\\"] {
            assert_eq!(wan(&name(pattern)), None, "{pattern}");
        }
    }
}
