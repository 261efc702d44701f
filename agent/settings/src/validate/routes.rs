//! Static routes: each to a network that nothing else has, by a router that can be there.

use ipnet::Ipv4Net;

use super::Check;
use super::zones::RESERVED;
use crate::problem::Place;
use crate::{Reason, Route, Settings};

/// Shortest and longest prefix of a routed network; shorter ones would draw the internet in.
const PREFIX: (u8, u8) = (8, 32);

impl Check<'_> {
    pub(super) fn routes(&mut self) {
        let settings: &Settings = self.settings;
        let routes = Place::Root.field("routes");
        for (index, route) in settings.routes.iter().enumerate() {
            let place = routes.entry(index);
            self.routed_network(&place.field("network"), route, index);
            self.router_of(&place.field("via"), route);
        }
    }

    fn routed_network(&mut self, place: &Place<'_>, route: &Route, index: usize) {
        let settings: &Settings = self.settings;
        let network = route.network;
        let meets = |other: Ipv4Net| network.contains(&other) || other.contains(&network);
        let (min, max) = PREFIX;
        if !(min..=max).contains(&network.prefix_len()) {
            return self.note(place, Reason::RouteBounds { min, max });
        }
        if let Some(reserved) = RESERVED.into_iter().find(|reserved| meets(*reserved)) {
            self.note(place, Reason::SubnetReserved { reserved });
        }
        for (zone, subnet) in
            settings.zones.iter().filter_map(|(name, zone)| Some((name, zone.subnet_v4()?)))
        {
            if meets(subnet) {
                self.note(place, Reason::SubnetOverlap { zone: zone.clone(), subnet });
            }
        }
        let mut before = settings.routes.iter().take(index).map(|route| route.network);
        if let Some(other) = before.find(|other| meets(*other)) {
            self.note(place, Reason::RouteOverlap { network: other });
        }
    }

    fn router_of(&mut self, place: &Place<'_>, route: &Route) {
        let settings: &Settings = self.settings;
        let Some((name, zone)) = settings.zone_of(route) else {
            return self.note(place, Reason::RouteViaOutside);
        };
        if *name == settings.crm.zone {
            self.note(place, Reason::RouteViaCrm { zone: name.clone() });
        } else if !zone.has_host_v4(route.via.into()) {
            let subnet = zone.subnet_v4().unwrap_or_default();
            self.note(place, Reason::RouteViaUnusable { subnet });
        }
    }
}
