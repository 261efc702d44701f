//! Connections as pages of a list: with who is at their ends, filtered and sorted here, so that fifty
//! thousand of them cost a page fifty rows.

use std::net::IpAddr;

use host_api::seeing::{Connection, ConnectionKey, ConnectionsShown, Page};

use crate::devices::Devices;
use crate::page::{Wanted, cut};
use crate::view::{Place, View};

/// IANA's number of it.
const UDP: u8 = 17;

/// A connection as the kernel tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw {
    /// The kernel's number of it.
    pub id: u32,
    /// IANA protocol number.
    pub protocol: u8,
    /// Who opened it.
    pub source: IpAddr,
    /// Source port.
    pub source_port: u16,
    /// To whom.
    pub destination: IpAddr,
    /// Destination port.
    pub destination_port: u16,
    /// Who answers: the server of a published service, which is not the address that was asked for.
    pub answers: IpAddr,
    /// Bytes from who opened it.
    pub sent: u64,
    /// Bytes back.
    pub received: u64,
    /// ns since 1970 when it began.
    pub began: Option<u64>,
    /// There was an answer.
    pub answered: bool,
}

/// Connections at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    all: Vec<Raw>,
}

impl Snapshot {
    /// Of these, but for those by which the box lends addresses: a device that can talk to nobody still
    /// keeps its own.
    pub fn new(all: Vec<Raw>, view: &View) -> Self {
        Self { all: all.into_iter().filter(|one| !one.is_lease(view)).collect() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Those of a device.
    pub fn of<'a>(&'a self, addresses: &'a [IpAddr]) -> impl Iterator<Item = &'a Raw> {
        self.all.iter().filter(|one| one.ends().iter().any(|end| addresses.contains(end)))
    }

    /// The one of this key.
    pub fn find(&self, key: &ConnectionKey) -> Option<&Raw> {
        self.all.iter().find(|one| one.id == key.id && one.key() == *key)
    }

    /// A page of the list, and how many are chosen.
    pub fn page(
        &self,
        view: &View,
        devices: &Devices,
        page: &Page<ConnectionsShown>,
        now: u64,
    ) -> (Vec<Connection>, usize) {
        let wanted = Wanted::of(page);
        let is_wanted = |one: &&Raw| one.is_wanted(view, devices, &wanted);
        let mut chosen: Vec<&Raw> = self.all.iter().filter(is_wanted).collect();
        match page.show {
            ConnectionsShown::Bytes => {
                chosen.sort_by_key(|one| {
                    (u64::MAX - (one.sent.saturating_add(one.received)), one.id)
                });
            }
            ConnectionsShown::Newest => {
                chosen.sort_by_key(|one| (u64::MAX - one.began.unwrap_or(0), one.id));
            }
        }
        let count = chosen.len();
        let row = |one: &Raw| Connection {
            key: one.key(),
            from: devices.end(view, one.source),
            to: devices.end(view, one.answers),
            answers: one.answers,
            sent: one.sent,
            received: one.received,
            age: one.began.map(|began| now.saturating_sub(began / 1_000_000_000)),
            answered: one.answered,
        };
        (cut(chosen.into_iter(), page).map(row).collect(), count)
    }
}

impl Raw {
    /// By what it is found again.
    pub fn key(&self) -> ConnectionKey {
        ConnectionKey {
            id: self.id,
            protocol: self.protocol,
            source: self.source,
            source_port: self.source_port,
            destination: self.destination,
            destination_port: self.destination_port,
        }
    }

    /// Who talks.
    pub(crate) fn ends(&self) -> [IpAddr; 2] {
        [self.source, self.answers]
    }

    /// Whether it is DHCP between a device and the box.
    fn is_lease(&self, view: &View) -> bool {
        self.protocol == UDP
            && matches!((self.source_port, self.destination_port), (67, 68) | (68, 67))
            && self.ends().iter().any(|end| view.place(*end) == Place::Box)
    }

    /// The box's talk to itself is not shown.
    fn is_wanted(&self, view: &View, devices: &Devices, wanted: &Wanted) -> bool {
        let places = self.ends().map(|address| view.place(address));
        if places == [Place::Box, Place::Box] {
            return false;
        }
        if !places.iter().any(|place| wanted.zone(place.as_str())) {
            return false;
        }
        let macs = self.ends().map(|address| devices.of_address(address));
        if !macs.iter().any(|mac| wanted.device(*mac)) {
            return false;
        }
        wanted.any_text()
            || wanted.text(&self.source.to_string())
            || wanted.text(&self.destination.to_string())
            || wanted.text(&self.answers.to_string())
            || wanted.text(&self.destination_port.to_string())
            || macs.iter().flatten().any(|mac| {
                devices.name(*mac).is_some_and(|name| wanted.text(name))
                    || wanted.text(&mac.to_string())
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::devices::tests::view;

    fn raw(id: u32, source: &str, destination: &str, sent: u64) -> Raw {
        Raw {
            id,
            protocol: 6,
            source: source.parse().unwrap(),
            source_port: 40_000,
            destination: destination.parse().unwrap(),
            destination_port: 443,
            answers: destination.parse().unwrap(),
            sent,
            received: 0,
            began: Some(u64::from(id) * 1_000_000_000),
            answered: true,
        }
    }

    #[test]
    fn who_answers_for_a_published_service_is_its_server() {
        let server: IpAddr = "192.168.20.9".parse().unwrap();
        let one = Raw { answers: server, ..raw(1, "203.0.114.9", "11.67.0.2", 10) };
        let snapshot = Snapshot::new(vec![one, raw(2, "192.168.10.5", "1.1.1.1", 30)], &view());
        let (view, devices) = (view(), Devices::default());
        let asked = |page: Page<ConnectionsShown>| {
            let (rows, _) = snapshot.page(&view, &devices, &Page { limit: 9, ..page }, 100);
            rows.iter().map(|row| row.key.id).collect::<Vec<_>>()
        };
        assert_eq!(asked(Page { zone: Some("guest".to_owned()), ..Page::default() }), [1]);
        assert_eq!(asked(Page { find: "20.9".to_owned(), ..Page::default() }), [1]);
        assert_eq!(snapshot.of(&[server]).map(|one| one.id).collect::<Vec<_>>(), [1]);
        let page = Page { find: "11.67.0.2".to_owned(), limit: 9, ..Page::default() };
        let (rows, _) = snapshot.page(&view, &devices, &page, 100);
        assert_eq!((rows[0].to.zone.as_deref(), rows[0].answers), (Some("guest"), server));
        // It is found again by what was asked for, as the kernel knows it.
        assert_eq!(rows[0].key.destination.to_string(), "11.67.0.2");
    }

    #[test]
    fn chosen_by_zone_and_text_and_sorted() {
        let all = vec![
            raw(1, "192.168.10.5", "1.1.1.1", 10),
            raw(2, "192.168.20.5", "1.1.1.1", 30),
            raw(3, "192.168.10.6", "192.168.10.1", 20),
            raw(4, "127.0.0.1", "127.0.0.1", 90),
        ];
        let (view, devices) = (view(), Devices::default());
        let snapshot = Snapshot::new(all, &view);
        let ids = |page: Page<ConnectionsShown>| -> Vec<u32> {
            let page = Page { limit: 100, ..page };
            let (rows, count) = snapshot.page(&view, &devices, &page, 100);
            assert_eq!(rows.len(), count);
            rows.iter().map(|row| row.key.id).collect()
        };
        assert_eq!(ids(Page::default()), [2, 3, 1]);
        let show = ConnectionsShown::Newest;
        assert_eq!(ids(Page { show, ..Page::default() }), [3, 2, 1]);
        let zone = Some("office".to_owned());
        assert_eq!(ids(Page { zone, ..Page::default() }), [3, 1]);
        let zone = Some("wan".to_owned());
        assert_eq!(ids(Page { zone, ..Page::default() }), [2, 1]);
        assert_eq!(ids(Page { find: "10.6".to_owned(), ..Page::default() }), [3]);
        let (rows, count) =
            snapshot.page(&view, &devices, &Page { from: 1, limit: 1, ..Page::default() }, 100);
        assert_eq!((rows.len(), count, rows[0].key.id), (1, 3, 3));
        assert_eq!((rows[0].age, rows[0].to.zone.as_deref()), (Some(97), None));
        assert!(snapshot.find(&rows[0].key).is_some());
        assert!(snapshot.find(&ConnectionKey { id: 9, ..rows[0].key.clone() }).is_none());
    }

    #[test]
    fn how_an_address_is_lent_is_nothing_to_end() {
        let udp = |id, source, from, destination, to| Raw {
            protocol: 17,
            source_port: from,
            destination_port: to,
            ..raw(id, source, destination, 1)
        };
        let all = vec![
            udp(1, "192.168.10.5", 68, "192.168.10.1", 67),
            udp(2, "192.168.10.1", 67, "192.168.10.5", 68),
            udp(3, "192.168.10.5", 68, "1.1.1.1", 67),
            udp(4, "192.168.10.5", 40_000, "192.168.10.1", 67),
            Raw { protocol: 6, ..udp(5, "192.168.10.5", 68, "192.168.10.1", 67) },
        ];
        let snapshot = Snapshot::new(all, &view());
        let device = ["192.168.10.5".parse().unwrap()];
        assert_eq!(snapshot.of(&device).map(|one| one.id).collect::<Vec<_>>(), [3, 4, 5]);
    }
}
