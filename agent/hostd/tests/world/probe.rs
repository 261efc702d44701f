//! Packets that are really sent: what is allowed arrives, what is not does not, a rule that is not there is
//! noticed, and nothing is left over, also when hostd is killed in the middle.

use std::env;
use std::thread;
use std::time::{Duration, Instant};

use host_api::{NoProbe, Probe, ProbePlace, ProbeReport, ProbeTraffic, Request, Response};

use super::{apply, ask, document, hostd, on_box, out, ready, restart};

const WEB: ProbeTraffic = ProbeTraffic::Tcp(443);
const EACH: [ProbeTraffic; 3] = [WEB, ProbeTraffic::Udp(443), ProbeTraffic::Ping];

fn zone(name: &str) -> ProbePlace {
    ProbePlace::Zone(name.to_owned())
}

fn request(from: ProbePlace, to: ProbePlace, traffic: ProbeTraffic, v6: bool) -> Request {
    Request::Probe(Probe { from, to, traffic, v6 })
}

fn tried(from: ProbePlace, to: ProbePlace, traffic: ProbeTraffic, v6: bool) -> ProbeReport {
    let since = Instant::now();
    let asked = ask(&request(from.clone(), to.clone(), traffic, v6)).unwrap();
    assert!(since.elapsed() < Duration::from_secs(4), "{:?}", since.elapsed());
    match asked {
        Response::Probed(report) => report,
        other => panic!("{from:?} to {to:?}, {traffic:?}, v6 {v6}: {other:?}"),
    }
}

fn arrives(from: ProbePlace, to: ProbePlace, traffic: ProbeTraffic, v6: bool) -> bool {
    tried(from, to, traffic, v6).arrived.is_some()
}

fn nothing_left_over() {
    let links = on_box(&["ip", "-o", "link"]);
    assert!(!links.contains("probe"), "{links}");
    let status = ready();
    assert!(status.unknown.iter().all(|card| !card.interface.contains("probe")), "{status:?}");
}

#[test]
#[ignore = "runs inside dev/world"]
fn packets_arrive_where_the_rules_let_them() {
    ready();
    for v6 in [false, true] {
        for traffic in EACH {
            assert!(!arrives(zone("guest"), zone("office"), traffic, v6), "{traffic:?} {v6}");
            assert!(!arrives(zone("office"), zone("crm"), traffic, v6), "{traffic:?} {v6}");
            assert!(!arrives(zone("crm"), zone("office"), traffic, v6), "{traffic:?} {v6}");
        }
        // The office manages the box, guests do not.
        assert!(arrives(zone("office"), ProbePlace::Box, WEB, v6));
        assert!(arrives(zone("office"), ProbePlace::Box, ProbeTraffic::Ping, v6));
        assert!(!arrives(zone("guest"), ProbePlace::Box, WEB, v6));
        assert!(arrives(zone("guest"), ProbePlace::Box, ProbeTraffic::Udp(53), v6));
        assert!(!arrives(zone("crm"), ProbePlace::Box, ProbeTraffic::Udp(53), v6));
        assert!(!arrives(ProbePlace::Box, zone("office"), WEB, v6));
        assert!(!arrives(ProbePlace::Wan, zone("office"), WEB, v6));
    }
    for traffic in EACH {
        assert!(arrives(zone("office"), ProbePlace::Wan, traffic, false), "{traffic:?}");
        assert!(!arrives(ProbePlace::Wan, ProbePlace::Box, traffic, false), "{traffic:?}");
    }
    // The allowed half of the CRM's list: the box takes the highest free address, so all may.
    let former = document();
    let mut open: serde_json::Value = serde_json::from_str(&former).unwrap();
    open["crm"]["reachable_from"][0]["addresses"] = "all".into();
    let open = settings::parse(open.to_string().as_bytes()).unwrap().to_json();
    apply(open);
    for v6 in [false, true] {
        assert!(arrives(zone("office"), zone("crm"), WEB, v6));
        assert!(!arrives(zone("office"), zone("crm"), ProbeTraffic::Tcp(22), v6));
    }
    apply(former);
    nothing_left_over();
}

