//! What passes from every place to every other, as data: new connections of each protocol and IP version,
//! from every address that rules tell apart, to every port that a rule names and one that none does.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use settings::ZoneName;

use super::classes::{Classes, Lookups};
use super::finding::Place;
use super::here::Here;
use super::probe::{Probe, probes};
use super::side::{Outside, Side};
use crate::ir::{Hook, InterfaceName};
use crate::zones::interface;

/// Where connections begin or end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// A zone; of the CRM's the CRM.
    Zone(ZoneName),
    /// The internet.
    Wan,
    /// The box itself.
    Box,
}

/// What a connection is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP and ICMPv6 echo.
    Ping,
}

/// What passes from one place to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Where it begins.
    pub from: End,
    /// Where it ends.
    pub to: End,
    /// IPv6, or IPv4.
    pub v6: bool,
    /// Of which protocol.
    pub kind: Kind,
    /// What passes, by who sends it; none when one of the two has no address of this version.
    pub passes: Option<Vec<Allowed>>,
}

/// What passes from some addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Which.
    pub sources: Vec<IpNet>,
    /// What.
    pub ports: Ports,
}

/// Ports that connections may be opened to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ports {
    /// All but these; all when there is none.
    Except(Vec<u16>),
    /// These alone.
    Only(Vec<u16>),
}

/// A stand-in for the box's address on WAN, which rules do not name.
const BOX4: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);
const BOX6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

/// From every place to every other.
pub fn matrix(side: &Side<'_>) -> Vec<Passage> {
    let zones = side.settings.zones.keys().cloned().map(End::Zone);
    let wan = side.context.wan.is_some().then_some(End::Wan);
    let ends: Vec<End> = wan.into_iter().chain(zones).chain([End::Box]).collect();
    let lookups = Lookups::of([&side.rules, &side.rules]).unlimited();
    let work = Work {
        side: &Here::new(side, &lookups),
        outside: Outside::of([side, side], &lookups),
        lookups: &lookups,
        through: probes([side, side], Hook::Forward),
        to_box: probes([side, side], Hook::Input),
        from_box: probes([side, side], Hook::Output),
    };
    let pairs = ends.iter().flat_map(|from| ends.iter().map(move |to| (from, to)));
    pairs
        .filter(|(from, to)| from != to)
        .flat_map(|(from, to)| [false, true].map(|v6| (from, to, v6)))
        .flat_map(|(from, to, v6)| work.passages(from, to, v6))
        .collect()
}

struct Work<'a> {
    side: &'a Here<'a>,
    outside: Outside,
    lookups: &'a Lookups,
    through: Vec<Probe>,
    to_box: Vec<Probe>,
    from_box: Vec<Probe>,
}

/// Where packets go: out of an interface, or to the box itself.
struct Way {
    output: Option<InterfaceName>,
    destination: IpAddr,
}

