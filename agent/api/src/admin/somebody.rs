//! A list of addresses that lets nobody to the CRM, or everybody, is a slip and not a wish: whoever wants
//! nobody of a zone leaves the zone out, whoever wants all of it says so. Settings may hold such a list.

use std::net::Ipv6Addr;

use ipnet::{IpNet, Ipv6Net};
use settings::{Addresses, Settings, SitePrefix, Zone};

use crate::problem::{Field, Problem};

/// Addresses that no router passes on (RFC 4291 §2.5.6): the CRM is in another zone.
const LINK_LOCAL: IpNet =
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10));
/// Where the subnets of zones lie, when the one of this box is not known (RFC 4193).
const OWN: IpNet = IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 0), 8));

/// Each list of who reaches the CRM names some devices of its zone, and nothing else; `pointer` finds the
/// field of the request that a field of the document comes from.
///
/// # Errors
/// Fields of the request.
pub(super) fn names_some(
    settings: &Settings,
    site: Option<SitePrefix>,
    pointer: fn(&str) -> String,
) -> Result<(), Problem> {
    let mut refused = Vec::new();
    for (index, source) in settings.crm.reachable_from.iter().enumerate() {
        let Addresses::List(networks) = &source.addresses else { continue };
        let place = format!("/crm/reachable_from/{index}/addresses");
        if networks.is_empty() {
            refused.push(Field::new(pointer(&place), "no-address"));
        }
        let Some(zone) = settings.zones.get(&source.zone) else { continue };
        let slips =
            networks.iter().enumerate().filter_map(|(at, one)| Some((at, slip(*one, zone, site)?)));
        let slips: Vec<_> =
            slips.map(|(at, code)| Field::new(pointer(&format!("{place}/{at}")), code)).collect();
        // Each may be less than the zone, and all of them together not.
        if slips.is_empty() && IpNet::aggregate(networks).iter().any(|one| is_all(*one, zone, site))
        {
            refused.push(Field::new(pointer(&place), "every-device"));
        }
        refused.extend(slips);
    }
    if refused.is_empty() { Ok(()) } else { Err(Problem::fields_refused(refused)) }
}

/// What is wrong with a network in a list of some devices: it may be none of them, or all.
fn slip(network: IpNet, zone: &Zone, site: Option<SitePrefix>) -> Option<&'static str> {
    let slips = [
        (is_nobody(network, zone, site), "no-device"),
        (LINK_LOCAL.contains(&network), "link-local"),
        (is_all(network, zone, site), "every-device"),
    ];
    slips.into_iter().find_map(|(is, code)| is.then_some(code))
}

/// Whether every device of the zone has an address of this network.
fn is_all(network: IpNet, zone: &Zone, site: Option<SitePrefix>) -> bool {
    let subnet = match network {
        IpNet::V4(_) => zone.subnet_v4().map(IpNet::from),
        IpNet::V6(_) => site.and_then(|site| zone.subnet_v6(site)).map(IpNet::from),
    };
    network.contains(&subnet.unwrap_or(OWN))
}

/// Whether no device of the zone can have an address of this network.
fn is_nobody(network: IpNet, zone: &Zone, site: Option<SitePrefix>) -> bool {
    match network {
        IpNet::V4(network) => !zone.has_host_v4(network),
        IpNet::V6(network) => {
            let router = site.and_then(|site| zone.router_v6(site)).map(Ipv6Net::from);
            router == Some(network)
        }
    }
}
