//! The link plan of a box: one VLAN-aware bridge. Needs a kernel with VLAN filtering and 8021q, which
//! a build machine may lack: `tests/vm/kernel-vlan` runs it on the image's kernel.

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
use std::time::{Duration, Instant};

use common::{in_new_namespace, run};
use firewall::ir::InterfaceName;
use kernel::links::apply;
use kernel::namespace::Namespace;
use network::links::{
    self, Bridge, BridgePort, InterfaceAddresses, LinkPlan, Neighbour, PortVlan, VlanDevice,
};
use serde_json::Value;
use testkit::Wire;

const ROUTER_MAC: [u8; 6] = [2, 1, 2, 3, 4, 5];
const CRM_MAC: [u8; 6] = [6, 1, 2, 3, 4, 5];

fn interface(name: &str) -> InterfaceName {
    InterfaceName::new(name).expect(name)
}

/// Office in VLAN 10 on an access port and a trunk; the CRM in the VLAN given, on the trunk too.
fn plan(namespace: &str, crm: u16) -> LinkPlan {
    let access = |vlan| PortVlan { vlan, untagged: true };
    let tagged = |vlan| PortVlan { vlan, untagged: false };
    let port = |name: &str, vlans: Vec<PortVlan>, static_macs: Vec<[u8; 6]>| BridgePort {
        interface: interface(name),
        bridge: interface("br0"),
        vlans,
        static_macs,
    };
    let device =
        |name: &str, vlan| VlanDevice { name: interface(name), parent: interface("br0"), vlan };
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
        bridges: vec![Bridge {
            name: interface("br0"),
            vlan_filtering: true,
            own_vlans: vec![10, crm],
            mac: ROUTER_MAC,
        }],
        vlan_devices: vec![device("z-office", 10), device("z-crm", crm)],
        ports: vec![
            port("lan1", vec![access(10)], Vec::new()),
            port("trunk", vec![tagged(10), tagged(crm)], Vec::new()),
            port("crm0", vec![access(crm)], vec![CRM_MAC]),
        ],
        addresses: vec![
            addresses("br0", &[]),
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
        forwarding: false,
    }
}

fn words(plan: &LinkPlan) -> Vec<String> {
    apply(plan).expect("the plan is brought about").iter().map(ToString::to_string).collect()
}

/// VLANs of a port as bridge(8) lists them: id, and `true` when it is the untagged one.
fn vlans(port: &str) -> Vec<(u64, bool)> {
    let text = run(&["bridge", "-j", "vlan", "show"]);
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let ports = all.as_array().expect("a list").iter();
    let of_port = ports.filter(|entry| entry["ifname"] == port);
    of_port
        .flat_map(|entry| entry["vlans"].as_array().expect("a list").clone())
        .map(|vlan| {
            let flags = vlan["flags"].to_string();
            let untagged = flags.contains("PVID") && flags.contains("Untagged");
            assert_eq!(flags.contains("PVID"), flags.contains("Untagged"));
            (vlan["vlan"].as_u64().expect("a number"), untagged)
        })
        .collect()
}

fn connect(from: &Namespace, router: &str) {
    let listener = TcpListener::bind(router).expect("the router's address is there");
    let to = router.parse().expect("an address");
    from.run(|| {
        TcpStream::connect_timeout(&to, Duration::from_secs(5)).expect("the router is reached")
    })
    .expect("entered");
    listener.accept().expect("it came");
}

