//! Who may reach the admin pages and the CRM. The rule that matters: at least one host that the
//! admin can plug in is sure to reach the admin pages.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{Check, MAX_ADDRESSES};
use crate::problem::Place;
use crate::{Addresses, Ipv6Zone, MacAddress, Reason, Source, Zone, ZoneName};

/// Where IPv6 addresses in a zone come from: the box's own prefix (RFC 4193), and link-local.
const LOCAL: [Ipv6Net; 2] = [
    Ipv6Net::new_assert(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 0), 8),
    Ipv6Net::new_assert(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
];

impl Check<'_> {
    pub(super) fn management(&mut self) {
        let settings = self.settings;
        let from = &settings.management.from;
        let management = Place::Root.field("management");
        let place = management.field("from");
        self.sources(&place, from);
        for (index, source) in from.iter().enumerate() {
            if source.zone == settings.crm.zone {
                self.note(&place.entry(index).field("zone"), Reason::ManagementCrm);
            }
            if source.schedule.is_some() {
                self.note(&place.entry(index).field("schedule"), Reason::FieldUnknown);
            }
        }
        let has_host = |source: &&Source| {
            source.zone != settings.crm.zone
                && settings.zones.get(&source.zone).is_some_and(|zone| has_host(zone, source))
        };
        let is_free = |source: &&Source| {
            let zone = settings.zones.get(&source.zone);
            zone.is_some_and(|zone| has_free_host(zone, source, &settings.quarantine))
        };
        let has_port = |source: &Source| settings.ports_of(&source.zone).next().is_some();
        let hosts = from.iter().filter(has_host);
        let some = hosts.clone().next().is_some();
        let mut sure = hosts.filter(is_free).peekable();
        if from.is_empty() {
            self.note(&place, Reason::ManagementEmpty);
        } else if !some {
            self.note(&place, Reason::ManagementNobody);
        } else if sure.peek().is_none() {
            self.note(&place, Reason::ManagementQuarantined);
        } else if !sure.any(has_port) {
            self.note(&place, Reason::ManagementNoPort);
        }
    }

    pub(super) fn crm(&mut self) {
        let settings = self.settings;
        let crm = &settings.crm;
        let place = Place::Root.field("crm");
        self.known_zone(&place.field("zone"), &crm.zone);
        if let Some(zone) = settings.zones.get(&crm.zone) {
            self.crm_host(&place.field("host"), zone, crm.host);
        }
        let place = place.field("reachable_from");
        self.sources(&place, &crm.reachable_from);
        for (index, source) in crm.reachable_from.iter().enumerate() {
            if source.zone == crm.zone {
                self.note(&place.entry(index).field("zone"), Reason::CrmFromItself);
            }
            if let Some(schedule) = &source.schedule
                && !settings.schedules.contains_key(schedule)
            {
                let reason = Reason::ScheduleUnknown { schedule: schedule.clone() };
                self.note(&place.entry(index).field("schedule"), reason);
            }
        }
    }

    fn crm_host(&mut self, place: &Place<'_>, zone: &Zone, host: u16) {
        // 65535 is never a host: reading refuses it as well.
        if host == 0 || host == u16::MAX {
            return self.note(place, Reason::HostInvalid);
        }
        let mut is_router = zone.ipv6 == Ipv6Zone::Automatic && host == 1;
        if let Some(ipv4) = &zone.ipv4 {
            let subnet = ipv4.address.trunc();
            let bits = u64::from(subnet.network().to_bits()) + u64::from(host);
            let address = u32::try_from(bits).map(Ipv4Addr::from_bits).ok();
            match address.filter(|address| *address < subnet.broadcast()) {
                None => self.note(place, Reason::CrmHostOutside { subnet }),
                Some(address) => {
                    is_router |= address == ipv4.address.addr();
                    if ipv4.dhcp.is_some_and(|dhcp| dhcp.contains(address)) {
                        self.note(place, Reason::CrmHostInDhcp { address });
                    }
                }
            }
        }
        if is_router {
            self.note(place, Reason::CrmHostIsRouter);
        }
    }

    fn sources(&mut self, place: &Place<'_>, sources: &[Source]) {
        let mut seen = BTreeSet::new();
        for (index, source) in sources.iter().enumerate() {
            let place = place.entry(index);
            let name = &source.zone;
            if !seen.insert(name) {
                self.note(&place.field("zone"), Reason::SourceRepeated { zone: name.clone() });
            }
            if !self.known_zone(&place.field("zone"), name) {
                continue;
            }
            if let (Addresses::List(networks), Some(zone)) =
                (&source.addresses, self.settings.zones.get(name))
            {
                self.networks(&place.field("addresses"), networks, name, zone);
            }
        }
    }

    fn networks(&mut self, place: &Place<'_>, networks: &[IpNet], name: &ZoneName, zone: &Zone) {
        if networks.len() > MAX_ADDRESSES {
            return self.note(place, Reason::TooMany { max: MAX_ADDRESSES });
        }
        let mut seen = BTreeSet::new();
        for (index, network) in networks.iter().enumerate() {
            let place = place.entry(index);
            if *network != network.trunc() {
                self.note(&place, Reason::NetworkHostBits { suggested: network.trunc() });
            }
            if !seen.insert(network.trunc()) {
                self.note(&place, Reason::NetworkRepeated);
            }
            let zone_name = name.clone();
            let meets = |v4: Ipv4Net, other: Ipv4Net| v4.contains(&other) || other.contains(&v4);
            let is_behind = |v4| self.settings.routed(name).any(|routed| meets(v4, routed));
            let reason = match (network, zone.subnet_v4(), zone.ipv6) {
                (IpNet::V4(_), None, _) => Some(Reason::NetworkNoIpv4 { zone: zone_name }),
                (IpNet::V4(v4), Some(subnet), _) => (!meets(*v4, subnet) && !is_behind(*v4))
                    .then_some(Reason::NetworkOutside { zone: zone_name, subnet }),
                (IpNet::V6(_), _, Ipv6Zone::Off) => Some(Reason::NetworkNoIpv6 { zone: zone_name }),
                (IpNet::V6(v6), _, Ipv6Zone::Automatic) => LOCAL
                    .iter()
                    .all(|local| !v6.contains(local) && !local.contains(v6))
                    .then_some(Reason::NetworkNotLocal),
            };
            if let Some(reason) = reason {
                let single = network.prefix_len() == network.max_prefix_len();
                self.note(&place, if single { of_address(reason) } else { reason });
            }
        }
    }
}

