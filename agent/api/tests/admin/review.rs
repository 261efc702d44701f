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
    let here = json!({"zone": "office", "from": "192.168.10.1", "to": "10.7.0.1", "stays": true, "lends": true, "here": true});
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

/// Its address is of the new network as well, and its lease says the old router, which is its name server, too.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_be_left_behind_by_a_move_is_not_told_that_all_is_well() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    for (to, good) in
        [("192.168.10.9/24", false), ("192.168.9.1/22", false), ("192.168.10.1/23", true)]
    {
        let now = browser.get(&site, "/settings").await.body["document"].to_string();
        let document: Value = serde_json::from_str(&now.replace("192.168.10.1/24", to)).unwrap();
        let body = json!({ "document": document });
        let looked = browser.post(&site, "/settings/preview", body).await.body;
        let findings = looked["findings"].as_array().unwrap();
        assert_eq!(findings.iter().any(|it| it["weight"] == "good"), good, "{to}: {findings:?}");
        let moves = looked["moves"].as_array().unwrap();
        assert_eq!(moves.iter().any(|it| it["here"] == true), !good);
        let new = to.split_once('/').unwrap().0;
        let learns = format!(
            "In Office the box moves from 192.168.10.1 to {new}. A device that keeps its address"
        );
        let learns = |it: &Value| it["text"].as_str().unwrap().contains(&learns);
        assert_eq!(findings.iter().any(learns), !good, "{to}: {findings:?}");
    }
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

/// The rules let its address in as before; its card is shut off.
#[tokio::test(flavor = "multi_thread")]
async fn who_puts_its_own_device_into_quarantine_is_told() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    let card = "52:54:00:00:00:01";
    // Behind which port it is nobody knows.
    let own = Device { mac: card.to_owned(), port: None, ..device(HERE, "") };
    hostd.now().devices = vec![own];
    let first = async |browser: &mut Browser, with: fn(&mut Value)| {
        let (_, document) = changed(browser, &site, with).await;
        let body = json!({ "document": document });
        let looked = browser.post(&site, "/settings/preview", body).await.body;
        let findings = looked["findings"].as_array().unwrap();
        assert!(findings.iter().all(|it| it["weight"] != "good"), "{looked}");
        assert_eq!(findings[0]["weight"], "warning", "{looked}");
        findings[0]["text"].as_str().unwrap().to_owned()
    };
    let told = first(&mut browser, |it| it["quarantine"] = json!(["52:54:00:00:00:01"])).await;
    assert!(told.ends_with("it will be cut off from this page."), "{told}");
    let only = |document: &mut Value| {
        document["quarantine"] = json!(["52:54:00:00:00:01"]);
        document["management"]["from"] =
            json!([{"zone": "office", "addresses": ["192.168.10.50/32"]}]);
    };
    let told = first(&mut browser, only).await;
    assert!(told.ends_with("nobody will reach them."), "{told}");
    let (_, mut document) = changed(&mut browser, &site, only).await;
    document["zones"]["office"]["reservations"] =
        json!([{"mac": card, "address": "192.168.10.50"}]);
    let refused = browser.post(&site, "/settings/preview", json!({ "document": document })).await;
    assert_eq!(refused.fields(), [("/document/management/from", "management_quarantined")]);
}

/// Whatever the hour is.
#[tokio::test(flavor = "multi_thread")]
async fn what_opens_in_hours_is_found_with_them() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    site.hostd.forget();
    let hours: fn(&mut Value) = |document| {
        document["time_zone"] = json!("UTC");
        document["rules"] = json!([{"id": 1, "action": "allow", "services": "all",
            "from": {"zones": ["guest"], "addresses": "all"},
            "to": {"zones": ["office"], "addresses": "all"}, "schedule": "Opening"}]);
    };
    for spans in [
        json!([{"days": ["mon"], "from": "08:00", "to": "18:00"}]),
        json!([{"days": ["tue", "wed", "thu", "fri", "sat", "sun"],
            "from": "00:00", "to": "24:00"}]),
    ] {
        let (_, mut document) = changed(&mut browser, &site, hours).await;
        document["schedules"] = json!({ "Opening": spans });
        let body = json!({ "document": document });
        let looked = browser.post(&site, "/settings/preview", body).await.body;
        let told = looked["findings"].as_array().unwrap().iter().map(|it| &it["text"]);
        let want = "In the hours Opening: Guest can now reach Office: everything.";
        assert!(told.clone().any(|text| text == want), "{looked}");
    }
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
