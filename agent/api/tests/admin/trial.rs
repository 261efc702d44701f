//! Settings that are tried: who keeps them, over what, and what is written down of each.

use host_api::HowEnded;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser, Disk, PASSWORD, Site, code};
use crate::hostd::{Hostd, LEFT_BEHIND, Loses};

/// The document in force, changed.
pub async fn changed(browser: &mut Browser, site: &Site, with: fn(&mut Value)) -> (String, Value) {
    let now = browser.get(site, "/settings").await;
    let mut document = now.body["document"].clone();
    with(&mut document);
    (now.headers["etag"].to_str().unwrap().to_owned(), document)
}

pub fn closed(document: &mut Value) {
    document["crm"]["reachable_from"] = json!([]);
}

pub async fn tried(browser: &mut Browser, site: &Site, with: fn(&mut Value)) -> Answer {
    let (tag, document) = changed(browser, site, with).await;
    let body = json!({"document": document, "reason": "  Inventur  ", "seconds": 60});
    browser.put(site, "/settings", &tag, body).await
}

pub async fn outcomes(browser: &mut Browser, site: &Site) -> Vec<String> {
    let history = browser.get(site, "/settings/history").await;
    let all = history.body["items"].as_array().unwrap();
    all.iter().map(|one| one["outcome"].as_str().unwrap().to_owned()).collect()
}

