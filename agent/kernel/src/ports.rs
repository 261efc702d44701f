//! Network cards that are there, and what happens to them. Whether a card is a port of the settings
//! is decided elsewhere; here are its name, MAC address and path.

mod path;

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use firewall::compile::CRM_PORT;
use firewall::ir::InterfaceName;
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{InfoKind, LinkLayerType};
use netlink_sys::protocols::NETLINK_ROUTE;
use network::probe::is_probe_port;
use nix::errno::Errno;

use crate::links::LinkError;
use crate::links::route::{Link, Route, decode};
use crate::netlink::{Messages, NetlinkError, Socket};

/// `RTMGRP_LINK`.
const LINK_GROUP: u32 = 1;

/// A network card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The kernel's name for it; it may differ at the next boot.
    pub interface: InterfaceName,
    /// The MAC address it was built with, else the one it has.
    pub mac: Option<[u8; 6]>,
    /// Where it is plugged in, as udev's `ID_PATH` says it: `pci-0000:00:03.0`.
    pub path: Option<String>,
    /// Whether there is a link.
    pub carrier: bool,
}

/// Which links count as cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kinds {
    /// Hardware only.
    Hardware,
    /// Ends of veth pairs too, but for the CRM's: a box without hardware, in a namespace.
    HardwareAndVeth,
}

/// All network cards in the calling thread's namespace, by name.
pub fn list(kinds: Kinds) -> Result<Vec<Card>, LinkError> {
    let mut links = Route::open().map_err(LinkError::Read)?.links()?;
    links.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(links.iter().filter(|link| counts(link, kinds)).filter_map(card).collect())
}

fn counts(link: &Link, kinds: Kinds) -> bool {
    let kind = match link.kind {
        None => true,
        Some(InfoKind::Veth) => {
            kinds == Kinds::HardwareAndVeth && link.name != CRM_PORT && !is_probe_port(&link.name)
        }
        Some(_) => false,
    };
    kind && link.layer == LinkLayerType::Ether
}

fn card(link: &Link) -> Option<Card> {
    Some(Card {
        interface: InterfaceName::new(&link.name)?,
        mac: link.permanent_mac.filter(|mac| *mac != [0; 6]).or(link.mac),
        path: path::of_interface(&link.name),
        carrier: link.carrier,
    })
}

/// What happened to a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It came, or something about it changed.
    Changed(String),
    /// It went.
    Gone(String),
    /// Some events were lost: list anew.
    Missed,
}

/// Events of all links of the namespace it was opened in, ours among them. Its descriptor becomes
/// readable when there is one.
#[derive(Debug)]
pub struct Events(Socket);

impl Events {
    /// Begins to listen.
    pub fn open() -> Result<Self, NetlinkError> {
        Ok(Self(Socket::open(NETLINK_ROUTE, LINK_GROUP)?))
    }

    /// All events that are there, but for those of a packet that is being tried; never waits.
    pub fn take(&mut self) -> Result<Vec<Event>, NetlinkError> {
        let mut events = Vec::new();
        loop {
            match self.0.receive_now() {
                Ok(Some(bytes)) => events.extend(read(bytes)),
                Ok(None) => return Ok(events),
                Err(NetlinkError::Receive(Errno::ENOBUFS)) => events.push(Event::Missed),
                Err(error) => return Err(error),
            }
        }
    }
}

impl AsFd for Events {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for Events {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

fn read(bytes: &[u8]) -> Vec<Event> {
    Messages::new(bytes)
        .filter_map(|message| match decode(message.kind, message.payload)? {
            RouteNetlinkMessage::NewLink(link) => Some(Event::Changed(Link::read(&link)?.name)),
            RouteNetlinkMessage::DelLink(link) => Some(Event::Gone(Link::read(&link)?.name)),
            _ => None,
        })
        .filter(|event| match event {
            Event::Changed(name) | Event::Gone(name) => !is_probe_port(name),
            Event::Missed => true,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
        }
    }
}
