//! Where the box's own programs may go: on the internet, or to one address in a zone that is named as
//! such. A name never leads into a zone.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::Check;
use crate::egress::{NOT_INTERNET_V4, NOT_INTERNET_V6};
use crate::problem::Place;
use crate::{EgressTarget, Reason, Settings};

/// Most destinations.
pub const MAX_EGRESS: usize = 200;

/// Shortest prefixes of a network on the internet, IPv4 and IPv6.
const SHORTEST: (u8, u8) = (16, 32);

impl Check<'_> {
    pub(super) fn egress(&mut self) {
        let settings: &Settings = self.settings;
        let list = Place::Root.field("egress");
        let mut seen = BTreeSet::new();
        for (index, egress) in settings.egress.iter().enumerate() {
            let place = list.entry(index);
            if let EgressTarget::Network(network) = egress.to
                && let Some(reason) = unusable(settings, network)
            {
                self.note(&place.field("to"), reason);
            }
            if !seen.insert(egress.key()) {
                self.note(&place, Reason::EgressRepeated);
            }
        }
    }
}

/// Why a program may not go to addresses of a network.
fn unusable(settings: &Settings, network: IpNet) -> Option<Reason> {
    if let Some(name) = settings.zone_of_address(network) {
        let zone = settings.zones.get(name)?;
        let is_router = |address: IpAddr| zone.router_v4().map(IpAddr::V4) == Some(address);
        return if *name == settings.crm.zone {
            Some(Reason::EgressCrm { zone: name.clone() })
        } else if network.prefix_len() != network.max_prefix_len() {
            Some(Reason::EgressZoneNetwork { zone: name.clone() })
        } else if is_router(network.addr()) {
            Some(Reason::EgressBox)
        } else {
            None
        };
    }
    let meets = match network {
        IpNet::V4(v4) => NOT_INTERNET_V4
            .into_iter()
            .find(|other| other.contains(&v4) || v4.contains(other))
            .map(IpNet::V4),
        IpNet::V6(v6) => NOT_INTERNET_V6
            .into_iter()
            .find(|other| other.contains(&v6) || v6.contains(other))
            .map(IpNet::V6),
    };
    let (min, max) = match network {
        IpNet::V4(_) => (SHORTEST.0, 32),
        IpNet::V6(_) => (SHORTEST.1, 128),
    };
    if let Some(reserved) = meets {
        Some(Reason::EgressNotInternet { reserved })
    } else if network.prefix_len() < min {
        Some(Reason::EgressBounds { min, max })
    } else {
        None
    }
}
