//! Devices in their zone: what they call themselves resolves at once, and takes no name from the box, from
//! a device with a fixed one, or from what computers look up by themselves. A real client asks a real
//! dnsmasq; the client is busybox's, which sends any name.

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::{Duration, Instant};

use host_api::{Lease, Request, Response};

use super::{ask, document, out, ready, run, work};

/// Gets an address in the office as this card, by this name; what the client was given.
fn get(mac: &str, name: &[&str]) -> Option<Ipv4Addr> {
    let office = std::env::var("OFFICE").unwrap();
    let link =
        |words: &[&str]| out(&[&["ip", "-n", &office, "link", "set", "eth0"], words].concat());
    link(&["address", mac]);
    let script = work().join("given");
    std::fs::write(&script, "#!/bin/sh\n[ \"$1\" != bound ] || echo \"given $ip\"\n").unwrap();
    out(&["chmod", "+x", script.to_str().unwrap()]);
    let client = ["busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", "5", "-T", "1", "-s"];
    let words = [&["ip", "netns", "exec", &office], &client[..], &[script.to_str().unwrap()], name];
    let said = run(&words.concat());
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    said.lines().find_map(|line| line.strip_prefix("given ")?.parse().ok())
}

/// What the name means in the office; none when there is no such name.
fn resolve(name: &str) -> Option<Ipv4Addr> {
    let office = std::env::var("OFFICE").unwrap();
    let asked = run(&[
        "ip",
        "netns",
        "exec",
        &office,
        "busybox",
        "nslookup",
        "-type=a",
        name,
        "192.168.10.1",
    ]);
    let said = String::from_utf8_lossy(&asked.stdout).into_owned();
    let after = said.split_once("\n\n").map(|(_, answer)| answer.to_owned()).unwrap_or_default();
    let address =
        after.lines().find_map(|line| line.strip_prefix("Address: ")?.trim().parse().ok());
    assert!(
        address.is_some() || said.contains("NXDOMAIN") || said.contains("No answer"),
        "{name}: {said}"
    );
    address
}

fn leases() -> Vec<Lease> {
    let request = Request::Leases { zone: "office".to_owned(), from: Ipv4Addr::UNSPECIFIED };
    match ask(&request).unwrap() {
        Response::Leases { leases } => leases,
        other => panic!("{other:?}"),
    }
}

fn mac(number: u8) -> String {
    format!("52:54:00:00:05:{number:02x}")
}