/// The same admin, in another browser.
async fn elsewhere(site: &Site, secret: &identity::TotpSecret) -> Browser {
    let mut browser = Browser::new();
    let typed = json!({"name": "王芳", "password": PASSWORD});
    assert_eq!(browser.post(site, "/session", typed).await.status, 200);
    site.clock.forward(30);
    let typed = json!({"code": code(secret, &site.clock)});
    let answer = browser.post(site, "/session/totp", typed).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_tries_them_keeps_them_and_only_over_a_new_connection() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::new();
    let secret = browser.up_to_the_last_page(&site).await;
    let finished = browser.post(&site, "/setup/finish", crate::browser::choices()).await;
    assert_eq!(finished.status, 200, "{}", finished.body);
    browser.language = "en";
    let mut other = elsewhere(&site, &secret).await;
    browser.connect(&site);

    let answer = tried(&mut browser, &site, closed).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let trial = &answer.body["trial"];
    assert_eq!(trial["secondsLeft"], 60);
    let token = json!({ "token": trial["token"] });
    for (who, mine) in [(&mut browser, true), (&mut other, false)] {
        let now = who.get(&site, "/settings").await.body;
        assert_eq!((&now["source"], &now["trial"]["mine"]), (&json!("trial"), &json!(mine)));
        assert_eq!(now["trial"]["id"], trial["id"]);
        assert_eq!(
            (&now["trial"]["by"], &now["trial"]["reason"]),
            (&json!("王芳"), &json!("Inventur"))
        );
        assert_eq!(now["document"]["crm"]["reachable_from"], json!([]));
        assert_eq!(now["trial"]["words"].as_array().unwrap().len(), 1, "{now}");
    }
    let refused = |answer: Answer| (answer.status.as_u16(), answer.code().to_owned());
    let as_told = |status: u16, code: &str| (status, code.to_owned());
    let old = browser.post(&site, "/settings/confirm", token.clone()).await;
    assert_eq!(refused(old), as_told(409, "old-connection"));
    other.connect(&site);
    let stranger = other.post(&site, "/settings/confirm", token.clone()).await;
    assert_eq!(refused(stranger), as_told(403, "not-yours"));
    let second = tried(&mut other, &site, |document| document["language"] = json!("en")).await;
    assert_eq!(second.body["secondsLeft"], 60);
    assert_eq!(refused(second), as_told(409, "trial-running"));
    browser.connect(&site);
    let wrong = browser.post(&site, "/settings/confirm", json!({"token": "x"})).await;
    assert_eq!(refused(wrong), as_told(403, "wrong-token"));
    browser.get(&site, "/settings/now").await;
    assert_eq!(site.let_go(), [0; 0], "it is the box's own address");
    browser.at = "192.168.99.1".parse().unwrap();
    browser.get(&site, "/settings/now").await;
    let open = site.let_go();
    assert_eq!(open.len(), 1, "a browser would keep to the former address for ever");
    let moved = browser.post(&site, "/settings/confirm", token.clone()).await;
    assert_eq!(refused(moved), as_told(409, "old-address"));
    assert_eq!(site.let_go(), open);
    browser.at = "192.168.10.1".parse().unwrap();
    let here = std::mem::replace(&mut browser.address, LEFT_BEHIND.into());
    let left = browser.post(&site, "/settings/confirm", token.clone()).await;
    assert_eq!(refused(left), as_told(409, "former-network"));
    assert_eq!(site.let_go(), open, "it is of no use once the device has a new address");
    browser.address = here;
    let kept = browser.post(&site, "/settings/confirm", token.clone()).await;
    assert_eq!(kept.status, 204, "{}", kept.body);
    let again = browser.post(&site, "/settings/confirm", token).await;
    assert_eq!(refused(again), as_told(409, "no-trial"));

    let now = browser.get(&site, "/settings").await.body;
    assert_eq!((&now["source"], &now["trial"]), (&json!("confirmed"), &Value::Null));
    let history = browser.get(&site, "/settings/history").await.body;
    let one = &history["items"][0];
    assert_eq!(history["items"].as_array().unwrap().len(), 1);
    for (name, value) in
        [("outcome", "kept"), ("by", "王芳"), ("endedBy", "王芳"), ("reason", "Inventur")]
    {
        assert_eq!(one[name], value, "{one}");
    }
    let whole =
        browser.get(&site, &format!("/settings/history/{}", one["id"].as_str().unwrap())).await;
    assert_eq!(whole.body["document"], now["document"]);
    assert_ne!(whole.body["before"], now["document"]);
    let log = site.log();
    let from = log.iter().position(|entry| entry == "settings-tried").unwrap();
    let told = [
        "settings-tried",
        "!settings-changed old-connection",
        "!settings-changed not-yours",
        "!settings-tried trial-running",
        "!settings-changed wrong-token",
        "!settings-changed old-address",
        "!settings-changed former-network",
        "settings-changed",
        "crm-access-changed",
        "settings-kept",
        "!settings-changed no-trial",
    ];
    assert_eq!(log[from..], told);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_each_is_found_out_and_kept() {
    let disk = Disk::new(Hostd::example());
    let site = disk.start().await;
    let mut browser = Browser::admin(&site).await;
    for how in [HowEnded::Expired, HowEnded::Restarted] {
        assert_eq!(tried(&mut browser, &site, closed).await.status, 200);
        assert_eq!(outcomes(&mut browser, &site).await[0], "trying");
        site.hostd.now().end(how);
    }
    let before = site.log();
    assert_eq!(outcomes(&mut browser, &site).await, ["restarted", "expired"]);
    let id = browser.get(&site, "/settings/history").await.body["items"][0]["id"].clone();
    let path = format!("/settings/history/{}", id.as_str().unwrap());
    assert_eq!(browser.get(&site, &path).await.body["outcome"], "restarted");
    assert_eq!(site.log(), before, "who reads writes nothing");
    assert_eq!(tried(&mut browser, &site, closed).await.status, 200);
    site.hostd.now().end(HowEnded::Expired);
    let late = browser.post(&site, "/settings/undo", json!({})).await;
    assert_eq!((late.status.as_u16(), late.code()), (409, "no-trial"));
    assert_eq!(outcomes(&mut browser, &site).await[0], "expired");
    assert_eq!(tried(&mut browser, &site, closed).await.status, 200);
    assert_eq!(browser.post(&site, "/settings/undo", json!({})).await.status, 204);
    assert_eq!(outcomes(&mut browser, &site).await[0], "undone");
    assert_eq!(tried(&mut browser, &site, closed).await.status, 200);
    site.hostd.now().end(HowEnded::Console);
    // A page that looks names the console at once; the next change writes it down.
    for _ in 0..2 {
        let history = browser.get(&site, "/settings/history").await;
        let last = &history.body["items"][0];
        let told = (&last["outcome"], &last["endedBy"]);
        assert_eq!(told, (&json!("undone"), &json!("the console")), "{}", history.body);
        site.admin.settle().await;
    }
    let log = site.log();
    let ends: Vec<_> = log.iter().filter(|entry| entry.contains("settings-ended")).collect();
    let told = [
        "settings-ended expired",
        "settings-ended interrupted",
        "settings-ended expired",
        "!settings-ended no-trial",
        "settings-ended undone",
        "settings-ended console",
    ];
    assert_eq!(ends, told);
}

/// The application ends while settings are tried: whoever tries them keeps them all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_the_application_loses_no_trial() {
    let disk = Disk::new(Hostd::example());
    let site = disk.start().await;
    let mut browser = Browser::admin(&site).await;
    let answer = tried(&mut browser, &site, closed).await;
    site.store.close(vault::Actor::default()).await.unwrap();
    drop(site);
    let site = disk.start().await;
    assert_eq!(browser.get(&site, "/settings").await.body["trial"]["mine"], true);
    browser.keeps(&site, &answer).await;
    assert_eq!(outcomes(&mut browser, &site).await, ["kept"]);

    // It was kept while nobody here could write that down.
    let answer = tried(&mut browser, &site, |document| document["language"] = json!("en")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    site.store.close(vault::Actor::default()).await.unwrap();
    drop(site);
    {
        let mut now = disk.hostd.now();
        now.trial = None;
        now.source = host_api::SettingsSource::Confirmed;
    }
    let site = disk.start().await;
    assert_eq!(outcomes(&mut browser, &site).await, ["kept", "kept"]);
}

/// hostd started anew, and nobody has a page open: it is written down all the same, well before its time.
#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_nobody_looks_at_is_written_down() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    assert_eq!(tried(&mut browser, &site, closed).await.status, 200);
    site.hostd.now().end(HowEnded::Restarted);
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !site.log().iter().any(|entry| entry == "settings-ended interrupted") {
        assert!(std::time::Instant::now() < end, "{:?}", site.log());
        tokio::task::yield_now().await;
    }
}

