//! A packet as far as rules look at it, and the hooks it meets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use crate::ir::{
    CtState, Direction, EtherType, Family, Field, Hook, InterfaceName, IpVersion, Protocol, Value,
};

/// A packet. Fragments are put together before any rule sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Where it came in; for frames the bridge port.
    pub input: Option<InterfaceName>,
    /// Where it goes out; for frames the bridge port. Of a packet to the box, where it goes when rules send it
    /// elsewhere.
    pub output: Option<InterfaceName>,
    /// Source and destination; none for frames that are not IP.
    pub addresses: Option<Addresses>,
    /// What it carries, past IPv6 extension headers; none when that cannot be told.
    pub transport: Option<Transport>,
    /// State of its connection.
    pub state: CtState,
    /// It goes to who opened its connection.
    pub reply: bool,
    /// Mark of its connection.
    pub mark: u32,
    /// Of an error: who opened the connection that it tells of, and who answers it.
    pub about: Option<(IpAddr, IpAddr)>,
    /// Where its connection's first packet was sent, when rules sent it elsewhere; `addresses` are those after
    /// that.
    pub sent_to: Option<(Ipv4Addr, u16)>,
    /// Owner of the sending socket; none for packets from outside and of the kernel itself.
    pub uid: Option<u32>,
    /// Id of the frame's VLAN tag, on a VLAN-aware bridge.
    pub vlan: Option<u16>,
    /// Card that sent it, of packets from outside.
    pub card: Option<[u8; 6]>,
    /// Card that a frame is for.
    pub card_to: Option<[u8; 6]>,
    /// The tag that the frame holds behind its first one.
    pub inner_tag: Option<EtherType>,
}

/// Source and destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// IPv4.
    V4 {
        /// From.
        source: Ipv4Addr,
        /// To.
        destination: Ipv4Addr,
    },
    /// IPv6.
    V6 {
        /// From.
        source: Ipv6Addr,
        /// To.
        destination: Ipv6Addr,
        /// Hops left.
        hop_limit: u8,
    },
}

/// What a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// TCP.
    Tcp {
        /// From.
        source: u16,
        /// To.
        destination: u16,
    },
    /// UDP.
    Udp {
        /// From.
        source: u16,
        /// To.
        destination: u16,
    },
    /// ICMP, with its type.
    Icmp(u8),
    /// ICMPv6, with its type.
    Icmpv6(u8),
    /// A protocol that no rule names, by its number (GRE is 47).
    Other(u8),
}

/// Way of a packet through the box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Path {
    /// From outside to the box itself.
    ToBox,
    /// From one interface to another.
    Through,
    /// From the box itself.
    FromBox,
    /// A frame from one bridge port to another.
    BridgeThrough,
    /// A frame from a bridge port to the router; as a packet it then goes `ToBox` or `Through`.
    BridgeToBox,
}

impl Path {
    /// Hooks on the way, in order.
    pub fn hooks(self) -> &'static [Hook] {
        match self {
            Self::ToBox | Self::BridgeToBox => &[Hook::Prerouting, Hook::Input],
            Self::Through | Self::BridgeThrough => {
                &[Hook::Prerouting, Hook::Forward, Hook::Postrouting]
            }
            Self::FromBox => &[Hook::Output, Hook::Postrouting],
        }
    }

    /// Family of the tables that see it.
    pub fn family(self) -> Family {
        match self {
            Self::ToBox | Self::Through | Self::FromBox => Family::Inet,
            Self::BridgeThrough | Self::BridgeToBox => Family::Bridge,
        }
    }
}

/// What a rule reads in a field.
pub(super) enum Read {
    Value(Value),
    /// A value that differs from all that rules can name: the empty name of an interface that does
    /// not exist at this hook, or a protocol other than ours.
    Unnamed,
    /// The packet has no such field: the kernel leaves the rule.
    Absent,
}

