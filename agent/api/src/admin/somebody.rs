//! A list of addresses that lets nobody to the CRM is a slip, not a wish: whoever wants nobody of a zone
//! leaves the zone out. Settings may hold such a list, which then matches nobody.

use ipnet::{IpNet, Ipv6Net};
use settings::{Addresses, Settings, SitePrefix, Zone};

use crate::problem::{Field, Problem};

/// Each list of who reaches the CRM names a device, and nothing that no device can be; `pointer` finds the
/// field of the request that a field of the document comes from.
///
/// # Errors
/// Fields of the request.
pub(super) fn is_named(
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
        let nobodies = networks.iter().enumerate().filter(|(_, one)| is_nobody(**one, zone, site));
        refused.extend(
            nobodies.map(|(at, _)| Field::new(pointer(&format!("{place}/{at}")), "no-device")),
        );
    }
    if refused.is_empty() { Ok(()) } else { Err(Problem::fields_refused(refused)) }
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
