//! A router with its neighbours, and the two questions of every scenario: does this packet arrive,
//! and does that one not? "Not" needs no waiting: after the packet the receiver asks the router by
//! ARP, and whatever the packet caused has arrived before the answer.

use std::cell::RefCell;
use std::net::IpAddr;

use firewall::ir::Ruleset;
use kernel::nft;
use nix::sched::{CpuSet, sched_getcpu, sched_setaffinity};
use nix::unistd::Pid;
use testkit::{
    Deliveries, Namespace, Packet, Seen, TcpFlags, Wire, arp_reply, ethernet, run_with_input, veth,
};

use crate::place::{Place, Version};
use crate::rules::{Reach, Rules};

/// What holds a box shut until its first ruleset: the very file of the image.
const LOCK: &str = include_str!("../../../image/rootfs/usr/lib/gatehouse/lock.nft");

/// The router and all places around it.
pub struct Bench {
    /// The router's namespace.
    pub router: Namespace,
    nodes: Vec<Node>,
    deliveries: Deliveries,
}

struct Node {
    wire: Wire,
    _namespace: Namespace,
}

impl Bench {
    /// Builds it and loads the ruleset.
    pub fn new(rules: Rules, reach: Reach) -> Self {
        let bench = Self::locked();
        bench.load(rules, reach);
        bench
    }

    /// Builds it as a box is before its first ruleset: links, addresses, the boot lock.
    pub fn locked() -> Self {
        // On one processor packets are handled in the order they are sent.
        let mut processor = CpuSet::new();
        processor.set(sched_getcpu().expect("a processor")).expect("its number");
        sched_setaffinity(Pid::from_raw(0), &processor).expect("stay on one processor");

        let router = Namespace::new().expect("router");
        prepare(&router);
        let hosts = Place::ALL.map(|place| host(&router, place));
        connect(&router);
        router.inside(|| run_with_input(&["nft", "-f", "-"], LOCK)).expect("boot lock");
        let open = |(place, namespace): (Place, Namespace)| {
            let wire = Wire::open(&namespace, "eth0").unwrap_or_else(|e| panic!("{place:?}: {e}"));
            Node { wire, _namespace: namespace }
        };
        let nodes = Place::ALL.into_iter().zip(hosts).map(open).collect();
        let deliveries = Deliveries::of(&router).expect("deliveries");
        Self { router, nodes, deliveries }
    }

    /// Loads the ruleset as the box does: checked, all or nothing, read back.
    pub fn load(&self, rules: Rules, reach: Reach) {
        self.load_ruleset(&rules.compile(reach));
    }

    /// Loads a ruleset that no settings make, likewise.
    pub fn load_ruleset(&self, ruleset: &Ruleset) {
        let checked = ruleset.check().expect("a ruleset that can be loaded");
        self.router.inside(|| {
            nft::replace(checked).expect("ruleset");
            let differences = nft::differences(checked).expect("read back");
            assert!(differences.is_empty(), "{differences:?}");
        });
    }

    /// The wire of a place.
    pub fn wire(&mut self, place: Place) -> &mut Wire {
        &mut self.nodes.get_mut(usize::from(place.number())).expect("place").wire
    }

    /// Sends a packet from there to the router.
    pub fn send(&mut self, from: Place, packet: &Packet) {
        self.send_bytes(from, &packet.bytes());
    }

    /// Sends the bytes of a packet from there to the router.
    pub fn send_bytes(&mut self, from: Place, packet: &[u8]) {
        self.wire(from).send_bytes(from.gateway_mac(), packet).expect("send");
    }

    /// Sends a frame from there as it is.
    pub fn send_frame(&mut self, from: Place, frame: &[u8]) {
        self.wire(from).send(frame).expect("send");
    }

    /// The packet arrives there.
    #[track_caller]
    pub fn passes(&mut self, from: Place, packet: &Packet, to: Place) -> Seen {
        self.send(from, packet);
        self.arrives(to, like(packet))
    }

    /// The packet does not arrive there, nor anything else because of it.
    #[track_caller]
    pub fn blocked(&mut self, from: Place, packet: &Packet, to: Place) {
        self.send(from, packet);
        self.nothing(to, like(packet));
    }

    /// A frame like this arrives.
    #[track_caller]
    pub fn arrives(&mut self, to: Place, wanted: impl Fn(&Seen) -> bool) -> Seen {
        let others = RefCell::new(Vec::new());
        let seen = self.wire(to).wait(|seen| {
            let found = wanted(seen);
            if !found {
                others.borrow_mut().push((seen.addresses, seen.protocol, seen.ports));
            }
            found
        });
        seen.expect("wire").unwrap_or_else(|| panic!("at {to:?} arrived only: {others:?}"))
    }

    /// No frame like this has arrived.
    #[track_caller]
    pub fn nothing(&mut self, to: Place, unwanted: impl Fn(&Seen) -> bool) {
        let arrived = self.arrived(to);
        if let Some(frame) = arrived.into_iter().find(|seen| unwanted(seen)) {
            panic!("arrived at {to:?}: {frame:?}");
        }
    }

    /// All frames that have arrived there since it was last asked.
    pub fn arrived(&mut self, at: Place) -> Vec<Seen> {
        let (IpAddr::V4(host), IpAddr::V4(gateway)) =
            (at.address(Version::V4), at.gateway(Version::V4))
        else {
            unreachable!("of version 4")
        };
        let mut request = arp_reply((at.mac(), host), ([0; 6], gateway));
        // Operation 1 asks, 2 answers.
        request.splice(6..8, [0, 1]);
        let wire = self.wire(at);
        wire.send(&ethernet(at.gateway_mac(), at.mac(), 0x0806, &request)).expect("send");
        let answer = |seen: &Seen| {
            seen.kind == 0x0806
                && seen.mac_source == at.gateway_mac()
                && seen.packet.get(6..8) == Some(&[0, 2])
        };
        let before = wire.until(answer).expect("wire");
        before.unwrap_or_else(|| panic!("the router does not answer ARP of {at:?}"))
    }

