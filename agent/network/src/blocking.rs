//! Names that are not answered: zones with the same lists share an instance of dnsmasq that has nothing but
//! the lists, between the zones' own instances and whoever is asked. It keeps what it was told, they do not:
//! so a new list acts at once, and their leases and names are left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::net::Ipv4Addr;

use settings::{Settings, Title, VlanId, ZoneName};

use crate::dnsmasq::{Files, upstream};

/// The port of these instances, above those that only a privileged program opens.
pub const PORT: u16 = firewall::BLOCKING_PORT;
/// How the name of such an instance begins.
pub const PREFIX: &str = "l-";
/// Ending of the file of names, in [`Files::blocked`].
pub const NAMES: &str = "names";

/// Zones with the same lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'s> {
    /// Name of their instance.
    pub instance: String,
    /// Where it is asked.
    pub address: Ipv4Addr,
    /// The zones.
    pub zones: Vec<&'s ZoneName>,
    /// Their lists.
    pub lists: &'s BTreeSet<Title>,
}

/// The groups. An instance is called after the first of its zones, and has its address by that zone's VLAN:
/// so another choice elsewhere moves nobody.
pub fn groups(settings: &Settings) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<&BTreeSet<Title>, Group<'_>> = BTreeMap::new();
    for (name, lists) in &settings.blocking.zones {
        let Some(zone) = settings.zones.get(name) else { continue };
        let group = groups.entry(lists).or_insert_with(|| Group {
            instance: format!("{PREFIX}{name}"),
            address: address(1, zone.vlan),
            zones: Vec::new(),
            lists,
        });
        group.zones.push(name);
    }
    groups.into_values().collect()
}

/// The address by which a zone's instance asks, so that it is known which zone did.
pub fn source(vlan: VlanId) -> Ipv4Addr {
    address(2, vlan)
}

fn address(net: u8, vlan: VlanId) -> Ipv4Addr {
    let [high, low] = vlan.number().to_be_bytes();
    Ipv4Addr::new(127, net, high, low)
}

/// The zone whose instance asks from there.
pub fn zone_at(settings: &Settings, from: Ipv4Addr) -> Option<&ZoneName> {
    let found = settings.zones.iter().find(|(_, zone)| source(zone.vlan) == from);
    found.map(|(name, _)| name)
}

/// What is the same in each.
///
/// - What it refuses is told to hostd's own socket, which the unit puts in the place of the journal's.
/// - Addresses from the inside are dropped by the zones' instances.
const FIXED: &str = "\
# Written by gatehouse-hostd from the settings; changes here are lost.
bind-interfaces
no-hosts
log-queries=extra
log-async=100
cache-size=5000
dns-forward-max=600
edns-packet-max=1232
max-tcp-connections=20
";

/// The configuration of a group's instance. `names` stands for what its names are: with others it is
/// another text, so the instance is started anew.
pub fn text(settings: &Settings, group: &Group<'_>, files: Files<'_>, names: &str) -> String {
    let mut out = FIXED.to_owned();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "listen-address={}\nport={PORT}", group.address);
    let _ = upstream(&mut out, settings, files);
    let _ = writeln!(out, "conf-file={}/{}.{NAMES}", files.blocked, group.instance);
    let _ = writeln!(out, "# {names}");
    out
}

/// Whom a zone's instance asks first. When nobody answers there it asks on as if nothing were blocked, as
/// soon as its client asks again: a zone without names is worse than one with advertisements.
pub(crate) fn ahead(settings: &Settings, zone: &ZoneName) -> Option<String> {
    let groups = groups(settings);
    let group = groups.iter().find(|group| group.zones.contains(&zone))?;
    let vlan = settings.zones.get(zone)?.vlan;
    let (address, source) = (group.address, source(vlan));
    Some(format!("strict-order\nfast-dns-retry=500\nserver={address}#{PORT}@{source}\n"))
}

/// A line of an instance that tells of a name that it refused: where it was asked from, and the name.
pub fn refused(line: &str) -> Option<(Ipv4Addr, &str)> {
    // `… dnsmasq[123]: 7 127.2.0.20/40000 config ads.example is NXDOMAIN`
    let (_, said) = line.split_once("]: ")?;
    let mut words = said.trim_end().split(' ');
    let (_, from) = (words.next()?.parse::<u32>().ok()?, words.next()?);
    let name = match (words.next()?, words.next()?, words.next()?, words.next()?) {
        ("config", name, "is", "NXDOMAIN") => name,
        _ => return None,
    };
    if words.next().is_some() || name.len() > settings::DomainName::MAX {
        return None;
    }
    Some((from.split_once('/')?.0.parse().ok()?, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_refused_is_taken() {
        let line =
            "<30>Nov 30 07:27:53 dnsmasq[17818]: 2 127.2.0.20/54299 config ads.example is NXDOMAIN";
        assert_eq!(refused(line), Some((Ipv4Addr::new(127, 2, 0, 20), "ads.example")));
        for other in [
            "<30>Nov 30 07:27:53 dnsmasq[1]: 1 127.2.0.20/3 query[A] good.example from 127.2.0.20",
            "<30>Nov 30 07:27:53 dnsmasq[1]: 1 127.2.0.20/3 reply good.example is NXDOMAIN",
            "<30>Nov 30 07:27:53 dnsmasq[1]: 1 127.2.0.20/3 config a b is NXDOMAIN",
            "<30>Nov 30 07:27:53 dnsmasq[1]: started, version 2.91 cachesize 5000",
            "",
        ] {
            assert_eq!(refused(other), None, "{other}");
        }
    }
}
