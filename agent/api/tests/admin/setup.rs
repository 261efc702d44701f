//! From the console's code to the authenticator app.

use serde_json::json;

use crate::browser::{Browser, Disk, PASSWORD, account, choices, code, secret};
use crate::hostd::{CODE, Hostd};

#[tokio::test(flavor = "multi_thread")]
async fn begins_with_the_code_of_the_console_and_with_nothing_else() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::new();
    let start = browser.get(&site, "/start").await;
    assert_eq!((&start.body["state"], &start.body["realm"]), (&"setup".into(), &"admin".into()));
    assert_eq!(start.body["version"], env!("CARGO_PKG_VERSION"));
    for (method, path) in [("GET", "/setup"), ("POST", "/setup/account"), ("POST", "/setup/finish")]
    {
        let answer = match method {
            "GET" => browser.get(&site, path).await,
            _ if path == "/setup/account" => browser.post(&site, path, account()).await,
            _ => browser.post(&site, path, choices()).await,
        };
        assert_eq!((answer.status.as_u16(), answer.code()), (401, "step-late"), "{path}");
    }
    for left in (0..5).rev() {
        let answer = browser.post(&site, "/setup/code", json!({"code": "0000-0000-0000"})).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (403, "wrong-code"));
        assert_eq!(answer.body["triesLeft"], left);
        assert!(!browser.has("__Host-admin-step"));
    }
    let answer = browser.post(&site, "/setup/code", json!({"code": CODE})).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (429, "slow-down"));
    assert_eq!(answer.headers["retry-after"], "600");
    site.hostd.now().tried = 0;
    let answer = browser.post(&site, "/setup/code", json!({"code": CODE})).await;
    assert_eq!(answer.status, 204);
    assert!(browser.has("__Host-admin-step") && !browser.has("__Host-admin"));
    let refused = site.log().iter().filter(|it| *it == "!enrol-refused setup-code").count();
    assert!(refused >= 5, "{:?}", site.log());
}

/// Whoever sends wrong codes all day does not fill the log.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_are_in_the_log_sixty_times_an_hour() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::new();
    for hour in 1..=2 {
        for _ in 0..100 {
            site.hostd.now().tried = 0;
            browser.post(&site, "/setup/code", json!({"code": "0000-0000-0000"})).await;
        }
        let refused = site.log().iter().filter(|it| *it == "!enrol-refused setup-code").count();
        assert_eq!(refused, 60 * hour);
        site.clock.forward(3_600);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tells_what_the_box_is() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::new();
    browser.post(&site, "/setup/code", json!({"code": CODE})).await;
    let answer = browser.get(&site, "/setup").await;
    assert_eq!(answer.status, 200);
    let setup = &answer.body;
    assert_eq!(setup["suggestedTimeZone"], "UTC");
    let zones = setup["timeZones"].as_array().unwrap();
    assert!(zones.contains(&"Asia/Shanghai".into()) && zones.contains(&"UTC".into()));
    assert_eq!(setup["crm"]["address"], "192.168.30.10");
    assert_eq!(
        setup["crm"]["reachableFrom"],
        json!([{"zone": "office", "addresses": ["192.168.10.0/25"]}])
    );
    assert_eq!(setup["management"]["from"], json!([{"zone": "office", "addresses": "all"}]));
    let guest = json!({"name": "guest", "vlan": 20, "address": "192.168.20.1/24", "dhcp": true});
    assert_eq!(setup["zones"][1], guest);
    let port = |name: &str| {
        let ports = setup["ports"].as_array().unwrap();
        ports.iter().find(|port| port["name"] == name).unwrap().clone()
    };
    for (name, zones) in [("wan", json!(["wan"])), ("office", json!(["office"]))] {
        assert_eq!(port(name)["zones"], zones);
    }
    assert_eq!(setup["ports"][4]["mac"], "52:54:00:67:00:09");
    assert!(setup["ports"][4]["name"].is_null() && setup["ports"][4]["zones"] == json!([]));
    browser.language = "zh-CN";
    assert_eq!(browser.get(&site, "/setup").await.body["suggestedTimeZone"], "Asia/Shanghai");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admin_is_checked_and_may_be_sent_again() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::new();
    browser.post(&site, "/setup/code", json!({"code": CODE})).await;
    let early = browser.post(&site, "/setup/totp", json!({"code": "123456"})).await;
    assert_eq!((early.status.as_u16(), early.code()), (409, "out-of-order"));
    for (member, value, field, refused) in [
        ("name", "", "/name", "empty"),
        ("password", "short", "/password", "too-short"),
        ("timeZone", "Mars/Olympus", "/timeZone", "time-zone"),
    ] {
        let mut account = account();
        account[member] = value.into();
        let answer = browser.post(&site, "/setup/account", account).await;
        assert_eq!(answer.status, 422, "{member}");
        assert_eq!(answer.fields(), [(field, refused)]);
    }
    let first = browser.post(&site, "/setup/account", account()).await;
    let uri = first.body["otpauthUri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/"), "{uri}");
    let mut other = account();
    other["name"] = "Ruth".into();
    let second = browser.post(&site, "/setup/account", other).await;
    assert_eq!(second.body["totpSecret"], first.body["totpSecret"], "the app holds it already");
    let wrong = browser.post(&site, "/setup/totp", json!({"code": "000000"})).await;
    assert_eq!((wrong.status.as_u16(), wrong.code()), (422, "wrong-totp"));
    assert!(wrong.body["boxTime"].is_string());
    let unproven = browser.post(&site, "/setup/finish", choices()).await;
    assert_eq!((unproven.status.as_u16(), unproven.code()), (409, "out-of-order"));
    let typed = json!({"code": code(&secret(&second), &site.clock)});
    assert_eq!(browser.post(&site, "/setup/totp", typed).await.status, 204);
    assert_eq!(browser.post(&site, "/setup/finish", choices()).await.status, 200);
    let session = browser.get(&site, "/session").await;
    assert_eq!(session.body["account"]["name"], "Ruth");
}

