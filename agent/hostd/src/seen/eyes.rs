//! What was seen so far, and how it is seen: the kernel asked, files of leases read.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kernel::packet_log::Taken;
use network::probe::{OUTSIDER, is_nobody};
use seeing::connections::{Raw, Snapshot};
use seeing::devices::{Devices, Neighbour, Seen};
use seeing::refusals::{Logged, Refusals, Rogue};
use seeing::traffic::{Count, Traffic};
use seeing::vendors::Vendors;
use seeing::{View, leases};
use settings::MacAddress;
use tokio::sync::watch;

use super::Places;
use super::file::File;
use crate::rogues;
use crate::store::directory::read_bounded;
use systemd::log::chain;

/// Largest file of leases that is read, in bytes: dnsmasq keeps 2,000 at most.
const MAX_LEASES: u64 = 1 << 20;
/// Largest table of makers.
const MAX_VENDORS: u64 = 8 << 20;
/// For how long connections that were listed answer other questions too.
const FRESH: Duration = Duration::from_secs(3);
/// New devices of one look that are told to the journal one by one.
const TOLD: usize = 10;

/// Everything that was seen.
pub(super) struct Eyes {
    places: Places,
    file: File,
    /// Where those are told that would be what only the box is.
    rogues: watch::Sender<Vec<Rogue>>,
    pub(super) view: Option<View>,
    pub(super) vendors: Vendors,
    pub(super) devices: Devices,
    pub(super) refusals: Refusals,
    pub(super) traffic: Traffic,
    /// Seconds since 1970 when this began.
    pub(super) since: u64,
    links: HashMap<u32, String>,
    snapshot: Option<(Instant, Snapshot)>,
}

impl Eyes {
    pub(super) fn new(places: Places, rogues: watch::Sender<Vec<Rogue>>) -> Self {
        let vendors = read_bounded(&places.vendors, MAX_VENDORS).unwrap_or_else(|error| {
            tracing::info!(%error, "who makes cards is not known");
            Vec::new()
        });
        let file = File::new(&places.state);
        Self {
            devices: file.read(),
            file,
            rogues,
            view: None,
            vendors: Vendors::new(String::from_utf8(vendors).unwrap_or_default()),
            refusals: Refusals::default(),
            traffic: Traffic::default(),
            since: now(),
            links: HashMap::new(),
            snapshot: None,
            places,
        }
    }

    /// Other settings are in force.
    pub(super) fn view(&mut self, view: Option<View>) {
        self.view = view;
        self.end_quarantined();
    }