/// What is wrong with a network that is one address, as whoever typed the address would say it.
fn of_address(reason: Reason) -> Reason {
    match reason {
        Reason::NetworkOutside { zone, subnet } => Reason::AddressOutside { zone, subnet },
        Reason::NetworkNoIpv4 { zone } => Reason::AddressNoIpv4 { zone },
        Reason::NetworkNoIpv6 { zone } => Reason::AddressNoIpv6 { zone },
        Reason::NetworkNotLocal => Reason::AddressNotLocal,
        other => other,
    }
}

/// Whether some host of the zone is sure to match. An IPv6 network is never sure: which prefix the
/// box has is not known here.
fn has_host(zone: &Zone, source: &Source) -> bool {
    match &source.addresses {
        Addresses::All => true,
        Addresses::List(networks) => {
            networks.iter().any(|network| matches!(network, IpNet::V4(v4) if zone.has_host_v4(*v4)))
        }
    }
}

/// Whether some such host need not be in quarantine: one whose address is reserved for another card, or for none.
fn has_free_host(zone: &Zone, source: &Source, quarantine: &BTreeSet<MacAddress>) -> bool {
    let shut = zone.reservations.iter().filter(|one| quarantine.contains(&one.mac));
    let shut: BTreeSet<Ipv4Addr> = shut.map(|one| one.address).collect();
    let is_free = |v4: Ipv4Net| {
        let here = shut.iter().filter(|address| v4.contains(*address)).count();
        zone.hosts_v4(v4) > u64::try_from(here).unwrap_or(u64::MAX)
    };
    match &source.addresses {
        Addresses::All => true,
        Addresses::List(networks) => {
            networks.iter().any(|network| matches!(network, IpNet::V4(v4) if is_free(*v4)))
        }
    }
}
