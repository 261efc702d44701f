//! Connections that are open before the first packet is drawn: from before the rules, and such as they let pass.

use firewall::ENDED;
use testkit::run_with_input;

use super::connections::{Connection, Kind, Party};
use super::draw::within;
use crate::place::Version;
use crate::{Bench, Place, Reach};

/// Numbers of hosts that had an address of the router before the rules; no packet is drawn from them.
const LENT: u64 = 252;
/// Likewise, to which the router spoke.
const LENDS: u64 = 253;
/// The service whose connections somebody ended.
const ENDS: u16 = 7777;

/// Lets everything pass, and follows connections: how the box was before the rules.
const OPEN: &str = "
flush ruleset
table inet open {
    chain f { type filter hook forward priority 0; th dport 7777 ct mark set 0xffffffff; ct state new accept; }
    chain i { type filter hook input priority 0; th dport 7777 ct mark set 0xffffffff; ct state new accept; }
    chain o { type filter hook output priority 0; th dport 7777 ct mark set 0xffffffff; ct state new accept; }
    chain n { type nat hook postrouting priority 100; }
    chain r { type filter hook output priority -300; tcp flags & (fin|syn|rst) == rst drop; }
}
";

/// Connections from before the rules: of everybody with everybody.
pub fn former(bench: &mut Bench) -> Vec<Connection> {
    bench.router.inside(|| run_with_input(&["nft", "-f", "-"], OPEN)).expect("open rules");
    for kind in
        ["udp_timeout", "udp_timeout_stream", "icmp_timeout", "icmpv6_timeout", "tcp_timeout_close"]
    {
        let name = format!("netfilter/nf_conntrack_{kind}");
        bench.router.sysctl(&name, "3600").expect("connections are remembered");
    }
    let near =
        [Place::Office, Place::Guest, Place::Crm, Place::Wan].into_iter().flat_map(|place| {
            Version::BOTH.map(|version| {
                let (address, interface) =
                    (within(place.address(version), LENDS), place.interface());
                let mac = place.mac().map(|byte| format!("{byte:02x}")).join(":");
                format!("neighbour add {address} lladdr {mac} dev {interface}")
            })
        });
    bench.router.ip(&near.collect::<Vec<_>>()).expect("neighbours");
    let mut all = Vec::new();
    let mut port = 2000;
    for version in Version::BOTH {
        let hosts = [Place::Office, Place::Guest, Place::Peer, Place::Crm, Place::Wan];
        let host = |place: Place| party(Some(place), place.address(version));
        let outside = party(Some(Place::Wan), version.internet());
        let mut pairs: Vec<(Party, Party)> = Vec::new();
        for from in hosts {
            for to in hosts.into_iter().filter(|to| to.interface() != from.interface()) {
                pairs.push((host(from), host(to)));
            }
            if from != Place::Wan {
                pairs.push((host(from), outside));
            }
        }
        pairs.push((party(Some(Place::Office), version.outsider()), host(Place::Crm)));
        for (from, to) in pairs {
            for (kind, service) in [
                (Kind::Tcp, 443),
                (Kind::Tcp, 22),
                (Kind::Udp, 443),
                (Kind::Udp, 9999),
                (Kind::Ping, 0),
                (Kind::Tcp, ENDS),
                (Kind::Udp, ENDS),
            ] {
                port += 1;
                all.push(Connection::open(bench, from, to, kind, (port, service)));
            }
        }
        // With the router, both ways, over what needs no program there.
        for place in [Place::Office, Place::Guest, Place::Crm, Place::Wan] {
            let (router, host) = (party(None, place.gateway(version)), host(place));
            for service in [53, 123, 9999, ENDS] {
                port += 1;
                all.push(Connection::open(bench, host, router, Kind::Udp, (port, service)));
                port += 1;
                all.push(Connection::open(bench, router, host, Kind::Udp, (port, service)));
            }
            let near = |low| party(host.place, within(host.address, low));
            all.push(Connection::open(bench, near(LENT), router, Kind::Udp, (68, 67)));
            for service in [53, ENDS] {
                port += 1;
                all.push(Connection::open(bench, router, host, Kind::Tcp, (port, service)));
            }
            all.push(Connection::open(bench, router, near(LENDS), Kind::Udp, (67, 68)));
        }
    }
    for connection in all.iter_mut().filter(|connection| connection.ports.1 == ENDS) {
        connection.mark = ENDED;
    }
    all
}

/// Connections that the rules let pass.
pub fn admitted(bench: &mut Bench, reach: Reach, mark: u32) -> Vec<Connection> {
    let mut all = Vec::new();
    let mut port = 900;
    for version in Version::BOTH {
        let host = |place: Place| party(Some(place), place.address(version));
        let outside = party(Some(Place::Wan), version.internet());
        let mut ways = vec![
            (host(Place::Office), outside, Kind::Tcp, 443),
            (host(Place::Office), outside, Kind::Udp, 9999),
            (host(Place::Office), outside, Kind::Ping, 0),
            (host(Place::Guest), outside, Kind::Tcp, 80),
            (host(Place::Guest), outside, Kind::Udp, 443),
            (host(Place::Guest), party(None, Place::Guest.gateway(version)), Kind::Udp, 123),
            (host(Place::Office), party(None, Place::Office.gateway(version)), Kind::Udp, 53),
        ];
        if version == Version::V4 || reach != Reach::V4Only {
            ways.push((host(Place::Office), host(Place::Crm), Kind::Tcp, 443));
        }
        if reach == Reach::Neighbours {
            ways.push((host(Place::Guest), host(Place::Office), Kind::Tcp, 22));
            ways.push((host(Place::Office), host(Place::Guest), Kind::Tcp, 443));
        }
        for (from, to, kind, service) in ways {
            port += 1;
            let open = Connection::open(bench, from, to, kind, (port, service));
            all.push(Connection { mark, ..open });
        }
    }
    all
}

fn party(place: Option<Place>, address: std::net::IpAddr) -> Party {
    Party { place, address }
}
