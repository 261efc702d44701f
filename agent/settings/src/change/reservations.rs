//! Reservations of a zone compared: by the device.

use std::collections::BTreeMap;

use super::Change;
use super::speech::Device;
use crate::{MacAddress, Reservation, ZoneName};

pub(super) fn compare(zone: &ZoneName, before: &[Reservation], now: &[Reservation]) -> Vec<Change> {
    let (before, now) = (by_device(before), by_device(now));
    let new = now.iter().filter(|(mac, _)| !before.contains_key(*mac));
    let new = new.map(|(_, one)| Change::ReservationNew {
        zone: zone.clone(),
        device: Device::of(one),
        address: one.address,
    });
    let kept = now.iter().filter_map(|(mac, now)| Some((before.get(mac)?, now)));
    let kept = kept.flat_map(|(before, now)| differing(zone, before, now));
    let gone = before.iter().filter(|(mac, _)| !now.contains_key(*mac));
    let gone = gone.map(|(_, one)| Change::ReservationGone {
        zone: zone.clone(),
        device: Device::of(one),
        before: one.address,
    });
    new.chain(kept).chain(gone).collect()
}

fn differing(zone: &ZoneName, before: &Reservation, now: &Reservation) -> Vec<Change> {
    let zone = || zone.clone();
    let mut told = Vec::new();
    if before.address != now.address {
        let (device, address) = (Device::of(now), now.address);
        let before = before.address;
        told.push(Change::ReservationAddress { zone: zone(), device, address, before });
    }
    let address = now.address;
    match (&before.name, &now.name) {
        (None, Some(name)) => {
            told.push(Change::DeviceNameNew { zone: zone(), address, name: name.clone() });
        }
        (Some(before), Some(name)) if before != name => {
            let (name, before) = (name.clone(), before.clone());
            told.push(Change::DeviceName { zone: zone(), address, name, before });
        }
        (Some(before), None) => {
            told.push(Change::DeviceNameGone { zone: zone(), address, before: before.clone() });
        }
        (None, None) | (Some(_), Some(_)) => {}
    }
    told
}

fn by_device(all: &[Reservation]) -> BTreeMap<MacAddress, &Reservation> {
    all.iter().map(|one| (one.mac, one)).collect()
}