    /// The packet reaches the router itself.
    #[track_caller]
    pub fn reaches_box(&mut self, from: Place, packet: &Packet) {
        self.deliveries.forget().expect("deliveries");
        self.send(from, packet);
        let reached = self.deliveries.wait(packet).expect("deliveries");
        assert!(reached, "did not reach the box from {from:?}: {packet:?}");
    }

    /// The packet does not reach the router itself, and no answer comes back.
    #[track_caller]
    pub fn kept_from_box(&mut self, from: Place, packet: &Packet) {
        self.deliveries.forget().expect("deliveries");
        self.send(from, packet);
        let (source, _) = packet.seen().and_then(|seen| seen.addresses).expect("addresses");
        self.nothing(from, |seen| seen.destination() == Some(source));
        let reached = self.deliveries.has(packet).expect("deliveries");
        assert!(!reached, "reached the box from {from:?}: {packet:?}");
    }

    /// Opens a TCP connection through the router: SYN there, SYN/ACK back, ACK there. Gives the
    /// sender's address and port as the receiver sees them.
    #[track_caller]
    pub fn connect(
        &mut self,
        (from, source, port): (Place, IpAddr, u16),
        (to, destination, service): (Place, IpAddr, u16),
    ) -> (IpAddr, u16) {
        let there = Packet::new(source, destination);
        let syn = there.clone().tcp_at(port, service, TcpFlags::SYN, 1000, 0);
        let seen = self.passes(from, &syn, to);
        let outside = (seen.source().expect("source"), seen.ports.0);
        let back = Packet::new(destination, outside.0);
        let answer = back.tcp_at(service, outside.1, TcpFlags::SYN_ACK, 2000, 1001);
        self.send(to, &answer);
        self.arrives(from, |seen| {
            seen.destination() == Some(source) && seen.ports == (service, port)
        });
        self.passes(from, &there.tcp_at(port, service, TcpFlags::ACK, 1001, 2001), to);
        outside
    }
}

/// Whether a frame is this packet, its source address aside (which NAT changes).
pub fn like(packet: &Packet) -> impl Fn(&Seen) -> bool + use<> {
    let wanted = packet.seen().expect("a packet");
    move |seen| {
        seen.destination() == wanted.destination()
            && seen.protocol == wanted.protocol
            && seen.ports == wanted.ports
    }
}

/// Nothing but the ruleset is to protect: the kernel's own checks of addresses are off.
fn prepare(router: &Namespace) {
    for (name, value) in [
        ("ipv4/ip_forward", "1"),
        ("ipv6/conf/all/forwarding", "1"),
        ("ipv4/conf/all/rp_filter", "0"),
        ("ipv4/conf/default/rp_filter", "0"),
        ("ipv4/conf/default/accept_local", "1"),
        ("ipv4/conf/default/route_localnet", "1"),
        ("ipv4/conf/default/send_redirects", "0"),
        ("ipv4/conf/all/send_redirects", "0"),
        ("ipv4/icmp_ratelimit", "0"),
        ("ipv6/icmp/ratelimit", "0"),
    ] {
        router.sysctl(name, value).expect("sysctl");
    }
    let bridge = |place: Place| {
        let (name, mac) = (place.interface(), text(place.gateway_mac()));
        [
            format!(
                "link add {name} address {mac} type bridge mcast_snooping 0 \
                 stp_state 0"
            ),
            format!("link set {name} up"),
        ]
    };
    let bridges = [Place::Office, Place::Guest, Place::Crm].into_iter().flat_map(bridge);
    router.ip(&bridges.collect::<Vec<_>>()).expect("bridges");
}

fn host(router: &Namespace, place: Place) -> Namespace {
    let host = Namespace::new().expect("host");
    let ends = (router, place.port(), place.port_mac());
    veth(ends, (&host, "eth0", place.mac())).expect("link");
    if place.port() != place.interface() {
        router
            .ip(&[format!("link set {} master {}", place.port(), place.interface())])
            .expect("bridge port");
    }
    host
}

/// Addresses, routes, and who is at which MAC address: the router never has to ask.
fn connect(router: &Namespace) {
    let mut lines = Vec::new();
    for place in [Place::Office, Place::Guest, Place::Crm, Place::Wan, Place::Stray] {
        for (version, length, option) in [(Version::V4, 24, ""), (Version::V6, 64, " nodad")] {
            let address = place.gateway(version);
            lines.push(format!("address add {address}/{length} dev {}{option}", place.interface()));
        }
    }
    for version in Version::BOTH {
        for place in Place::ALL {
            let address = place.address(version);
            let (interface, mac) = (place.interface(), text(place.mac()));
            lines.push(format!("neighbour add {address} lladdr {mac} dev {interface}"));
        }
        let (office, mac) = (Place::Office.interface(), text(Place::Office.mac()));
        lines.push(format!("neighbour add {} lladdr {mac} dev {office}", version.outsider()));
        let provider = Place::Wan.address(version);
        lines.push(format!("route add default via {provider} dev wan0"));
    }
    router.ip(&lines).expect("addresses");
}

fn text(mac: testkit::Mac) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}