/// What the console brought back is in the history, once, as the console's.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_console_did_is_written_down_once() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let answer = tried(&mut browser, &site, closed).await;
    browser.keeps(&site, &answer).await;
    let before = browser.get(&site, "/settings/history").await.body["items"][0]["id"].clone();
    let logged = || site.log().iter().filter(|it| it.starts_with("settings-changed")).count();
    let logged_before = logged();
    {
        let mut now = site.hostd.now();
        now.settings = settings::parse(crate::hostd::EXAMPLE.as_bytes()).unwrap();
        let document = crate::hostd::sha256(&now.settings.to_json());
        now.by_console = Some(host_api::ByConsole { at: 4_000_000_000, document });
    }
    for _ in 0..2 {
        site.admin.settle().await;
        let history = browser.get(&site, "/settings/history").await;
        let items = history.body["items"].as_array().unwrap();
        assert_eq!(items.len(), 2, "{}", history.body);
        assert_eq!(
            (&items[0]["by"], &items[0]["outcome"]),
            (&json!("the console"), &json!("kept"))
        );
        assert!(
            items[0]["words"].to_string().contains("may now reach the CRM"),
            "{}",
            history.body
        );
        assert_eq!(items[1]["id"], before);
    }
    assert_eq!(logged(), logged_before + 1);
}

/// What a page that is open asks every few seconds.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_force_in_short_lengthens_no_session() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let now = browser.get(&site, "/settings/now").await;
    assert_eq!((now.status.as_u16(), &now.body), (200, &json!({"trial": null})));
    assert_eq!(now.headers["etag"].to_str().unwrap(), browser.tag(&site, "/settings").await);
    let answer = tried(&mut browser, &site, closed).await;
    let trying = browser.get(&site, "/settings/now").await;
    assert_eq!(trying.body["trial"], answer.body["trial"]["id"]);
    assert_ne!(trying.headers["etag"], now.headers["etag"]);
    for _ in 0..31 {
        site.clock.forward(60);
        browser.get(&site, "/settings/now").await;
    }
    assert_eq!(browser.get(&site, "/settings/now").await.code(), "sign-in");
}

