//! Published services: each port answered by one device, a device that can be there, and never the CRM.

use std::collections::BTreeSet;

use super::{Check, MAX_MEMBERS};
use crate::problem::Place;
use crate::publish::{MAX_PUBLICATIONS, MAX_PUBLISHED_WAYS};
use crate::{Ipv6Zone, Member, PortRange, Publication, Reason, Settings, Way, Which};

/// Where the box's own DHCP client is answered.
const DHCP_CLIENT: u16 = 68;

impl Check<'_> {
    pub(super) fn publish_counts(&self) -> (&'static str, usize, usize) {
        ("publish", self.settings.publish.len(), MAX_PUBLICATIONS)
    }

    pub(super) fn publish(&mut self) {
        let settings: &Settings = self.settings;
        let publish = Place::Root.field("publish");
        let (mut ids, mut labels) = (BTreeSet::new(), BTreeSet::new());
        for (index, one) in settings.publish.iter().enumerate() {
            let place = publish.entry(index);
            if !ids.insert(one.id) {
                self.note(&place.field("id"), Reason::PublishIdUsed { number: one.id });
            }
            if !labels.insert(&one.label) {
                self.note(&place.field("label"), Reason::PublishLabelUsed);
            }
            self.published_ports(&place.field("ports"), one, index);
            self.published_to(&place.field("to"), one);
            self.may_come(&place.field("from"), one);
            if one.until.is_some() && settings.time_zone.is_none() {
                self.note(&place.field("until"), Reason::DayWithoutTimeZone);
            }
        }
    }

    fn published_ports(&mut self, place: &Place<'_>, one: &Publication, index: usize) {
        let settings: &Settings = self.settings;
        self.list(place, &one.ports, MAX_PUBLISHED_WAYS);
        let before: Vec<&Publication> = settings.publish.iter().take(index).collect();
        for (number, way) in one.ports.iter().take(MAX_PUBLISHED_WAYS).enumerate() {
            let place = place.entry(number);
            if *way == Way::Ping {
                self.note(&place, Reason::PublishPing);
            }
            if matches!(way, Way::Udp(range) if holds(*range, DHCP_CLIENT)) {
                self.note(&place, Reason::PublishOwnPort);
            }
            let mut others = before.iter();
            let other = others.find(|other| other.ports.iter().any(|their| meets(way, their)));
            if let Some(other) = other {
                self.note(&place, Reason::PublishPortUsed { label: other.label.clone() });
            }
            // The same entry twice was noted by `list`.
            let mut own = one.ports.iter().take(number);
            if own.any(|earlier| earlier != way && meets(way, earlier)) {
                self.note(&place, Reason::PublishPortTwice);
            }
        }
    }

    fn published_to(&mut self, place: &Place<'_>, one: &Publication) {
        let settings: &Settings = self.settings;
        let to = &one.to;
        if to.port.is_some() && !is_one_port(one) {
            self.note(&place.field("port"), Reason::PublishPortRange);
        }
        if !self.known_zone(&place.field("zone"), &to.zone) {
            return;
        }
        if to.zone == settings.crm.zone {
            let zone = to.zone.clone();
            return self.note(&place.field("zone"), Reason::PublishCrm { zone });
        }
        let Some(zone) = settings.zones.get(&to.zone) else { return };
        let is_behind = settings.routed(&to.zone).any(|network| network.contains(&to.address));
        if !is_behind {
            let address = place.field("address");
            match zone.subnet_v4() {
                None => {
                    let zone = to.zone.clone();
                    self.note(&address, Reason::AddressNoIpv4 { zone });
                }
                Some(subnet) if !subnet.contains(&to.address) => {
                    let zone = to.zone.clone();
                    self.note(&address, Reason::AddressOutside { zone, subnet });
                }
                Some(subnet) if !zone.has_host_v4(to.address.into()) => {
                    self.note(&address, Reason::PublishUnusable { subnet });
                }
                Some(_) => {}
            }
        }
        if to.ipv6.is_some() && zone.ipv6 == Ipv6Zone::Off {
            let zone = to.zone.clone();
            self.note(&place.field("ipv6"), Reason::AddressNoIpv6 { zone });
        }
    }

    fn may_come(&mut self, place: &Place<'_>, one: &Publication) {
        let Which::These(members) = &one.from else { return };
        self.list(place, members, MAX_MEMBERS);
        self.known_groups(place, members);
        let is_card = |member: &&Member| matches!(member, Member::Mac(_));
        if self.settings.members(members).iter().any(is_card) {
            self.note(place, Reason::PublishMac);
        }
    }
}

fn is_one_port(one: &Publication) -> bool {
    let range = |way: &Way| match way {
        Way::Tcp(range) | Way::Udp(range) => Some(*range),
        Way::Ping => None,
    };
    let ranges: BTreeSet<PortRange> = one.ports.iter().filter_map(range).collect();
    ranges.len() == 1 && ranges.iter().all(|range| range.first == range.last)
}

fn holds(range: PortRange, port: u16) -> bool {
    (range.first..=range.last).contains(&port)
}

/// Whether a port is in both.
fn meets(one: &Way, other: &Way) -> bool {
    match (one, other) {
        (Way::Tcp(one), Way::Tcp(other)) | (Way::Udp(one), Way::Udp(other)) => {
            one.first <= other.last && other.first <= one.last
        }
        _ => false,
    }
}
