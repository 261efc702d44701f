//! Answers to who wants to see something.

use std::collections::HashMap;
use std::path::Path;

use firewall::ir::InterfaceName;
use host_api::seeing::{DeviceCounts, Ending, Link, Look, Seen};
use kernel::counters::{self, Counters};
use seeing::View;
use seeing::connections::Raw;
use settings::MacAddress;

use super::eyes::{Eyes, now};
use crate::store::directory::read_bounded;
use crate::wan;

/// How many connections the kernel has room for.
const ROOM: &str = "/proc/sys/net/netfilter/nf_conntrack_max";

impl Eyes {
    pub(super) fn answer(&mut self, look: &Look) -> Seen {
        let Some(view) = self.view.clone() else { return nothing(look) };
        let outside = view.wan().and_then(InterfaceName::new).map(|name| wan::addresses(&name));
        let view = view.with_outside(outside.unwrap_or_default());
        match look {
            Look::Devices(page) => {
                let (rows, counts) = self.devices.page(&view, &self.vendors, page, now());
                Seen::Devices { rows, counts }
            }
            Look::KnowDevices { macs } => {
                let parsed: Vec<MacAddress> =
                    macs.iter().filter_map(|mac| mac.parse().ok()).collect();
                // None of those named is one: that is not all.
                let none = parsed.is_empty() && !macs.is_empty();
                Seen::Done(if none { 0 } else { self.devices.know(&parsed) })
            }
            Look::ForgetDevice { mac } => {
                let gone = mac.parse().is_ok_and(|mac| self.devices.forget(mac, now()));
                Seen::Done(usize::from(gone))
            }
            Look::Connections(page) => {
                let devices = std::mem::take(&mut self.devices);
                let snapshot = self.snapshot();
                let (rows, chosen) = snapshot.page(&view, &devices, page, now());
                let all = snapshot.len();
                self.devices = devices;
                Seen::Connections { rows, chosen, all, room: room() }
            }
            Look::End(ending) => {
                let ended: Vec<Raw> = match ending {
                    Ending::One(key) => self.snapshot().find(key).copied().into_iter().collect(),
                    Ending::Device(mac) => {
                        let mac = mac.parse().ok();
                        let addresses = mac.map(|mac| self.devices.addresses(mac).to_vec());
                        let addresses = addresses.unwrap_or_default();
                        self.snapshot().of(&addresses).copied().collect()
                    }
                };
                Seen::Done(self.end(&ended))
            }
            Look::Refused(page) => {
                let (rows, chosen, all) = self.refusals.page(&view, &self.devices, page);
                let (since, lost) = (self.since, self.refusals.lost());
                Seen::Refused { rows, chosen, all, since, lost }
            }
            Look::Links => {
                let behind = self.devices.behind(now());
                Seen::Links(links(&view, &counters::list().unwrap_or_default(), &behind))
            }
            Look::Traffic { device } => {
                let until = self.traffic.until();
                match device {
                    None => {
                        let most = self.traffic.most(&self.devices);
                        Seen::Traffic { until, series: self.traffic.zones(), most }
                    }
                    Some(mac) => {
                        let mac = mac.parse().ok();
                        let series = mac.map(|mac| self.traffic.device(mac)).into_iter().collect();
                        Seen::Traffic { until, series, most: Vec::new() }
                    }
                }
            }
        }
    }
}

/// While no settings are in force.
fn nothing(look: &Look) -> Seen {
    match look {
        Look::Devices(_) => Seen::Devices { rows: Vec::new(), counts: DeviceCounts::default() },
        Look::Connections(_) => {
            Seen::Connections { rows: Vec::new(), chosen: 0, all: 0, room: room() }
        }
        Look::Refused(_) => {
            Seen::Refused { rows: Vec::new(), chosen: 0, all: 0, since: now(), lost: false }
        }
        Look::Links => Seen::Links(Vec::new()),
        Look::Traffic { .. } => Seen::Traffic { until: 0, series: Vec::new(), most: Vec::new() },
        Look::KnowDevices { .. } | Look::ForgetDevice { .. } | Look::End(_) => Seen::Done(0),
    }
}

fn links(view: &View, counters: &[Counters], behind: &HashMap<&str, usize>) -> Vec<Link> {
    let ports = view.ports().iter().map(|port| {
        let is = port.interface.as_ref();
        let is = is.and_then(|name| counters.iter().find(|one| one.name == *name));
        let link = Link {
            port: Some(port.name.clone()),
            zones: view.carried(&port.name),
            devices: behind.get(port.name.as_str()).copied().unwrap_or(0),
            ..Link::default()
        };
        match is {
            None => link,
            Some(is) => Link {
                interface: Some(is.name.clone()),
                linked: is.carrier,
                speed: is.speed,
                full_duplex: is.full_duplex,
                received: is.received,
                sent: is.sent,
                errors: is.receive_errors.saturating_add(is.send_errors).saturating_add(is.missed),
                changes: is.carrier_changes,
                ..link
            },
        }
    });
    ports.collect()
}

fn room() -> usize {
    let text = read_bounded(Path::new(ROOM), 64).unwrap_or_default();
    String::from_utf8_lossy(&text).trim().parse().unwrap_or(0)
}
