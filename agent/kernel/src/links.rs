//! Brings about a link plan: reads what is there, changes only what differs, and tells what it
//! changed; a second time it changes nothing. Order matters for safety: a port is in no VLAN until
//! its own are set, forwarding comes last.

mod address;
mod bridge;
mod namespace;
pub mod probe;
pub(crate) mod route;
mod routed;
mod sysctl;

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::PathBuf;

use netlink_packet_core::{NLM_F_CREATE, NLM_F_EXCL};
use netlink_packet_route::link::{LinkAttribute, LinkFlags};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use network::links::LinkPlan;

use crate::namespace::NamespaceError;
use crate::netlink::NetlinkError;
use route::{Link, Route, link_message};

/// Why a plan was not brought about. What was changed before stays.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The kernel refused a change.
    #[error("cannot {what}")]
    Change {
        /// What was to be done, with the interface.
        what: String,
        /// Why.
        #[source]
        source: NetlinkError,
    },
    /// The present state could not be read.
    #[error("cannot read links from the kernel")]
    Read(#[source] NetlinkError),
    /// An interface of the plan is not there.
    #[error("there is no interface {0}")]
    Absent(String),
    /// An interface of that name is there, but it is something else and not ours to remove.
    #[error("interface {name} is there and is no {kind}")]
    Occupied {
        /// Its name.
        name: String,
        /// What it should be.
        kind: &'static str,
    },
    /// A kernel setting could not be read or written.
    #[error("cannot set {}", path.display())]
    Sysctl {
        /// Its file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The CRM's namespace could not be made or entered.
    #[error("cannot prepare the namespace")]
    Namespace(#[from] NamespaceError),
}

/// One thing that was changed, in words, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change(pub(crate) String);

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Brings the plan about in the calling thread's network namespace.
pub fn apply(plan: &LinkPlan) -> Result<Vec<Change>, LinkError> {
    let mut work = Work::open()?;
    sysctl::keep_bridges_from_ip(&mut work)?;
    bridge::remove_strangers(&mut work, plan)?;
    bridge::make(&mut work, plan)?;
    let namespace = namespace::make(&mut work, &plan.namespace)?;
    bridge::make_vlan_devices(&mut work, plan)?;
    sysctl::set_up(&mut work, plan)?;
    bridge::set_ports(&mut work, plan)?;
    address::set(&mut work, plan)?;
    namespace::set(&mut work, &namespace, &plan.namespace)?;
    let bridges = plan.bridges.iter().map(|bridge| &bridge.name);
    let ports = plan.ports.iter().map(|port| &port.interface);
    let devices = plan.vlan_devices.iter().map(|device| &device.name);
    // The bridge first: a VLAN device cannot be up on one that is down.
    for name in bridges.chain(devices).chain(ports) {
        work.up(name.as_str())?;
    }
    // A route needs its interface to be up.
    routed::set(&mut work, plan)?;
    sysctl::forward(&mut work, plan.forwarding)?;
    Ok(work.changes)
}

/// The socket, the links as they are now, and what was changed so far.
struct Work {
    route: Route,
    links: BTreeMap<String, Link>,
    changes: Vec<Change>,
}

impl Work {
    fn open() -> Result<Self, LinkError> {
        let route = Route::open().map_err(LinkError::Read)?;
        let mut work = Self { route, links: BTreeMap::new(), changes: Vec::new() };
        work.read()?;
        Ok(work)
    }

    /// Reads all links anew.
    fn read(&mut self) -> Result<(), LinkError> {
        let links = self.route.links()?;
        self.links = links.into_iter().map(|link| (link.name.clone(), link)).collect();
        Ok(())
    }

    fn link(&self, name: &str) -> Result<&Link, LinkError> {
        self.links.get(name).ok_or_else(|| LinkError::Absent(name.to_owned()))
    }

    /// Changes something and notes it.
    fn change(
        &mut self,
        message: &RouteNetlinkMessage,
        flags: u16,
        what: String,
    ) -> Result<(), LinkError> {
        match self.route.change(message, flags) {
            Ok(()) => {
                self.note(what);
                Ok(())
            }
            Err(source) => Err(LinkError::Change { what, source }),
        }
    }

    fn note(&mut self, what: String) {
        tracing::debug!(change = what, "link changed");
        self.changes.push(Change(what));
    }

    /// Makes a link and reads all links anew.
    fn make(&mut self, attributes: Vec<LinkAttribute>, what: String) -> Result<(), LinkError> {
        let message = link_message(AddressFamily::Unspec, 0, attributes);
        let message = RouteNetlinkMessage::NewLink(message);
        self.change(&message, NLM_F_CREATE | NLM_F_EXCL, what)?;
        self.read()
    }

    /// Changes attributes of a link and reads all links anew.
    fn alter(
        &mut self,
        name: &str,
        attributes: Vec<LinkAttribute>,
        what: String,
    ) -> Result<(), LinkError> {
        let message = link_message(AddressFamily::Unspec, self.link(name)?.index, attributes);
        self.change(&RouteNetlinkMessage::NewLink(message), 0, what)?;
        self.read()
    }

    fn delete(&mut self, name: &str) -> Result<(), LinkError> {
        let message = link_message(AddressFamily::Unspec, self.link(name)?.index, Vec::new());
        self.change(&RouteNetlinkMessage::DelLink(message), 0, format!("remove {name}"))?;
        self.read()
    }

    fn up(&mut self, name: &str) -> Result<(), LinkError> {
        let link = self.link(name)?;
        if link.up {
            return Ok(());
        }
        let mut message = link_message(AddressFamily::Unspec, link.index, Vec::new());
        message.header.flags = LinkFlags::Up;
        message.header.change_mask = LinkFlags::Up;
        self.change(&RouteNetlinkMessage::NewLink(message), 0, format!("bring {name} up"))?;
        self.read()
    }
}
