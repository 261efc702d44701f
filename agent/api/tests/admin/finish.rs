//! The last page of the set-up, and what is left when it is cut.

use std::sync::{Arc, Mutex};

use host_api::{Request, SettingsSource};
use seal::numbers::action;
use serde_json::json;
use tokio::sync::oneshot;

use crate::browser::{Browser, Disk, PASSWORD, choices, code};
use crate::hostd::{CODE, Fails, Hostd};

#[tokio::test(flavor = "multi_thread")]
async fn makes_an_admin_settings_and_a_managers_code() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::new();
    browser.up_to_the_last_page(&site).await;
    assert!(!site.hostd.now().asked.contains(&"apply"), "nothing happens before the last page");
    let mut wanted = choices();
    wanted["zones"]["guest"] = true.into();
    wanted["crm"]["reachableFrom"][0]["addresses"] = json!([" 192.168.10.20 ", "192.168.10.32/28"]);
    let done = browser.post(&site, "/setup/finish", wanted).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(done.body["crmUrl"], "https://crm.gatehouse.internal");
    assert_eq!(done.body["managerCode"].as_str().unwrap().len(), 14);
    assert!(browser.has("__Host-admin") && !browser.has("__Host-admin-step"));
    assert_eq!(browser.get(&site, "/session").await.status, 200);
    {
        let now = site.hostd.now();
        assert_eq!(
            now.asked.iter().rev().take(3).rev().collect::<Vec<_>>(),
            [&"check", &"apply", &"done"]
        );
        assert!(now.set_up && now.source == SettingsSource::Confirmed);
        assert_eq!(now.settings.language, settings::Language::Chinese);
        let value = serde_json::to_value(&now.settings).unwrap();
        let networks = json!(["192.168.10.20/32", "192.168.10.32/28"]);
        assert_eq!(value["crm"]["reachable_from"][0]["addresses"], networks);
        assert_eq!(value["zones"]["guest"]["ipv4"]["address"], "192.168.20.1/24");
        // Before, nothing was forwarded; the CRM opens no connections.
        let ways: Vec<_> = value["policies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| (it["from"].as_str().unwrap(), it["to"].as_str().unwrap()))
            .collect();
        assert_eq!(ways, [("office", "wan"), ("guest", "wan")]);
    }
    let log = site.log();
    let from = log.iter().position(|it| it == "enrolled").unwrap();
    let after = ["enrolled", "setup-done", "settings-changed", "crm-access-changed", "code-made"];
    assert_eq!(log[from..], after);
    let orders = format!("{:?}", site.orders());
    assert!(orders.contains("ManagerCode"), "{orders}");
    let start = browser.get(&site, "/start").await.body;
    assert_eq!((&start["state"], &start["language"]), (&"ready".into(), &"zh-CN".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_what_the_settings_hold_and_takes_the_guest_zone_out() {
    let site = Disk::new(Hostd::example()).start().await;
    let before = serde_json::to_value(&site.hostd.now().settings).unwrap();
    let mut browser = Browser::new();
    browser.up_to_the_last_page(&site).await;
    assert_eq!(browser.post(&site, "/setup/finish", choices()).await.status, 200);
    let after = serde_json::to_value(&site.hostd.now().settings).unwrap();
    let mut expected = before;
    expected["language"] = "zh-CN".into();
    expected["zones"].as_object_mut().unwrap().remove("guest");
    expected["ports"].as_object_mut().unwrap().remove("guest");
    expected["ports"]["trunk"]["role"]["trunk"] = json!(["office", "crm"]);
    expected["policies"] = json!([{"from": "office", "to": "wan", "allow": "all"}]);
    expected["crm"]["reachable_from"] = json!([{"zone": "office", "addresses": "all"}]);
    assert_eq!(after, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_choices_change_nothing_and_name_the_field() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::new();
    browser.up_to_the_last_page(&site).await;
    let office = |addresses: serde_json::Value| json!([{"zone": "office", "addresses": addresses}]);
    for (crm, management, fields) in [
        (
            json!([{"zone": "cellar", "addresses": "all"}]),
            office("all".into()),
            vec![("/crm/reachableFrom/0/zone", "no-zone")],
        ),
        (
            json!([{"zone": "guest", "addresses": "all"}]),
            office("all".into()),
            vec![("/crm/reachableFrom/0/zone", "no-zone")],
        ),
        (
            json!([{"zone": "crm", "addresses": "all"}]),
            office("all".into()),
            vec![("/crm/reachableFrom/0/zone", "crm_from_itself")],
        ),
        (
            office(json!(["192.168.10.0/25", "x"])),
            office("all".into()),
            vec![("/crm/reachableFrom/0/addresses/1", "network_invalid")],
        ),
        (
            office(json!([])),
            office("all".into()),
            vec![("/crm/reachableFrom/0/addresses", "no-address")],
        ),
        (
            office(json!(["192.168.10.1"])),
            office("all".into()),
            vec![("/crm/reachableFrom/0/addresses/0", "no-device")],
        ),
        (json!([]), json!([]), vec![("/management/from", "management_empty")]),
        (json!([]), office(json!(["192.168.10.51"])), vec![("/management/from", "locks-you-out")]),
    ] {
        let body = json!({
            "zones": { "guest": false },
            "crm": { "reachableFrom": crm },
            "management": { "from": management },
        });
        let answer = browser.post(&site, "/setup/finish", body).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (422, "invalid"), "{}", answer.body);
        assert_eq!(answer.fields(), fields);
    }
    browser.language = "zh-CN";
    let body = json!({
        "zones": { "guest": false },
        "crm": { "reachableFrom": office(json!(["x"])) },
        "management": { "from": office(json!(["192.168.10.50/32"])) },
    });
    let answer = browser.post(&site, "/setup/finish", body).await;
    let message = answer.body["errors"][0]["message"].as_str().unwrap();
    assert!(!message.is_ascii(), "the reader's language, not the box's: {message}");
    assert!(!browser.has("__Host-admin"));
    assert!(!site.admin_exists());
    let now = site.hostd.now();
    assert!(!now.set_up && !now.asked.contains(&"apply"));
}

/// The browser clicks twice, or the first answer is lost with the connection.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_again_gives_the_same_answer() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::new();
    browser.up_to_the_last_page(&site).await;
    let (mut one, mut other, mut late) = (browser.clone(), browser.clone(), browser.clone());
    let (first, second) = tokio::join!(
        one.post(&site, "/setup/finish", choices()),
        other.post(&site, "/setup/finish", choices())
    );
    let third = late.post(&site, "/setup/finish", choices()).await;
    for (answer, browser) in [(&first, one), (&second, other), (&third, late)] {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["managerCode"], first.body["managerCode"]);
        assert!(browser.clone().get(&site, "/session").await.status == 200);
    }
    let made = site.log().iter().filter(|it| *it == "code-made" || *it == "enrolled").count();
    assert_eq!(made, 2, "{:?}", site.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_browsers_make_one_admin() {
    let site = Disk::new(Hostd::factory()).start().await;
    let (mut one, mut other) = (Browser::new(), Browser::new());
    one.up_to_the_last_page(&site).await;
    other.up_to_the_last_page(&site).await;
    assert_eq!(one.post(&site, "/setup/finish", choices()).await.status, 200);
    let late = other.post(&site, "/setup/finish", choices()).await;
    assert_eq!((late.status.as_u16(), late.code()), (409, "already-set-up"));
    let again = other.post(&site, "/setup/account", crate::browser::account()).await;
    assert_eq!((again.status.as_u16(), again.code()), (409, "already-set-up"));
    assert!(!other.has("__Host-admin"));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_fail_leave_an_admin_who_can_go_on() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::new();
    browser.up_to_the_last_page(&site).await;
    site.hostd.now().fails = Some(Fails::Apply);
    let failed = browser.post(&site, "/setup/finish", choices()).await;
    assert_eq!((failed.status.as_u16(), failed.code()), (500, "not-applied"));
    assert!(browser.has("__Host-admin") && browser.has("__Host-admin-step"));
    assert!(site.hostd.now().set_up, "there is an admin: the code is dead");
    assert!(site.log().contains(&"!settings-changed not-applied".to_owned()), "{:?}", site.log());
    let zones = browser.get(&site, "/zones").await.body;
    assert_eq!(zones["notices"][0]["code"], "nothing_forwarded");
    site.hostd.now().fails = None;
    let done = browser.post(&site, "/setup/finish", choices()).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(!browser.has("__Host-admin-step"));
    assert_eq!(site.hostd.now().source, SettingsSource::Confirmed);
}

/// The power goes after the admin is on the disk: the next start kills the setup code, and the admin signs
/// in and makes the manager's code.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_goes_on_where_the_power_went() {
    let disk = Disk::new(Hostd::factory());
    let site = disk.start().await;
    let mut browser = Browser::new();
    let secret = browser.up_to_the_last_page(&site).await;
    site.hostd.now().fails = Some(Fails::SetupDone);
    assert_eq!(browser.post(&site, "/setup/finish", choices()).await.status, 200);
    assert!(!site.hostd.now().set_up);
    site.store.close(vault::Actor::default()).await.unwrap();
    drop(site);
    disk.hostd.now().fails = None;
    let site = disk.start().await;
    let mut browser = Browser::new();
    let shut = browser.post(&site, "/setup/code", json!({"code": CODE})).await;
    assert_eq!(shut.code(), "already-set-up");
    site.admin.settle().await;
    assert!(site.hostd.now().set_up);
    let told = || site.hostd.now().asked.iter().filter(|it| **it == "done").count();
    let before = told();
    site.admin.settle().await;
    assert_eq!(told(), before, "told once");
    site.clock.forward(60);
    let answer =
        browser.post(&site, "/session", json!({"name": "王芳", "password": PASSWORD})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let typed = json!({"code": code(&secret, &site.clock)});
    assert_eq!(browser.post(&site, "/session/totp", typed).await.status, 200);
    let made = browser.post(&site, "/crm/manager-code", json!({})).await;
    assert_eq!(made.status, 200, "{}", made.body);
}

/// The system store was lost, with every admin: not even the code of the first day opens the set-up,
/// until the next start has hostd show a new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_box_that_lost_its_admins_is_set_up_again() {
    let disk = Disk::new(Hostd::factory());
    let site = disk.start().await;
    Browser::admin(&site).await;
    site.store.close(vault::Actor::default()).await.unwrap();
    drop(site);
    disk.lose_store();
    let site = disk.start().await;
    let mut stranger = Browser::new();
    for _ in 0..20 {
        let shut = stranger.post(&site, "/setup/code", json!({"code": CODE})).await;
        assert_eq!(shut.code(), "already-set-up");
        assert_eq!(stranger.get(&site, "/start").await.body["state"], "ready");
    }
    assert!(!site.hostd.now().asked.contains(&"lost"), "by a stranger's request");
    // hostd cannot, and the next time it can.
    site.hostd.now().fails = Some(Fails::AdminsLost);
    for times in 1..=3 {
        site.admin.settle().await;
        let asked = site.hostd.now().asked.iter().filter(|asked| **asked == "lost").count();
        assert_eq!(asked, times, "what hostd could not do is asked for again");
    }
    assert_eq!(site.log().iter().filter(|entry| *entry == "admins-lost").count(), 1);
    assert_eq!(stranger.get(&site, "/start").await.body["state"], "ready");
    site.store.close(vault::Actor::default()).await.unwrap();
    drop(site);
    disk.hostd.now().fails = None;
    let site = disk.start().await;
    site.admin.settle().await;
    assert!(site.log().contains(&"admins-lost".to_owned()), "{:?}", site.log());
    assert_eq!(stranger.get(&site, "/start").await.body["state"], "setup");
    Browser::admin(&site).await;
    assert!(site.hostd.now().set_up);
    site.admin.settle().await;
    assert!(site.hostd.now().set_up, "asked for with an admin there");
}

/// The power may go once hostd has shown the new code: the log has by then why.
#[tokio::test(flavor = "multi_thread")]
async fn that_the_admins_are_lost_is_in_the_log_before_hostd_is_told() {
    let site = Disk::new(Hostd::factory()).start().await;
    site.hostd.now().set_up = true;
    let (store, told) = (site.store.clone(), Arc::new(Mutex::new(Vec::new())));
    let hears = Arc::clone(&told);
    site.hostd.now().listens = Some(Box::new(move |request| {
        if *request == Request::AdminsLost {
            let last = store.audit(None, 1).unwrap().pop().and_then(|entry| entry.action);
            hears.lock().unwrap().push(last);
        }
    }));
    site.admin.settle().await;
    assert_eq!(*told.lock().unwrap(), [Some(action::ADMINS_LOST)]);
}

/// While hostd is asked how it is, the first admin is made: that one was not lost.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_who_is_made_meanwhile_is_not_lost() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::new();
    browser.up_to_the_last_page(&site).await;
    let (answer, held) = oneshot::channel();
    site.hostd.now().holds = Some(held);
    let admin = site.admin.clone();
    let settling = tokio::spawn(async move { admin.settle().await });
    while site.hostd.now().holds.is_some() {
        tokio::task::yield_now().await;
    }
    assert_eq!(browser.post(&site, "/setup/finish", choices()).await.status, 200);
    assert!(site.hostd.now().set_up);
    answer.send(()).unwrap();
    settling.await.unwrap();
    let now = site.hostd.now();
    assert!(now.set_up && !now.asked.contains(&"lost"), "{:?}", now.asked);
}

/// The only admin's account is damaged: the log and the console name it and the way back, and once somebody
/// has gone it the overview still says what is damaged.
#[tokio::test(flavor = "multi_thread")]
async fn a_box_whose_admin_is_damaged_is_set_up_again() {
    let disk = Disk::new(Hostd::factory());
    let site = disk.start().await;
    Browser::admin(&site).await;
    site.store.close(vault::Actor::default()).await.unwrap();
    drop(site);
    disk.damage_admins();
    let site = disk.start().await;
    site.admin.settle().await;
    let log = site.log();
    assert!(log.iter().any(|it| it.starts_with("damage-found record ")), "{log:?}");
    assert!(log.contains(&"admins-lost".to_owned()), "{log:?}");
    let mut browser = Browser::admin(&site).await;
    for (language, word) in [("en", "damaged"), ("zh-CN", "损坏")] {
        browser.language = language;
        let rows = browser.get(&site, "/protection").await.body;
        let todo = rows["rows"][1]["todo"].as_str().unwrap();
        assert!(todo.contains(word) && todo.contains('1'), "{todo}");
    }
}

/// The power goes after the admin is on the disk and before the settings are: what the admin saves first
/// opens the way to the internet.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_settings_that_an_admin_saves_end_the_set_up() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::new();
    browser.up_to_the_last_page(&site).await;
    site.hostd.now().fails = Some(Fails::Apply);
    assert_eq!(browser.post(&site, "/setup/finish", choices()).await.code(), "not-applied");
    site.hostd.now().fails = None;
    let zones = browser.get(&site, "/zones").await.body;
    assert_eq!(zones["notices"][0]["code"], "nothing_forwarded");
    let tag = browser.tag(&site, "/crm-access").await;
    let saved = browser.tries(&site, "/crm-access", &tag, json!({"reachableFrom": []})).await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    let now = serde_json::to_value(&site.hostd.now().settings).unwrap();
    assert_eq!(now["policies"], json!([{"from": "office", "to": "wan", "allow": "all"}]));
}

/// The last page is sent again after its code was used, or after another one was made.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_opens_nothing_is_not_shown_again() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::new();
    browser.up_to_the_last_page(&site).await;
    let again = browser.clone();
    let first = browser.post(&site, "/setup/finish", choices()).await;
    let same = again.clone().post(&site, "/setup/finish", choices()).await;
    assert_eq!(same.body["managerCode"], first.body["managerCode"]);
    assert_eq!(browser.post(&site, "/crm/manager-code", json!({})).await.status, 200);
    let mut late = again.clone();
    let other = late.post(&site, "/setup/finish", choices()).await;
    assert_eq!((other.status.as_u16(), other.code()), (409, "already-set-up"));
    assert!(late.has("__Host-admin"), "they are signed in all the same");
    site.admin.crm_said(&events::Event::Claimed).await;
    let used = again.clone().post(&site, "/setup/finish", choices()).await;
    assert_eq!((used.status.as_u16(), used.code()), (409, "already-set-up"));
    let made = site.log().iter().filter(|it| *it == "code-made").count();
    assert_eq!(made, 2, "{:?}", site.log());
}
