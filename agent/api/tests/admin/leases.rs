//! Addresses that are lent: paged, searched, and told to be fixed where the settings say so.

use std::net::Ipv4Addr;

use host_api::Lease;
use serde_json::{Value, json};

use crate::browser::{Browser, Disk};
use crate::hostd::{EXAMPLE, Hostd};

fn lease(number: u32, name: Option<&str>) -> Lease {
    Lease {
        address: Ipv4Addr::from_bits(0xc0a8_0a00 + number),
        mac: format!("52:54:00:00:{:02x}:{:02x}", number >> 8, number & 255),
        name: name.map(str::to_owned),
        expires: Some(1_796_034_009),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_are_walked_page_by_page() {
    let hostd = Hostd::example();
    let many = (1..=10_000).map(|number| ("office".to_owned(), lease(number, None)));
    hostd.now().leases = many.chain([("guest".to_owned(), lease(7, None))]).collect();
    let site = Disk::new(hostd).start().await;
    let mut browser = Browser::admin(&site).await;
    let (mut at, mut seen) = (String::new(), Vec::new());
    loop {
        let page = browser.get(&site, &format!("/leases?limit=200{at}")).await.body;
        assert_eq!(page["total"], 10_001);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 200);
        let keys = items.iter().map(|one| format!("{}/{}", one["zone"], one["address"]));
        seen.extend(keys);
        let Some(next) = page["next"].as_str() else { break };
        at = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), 10_001);
    assert_eq!(seen[0], "\"guest\"/\"192.168.10.7\"");
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 10_001, "one is told twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_searched_and_those_of_the_settings_are_fixed() {
    let hostd = Hostd::example();
    let fixed = r#""reservations": [{"mac": "52:54:00:00:00:14", "address": "192.168.10.20"}],
        "vlan": 10,"#;
    let document = EXAMPLE.replace("\"vlan\": 10,", fixed);
    hostd.now().settings = settings::parse(document.as_bytes()).unwrap();
    let office = [lease(20, Some("printer")), lease(21, Some("reception-pc")), lease(22, None)];
    hostd.now().leases = office.map(|one| ("office".to_owned(), one)).into();
    let site = Disk::new(hostd).start().await;
    let mut browser = Browser::admin(&site).await;
    let all = browser.get(&site, "/leases").await.body;
    let printer = json!({"zone": "office", "address": "192.168.10.20", "mac": "52:54:00:00:00:14",
        "name": "printer", "expires": "2026-11-30T10:20:09Z", "fixed": true});
    assert_eq!(all["items"][0], printer);
    assert_eq!((&all["items"][1]["fixed"], &all["total"]), (&json!(false), &json!(3)));
    for (query, count) in [
        ("?search=PRINT", 1),
        ("?search=00:16", 1),
        ("?search=10.2", 3),
        ("?search=nothing", 0),
        ("?zone=guest", 0),
        ("?zone=office&search=%20pc%20", 1),
    ] {
        let found = browser.get(&site, &format!("/leases{query}")).await.body;
        assert_eq!(found["total"], count, "{query}");
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
        assert_eq!(found["next"], Value::Null);
    }
    let long = format!("?search={}", "x".repeat(101));
    for (query, field, code) in [
        ("?zone=Office", "/zone", "no-zone"),
        ("?cursor=office", "/cursor", "cursor"),
        ("?limit=201", "/limit", "limit"),
        ("?order=x", "/order", "unknown"),
        (long.as_str(), "/search", "too-long"),
    ] {
        let refused = browser.get(&site, &format!("/leases{query}")).await;
        assert_eq!(refused.status, 422, "{query}");
        let error = &refused.body["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)));
    }
}
