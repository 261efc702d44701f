//! Addresses that the box has no longer in new settings. While these are tried it keeps the former ones
//! as well, so that whoever got an address in the former network can still say that the new one works.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::{Settings, ZoneName};

/// The box's former address, with its prefix length, in each zone where it changes.
pub type Moved = BTreeMap<ZoneName, Ipv4Net>;

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

    /// Whether a device with this address reaches the box only as long as former addresses stay: it is of a
    /// former network, and of none that there is now.
    pub fn leaves_behind(&self, moved: &Moved, device: Ipv4Addr) -> bool {
        let is_in_a_zone = || {
            let mut subnets = self.zones.values().filter_map(crate::Zone::subnet_v4);
            subnets.any(|subnet| subnet.contains(&device))
        };
        moved.values().any(|former| former.contains(&device)) && !is_in_a_zone()
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

    #[test]
    fn who_keeps_an_address_of_a_former_network_is_left_behind() {
        let left = |changes: &[(&str, &str)], device: &str| {
            let (before, after) = (with(&[]), with(changes));
            after.leaves_behind(&after.moved_from(&before), device.parse().unwrap())
        };
        let elsewhere = [("192.168.10.", "10.7.0.")];
        assert!(left(&elsewhere, "192.168.10.50"));
        assert!(!left(&elsewhere, "10.7.0.50") && !left(&elsewhere, "192.168.20.50"));
        assert!(!left(&elsewhere, "203.0.113.7"), "behind another router, or from outside");
        assert!(!left(&[("192.168.10.1/24", "192.168.10.9/24")], "192.168.10.50"));
        assert!(!left(&[], "192.168.10.50"));
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
