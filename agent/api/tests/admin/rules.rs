//! Rules as they are told: sentence, what they did, what is odd about them; and hours of the CRM, which the
//! page of who reaches it leaves as they are.

use host_api::{Arrivals, RuleHits};
use serde_json::{Value, json};

use crate::browser::{Browser, Disk, choices};
use crate::hostd::Hostd;

/// The example with two rules, the second of which never decides.
fn with_rules(hostd: &Hostd) {
    let mut now = hostd.now();
    let mut document: Value = serde_json::from_str(&now.settings.to_json()).unwrap();
    let rule = |id: u16, action: &str| {
        json!({"id": id, "action": action, "services": ["ssh"],
            "from": {"zones": ["office"], "addresses": "all"},
            "to": {"zones": ["wan"], "addresses": "all"}})
    };
    document["rules"] = json!([rule(7, "reject"), rule(3, "allow")]);
    document["time_zone"] = json!("Asia/Shanghai");
    document["schedules"] = json!({"Night": [{"days": ["mon"], "from": "22:00", "to": "06:00"}]});
    document["crm"]["reachable_from"][0]["schedule"] = json!("Night");
    now.settings = settings::parse(document.to_string().as_bytes()).unwrap();
    let long_ago = 1_700_000_000;
    now.hits = vec![
        RuleHits { rule: 7, hits: 12, last: Some(4_000_000_000), since: long_ago },
        RuleHits { rule: 3, hits: 0, last: None, since: long_ago },
    ];
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_told_in_the_reader_s_language() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::new();
    browser.up_to_the_last_page(&site).await;
    browser.post(&site, "/setup/finish", choices()).await;
    with_rules(&hostd);

    browser.language = "zh-CN";
    let told = browser.get(&site, "/rules").await;
    assert_eq!(told.status, 200, "{}", told.body);
    let (first, second) = (&told.body["rules"][0], &told.body["rules"][1]);
    assert_eq!(first["sentence"], "“办公”访问互联网会被当即拒绝：SSH");
    assert_eq!((&first["id"], &first["on"], &first["hits"]), (&json!(7), &json!(true), &json!(12)));
    assert_eq!(first["lastHit"], "2096-10-02T07:06:40Z");
    assert_eq!(first["remarks"], json!([]));
    assert_eq!((&second["lastHit"], &second["hits"]), (&Value::Null, &json!(0)));
    let kinds = |rule: &Value| -> Vec<Value> {
        rule["remarks"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect()
    };
    assert_eq!(kinds(second), ["shadowed", "unused"]);
    assert_eq!(second["remarks"][0]["rule"], 7);
    let known = told.body["knownServices"].as_array().unwrap();
    assert!(known.contains(&json!({"name": "ssh", "ways": ["tcp/22"]})));
    assert_eq!(told.body.get("timeZones"), None, "hundreds of names with each poll");
    let zones = browser.get(&site, "/time-zones").await;
    let zones = zones.body["items"].as_array().unwrap();
    assert!(zones.contains(&json!("Asia/Shanghai")), "{}", zones.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_to_published_services_is_told() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    {
        let mut now = hostd.now();
        let mut document: Value = serde_json::from_str(&now.settings.to_json()).unwrap();
        let shop = |id: u16| {
            json!({"id": id, "label": format!("Shop {id}"), "ports": [format!("tcp/{id}")],
                "from": "all", "to": {"zone": "office", "address": "192.168.10.5"}})
        };
        document["publish"] = json!([shop(8), shop(3)]);
        document["publish"][1]["from"] = json!(["192.168.10.0/24"]);
        now.settings = settings::parse(document.to_string().as_bytes()).unwrap();
        let (last, since) = (Some(4_000_000_000), 1_700_000_000);
        now.arrivals = vec![
            Arrivals { service: 8, hits: 12, last, since },
            // Of a service that is published no more.
            Arrivals { service: 9, hits: 1, last, since },
        ];
    }
    let told = browser.get(&site, "/published").await;
    let since = "2023-11-14T22:13:20Z";
    let came = json!({"id": 8, "for": "anybody", "hits": 12, "lastHit": "2096-10-02T07:06:40Z", "countedSince": since});
    let new = json!({"id": 3, "for": "own", "hits": 0, "lastHit": null, "countedSince": null});
    assert_eq!(told.body["items"], json!([came, new]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reaches_the_crm_is_chosen_without_losing_its_hours() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::new();
    browser.up_to_the_last_page(&site).await;
    browser.post(&site, "/setup/finish", choices()).await;
    with_rules(&hostd);
    let seen = browser.get(&site, "/crm-access").await;
    let tag = seen.headers["etag"].to_str().unwrap().to_owned();
    let body = json!({"reachableFrom": [{"zone": "office", "addresses": "all"}], "reason": "", "seconds": 60});
    let tried = browser.put(&site, "/crm-access", &tag, body).await;
    assert_eq!(tried.status, 200, "{}", tried.body);
    let source = hostd.now().settings.crm.reachable_from[0].clone();
    assert_eq!(source.schedule.unwrap().as_str(), "Night");
}
