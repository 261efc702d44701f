//! Who is where. Every place is one namespace with one interface; nothing in it answers by itself.

use std::net::IpAddr;

use testkit::Mac;

/// A sender or receiver around the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A host of `office`.
    Office,
    /// A host of `guest`.
    Guest,
    /// A host in the CRM's own VLAN.
    Peer,
    /// The CRM, behind `crm0`.
    Crm,
    /// The provider's router, behind the WAN port.
    Wan,
    /// A host on an interface that has no zone.
    Stray,
    /// A second host of `guest`, on another port.
    Second,
}

impl Place {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 7] =
        [Self::Office, Self::Guest, Self::Peer, Self::Crm, Self::Wan, Self::Stray, Self::Second];

    /// Name of the router's interface towards it.
    pub fn port(self) -> &'static str {
        match self {
            Self::Office => "lan1",
            Self::Guest => "lan2",
            Self::Peer => "lan3",
            Self::Crm => "crm0",
            Self::Wan => "wan0",
            Self::Stray => "lan4",
            Self::Second => "lan5",
        }
    }

    /// Interface of the router that packets from there come in on.
    pub fn interface(self) -> &'static str {
        match self {
            Self::Office => "z-office",
            Self::Guest | Self::Second => "z-guest",
            Self::Peer | Self::Crm => "z-crm",
            Self::Wan => "wan0",
            Self::Stray => "lan4",
        }
    }

    /// MAC address of the host.
    pub fn mac(self) -> Mac {
        [2, 0, 0, 0, 1, self.number()]
    }

    /// MAC address of the router's port; of a bridge when it has one.
    pub fn port_mac(self) -> Mac {
        [2, 0, 0, 0, 2, self.number()]
    }

    /// MAC address of the router's interface in that zone.
    pub fn gateway_mac(self) -> Mac {
        match self {
            Self::Office | Self::Guest => [2, 0, 0, 0, 3, self.number()],
            Self::Second => Self::Guest.gateway_mac(),
            Self::Peer | Self::Crm => [2, 0, 0, 0, 3, Self::Crm.number()],
            Self::Wan | Self::Stray => self.port_mac(),
        }
    }

    /// The host's address: IPv4 or IPv6.
    pub fn address(self, version: Version) -> IpAddr {
        let (v4, v6) = match self {
            Self::Office => ("192.168.10.10", "fd12:3456:789a:a::10"),
            Self::Guest => ("192.168.20.10", "fd12:3456:789a:14::10"),
            Self::Peer => ("192.168.30.20", "fd12:3456:789a:1e::20"),
            Self::Crm => ("192.168.30.10", "fd12:3456:789a:1e::a"),
            Self::Wan => ("10.99.0.1", "2a10:99::1"),
            Self::Stray => ("192.168.40.10", "fd12:3456:789a:28::10"),
            Self::Second => ("192.168.20.11", "fd12:3456:789a:14::11"),
        };
        version.pick(v4, v6)
    }

    /// The router's address there.
    pub fn gateway(self, version: Version) -> IpAddr {
        let (v4, v6) = match self {
            Self::Office => ("192.168.10.1", "fd12:3456:789a:a::1"),
            Self::Guest | Self::Second => ("192.168.20.1", "fd12:3456:789a:14::1"),
            Self::Peer | Self::Crm => ("192.168.30.1", "fd12:3456:789a:1e::1"),
            Self::Wan => ("10.99.0.2", "2a10:99::2"),
            Self::Stray => ("192.168.40.1", "fd12:3456:789a:28::1"),
        };
        version.pick(v4, v6)
    }

    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Office => 0,
            Self::Guest => 1,
            Self::Peer => 2,
            Self::Crm => 3,
            Self::Wan => 4,
            Self::Stray => 5,
            Self::Second => 6,
        }
    }
}

/// Version of the internet protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Version {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::V4, Self::V6];

    /// The address of this version.
    pub fn pick(self, v4: &str, v6: &str) -> IpAddr {
        match self {
            Self::V4 => v4.parse().expect("an IPv4 address"),
            Self::V6 => v6.parse().expect("an IPv6 address"),
        }
    }

    /// Ports of DHCP: the client's and the server's.
    pub fn dhcp(self) -> (u16, u16) {
        match self {
            Self::V4 => (68, 67),
            Self::V6 => (546, 547),
        }
    }

    /// A host on the internet, behind the provider's router.
    pub fn internet(self) -> IpAddr {
        self.pick("10.200.0.9", "2a10:200::9")
    }

    /// An office host that neither the CRM's list nor the management's list names.
    pub fn outsider(self) -> IpAddr {
        self.pick("192.168.10.200", "fd12:3456:789a:a::200")
    }
}
