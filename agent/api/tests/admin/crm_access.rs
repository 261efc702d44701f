//! Who reaches the CRM.

use std::time::Duration;

use serde_json::json;

use crate::browser::{Browser, Disk};
use crate::hostd::{Fails, Hostd, Loses};

#[tokio::test(flavor = "multi_thread")]
async fn is_changed_by_its_version() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let now = browser.get(&site, "/crm-access").await;
    assert_eq!(
        now.body,
        json!({"reachableFrom": [{"zone": "office", "addresses": "all"}], "zones": ["office"]})
    );
    let tag = now.headers["etag"].to_str().unwrap().to_owned();
    let before = serde_json::to_value(&site.hostd.now().settings).unwrap();
    let some = json!({"reachableFrom": [{"zone": "office", "addresses": ["192.168.10.20"]}]});
    let tried = browser.tries(&site, "/crm-access", &tag, some.clone()).await;
    browser.keeps(&site, &tried).await;
    let changed = browser.get(&site, "/crm-access").await;
    assert_eq!(changed.body["reachableFrom"][0]["addresses"], json!(["192.168.10.20/32"]));
    let mut expected = before;
    expected["crm"]["reachable_from"][0]["addresses"] = json!(["192.168.10.20/32"]);
    assert_eq!(serde_json::to_value(&site.hostd.now().settings).unwrap(), expected);
    let next = changed.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(browser.get(&site, "/crm-access").await.headers["etag"], next.as_str());

    let late = browser.tries(&site, "/crm-access", &tag, json!({"reachableFrom": []})).await;
    assert_eq!((late.status.as_u16(), late.code()), (412, "changed-meanwhile"));
    assert_eq!(late.body["current"], changed.body);
    let nobody = browser.tries(&site, "/crm-access", &next, json!({"reachableFrom": []})).await;
    browser.keeps(&site, &nobody).await;
    assert_eq!(browser.get(&site, "/crm-access").await.body["reachableFrom"], json!([]));
    let zones = browser.get(&site, "/zones").await.body;
    let open = zones["flows"]
        .as_array()
        .unwrap()
        .iter()
        .any(|flow| flow["to"] == "crm" && flow["allow"] != "none");
    assert!(!open, "{zones}");

    let log = site.log();
    let log: Vec<_> = log.iter().filter(|it| it.contains("crm-access")).skip(1).collect();
    let expected =
        ["crm-access-changed", "!crm-access-changed changed-meanwhile", "crm-access-changed"];
    assert_eq!(log, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_at_once_one_is_refused() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let mut other = browser.clone();
    let to = |end: u8| json!({"reachableFrom": [{"zone": "office", "addresses": [format!("192.168.10.{}", 100 + end)]}]});
    for round in 0..20 {
        let now = browser.get(&site, "/crm-access").await;
        let tag = now.headers["etag"].to_str().unwrap();
        let (first, second) = tokio::join!(
            browser.tries(&site, "/crm-access", tag, to(2 * round)),
            other.tries(&site, "/crm-access", tag, to(2 * round + 1)),
        );
        let (tried, refused) = if first.status == 200 { (first, second) } else { (second, first) };
        assert_eq!((refused.status.as_u16(), refused.code()), (412, "changed-meanwhile"));
        browser.keeps(&site, &tried).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_name_the_field_in_the_readers_language() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let tag = browser.get(&site, "/crm-access").await.headers["etag"].to_str().unwrap().to_owned();
    let mut stranger = Browser::new();
    let all = json!({"reachableFrom": []});
    let answer = stranger.tries(&site, "/crm-access", &tag, all.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (401, "sign-in"));
    let unconditional = browser.tries(&site, "/crm-access", "*", all.clone()).await;
    assert_eq!((unconditional.status.as_u16(), unconditional.code()), (428, "needs-version"));
    for (from, field, refused) in [
        (json!([{"zone": "wan", "addresses": "all"}]), "/reachableFrom/0/zone", "wan_is_reserved"),
        (json!([{"zone": "attic", "addresses": "all"}]), "/reachableFrom/0/zone", "no-zone"),
        (
            json!([{"zone": "office", "addresses": ["10.0.0.0/8"]}]),
            "/reachableFrom/0/addresses/0",
            "network_outside",
        ),
        (json!([{"zone": "office", "addresses": []}]), "/reachableFrom/0/addresses", "no-address"),
        (
            json!([{"zone": "office", "addresses": ["192.168.10.7", "192.168.10.1"]}]),
            "/reachableFrom/0/addresses/1",
            "no-device",
        ),
        (
            json!([{"zone": "office", "addresses": ["fd12:3456:789a:a::1"]}]),
            "/reachableFrom/0/addresses/0",
            "no-device",
        ),
        (
            json!([{"zone": "office", "addresses": ["192.168.10.7", "0.0.0.0/0"]}]),
            "/reachableFrom/0/addresses/1",
            "every-device",
        ),
        (
            json!([{"zone": "office", "addresses": ["192.168.10.0/24"]}]),
            "/reachableFrom/0/addresses/0",
            "every-device",
        ),
        (
            json!([{"zone": "office", "addresses": ["192.168.10.128/25", "192.168.10.0/25"]}]),
            "/reachableFrom/0/addresses",
            "every-device",
        ),
        (
            json!([{"zone": "office", "addresses": ["fd12:3456:789a:a:8000::/65", "192.168.10.7", "fd12:3456:789a:a::/65"]}]),
            "/reachableFrom/0/addresses",
            "every-device",
        ),
        (
            json!([{"zone": "office", "addresses": ["10.0.0.7"]}]),
            "/reachableFrom/0/addresses/0",
            "address_outside",
        ),
        (
            json!([{"zone": "office", "addresses": ["::/0"]}]),
            "/reachableFrom/0/addresses/0",
            "every-device",
        ),
        (
            json!([{"zone": "office", "addresses": ["fd12:3456:789a:a::/64"]}]),
            "/reachableFrom/0/addresses/0",
            "every-device",
        ),
        (
            json!([{"zone": "office", "addresses": ["fe80::1"]}]),
            "/reachableFrom/0/addresses/0",
            "link-local",
        ),
    ] {
        let choice = json!({"reachableFrom": from});
        let looked = browser.post(&site, "/crm-access/preview", choice.clone()).await;
        assert_eq!(looked.fields(), [(field, refused)], "{}", looked.body);
        let answer = browser.tries(&site, "/crm-access", &tag, choice).await;
        assert_eq!(answer.fields(), [(field, refused)], "{}", answer.body);
        // The box speaks Chinese, the reader English.
        let message = answer.body["errors"][0]["message"].as_str().unwrap();
        assert!(
            message.is_ascii() && !message.contains("office"),
            "the page says Office: {message}"
        );
        assert!(!message.starts_with(char::is_lowercase) && message.ends_with('.'), "{message}");
    }
    site.hostd.now().fails = Some(Fails::Apply);
    let failed = browser.tries(&site, "/crm-access", &tag, all.clone()).await;
    assert_eq!((failed.status.as_u16(), failed.code()), (500, "not-applied"));
    site.hostd.now().away = true;
    let away = browser.tries(&site, "/crm-access", &tag, all).await;
    assert_eq!((away.status.as_u16(), away.code()), (503, "host-away"));
    site.hostd.now().away = false;
    assert_eq!(browser.get(&site, "/crm-access").await.headers["etag"], tag.as_str());
}

/// hostd was asked and its answer is lost: what is in force says what became of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_found_out() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let tag = browser.get(&site, "/crm-access").await.headers["etag"].to_str().unwrap().to_owned();
    let none = json!({"reachableFrom": []});
    site.hostd.now().loses = Some(Loses::Undone);
    let undone = browser.tries(&site, "/crm-access", &tag, none.clone()).await;
    assert_eq!((undone.status.as_u16(), undone.code()), (500, "not-applied"));
    site.hostd.now().loses = Some(Loses::Done);
    let done = browser.tries(&site, "/crm-access", &tag, none).await;
    browser.keeps(&site, &done).await;
    assert_eq!(browser.get(&site, "/crm-access").await.body["reachableFrom"], json!([]));
    let log = site.log();
    let told = [
        "settings-tried",
        "!settings-changed not-applied",
        "!crm-access-changed not-applied",
        "settings-tried",
        "settings-changed",
        "crm-access-changed",
        "settings-kept",
    ];
    assert_eq!(log[log.len() - told.len()..], told, "{log:?}");
}

/// Nor does hostd answer for a while: that nothing was changed must not be said.
#[tokio::test]
async fn an_answer_that_stays_lost_is_said_to_be() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let tag = browser.get(&site, "/crm-access").await.headers["etag"].to_str().unwrap().to_owned();
    site.hostd.now().loses = Some(Loses::Itself);
    tokio::time::pause();
    let passes = async {
        loop {
            tokio::time::advance(Duration::from_secs(1)).await;
        }
    };
    let lost = tokio::select! {
        lost = browser.tries(&site, "/crm-access", &tag, json!({"reachableFrom": []})) => lost,
        () = passes => unreachable!(),
    };
    assert_eq!((lost.status.as_u16(), lost.code()), (503, "host-unsure"));
    assert_eq!(site.log().last().unwrap(), "!crm-access-changed host-unsure");
}
