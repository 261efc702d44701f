//! The configuration of dnsmasq: DHCP, router advertisements and names for every zone but the CRM's,
//! in which nobody is served. Every value is a typed name, number or address of accepted settings,
//! so that no line can hold a second directive.

use std::fmt::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use settings::{Addresses, Settings, SitePrefix, Zone, ZoneName};

/// Files that the configuration names, absolute and without spaces; they come from the program.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// Where it remembers leases.
    pub leases: &'a str,
    /// The name servers of WAN, see [`crate::resolv`].
    pub resolv: &'a str,
}

/// Name of the box in every zone.
pub const BOX: &str = "gatehouse.internal";
/// Name of the CRM.
pub const CRM: &str = "crm.gatehouse.internal";

/// How long an address is lent.
const LEASE: &str = "12h";

/// Fixed part.
///
/// - Names that DHCP clients give themselves are ignored: a guest must not become `gatehouse`.
/// - Answers from the internet with private addresses are dropped (DNS rebinding), without the
///   exception for 127.0.0.0/8: no list of blocked names is asked through this box.
/// - `bind-dynamic` answers on the zones' addresses and on loopback, for the box itself.
const FIXED: &str = "\
# Written by gatehouse-hostd from the settings; changes here are lost.
bind-dynamic
no-hosts
no-ping
dhcp-authoritative
dhcp-ignore-names
domain=internal
local=/internal/
domain-needed
bogus-priv
stop-dns-rebind
localise-queries
cache-size=2000
dns-forward-max=300
edns-packet-max=1232
max-tcp-connections=20
dhcp-lease-max=2000
quiet-ra
enable-ra
";

/// Makes the text.
pub fn text(settings: &Settings, site: SitePrefix, files: Files<'_>) -> String {
    let mut out = FIXED.to_owned();
    // Writing to a string cannot fail.
    let _ = write(&mut out, settings, site, files);
    out
}

fn write(out: &mut String, settings: &Settings, site: SitePrefix, files: Files<'_>) -> fmt::Result {
    writeln!(out, "dhcp-leasefile={}", files.leases)?;
    writeln!(out, "resolv-file={}", files.resolv)?;
    for (name, zone) in settings.zones.iter().filter(|(name, _)| **name != settings.crm.zone) {
        write_zone(out, name, zone, site)?;
    }
    write_crm(out, settings, site)
}

fn write_zone(out: &mut String, name: &ZoneName, zone: &Zone, site: SitePrefix) -> fmt::Result {
    let interface = name.interface();
    writeln!(out, "\ninterface={interface}")?;
    if let Some(ipv4) = &zone.ipv4 {
        let router = ipv4.address.addr();
        if let Some(range) = ipv4.dhcp {
            let (from, to, mask) = (range.from, range.to, ipv4.address.netmask());
            // dnsmasq tags a request with the interface it came in on; without the tag whoever names another
            // zone's subnet (RFC 3011) would be served from that zone's addresses.
            writeln!(out, "dhcp-range=tag:{interface},{from},{to},{mask},{LEASE}")?;
            for option in ["router", "dns-server", "ntp-server"] {
                writeln!(out, "dhcp-option=tag:{interface},option:{option},{router}")?;
            }
        }
        writeln!(out, "interface-name={BOX},{interface}/4")?;
    }
    if let (Some(subnet), Some(router)) = (zone.subnet_v6(site), zone.router_v6(site)) {
        writeln!(out, "dhcp-range={},ra-only,64,{LEASE}", subnet.network())?;
        writeln!(out, "dhcp-option=tag:{interface},option6:dns-server,[{router}]")?;
        // An IPv6 answer would be the same in all zones, and the address of another zone's router
        // answers nobody: names have it only where there is no IPv4.
        if zone.ipv4.is_none() {
            writeln!(out, "interface-name={BOX},{interface}/6")?;
        }
    }
    Ok(())
}

/// The CRM's name, with the addresses by which somebody may reach it.
fn write_crm(out: &mut String, settings: &Settings, site: SitePrefix) -> fmt::Result {
    let allowed = |family: fn(&IpNet) -> bool| {
        settings.crm.reachable_from.iter().any(|source| match &source.addresses {
            Addresses::All => true,
            Addresses::List(list) => list.iter().any(family),
        })
    };
    let (v4, v6): (Option<Ipv4Addr>, Option<Ipv6Addr>) = settings.crm.addresses(settings, site);
    let v4 = v4.filter(|_| allowed(|net| matches!(net, IpNet::V4(_))));
    let v6 = v6.filter(|_| allowed(|net| matches!(net, IpNet::V6(_))));
    if v4.is_none() && v6.is_none() {
        return Ok(());
    }
    write!(out, "\nhost-record={CRM}")?;
    if let Some(address) = v4 {
        write!(out, ",{address}")?;
    }
    if let Some(address) = v6 {
        write!(out, ",{address}")?;
    }
    writeln!(out)
}