#[test]
#[ignore = "needs a kernel with VLAN filtering and 8021q"]
fn a_box_s_links() {
    let name = format!("vlan-{}", std::process::id());
    in_new_namespace(|| {
        run(&["ip", "link", "add", "lan1", "type", "veth", "peer", "name", "pc1"]);
        run(&["ip", "link", "add", "trunk", "type", "veth", "peer", "name", "switch"]);
        words(&plan(&name, 30));
        assert_eq!(words(&plan(&name, 30)), Vec::<String>::new());
        assert_eq!(vlans("br0"), [(10, false), (30, false)]);
        assert_eq!(vlans("lan1"), [(10, true)]);
        assert_eq!(vlans("trunk"), [(10, false), (30, false)]);
        assert_eq!(vlans("crm0"), [(30, true)]);
        let fdb = run(&["bridge", "fdb", "show", "dev", "crm0"]);
        assert!(fdb.contains("06:01:02:03:04:05 vlan 30 sticky master br0 static"), "{fdb}");
        let crm = Namespace::open(&name).expect("it was made");
        connect(&crm, "192.168.30.1:7");
        connect(&crm, "[fd00:1:2:30::1]:7");

        // The CRM moves to another VLAN, and the box is asked to mend a port on the way.
        run(&["bridge", "vlan", "add", "dev", "lan1", "vid", "31"]);
        let changes = words(&plan(&name, 31));
        assert!(changes.contains(&"take lan1 out of VLAN 31".to_owned()), "{changes:#?}");
        assert_eq!(words(&plan(&name, 31)), Vec::<String>::new());
        assert_eq!(vlans("br0"), [(10, false), (31, false)]);
        assert_eq!(vlans("lan1"), [(10, true)]);
        assert_eq!(vlans("trunk"), [(10, false), (31, false)]);
        assert_eq!(vlans("crm0"), [(31, true)]);
        let fdb = run(&["bridge", "fdb", "show", "dev", "crm0"]);
        assert!(fdb.contains("06:01:02:03:04:05 vlan 31 sticky master br0 static"), "{fdb}");
        assert!(!fdb.contains("vlan 30"), "{fdb}");
        connect(&crm, "192.168.30.1:7");
        connect(&crm, "[fd00:1:2:30::1]:7");
    });
    run(&["ip", "netns", "delete", &name]);
}

fn forwarding(port: &str) -> String {
    run(&["bridge", "fdb", "show", "dev", port])
}

/// Sends a frame with VLAN 30's tag from that MAC address to all.
fn send(wire: &Wire, mac: [u8; 6]) {
    let (to, tag, kind) = ([0xff; 6], [0x81, 0, 0, 30], [0x88, 0xb5]);
    let frame = [&to[..], &mac, &tag, &kind, &[0; 46]].concat();
    wire.send(&frame).expect("sent");
}

/// Waits until the bridge has that address on the port; it tells nobody when it learns.
fn wait_for(port: &str, mac: &str) {
    let end = Instant::now() + Duration::from_secs(20);
    while !forwarding(port).contains(mac) {
        assert!(Instant::now() < end, "{mac} is not on {port}: {}", forwarding(port));
    }
}

#[test]
#[ignore = "needs a kernel with VLAN filtering and 8021q"]
fn nobody_takes_the_crm_s_address_over() {
    const CRM: &str = "06:01:02:03:04:05";
    let name = format!("sticky-{}", std::process::id());
    in_new_namespace(|| {
        let switch = testkit::Namespace::new().expect("a namespace");
        run(&["ip", "link", "add", "lan1", "type", "veth", "peer", "name", "pc1"]);
        run(&["ip", "link", "add", "trunk", "type", "veth", "peer", "name", "switch"]);
        run(&["ip", "link", "set", "switch", "netns", &switch.path()]);
        switch.run(&["ip", "link", "set", "switch", "up"]).expect("it is up");
        words(&plan(&name, 30));
        let wire = Wire::open(&switch, "switch").expect("opens");

        // An entry that is only static moves: the frames really come.
        run(&["bridge", "fdb", "replace", CRM, "dev", "crm0", "master", "static", "vlan", "30"]);
        assert!(!forwarding("crm0").contains("sticky"), "{}", forwarding("crm0"));
        send(&wire, CRM_MAC);
        wait_for("trunk", CRM);
        let changes = words(&plan(&name, 30));
        assert!(
            changes.contains(&"add a static forwarding entry to crm0".to_owned()),
            "{changes:#?}"
        );
        assert!(!forwarding("trunk").contains(CRM), "{}", forwarding("trunk"));

        // Ours does not. The bridge learns in order: what comes after is on its port already.
        send(&wire, CRM_MAC);
        send(&wire, [2, 0, 0, 0, 0, 9]);
        wait_for("trunk", "02:00:00:00:00:09");
        assert!(!forwarding("trunk").contains(CRM), "{}", forwarding("trunk"));
        assert!(
            forwarding("crm0").contains(&format!("{CRM} vlan 30 sticky")),
            "{}",
            forwarding("crm0")
        );
        assert_eq!(words(&plan(&name, 30)), Vec::<String>::new());
    });
    run(&["ip", "netns", "delete", &name]);
}
