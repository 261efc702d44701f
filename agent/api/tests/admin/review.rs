//! A change before it is tried: what it does, in sentences and in addresses, and what is wrong with it.

use host_api::seeing::Device;
use serde_json::{Value, json};

use crate::browser::{Browser, Disk, HERE};
use crate::hostd::Hostd;
use crate::trial::{changed, closed, outcomes, tried};

#[tokio::test(flavor = "multi_thread")]
async fn a_box_that_moves_is_said_to_and_needs_five_minutes() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let looked = async |browser: &mut Browser, from: &str, to: &str| {
        let now = browser.get(&site, "/settings").await.body["document"].to_string();
        let document: Value = serde_json::from_str(&now.replace(from, to)).unwrap();
        browser.post(&site, "/settings/preview", json!({ "document": document })).await.body
    };
    let moved = looked(&mut browser, "192.168.10.", "10.7.0.").await;
    let here = json!({"zone": "office", "from": "192.168.10.1", "to": "10.7.0.1", "stays": true, "network": true, "here": true});
    assert_eq!((&moved["moves"], &moved["secondsLeast"]), (&json!([here]), &json!(300)));
    let tag = browser.tag(&site, "/settings").await;
    let text = site.hostd.now().settings.to_json().replace("192.168.10.", "10.7.0.");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        browser.tries(&site, "/settings", &tag, json!({ "document": document })).await.status,
        200
    );
    assert_eq!(browser.get(&site, "/settings").await.body["trial"]["moves"], json!([here]));
    assert_eq!(browser.post(&site, "/settings/undo", json!({})).await.status, 204);
    let other = looked(&mut browser, "\"vlan\":10", "\"vlan\":11").await;
    assert_eq!((&other["moves"], &other["secondsLeast"]), (&json!([]), &json!(30)), "{other}");
}

fn device(address: &str, port: &str) -> Device {
    Device {
        zone: "office".to_owned(),
        addresses: vec![address.parse().unwrap()],
        port: Some(port.to_owned()),
        here: true,
        ..Device::default()
    }
}

/// The rules let its address in as before; the port is another zone's.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_plugged_in_at_a_port_that_goes_is_told() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    hostd.forget();
    let to_guests: fn(&mut Value) =
        |document| document["ports"]["office"]["role"] = json!({"access": "guest"});
    let (_, document) = changed(&mut browser, &site, to_guests).await;
    let document = json!({ "document": document });
    let looked = browser.post(&site, "/settings/preview", document.clone()).await.body;
    assert_eq!(looked["findings"][0]["weight"], "good", "{looked}");
    hostd.now().devices = vec![device("192.168.10.20", "trunk"), device(HERE, "office")];
    let looked = browser.post(&site, "/settings/preview", document.clone()).await.body;
    let first = &looked["findings"][0];
    assert_eq!(first["weight"], "warning", "{looked}");
    let text = first["text"].as_str().unwrap();
    assert!(text.contains("plugged in at port office, which leaves Office"), "{text}");
    assert!(looked["findings"].as_array().unwrap().iter().all(|it| it["weight"] != "good"));
    hostd.now().devices = vec![device(HERE, "trunk")];
    let looked = browser.post(&site, "/settings/preview", document).await.body;
    assert_eq!(looked["findings"][0]["weight"], "good", "{looked}");
}

/// The sentence names a few, its list all.
#[tokio::test(flavor = "multi_thread")]
async fn long_lists_of_a_sentence_are_there_in_whole() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let some: fn(&mut Value) = |document| {
        let all: Vec<_> = (20..30).map(|it| format!("192.168.10.{}/32", it * 2)).collect();
        document["crm"]["reachable_from"] = json!([{"zone": "office", "addresses": all}]);
    };
    let (_, document) = changed(&mut browser, &site, some).await;
    let looked = browser.post(&site, "/settings/preview", json!({ "document": document })).await;
    let all: Vec<_> = (20..30).map(|it| format!("192.168.10.{}", it * 2)).collect();
    let list = json!([{"at": 0, "entries": all}]);
    assert_eq!(looked.body["lists"], list, "{}", looked.body["words"]);
    assert!(looked.body["words"][0].as_str().unwrap().contains("and 8 more"));
    let answer = tried(&mut browser, &site, some).await;
    assert_eq!(browser.get(&site, "/settings").await.body["trial"]["lists"], list);
    let id = answer.body["trial"]["id"].as_str().unwrap();
    let whole = browser.get(&site, &format!("/settings/history/{id}")).await.body;
    assert_eq!(whole["lists"], list);
}

