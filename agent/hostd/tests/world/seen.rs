//! What hostd sees of the network: devices, connections that it ends, what was refused, quarantine.

use std::env;
use std::net::IpAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use host_api::seeing::{ConnectionsShown, Device, DevicesShown, Ending, Look, Page, Seen, Why};
use host_api::{Request, Response};

use super::{apply, ask, document, out, ready, restart, run};

fn look(look: Look) -> Seen {
    match ask(&Request::Look(look)).unwrap() {
        Response::Seen(seen) => seen,
        other => panic!("{other:?}"),
    }
}

/// Looks until it is as wanted.
fn until<T>(what: &str, mut good: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(40);
    loop {
        if let Some(found) = good() {
            return found;
        }
        assert!(Instant::now() < end, "{what}");
        std::thread::yield_now();
    }
}

fn page<S: Default>() -> Page<S> {
    Page { limit: 200, ..Page::default() }
}

/// The office PC has its address and talks to the box.
fn office() -> (String, String) {
    let office = env::var("OFFICE").unwrap();
    out(&["ip", "-n", &office, "address", "replace", "192.168.10.50/24", "dev", "eth0"]);
    out(&["ip", "-n", &office, "route", "replace", "default", "via", "192.168.10.1"]);
    run(&["ip", "netns", "exec", &office, "ping", "-c1", "-W2", "192.168.10.1"]);
    let link = out(&["ip", "-n", &office, "-br", "link", "show", "eth0"]);
    let mac = link.split_whitespace().nth(2).unwrap().to_owned();
    (office, mac)
}

fn bash(namespace: &str, script: &str) -> Child {
    Command::new("ip")
        .args(["netns", "exec", namespace, "bash", "-c", script])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "runs inside dev/world"]
fn g_devices_come_and_are_kept() {
    ready();
    let (_, mac) = office();
    let find = || {
        let Seen::Devices { rows, counts } = look(Look::Devices(page())) else { panic!() };
        assert_eq!(rows.len(), counts.all);
        rows.into_iter().find(|row| row.mac == mac)
    };
    // Another test may have made it known by another address.
    let address: IpAddr = "192.168.10.50".parse().unwrap();
    let device = until("the office PC is seen", || {
        let whole = |device: &Device| device.port.is_some() && device.addresses.contains(&address);
        find().filter(|device| device.here && whole(device))
    });
    assert_eq!((device.zone.as_str(), device.port.as_deref()), ("office", Some("office")));
    assert!(device.new, "{device:?}");
    let macs = vec![mac.clone()];
    assert_eq!(look(Look::KnowDevices { macs: vec!["nonsense".to_owned()] }), Seen::Done(0));
    assert_eq!(look(Look::KnowDevices { macs }), Seen::Done(1));
    assert!(!find().unwrap().new);
    let show = DevicesShown::New;
    let Seen::Devices { rows, .. } = look(Look::Devices(Page { show, ..page() })) else { panic!() };
    assert!(rows.iter().all(|row| row.mac != mac));
    assert_eq!(look(Look::ForgetDevice { mac: mac.clone() }), Seen::Done(0), "it is there");
    let Seen::Links(links) = look(Look::Links) else { panic!() };
    let port = links.iter().find(|link| link.port.as_deref() == Some("office")).unwrap();
    assert!(port.linked && port.sent > 0 && port.zones == ["office"], "{port:?}");
}

