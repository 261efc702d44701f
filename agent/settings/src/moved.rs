//! Addresses that the box has no longer in new settings. While these are tried it keeps the former ones
//! as well, so that whoever got an address in the former network can still say that the new one works.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::Ipv4Net;

use crate::{Settings, SitePrefix, ZoneName};

/// The box's former address, with its prefix length, in each zone where it changes.
pub type Moved = BTreeMap<ZoneName, Ipv4Net>;

/// How a device fares once the former addresses are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'m> {
    /// It reaches the box as before.
    Stays,
    /// It reaches the box's new address in this zone. With a lease from before it asks the former one for
    /// names and sends through it what goes elsewhere, until its own is lent to it anew.
    UnlessLentBefore(&'m ZoneName),
    /// Its address is of the former network of this zone and of the new one. Whether it knows the box's new
    /// address shows when its own is lent to it anew.
    IfLentAnew(&'m ZoneName),
    /// It does not reach the box, as far as is known.
    Left,
}

impl Settings {
    /// Where the box's IPv4 address differs from the former settings' and the former network does not
    /// overlap what another zone has now. The CRM's zone is left out: there is nobody to be led.
    pub fn moved_from(&self, former: &Self) -> Moved {
        let one = |(name, zone): (&ZoneName, &crate::Zone)| {
            let new = zone.ipv4.as_ref()?.address;
            let old = former.zones.get(name)?.ipv4.as_ref()?.address;
            let is_taken = self.zones.iter().any(|(other, zone)| {
                let subnet = zone.subnet_v4();
                other != name && subnet.is_some_and(|subnet| overlap(subnet, old.trunc()))
            });
            let stays = old.addr() == new.addr() || is_taken || *name == self.crm.zone;
            (!stays).then(|| (name.clone(), old))
        };
        self.zones.iter().filter_map(one).collect()
    }

    /// How a device with this address fares once the former addresses are gone.
    pub fn standing<'m>(&self, moved: &'m Moved, site: SitePrefix, device: IpAddr) -> Standing<'m> {
        match device.to_canonical() {
            IpAddr::V4(device) => self.standing_v4(moved, device),
            IpAddr::V6(device) => self.standing_v6(moved, site, device),
        }
    }

    fn standing_v4<'m>(&self, moved: &'m Moved, device: Ipv4Addr) -> Standing<'m> {
        let Some((zone, former)) = moved.iter().find(|(_, former)| former.contains(&device)) else {
            return Standing::Stays;
        };
        let new = self.zones.get(zone).and_then(|zone| zone.ipv4.as_ref()).map(|it| it.address);
        match new.filter(|new| new.contains(&device)) {
            None => Standing::Left,
            // Its former prefix says that the new address is on the link.
            Some(new) if former.contains(&new.addr()) => Standing::UnlessLentBefore(zone),
            Some(_) => Standing::IfLentAnew(zone),
        }
    }

    /// Which IPv4 address it has is not known: neighbours of the kernel keep its former one for a while. So
    /// whoever is in a zone that moved comes over IPv4.
    fn standing_v6<'m>(
        &self,
        moved: &'m Moved,
        site: SitePrefix,
        device: Ipv6Addr,
    ) -> Standing<'m> {
        let mut zones = self.zones.iter();
        let zone = zones.find(|(_, zone)| {
            let subnet = zone.subnet_v6(site);
            subnet.is_some_and(|subnet| subnet.contains(&device))
        });
        let stays = moved.is_empty() || zone.is_some_and(|(name, _)| !moved.contains_key(name));
        if stays { Standing::Stays } else { Standing::Left }
    }
}