impl Work<'_> {
    fn passages(&self, from: &End, to: &End, v6: bool) -> [Passage; 3] {
        let senders = self.senders(from, to, v6);
        let way = self.way(from, to, v6);
        [Kind::Tcp, Kind::Udp, Kind::Ping].map(|kind| Passage {
            from: from.clone(),
            to: to.clone(),
            v6,
            kind,
            passes: way
                .as_ref()
                .filter(|_| !senders.is_empty())
                .map(|way| self.allowed(from, &senders, way, kind)),
        })
    }

    /// Addresses that stand for networks.
    fn senders(&self, from: &End, to: &End, v6: bool) -> Vec<(IpAddr, Vec<IpNet>)> {
        let one = |address: IpAddr| (address, vec![IpNet::from(address)]);
        let of_version = |address: &IpAddr| address.is_ipv6() == v6;
        match from {
            End::Wan => {
                let all = if v6 { Ipv6Net::default().into() } else { Ipv4Net::default().into() };
                vec![(self.outside.address(v6), vec![all])]
            }
            End::Box => self.own(to, v6).map(one).into_iter().collect(),
            End::Zone(zone) if *zone == self.side.settings.crm.zone => {
                self.side.crm().into_iter().filter(of_version).map(one).collect()
            }
            End::Zone(zone) => {
                let (subnets, own) = (self.side.subnets(zone), self.side.routers(zone));
                let Some(classes) = Classes::new(&subnets, &own, self.lookups, None) else {
                    return Vec::new();
                };
                let of = classes.all.iter().enumerate();
                of.filter(|(_, class)| !class.local && class.address.is_ipv6() == v6)
                    .map(|(at, class)| (class.address, classes.networks(&BTreeSet::from([at]))))
                    .collect()
            }
        }
    }

    /// The box's address on the side of a place.
    fn own(&self, towards: &End, v6: bool) -> Option<IpAddr> {
        match towards {
            End::Wan if v6 => Some(BOX6.into()),
            End::Wan => Some(BOX4.into()),
            End::Zone(zone) => self.side.routers(zone).into_iter().find(|own| own.is_ipv6() == v6),
            End::Box => None,
        }
    }

    fn way(&self, from: &End, to: &End, v6: bool) -> Option<Way> {
        let place = match to {
            End::Box => {
                return self.own(from, v6).map(|destination| Way { output: None, destination });
            }
            End::Wan => Place::Internet,
            End::Zone(zone) if *zone == self.side.settings.crm.zone => Place::Crm,
            End::Zone(zone) => Place::Zone(zone.clone()),
        };
        let (output, destination) = self.side.way(&place, v6, &self.outside)?;
        Some(Way { output: Some(output), destination })
    }

    fn allowed(
        &self,
        from: &End,
        senders: &[(IpAddr, Vec<IpNet>)],
        way: &Way,
        kind: Kind,
    ) -> Vec<Allowed> {
        let mut by_ports: BTreeMap<Ports, Vec<IpNet>> = BTreeMap::new();
        for (source, networks) in senders {
            if let Some(ports) = self.ports(from, *source, way, kind) {
                by_ports.entry(ports).or_default().extend(networks);
            }
        }
        let allowed = by_ports.into_iter().map(|(ports, sources)| {
            let sources = IpNet::aggregate(&sources);
            Allowed { sources, ports }
        });
        allowed.collect()
    }

    /// What gets through; none when nothing does.
    fn ports(&self, from: &End, source: IpAddr, way: &Way, kind: Kind) -> Option<Ports> {
        let probes = match (from, &way.output) {
            (End::Box, _) => &self.from_box,
            (_, Some(_)) => &self.through,
            (_, None) => &self.to_box,
        };
        let passes = |probe: Probe| self.passes(from, source, way, probe);
        if kind == Kind::Ping {
            return passes(Probe::Ping).then(|| Ports::Except(Vec::new()));
        }
        let mut tried: Vec<(u16, bool)> = probes
            .iter()
            .filter_map(|probe| match (kind, probe) {
                (Kind::Tcp, Probe::Tcp(port)) | (Kind::Udp, Probe::Udp(port)) => Some(*port),
                _ => None,
            })
            .map(|port| {
                (port, passes(if kind == Kind::Tcp { Probe::Tcp(port) } else { Probe::Udp(port) }))
            })
            .collect();
        // The last is one that no rule names.
        let (_, others) = tried.pop()?;
        let named: Vec<u16> =
            tried.into_iter().filter(|(_, pass)| *pass != others).map(|(port, _)| port).collect();
        match others {
            true => Some(Ports::Except(named)),
            false if named.is_empty() => None,
            false => Some(Ports::Only(named)),
        }
    }

    fn passes(&self, from: &End, source: IpAddr, way: &Way, probe: Probe) -> bool {
        let (side, destination) = (self.side, way.destination);
        let input = match from {
            End::Zone(zone) => interface(zone),
            End::Wan => match &side.context.wan {
                Some(wan) => wan.clone(),
                None => return false,
            },
            End::Box => {
                let output = way.output.clone();
                return output.is_some_and(|out| probe.sent_by_box(side, out, source, destination));
            }
        };
        match way.output.clone() {
            Some(output) => probe.through(side, input, output, source, destination),
            None => probe.to_box(side, input, source, destination),
        }
    }
}
