//! A packet that is really sent from one place to another to see whether it arrives: which ends it
//! needs, with which addresses, as plain data. In a zone an end is a host for a moment, behind a bridge port
//! of the zone's like that of any other host: no rule knows it.

mod neighbour;
mod packet;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use firewall::ir::InterfaceName;
use settings::{Moved, Settings, SitePrefix, ZoneName};

use crate::links::{Bridge, BridgePort};
use crate::plan::{self, LinkMode};

pub use neighbour::{Heard, ask, heard, tell};
pub use packet::{Flow, Mac, Traffic, frame, is_ip};

/// Ports of ends, in the host's namespace; the other sides of these links are in namespaces without a name,
/// which end with whoever holds them.
pub const PORTS: [&str; 2] = ["probe0", "probe1"];

/// A packet to the internet is meant for a documentation address (RFC 5737, RFC 3849) and leaves with one
/// hop to go: nobody behind the provider's first router ever sees it.
const HOPS: u8 = 2;
/// How many addresses are tried before a zone counts as full.
const CANDIDATES: usize = 8;

/// Where a packet begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A zone; of the CRM's the CRM.
    Zone(ZoneName),
    /// The provider's side.
    Wan,
    /// The box itself.
    Box,
}

/// What is to be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// From where.
    pub from: Place,
    /// To where.
    pub to: Place,
    /// What.
    pub traffic: Traffic,
    /// IPv6, or IPv4.
    pub v6: bool,
}

/// What the box is like at the moment.
#[derive(Clone, Debug)]
pub struct Here<'a> {
    /// The settings in force.
    pub settings: &'a Settings,
    /// Addresses that it keeps beside those of the settings.
    pub moved: &'a Moved,
    /// Its prefix.
    pub site: SitePrefix,
    /// How zones are kept apart.
    pub mode: LinkMode,
    /// The WAN port's interface.
    pub wan: Option<&'a InterfaceName>,
    /// The box's addresses there.
    pub wan_addresses: &'a [IpAddr],
    /// Addresses that are lent.
    pub leased: &'a BTreeSet<Ipv4Addr>,
    /// MAC addresses of the hosts, see [`cards`].
    pub cards: [Mac; 2],
    /// Random bits.
    pub chance: [u8; 24],
}

/// Whether an address is a documentation address (RFC 5737, RFC 3849): nobody has it, and a packet that is to
/// leave by WAN is meant for one.
pub const fn is_nobody(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => matches!(v4.octets(), [192, 0, 2, _]),
        IpAddr::V6(v6) => matches!(v6.segments(), [0x2001, 0xdb8, ..]),
    }
}

/// Card of whoever stands on the provider's side for a moment; never seen on a cable.
pub const OUTSIDER: Mac = [0x0a, 0, 0, 0, 0, 1];

/// Cards of hosts that are there for a moment, out of random bits; locally administered.
pub const fn cards([a, b, c, d, e]: [u8; 5]) -> [Mac; 2] {
    [[0x0a, a, b, c, d, e], [0x0a, a, b, c, d, !e]]
}

/// One end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// A host in a zone.
    Host(Box<Host>),
    /// The CRM, in its namespace, at its own interface.
    Crm {
        /// Name of the namespace.
        namespace: String,
        /// Its interface.
        interface: InterfaceName,
        /// MAC address of that.
        mac: Mac,
        /// Its address.
        address: IpAddr,
        /// MAC address of the box towards it.
        router: Mac,
    },
    /// The cable to the provider.
    Wan {
        /// Its interface.
        interface: InterfaceName,
        /// An address out there.
        address: IpAddr,
    },
    /// The box itself.
    Own {
        /// Its address towards the other end.
        address: IpAddr,
    },
}

/// A host for a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its bridge port.
    pub port: BridgePort,
    /// Its bridge.
    pub bridge: Bridge,
    /// Its MAC address.
    pub mac: Mac,
    /// Addresses that it may have: the first that nobody answers for.
    pub addresses: Vec<IpAddr>,
    /// The box's address in the zone.
    pub router: IpAddr,
}

/// All that is needed to try it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Who sends.
    pub from: End,
    /// Who looks whether it arrives.
    pub to: End,
    /// What.
    pub traffic: Traffic,
    /// The sender's port, or an echo's identifier.
    pub source_port: u16,
    /// Hops that the packet begins with.
    pub hops: u8,
}

