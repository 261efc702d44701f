//! Reservations: each device, address and name once in its zone, each address one that a device there
//! can have.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::Check;
use crate::problem::Place;
use crate::{Reason, Reservation, Zone, ZoneName};

/// Most reservations of a zone.
pub const MAX_RESERVATIONS: usize = 1024;

impl Check<'_> {
    pub(super) fn reservations(&mut self, place: &Place<'_>, name: &ZoneName, zone: &Zone) {
        let all = &zone.reservations;
        if all.is_empty() {
            return;
        }
        let place = place.field("reservations");
        if all.len() > MAX_RESERVATIONS {
            return self.note(&place, Reason::TooMany { max: MAX_RESERVATIONS });
        }
        if *name == self.settings.crm.zone {
            return self.note(&place, Reason::ReservationCrm { zone: name.clone() });
        }
        let Some(ipv4) = &zone.ipv4 else {
            return self.note(&place, Reason::ReservationNoIpv4);
        };
        let (mut macs, mut addresses, mut names) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (index, Reservation { mac, address, name }) in all.iter().enumerate() {
            let place = place.entry(index);
            if let Some(other) = macs.insert(mac, *address) {
                self.note(&place.field("mac"), Reason::ReservationMacUsed { address: other });
            }
            let at = place.field("address");
            if let Some(other) = addresses.insert(address, *mac) {
                self.note(&at, Reason::ReservationAddressUsed { mac: other });
            } else if let Some(reason) = unusable(ipv4.address, *address) {
                self.note(&at, reason);
            }
            if let Some(name) = name
                && let Some(other) = names.insert(name, *address)
            {
                self.note(&place.field("name"), Reason::ReservationNameUsed { address: other });
            }
        }
    }
}

/// Why no device can have the address.
fn unusable(router: Ipv4Net, address: Ipv4Addr) -> Option<Reason> {
    let subnet = router.trunc();
    if !subnet.contains(&address) {
        Some(Reason::ReservationOutside { subnet })
    } else if address == subnet.network() || address == subnet.broadcast() {
        Some(Reason::ReservationEdge { subnet })
    } else if address == router.addr() {
        Some(Reason::ReservationRouter)
    } else {
        None
    }
}