fn overlap(one: Ipv4Net, other: Ipv4Net) -> bool {
    one.contains(&other) || other.contains(&one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    const EXAMPLE: &str = include_str!("../tests/example.json");

    fn with(changes: &[(&str, &str)]) -> Settings {
        let mut text = EXAMPLE.to_owned();
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        parse(text.as_bytes()).unwrap()
    }

    fn moved(changes: &[(&str, &str)]) -> Vec<String> {
        let moved = with(changes).moved_from(&with(&[]));
        moved.into_iter().map(|(zone, old)| format!("{zone} {old}")).collect()
    }

    #[test]
    fn a_zone_keeps_the_address_that_it_had() {
        assert_eq!(moved(&[]), [] as [String; 0]);
        assert_eq!(moved(&[("192.168.10.", "10.7.0.")]), ["office 192.168.10.1/24"]);
        assert_eq!(moved(&[("192.168.10.1/24", "192.168.10.9/24")]), ["office 192.168.10.1/24"]);
        // The same address in a larger network is no other address.
        assert_eq!(moved(&[("192.168.20.1/24", "192.168.20.1/23")]), [] as [String; 0]);
        assert_eq!(moved(&[("192.168.30.", "10.7.0.")]), [] as [String; 0], "the CRM's");
    }

    fn standing(changes: &[(&str, &str)], device: &str) -> String {
        let (before, after) = (with(&[]), with(changes));
        let moved = after.moved_from(&before);
        match after.standing(&moved, SitePrefix::from_random([0; 5]), device.parse().unwrap()) {
            Standing::Stays => "stays".to_owned(),
            Standing::UnlessLentBefore(zone) => format!("unless lent before in {zone}"),
            Standing::IfLentAnew(zone) => format!("if lent anew in {zone}"),
            Standing::Left => "left".to_owned(),
        }
    }

    #[test]
    fn who_keeps_an_address_of_a_former_network_is_left_behind() {
        let elsewhere = [("192.168.10.", "10.7.0.")];
        assert_eq!(standing(&elsewhere, "192.168.10.50"), "left");
        assert_eq!(standing(&elsewhere, "::ffff:192.168.10.50"), "left");
        for device in ["10.7.0.50", "192.168.20.50", "203.0.113.7"] {
            assert_eq!(standing(&elsewhere, device), "stays", "{device}");
        }
        assert_eq!(standing(&[], "192.168.10.50"), "stays");
    }

    /// With the prefix of its old lease a device asks its old router for the new address.
    #[test]
    fn an_address_that_both_networks_have_shows_nothing_until_it_is_lent_anew() {
        let wider = [("192.168.10.1/24", "192.168.9.1/22")];
        assert_eq!(standing(&wider, "192.168.10.50"), "if lent anew in office");
        assert_eq!(standing(&wider, "192.168.9.50"), "stays");
        // Of one link by either prefix.
        for beside in ["192.168.10.9/24", "192.168.10.9/22"] {
            let beside = [("192.168.10.1/24", beside)];
            let standing = standing(&beside, "192.168.10.50");
            assert_eq!(standing, "unless lent before in office", "{beside:?}");
        }
        // The box would not answer it on the link.
        let narrower = [
            ("192.168.10.1/24", "192.168.10.9/25"),
            ("192.168.10.100", "192.168.10.20"),
            ("192.168.10.199", "192.168.10.99"),
        ];
        assert_eq!(standing(&narrower, "192.168.10.200"), "left");
    }

    #[test]
    fn over_ipv6_nobody_of_a_zone_that_moved_shows_that_its_ipv4_works() {
        let elsewhere = [("192.168.10.", "10.7.0.")];
        assert_eq!(standing(&elsewhere, "fd00:0:0:a::7"), "left");
        assert_eq!(standing(&elsewhere, "fe80::7"), "left");
        assert_eq!(standing(&elsewhere, "fd00:0:0:14::7"), "stays", "guest");
        assert_eq!(standing(&[], "fd00:0:0:a::7"), "stays");
        assert_eq!(standing(&[], "fe80::7"), "stays");
    }

    #[test]
    fn what_another_zone_has_now_is_not_kept() {
        let swapped =
            [("192.168.10.", "x."), ("192.168.20.", "192.168.10."), ("x.", "192.168.20.")];
        assert_eq!(moved(&swapped), [] as [String; 0]);
        let wider = [("192.168.10.", "10.7.0."), ("192.168.20.1/24", "192.168.0.9/20")];
        let wider = moved(&[wider[0], wider[1], ("192.168.20.", "192.168.1.")]);
        assert_eq!(wider, ["guest 192.168.20.1/24"]);
    }
}
