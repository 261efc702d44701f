//! rtnetlink: a socket that sends and lists netlink-packet-route's messages, and what we read of
//! links. No message here is encoded by hand.

use netlink_packet_core::{NLM_F_DUMP, NetlinkDeserializable, NetlinkHeader, NetlinkSerializable};
use netlink_packet_route::link::{
    InfoBridge, InfoData, InfoKind, InfoVlan, LinkAttribute, LinkFlags, LinkInfo, LinkLayerType,
    LinkMessage,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use netlink_sys::protocols::NETLINK_ROUTE;

use super::LinkError;
use crate::netlink::{NetlinkError, Socket};

/// How often a list is begun anew because something changed while it was made.
const TRIES: usize = 5;

/// A rtnetlink socket in the calling thread's namespace.
#[derive(Debug)]
pub(crate) struct Route(Socket);

/// What we read of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) index: u32,
    pub(crate) layer: LinkLayerType,
    pub(crate) name: String,
    pub(crate) mac: Option<[u8; 6]>,
    pub(crate) permanent_mac: Option<[u8; 6]>,
    /// Index of the bridge it is a port of.
    pub(crate) master: Option<u32>,
    /// Index of the link below it.
    pub(crate) parent: Option<u32>,
    pub(crate) up: bool,
    pub(crate) carrier: bool,
    /// Kind of a virtual link; none for a physical one.
    pub(crate) kind: Option<InfoKind>,
    pub(crate) vlan: Option<u16>,
    pub(crate) vlan_filtering: bool,
    pub(crate) default_pvid: u16,
}

impl Route {
    pub(crate) fn open() -> Result<Self, NetlinkError> {
        Ok(Self(Socket::open(NETLINK_ROUTE, 0)?))
    }

    /// Sends a change and waits for the kernel's word on it.
    pub(crate) fn change(
        &mut self,
        message: &RouteNetlinkMessage,
        flags: u16,
    ) -> Result<(), NetlinkError> {
        self.0.ask(message.message_type(), flags, &payload(message)).map(drop)
    }

    /// Lists all objects of a kind.
    pub(crate) fn list(
        &mut self,
        request: &RouteNetlinkMessage,
    ) -> Result<Vec<RouteNetlinkMessage>, LinkError> {
        let bytes = payload(request);
        for _ in 0..TRIES {
            match self.0.ask(request.message_type(), NLM_F_DUMP, &bytes) {
                Err(NetlinkError::Interrupted) => {}
                Err(error) => return Err(LinkError::Read(error)),
                Ok(replies) => {
                    let each = replies.iter();
                    return Ok(each.filter_map(|one| decode(one.kind, &one.payload)).collect());
                }
            }
        }
        Err(LinkError::Read(NetlinkError::Interrupted))
    }

    /// All links of the namespace.
    pub(crate) fn links(&mut self) -> Result<Vec<Link>, LinkError> {
        let request = RouteNetlinkMessage::GetLink(LinkMessage::default());
        let read = |message| match message {
            RouteNetlinkMessage::NewLink(link) => Link::read(&link),
            _ => None,
        };
        Ok(self.list(&request)?.into_iter().filter_map(read).collect())
    }
}

/// What follows the head of a message.
fn payload(message: &RouteNetlinkMessage) -> Vec<u8> {
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// The message that the kernel sent. One that netlink-packet-route cannot read is of an object that
/// nobody here made: it is told and left out.
pub(crate) fn decode(kind: u16, payload: &[u8]) -> Option<RouteNetlinkMessage> {
    let mut header = NetlinkHeader::default();
    header.message_type = kind;
    match RouteNetlinkMessage::deserialize(&header, payload) {
        Ok(message) => Some(message),
        Err(error) => {
            tracing::warn!(kind, %error, "the kernel sent a message that cannot be read");
            None
        }
    }
}

/// A message about the link of that index (0: one to be made).
pub(crate) fn link_message(
    family: AddressFamily,
    index: u32,
    attributes: Vec<LinkAttribute>,
) -> LinkMessage {
    let mut message = LinkMessage::default();
    message.header.interface_family = family;
    message.header.index = index;
    message.attributes = attributes;
    message
}

/// What makes a link a virtual one of a kind.
pub(crate) fn link_info(kind: InfoKind, data: InfoData) -> LinkAttribute {
    LinkAttribute::LinkInfo(vec![LinkInfo::Kind(kind), LinkInfo::Data(data)])
}

impl Link {
    /// What a message tells of a link; `None` when it names none.
    pub(crate) fn read(message: &LinkMessage) -> Option<Self> {
        let mut link = Self {
            index: message.header.index,
            layer: message.header.link_layer_type,
            up: message.header.flags.contains(LinkFlags::Up),
            ..Self::default()
        };
        for attribute in &message.attributes {
            match attribute {
                LinkAttribute::IfName(name) => link.name.clone_from(name),
                LinkAttribute::Address(mac) => link.mac = mac.as_slice().try_into().ok(),
                LinkAttribute::PermAddress(mac) => {
                    link.permanent_mac = mac.as_slice().try_into().ok();
                }
                LinkAttribute::Controller(index) => link.master = Some(*index),
                LinkAttribute::Link(index) => link.parent = Some(*index),
                LinkAttribute::Carrier(carrier) => link.carrier = *carrier == 1,
                LinkAttribute::LinkInfo(infos) => infos.iter().for_each(|info| link.learn(info)),
                _ => {}
            }
        }
        (!link.name.is_empty()).then_some(link)
    }

    fn learn(&mut self, info: &LinkInfo) {
        match info {
            LinkInfo::Kind(kind) => self.kind = Some(kind.clone()),
            LinkInfo::Data(InfoData::Vlan(list)) => {
                self.vlan = list.iter().find_map(|one| match one {
                    InfoVlan::Id(id) => Some(*id),
                    _ => None,
                });
            }
            LinkInfo::Data(InfoData::Bridge(list)) => {
                for one in list {
                    match one {
                        InfoBridge::VlanFiltering(on) => self.vlan_filtering = *on,
                        InfoBridge::VlanDefaultPvid(vlan) => self.default_pvid = *vlan,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether it is a virtual link of that kind.
    pub(crate) fn is(&self, kind: &InfoKind) -> bool {
        self.kind.as_ref() == Some(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(
            kind in 16_u16..31,
            bytes in prop::collection::vec(any::<u8>(), 0..400),
        ) {
            if let Some(RouteNetlinkMessage::NewLink(message)) = decode(kind, &bytes) {
                let _ = Link::read(&message);
            }
        }
    }
}
