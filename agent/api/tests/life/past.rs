//! A manager looks into a copy at a real server and brings back what was changed and deleted since.

use serde_json::{Value, json};

use crate::nas::Nas;
use crate::place::Place;
use crate::restored::{target, until};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_and_deleted_since_a_copy_comes_back() {
    let nas = Nas::start(&["--private-repos", "--append-only"]);
    let place = Place::new();
    let process = place.start();
    let (mut anna, _) = process.claimed(&place).await;
    let mut ids = Vec::new();
    for name in ["李雷", "Anna Müller", "Bernd", "Same"] {
        let made = anna.post("/contacts", json!({ "name": name, "phone": "1" })).await.good();
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    let made = anna.post("/copies", target(&nas)).await.good();
    let of = made["id"].clone();
    let path = format!("/copies/{}", of.as_str().unwrap());
    until(&mut anna, "/copies", |told| {
        told["items"][0]["drill"] != Value::Null && told["items"][0]["doing"] == Value::Null
    })
    .await;
    let found = anna.get(&format!("{path}/made")).await.good();
    assert_eq!(found["count"], 1);
    let copy = found["items"][0].clone();

    // Nothing is open yet.
    assert_eq!(anna.get("/past").await.good()["state"], "none");
    assert!(anna.get("/past/contacts").await.told().starts_with("409"));
    let unknown = anna.post("/past", json!({ "target": of, "copy": "no copy" })).await;
    assert_eq!(unknown.told(), "422 invalid /copy unknown");
    let none = json!({ "target": of, "copy": "0".repeat(64) });
    anna.post("/past", none).await.good();
    let failed = until(&mut anna, "/past", |told| told["state"] != "restoring").await;
    assert_eq!((&failed["state"], &failed["why"]), (&json!("failed"), &json!("nothing")));

    let version = json!(1);
    for id in [&ids[0], &ids[2]] {
        anna.change(&format!("/contacts/{id}"), &version, json!({ "phone": "2" })).await.good();
    }
    anna.delete_at(&format!("/contacts/{}", ids[1]), &version).await.good();
    anna.post("/contacts", json!({ "name": "New" })).await.good();

    anna.post("/past", json!({ "target": of, "copy": copy["id"] })).await.good();
    let open = until(&mut anna, "/past", |told| told["state"] != "restoring").await;
    assert_eq!((&open["state"], &open["at"]), (&json!("open"), &copy["at"]), "{open}");
    let differs =
        json!({ "same": 1, "deleted": 1, "changed": 2, "made": 1, "erased": 0, "damaged": 0 });
    assert_eq!(open["differs"], differs);
    let listed = anna.get("/past/contacts").await.good();
    let names: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Anna Müller", "Bernd", "李雷"]);
    let chosen = anna.get("/past/contacts?since=made&limit=1").await.good();
    assert_eq!((&chosen["items"][0]["name"], &chosen["count"]), (&json!("New"), &json!(1)));
    let one = anna.get(&format!("/past/contacts/{}", ids[0])).await.good();
    assert_eq!((&one["then"]["phone"], &one["now"]["phone"]), (&json!("1"), &json!("2")));

    // One, and then all of it.
    anna.post(&format!("/past/contacts/{}/restore", ids[0]), Value::Null).await.good();
    let now = anna.get(&format!("/contacts/{}", ids[0])).await.good();
    assert_eq!(now["phone"], "1");
    let made = chosen["items"][0]["id"].as_str().unwrap();
    let refused = anna.post(&format!("/past/contacts/{made}/restore"), Value::Null).await;
    assert!(refused.told().starts_with("404"), "{}", refused.told());
    anna.post("/past/restore", json!({ "deleteMade": false })).await.good();
    let all = until(&mut anna, "/past", |told| told["all"]["over"] == json!(true)).await;
    assert_eq!(all["all"], json!({ "of": 2, "done": 2, "failed": 0, "over": true }));
    assert_eq!((&all["differs"]["made"], &all["differs"]["deleted"]), (&json!(1), &json!(0)));
    for id in &ids {
        assert_eq!(anna.get(&format!("/contacts/{id}")).await.good()["phone"], "1");
    }
    anna.post("/past/restore", json!({ "deleteMade": true })).await.good();
    until(&mut anna, "/past", |told| {
        told["all"]["over"] == json!(true) && told["differs"]["made"] == json!(0)
    })
    .await;
    assert_eq!(anna.get(&format!("/contacts/{made}")).await.told(), "404 deleted");

    anna.delete("/past").await.good();
    assert_eq!(anna.get("/past").await.good()["state"], "none");
    assert!(!place.path("past").exists());
    let log = anna.get("/log?limit=100").await.good();
    let actions: Vec<_> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["action"].as_str().unwrap())
        .collect();
    for action in ["copy-looked-into", "copy-brought-back", "contact-restored", "contact-changed"] {
        assert!(actions.contains(&action), "{action}: {actions:?}");
    }
    process.crm.close().await;
}
