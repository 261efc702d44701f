//! Name servers that are asked over TLS: some, not too many, each once, each on the internet.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::Check;
use crate::problem::Place;
use crate::{Reason, Upstream, ZoneName};

/// Most servers that are asked over TLS.
pub const MAX_TLS_SERVERS: usize = 8;

impl Check<'_> {
    pub(super) fn dns(&mut self) {
        let settings = self.settings;
        let Upstream::Tls(servers) = &settings.dns.upstream else { return };
        let (dns, upstream) = (Place::Root.field("dns"), "upstream");
        let upstream = dns.field(upstream);
        let place = upstream.field("tls");
        if servers.is_empty() {
            return self.note(&place, Reason::TlsServersNone);
        }
        if servers.len() > MAX_TLS_SERVERS {
            return self.note(&place, Reason::TooMany { max: MAX_TLS_SERVERS });
        }
        let mut seen = BTreeSet::new();
        for (index, server) in servers.iter().enumerate() {
            let place = place.entry(index);
            let place = place.field("address");
            if !seen.insert(server.address) {
                self.note(&place, Reason::TlsServerRepeated);
            } else if !is_somebody(server.address) {
                self.note(&place, Reason::TlsServerNobody);
            } else if let Some(zone) = self.zone_of(server.address) {
                self.note(&place, Reason::TlsServerInside { zone });
            }
        }
    }

    /// The zone that the address is in, or behind.
    fn zone_of(&self, address: IpAddr) -> Option<ZoneName> {
        let IpAddr::V4(address) = address else { return None };
        let mut zones = self.settings.zones.iter();
        let found = zones.find(|(name, zone)| {
            zone.subnet_v4().is_some_and(|subnet| subnet.contains(&address))
                || self.settings.routed(name).any(|network| network.contains(&address))
        });
        found.map(|(name, _)| name.clone())
    }
}

/// Whether a server on the internet can have the address; zones have unique local ones (RFC 4193).
fn is_somebody(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, ..] = address.octets();
            !(first == 0
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || address.is_broadcast())
        }
        IpAddr::V6(address) => {
            address.to_ipv4_mapped().is_none()
                && !address.is_unspecified()
                && !address.is_loopback()
                && !address.is_multicast()
                && !address.is_unicast_link_local()
                && !address.is_unique_local()
        }
    }
}
