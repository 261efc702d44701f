//! Where the CRM lives and who may reach it.
//! It has one address in its zone, and is reached on TCP 443 and 80 only.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Serialize;

use crate::zone::with_host;
use crate::{Settings, SitePrefix, Source, ZoneName};

/// The CRM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Crm {
    /// Its zone.
    pub zone: ZoneName,
    /// Its number in the zone's subnets: 10 is `192.168.30.10` and `…::a`.
    pub host: u16,
    /// Who may reach it; nobody when empty. Never its own zone, never WAN.
    pub reachable_from: Vec<Source>,
}

impl Crm {
    /// The CRM's addresses; one is absent when its zone lacks that version.
    pub fn addresses(
        &self,
        settings: &Settings,
        site: SitePrefix,
    ) -> (Option<Ipv4Addr>, Option<Ipv6Addr>) {
        let Some(zone) = settings.zones.get(&self.zone) else { return (None, None) };
        let v4 = zone.subnet_v4().map(|subnet| {
            Ipv4Addr::from_bits(subnet.network().to_bits().wrapping_add(u32::from(self.host)))
        });
        (v4, zone.subnet_v6(site).map(|subnet| with_host(subnet, self.host)))
    }
}
