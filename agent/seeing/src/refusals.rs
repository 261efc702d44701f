//! What was refused, each kind of packet once: who, to whom, which service, why. Bounded twice: a sender
//! that tries everything has so many targets kept apart and the rest counted together, and of too many
//! senders the one that was quiet for longest is forgotten.

mod rogues;

use std::collections::HashMap;
use std::net::IpAddr;

use host_api::seeing::{End, Page, Refused, Why};
use settings::MacAddress;

use crate::devices::Devices;
use crate::page::{Wanted, cut};
use crate::view::{View, WAN};
use crate::why::Packet;

pub use rogues::{MAX_NAMED, Rogue};

/// Targets of a sender that are kept apart.
pub const MAX_TARGETS: usize = 64;
/// Most senders.
pub const MAX_SENDERS: usize = 1_000;
/// Seconds after which what was not tried again is forgotten.
pub const KEPT: u64 = 24 * 3600;
/// Prefixes of the rules that write refused packets down.
pub const PREFIX: &str = "refused_";
/// The one of them that is about quarantine.
pub const PREFIX_QUARANTINE: &str = "refused_quarantine";
/// The one of them that is about senders with addresses of no network of their zone.
pub const PREFIX_SOURCE: &str = "refused_source";
/// Those about frames that would be what only the box is, with their reasons.
pub const PREFIXES_OF_ROGUES: [(&str, Why); 2] =
    [("refused_rogue_dhcp", Why::RogueDhcp), ("refused_rogue_router", Why::RogueRouter)];

/// A packet that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// What the rule is known by.
    pub prefix: String,
    /// Interface that it came in on.
    pub input: String,
    /// Card that a frame came in at.
    pub card: String,
    /// VLAN of the frame's tag.
    pub vlan: Option<u16>,
    /// MAC address of who sent it on its last link.
    pub mac: Option<MacAddress>,
    /// From.
    pub source: IpAddr,
    /// To.
    pub destination: IpAddr,
    /// IANA protocol number.
    pub protocol: u8,
    /// Destination port, or what stands for it.
    pub port: u16,
}

/// Who sent: a device of a zone by its MAC address, another by its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Sender {
    Device(MacAddress),
    Address(IpAddr),
}

/// What was tried.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Tried {
    /// None for all beyond [`MAX_TARGETS`].
    destination: Option<IpAddr>,
    protocol: u8,
    port: u16,
    why: Why,
    /// What was noted at the rule that wrote it down: another one may have its number later.
    note: Option<String>,
}

#[derive(Clone, Debug)]
struct Counted {
    source: IpAddr,
    /// Zone of the destination, as networks were then.
    to: Option<String>,
    at: Option<String>,
    count: u64,
    first: u64,
    last: u64,
}

#[derive(Clone, Debug)]
struct Of {
    /// None while it is not known of which zone a frame was.
    zone: Option<String>,
    tried: HashMap<Tried, Counted>,
    last: u64,
}

/// What was refused within the last hours.
#[derive(Clone, Debug, Default)]
pub struct Refusals {
    senders: HashMap<Sender, Of>,
    lost: bool,
}

impl Refusals {
    /// Takes a packet (seconds since 1970).
    pub fn take(&mut self, view: &View, packet: &Logged, now: u64) {
        let rogue = PREFIXES_OF_ROGUES.into_iter().find(|(prefix, _)| packet.prefix == *prefix);
        let frame = rogue.is_some();
        let zone = if frame {
            view.zone_of_frame(&packet.card, packet.vlan)
        } else {
            view.zone_of_interface(&packet.input)
        };
        // No frame comes from the internet: WAN is no port of the bridge.
        let from = zone.map(|zone| zone.name.as_str()).or((!frame).then_some(WAN));
        let sender = match (from, packet.mac) {
            (Some(WAN), _) | (_, None) => Sender::Address(packet.source),
            (_, Some(mac)) => Sender::Device(mac),
        };
        let why = if let Some((_, why)) = rogue {
            why
        } else if packet.prefix == PREFIX_QUARANTINE {
            Why::Quarantined
        } else if packet.prefix == PREFIX_SOURCE {
            Why::NoSuchNetwork
        } else if packet.prefix.starts_with(PREFIX) {
            let (source, destination) = (packet.source, packet.destination);
            let (protocol, port) = (packet.protocol, packet.port);
            view.why(zone, &Packet { source, destination, protocol, port })
        } else {
            Why::Rule(packet.prefix.clone())
        };
        if !self.senders.contains_key(&sender) && self.senders.len() >= MAX_SENDERS {
            self.lost = true;
            let quiet = self.senders.iter().min_by_key(|(sender, of)| (of.last, **sender));
            if let Some(sender) = quiet.map(|(sender, _)| *sender) {
                self.senders.remove(&sender);
            }
        }
        let of = self.senders.entry(sender).or_insert_with(|| Of {
            zone: None,
            tried: HashMap::new(),
            last: now,
        });
        if let Some(from) = from {
            of.zone = Some(from.to_owned());
        }
        of.last = now;
        let note = match &why {
            Why::Rule(prefix) => view.note(prefix),
            _ => None,
        };
        let Logged { protocol, port, .. } = *packet;
        let mut tried = Tried { destination: Some(packet.destination), protocol, port, why, note };
        if frame {
            // It is for the zone, whatever address it bears.
            tried.destination = None;
        }
        if tried.why == Why::NoSuchNetwork {
            // Wherever it would go.
            (tried.destination, tried.protocol, tried.port) = (None, 0, 0);
        }
        if !of.tried.contains_key(&tried) && of.tried.len() >= MAX_TARGETS {
            // One entry for each reason: there are few.
            (tried.destination, tried.protocol, tried.port) = (None, 0, 0);
            if matches!(tried.why, Why::Rule(_)) {
                (tried.why, tried.note) = (Why::Stray, None);
            }
        }
        let to = tried.destination.and_then(|to| view.place(to).as_str().map(str::to_owned));
        let counted = of.tried.entry(tried).or_insert(Counted {
            source: packet.source,
            to: None,
            at: None,
            count: 0,
            first: now,
            last: now,
        });
        (counted.source, counted.to) = (packet.source, to);
        if frame {
            counted.at = view.port_of_card(&packet.card).map(str::to_owned);
        }
        counted.count = counted.count.saturating_add(1);
        counted.last = now;
    }

