//! The ends of a packet that is tried: what is made for them, and what is gone again.

use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::AsRawFd;
use std::time::Instant;

use firewall::ir::InterfaceName;
use netlink_packet_route::AddressFamily;
use netlink_packet_route::link::{InfoData, InfoKind, InfoVeth, LinkAttribute};
use network::probe::{End, Heard, Host, Mac, OUTSIDER, PORTS, heard, tell};
use nix::errno::Errno;

use super::super::route::{link_info, link_message};
use super::super::{LinkError, Work, bridge, sysctl};
use super::{ProbeError, Receiver, Sender, divert, remove_left_over};
use crate::namespace::Namespace;
use crate::netlink::NetlinkError;
use crate::wire::Wire;

/// Name of an end's own side.
const INNER: &str = "eth0";

/// All that was made; dropping it removes it.
pub(super) struct Stage {
    work: Work,
    made: Vec<String>,
    /// When all has to be done.
    pub(super) until: Instant,
}

/// One that sends or listens on a wire.
pub(super) struct Station {
    pub(super) wire: Wire,
    pub(super) mac: Mac,
    pub(super) address: IpAddr,
    /// MAC address that its packets go to.
    pub(super) router: Mac,
    /// Looks at what leaves by the wire, not at what arrives.
    pub(super) leaves: bool,
    /// Answers for its address; others have a kernel for that.
    pub(super) answers: bool,
    /// Where it is, if nobody else is there.
    _namespace: Option<Namespace>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        for name in &self.made {
            if let Err(error) = self.work.delete(name)
                && !is_gone(&error)
            {
                tracing::warn!(
                    name,
                    error = &error as &dyn std::error::Error,
                    "an end is left over"
                );
            }
        }
    }
}

/// Ends of cables go with their namespaces, whenever the kernel comes to it.
fn is_gone(error: &LinkError) -> bool {
    match error {
        LinkError::Absent(_) => true,
        LinkError::Change { source, .. } => matches!(source, NetlinkError::Refused(Errno::ENODEV)),
        _ => false,
    }
}

impl Stage {
    pub(super) fn open(until: Instant) -> Result<Self, ProbeError> {
        remove_left_over()?;
        Ok(Self { work: Work::open()?, made: Vec::new(), until })
    }

    pub(super) fn sender(&mut self, end: &End) -> Result<Sender, ProbeError> {
        match end {
            End::Own { address } => Ok(Sender::Own(*address)),
            End::Wan { interface, address } => {
                self.outsider(interface, *address).map(Sender::Station)
            }
            end => self.inside(end).map(Sender::Station),
        }
    }

    pub(super) fn receiver(&mut self, end: &End) -> Result<Receiver, ProbeError> {
        match end {
            End::Own { address } => Ok(Receiver::Own(*address)),
            End::Wan { interface, address } => {
                let wire = open(interface.as_str())?;
                Ok(Receiver::Station(Station {
                    leaves: true,
                    ..Station::new(wire, [0; 6], *address, None)
                }))
            }
            end => self.inside(end).map(Receiver::Station),
        }
    }

    fn inside(&mut self, end: &End) -> Result<Station, ProbeError> {
        match end {
            End::Host(host) => self.host(host),
            End::Crm { namespace, interface, mac, address, router } => {
                let wire = Namespace::open(namespace)?.run(|| open(interface.as_str()))??;
                Ok(Station { router: *router, ..Station::new(wire, *mac, *address, None) })
            }
            End::Wan { address, .. } | End::Own { address } => Err(ProbeError::NoRoute(*address)),
        }
    }

    /// A host of a zone, behind a port like any other.
    fn host(&mut self, host: &Host) -> Result<Station, ProbeError> {
        let port = host.port.interface.as_str();
        let (namespace, wire) = self.link(port, host.mac)?;
        self.work.read()?;
        bridge::set_port(&mut self.work, std::slice::from_ref(&host.bridge), &host.port)?;
        self.work.up(port)?;
        let nobody = Ipv4Addr::UNSPECIFIED.into();
        let mut station = Station::new(wire, host.mac, nobody, Some(namespace));
        self.wait_for_port(&station, host.router)?;
        self.claim(&mut station, &host.addresses)?;
        self.greet(&mut station, host.router)?;
        Ok(station)
    }

    /// Somebody on the provider's side: what it sends comes in at the WAN port.
    fn outsider(&mut self, wan: &InterfaceName, address: IpAddr) -> Result<Station, ProbeError> {
        let [port, _] = PORTS;
        let (namespace, wire) = self.link(port, OUTSIDER)?;
        sysctl::is_port(&mut self.work, port)?;
        divert::to_ingress(&mut self.work, port, wan.as_str())?;
        self.work.up(port)?;
        let router = self.work.link(port)?.mac.unwrap_or_default();
        Ok(Station { router, ..Station::new(wire, OUTSIDER, address, Some(namespace)) })
    }

    /// A link whose other side is alone in a namespace without a name, where nothing speaks by itself.
    fn link(&mut self, port: &str, mac: Mac) -> Result<(Namespace, Wire), ProbeError> {
        let namespace = Namespace::nameless()?;
        let inner = link_message(
            AddressFamily::Unspec,
            0,
            vec![
                LinkAttribute::IfName(INNER.to_owned()),
                LinkAttribute::Address(mac.to_vec()),
                LinkAttribute::NetNsFd(namespace.file().as_raw_fd()),
            ],
        );
        let attributes = vec![
            LinkAttribute::IfName(port.to_owned()),
            link_info(InfoKind::Veth, InfoData::Veth(InfoVeth::Peer(inner))),
        ];
        self.made.push(port.to_owned());
        self.work.make(attributes, format!("make {port} for a trial"))?;
        let wire = namespace.run(|| {
            let mut inside = Work::open()?;
            for name in ["all", "default", INNER] {
                sysctl::is_port(&mut inside, name)?;
            }
            inside.up(INNER)?;
            open(INNER)
        })??;
        Ok((namespace, wire))
    }
}

impl Station {
    fn new(wire: Wire, mac: Mac, address: IpAddr, namespace: Option<Namespace>) -> Self {
        Self {
            wire,
            mac,
            address,
            router: [0; 6],
            leaves: false,
            answers: false,
            _namespace: namespace,
        }
    }

    pub(super) fn wire_send(&self, frame: &[u8]) -> Result<(), ProbeError> {
        // A port that comes up just now may not take it yet; it is asked again.
        match self.wire.send(frame) {
            Ok(()) | Err(Errno::ENETDOWN) => Ok(()),
            Err(error) => Err(ProbeError::Socket("send", error)),
        }
    }

    /// Answers who asks for its address.
    pub(super) fn answer(&self, frame: &[u8]) -> Result<(), ProbeError> {
        match heard(frame) {
            Some(Heard::Asks { target, who, mac }) if self.answers && target == self.address => {
                let told = tell(self.mac, self.address, (who, mac));
                told.map_or(Ok(()), |told| self.wire_send(&told))
            }
            _ => Ok(()),
        }
    }
}

fn open(interface: &str) -> Result<Wire, ProbeError> {
    Wire::open(interface).map_err(|error| ProbeError::Socket("open an interface", error))
}
