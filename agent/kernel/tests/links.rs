//! Link plans brought about in throw-away namespaces, seen by ip(8) and by connections.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod common;

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use common::{in_new_namespace, run};
use firewall::ir::InterfaceName;
use kernel::links::{LinkError, apply};
use kernel::namespace::Namespace;
use network::links::{
    self, Bridge, BridgePort, InterfaceAddresses, LinkPlan, Neighbour, StaticRoute,
};
use serde_json::Value;

const ROUTER_MAC: [u8; 6] = [2, 1, 2, 3, 4, 5];
const CRM_MAC: [u8; 6] = [6, 1, 2, 3, 4, 5];

fn interface(name: &str) -> InterfaceName {
    InterfaceName::new(name).expect(name)
}

/// A namespace's name that no other test has; it is removed at the end.
struct Name(String);

impl Name {
    fn new(test: &str) -> Self {
        Self(format!("kernel-{}-{test}", std::process::id()))
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        let _ = std::process::Command::new("ip").args(["netns", "delete", &self.0]).status();
    }
}

/// Two plain bridges, an access port on each, the CRM on the second.
fn plan(namespace: &str) -> LinkPlan {
    let bridge = |name: &str, last: u8| Bridge {
        name: interface(name),
        vlan_filtering: false,
        own_vlans: Vec::new(),
        mac: [2, 1, 2, 3, 4, last],
    };
    let port = |name: &str, bridge: &str, static_macs: Vec<[u8; 6]>| BridgePort {
        interface: interface(name),
        bridge: interface(bridge),
        vlans: Vec::new(),
        static_macs,
    };
    let addresses = |name: &str, list: &[&str]| InterfaceAddresses {
        interface: interface(name),
        addresses: list.iter().map(|text| text.parse().expect(text)).collect(),
    };
    let neighbour = |name: &str, address: &str, mac| Neighbour {
        interface: interface(name),
        address: address.parse().expect(address),
        mac,
    };
    LinkPlan {
        bridges: vec![bridge("z-office", 1), bridge("z-crm", 5)],
        vlan_devices: Vec::new(),
        ports: vec![port("lan1", "z-office", Vec::new()), port("crm0", "z-crm", vec![CRM_MAC])],
        addresses: vec![
            addresses("z-office", &["192.168.10.1/24", "fd00:1:2:10::1/64"]),
            addresses("z-crm", &["192.168.30.1/24", "fd00:1:2:30::1/64"]),
        ],
        neighbours: vec![
            neighbour("z-crm", "192.168.30.10", CRM_MAC),
            neighbour("z-crm", "fd00:1:2:30::a", CRM_MAC),
        ],
        routes: Vec::new(),
        namespace: links::Namespace {
            name: namespace.to_owned(),
            outer: interface("crm0"),
            inner: interface("eth0"),
            inner_mac: CRM_MAC,
            addresses: ["192.168.30.10/24", "fd00:1:2:30::a/64"]
                .map(|text| text.parse().expect(text))
                .into(),
            gateway4: Some("192.168.30.1".parse().expect("v4")),
            gateway6: Some("fd00:1:2:30::1".parse().expect("v6")),
            neighbours: vec![
                neighbour("eth0", "192.168.30.1", ROUTER_MAC),
                neighbour("eth0", "fd00:1:2:30::1", ROUTER_MAC),
            ],
        },
        forwarding: true,
    }
}

fn words(plan: &LinkPlan) -> Vec<String> {
    apply(plan).expect("the plan is brought about").iter().map(ToString::to_string).collect()
}

fn with_ports<T: Send>(test: impl FnOnce() -> T + Send) -> T {
    in_new_namespace(|| {
        run(&["ip", "link", "add", "lan1", "type", "veth", "peer", "name", "pc1"]);
        run(&["ip", "link", "add", "lan2", "type", "veth", "peer", "name", "pc2"]);
        run(&["ip", "address", "add", "10.9.9.9/24", "dev", "lan1"]);
        test()
    })
}

fn connect(to: &str) -> TcpStream {
    let to = to.parse().expect(to);
    TcpStream::connect_timeout(&to, Duration::from_secs(2)).expect("it is reached")
}

fn json(command: &[&str]) -> Value {
    serde_json::from_str(&run(command)).expect("JSON")
}

#[test]
fn a_second_time_nothing_changes() {
    let name = Name::new("twice");
    with_ports(|| {
        let plan = plan(&name.0);
        let first = words(&plan);
        assert!(first.contains(&"make bridge z-office".to_owned()), "{first:#?}");
        assert_eq!(words(&plan), Vec::<String>::new());
        let link = json(&["ip", "-j", "-d", "link", "show", "z-office"]);
        assert_eq!(link[0]["address"], "02:01:02:03:04:01");
        let ports = json(&["ip", "-j", "link", "show", "master", "z-office"]);
        assert_eq!(ports.as_array().expect("list").len(), 1);
        assert_eq!(ports[0]["ifname"], "lan1");
        let addresses = run(&["ip", "-o", "address", "show", "dev", "lan1"]);
        assert_eq!(addresses, "", "a port has no address");
        let fdb = run(&["bridge", "fdb", "show", "dev", "crm0"]);
        assert!(fdb.contains("06:01:02:03:04:05 sticky master z-crm static"), "{fdb}");
        let neighbours = run(&["ip", "neighbour", "show", "dev", "z-crm", "nud", "permanent"]);
        assert!(neighbours.contains("fd00:1:2:30::a lladdr 06:01:02:03:04:05"), "{neighbours}");
        assert_eq!(run(&["cat", "/proc/sys/net/ipv4/ip_forward"]).trim(), "1");
        assert_eq!(run(&["cat", "/proc/sys/net/ipv6/conf/z-office/accept_ra"]).trim(), "0");
    });
}

