//! rtnetlink: its layouts (linux/rtnetlink.h, if_link.h, if_addr.h, neighbour.h) and what we read of
//! links. Numbers are in host order.

use std::net::IpAddr;

use nix::sys::socket::SockProtocol;

use super::LinkError;
use crate::netlink::attribute::{Attributes, find};
use crate::netlink::message::DUMP;
use crate::netlink::{NetlinkError, Reply, Socket};

pub(crate) const NEW_LINK: u16 = 16;
pub(crate) const DELETE_LINK: u16 = 17;
pub(crate) const GET_LINK: u16 = 18;
pub(crate) const SET_LINK: u16 = 19;
pub(crate) const NEW_ADDRESS: u16 = 20;
pub(crate) const DELETE_ADDRESS: u16 = 21;
pub(crate) const GET_ADDRESS: u16 = 22;
pub(crate) const NEW_ROUTE: u16 = 24;
pub(crate) const DELETE_ROUTE: u16 = 25;
pub(crate) const GET_ROUTE: u16 = 26;
pub(crate) const NEW_NEIGHBOUR: u16 = 28;
pub(crate) const DELETE_NEIGHBOUR: u16 = 29;
pub(crate) const GET_NEIGHBOUR: u16 = 30;

/// `IFF_UP`.
pub(crate) const UP: u32 = 1;
/// `AF_BRIDGE`.
pub(crate) const BRIDGE: u8 = 7;
/// `AF_INET`.
pub(crate) const INET: u8 = 2;
/// `AF_INET6`.
pub(crate) const INET6: u8 = 10;

pub(crate) const ADDRESS: u16 = 1;
pub(crate) const NAME: u16 = 3;
pub(crate) const LINK: u16 = 5;
pub(crate) const MASTER: u16 = 10;
pub(crate) const LINK_INFO: u16 = 18;
pub(crate) const AF_SPEC: u16 = 26;
pub(crate) const NAMESPACE_FD: u16 = 28;
pub(crate) const EXTRA_MASK: u16 = 29;
pub(crate) const CARRIER: u16 = 33;
pub(crate) const PERMANENT_ADDRESS: u16 = 54;
pub(crate) const INFO_KIND: u16 = 1;
pub(crate) const INFO_DATA: u16 = 2;
pub(crate) const VLAN_ID: u16 = 1;
pub(crate) const BRIDGE_VLAN_FILTERING: u16 = 7;
pub(crate) const BRIDGE_DEFAULT_PVID: u16 = 39;

/// How often a list is begun anew because something changed while it was made.
const TRIES: usize = 5;

/// A rtnetlink socket in the calling thread's namespace.
#[derive(Debug)]
pub(crate) struct Route(Socket);

/// What we read of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) index: i32,
    /// `ARPHRD_*`; 1 is Ethernet.
    pub(crate) hardware: u16,
    pub(crate) name: String,
    pub(crate) mac: Option<[u8; 6]>,
    pub(crate) permanent_mac: Option<[u8; 6]>,
    /// Index of the bridge it is a port of.
    pub(crate) master: Option<i32>,
    /// Index of the link below it.
    pub(crate) parent: Option<i32>,
    pub(crate) up: bool,
    pub(crate) carrier: bool,
    /// Kind of a virtual link: `bridge`, `vlan`, `veth`; none for a physical one.
    pub(crate) kind: Option<String>,
    pub(crate) vlan: Option<u16>,
    pub(crate) vlan_filtering: bool,
    pub(crate) default_pvid: u16,
}

impl Route {
    pub(crate) fn open() -> Result<Self, NetlinkError> {
        Ok(Self(Socket::open(SockProtocol::NetlinkRoute, 0)?))
    }

    /// Sends a change and waits for the kernel's word on it.
    pub(crate) fn change(
        &mut self,
        kind: u16,
        flags: u16,
        head: &[u8],
        attributes: Attributes,
        what: impl FnOnce() -> String,
    ) -> Result<(), LinkError> {
        let request = attributes.finish().map(|attributes| [head, attributes.as_slice()].concat());
        let answer = match request {
            Some(request) => self.0.ask(kind, flags, &request).map(drop),
            None => Err(NetlinkError::Malformed("the request is too long")),
        };
        answer.map_err(|source| LinkError::Change { what: what(), source })
    }

    /// Lists all objects of a kind.
    pub(crate) fn list(
        &mut self,
        kind: u16,
        head: &[u8],
        attributes: &Attributes,
    ) -> Result<Vec<Reply>, LinkError> {
        let attributes = attributes.clone().finish().unwrap_or_default();
        let request = [head, attributes.as_slice()].concat();
        for _ in 0..TRIES {
            match self.0.ask(kind, DUMP, &request) {
                Err(NetlinkError::Interrupted) => {}
                other => return other.map_err(LinkError::Read),
            }
        }
        Err(LinkError::Read(NetlinkError::Interrupted))
    }

