//! The admins' bell: it tells in the reader's language what happened, whoever read something has read it after a
//! restart, too, what is muted does not ring, and every refusal names its field.

use host_api::HowEnded;
use host_api::seeing::Device;
use notify::{Alert, Count};
use serde_json::{Value, json};

use crate::browser::{Answer, Browser, Disk, EPOCH, Site};
use crate::hostd::Hostd;

const PORT: &str = "lan3";

fn rogue(count: u64) -> Alert {
    let device = Some("Router (52:54:00:00:00:07)".into());
    let (zone, port) = (Some(notify::Zone("guest".into())), Some(PORT.into()));
    Alert::RogueDhcp { device, zone, port, count: Count(count) }
}

async fn rings(site: &Site, alert: Alert) {
    site.bell.tell(alert);
    site.bell.ring().await.unwrap();
}

async fn alerts(browser: &mut Browser, site: &Site) -> Value {
    let told = browser.get(site, "/alerts").await;
    assert_eq!(told.status, 200, "{}", told.body);
    told.body
}

async fn unread(browser: &mut Browser, site: &Site) -> (u64, Value) {
    let told = browser.get(site, "/alerts/unread").await;
    assert_eq!(told.status, 200, "{}", told.body);
    (told.body["unread"].as_u64().unwrap(), told.body["gravest"].clone())
}

