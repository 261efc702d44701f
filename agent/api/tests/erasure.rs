//! Erasing a contact for good over HTTP: who may, of what version, once, and what is told afterwards.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Browser, Office};
use identity::Role;
use serde_json::{Value, json};

const KEY: &str = "01890000-0000-7000-8000-000000000001";
const AT: &str = "2027-01-15T08:00:00Z";

async fn made(office: &Office, name: &str, note: &str) -> String {
    let new = json!({ "name": name, "phone": "138 1234 5678", "note": note });
    let made = office.manager.post("/contacts", new).await.good();
    format!("/contacts/{}", made["id"].as_str().unwrap())
}

fn why() -> Value {
    json!({ "reason": "asked" })
}

/// The log's entries of erasures, newest first.
async fn told(office: &Office) -> Vec<Value> {
    let log = office.manager.get("/log?limit=200").await.good();
    let all = log["items"].as_array().unwrap().clone();
    all.into_iter().filter(|one| one["action"] == "contact-erased").collect()
}

#[tokio::test]
async fn an_erased_contact_is_gone_from_everywhere_and_who_did_it_is_told() {
    let office = Office::open().await;
    let path = made(&office, "张三明", "").await;
    let other = made(&office, "李四", "knows 张三明").await;
    let erasure = format!("{path}/erasure");
    let ahead = office.manager.get(&erasure).await.good();
    let id = other.strip_prefix("/contacts/").unwrap();
    assert_eq!(
        ahead,
        json!({
            "name": "张三明", "company": "", "version": 1, "deletion": null,
            "mentions": [{ "id": id, "name": "李四" }], "mentioned": 1,
        })
    );
    let sent = json!({ "reason": "not-needed", "note": "17/26" });
    let erased = office.manager.at("POST", &erasure, &json!(1), sent).await.good();
    assert_eq!((&erased["erasedAt"], &erased["erasedBy"]["name"]), (&json!(AT), &json!("王芳")));
    let (anna, _) = office.joined("Anna", Role::Staff).await;
    let asks: [(&str, String, Value); 6] = [
        ("GET", path.clone(), Value::Null),
        ("PATCH", path.clone(), json!({ "note": "x" })),
        ("DELETE", path.clone(), Value::Null),
        ("POST", format!("{path}/restore"), Value::Null),
        ("GET", format!("{path}/history"), Value::Null),
        ("GET", erasure.clone(), Value::Null),
    ];
    for (method, path, body) in asks {
        let who: &Browser = if path == erasure { &office.manager } else { &anna };
        let gone = who.at(method, &path, &json!(1), body).await;
        assert_eq!(gone.told(), "410 erased", "{method} {path}");
        assert_eq!(gone.body["erasedBy"], erased["erasedBy"], "{method} {path}");
        assert_eq!(gone.body["erasedAt"], json!(AT), "{method} {path}");
        assert!(!gone.body.to_string().contains("张三明"), "{method} {path}");
    }
    let chinese = Browser { language: "zh-CN", ..office.manager.clone() };
    let gone = chinese.post(&format!("{path}/restore"), Value::Null).await;
    assert_eq!(gone.body["title"], "此联系人已被彻底删除");
    let list = office.manager.get("/contacts?search=138").await.good();
    assert_eq!((&list["count"], &list["items"][0]["name"]), (&json!(1), &json!("李四")));
    assert_eq!(office.manager.get("/contacts/deleted").await.good()["items"], json!([]));
    let log = told(&office).await;
    let done: Vec<_> = log.iter().filter(|one| one["outcome"] == "allowed").collect();
    let reasons: Vec<_> = done.iter().map(|one| &one["reason"]).collect();
    assert_eq!(reasons, [&json!("key-destroyed"), &json!("not-needed: 17/26")]);
    for entry in done {
        assert_eq!(entry["actor"]["name"], "王芳");
        let record = &entry["records"][0];
        assert_eq!((&record["table"], &record["label"]), (&json!("erased"), &Value::Null));
        assert!(path.ends_with(record["id"].as_str().unwrap()));
    }
    let everything = office.manager.get("/log?limit=200").await.good().to_string();
    assert!(!everything.contains("张三明"), "no entry names the person any more");
}