/// Why it cannot be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Impossible {
    /// Both ends are the same, and no rule is asked between them.
    SamePlace,
    /// There is no such zone.
    NoZone,
    /// One of the two has no addresses of this version.
    NoVersion,
    /// No card is the WAN port.
    NoWan,
    /// Each of a zone's addresses is lent or taken.
    Full,
}

/// Whether it is one of [`PORTS`].
pub fn is_probe_port(name: &str) -> bool {
    PORTS.contains(&name)
}

/// Works out the ends.
///
/// # Errors
/// Why there are none.
pub fn trial(here: &Here<'_>, ask: &Ask) -> Result<Trial, Impossible> {
    if ask.from == ask.to {
        return Err(Impossible::SamePlace);
    }
    let from = here.sender(&ask.from, &ask.to, ask.v6)?;
    let to = here.receiver(&ask.to, &ask.from, ask.v6)?;
    let [.., high, low] = here.chance;
    let hops = match (&ask.from, &ask.to) {
        (Place::Box, Place::Wan) => HOPS - 1,
        (_, Place::Wan) => HOPS,
        _ => 64,
    };
    // Of the dynamic ports (RFC 6335).
    let source_port = 49_152 + u16::from_be_bytes([high, low]) % 16_000;
    Ok(Trial { from, to, traffic: ask.traffic, source_port, hops })
}

