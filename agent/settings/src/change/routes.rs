//! Static routes compared, by the network.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::Change;
use crate::Route;

pub(super) fn compare(before: &[Route], now: &[Route]) -> Vec<Change> {
    let (before, now) = (by_network(before), by_network(now));
    let networks: BTreeSet<_> = before.keys().chain(now.keys()).copied().collect();
    let change = |network| match (before.get(&network).copied(), now.get(&network).copied()) {
        (None, Some(via)) => Some(Change::RouteNew { network, via }),
        (Some(before), Some(via)) if before != via => Some(Change::Route { network, via, before }),
        (Some(before), None) => Some(Change::RouteGone { network, before }),
        _ => None,
    };
    networks.into_iter().filter_map(change).collect()
}

fn by_network(routes: &[Route]) -> BTreeMap<Ipv4Net, Ipv4Addr> {
    routes.iter().map(|Route { network, via }| (*network, *via)).collect()
}
