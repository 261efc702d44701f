//! Devices come, are found again, and one that makes up addresses pushes out nobody elsewhere.

use host_api::seeing::{DevicesShown, Page};
use settings::{Moved, Settings, SitePrefix};

use super::*;
use crate::vendors::Vendors;

pub(crate) fn view() -> View {
    let text = include_bytes!("../../../settings/tests/example.json");
    let settings: Settings = settings::parse(text).unwrap();
    View::new(&settings, &Moved::new(), SitePrefix::from_random([1, 2, 3, 4, 5]), None, Vec::new())
}

fn mac(number: u32) -> MacAddress {
    let [a, b, c, d] = number.to_be_bytes();
    MacAddress::new([2, 0, a, b, c, d]).unwrap()
}

fn neighbour(interface: &str, address: &str, number: u32) -> Neighbour {
    Neighbour {
        interface: interface.to_owned(),
        address: address.parse().unwrap(),
        mac: mac(number),
        reachable: true,
    }
}

fn seen(neighbours: Vec<Neighbour>) -> Seen {
    Seen { neighbours, ..Seen::default() }
}

fn all(devices: &Devices, show: DevicesShown, find: &str, now: u64) -> Vec<String> {
    let page = Page { limit: 100, show, find: find.to_owned(), ..Page::default() };
    let (rows, counts) = devices.page(&view(), &Vendors::default(), &page, now);
    assert_eq!(rows.len(), counts.chosen);
    rows.into_iter().map(|row| row.mac).collect()
}

#[test]
fn addresses_of_its_zone_come_before_those_that_are_left_over() {
    let (mut devices, view) = (Devices::default(), view());
    let all = ["192.168.9.5", "fe80::5", "192.168.10.7", "192.168.10.5"];
    let round = seen(all.map(|address| neighbour("z-office", address, 1)).to_vec());
    devices.see(&view, &round, 1_000);
    let told: Vec<_> = devices.addresses(mac(1)).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["192.168.10.5", "192.168.10.7", "192.168.9.5", "fe80::5"]);
}

#[test]
fn a_device_is_new_once_and_found_by_what_is_known_of_it() {
    let (mut devices, view) = (Devices::default(), view());
    let mut round = seen(vec![
        neighbour("z-office", "192.168.10.5", 1),
        neighbour("z-office", "fe80::5", 1),
        neighbour("z-office", "192.168.10.1", 2),
        neighbour("z-crm", "192.168.30.10", 3),
        neighbour("eth9", "10.0.0.1", 4),
    ]);
    let lease = crate::leases::read("9 02:00:00:00:00:01 192.168.10.5 Reception-PC *");
    round.leases.insert("office".to_owned(), lease);
    round.behind.insert(mac(1), "office".to_owned());
    let new = devices.see(&view, &round, 1_000);
    let address = "192.168.10.5".parse().unwrap();
    assert_eq!(new, [New { mac: mac(1), zone: "office".to_owned(), address }]);
    assert_eq!(devices.see(&view, &round, 1_010), []);
    for find in ["reception", "192.168.10.5", "02:00:00:00:00:01", ""] {
        assert_eq!(all(&devices, DevicesShown::All, find, 1_010).len(), 1, "{find}");
    }
    assert_eq!(all(&devices, DevicesShown::All, "printer", 1_010).len(), 0);
    assert_eq!(all(&devices, DevicesShown::New, "", 1_010).len(), 1);
    assert_eq!(devices.know(&[mac(1)]), 1);
    assert_eq!(all(&devices, DevicesShown::New, "", 1_010).len(), 0);
    let end = devices.end(&view, "fe80::5".parse().unwrap());
    assert_eq!((end.name.as_deref(), end.zone.as_deref()), (Some("Reception-PC"), Some("office")));
    assert_eq!(devices.behind(1_010).get("office"), Some(&1));
    assert!(!devices.forget(mac(1), 1_010), "it is there");
    assert!(devices.forget(mac(1), 2_000));
}

#[test]
fn what_is_kept_is_read_and_a_broken_line_loses_one() {
    let (mut devices, view) = (Devices::default(), view());
    let round = seen((1..=3).map(|n| neighbour("z-office", "192.168.10.5", n)).collect());
    devices.see(&view, &round, 1_000);
    assert_eq!(devices.change(), Change::Much);
    let text = devices.keep();
    assert_eq!(devices.change(), Change::None);
    let mut again = Devices::read(&text.replacen("{\"zone\"", "{\"zoo", 1));
    assert_eq!(again.known.len(), 2);
    assert_eq!(Devices::read(&text).keep(), text);
    devices.see(&view, &round, 1_010);
    assert_eq!(devices.change(), Change::Little);
    assert_eq!(again.see(&view, &round, 1_010).len(), 1);
}

#[test]
fn a_guest_that_makes_up_addresses_pushes_out_guests_alone() {
    let (mut devices, view) = (Devices::default(), view());
    let office = (0..100).map(|n| neighbour("z-office", "192.168.10.5", n + 1));
    devices.see(&view, &seen(office.collect()), 1_000);
    for round in 0..5_u32 {
        let flood = (0..10_000).map(|n| {
            let number = 1_000_000 + round * 10_000 + n;
            neighbour("z-guest", &format!("192.168.20.{}", 2 + n % 200), number)
        });
        devices.see(&view, &seen(flood.collect()), 2_000 + u64::from(round));
        assert!(devices.known.len() <= MAX);
    }
    let kept = devices.known.values().filter(|known| known.zone == "office").count();
    assert_eq!(kept, 100);
    assert_eq!(devices.known.len(), MAX);
    assert!(devices.keep().len() < 4_000_000);
}

#[test]
fn the_box_is_itself_on_wan_too() {
    let (devices, outside) = (Devices::default(), "11.67.0.150".parse().unwrap());
    assert_eq!(devices.end(&view(), outside).zone.as_deref(), Some("wan"));
    assert_eq!(devices.end(&view().with_outside(vec![outside]), outside).zone, None);
}
