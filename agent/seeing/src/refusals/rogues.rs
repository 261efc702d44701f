//! Who of the senders would be what only the box is.

use host_api::seeing::Why;
use settings::MacAddress;

use super::{PREFIXES_OF_ROGUES, Refusals, Sender};
use crate::devices::Devices;

/// Most culprits of one kind that are named: one who makes up cards is told of as well by three of them.
pub const MAX_NAMED: usize = 3;

/// A device that would be what only the box is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rogue {
    /// What it would be.
    pub why: Why,
    /// MAC address that its frames are from.
    pub mac: MacAddress,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its zone, where that is known.
    pub zone: Option<String>,
    /// Port of the box that its frames came in at, where that is known.
    pub port: Option<String>,
}

impl Refusals {
    /// Those that sent since then (seconds since 1970): of each kind those with the most frames, by MAC address.
    pub fn rogues(&self, devices: &Devices, since: u64) -> Vec<Rogue> {
        let mut named = Vec::new();
        for (_, why) in PREFIXES_OF_ROGUES {
            let mut all: Vec<_> = self
                .senders
                .keys()
                .filter_map(|one| self.rogue(*one, &why, devices, since))
                .collect();
            all.sort_by(|(one, rogue), (more, other)| {
                more.cmp(one).then_with(|| rogue.mac.cmp(&other.mac))
            });
            all.truncate(MAX_NAMED);
            all.sort_by_key(|(_, rogue)| rogue.mac);
            named.extend(all.into_iter().map(|(_, rogue)| rogue));
        }
        named
    }

    /// The sender, if it is one of this kind, with how many frames it sent.
    fn rogue(
        &self,
        sender: Sender,
        why: &Why,
        devices: &Devices,
        since: u64,
    ) -> Option<(u64, Rogue)> {
        let (Sender::Device(mac), Some(of)) = (sender, self.senders.get(&sender)) else {
            return None;
        };
        let of_kind = of.tried.iter().filter(|(tried, _)| tried.why == *why);
        let counted: Vec<_> =
            of_kind.map(|(_, counted)| counted).filter(|counted| counted.last >= since).collect();
        let last = counted.iter().max_by_key(|counted| counted.last)?;
        let rogue = Rogue {
            why: why.clone(),
            mac,
            name: devices.name(mac).map(str::to_owned),
            zone: of.zone.clone(),
            port: last.at.clone(),
        };
        Some((counted.iter().map(|counted| counted.count).sum(), rogue))
    }
}