    /// All links of the namespace.
    pub(crate) fn links(&mut self) -> Result<Vec<Link>, LinkError> {
        let replies = self.list(GET_LINK, &link_head(0, 0, 0, 0), &Attributes::default())?;
        Ok(replies
            .iter()
            .filter(|reply| reply.kind == NEW_LINK)
            .filter_map(|reply| Link::read(&reply.payload))
            .collect())
    }
}

impl Link {
    /// Reads the payload of a link message; `None` when it is none.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        let (head, attributes) = payload.split_first_chunk::<16>()?;
        let [_, _, hard1, hard2, i1, i2, i3, i4, f1, f2, f3, f4, ..] = *head;
        let number = |kind| {
            let value = find(attributes, kind)?.value;
            Some(i32::from_ne_bytes(*value.first_chunk::<4>()?))
        };
        let mac = |kind| -> Option<[u8; 6]> { find(attributes, kind)?.value.try_into().ok() };
        let mut link = Self {
            index: i32::from_ne_bytes([i1, i2, i3, i4]),
            hardware: u16::from_ne_bytes([hard1, hard2]),
            name: find(attributes, NAME)?.text()?.to_owned(),
            mac: mac(ADDRESS),
            permanent_mac: mac(PERMANENT_ADDRESS),
            master: number(MASTER),
            parent: number(LINK),
            up: u32::from_ne_bytes([f1, f2, f3, f4]) & UP != 0,
            carrier: find(attributes, CARRIER).is_some_and(|carrier| carrier.value == [1]),
            ..Self::default()
        };
        if let Some(info) = find(attributes, LINK_INFO) {
            link.kind = find(info.value, INFO_KIND).and_then(|kind| Some(kind.text()?.to_owned()));
            let data = find(info.value, INFO_DATA).map(|data| data.value).unwrap_or_default();
            let short = |kind| {
                let value = find(data, kind)?.value;
                Some(u16::from_ne_bytes(*value.first_chunk::<2>()?))
            };
            match link.kind.as_deref() {
                Some("vlan") => link.vlan = short(VLAN_ID),
                Some("bridge") => {
                    let filtering = find(data, BRIDGE_VLAN_FILTERING);
                    link.vlan_filtering = filtering.is_some_and(|value| value.value == [1]);
                    link.default_pvid = short(BRIDGE_DEFAULT_PVID).unwrap_or(0);
                }
                _ => {}
            }
        }
        Some(link)
    }

    /// Whether it is a virtual link of that kind.
    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }
}

/// `struct ifinfomsg`.
pub(crate) fn link_head(family: u8, index: i32, flags: u32, mask: u32) -> [u8; 16] {
    let [i1, i2, i3, i4] = index.to_ne_bytes();
    let [f1, f2, f3, f4] = flags.to_ne_bytes();
    let [m1, m2, m3, m4] = mask.to_ne_bytes();
    [family, 0, 0, 0, i1, i2, i3, i4, f1, f2, f3, f4, m1, m2, m3, m4]
}

/// `struct ifaddrmsg`.
pub(crate) fn address_head(family: u8, prefix: u8, index: i32) -> [u8; 8] {
    let [i1, i2, i3, i4] = index.to_ne_bytes();
    [family, prefix, 0, 0, i1, i2, i3, i4]
}

/// `struct ndmsg`.
pub(crate) fn neighbour_head(family: u8, index: i32, state: u16, flags: u8) -> [u8; 12] {
    let [i1, i2, i3, i4] = index.to_ne_bytes();
    let [s1, s2] = state.to_ne_bytes();
    [family, 0, 0, 0, i1, i2, i3, i4, s1, s2, flags, 0]
}

/// `struct rtmsg` of a default route: main table (254), static (4), unicast (1).
pub(crate) fn default_route_head(family: u8) -> [u8; 12] {
    [family, 0, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0]
}

/// Family of an address, and its bytes.
pub(crate) fn address_bytes(address: IpAddr) -> (u8, Vec<u8>) {
    match address {
        IpAddr::V4(address) => (INET, address.octets().to_vec()),
        IpAddr::V6(address) => (INET6, address.octets().to_vec()),
    }
}

/// The address that these bytes are.
pub(crate) fn address_of(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Some(bytes.into());
    }
    Some(<[u8; 16]>::try_from(bytes).ok()?.into())
}
