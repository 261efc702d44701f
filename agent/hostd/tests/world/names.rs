//! Devices in their zone: what they call themselves resolves at once, and takes no name from the box, from
//! a device with a fixed one, or from what computers look up by themselves. A real client asks a real
//! dnsmasq; the client is busybox's, which sends any name.

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::{Duration, Instant};

use host_api::seeing::{Look, Page, Refused, Seen, Why};
use host_api::{Lease, Notice, Request, Response};

use super::{apply, ask, document, out, ready, run, work};

/// Gets an address in the office as this card, by this name; what the client was given.
pub(super) fn get(mac: &str, name: &[&str]) -> Option<Ipv4Addr> {
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
    apply(with);
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
    apply(former);
}

/// The notice of the code, once there is one with these values; what else is told then.
fn told(code: &str, values: &[(&str, &str)], mut send: impl FnMut()) -> Vec<Notice> {
    let end = Instant::now() + Duration::from_secs(70);
    loop {
        send();
        let Response::Status(status) = ask(&Request::Status).unwrap() else { panic!("no status") };
        let is_it = |notice: &Notice| {
            let has = |(name, value): &(&str, &str)| {
                notice.values.get(*name).is_some_and(|known| known == value)
            };
            notice.code == code && values.iter().all(has)
        };
        if status.notices.iter().any(is_it) {
            return status.notices;
        }
        assert!(Instant::now() < end, "{code} {values:?}: {:?}", status.notices);
        std::thread::yield_now();
    }
}

/// What was refused to the device, for this reason.
fn refused(mac: &str, why: &Why) -> Refused {
    let page = Page { device: Some(mac.to_owned()), limit: 200, ..Page::default() };
    let Response::Seen(Seen::Refused { rows, .. }) =
        ask(&Request::Look(Look::Refused(page))).unwrap()
    else {
        panic!("nothing is seen")
    };
    let is_it = |row: &Refused| row.why == *why;
    rows.iter().find(|row| is_it(row)).cloned().unwrap_or_else(|| panic!("{rows:?}"))
}

/// The card of a client.
fn card_of(namespace: &str) -> String {
    let link = out(&["ip", "-n", namespace, "-br", "link", "show", "eth0"]);
    link.split_whitespace().nth(2).unwrap().to_owned()
}

/// A home router that was plugged in the wrong way round, and a PC that would be the router.
#[test]
#[ignore = "runs inside dev/world"]
fn r_a_device_that_gives_out_addresses_is_told_of() {
    ready();
    let (office, guest) = (std::env::var("OFFICE").unwrap(), std::env::var("GUEST").unwrap());
    out(&["ip", "-n", &office, "address", "replace", "192.168.10.50/24", "dev", "eth0"]);
    // It has a name, as such a device would: it asked for an address of its own.
    let card = card_of(&office);
    assert!(get(&card, &["-x", "hostname:till"]).is_some(), "no address is given out");
    let device = format!("till ({card})");
    let place = [("device", device.as_str()), ("zone", "office"), ("port", "office")];
    let notices = told("rogue_dhcp_in_zone_at_port", &place, || {
        run(&["ip", "netns", "exec", &office, "ping", "-c1", "-W1", "192.168.10.1"]);
        let script = "echo offer > /dev/udp/192.168.10.1/68";
        run(&["ip", "netns", "exec", &office, "bash", "-c", script]);
    });
    assert!(notices.iter().all(|notice| !notice.code.starts_with("rogue_router")), "{notices:?}");
    let row = refused(&card, &Why::RogueDhcp);
    assert_eq!((row.from.zone.as_deref(), row.at.as_deref()), (Some("office"), Some("office")));
    assert_eq!((row.from.name.as_deref(), row.port), (Some("till"), 68));

    let card = card_of(&guest);
    let advertise = "import socket\n\
        s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)\n\
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)\n\
        to = ('ff02::1', 0, 0, socket.if_nametoindex('eth0'))\n\
        s.sendto(bytes([134, 0, 0, 0, 64, 0, 7, 8] + 8 * [0]), to)\n";
    let notices =
        told("rogue_router_in_zone_at_port", &[("zone", "guest"), ("port", "guest")], || {
            out(&["ip", "netns", "exec", &guest, "python3", "-c", advertise]);
        });
    let names_card =
        |notice: &Notice| notice.values.get("device").is_some_and(|device| device.contains(&card));
    assert!(notices.iter().any(names_card), "{card}: {notices:?}");
    let row = refused(&card, &Why::RogueRouter);
    assert_eq!((row.from.zone.as_deref(), row.at.as_deref()), (Some("guest"), Some("guest")));
}
