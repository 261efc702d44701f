//! The configuration of dnsmasq: DHCP, router advertisements and names, one instance for every zone but
//! the CRM's, in which nobody is served, and one for the box itself. So no zone can touch another's
//! leases, take its places at the name server, or be told of its addresses. Every value is a typed name,
//! number or address of accepted settings, so that no line can hold a second directive.

mod allowed;
mod names;

pub use allowed::{FOR_ADMIN, names as allowed_names};

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use settings::{Addresses, Settings, SitePrefix, Zone, ZoneName};

use crate::{blocking, resolver};

/// Files that the configuration names, absolute and without spaces; they come from the program.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// Directory in which each instance remembers its leases.
    pub leases: &'a str,
    /// The name servers of WAN, see [`crate::resolv`].
    pub resolv: &'a str,
    /// Directory with one for each of the box's own programs, of addresses that it may go to.
    pub allowed: &'a str,
    /// Directory of the names that are blocked, see [`crate::blocking`].
    pub blocked: &'a str,
}

/// Domain of every zone; what it holds is each zone's own.
const DOMAIN: &str = "internal";
/// Name of the box in every zone.
pub const BOX: &str = "gatehouse.internal";
/// Name of the CRM.
pub const CRM: &str = "crm.gatehouse.internal";

/// Name of the instance that answers the box itself. Those of the zones are called as their
/// interfaces, which begin with `z-`.
pub const FOR_BOX: &str = "box";

/// How long an address is lent.
const LEASE: &str = "12h";

/// Names, in every instance.
///
/// - Answers from the internet with private addresses are dropped (DNS rebinding), without the
///   exception for 127.0.0.0/8: no list of blocked names is asked through this box.
/// - Browsers ask for `use-application-dns.net` whether they may resolve names past the box: they may not.
/// - `bind-dynamic` answers on the addresses of the one interface only, and follows them.
const NAMES: &str = "\
# Written by gatehouse-hostd from the settings; changes here are lost.
bind-dynamic
no-hosts
domain=internal
local=/internal/
local=/use-application-dns.net/
domain-needed
bogus-priv
stop-dns-rebind
dns-forward-max=300
edns-packet-max=1232
max-tcp-connections=20
";

/// Answers that are kept, where nothing is asked first that keeps them itself.
const CACHE: &str = "cache-size=2000\n";
/// And where something is: what is blocked from now on is not to be answered from here.
const NO_CACHE: &str = "cache-size=0\n";

/// DHCP and router advertisements, in those of the zones.
const LEASES: &str = "\
no-ping
dhcp-authoritative
dhcp-lease-max=10000
quiet-ra
enable-ra
";

/// Name of the file in which a zone's instance remembers what it lent, see [`crate::leases`].
pub fn lease_file(zone: &ZoneName) -> String {
    format!("{}.leases", zone.interface())
}

/// Makes the texts, by instance.
pub fn texts(settings: &Settings, site: SitePrefix, files: Files<'_>) -> BTreeMap<String, String> {
    let served = settings.zones.iter().filter(|(name, _)| **name != settings.crm.zone);
    let mut texts: BTreeMap<_, _> = served
        .map(|(name, zone)| {
            let mut out = NAMES.to_owned();
            // Writing to a string cannot fail.
            let _ = write_zone(&mut out, settings, (name, zone), site, files);
            (name.interface(), out)
        })
        .collect();
    let mut of_box = NAMES.to_owned();
    of_box.push_str(CACHE);
    let _ = upstream(&mut of_box, settings, files);
    of_box.push_str("interface=lo\n");
    texts.insert(FOR_BOX.to_owned(), of_box);
    texts.extend(allowed::texts(settings, files.allowed));
    texts
}

fn write_zone(
    out: &mut String,
    settings: &Settings,
    (name, zone): (&ZoneName, &Zone),
    site: SitePrefix,
    files: Files<'_>,
) -> fmt::Result {
    let interface = name.interface();
    out.push_str(LEASES);
    names::write_refused(out)?;
    writeln!(out, "dhcp-leasefile={}/{}", files.leases, lease_file(name))?;
    match blocking::ahead(settings, name) {
        Some(lists) => write!(out, "{NO_CACHE}{lists}")?,
        None => out.push_str(CACHE),
    }
    upstream(out, settings, files)?;
    // An interface that is made anew for another VLAN wants a new start: sockets are bound to the old one.
    writeln!(out, "\n# VLAN {}", zone.vlan)?;
    writeln!(out, "interface={interface}\nexcept-interface=lo")?;
    if let Some(ipv4) = &zone.ipv4 {
        let router = ipv4.address.addr();
        if let Some(range) = ipv4.dhcp {
            let (from, to, mask) = (range.from, range.to, ipv4.address.netmask());
            writeln!(out, "dhcp-range={from},{to},{mask},{LEASE}")?;
            for option in ["router", "dns-server", "ntp-server"] {
                writeln!(out, "dhcp-option=option:{option},{router}")?;
            }
        }
        names::write_reservations(out, zone)?;
        // Not by interface: while an address is changed that has the former one, too.
        writeln!(out, "host-record={BOX},{router}")?;
    }
    if let (Some(subnet), Some(router)) = (zone.subnet_v6(site), zone.router_v6(site)) {
        writeln!(out, "dhcp-range={},ra-only,64,{LEASE}", subnet.network())?;
        writeln!(out, "dhcp-option=option6:dns-server,[{router}]")?;
        // Budgets of guesses are by address, and a machine has many of IPv6: names have it only where
        // there is no IPv4.
        if zone.ipv4.is_none() {
            writeln!(out, "host-record={BOX},{router}")?;
        }
    }
    write_crm(out, settings, name, site)
}

/// Whom it asks: the resolver, once there is one, and the provider otherwise. What the resolver has checked
/// is told to who asks.
pub(crate) fn upstream(out: &mut String, settings: &Settings, files: Files<'_>) -> fmt::Result {
    if settings.dns.is_default() {
        return writeln!(out, "resolv-file={}", files.resolv);
    }
    writeln!(out, "no-resolv\nserver={}#{}", resolver::ADDRESS, resolver::PORT)?;
    if settings.dns.dnssec {
        writeln!(out, "proxy-dnssec")?;
    }
    Ok(())
}

/// The CRM's name, with the addresses by which somebody of the zone may reach it.
fn write_crm(
    out: &mut String,
    settings: &Settings,
    zone: &ZoneName,
    site: SitePrefix,
) -> fmt::Result {
    let here = || settings.crm.reachable_from.iter().filter(|source| source.zone == *zone);
    let allowed = |family: fn(&IpNet) -> bool| {
        here().any(|source| match &source.addresses {
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
    write!(out, "host-record={CRM}")?;
    if let Some(address) = v4 {
        write!(out, ",{address}")?;
    }
    if let Some(address) = v6 {
        write!(out, ",{address}")?;
    }
    writeln!(out)
}
