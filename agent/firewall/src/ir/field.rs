//! What of a packet and its connection is looked at, and the constants it is compared with.

use ipnet::{Ipv4Net, Ipv6Net};

use super::InterfaceName;

/// Type of one part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// IPv4 address, 4 bytes.
    Ip4,
    /// IPv6 address, 16 bytes.
    Ip6,
    /// Interface name, 16 bytes, zero padded.
    Interface,
    /// Port, 2 bytes, network order.
    Port,
    /// Transport protocol number, 1 byte.
    Protocol,
    /// ICMP or ICMPv6 type, 1 byte.
    IcmpType,
    /// Connection tracking state bit, 4 bytes, host order.
    CtState,
    /// User id, 4 bytes, host order.
    Uid,
    /// MAC address, 6 bytes.
    Mac,
}

/// What of a packet is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// `meta iifname`.
    InputInterface,
    /// `meta oifname`.
    OutputInterface,
    /// `meta nfproto`: IPv4 or IPv6; only in `inet` tables.
    IpVersion,
    /// `meta l4proto`: the last header's protocol, past IPv6 extension headers.
    Protocol,
    /// `ip saddr`; needs [`Field::IpVersion`] 4 matched before it in the same rule.
    Ip4Source,
    /// `ip daddr`; likewise.
    Ip4Destination,
    /// `ip6 saddr`; needs IP version 6 matched before it.
    Ip6Source,
    /// `ip6 daddr`; likewise.
    Ip6Destination,
    /// `ip6 hoplimit`; likewise.
    HopLimit,
    /// `th sport`; needs protocol TCP or UDP matched before it.
    SourcePort,
    /// `th dport`; likewise.
    DestinationPort,
    /// `icmp type` or `icmpv6 type`; needs protocol ICMP or ICMPv6 matched before it.
    IcmpType,
    /// `meta skuid`: owner of the sending socket; only in output chains.
    SocketUid,
    /// `ct state`, in verdict maps only; elsewhere use [`Match::CtState`].
    CtState,
    /// `ct direction`: whether the packet goes the way of its connection's first one.
    CtDirection,
    /// `ct mark`: what [`Action::Admit`] last wrote on the packet's connection, 0 at first.
    CtMark,
    /// `ct original ip saddr`: source of the connection's first packet, before NAT. The packet itself
    /// may go either way. Guarded like [`Field::Ip4Source`].
    OriginalIp4Source,
    /// `ct original ip daddr`; likewise.
    OriginalIp4Destination,
    /// `ct original ip6 saddr`; likewise.
    OriginalIp6Source,
    /// `ct original ip6 daddr`; likewise.
    OriginalIp6Destination,
    /// `ct original proto-src`; likewise, guarded like [`Field::SourcePort`].
    OriginalSourcePort,
    /// `ct original proto-dst`; likewise.
    OriginalDestinationPort,
    /// `ct reply ip saddr`: who answers the connection, after NAT. The packet itself may go either way. Guarded
    /// like [`Field::Ip4Source`].
    ReplyIp4Source,
    /// `ct reply ip6 saddr`; likewise.
    ReplyIp6Source,
    /// `ct reply proto-src`; likewise, guarded like [`Field::SourcePort`].
    ReplySourcePort,
    /// `fib daddr type`: what the box knows of the destination, before routing.
    DestinationType,
    /// `vlan id`: id of the frame's 802.1Q tag; only in `bridge` tables, never negated.
    VlanId,
    /// `ether saddr`: the card that sent it on this link; nothing in output chains.
    SourceMac,
    /// `ether daddr`; only in `bridge` tables.
    DestinationMac,
    /// `meta protocol`: what the frame holds behind its first tag; only in `bridge` tables.
    EtherType,
}

/// A constant compared with a [`Field`] or kept in a set.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// Name of an interface.
    Interface(InterfaceName),
    /// 4 or 6.
    IpVersion(IpVersion),
    /// Transport protocol.
    Protocol(Protocol),
    /// IPv4 network; a single address is a /32.
    Ip4(Ipv4Net),
    /// IPv6 network; a single address is a /128.
    Ip6(Ipv6Net),
    /// TCP or UDP port.
    Port(u16),
    /// First and last of a range of ports, in sets only.
    Ports(u16, u16),
    /// ICMP or ICMPv6 type.
    IcmpType(u8),
    /// IPv6 hop limit.
    HopLimit(u8),
    /// User id.
    Uid(u32),
    /// State of the connection.
    CtState(CtState),
    /// Way of the packet within its connection.
    Direction(Direction),
    /// What is written on a connection.
    Mark(u32),
    /// VLAN id, 1 to 4094.
    VlanId(u16),
    /// MAC address.
    Mac([u8; 6]),
    /// What a frame holds.
    EtherType(EtherType),
    /// Kind of an address.
    AddressType(AddressType),
}