    /// Whether what was written down is of a device that would be what only the box is.
    pub fn is_of_rogue(prefix: &str) -> bool {
        PREFIXES_OF_ROGUES.iter().any(|(known, _)| prefix == *known)
    }

    /// Packets were lost before they could be taken.
    pub fn lose(&mut self) {
        self.lost = true;
    }

    /// Forgets what was not tried for long.
    pub fn forget(&mut self, now: u64) {
        let old = |last: u64| now.saturating_sub(last) > KEPT;
        for of in self.senders.values_mut() {
            of.tried.retain(|_, counted| !old(counted.last));
        }
        self.senders.retain(|_, of| !of.tried.is_empty());
        if self.senders.is_empty() {
            self.lost = false;
        }
    }

    /// Whether there were more than could be written down.
    pub fn lost(&self) -> bool {
        self.lost
    }

    /// A page of the list, latest first; how many are chosen, and how many there are.
    pub fn page(
        &self,
        view: &View,
        devices: &Devices,
        page: &Page<()>,
    ) -> (Vec<Refused>, usize, usize) {
        let wanted = Wanted::of(page);
        let mut rows = Vec::new();
        let mut all = 0;
        for (sender, of) in &self.senders {
            all += of.tried.len();
            let mac = match sender {
                Sender::Device(mac) => Some(*mac),
                Sender::Address(_) => None,
            };
            let from = End {
                zone: of.zone.clone(),
                mac: mac.map(|mac| mac.to_string()),
                name: mac.and_then(|mac| devices.name(mac)).map(str::to_owned),
            };
            if !wanted.device(mac) {
                continue;
            }
            rows.extend(of.tried.iter().map(|(tried, counted)| Refused {
                from: from.clone(),
                source: counted.source,
                at: counted.at.clone(),
                to: match (&tried.why, tried.destination) {
                    // A frame leaves its zone nowhere.
                    (Why::RogueDhcp | Why::RogueRouter | Why::NoSuchNetwork, _) => {
                        End { zone: of.zone.clone(), ..End::default() }
                    }
                    (_, Some(to)) if view.place(to).as_str() == counted.to.as_deref() => {
                        devices.end(view, to)
                    }
                    // The address is another zone's by now.
                    (_, Some(_)) => End { zone: counted.to.clone(), ..End::default() },
                    (_, None) => End::default(),
                },
                destination: tried.destination,
                protocol: tried.protocol,
                port: tried.port,
                why: tried.why.clone(),
                note: tried.note.clone(),
                count: counted.count,
                first: counted.first,
                last: counted.last,
            }));
        }
        rows.retain(|row| is_wanted(row, &wanted));
        rows.sort_by(|one, other| {
            other.last.cmp(&one.last).then_with(|| {
                (one.source, one.destination, one.port).cmp(&(
                    other.source,
                    other.destination,
                    other.port,
                ))
            })
        });
        let chosen = rows.len();
        (cut(rows.into_iter(), page).collect(), chosen, all)
    }
}

fn is_wanted(row: &Refused, wanted: &Wanted) -> bool {
    let zones = [row.from.zone.as_deref(), row.to.zone.as_deref()];
    if !zones.into_iter().any(|zone| wanted.zone(zone)) {
        return false;
    }
    let names = [&row.from.name, &row.to.name, &row.from.mac, &row.at].into_iter().flatten();
    wanted.any_text()
        || names.into_iter().any(|name| wanted.text(name))
        || wanted.text(&row.source.to_string())
        || row.destination.is_some_and(|to| wanted.text(&to.to_string()))
        || wanted.text(&row.port.to_string())
}

#[cfg(test)]
mod tests;
