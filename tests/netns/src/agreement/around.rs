//! What is around the router beside the places: more ports of its bridges, and routes.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use nix::net::if_::if_nametoindex;
use testkit::{Mac, Namespace, Wire, veth};

use super::draw::{behind, drawn_out};
use crate::place::Version;
use crate::rules::MOVED;
use crate::{Bench, Place, Reach};

/// A second port of the office's bridge, and the card behind it.
pub const NEIGHBOUR: (&str, Mac) = ("lan9", [2, 0, 0, 0, 1, 9]);
/// A third port of guest's bridge, and the card behind it: no device's own port.
pub const TRUNK: (&str, Mac) = ("lan8", [2, 0, 0, 0, 1, 8]);

/// Who is behind these ports.
pub struct Around {
    _neighbour: Namespace,
    _trunk: Namespace,
    /// The wire of the third port.
    pub trunk: Wire,
    /// Who listens to a group of a place, as a relay does: what nobody listens to the kernel drops before any
    /// rule is asked.
    listener: Option<UdpSocket>,
}

impl Around {
    /// Adds them. By the routes the provider would draw our own addresses out.
    pub fn of(bench: &Bench, reach: Reach) -> Self {
        let router = &bench.router;
        let host = |(port, mac): (&str, Mac), beside: Place| {
            let host = Namespace::new().expect("host");
            let [.., last] = mac;
            veth((router, port, [2, 0, 0, 0, 2, last]), (&host, "eth0", mac)).expect("link");
            let lines = [format!("link set {port} master {}", beside.interface())];
            router.ip(&lines).expect("port");
            host
        };
        let (neighbour, trunk) = (host(NEIGHBOUR, Place::Office), host(TRUNK, Place::Guest));
        let mut lines = Version::BOTH
            .map(|version| {
                let to = if version == Version::V4 { 28 } else { 124 };
                let provider = Place::Wan.address(version);
                format!("route add {}/{to} via {provider} dev wan0", drawn_out(version))
            })
            .to_vec();
        if reach == Reach::Ruled {
            let mac = text(Place::Office.mac());
            lines.push(format!("neighbour add 192.168.10.2 lladdr {mac} dev z-office"));
            lines.push(format!("address add {MOVED} dev {}", Place::Guest.interface()));
            lines.push(format!("route add {}/16 via 192.168.10.2 dev z-office", network()));
        }
        router.ip(&lines).expect("routes");
        // A frame for a card that the bridge does not know goes to all ports, and is judged for each.
        let known = [Place::Office, Place::Guest, Place::Second, Place::Peer, Place::Crm];
        let places = known.map(|place| (place.port(), place.mac()));
        for (port, mac) in places.into_iter().chain([NEIGHBOUR, TRUNK]) {
            let add = ["bridge", "fdb", "replace", &text(mac), "dev", port, "master", "static"];
            router.run(&add).expect("a card that the bridge knows");
        }
        let wire = Wire::open(&trunk, "eth0").expect("wire");
        Self { _neighbour: neighbour, _trunk: trunk, trunk: wire, listener: None }
    }

    /// Listens to the group at the place's interface, if it is a group.
    pub fn listen(&mut self, router: &Namespace, place: Place, group: Option<IpAddr>) {
        let Some(group) = group.filter(IpAddr::is_multicast) else { return self.ignore() };
        self.listener = Some(router.inside(|| {
            let any = if group.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
            let socket = UdpSocket::bind(any).expect("socket");
            match (group, place.gateway(Version::V4)) {
                (IpAddr::V4(group), IpAddr::V4(own)) => socket.join_multicast_v4(&group, &own),
                (IpAddr::V6(group), _) => {
                    let index = if_nametoindex(place.interface()).expect("interface");
                    socket.join_multicast_v6(&group, index)
                }
                _ => unreachable!("of one version"),
            }
            .expect("group");
            socket
        }));
    }

    /// Listens to no group.
    pub fn ignore(&mut self) {
        self.listener = None;
    }
}

fn network() -> Ipv4Addr {
    match behind() {
        IpAddr::V4(host) => Ipv4Addr::from_bits(host.to_bits() & 0xffff_0000),
        IpAddr::V6(_) => unreachable!("of version 4"),
    }
}

fn text(mac: Mac) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}