/// What the box knows of an address (`RTN_*` of linux/rtnetlink.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AddressType {
    /// The box itself has it.
    Local,
}

/// What a frame holds that rules name (IEEE 802 numbers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EtherType {
    /// A VLAN tag, 0x8100.
    Tag,
    /// A provider's VLAN tag, 0x88a8.
    ProviderTag,
}

/// Version of the internet protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IpVersion {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// Transport protocols that rules name (IANA protocol numbers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// 1.
    Icmp,
    /// 6.
    Tcp,
    /// 17.
    Udp,
    /// 58.
    Icmpv6,
}

/// States of connection tracking (`NF_CT_STATE_BIT` of linux/netfilter/nf_conntrack_common.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CtState {
    /// Packet belongs to no connection and cannot start one.
    Invalid,
    /// Part of a connection that has seen both directions.
    Established,
    /// Starts a connection that belongs to another (ICMP errors).
    Related,
    /// Starts a connection.
    New,
    /// Exempt from tracking.
    Untracked,
}

/// Way of a packet within its connection (`IP_CT_DIR_*` of linux/netfilter/nf_conntrack_tuple_common.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// From who opened it.
    Original,
    /// To who opened it.
    Reply,
}

impl Field {
    /// Type of the field when it is part of a key; `None` for fields that are compared only.
    pub fn key_type(self) -> Option<KeyType> {
        Some(match self {
            Self::InputInterface | Self::OutputInterface => KeyType::Interface,
            Self::Ip4Source
            | Self::Ip4Destination
            | Self::OriginalIp4Source
            | Self::OriginalIp4Destination
            | Self::ReplyIp4Source => KeyType::Ip4,
            Self::Ip6Source
            | Self::Ip6Destination
            | Self::OriginalIp6Source
            | Self::OriginalIp6Destination
            | Self::ReplyIp6Source => KeyType::Ip6,
            Self::SourcePort
            | Self::DestinationPort
            | Self::OriginalSourcePort
            | Self::OriginalDestinationPort
            | Self::ReplySourcePort => KeyType::Port,
            Self::Protocol => KeyType::Protocol,
            Self::IcmpType => KeyType::IcmpType,
            Self::SocketUid => KeyType::Uid,
            Self::CtState => KeyType::CtState,
            Self::SourceMac | Self::DestinationMac => KeyType::Mac,
            Self::IpVersion
            | Self::HopLimit
            | Self::CtDirection
            | Self::CtMark
            | Self::DestinationType
            | Self::VlanId
            | Self::EtherType => return None,
        })
    }

    /// Whether connection tracking is who knows it.
    pub fn is_of_connection(self) -> bool {
        matches!(
            self,
            Self::CtState
                | Self::CtDirection
                | Self::CtMark
                | Self::OriginalIp4Source
                | Self::OriginalIp4Destination
                | Self::OriginalIp6Source
                | Self::OriginalIp6Destination
                | Self::OriginalSourcePort
                | Self::OriginalDestinationPort
                | Self::ReplyIp4Source
                | Self::ReplyIp6Source
                | Self::ReplySourcePort
        )
    }
}

impl CtState {
    /// The word of nft(8).
    pub fn word(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Established => "established",
            Self::Related => "related",
            Self::New => "new",
            Self::Untracked => "untracked",
        }
    }
}

impl AddressType {
    /// The word of nft(8).
    pub fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
        }
    }

    /// The kernel's number.
    pub fn number(self) -> u32 {
        match self {
            Self::Local => 2,
        }
    }
}

impl EtherType {
    /// The word of nft(8).
    pub fn word(self) -> &'static str {
        match self {
            Self::Tag => "8021q",
            Self::ProviderTag => "8021ad",
        }
    }

    /// The number in the frame.
    pub fn number(self) -> u16 {
        match self {
            Self::Tag => 0x8100,
            Self::ProviderTag => 0x88a8,
        }
    }
}

impl Direction {
    /// The word of nft(8).
    pub fn word(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Reply => "reply",
        }
    }
}

impl Protocol {
    /// The word of nft(8).
    pub fn word(self) -> &'static str {
        match self {
            Self::Icmp => "icmp",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmpv6 => "ipv6-icmp",
        }
    }

    /// IANA number.
    pub fn number(self) -> u8 {
        match self {
            Self::Icmp => 1,
            Self::Tcp => 6,
            Self::Udp => 17,
            Self::Icmpv6 => 58,
        }
    }
}