/// What a page would make of it by reading it first is not what is judged.
#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_there_twice_is_refused_by_name() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let now = browser.get(&site, "/settings").await.body["document"].to_string();
    let twice = now.replacen("\"vlan\":", "\"vlan\":7,\"vlan\":", 1);
    assert_ne!(twice, now);
    let body = format!("{{\"document\":{twice}}}");
    let refused = browser.post_text(&site, "/settings/preview", body).await;
    assert_eq!(refused.status, 422);
    let (field, code) = refused.fields()[0];
    assert!(field.starts_with("/document/zones/") && field.ends_with("/vlan"), "{field} {code}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_looked_at_before_and_the_same_is_none() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let (tag, document) = changed(&mut browser, &site, closed).await;
    let looked = browser.post(&site, "/settings/preview", json!({ "document": document })).await;
    assert_eq!(looked.status, 200, "{}", looked.body);
    for name in ["words", "findings", "rules"] {
        assert!(!looked.body[name].as_array().unwrap().is_empty(), "{name}: {}", looked.body);
    }
    let (_, same) = changed(&mut browser, &site, |_| {}).await;
    let looked = browser.post(&site, "/settings/preview", json!({ "document": same })).await;
    assert_eq!((&looked.body["words"], &looked.body["rules"]), (&json!([]), &json!([])));
    let body = json!({"document": same, "reason": "", "seconds": 60});
    let same = browser.put(&site, "/settings", &tag, body).await;
    assert_eq!((same.status.as_u16(), &same.body["trial"]), (200, &Value::Null));
    assert_eq!(outcomes(&mut browser, &site).await, [] as [String; 0]);

    let mut wrong = document.clone();
    wrong["zones"]["office"]["vlan"] = json!(5000);
    let body = json!({"document": wrong, "reason": "\u{202e}x", "seconds": 5});
    let refused = browser.put(&site, "/settings", &tag, body).await;
    assert_eq!(refused.fields(), [("/reason", "hidden-character"), ("/seconds", "trial-seconds")]);
    let body = json!({"document": wrong, "reason": "", "seconds": 60});
    let refused = browser.put(&site, "/settings", &tag, body).await;
    assert_eq!(refused.fields()[0].0, "/document/zones/office/vlan", "{}", refused.body);
    let looked = browser.post(&site, "/settings/preview", json!({ "document": wrong })).await;
    assert_eq!(looked.fields()[0].0, "/document/zones/office/vlan");
    let body = json!({"document": document, "reason": "", "seconds": 60});
    let stale = browser.put(&site, "/settings", "\"1\"", body).await;
    assert_eq!((stale.status.as_u16(), stale.code()), (412, "changed-meanwhile"));
    assert_eq!(outcomes(&mut browser, &site).await, [] as [String; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_names_devices_groups_and_services() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    site.hostd.forget();
    site.hostd.now().devices = vec![Device {
        mac: "52:54:00:00:00:01".to_owned(),
        name: Some("Reception-PC".to_owned()),
        ..Device::default()
    }];
    let findings = async |browser: &mut Browser, with: fn(&mut Value)| -> Vec<String> {
        let (_, document) = changed(browser, &site, with).await;
        let looked =
            browser.post(&site, "/settings/preview", json!({ "document": document })).await;
        assert_eq!(looked.status, 200, "{}", looked.body);
        let all = looked.body["findings"].as_array().unwrap();
        all.iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect()
    };
    let shut = |document: &mut Value| document["quarantine"] = json!(["52:54:00:00:00:01"]);
    let told = findings(&mut browser, shut).await;
    let named = "The device Reception-PC (52:54:00:00:00:01) is shut off from everything but \
                 names and addresses.";
    assert!(told.iter().any(|text| text == named), "{told:#?}");
    let printing = |document: &mut Value| {
        document["groups"] = json!({"Printers": ["192.168.20.7", "192.168.20.9"]});
        document["rules"] = json!([{"id": 1, "action": "allow", "services": ["printing"],
            "from": {"zones": ["office"], "addresses": "all"},
            "to": {"zones": ["guest"], "addresses": [{"group": "Printers"}]}}]);
    };
    let told = findings(&mut browser, printing).await;
    let named =
        "Office can now reach 192.168.20.7 and 192.168.20.9 in Guest (group Printers): printing.";
    assert!(told.iter().any(|text| text == named), "{told:#?}");
}