impl Here<'_> {
    fn sender(&self, place: &Place, other: &Place, v6: bool) -> Result<End, Impossible> {
        let [port, _] = PORTS;
        match place {
            Place::Wan => self.cable(self.somebody(v6)),
            place => self.inside(place, other, v6, port),
        }
    }

    fn receiver(&self, place: &Place, other: &Place, v6: bool) -> Result<End, Impossible> {
        let [_, port] = PORTS;
        match place {
            Place::Wan => self.cable(self.nobody(v6)),
            place => self.inside(place, other, v6, port),
        }
    }

    fn cable(&self, address: IpAddr) -> Result<End, Impossible> {
        let interface = self.wan.ok_or(Impossible::NoWan)?.clone();
        Ok(End::Wan { interface, address })
    }

    /// An address that may be on the internet: of others the rules believe nothing. It only stands in a
    /// packet that is made here; should the box answer, it answers there.
    fn somebody(&self, v6: bool) -> IpAddr {
        if v6 {
            return Ipv6Addr::new(0x2620, 0xfe, 0, 0, 0, 0, 0, 9).into();
        }
        let mut zones = self.settings.zones.values();
        let all = [9, 8].map(|all| Ipv4Addr::new(all, all, all, all));
        let [usual, other] = all;
        let is_inside = zones.any(|zone| zone.subnet_v4().is_some_and(|net| net.contains(&usual)));
        (if is_inside { other } else { usual }).into()
    }

    /// A documentation address, see [`is_nobody`].
    fn nobody(&self, v6: bool) -> IpAddr {
        let [a, b, ..] = self.chance;
        if v6 {
            Ipv6Addr::new(0x2001, 0xdb8, u16::from_be_bytes([a, b]), 0, 0, 0, 0, 9).into()
        } else {
            Ipv4Addr::new(192, 0, 2, a.clamp(1, 254)).into()
        }
    }

    fn inside(
        &self,
        place: &Place,
        other: &Place,
        v6: bool,
        port: &str,
    ) -> Result<End, Impossible> {
        let Place::Zone(zone) = place else {
            return Ok(End::Own { address: self.own(other, v6)? });
        };
        if *zone == self.settings.crm.zone { self.crm(zone, v6) } else { self.host(zone, v6, port) }
    }

    /// The box's address towards a place.
    fn own(&self, other: &Place, v6: bool) -> Result<IpAddr, Impossible> {
        if let Place::Zone(zone) = other {
            return self.router(zone, v6);
        }
        self.wan.ok_or(Impossible::NoWan)?;
        let own = self.wan_addresses.iter().find(|own| own.is_ipv6() == v6);
        own.copied().ok_or(Impossible::NoVersion)
    }

    fn router(&self, zone: &ZoneName, v6: bool) -> Result<IpAddr, Impossible> {
        let zone = self.settings.zones.get(zone).ok_or(Impossible::NoZone)?;
        let router = if v6 {
            zone.router_v6(self.site).map(IpAddr::V6)
        } else {
            zone.router_v4().map(IpAddr::V4)
        };
        router.ok_or(Impossible::NoVersion)
    }

    fn crm(&self, zone: &ZoneName, v6: bool) -> Result<End, Impossible> {
        self.router(zone, v6)?;
        let (v4, of6) = self.settings.crm.addresses(self.settings, self.site);
        let address = if v6 { of6.map(IpAddr::V6) } else { v4.map(IpAddr::V4) };
        let place = plan::crm_place(self.settings, self.site, self.mode);
        Ok(End::Crm {
            namespace: place.namespace,
            interface: place.interface,
            mac: place.mac,
            address: address.ok_or(Impossible::NoVersion)?,
            router: place.router,
        })
    }

    fn host(&self, zone: &ZoneName, v6: bool, port: &str) -> Result<End, Impossible> {
        let router = self.router(zone, v6)?;
        let card = InterfaceName::new(port).ok_or(Impossible::NoZone)?;
        let access = plan::access(self.settings, self.site, self.mode, &card, zone);
        let (port, bridge) = access.ok_or(Impossible::NoZone)?;
        let addresses = if v6 { self.free6(zone, card.as_str()) } else { self.free4(zone) };
        if addresses.is_empty() {
            return Err(Impossible::Full);
        }
        let [from, to] = self.cards;
        let mac = if card.as_str() == PORTS[0] { from } else { to };
        Ok(End::Host(Box::new(Host { port, bridge, mac, addresses, router })))
    }

    /// From the end of the subnet, at first those that DHCP does not lend.
    fn free4(&self, zone: &ZoneName) -> Vec<IpAddr> {
        let Some(ipv4) = self.settings.zones.get(zone).and_then(|zone| zone.ipv4.as_ref()) else {
            return Vec::new();
        };
        let moved = self.moved.get(zone).map(|net| net.addr());
        let (crm, _) = self.settings.crm.addresses(self.settings, self.site);
        let (first, last) = (ipv4.address.network().to_bits(), ipv4.address.broadcast().to_bits());
        let usable = |address: &Ipv4Addr| {
            *address != ipv4.address.addr()
                && Some(*address) != moved
                && Some(*address) != crm
                && !self.leased.contains(address)
        };
        let lends = |address: &Ipv4Addr| ipv4.dhcp.is_some_and(|range| range.contains(*address));
        let all = || (first + 1..last).rev().map(Ipv4Addr::from_bits).filter(usable);
        let kept = all().filter(|address| !lends(address));
        let lent = all().filter(lends);
        kept.chain(lent).take(CANDIDATES).map(IpAddr::V4).collect()
    }

    fn free6(&self, zone: &ZoneName, port: &str) -> Vec<IpAddr> {
        let subnet = self.settings.zones.get(zone).and_then(|zone| zone.subnet_v6(self.site));
        let Some(subnet) = subnet else { return Vec::new() };
        let [_, _, _, _, _, _, _, a, b, c, d, e, f, g, ..] = self.chance;
        let side = u8::from(port == "probe1");
        // Of 64 random bits none are anybody's; the second is for whoever believes in luck.
        [0, 1]
            .map(|more| {
                let host = u64::from_be_bytes([a | 1, b, c, d, e, f, g, side << 1 | more]);
                IpAddr::V6(Ipv6Addr::from_bits(subnet.network().to_bits() | u128::from(host)))
            })
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use settings::SitePrefix;

    const EXAMPLE: &[u8] = include_bytes!("../../settings/tests/example.json");

    fn zone(name: &str) -> Place {
        Place::Zone(name.parse().unwrap())
    }

    fn tried(settings: &Settings, leased: &[Ipv4Addr], ask: &Ask) -> Result<Trial, Impossible> {
        let wan = InterfaceName::new("eth0").unwrap();
        let here = Here {
            settings,
            moved: &Moved::new(),
            site: SitePrefix::from_random([1, 2, 3, 4, 5]),
            mode: LinkMode::VlanBridge,
            wan: Some(&wan),
            wan_addresses: &["198.18.0.2".parse().unwrap()],
            leased: &leased.iter().copied().collect(),
            cards: cards([7; 5]),
            chance: [7; 24],
        };
        trial(&here, ask)
    }

    fn ask(from: Place, to: Place, v6: bool) -> Ask {
        Ask { from, to, traffic: Traffic::Tcp(443), v6 }
    }

    fn host(end: End) -> Host {
        match end {
            End::Host(host) => *host,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn hosts_of_a_moment_are_ports_of_their_zone() {
        let settings = settings::parse(EXAMPLE).unwrap();
        let trial = tried(&settings, &[], &ask(zone("office"), zone("guest"), false)).unwrap();
        let (from, to) = (host(trial.from), host(trial.to));
        assert_eq!((from.port.interface.as_str(), to.port.interface.as_str()), PORTS.into());
        assert_ne!(from.mac, to.mac);
        let vlans = |host: &Host| -> Vec<(u16, bool)> {
            host.port.vlans.iter().map(|vlan| (vlan.vlan, vlan.untagged)).collect()
        };
        assert_eq!((vlans(&from), vlans(&to)), (vec![(10, true)], vec![(20, true)]));
        assert!(from.port.static_macs.is_empty());
    }

    #[test]
    fn an_address_is_nobodys() {
        let mut settings = settings::parse(EXAMPLE).unwrap();
        let office = settings.zones.get_mut(&"office".parse().unwrap()).unwrap();
        let ipv4 = office.ipv4.as_mut().unwrap();
        ipv4.address = "192.168.10.1/29".parse().unwrap();
        let range = ("192.168.10.2".parse().unwrap(), "192.168.10.5".parse().unwrap());
        ipv4.dhcp = Some(settings::DhcpRange { from: range.0, to: range.1 });
        let addresses = |settings: &Settings, leased: &[Ipv4Addr]| {
            let trial = tried(settings, leased, &ask(zone("office"), Place::Box, false));
            trial.map(|trial| {
                let list = host(trial.from).addresses;
                list.iter().map(ToString::to_string).collect::<Vec<_>>()
            })
        };
        let leased = ["192.168.10.4".parse().unwrap(), "192.168.10.6".parse().unwrap()];
        assert_eq!(
            addresses(&settings, &leased).unwrap(),
            ["192.168.10.5", "192.168.10.3", "192.168.10.2"]
        );
        let all: Vec<Ipv4Addr> = (2..7).map(|last| Ipv4Addr::new(192, 168, 10, last)).collect();
        assert_eq!(addresses(&settings, &all), Err(Impossible::Full));
        assert!(addresses(&settings, &[]).unwrap().iter().all(|one| one != "192.168.10.1"));
    }

    #[test]
    fn what_goes_to_the_internet_goes_one_hop() {
        let settings = settings::parse(EXAMPLE).unwrap();
        let out = tried(&settings, &[], &ask(zone("office"), Place::Wan, false)).unwrap();
        let End::Wan { address: IpAddr::V4(address), .. } = out.to else { panic!() };
        assert_eq!((out.hops, address.is_documentation()), (2, true));
        let own = tried(&settings, &[], &ask(Place::Box, Place::Wan, false)).unwrap();
        assert_eq!((own.hops, own.from), (1, End::Own { address: "198.18.0.2".parse().unwrap() }));
    }

    #[test]
    fn the_crm_is_itself() {
        let settings = settings::parse(EXAMPLE).unwrap();
        let trial = tried(&settings, &[], &ask(zone("office"), zone("crm"), true)).unwrap();
        let End::Crm { address, namespace, .. } = trial.to else { panic!("{trial:?}") };
        assert_eq!(
            (address.to_string().as_str(), namespace.as_str()),
            ("fd01:203:405:1e::a", "crm")
        );
    }

    #[test]
    fn what_cannot_be_tried_says_why() {
        let settings = settings::parse(EXAMPLE).unwrap();
        let refused = |from, to, v6| tried(&settings, &[], &ask(from, to, v6)).unwrap_err();
        assert_eq!(refused(zone("office"), zone("office"), false), Impossible::SamePlace);
        assert_eq!(refused(zone("office"), zone("nowhere"), false), Impossible::NoZone);
        assert_eq!(refused(Place::Wan, Place::Box, true), Impossible::NoVersion);
    }
}