/// A page whose answer was lost finds its own change again.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_found_by_what_made_its_request_the_same() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let key = "01234567-89ab-7def-8123-456789abcdef";
    browser.key = Some(key);
    let answer = tried(&mut browser, &site, closed).await;
    browser.key = None;
    site.hostd.now().end(HowEnded::Expired);
    assert_eq!(tried(&mut browser, &site, closed).await.status, 200);
    let found = browser.get(&site, &format!("/settings/history?key={key}")).await.body;
    let items = found["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["id"]), (1, &answer.body["trial"]["id"]));
    assert_eq!(items[0]["outcome"], "expired");
    let none = "/settings/history?key=01234567-89ab-7def-8123-000000000000";
    assert_eq!(browser.get(&site, none).await.body["items"], json!([]));
    let wrong = browser.get(&site, "/settings/history?key=x").await;
    assert_eq!(wrong.fields(), [("/key", "type")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_hostd_is_found_out() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    site.hostd.now().loses = Some(Loses::Undone);
    let lost = tried(&mut browser, &site, closed).await;
    assert_eq!((lost.status.as_u16(), lost.code()), (500, "not-applied"));
    site.hostd.now().loses = Some(Loses::Done);
    let answer = tried(&mut browser, &site, closed).await;
    site.hostd.now().loses = Some(Loses::Done);
    browser.keeps(&site, &answer).await;
    assert_eq!(outcomes(&mut browser, &site).await, ["kept", "failed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_is_the_document_and_a_large_one_fits() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let file = browser.get(&site, "/settings/export").await;
    assert_eq!(String::from_utf8(file.bytes).unwrap(), site.hostd.now().settings.to_json());
    assert!(
        file.headers["content-disposition"].to_str().unwrap().contains("gatehouse-settings.json")
    );
    let (tag, mut document) = changed(&mut browser, &site, |_| {}).await;
    let networks: Vec<_> = (0..1_000).map(|it| format!("192.168.10.{}/32", 2 + it % 250)).collect();
    let networks: std::collections::BTreeSet<_> = networks.into_iter().collect();
    document["crm"]["reachable_from"] = json!([{"zone": "office", "addresses": networks}]);
    let text = document.to_string() + &" ".repeat(200_000);
    assert!(text.len() > 64 * 1024);
    let body = json!({"document": document, "reason": "x".repeat(200), "seconds": 60});
    let answer = browser.put(&site, "/settings", &tag, body).await;
    browser.keeps(&site, &answer).await;
    let history = browser.get(&site, "/settings/history?limit=1").await.body;
    let id = history["items"][0]["id"].as_str().unwrap();
    let whole = browser.get(&site, &format!("/settings/history/{id}")).await;
    assert_eq!(whole.body["document"]["crm"], document["crm"]);
    assert_eq!(
        browser.get(&site, "/settings/history/00000000-0000-0000-0000-000000000000").await.status,
        404
    );
}

/// New rules that break the connection make a browser send the request again once the former ones are
/// back: it must not be tried again.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_browser_sends_again_by_itself_is_not_tried_again() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    browser.key = Some("01234567-89ab-7def-8123-456789abcdef");
    assert_eq!(tried(&mut browser, &site, closed).await.status, 200);
    for _ in 0..2 {
        let again = tried(&mut browser, &site, closed).await;
        assert_eq!((again.status.as_u16(), again.code()), (409, "tried-already"));
        if site.hostd.now().trial.is_some() {
            site.hostd.now().end(HowEnded::Expired);
        }
    }
    assert!(site.hostd.now().trial.is_none());
    browser.key = Some("01234567-89ab-7def-8123-000000000000");
    assert_eq!(tried(&mut browser, &site, closed).await.status, 200);
    assert_eq!(outcomes(&mut browser, &site).await, ["trying", "expired"]);
}

/// Other pages ask what is in force at the moment in which hostd is about to try it.
#[tokio::test(flavor = "multi_thread")]
async fn who_looks_while_hostd_is_asked_ends_nothing() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let mut other = browser.clone();
    let (go, wait) = tokio::sync::oneshot::channel();
    site.hostd.now().holds_try = Some(wait);
    let looks = async {
        while outcomes(&mut other, &site).await.is_empty() {}
        other.get(&site, "/settings").await;
        let seen = outcomes(&mut other, &site).await;
        go.send(()).unwrap();
        seen
    };
    let (answer, seen) = tokio::join!(tried(&mut browser, &site, closed), looks);
    assert_eq!(seen, ["trying"]);
    browser.keeps(&site, &answer).await;
    assert_eq!(outcomes(&mut browser, &site).await, ["kept"]);
}