/// A page that is loaded again, or goes back, finds what it had; nobody else does.
#[tokio::test(flavor = "multi_thread")]
async fn goes_on_where_it_was_for_who_holds_its_step() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::new();
    browser.post(&site, "/setup/code", json!({"code": CODE})).await;
    let next = async |browser: &mut Browser| {
        let setup = browser.get(&site, "/setup").await.body;
        (setup["next"].as_str().unwrap().to_owned(), setup["totp"].clone())
    };
    assert_eq!(next(&mut browser).await, ("account".to_owned(), json!(null)));
    let begun = browser.post(&site, "/setup/account", account()).await;
    assert_eq!(next(&mut browser).await, ("totp".to_owned(), begun.body.clone()));
    let weak = json!({"name": "王芳", "password": "short", "language": "en", "timeZone": "UTC"});
    assert_eq!(browser.post(&site, "/setup/account", weak).await.status, 422);
    assert_eq!(browser.post(&site, "/setup/code", json!({"code": CODE})).await.status, 204);
    assert_eq!(next(&mut browser).await, ("totp".to_owned(), begun.body.clone()));
    let mut other = Browser::new();
    assert_eq!(other.get(&site, "/setup").await.code(), "step-late");
    other.post(&site, "/setup/code", json!({"code": CODE})).await;
    assert_eq!(next(&mut other).await, ("account".to_owned(), json!(null)));
    let theirs = other.post(&site, "/setup/account", account()).await;
    assert_ne!(theirs.body["totpSecret"], begun.body["totpSecret"]);
    let typed = json!({"code": code(&secret(&begun), &site.clock)});
    assert_eq!(browser.post(&site, "/setup/totp", typed).await.status, 204);
    assert_eq!(next(&mut browser).await, ("choices".to_owned(), json!(null)), "shown no more");
    // A proven one is not shown again: whoever names another account gets another.
    let anew = browser.post(&site, "/setup/account", account()).await;
    assert_ne!(anew.body["totpSecret"], begun.body["totpSecret"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifteen_minutes_later_it_begins_again() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::new();
    browser.up_to_the_last_page(&site).await;
    site.clock.forward(15 * 60);
    let late = browser.post(&site, "/setup/finish", choices()).await;
    assert_eq!((late.status.as_u16(), late.code()), (401, "step-late"));
    assert!(!site.admin_exists());
    browser.up_to_the_last_page(&site).await;
    assert_eq!(browser.post(&site, "/setup/finish", choices()).await.status, 200);
}

/// The set-up of a box that has an admin, or had one, is shut for everybody.
#[tokio::test(flavor = "multi_thread")]
async fn is_shut_once_either_side_knows_an_admin() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut stranger = Browser::new();
    site.hostd.now().set_up = true;
    assert_eq!(stranger.get(&site, "/start").await.body["state"], "ready");
    let answer = stranger.post(&site, "/setup/code", json!({"code": CODE})).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (409, "already-set-up"));
    site.hostd.now().set_up = false;
    Browser::admin(&site).await;
    site.hostd.now().set_up = false;
    site.hostd.now().away = true;
    assert_eq!(stranger.get(&site, "/start").await.body["state"], "ready");
    let answer = stranger.post(&site, "/setup/code", json!({"code": CODE})).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (409, "already-set-up"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_hostd_nobody_says_that_the_box_is_open() {
    let site = Disk::new(Hostd::factory()).start().await;
    site.hostd.now().away = true;
    let mut browser = Browser::new();
    let start = browser.get(&site, "/start").await;
    assert_eq!((start.status.as_u16(), start.code()), (503, "host-away"));
    let typed = browser.post(&site, "/setup/code", json!({"code": PASSWORD})).await;
    assert_eq!(typed.code(), "host-away");
}