    /// Looks at the links.
    pub(super) fn look(&mut self) {
        self.forget_snapshot();
        let Some(view) = &self.view else { return };
        let found = match kernel::neighbours::list() {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(error = chain(&error), "neighbours cannot be listed");
                return;
            }
        };
        self.links = found.links.into_iter().collect();
        let name = |index: &u32| self.links.get(index).cloned();
        let ports = view.port_names();
        let behind = found.ports.iter().filter_map(|one| {
            let port = *ports.get(self.links.get(&one.port)?.as_str())?;
            Some((MacAddress::new(one.mac)?, port.to_owned()))
        });
        let behind: HashMap<_, _> = behind.collect();
        let neighbours = found.addresses.iter().filter_map(|one| {
            let (interface, mac) = (name(&one.link)?, MacAddress::new(one.mac)?);
            // Whoever is behind a port and calls itself so is somebody.
            if self.places.own_cards.contains(&mac) && !behind.contains_key(&mac) {
                return None;
            }
            Some(Neighbour { interface, address: one.address, mac, reachable: one.reachable })
        });
        let seen = Seen { neighbours: neighbours.collect(), behind, leases: self.leases(view) };
        let new = self.devices.see(view, &seen, now());
        for device in new.iter().take(TOLD) {
            let (mac, zone, address) = (device.mac, &device.zone, device.address);
            tracing::info!(%mac, zone, %address, "a new device");
        }
        if new.len() > TOLD {
            tracing::warn!(count = new.len() - TOLD, "more new devices at once");
        }
        self.end_quarantined();
        self.tell_rogues();
        self.file.keep_if_due(&mut self.devices);
    }

    fn leases(&self, view: &View) -> BTreeMap<String, Vec<leases::Lease>> {
        let read = |(interface, zone): (&str, &str)| {
            let path = self.places.leases.join(format!("{interface}.leases"));
            let text = read_bounded(&path, MAX_LEASES).ok()?;
            Some((zone.to_owned(), leases::read(&String::from_utf8_lossy(&text))))
        };
        view.interfaces().filter_map(read).collect()
    }

    /// Counts traffic.
    pub(super) fn minute(&mut self) {
        self.refusals.forget(now());
        let counts = kernel::counters::list().unwrap_or_else(|error| {
            tracing::warn!(error = chain(&error), "links cannot be counted");
            Vec::new()
        });
        let all = connections();
        let Some(view) = &self.view else { return };
        let counts: Vec<Count> = counts
            .into_iter()
            .map(|one| Count { interface: one.name, received: one.received, sent: one.sent })
            .collect();
        self.traffic.minute(view, &self.devices, &counts, &all, now());
    }

    /// Packets that rules wrote down.
    pub(super) fn refused(&mut self, taken: &Taken) {
        let Some(view) = &self.view else { return };
        if taken.lost {
            self.refusals.lose();
        }
        for packet in &taken.packets {
            let mac = packet.mac.and_then(MacAddress::new);
            // A frame may bear any address: whose it is its card says.
            let of_rogue = Refusals::is_of_rogue(&packet.prefix);
            if self.is_a_try(mac) || !of_rogue && is_nobody(packet.destination) {
                continue;
            }
            let link = |index| self.links.get(index).cloned().unwrap_or_default();
            let card = match packet.port_of_bridge {
                0 => packet.input,
                port => port,
            };
            let logged = Logged {
                prefix: packet.prefix.clone(),
                input: link(&packet.input),
                card: link(&card),
                vlan: packet.vlan,
                mac,
                source: packet.source,
                destination: packet.destination,
                protocol: packet.protocol,
                port: packet.port,
            };
            self.refusals.take(view, &logged, now());
        }
        if taken.packets.iter().any(|packet| Refusals::is_of_rogue(&packet.prefix)) {
            self.tell_rogues();
        }
    }

    /// Tells who would be what only the box is.
    fn tell_rogues(&self) {
        let since = now().saturating_sub(rogues::TOLD.as_secs());
        let rogues = self.refusals.rogues(&self.devices, since);
        self.rogues.send_if_modified(|known| {
            let news = *known != rogues;
            *known = rogues;
            news
        });
    }

    /// A packet that the box itself had sent to see what becomes of it: nobody was refused.
    fn is_a_try(&self, mac: Option<MacAddress>) -> bool {
        let own = |mac: MacAddress| {
            mac.octets() == OUTSIDER
                || self.places.own_cards.contains(&mac) && self.devices.zone(mac).is_none()
        };
        mac.is_some_and(own)
    }

    /// Connections now, or a moment ago.
    pub(super) fn snapshot(&mut self) -> &Snapshot {
        let fresh = self.snapshot.take().filter(|(at, _)| at.elapsed() < FRESH);
        let taken = || self.view.as_ref().map(|view| Snapshot::new(connections(), view));
        let snapshot = fresh.unwrap_or_else(|| (Instant::now(), taken().unwrap_or_default()));
        &self.snapshot.insert(snapshot).1
    }

    /// It holds megabytes where there are many.
    fn forget_snapshot(&mut self) {
        self.snapshot.take_if(|(at, _)| at.elapsed() >= FRESH);
    }

    /// Ends connections that are there; how many were.
    pub(super) fn end(&mut self, ended: &[Raw]) -> usize {
        let end = |one: &&Raw| {
            let tuple = kernel::connections::Tuple {
                source: one.source,
                destination: one.destination,
                protocol: one.protocol,
                source_port: one.source_port,
                destination_port: one.destination_port,
            };
            kernel::connections::mark(&tuple, one.id, firewall::ENDED).unwrap_or_else(|error| {
                tracing::warn!(error = chain(&error), "a connection cannot be ended");
                false
            })
        };
        let count = ended.iter().filter(end).count();
        self.snapshot = None;
        count
    }

    /// What others send on connections of a device in quarantine would still arrive.
    fn end_quarantined(&mut self) {
        let Some(view) = &self.view else { return };
        let macs = view.quarantine().iter();
        let addresses: Vec<_> =
            macs.flat_map(|mac| self.devices.addresses(*mac)).copied().collect();
        if addresses.is_empty() {
            return;
        }
        let all: Vec<Raw> = self.snapshot().of(&addresses).copied().collect();
        if !all.is_empty() {
            let count = self.end(&all);
            tracing::info!(count, "connections of devices in quarantine were ended");
        }
    }

    /// Onto the disk, before the end.
    pub(super) fn keep(&mut self) {
        self.file.keep(&mut self.devices);
    }
}

fn connections() -> Vec<Raw> {
    let mut all = Vec::new();
    let visited = kernel::connections::visit(|one| {
        if one.mark != firewall::ENDED {
            all.push(Raw {
                id: one.id,
                protocol: one.tuple.protocol,
                source: one.tuple.source,
                source_port: one.tuple.source_port,
                destination: one.tuple.destination,
                destination_port: one.tuple.destination_port,
                answers: one.answers,
                sent: one.sent,
                received: one.received,
                began: one.began,
                answered: one.answered,
            });
        }
    });
    if let Err(error) = visited {
        tracing::warn!(error = chain(&error), "connections cannot be listed");
    }
    all
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