#[test]
#[ignore = "runs inside dev/world"]
fn an_address_is_taken_that_nobody_has() {
    ready();
    let office = env::var("OFFICE").unwrap();
    let highest = tried(zone("office"), ProbePlace::Box, WEB, false).source.to_string();
    assert_eq!(highest, "192.168.10.254");
    out(&["ip", "-n", &office, "address", "add", "192.168.10.254/24", "dev", "eth0"]);
    let next = tried(zone("office"), ProbePlace::Box, WEB, false).source.to_string();
    assert_eq!(next, "192.168.10.253");
    out(&["ip", "-n", &office, "address", "flush", "dev", "eth0"]);
}

#[test]
#[ignore = "runs inside dev/world"]
fn a_rule_that_is_not_there_is_noticed() {
    ready();
    assert!(!arrives(zone("guest"), zone("office"), WEB, false));
    on_box(&["nft", "insert", "rule", "inet", "gatehouse", "forward", "accept"]);
    for traffic in EACH {
        assert!(arrives(zone("guest"), zone("office"), traffic, false), "{traffic:?}");
    }
    // Also from outside, where the packet is made here and comes in by the WAN port.
    assert!(arrives(ProbePlace::Wan, zone("office"), WEB, false));
    // hostd puts its own rules back.
    restart();
    assert!(!arrives(zone("guest"), zone("office"), WEB, false));
    assert!(!arrives(ProbePlace::Wan, zone("office"), WEB, false));
    nothing_left_over();
}

#[test]
#[ignore = "runs inside dev/world"]
fn one_at_a_time_and_hostd_goes_on_meanwhile() {
    ready();
    let first = thread::spawn(|| arrives(zone("guest"), zone("office"), WEB, false));
    let end = Instant::now() + Duration::from_secs(5);
    while !on_box(&["ip", "-o", "link"]).contains("probe0") {
        assert!(Instant::now() < end, "it was not begun");
    }
    let other = ask(&request(zone("office"), ProbePlace::Box, WEB, false)).unwrap();
    assert_eq!(other, Response::NoProbe(NoProbe::Running), "two at a time");
    let since = Instant::now();
    assert!(matches!(ask(&Request::Status).unwrap(), Response::Status(_)));
    assert!(since.elapsed() < Duration::from_millis(500), "{:?}", since.elapsed());
    assert!(!first.join().unwrap());
    let refused = |from, to, v6| match ask(&request(from, to, WEB, v6)).unwrap() {
        Response::NoProbe(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(zone("office"), zone("nowhere"), false), NoProbe::NoZone);
    assert_eq!(refused(zone("office"), zone("office"), false), NoProbe::SamePlace);
    assert_eq!(refused(zone("office"), ProbePlace::Wan, true), NoProbe::NoRoute);
}

#[test]
#[ignore = "runs inside dev/world"]
fn killed_in_the_middle_it_leaves_nothing() {
    ready();
    let asked = thread::spawn(|| ask(&request(zone("guest"), zone("office"), WEB, false)));
    let end = Instant::now() + Duration::from_secs(5);
    while !on_box(&["ip", "-o", "link"]).contains("probe1") {
        assert!(Instant::now() < end, "it was not begun");
    }
    out(&["kill", "-KILL", &hostd()]);
    assert!(asked.join().unwrap().is_err(), "hostd answered");
    // The kernel takes the ends away with the last of their holders.
    let end = Instant::now() + Duration::from_secs(5);
    while on_box(&["ip", "-o", "link"]).contains("probe") {
        assert!(Instant::now() < end, "an end is left over");
    }
    // What somebody holds on to goes at the next start.
    let name = env::var("BOX").unwrap();
    ready();
    out(&["ip", "-n", &name, "link", "add", "probe0", "type", "veth", "peer", "name", "probe9"]);
    restart();
    nothing_left_over();
}