impl Packet {
    /// Whether it is meant for one host, and not for all of them or some.
    pub(super) fn is_to_one(&self) -> bool {
        match self.addresses {
            Some(Addresses::V4 { destination, .. }) => {
                !destination.is_multicast() && !destination.is_broadcast()
            }
            Some(Addresses::V6 { destination, .. }) => !destination.is_multicast(),
            None => false,
        }
    }

    /// Gives it another destination; what it is then.
    pub(super) fn send_to(&mut self, to: Ipv4Addr, port: Option<u16>) -> Option<(Ipv4Addr, u16)> {
        let Some(Addresses::V4 { destination, .. }) = &mut self.addresses else { return None };
        let former = std::mem::replace(destination, to);
        let own = match &mut self.transport {
            Some(Transport::Tcp { destination, .. } | Transport::Udp { destination, .. }) => {
                destination
            }
            _ => return None,
        };
        let former_port = std::mem::replace(own, port.unwrap_or(*own));
        self.sent_to = Some((former, former_port));
        Some((to, *own))
    }

    pub(super) fn read(&self, field: Field, hook: Hook) -> Read {
        match field {
            Field::InputInterface => interface(self.input.as_ref().filter(|_| has_input(hook))),
            Field::OutputInterface => interface(self.output.as_ref().filter(|_| has_output(hook))),
            Field::Protocol => match self.transport.map(Transport::protocol) {
                None => Read::Absent,
                Some(None) => Read::Unnamed,
                Some(Some(protocol)) => Read::Value(Value::Protocol(protocol)),
            },
            field if field.is_of_connection() => {
                self.of_connection(field).map_or(Read::Absent, Read::Value)
            }
            field => self.value(field).map_or(Read::Absent, Read::Value),
        }
    }

    /// What connection tracking knows, of packets that have a connection. An ICMP error's is the one it
    /// tells of, whose addresses are not those of the error; its ports are not read.
    fn of_connection(&self, field: Field) -> Option<Value> {
        if matches!(self.state, CtState::Invalid | CtState::Untracked) {
            return None;
        }
        if let (Some((address, port)), false) = (self.sent_to, self.state == CtState::Related) {
            match field {
                Field::OriginalIp4Destination => return Some(Value::Ip4(address.into())),
                Field::OriginalDestinationPort => return Some(Value::Port(port)),
                _ => {}
            }
        }
        let way = if self.reply { Direction::Reply } else { Direction::Original };
        Some(match (field, way) {
            (Field::CtMark, _) => Value::Mark(self.mark),
            (Field::CtDirection, way) => Value::Direction(way),
            (field, _) if self.state == CtState::Related => return self.of_connection_told(field),
            (Field::OriginalIp4Source, Direction::Original)
            | (Field::OriginalIp4Destination | Field::ReplyIp4Source, Direction::Reply) => {
                self.value(Field::Ip4Source)?
            }
            (Field::OriginalIp4Destination | Field::ReplyIp4Source, Direction::Original)
            | (Field::OriginalIp4Source, Direction::Reply) => self.value(Field::Ip4Destination)?,
            (Field::OriginalIp6Source, Direction::Original)
            | (Field::OriginalIp6Destination | Field::ReplyIp6Source, Direction::Reply) => {
                self.value(Field::Ip6Source)?
            }
            (Field::OriginalIp6Destination | Field::ReplyIp6Source, Direction::Original)
            | (Field::OriginalIp6Source, Direction::Reply) => self.value(Field::Ip6Destination)?,
            (Field::OriginalSourcePort, Direction::Original)
            | (Field::OriginalDestinationPort | Field::ReplySourcePort, Direction::Reply) => {
                self.value(Field::SourcePort)?
            }
            (Field::OriginalDestinationPort | Field::ReplySourcePort, Direction::Original)
            | (Field::OriginalSourcePort, Direction::Reply) => {
                self.value(Field::DestinationPort)?
            }
            _ => return None,
        })
    }

