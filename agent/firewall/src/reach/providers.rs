//! Whether a network inside is the one that the provider gave the box an address of: often it is the
//! provider's own router that hands out what people take at home.

use std::net::{IpAddr, Ipv4Addr};

use settings::Settings;

use super::finding::Finding;

/// Networks of the settings after that the internet's port has one of these addresses of, unless that was so
/// before.
pub fn providers_network(before: &Settings, after: &Settings, own: &[IpAddr]) -> Vec<Finding> {
    let known = of(before, own);
    of(after, own).into_iter().filter(|finding| !known.contains(finding)).collect()
}

fn of(settings: &Settings, own: &[IpAddr]) -> Vec<Finding> {
    let own = |network: ipnet::Ipv4Net| -> Option<Ipv4Addr> {
        own.iter().find_map(|address| match address {
            IpAddr::V4(v4) if network.contains(v4) => Some(*v4),
            _ => None,
        })
    };
    let zones = settings.zones.iter().filter_map(|(name, zone)| Some((name, zone.subnet_v4()?)));
    let routes = settings
        .routes
        .iter()
        .filter_map(|route| Some((settings.zone_of(route)?.0, route.network)));
    let found = zones.chain(routes).filter_map(|(zone, network)| {
        let zone = zone.clone();
        Some(Finding::ProvidersNetwork { zone, network, address: own(network)? })
    });
    found.collect()
}
