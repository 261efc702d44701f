//! Traffic of the last hour by minute: of zones by the counts of their interfaces, of devices by the counts
//! of their connections. A connection that begins and ends within a minute between two looks is not counted
//! for its device, but is for its zone.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;

use host_api::seeing::{DeviceTraffic, MINUTES, Traffic as Series};
use settings::MacAddress;

use crate::connections::Raw;
use crate::devices::Devices;
use crate::view::{View, WAN};

/// Devices whose traffic is kept.
const MAX_DEVICES: usize = 2_000;
/// Devices that are told as those with the most.
const MOST: usize = 10;
/// More than this in a minute no line carries: a counter began anew.
const UNLIKELY: u64 = 1 << 43;

/// Bytes down and up.
type Pair = (u64, u64);

/// Minutes of one zone or device, oldest first.
type Minutes = VecDeque<Pair>;

/// The last hour.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    until: u64,
    counted: HashMap<String, Pair>,
    zones: BTreeMap<String, Minutes>,
    connections: HashMap<u32, (IpAddr, IpAddr, u64, u64)>,
    devices: HashMap<MacAddress, Minutes>,
}

/// Counts of an interface since it was made.
#[derive(Clone, Debug)]
pub struct Count {
    /// The interface.
    pub interface: String,
    /// Bytes that came in.
    pub received: u64,
    /// Bytes that went out.
    pub sent: u64,
}

impl Traffic {
    /// Takes the counts at the end of a minute (seconds since 1970).
    pub fn minute(
        &mut self,
        view: &View,
        devices: &Devices,
        counts: &[Count],
        connections: &[Raw],
        now: u64,
    ) {
        let is_first = self.until == 0;
        self.until = now;
        let wanted = view.interfaces().chain(view.wan().map(|wan| (wan, WAN)));
        let names: Vec<(String, String)> =
            wanted.map(|(interface, zone)| (interface.to_owned(), zone.to_owned())).collect();
        self.zones.retain(|zone, _| names.iter().any(|(_, name)| name == zone));
        for (interface, zone) in &names {
            let count = counts.iter().find(|count| count.interface == *interface);
            // The box sends to a zone what goes down to it; from the internet it receives.
            let is = count.map_or((0, 0), |count| match zone.as_str() {
                WAN => (count.received, count.sent),
                _ => (count.sent, count.received),
            });
            let was = self.counted.insert(interface.clone(), is);
            if !is_first {
                let passed = was.map_or((0, 0), |was| (since(is.0, was.0), since(is.1, was.1)));
                push(self.zones.entry(zone.clone()).or_default(), passed);
            }
        }
        self.counted.retain(|interface, _| names.iter().any(|(name, _)| name == interface));
        self.of_devices(view, devices, connections, is_first);
    }

    fn of_devices(&mut self, view: &View, devices: &Devices, connections: &[Raw], is_first: bool) {
        let mut passed: HashMap<MacAddress, Pair> = HashMap::new();
        let mut known = HashMap::with_capacity(connections.len());
        for one in connections {
            let is = (one.source, one.destination, one.sent, one.received);
            known.insert(one.id, is);
            let was = self.connections.get(&one.id);
            let was = was.filter(|was| (was.0, was.1) == (is.0, is.1));
            let (sent, received) = match was {
                Some(was) => (since(is.2, was.2), since(is.3, was.3)),
                // It is older than the first look, which has nothing to compare it with.
                None if is_first => (0, 0),
                None => (is.2, is.3),
            };
            if (sent, received) == (0, 0) {
                continue;
            }
            for (address, down, up) in [(one.source, received, sent), (one.answers, sent, received)]
            {
                if let Some(mac) = devices.of_address(address)
                    && view.place(address) != crate::view::Place::Box
                {
                    let of = passed.entry(mac).or_default();
                    *of = (of.0.saturating_add(down), of.1.saturating_add(up));
                }
            }
        }
        self.connections = known;
        for (mac, minutes) in &mut self.devices {
            push(minutes, passed.remove(mac).unwrap_or_default());
        }
        self.devices.retain(|_, minutes| minutes.iter().any(|minute| *minute != (0, 0)));
        for (mac, minute) in passed {
            self.devices.insert(mac, Minutes::from([minute]));
        }
        if self.devices.len() > MAX_DEVICES {
            let mut totals: Vec<(u64, MacAddress)> =
                self.devices.iter().map(|(mac, minutes)| (total(minutes).2, *mac)).collect();
            totals.sort_unstable();
            for (_, mac) in totals.iter().take(self.devices.len() - MAX_DEVICES) {
                self.devices.remove(mac);
            }
        }
    }

    /// Seconds since 1970 when the last minute ended; 0 before the first.
    pub fn until(&self) -> u64 {
        self.until
    }