    fn of_connection_told(&self, field: Field) -> Option<Value> {
        if let (Field::OriginalIp4Destination, Some((address, _))) = (field, self.sent_to) {
            return Some(Value::Ip4(address.into()));
        }
        Some(match (field, self.about?) {
            (Field::OriginalIp4Source, (IpAddr::V4(address), _))
            | (Field::OriginalIp4Destination | Field::ReplyIp4Source, (_, IpAddr::V4(address))) => {
                Value::Ip4(address.into())
            }
            (Field::OriginalIp6Source, (IpAddr::V6(address), _))
            | (Field::OriginalIp6Destination | Field::ReplyIp6Source, (_, IpAddr::V6(address))) => {
                Value::Ip6(address.into())
            }
            _ => return None,
        })
    }

    fn value(&self, field: Field) -> Option<Value> {
        Some(match (field, self.addresses, self.transport) {
            (Field::IpVersion, Some(Addresses::V4 { .. }), _) => Value::IpVersion(IpVersion::V4),
            (Field::IpVersion, Some(Addresses::V6 { .. }), _) => Value::IpVersion(IpVersion::V6),
            (Field::Ip4Source, Some(Addresses::V4 { source, .. }), _) => {
                Value::Ip4(Ipv4Net::from(source))
            }
            (Field::Ip4Destination, Some(Addresses::V4 { destination, .. }), _) => {
                Value::Ip4(Ipv4Net::from(destination))
            }
            (Field::Ip6Source, Some(Addresses::V6 { source, .. }), _) => {
                Value::Ip6(Ipv6Net::from(source))
            }
            (Field::Ip6Destination, Some(Addresses::V6 { destination, .. }), _) => {
                Value::Ip6(Ipv6Net::from(destination))
            }
            (Field::HopLimit, Some(Addresses::V6 { hop_limit, .. }), _) => {
                Value::HopLimit(hop_limit)
            }
            (Field::SourcePort, _, Some(transport)) => Value::Port(transport.ports()?.0),
            (Field::DestinationPort, _, Some(transport)) => Value::Port(transport.ports()?.1),
            (Field::IcmpType, _, Some(Transport::Icmp(kind) | Transport::Icmpv6(kind))) => {
                Value::IcmpType(kind)
            }
            (Field::SocketUid, _, _) => Value::Uid(self.uid?),
            (Field::VlanId, _, _) => Value::VlanId(self.vlan?),
            (Field::SourceMac, _, _) => Value::Mac(self.card?),
            (Field::DestinationMac, _, _) => Value::Mac(self.card_to?),
            (Field::EtherType, _, _) => Value::EtherType(self.inner_tag?),
            _ => return None,
        })
    }
}

impl Transport {
    fn protocol(self) -> Option<Protocol> {
        match self {
            Self::Tcp { .. } => Some(Protocol::Tcp),
            Self::Udp { .. } => Some(Protocol::Udp),
            Self::Icmp(_) => Some(Protocol::Icmp),
            Self::Icmpv6(_) => Some(Protocol::Icmpv6),
            Self::Other(number) => [Protocol::Icmp, Protocol::Tcp, Protocol::Udp, Protocol::Icmpv6]
                .into_iter()
                .find(|protocol| protocol.number() == number),
        }
    }

    fn ports(self) -> Option<(u16, u16)> {
        match self {
            Self::Tcp { source, destination } | Self::Udp { source, destination } => {
                Some((source, destination))
            }
            Self::Icmp(_) | Self::Icmpv6(_) | Self::Other(_) => None,
        }
    }
}

fn interface(name: Option<&InterfaceName>) -> Read {
    name.map_or(Read::Unnamed, |name| Read::Value(Value::Interface(name.clone())))
}

fn has_input(hook: Hook) -> bool {
    hook != Hook::Output
}

fn has_output(hook: Hook) -> bool {
    !matches!(hook, Hook::Prerouting | Hook::Input)
}