#[tokio::test]
async fn only_a_manager_erases_and_that_another_tried_is_in_the_log() {
    let office = Office::open().await;
    let path = made(&office, "张三明", "").await;
    let (anna, _) = office.joined("Anna", Role::Staff).await;
    let erasure = format!("{path}/erasure");
    assert_eq!(anna.get(&erasure).await.told(), "403 not-allowed");
    let refused = anna.at("POST", &erasure, &json!(1), why()).await;
    assert_eq!(refused.told(), "403 not-allowed");
    assert_eq!(anna.get(&path).await.good()["name"], "张三明");
    assert!(office.log().contains(&"!not-allowed".to_owned()));
}

#[tokio::test]
async fn what_changed_or_was_deleted_meanwhile_is_not_erased() {
    let office = Office::open().await;
    let path = made(&office, "张三明", "").await;
    let erasure = format!("{path}/erasure");
    let bare = office.manager.post(&erasure, why()).await;
    assert_eq!(bare.told(), "428 needs-version");
    let changed = office.manager.at("PATCH", &path, &json!(1), json!({ "note": "n" })).await.good();
    let late = office.manager.at("POST", &erasure, &json!(1), why()).await;
    assert_eq!((late.told().as_str(), &late.body["current"]), ("412 changed-meanwhile", &changed));
    office.manager.at("DELETE", &path, &json!(2), Value::Null).await.good();
    let late = office.manager.at("POST", &erasure, &json!(2), why()).await;
    assert_eq!((late.told().as_str(), &late.body["version"]), ("404 deleted", &json!(3)));
    let ahead = office.manager.get(&erasure).await.good();
    assert_eq!((&ahead["version"], &ahead["name"]), (&json!(3), &json!("张三明")));
    assert_eq!(ahead["deletion"]["deletedBy"]["name"], "王芳");
    office.manager.at("POST", &erasure, &json!(3), why()).await.good();
    let restore = office.manager.post(&format!("{path}/restore"), Value::Null).await;
    assert_eq!(restore.told(), "410 erased");
    let nobody = "/contacts/01890000-0000-7000-8000-000000000009/erasure";
    assert_eq!(office.manager.at("POST", nobody, &json!(1), why()).await.told(), "404 not-found");
}

#[tokio::test]
async fn a_repeated_request_erases_once_and_gets_the_same_answer() {
    let office = Office::open().await;
    let path = format!("{}/erasure", made(&office, "张三明", "").await);
    let headers = [("if-match", "\"1\""), ("idempotency-key", KEY)];
    let first = office.manager.ask("POST", &path, &headers, why()).await.good();
    let again = office.manager.ask("POST", &path, &headers, why()).await.good();
    assert_eq!(first, again);
    let other = json!({ "reason": "mistake" });
    let used = office.manager.ask("POST", &path, &headers, other).await;
    assert_eq!(used.told(), "409 key-used");
    let anew = office.manager.at("POST", &path, &json!(1), why()).await;
    assert_eq!(anew.told(), "410 erased");
    let done = told(&office).await.into_iter().filter(|one| one["reason"] == "asked").count();
    assert_eq!(done, 1);
}

#[tokio::test]
async fn a_reason_is_needed_and_names_nobody() {
    let office = Office::open().await;
    let contact = made(&office, "张三明", "").await;
    let path = format!("{contact}/erasure");
    for (sent, told) in [
        (json!({}), "422 invalid /reason required"),
        (json!({ "reason": "revenge" }), "422 invalid /reason type"),
        (json!({ "reason": "asked", "why": "x" }), "422 invalid /why unknown"),
        (json!({ "reason": "other" }), "422 invalid /note required"),
        (json!({ "reason": "asked", "note": "x".repeat(201) }), "422 invalid /note too-long"),
        (json!({ "reason": "asked", "note": "a\u{7}" }), "422 invalid /note control-character"),
        (json!({ "reason": "asked", "note": "张三明本人要求" }), "422 invalid /note names-person"),
    ] {
        let refused = office.manager.at("POST", &path, &json!(1), sent.clone()).await;
        assert_eq!(refused.told(), told, "{sent}");
    }
    let chinese = Browser { language: "zh-CN", ..office.manager.clone() };
    let sent = json!({ "reason": "asked", "note": "138 1234 5678" });
    for (who, says) in [(&office.manager, "phone number"), (&chinese, "原因会永久保留")] {
        let refused = who.at("POST", &path, &json!(1), sent.clone()).await;
        let message = refused.body["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(says), "{message}");
    }
    assert_eq!(office.manager.get(&contact).await.good()["name"], "张三明");
}
