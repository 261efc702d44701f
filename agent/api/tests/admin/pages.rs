//! Protection, zones, certificates.

use api::shape::admin::CrmReach;
use serde_json::{Value, json};

use crate::browser::{Browser, Disk, EPOCH, choices};
use crate::hostd::Hostd;

#[tokio::test(flavor = "multi_thread")]
async fn no_protection_is_proven_by_nobody() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::admin(&site).await;
    browser.language = "zh-CN";
    let protection = browser.get(&site, "/protection").await.body;
    assert_eq!(protection["checkedAt"], "2027-01-15T08:00:00Z");
    let rows = protection["rows"].as_array().unwrap();
    let keys: Vec<&str> = rows.iter().map(|row| row["key"].as_str().unwrap()).collect();
    let expected = ["data", "access", "network", "application", "people", "suppliers", "audit"];
    assert_eq!(keys, expected);
    for row in rows {
        // Nobody is told outside the box yet: no try is needed to know that.
        let state = if row["key"] == "audit" { "open" } else { "unknown" };
        assert_eq!((&row["state"], &row["proof"]), (&state.into(), &Value::Null));
        let todo = row["key"] == "data" || row["key"] == "audit";
        assert_eq!(row["todo"].is_string(), todo, "{row}");
    }
    assert!(rows[0]["todo"].as_str().unwrap().contains("尚未启用"));
    site.reach.send_replace((CrmReach::Open, EPOCH));
    let rows = browser.get(&site, "/protection").await.body;
    assert!(rows["rows"][0]["todo"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn zones_are_told_with_what_the_rules_let_through() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::new();
    browser.up_to_the_last_page(&site).await;
    let mut wanted = choices();
    wanted["zones"]["guest"] = true.into();
    assert_eq!(browser.post(&site, "/setup/finish", wanted).await.status, 200);
    let zones = browser.get(&site, "/zones").await.body;
    let kinds: Vec<_> = zones["zones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|zone| (zone["name"].as_str().unwrap(), zone["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(kinds, [("wan", "wan"), ("crm", "crm"), ("guest", "guest"), ("office", "office")]);
    let office = &zones["zones"][3];
    assert_eq!(office["addresses"], json!(["192.168.10.1/24", "fd12:3456:789a:a::1/64"]));
    assert_eq!(office["vlan"], 10);
    let ports = json!([
        {"name": "office", "interface": "e-office", "linked": true},
        {"name": "trunk", "interface": "e-trunk", "linked": true},
    ]);
    assert_eq!(office["ports"], ports);
    let flows = zones["flows"].as_array().unwrap();
    assert_eq!(flows.len(), 12, "every pair is told");
    let open: Vec<_> = flows
        .iter()
        .filter(|flow| flow["allow"] != "none")
        .map(|flow| format!("{} {} {}", flow["from"], flow["to"], flow["allow"]).replace('"', ""))
        .collect();
    assert_eq!(open, ["guest wan all", "office wan all", "office crm crm"]);
    assert_eq!(zones["wan"], json!({"interface": "e-wan", "addresses": ["203.0.113.10"]}));
    assert_eq!((&zones["state"], &zones["ruleset"]), (&"ready".into(), &"ab".repeat(32).into()));
    let codes: Vec<_> = zones["notices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["port_unbound", "port_unknown"]);
    let card =
        json!({"interface": "e-new", "mac": "52:54:00:67:00:09", "path": null, "linked": true});
    assert_eq!(zones["cards"], json!([card]));
    assert_eq!((&office["label"], &office["isolated"]), (&json!(null), &json!(false)));
    assert!(zones["notices"][1]["text"].as_str().unwrap().contains("52:54:00:67:00:09"));
    browser.language = "zh-CN";
    let chinese = browser.get(&site, "/zones").await.body;
    assert!(!chinese["notices"][1]["text"].as_str().unwrap().is_ascii());
}

#[tokio::test(flavor = "multi_thread")]
async fn zones_are_called_as_the_reader_knows_them() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    hostd.forget();
    let guest = "guest".parse().unwrap();
    hostd.now().notices = ["office", "guest"]
        .map(|zone| {
            let values = [("device", "52:54:00:67:00:09".to_owned()), ("zone", zone.to_owned())];
            host_api::Notice::new("rogue_dhcp_in_zone", values)
        })
        .to_vec();
    hostd.now().settings.zones.get_mut(&guest).unwrap().label = Some("仓库".parse().unwrap());
    browser.language = "zh-CN";
    let zones = browser.get(&site, "/zones").await.body;
    let said = |at: usize| zones["notices"][at]["text"].as_str().unwrap();
    assert!(said(0).contains("办公") && !said(0).contains("office"), "{}", said(0));
    assert!(said(1).contains("仓库") && !said(1).contains("guest"), "{}", said(1));
    let probe =
        json!({"from": "guest", "to": "office", "protocol": "tcp", "port": 443, "version": 4});
    let tried = browser.post(&site, "/probes", probe).await.body;
    assert!(tried["text"].as_str().unwrap().contains("仓库"), "{tried}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authority_is_for_everybody_the_rest_for_admins() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::new();
    let authority = browser.get(&site, "/ca.crt").await;
    assert_eq!(authority.headers["content-type"], "application/x-x509-ca-cert");
    let file = authority.headers["content-disposition"].to_str().unwrap();
    assert!(file.starts_with("attachment"), "{file}");
    assert_eq!(authority.bytes, [0x30, 0x82]);
    for path in ["/certificate", "/protection", "/zones", "/leases", "/crm-access", "/crm"] {
        let answer = browser.get(&site, path).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (401, "sign-in"), "{path}");
    }
    let mut admin = Browser::admin(&site).await;
    let told = admin.get(&site, "/certificate").await.body;
    assert_eq!(told["caFingerprint"], "AB:CD");
    assert_eq!(told["leaves"][0]["name"], "gatehouse.internal");
}