    /// Every zone and the internet.
    pub fn zones(&self) -> Vec<Series> {
        self.zones.iter().map(|(zone, minutes)| series(zone, minutes)).collect()
    }

    /// One device, as many minutes as zones have.
    pub fn device(&self, mac: MacAddress) -> Series {
        let length = self.zones.values().map(VecDeque::len).max().unwrap_or(0);
        let mut minutes = self.devices.get(&mac).cloned().unwrap_or_default();
        while minutes.len() < length {
            minutes.push_front((0, 0));
        }
        series("", &minutes)
    }

    /// Devices with the most, most first.
    pub fn most(&self, devices: &Devices) -> Vec<DeviceTraffic> {
        let mut all: Vec<(u64, MacAddress, Pair)> = self
            .devices
            .iter()
            .map(|(mac, minutes)| {
                let (down, up, both) = total(minutes);
                (both, *mac, (down, up))
            })
            .collect();
        all.sort_unstable_by(|one, other| other.cmp(one));
        let row = |(_, mac, (down, up)): (u64, MacAddress, Pair)| DeviceTraffic {
            mac: mac.to_string(),
            name: devices.name(mac).map(str::to_owned),
            zone: devices.zone(mac).unwrap_or_default().to_owned(),
            down,
            up,
        };
        all.into_iter().take(MOST).map(row).collect()
    }
}

/// What was added; a counter that began anew counts from there.
fn since(is: u64, was: u64) -> u64 {
    let passed = is.checked_sub(was).unwrap_or(is);
    if passed < UNLIKELY { passed } else { 0 }
}

fn push(minutes: &mut Minutes, minute: Pair) {
    while minutes.len() >= MINUTES {
        minutes.pop_front();
    }
    minutes.push_back(minute);
}

/// Down, up, both.
fn total(minutes: &Minutes) -> (u64, u64, u64) {
    let (down, up) = minutes.iter().fold((0_u64, 0_u64), |sum, minute| {
        (sum.0.saturating_add(minute.0), sum.1.saturating_add(minute.1))
    });
    (down, up, down.saturating_add(up))
}

fn series(zone: &str, minutes: &Minutes) -> Series {
    let (down, up) = minutes.iter().copied().unzip();
    Series { zone: zone.to_owned(), down, up }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::devices::tests::view;
    use crate::devices::{Neighbour, Seen};

    fn count(received: u64, sent: u64) -> [Count; 1] {
        [Count { interface: "z-office".to_owned(), received, sent }]
    }

    fn raw(id: u32, sent: u64, received: u64) -> Raw {
        Raw {
            id,
            protocol: 6,
            source: "192.168.10.5".parse().unwrap(),
            source_port: 1,
            destination: "1.1.1.1".parse().unwrap(),
            destination_port: 443,
            answers: "1.1.1.1".parse().unwrap(),
            sent,
            received,
            began: None,
            answered: true,
        }
    }

    #[test]
    fn counts_by_minute_of_zones_and_devices() {
        let (view, mut devices, mut traffic) = (view(), Devices::default(), Traffic::default());
        let mac: MacAddress = "52:54:00:00:00:05".parse().unwrap();
        let neighbours = vec![Neighbour {
            interface: "z-office".to_owned(),
            address: "192.168.10.5".parse().unwrap(),
            mac,
            reachable: true,
        }];
        devices.see(&view, &Seen { neighbours, ..Seen::default() }, 1);
        traffic.minute(&view, &devices, &count(1_000, 5_000), &[raw(1, 900, 90)], 60);
        assert!(traffic.zones().is_empty(), "nothing to compare with");
        traffic.minute(
            &view,
            &devices,
            &count(1_100, 5_700),
            &[raw(1, 950, 290), raw(2, 5, 7)],
            120,
        );
        // The interface was made anew, the first connection ended and its number is another's.
        traffic.minute(&view, &devices, &count(30, 40), &[raw(2, 5, 7)], 180);
        let zones = traffic.zones();
        let office = zones.iter().find(|series| series.zone == "office").unwrap();
        assert_eq!((&office.up[..], &office.down[..]), (&[100, 30][..], &[700, 40][..]));
        let device = traffic.device(mac);
        assert_eq!((&device.up[..], &device.down[..]), (&[55, 0][..], &[207, 0][..]));
        let most = traffic.most(&devices);
        assert_eq!((most.len(), most[0].down, most[0].zone.as_str()), (1, 207, "office"));
        for minute in 0..100 {
            traffic.minute(&view, &devices, &count(0, 0), &[], 240 + minute * 60);
        }
        assert_eq!(traffic.zones()[0].up.len(), MINUTES);
        assert!(traffic.most(&devices).is_empty());
    }
}
