//! Zones: each with a usable subnet of its own, and a DHCP range that hands out no address twice.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::Check;
use crate::problem::Place;
use crate::{DhcpRange, Ipv4Zone, Ipv6Zone, Reason, Zone};

/// Shortest and longest prefix of a zone.
const PREFIX: (u8, u8) = (16, 30);

/// Where no host can have its address (RFC 6890 and RFC 5735), so that neither can a zone.
pub(super) const RESERVED: [Ipv4Net; 5] = [
    net([0, 0, 0, 0], 8),
    net([127, 0, 0, 0], 8),
    net([169, 254, 0, 0], 16),
    net([224, 0, 0, 0], 4),
    net([240, 0, 0, 0], 4),
];

const fn net([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

impl Check<'_> {
    pub(super) fn zones(&mut self) {
        let zones = Place::Root.field("zones");
        for (index, (name, zone)) in self.settings.zones.iter().enumerate() {
            let place = zones.field(name.as_str());
            if zone.ipv4.is_none() && zone.ipv6 == Ipv6Zone::Off {
                self.note(&place, Reason::ZoneWithoutAddress);
            }
            if let Some(ipv4) = &zone.ipv4 {
                self.ipv4(&place.field("ipv4"), ipv4);
            }
            self.reservations(&place, name, zone);
            self.apart(&place, zone, index);
        }
    }

    fn ipv4(&mut self, place: &Place<'_>, ipv4: &Ipv4Zone) {
        let address = place.field("address");
        let subnet = ipv4.address.trunc();
        let (min, max) = PREFIX;
        if !(min..=max).contains(&subnet.prefix_len()) {
            return self.note(&address, Reason::PrefixBounds { min, max });
        }
        if let Some(reserved) = RESERVED.into_iter().find(|reserved| reserved.contains(&subnet)) {
            self.note(&address, Reason::SubnetReserved { reserved });
        }
        if ipv4.address.addr() == subnet.network() {
            self.note(&address, Reason::RouterIsNetwork { subnet });
        }
        if ipv4.address.addr() == subnet.broadcast() {
            self.note(&address, Reason::RouterIsBroadcast { subnet });
        }
        if let Some(dhcp) = ipv4.dhcp {
            self.dhcp(&place.field("dhcp"), ipv4.address, dhcp);
        }
    }

    fn dhcp(&mut self, place: &Place<'_>, router: Ipv4Net, dhcp: DhcpRange) {
        let subnet = router.trunc();
        for (field, address) in [("from", dhcp.from), ("to", dhcp.to)] {
            if !subnet.contains(&address) {
                self.note(&place.field(field), Reason::DhcpOutside { subnet });
            } else if address == subnet.network() || address == subnet.broadcast() {
                self.note(&place.field(field), Reason::DhcpEdge { subnet });
            }
        }
        if dhcp.from > dhcp.to {
            self.note(place, Reason::DhcpReversed);
        }
        if dhcp.contains(router.addr()) {
            self.note(place, Reason::DhcpHasRouter { router: router.addr() });
        }
    }

    /// Compares the zone with those before it.
    fn apart(&mut self, place: &Place<'_>, zone: &Zone, index: usize) {
        for (other, before) in self.settings.zones.iter().take(index) {
            if before.vlan == zone.vlan {
                self.note(&place.field("vlan"), Reason::VlanUsed { zone: other.clone() });
            }
            if let (Some(subnet), Some(mine)) = (before.subnet_v4(), zone.subnet_v4())
                && (subnet.contains(&mine) || mine.contains(&subnet))
            {
                let place = place.field("ipv4");
                let reason = Reason::SubnetOverlap { zone: other.clone(), subnet };
                self.note(&place.field("address"), reason);
            }
        }
    }
}