#[test]
fn the_crm_reaches_the_router_in_both_versions_at_once() {
    let name = Name::new("ping");
    with_ports(|| {
        words(&plan(&name.0));
        let namespace = Namespace::open(&name.0).expect("it was made");
        // No address detection delays the first packet, and no ARP or ND is asked.
        for (router, crm) in
            [("192.168.30.1:7", "192.168.30.10:7"), ("[fd00:1:2:30::1]:7", "[fd00:1:2:30::a]:7")]
        {
            let listener = TcpListener::bind(router).expect("the router's address is there");
            namespace.run(|| connect(router)).expect("entered");
            listener.accept().expect("it came");
            let bound = namespace.run(|| TcpListener::bind(crm)).expect("entered");
            let listener = bound.expect("the CRM's address is there");
            connect(crm);
            listener.accept().expect("it came");
        }
        let routes = namespace.run(|| run(&["ip", "-6", "route"])).expect("entered");
        assert!(routes.contains("default via fd00:1:2:30::1 dev eth0"), "{routes}");
    });
}

#[test]
fn routes_come_and_go_and_those_of_others_stay() {
    let name = Name::new("routes");
    with_ports(|| {
        let without = plan(&name.0);
        let route = |via: &str| StaticRoute {
            network: "10.20.0.0/16".parse().expect("a network"),
            via: via.parse().expect("an address"),
            interface: interface("z-office"),
        };
        words(&without);
        run(&["ip", "route", "add", "10.30.0.0/16", "via", "192.168.10.9"]);
        for via in ["192.168.10.2", "192.168.10.3"] {
            let with = LinkPlan { routes: vec![route(via)], ..plan(&name.0) };
            assert!(words(&with).contains(&format!("add route to 10.20.0.0/16 by {via}")));
            assert_eq!(words(&with), [] as [String; 0]);
            let there = run(&["ip", "route", "show", "10.20.0.0/16"]);
            assert!(there.contains(&format!("via {via} dev z-office")), "{there}");
            assert_eq!(there.lines().count(), 1, "{there}");
        }
        assert_eq!(words(&without), ["remove route to 10.20.0.0/16 by 192.168.10.3"]);
        assert!(run(&["ip", "route", "show", "10.20.0.0/16"]).is_empty());
        let others = run(&["ip", "route", "show", "10.30.0.0/16"]);
        assert!(others.contains("via 192.168.10.9"), "{others}");
    });
}

#[test]
fn drift_is_repaired_and_others_are_left_alone() {
    let name = Name::new("drift");
    with_ports(|| {
        let plan = plan(&name.0);
        words(&plan);
        run(&["ip", "link", "set", "lan2", "master", "z-office"]);
        run(&["ip", "address", "add", "172.16.0.1/24", "dev", "z-office"]);
        run(&["ip", "address", "del", "192.168.10.1/24", "dev", "z-office"]);
        run(&["ip", "link", "add", "foreign", "type", "bridge"]);
        run(&["ip", "link", "add", "z-old", "type", "bridge"]);
        run(&["ip", "neighbour", "del", "192.168.30.10", "dev", "z-crm"]);
        run(&["ip", "link", "set", "z-crm", "down"]);
        let changes = words(&plan);
        for expected in [
            "remove z-old",
            "take lan2 off its bridge",
            "remove address 172.16.0.1/24 from z-office",
            "add address 192.168.10.1/24 to z-office",
            "add neighbour 192.168.30.10 on z-crm",
            "bring z-crm up",
        ] {
            assert!(changes.iter().any(|change| change == expected), "{expected}: {changes:#?}");
        }
        assert_eq!(words(&plan), Vec::<String>::new());
        run(&["ip", "link", "show", "foreign"]);
    });
}

#[test]
fn the_namespace_and_who_is_in_it_outlive_the_one_who_made_it() {
    let name = Name::new("outlive");
    let plan = plan(&name.0);
    let listener = with_ports(|| {
        words(&plan);
        let namespace = Namespace::open(&name.0).expect("it was made");
        let before = run(&["ip", "netns", "list"]);
        assert!(before.contains(&name.0), "ip netns knows it: {before}");
        let bound =
            namespace.run(|| TcpListener::bind("192.168.30.10:443").expect("address is there"));
        let listener = bound.expect("entered");
        // As after a restart of hostd: another look, other threads.
        assert_eq!(words(&plan), Vec::<String>::new());
        connect("192.168.30.10:443");
        listener.accept().expect("it came");
        listener
    });
    // The host's namespace is gone, and with it the veth pair; the CRM's is not.
    let (_, made) = Namespace::ensure(&name.0).expect("there");
    assert!(!made);
    drop(listener);
    with_ports(|| {
        let changes = words(&plan);
        assert!(changes.iter().any(|change| change.starts_with("make veth pair")), "{changes:#?}");
        assert!(!changes.iter().any(|change| change.starts_with("make namespace")));
    });
}

#[test]
fn names_the_interface_that_is_not_there() {
    let name = Name::new("absent");
    in_new_namespace(|| {
        let error = apply(&plan(&name.0)).expect_err("lan1 is not there");
        assert!(matches!(&error, LinkError::Absent(name) if name == "lan1"), "{error:?}");
    });
}