#[test]
#[ignore = "runs inside dev/world"]
fn h_connections_are_listed_and_ended() {
    ready();
    let (office, mac) = office();
    let wan = env::var("WAN").unwrap();
    let mut server = bash(&wan, "exec timeout 60 nc -l -s 11.67.0.1 -p 7777 </dev/zero >/dev/null");
    let reads = "exec 3<>/dev/tcp/11.67.0.1/7777; while read -r -N 1000 -t 10 x <&3; do sleep 0.1; done; echo over";
    let mut client = until("the connection is open", || {
        let mut client = bash(&office, reads);
        #[allow(clippy::disallowed_methods, reason = "who finds no server ends within this time")]
        std::thread::sleep(Duration::from_millis(500));
        if client.try_wait().unwrap().is_some() { None } else { Some(client) }
    });
    let of = |show| Look::Connections(Page { find: "11.67.0.1".to_owned(), show, ..page() });
    let one = until("it is listed", || {
        let Seen::Connections { rows, .. } = look(of(ConnectionsShown::Bytes)) else { panic!() };
        rows.into_iter().find(|row| row.key.destination_port == 7777 && row.answered)
    });
    assert_eq!(one.from.zone.as_deref(), Some("office"));
    assert_eq!(one.from.mac.as_deref(), Some(mac.as_str()));
    assert_eq!(one.to.zone.as_deref(), Some("wan"));
    assert!(one.age.is_some(), "{one:?}");
    let other = host_api::seeing::ConnectionKey { id: one.key.id ^ 1, ..one.key.clone() };
    assert_eq!(look(Look::End(Ending::One(other))), Seen::Done(0));
    assert_eq!(look(Look::End(Ending::One(one.key.clone()))), Seen::Done(1));
    let ended = until("the client is told", || client.try_wait().unwrap());
    assert!(ended.success() || ended.code().is_some());
    let Seen::Connections { rows, .. } = look(of(ConnectionsShown::Newest)) else { panic!() };
    assert!(rows.iter().all(|row| row.key != one.key), "it is still listed");
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
#[ignore = "runs inside dev/world"]
fn i_what_was_refused_is_told_in_words() {
    ready();
    // The list of who may reach the CRM ends before this address.
    let (office, mac) = office();
    out(&["ip", "-n", &office, "address", "flush", "dev", "eth0"]);
    out(&["ip", "-n", &office, "address", "add", "192.168.10.150/24", "dev", "eth0"]);
    out(&["ip", "-n", &office, "route", "replace", "default", "via", "192.168.10.1"]);
    let tried = until("it is told", || {
        let connect = "exec 3<>/dev/tcp/192.168.30.10/443";
        run(&["ip", "netns", "exec", &office, "timeout", "1", "bash", "-c", connect]);
        let of = Page { find: "192.168.30.10".to_owned(), ..page() };
        let Seen::Refused { rows, .. } = look(Look::Refused(of)) else { panic!() };
        // Packets that were tried before are in the list as well.
        rows.into_iter().find(|row| row.port == 443 && row.from.mac.as_ref() == Some(&mac))
    });
    assert_eq!((tried.why, tried.port), (Why::CrmAddress, 443));
    assert_eq!(tried.from.zone.as_deref(), Some("office"));
    assert!(tried.from.mac.as_ref() == Some(&mac) && tried.count > 0);

    // An address that it kept from somewhere else.
    out(&["ip", "-n", &office, "address", "flush", "dev", "eth0"]);
    out(&["ip", "-n", &office, "address", "add", "10.99.0.5/24", "dev", "eth0"]);
    out(&["ip", "-n", &office, "route", "replace", "192.168.10.0/24", "dev", "eth0"]);
    let tried = until("it is told", || {
        run(&["ip", "netns", "exec", &office, "ping", "-c1", "-W1", "192.168.10.1"]);
        let of = Page { device: Some(mac.clone()), ..page() };
        let Seen::Refused { rows, .. } = look(Look::Refused(of)) else { panic!() };
        rows.into_iter().find(|row| row.why == Why::NoSuchNetwork)
    });
    assert_eq!((tried.source, tried.destination), ("10.99.0.5".parse().unwrap(), None));
    assert_eq!(tried.from.zone.as_deref(), Some("office"));
    out(&["ip", "-n", &office, "route", "del", "192.168.10.0/24", "dev", "eth0"]);
    out(&["ip", "-n", &office, "address", "flush", "dev", "eth0"]);
}

#[test]
#[ignore = "runs inside dev/world"]
fn j_a_device_in_quarantine_reaches_nobody_but_names() {
    ready();
    let (office, mac) = office();
    let former = document();
    let reaches = |port: u16, to: &str| {
        let script = format!("exec 3<>/dev/tcp/{to}/{port}");
        run(&["ip", "netns", "exec", &office, "timeout", "2", "bash", "-c", &script])
            .status
            .success()
    };
    assert!(reaches(53, "192.168.10.1"), "names, before");
    let lent = super::names::get(&mac, &[]).expect("an address, before");
    // It is used, so that the box ends what the device has with that address.
    let lent_net = format!("{lent}/24");
    out(&["ip", "-n", &office, "address", "add", &lent_net, "dev", "eth0"]);
    until("the address is seen", || {
        let from = lent.to_string();
        run(&["ip", "netns", "exec", &office, "ping", "-c1", "-W1", "-I", &from, "192.168.10.1"]);
        let Seen::Devices { rows, .. } = look(Look::Devices(page())) else { panic!() };
        let addresses = rows.into_iter().find(|row| row.mac == mac)?.addresses;
        addresses.contains(&IpAddr::V4(lent)).then_some(())
    });
    let mut wanted: serde_json::Value = serde_json::from_str(&former).unwrap();
    wanted["quarantine"] = serde_json::json!([mac]);
    let document = wanted.to_string();
    apply(document);
    assert!(reaches(53, "192.168.10.1"), "names, in quarantine");
    assert_eq!(super::names::get(&mac, &[]), Some(lent), "its address, in quarantine");
    out(&["ip", "-n", &office, "address", "del", &lent_net, "dev", "eth0"]);
    run(&["ip", "netns", "exec", &office, "ping", "-c1", "-W1", "192.168.10.1"]);
    let tried = until("it is told", || {
        reaches(7778, "11.67.0.1");
        let device = Some(mac.clone());
        let Seen::Refused { rows, .. } = look(Look::Refused(Page { device, ..page() })) else {
            panic!()
        };
        rows.into_iter().find(|row| row.port == 7778)
    });
    assert_eq!(tried.why, Why::Quarantined);
    let rules = super::on_box(&["nft", "list", "table", "bridge", "gatehouse"]);
    assert!(rules.contains("ether saddr @quarantine"), "{rules}");
    let Seen::Devices { rows, counts } = look(Look::Devices(page())) else { panic!() };
    assert_eq!(counts.quarantined, 1);
    assert!(rows.iter().any(|row| row.mac == mac && row.quarantined));
    restart();
    assert_eq!(
        super::document(),
        former.replace("\n}\n", &format!(",\n  \"quarantine\": [\n    \"{mac}\"\n  ]\n}}\n"))
    );
    apply(former);
}
