//! Devices as pages of a list.

use host_api::seeing::{Device, DeviceCounts, DevicesShown, Page};
use settings::MacAddress;

use super::{Devices, Known, MAX};
use crate::page::{Wanted, cut};
use crate::vendors::{Vendors, is_made_up};
use crate::view::View;

impl Devices {
    /// A page of the list, and how many there are.
    pub fn page(
        &self,
        view: &View,
        vendors: &Vendors,
        page: &Page<DevicesShown>,
        now: u64,
    ) -> (Vec<Device>, DeviceCounts) {
        let wanted = Wanted::of(page);
        let quarantined = |mac: &MacAddress| view.quarantine.contains(mac);
        let mut counts = DeviceCounts { room: MAX, ..DeviceCounts::default() };
        let mut chosen = Vec::new();
        for (mac, known) in &self.known {
            counts.all += 1;
            counts.here += usize::from(known.is_here(now));
            counts.new += usize::from(known.new);
            let shown = match page.show {
                DevicesShown::All => true,
                DevicesShown::New => known.new,
                DevicesShown::Quarantined => quarantined(mac),
            };
            if shown && known.is_wanted(*mac, vendors, &wanted) {
                chosen.push((*mac, known));
            }
        }
        // Also those that were never seen, or forgotten.
        counts.quarantined = view.quarantine.len();
        counts.chosen = chosen.len();
        match page.show {
            DevicesShown::New => {
                chosen.sort_by_key(|(mac, known)| (u64::MAX - known.first, *mac));
            }
            _ => chosen.sort_by(|(mac, one), (other_mac, other)| {
                let order = |known: &Known| (!known.is_here(now), known.name.is_none());
                order(one)
                    .cmp(&order(other))
                    .then_with(|| one.name.cmp(&other.name))
                    .then_with(|| one.zone.cmp(&other.zone))
                    .then_with(|| one.addresses.first().cmp(&other.addresses.first()))
                    .then_with(|| mac.cmp(other_mac))
            }),
        }
        let row = |(mac, known): (MacAddress, &Known)| Device {
            mac: mac.to_string(),
            name: known.name.clone(),
            vendor: vendors.of(mac).map(str::to_owned),
            made_up: is_made_up(mac),
            zone: known.zone.clone(),
            addresses: known.addresses.clone(),
            port: known.port.clone(),
            first_seen: known.first,
            last_seen: known.last,
            here: known.is_here(now),
            new: known.new,
            quarantined: quarantined(&mac),
            lease: known.lease,
        };
        (cut(chosen.into_iter(), page).map(row).collect(), counts)
    }
}

impl Known {
    fn is_wanted(&self, mac: MacAddress, vendors: &Vendors, wanted: &Wanted) -> bool {
        if !wanted.zone(Some(&self.zone)) || !wanted.device(Some(mac)) {
            return false;
        }
        wanted.any_text()
            || self.name.as_deref().is_some_and(|name| wanted.text(name))
            || wanted.text(&mac.to_string())
            || vendors.of(mac).is_some_and(|vendor| wanted.text(vendor))
            || self.addresses.iter().any(|address| wanted.text(&address.to_string()))
    }
}
