//! Devices, connections, refusals, ports and traffic, as hostd sees them.

use host_api::seeing::{ConnectionsShown, Device, DevicesShown, Ending, Look};
use serde_json::json;

use crate::browser::{Browser, Disk};
use crate::hostd::Hostd;

const MAC: &str = "52:54:00:00:00:01";

fn device(number: u64) -> Device {
    Device {
        mac: format!("52:54:00:00:00:{number:02x}"),
        zone: "office".to_owned(),
        addresses: vec!["192.168.10.20".parse().unwrap()],
        first_seen: 1_800_000_000 + number,
        last_seen: 1_800_000_000 + number,
        new: true,
        ..Device::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_come_in_pages() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    site.hostd.now().devices = (1..=3).map(device).collect();
    let first = browser.get(&site, "/devices?limit=2&find=pc&zone=office&show=new").await.body;
    assert_eq!(first["next"], "2");
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    assert_eq!(first["items"][0]["firstSeen"], "2027-01-15T08:00:01Z");
    assert_eq!(first["counts"]["room"], 20_000);
    let last = browser.get(&site, "/devices?limit=2&cursor=2").await.body;
    assert_eq!(
        (&last["next"], &last["items"][0]["mac"]),
        (&json!(null), &json!("52:54:00:00:00:03"))
    );
    let Some(Look::Devices(page)) = site.hostd.now().looks.first().cloned() else { panic!() };
    assert_eq!((page.find.as_str(), page.zone.as_deref()), ("pc", Some("office")));
    assert_eq!((page.show, page.limit), (DevicesShown::New, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_wrongly_is_named() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let long = format!("/devices?find={}", "x".repeat(101));
    for (path, field) in [
        ("/devices?limit=0", "/limit"),
        ("/devices?limit=201", "/limit"),
        ("/devices?cursor=x", "/cursor"),
        ("/devices?show=some", "/show"),
        ("/devices?device=52:54", "/device"),
        ("/connections?order=age", "/order"),
        ("/connections?show=all", "/show"),
        ("/refused?order=bytes", "/order"),
        ("/traffic?device=x", "/device"),
        (long.as_str(), "/find"),
    ] {
        let answer = browser.get(&site, path).await;
        assert_eq!(answer.status, 422, "{path}");
        assert_eq!(answer.body["errors"][0]["field"], field, "{path}");
    }
    let known = json!({"macs": ["52:54:00:00:00:01", "nobody"]});
    let answer = browser.post(&site, "/devices/known", known).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.body["errors"][0]["field"]),
        (422, &json!("/macs/1"))
    );
    for both in [json!({}), json!({"device": MAC, "connection": key()})] {
        assert_eq!(browser.post(&site, "/connections/end", both).await.status, 422);
    }
    let mut broken = key();
    broken["source"] = json!("here");
    let answer = browser.post(&site, "/connections/end", json!({"connection": broken})).await;
    assert_eq!(answer.body["errors"][0]["field"], "/connection/source");
    assert!(site.hostd.now().looks.is_empty(), "hostd was asked");
}

fn key() -> serde_json::Value {
    json!({"id": 7, "protocol": 6, "source": "192.168.10.20", "sourcePort": 40_000,
        "destination": "2001:db8::1", "destinationPort": 443})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_ended_by_its_key_and_that_is_logged() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let page = browser.get(&site, "/connections?order=newest&device=52:54:00:00:00:01").await.body;
    let one = &page["items"][0];
    assert_eq!((&one["key"], &one["protocol"]), (&key(), &json!("tcp")));
    assert_eq!((&one["from"]["name"], &one["to"]["zone"]), (&json!("Reception-PC"), &json!("wan")));
    let ended = browser.post(&site, "/connections/end", json!({"connection": one["key"]})).await;
    assert_eq!(ended.body, json!({"count": 1}));
    let all = browser.post(&site, "/connections/end", json!({"device": "52:54:00:00:00:01"})).await;
    assert_eq!(all.body, json!({"count": 1}));
    let looks = site.hostd.now().looks.clone();
    let Look::Connections(asked) = &looks[0] else { panic!() };
    assert_eq!((asked.show, asked.device.as_deref()), (ConnectionsShown::Newest, Some(MAC)));
    assert!(matches!(&looks[1], Look::End(Ending::One(key)) if key.id == 7));
    assert_eq!(looks[2], Look::End(Ending::Device(MAC.to_owned())));
    browser.post(&site, "/devices/known", json!({"macs": [MAC]})).await;
    browser.post(&site, "/devices/forget", json!({"mac": MAC})).await;
    let log = site.log();
    let log: Vec<_> =
        log.iter().filter(|it| it.contains("device") || it.contains("connections")).collect();
    assert_eq!(
        log,
        ["connections-ended", "connections-ended", "devices-known", "device-forgotten"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_ports_and_traffic_are_told() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let refused = browser.get(&site, "/refused").await.body;
    let one = &refused["items"][0];
    assert_eq!((&one["why"], &one["rule"]), (&json!("rule"), &json!("rule_7_reject")));
    // Of a rule that there is no more it is known all the same what it did, and what for.
    let did = json!({"id": 7, "action": "reject", "comment": "No printing here"});
    assert_eq!(one["ruleDid"], did);
    assert_eq!((&one["protocol"], &one["count"]), (&json!("icmpv6"), &json!(3)));
    assert_eq!(refused["since"], "2027-01-15T08:00:00Z");
    let links = browser.get(&site, "/links").await.body;
    assert_eq!(
        (&links["ports"][0]["name"], &links["ports"][0]["speed"]),
        (&json!("office"), &json!(1000))
    );
    let traffic = browser.get(&site, "/traffic").await.body;
    assert_eq!(traffic, json!({"until": null, "series": [], "most": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn new_devices_are_written_down_together() {
    let site = Disk::new(Hostd::example()).start().await;
    let _ = Browser::admin(&site).await;
    site.hostd.now().devices = vec![device(1)];
    site.admin.settle().await;
    let entries = || site.log().into_iter().filter(|it| it.contains("device-new")).count();
    assert_eq!(entries(), 0, "those from before are on the page");
    site.hostd.now().devices.extend([device(2), device(3)]);
    site.admin.settle().await;
    site.admin.settle().await;
    assert_eq!(entries(), 1);
}