fn kinds(told: &Value) -> Vec<&str> {
    told["items"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_told_in_both_languages_and_stays_read_over_a_restart() {
    let disk = Disk::new(Hostd::example());
    let site = disk.start().await;
    let mut browser = Browser::admin(&site).await;
    rings(&site, Alert::SettingsLost {}).await;
    rings(&site, rogue(2)).await;
    site.clock.forward(60);
    rings(&site, rogue(5)).await;
    assert_eq!(unread(&mut browser, &site).await, (2, json!("critical")));
    let told = alerts(&mut browser, &site).await;
    assert_eq!(kinds(&told), ["rogue-dhcp", "settings-lost"]);
    let one = &told["items"][0];
    assert_eq!(one["title"], "A device gives out addresses of its own");
    assert!(
        one["what"]
            .as_str()
            .unwrap()
            .starts_with("Device: Router (52:54:00:00:00:07). Zone: Guest. Port: lan3. It answers")
    );
    assert_eq!((&one["severity"], &one["times"]), (&json!("warning"), &json!(2)));
    assert_eq!((&one["read"], &one["muted"]), (&json!(false), &json!(false)));
    assert_eq!(one["first"], "2027-01-15T08:00:00Z");
    assert_eq!(one["last"], "2027-01-15T08:01:00Z");
    browser.language = "zh-CN";
    let chinese = alerts(&mut browser, &site).await;
    assert_eq!(chinese["items"][0]["title"], "有设备在自行分配地址");
    assert_eq!(chinese["items"][0]["name"], "私设的地址分配");

    let read = browser.post(&site, "/alerts/read", json!({ "ids": [one["id"]] })).await;
    assert_eq!(read.status, 204, "{}", read.body);
    assert_eq!(site.log().last().unwrap(), "alerts-read");
    assert_eq!(unread(&mut browser, &site).await, (1, json!("critical")));
    drop(site);
    let site = disk.start().await;
    site.bell.ring().await.unwrap();
    assert_eq!(unread(&mut browser, &site).await, (1, json!("critical")));
    // It happens again: it is new again, and the same entry.
    rings(&site, rogue(1)).await;
    let again = alerts(&mut browser, &site).await;
    let is_told = |it: &Value| (it["id"].clone(), it["times"].clone(), it["read"].clone());
    assert_eq!(is_told(&again["items"][0]), (one["id"].clone(), json!(3), json!(false)));
    let all = browser.post(&site, "/alerts/read", json!({ "ids": [] })).await;
    assert_eq!(all.status, 204, "{}", all.body);
    assert_eq!(unread(&mut browser, &site).await, (0, Value::Null));
    assert_eq!(Browser::new().get(&site, "/alerts").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_muted_does_not_ring_until_it_may_again() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let subject = rogue(1).subject();
    let mute = json!({ "kind": "rogue-dhcp", "subject": subject, "days": 7 });
    let muted = browser.post(&site, "/alerts/mutes", mute).await;
    assert_eq!(muted.status, 204, "{}", muted.body);
    assert_eq!(site.log().last().unwrap(), "alerts-muted rogue-dhcp");
    rings(&site, rogue(1)).await;
    let told = alerts(&mut browser, &site).await;
    assert_eq!(told["unread"], 0);
    assert_eq!(
        (&told["items"][0]["muted"], &told["items"][0]["read"]),
        (&json!(true), &json!(true))
    );
    let mute = json!({
        "kind": "rogue-dhcp", "name": "Foreign address servers", "subject": subject,
        "about": "Router (52:54:00:00:00:07)", "until": "2027-01-22T08:00:00Z", "by": "王芳",
    });
    assert_eq!(told["mutes"], json!([mute]));
    // Another device's is heard.
    let other = Alert::RogueDhcp { device: None, zone: None, port: None, count: Count(1) };
    rings(&site, other).await;
    assert_eq!(unread(&mut browser, &site).await.0, 1);
    let ended = json!({ "kind": "rogue-dhcp", "subject": subject });
    let ended = browser.post(&site, "/alerts/mutes/end", ended).await;
    assert_eq!(ended.status, 204, "{}", ended.body);
    assert_eq!(site.log().last().unwrap(), "alerts-unmuted rogue-dhcp");
    rings(&site, rogue(1)).await;
    assert_eq!(unread(&mut browser, &site).await.0, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_named() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let long = "x".repeat(301);
    for (body, fields) in [
        (json!({ "kind": "x", "days": 0 }), vec![("/kind", "unknown"), ("/days", "limit")]),
        (json!({ "kind": "test", "days": 1 }), vec![("/kind", "unknown")]),
        (json!({ "kind": "new-device", "days": 91 }), vec![("/days", "limit")]),
        (
            json!({ "kind": "new-device", "subject": long, "days": 1 }),
            vec![("/subject", "too-long")],
        ),
        (json!({ "kind": "new-device" }), vec![("/days", "required")]),
    ] {
        let refused = browser.post(&site, "/alerts/mutes", body).await;
        assert_eq!((refused.status.as_u16(), refused.fields()), (422, fields));
    }
    browser.language = "zh-CN";
    let days = json!({ "kind": "new-device", "days": 91 });
    let refused = browser.post(&site, "/alerts/mutes", days).await;
    assert_eq!(refused.body["errors"][0]["message"], "1 到 90");
    let is_refused = |told: Answer| (told.status.as_u16(), told.body["errors"][0]["field"].clone());
    let ended = browser.post(&site, "/alerts/mutes/end", json!({ "kind": "x" })).await;
    assert_eq!(is_refused(ended), (422, json!("/kind")));
    let many: Vec<u32> = (0..201).collect();
    let read = browser.post(&site, "/alerts/read", json!({ "ids": many })).await;
    assert_eq!(is_refused(read), (422, json!("/ids")));
    for (path, field) in [("?limit=201", "/limit"), ("?cursor=x", "/cursor"), ("?x=1", "/x")] {
        let told = browser.get(&site, &format!("/alerts{path}")).await;
        assert_eq!(is_refused(told), (422, json!(field)));
    }
    for number in 0..100 {
        let mute = json!({ "kind": "new-device", "subject": number.to_string(), "days": 1 });
        assert_eq!(browser.post(&site, "/alerts/mutes", mute).await.status, 204);
    }
    let mute = |subject: &str| json!({ "kind": "new-device", "subject": subject, "days": 2 });
    let full = browser.post(&site, "/alerts/mutes", mute("100")).await;
    assert_eq!(full.fields(), [("", "too-many")]);
    // One that is there can be made longer.
    assert_eq!(browser.post(&site, "/alerts/mutes", mute("99")).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_by_itself_rings_and_what_an_admin_did_is_no_news_to_him() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let tag = browser.tag(&site, "/crm-access").await;
    let tried = browser.tries(&site, "/crm-access", &tag, json!({ "reachableFrom": [] })).await;
    assert_eq!(tried.status, 200, "{}", tried.body);
    site.hostd.now().end(HowEnded::Expired);
    site.admin.settle().await;
    site.bell.ring().await.unwrap();
    let told = alerts(&mut browser, &site).await;
    assert_eq!(kinds(&told), ["settings-reverted"]);
    assert_eq!(told["unread"], 1);
    assert_eq!(browser.get(&site, "/settings/export").await.status, 200);
    assert_eq!(browser.get(&site, "/log/export").await.status, 200);
    site.bell.ring().await.unwrap();
    let told = alerts(&mut browser, &site).await;
    assert_eq!(kinds(&told), ["export-made", "export-made", "settings-reverted"]);
    assert_eq!(told["items"][0]["title"], "王芳 took a file out of the box: the log");
    assert_eq!(told["unread"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_devices_ring_and_whoever_makes_up_many_fills_no_disk() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let device = |number: u64| Device {
        mac: format!("52:54:00:00:00:{number:02x}"),
        name: (number == 1).then(|| "Reception-PC".to_owned()),
        zone: "office".to_owned(),
        first_seen: EPOCH / 1_000 + number,
        new: true,
        ..Device::default()
    };
    site.admin.settle().await;
    site.hostd.now().devices = vec![device(1)];
    site.admin.settle().await;
    site.bell.ring().await.unwrap();
    let told = alerts(&mut browser, &site).await;
    assert_eq!(told["items"][0]["title"], "A new device in Office: Reception-PC");
    assert_eq!(told["items"][0]["subject"], "52:54:00:00:00:01");
    let office = "office".parse().unwrap();
    site.hostd.now().settings.zones.get_mut(&office).unwrap().label = Some("三楼".parse().unwrap());
    let told = alerts(&mut browser, &site).await;
    assert_eq!(told["items"][0]["title"], "A new device in 三楼: Reception-PC");
    site.hostd.now().devices = (2..=150).map(device).collect();
    site.admin.settle().await;
    site.bell.ring().await.unwrap();
    let told = alerts(&mut browser, &site).await;
    assert_eq!((&told["all"], &told["forgotten"]), (&json!(60), &json!(90)));
    let first = browser.get(&site, "/alerts?limit=59").await.body;
    assert_eq!(first["next"], "59");
    let last = browser.get(&site, "/alerts?limit=59&cursor=59").await.body;
    assert_eq!((kinds(&last).len(), &last["next"]), (1, &Value::Null));
}