#[test]
#[ignore = "runs inside dev/world"]
fn n_names_of_devices() {
    ready();
    let office = std::env::var("OFFICE").unwrap();
    out(&["ip", "-n", &office, "address", "replace", "192.168.10.50/24", "dev", "eth0"]);
    let fixed = r#""vlan": 10, "reservations": [
        {"mac": "52:54:00:00:05:01", "address": "192.168.10.20", "name": "printer"},
        {"mac": "52:54:00:00:05:02", "address": "192.168.10.150"}],"#;
    let former = document();
    let with = former.replacen("\"vlan\": 10,", fixed, 1);
    assert_eq!(ask(&Request::Apply { document: with }).unwrap(), Response::Accepted);
    let printer = Some(Ipv4Addr::new(192, 168, 10, 20));
    let router = Some(Ipv4Addr::new(192, 168, 10, 1));
    // dnsmasq was started anew.
    let end = Instant::now() + Duration::from_secs(10);
    while run(&[
        "ip",
        "netns",
        "exec",
        &office,
        "busybox",
        "nslookup",
        "printer.internal",
        "192.168.10.1",
    ])
    .status
    .code()
        != Some(0)
    {
        assert!(Instant::now() < end, "no names after a change");
    }
    // Nobody has the printer's address yet, and the name is the printer's.
    assert_eq!(resolve("printer.internal"), printer);

    let given = get(&mac(0x10), &["-x", "hostname:reception-pc"]);
    let since = Instant::now();
    assert!(given.is_some(), "no address is given out");
    for name in ["reception-pc", "reception-pc.internal", "Reception-PC.INTERNAL"] {
        assert_eq!(resolve(name), given, "{name}");
    }
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());

    let hostile = [
        "gatehouse",
        "GateHouse",
        "gatehouse.internal",
        "gatehouse.",
        "crm",
        "CRM.internal",
        "crm.gatehouse",
        "crm.gatehouse.internal",
        "wpad",
        "WPAD",
        "wpad.internal",
        "Wpad.Internal",
        "wpad.",
        "wpad.internal.",
        "isatap",
        "isatap.internal",
        "localhost",
        "localhost.internal",
        "printer",
        "PRINTER",
        "printer.internal",
        "printer.",
    ];
    for (number, name) in (0x20..).zip(hostile) {
        // As the option of old (12), and as the whole name (81).
        get(&mac(number), &["-x", &format!("hostname:{name}")]);
        get(&mac(number + 0x40), &["-F", name]);
    }
    assert_eq!(resolve("gatehouse.internal"), router);
    assert_eq!(resolve("printer.internal"), printer);
    assert_eq!(resolve("printer"), printer);
    for name in ["gatehouse", "crm", "wpad", "isatap", "localhost"] {
        assert_eq!(resolve(name), None, "{name}");
        let whole = format!("{name}.internal");
        assert!(name == "gatehouse" || resolve(&whole).is_none(), "{whole}");
    }
    // Where the office may reach the CRM it has its name.
    assert_ne!(resolve("crm.gatehouse.internal").map(|a| a.octets()[2]), Some(10));

    // Those that have a fixed one get it, whatever they call themselves, and by no other name.
    assert_eq!(get(&mac(1), &["-x", "hostname:gatehouse"]), printer);
    assert_eq!(get(&mac(2), &["-x", "hostname:printer"]), Some(Ipv4Addr::new(192, 168, 10, 150)));
    assert_eq!((resolve("printer"), resolve("gatehouse")), (printer, None));
    let all = leases();
    assert!(all.is_sorted_by(|one, other| one.address < other.address), "{all:?}");
    let of = |address| all.iter().find(|lease| Some(lease.address) == address).unwrap();
    assert_eq!(
        (of(given).name.as_deref(), of(given).mac.as_str()),
        (Some("reception-pc"), mac(0x10).as_str())
    );
    assert_eq!(of(printer).name.as_deref(), Some("printer"));
    assert!(all.len() > 20 && all.iter().all(|lease| lease.expires.is_some()), "{all:?}");
    // Another zone has other names, and there is no zone of this name.
    let none = Request::Leases { zone: "../office".to_owned(), from: Ipv4Addr::UNSPECIFIED };
    assert_eq!(ask(&none).unwrap(), Response::Leases { leases: vec![] });
    assert!(Path::new(&work().join("state/leases/z-office.leases")).exists());
    assert_eq!(resolve("use-application-dns.net"), None);
    out(&["ip", "-n", &office, "link", "set", "eth0", "address", "52:54:00:67:01:02"]);
    assert_eq!(ask(&Request::Apply { document: former }).unwrap(), Response::Accepted);
}

/// A home router that was plugged in the wrong way round.
#[test]
#[ignore = "runs inside dev/world"]
fn r_a_device_that_gives_out_addresses_is_told_of() {
    ready();
    let office = std::env::var("OFFICE").unwrap();
    out(&["ip", "-n", &office, "address", "replace", "192.168.10.50/24", "dev", "eth0"]);
    let end = Instant::now() + Duration::from_secs(70);
    loop {
        let script = "echo offer > /dev/udp/192.168.10.1/68";
        run(&["ip", "netns", "exec", &office, "bash", "-c", script]);
        let Response::Status(status) = ask(&Request::Status).unwrap() else { panic!("no status") };
        let codes: Vec<_> = status.notices.iter().map(|notice| notice.code.as_str()).collect();
        if codes.contains(&"rogue_dhcp") {
            assert!(!codes.contains(&"rogue_router"), "{codes:?}");
            break;
        }
        assert!(Instant::now() < end, "{codes:?}");
        std::thread::yield_now();
    }
}
