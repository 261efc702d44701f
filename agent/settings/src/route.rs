//! A static route: a network that is behind another router of a zone. Its devices count as devices of
//! that zone: they may be reached from, and reach, what the zone is reached from, and reaches.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::Serialize;

use crate::{Settings, Zone, ZoneName};

/// One route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Route {
    /// The network, host bits zero. It overlaps no zone and no other route.
    pub network: Ipv4Net,
    /// The other router, an address of a zone's subnet.
    pub via: Ipv4Addr,
}

impl Settings {
    /// The zone that the router of a route is in.
    pub fn zone_of(&self, route: &Route) -> Option<(&ZoneName, &Zone)> {
        let has = |zone: &Zone| zone.subnet_v4().is_some_and(|subnet| subnet.contains(&route.via));
        self.zones.iter().find(|(_, zone)| has(zone))
    }

    /// IPv4 networks of the zone: its own, and those behind its routers.
    pub fn networks_v4<'a>(&'a self, zone: &'a ZoneName) -> impl Iterator<Item = Ipv4Net> + 'a {
        let own = self.zones.get(zone).and_then(Zone::subnet_v4);
        own.into_iter().chain(self.routed(zone))
    }

    /// Networks behind routers of the zone.
    pub fn routed<'a>(&'a self, zone: &'a ZoneName) -> impl Iterator<Item = Ipv4Net> + 'a {
        let is_here =
            move |route: &&Route| self.zone_of(route).is_some_and(|(name, _)| name == zone);
        self.routes.iter().filter(is_here).map(|route| route.network)
    }
}
