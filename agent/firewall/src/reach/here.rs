//! A side with its rules made ready for many packets, and who stands there for whom no rule names.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Deref;

use ipnet::IpNet;
use settings::ZoneName;

use super::classes::{Classes, Lookups};
use super::finding::Place;
use super::side::{Outside, Side};
use crate::ir::InterfaceName;
use crate::simulate::Simulator;
use crate::zones::interface;

pub(super) struct Here<'a> {
    side: &'a Side<'a>,
    pub(super) simulator: Simulator<'a>,
    lookups: &'a Lookups,
    hosts: OnceCell<BTreeMap<ZoneName, [Option<IpAddr>; 2]>>,
}

impl<'a> Deref for Here<'a> {
    type Target = Side<'a>;

    fn deref(&self) -> &Side<'a> {
        self.side
    }
}

impl<'a> Here<'a> {
    pub(super) fn new(side: &'a Side<'a>, lookups: &'a Lookups) -> Self {
        Self { side, simulator: Simulator::new(side.rules), lookups, hosts: OnceCell::new() }
    }

    /// Interface and address of a place that packets pass through the box to; none when it is not
    /// there, or not with this IP version. Rules may name some addresses of a zone: this one is of the most
    /// that they do not tell apart.
    pub(super) fn way(
        &self,
        place: &Place,
        v6: bool,
        outside: &Outside,
    ) -> Option<(InterfaceName, IpAddr)> {
        let of_version =
            |addresses: Vec<IpAddr>| addresses.into_iter().find(|address| address.is_ipv6() == v6);
        match place {
            Place::Internet => Some((self.context.wan.clone()?, outside.address(v6))),
            Place::Zone(zone) => Some((interface(zone), self.host(zone, v6)?)),
            Place::Crm => Some((interface(&self.settings.crm.zone), of_version(self.crm())?)),
            Place::Box | Place::Part { .. } | Place::Others { .. } => None,
        }
    }

    /// An address in the zone that is neither the box's nor the CRM's.
    pub(super) fn host(&self, zone: &ZoneName, v6: bool) -> Option<IpAddr> {
        let hosts = self.hosts.get_or_init(|| {
            let zones = self.settings.zones.keys();
            zones.map(|zone| (zone.clone(), self.hosts(zone))).collect()
        });
        *hosts.get(zone)?.get(usize::from(v6))?
    }

    fn hosts(&self, zone: &ZoneName) -> [Option<IpAddr>; 2] {
        let taken = [self.routers(zone), self.crm()].concat();
        [false, true].map(|v6| {
            // Its own subnet before those behind its routers.
            let mut subnets = self.subnets(zone).into_iter();
            let subnet = subnets.find(|net| matches!(net, IpNet::V6(_)) == v6)?;
            let first = || self.side.first_host(subnet, &taken);
            let Some(classes) = Classes::new(&[subnet], &taken, self.lookups, None) else {
                return first();
            };
            let class = classes.all.get(classes.largest(v6)?)?;
            // The first and the last address of an IPv4 subnet are no device's.
            class.device(subnet).or_else(first)
        })
    }
}
