//! Contacts over HTTP, as the CRM's pages ask for them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::time::Duration;

use common::Office;
use serde_json::{Value, json};

const KEY: &str = "01890000-0000-7000-8000-000000000001";

fn zhang() -> Value {
    json!({ "name": "张三明", "company": "上海电子", "phone": "138 1234 5678" })
}

#[tokio::test]
async fn a_contact_is_made_and_found() {
    let office = Office::open().await;
    let made = office.manager.post("/contacts", zhang()).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.headers["etag"], "\"1\"");
    let id = made.body["id"].as_str().unwrap();
    assert_eq!(made.headers["location"], format!("/api/v1/contacts/{id}"));
    assert_eq!((&made.body["note"], &made.body["version"]), (&json!(""), &json!(1)));
    assert_eq!(made.body["createdBy"]["name"], "王芳");
    assert_eq!(made.body["createdAt"], "2027-01-15T08:00:00Z");
    let opened = office.manager.get(&format!("/contacts/{id}")).await;
    assert_eq!((&opened.headers["etag"], &opened.body), (&made.headers["etag"], &made.body));
    let list = office.manager.get("/contacts?search=zsm&filter%5Bcompany%5D=上海电子").await.good();
    // A page of notes would be as long as they are.
    let mut row = made.body.clone();
    row.as_object_mut().unwrap().remove("note");
    assert_eq!(list, json!({ "items": [row], "count": 1, "next": null }));
    let none = office.manager.get("/contacts?filter%5Bcompany%5D=上海").await.good();
    assert_eq!(none, json!({ "items": [], "count": 0, "next": null }));
    let missing = office.manager.get("/contacts/01890000-0000-7000-8000-000000000009").await;
    assert_eq!(missing.told(), "404 not-found");
    assert_eq!(office.manager.get("/contacts/9").await.told(), "404 not-found");
}

#[tokio::test]
async fn the_same_request_twice_makes_one_contact() {
    let office = Office::open().await;
    let send = |body| office.manager.ask("POST", "/contacts", &[("idempotency-key", KEY)], body);
    let (one, other) = tokio::join!(send(zhang()), send(zhang()));
    assert_eq!((one.status.as_u16(), other.status.as_u16()), (201, 201));
    assert_eq!(one.body, other.body);
    assert_eq!(send(json!({ "name": "李四" })).await.told(), "409 key-used");
    let list = office.manager.get("/contacts").await.good();
    assert_eq!(list["count"], 1);
    assert!(office.log().contains(&"!contact-created".to_owned()));
    let no_key = &[("idempotency-key", "1")];
    let refused = office.manager.ask("POST", "/contacts", no_key, zhang()).await;
    assert_eq!(refused.told(), "400 idempotency-key");
    let (other, _) = office.joined("Anna", identity::Role::Staff).await;
    let theirs = other.ask("POST", "/contacts", &[("idempotency-key", KEY)], zhang()).await;
    assert_eq!(theirs.told(), "409 key-used");
}

#[tokio::test]
async fn every_refused_field_is_named_in_the_readers_language() {
    let office = Office::open().await;
    let wrong = json!({
        "name": " ", "company": "张".repeat(201), "phone": "1\u{7f}2", "note": "😀".repeat(15_001),
        "position": "Chef\u{202e}",
    });
    let refused = office.manager.post("/contacts", wrong.clone()).await;
    assert_eq!(
        refused.told(),
        "422 invalid /name required /company too-long /position hidden-character \
         /phone control-character \
         /note too-many-bytes"
    );
    assert_eq!(refused.body["errors"][1]["message"], "At most 200 characters");
    let hidden = refused.body["errors"][2]["message"].as_str().unwrap();
    assert!(hidden.starts_with("Character 5 is invisible"), "{hidden}");
    assert_eq!(refused.body["errors"][3]["message"], "Character 2 cannot be used here");
    let chinese = common::Browser { language: "zh-CN", ..office.manager.clone() };
    let told = chinese.post("/contacts", wrong).await.body["errors"].clone();
    let hidden = told[2]["message"].as_str().unwrap();
    assert!(hidden.starts_with("第 5 个字符不可见"), "{hidden}");
    let message = told[1]["message"].clone();
    assert!(message.as_str().unwrap().contains("200") && !message.to_string().is_ascii());
    let unknown = office.manager.post("/contacts", json!({ "name": "a", "fax": "1" })).await;
    assert_eq!(unknown.told(), "422 invalid /fax unknown");
    assert_eq!(office.manager.get("/contacts").await.good()["count"], 0);
}

#[tokio::test]
async fn a_list_comes_page_by_page_in_the_order_asked_for() {
    let office = Office::open().await;
    for name in ["b", "d", "a", "c", "e"] {
        office.manager.post("/contacts", json!({ "name": name })).await.good();
    }
    let (mut names, mut place) = (Vec::new(), String::new());
    loop {
        let page = office.manager.get(&format!("/contacts?sort=-name&limit=2{place}")).await.good();
        assert_eq!(page["count"], 5);
        for item in page["items"].as_array().unwrap() {
            names.push(item["name"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else { break };
        place = format!("&cursor={next}");
    }
    assert_eq!(names, ["e", "d", "c", "b", "a"]);
    let other_order = office.manager.get(&format!("/contacts?sort=name{place}")).await;
    assert_eq!(other_order.told(), "422 invalid /cursor cursor");
    let words = format!("/contacts?search={}", "a+".repeat(11));
    let refused = office.manager.get(&words).await;
    assert_eq!(refused.told(), "422 invalid /search search-too-long");
    assert_eq!(refused.body["errors"][0]["message"], "At most 200 characters in 10 words");
    let refused = office.manager.get("/contacts?sort=note&limit=0&page=2").await;
    assert_eq!(refused.told(), "422 invalid /page unknown /sort sort /limit limit");
}

#[tokio::test]
async fn of_two_tabs_the_second_is_shown_what_is_there() {
    let office = Office::open().await;
    let made = office.manager.post("/contacts", zhang()).await.good();
    let path = format!("/contacts/{}", made["id"].as_str().unwrap());
    let change = json!({ "note": "one" });
    let bare = office.manager.ask("PATCH", &path, &[], change.clone()).await;
    assert_eq!(bare.told(), "428 needs-version");
    let changed = office.manager.at("PATCH", &path, &json!(1), change).await;
    assert_eq!(
        (changed.status.as_u16(), &changed.headers["etag"]),
        (200, &"\"2\"".parse().unwrap())
    );
    let changed = changed.good();
    assert_eq!((&changed["note"], &changed["phone"]), (&json!("one"), &made["phone"]));
    let late = office.manager.at("PATCH", &path, &json!(1), json!({ "note": "two" })).await;
    assert_eq!(late.told(), "412 changed-meanwhile");
    assert_eq!(late.body["current"], changed);
    let late = office.manager.at("DELETE", &path, &json!(1), Value::Null).await;
    assert_eq!((late.told().as_str(), &late.body["current"]), ("412 changed-meanwhile", &changed));
    assert_eq!(office.manager.get(&path).await.good(), changed);
    let log = office.log();
    for refused in ["!contact-changed", "!contact-deleted"] {
        assert!(log.contains(&refused.to_owned()), "{log:?}");
    }
    // Whoever was refused has seen it, twice; then it was opened.
    assert_eq!(log.iter().filter(|entry| *entry == "contact-opened").count(), 3, "{log:?}");
}

#[tokio::test]
async fn a_deleted_one_comes_back_within_the_hour_and_its_history_says_so() {
    let office = Office::open().await;
    let made = office.manager.post("/contacts", zhang()).await.good();
    let path = format!("/contacts/{}", made["id"].as_str().unwrap());
    let restore = format!("{path}/restore");
    let alive = office.manager.post(&restore, Value::Null).await;
    assert_eq!(alive.told(), "404 not-found");
    office.manager.at("PATCH", &path, &json!(1), json!({ "note": "n" })).await.good();
    let deleted = office.manager.at("DELETE", &path, &json!(2), Value::Null).await.good();
    assert_eq!(deleted, json!({ "undoUntil": "2027-01-15T09:00:00Z" }));
    let gone = office.manager.get(&path).await;
    assert_eq!(gone.told(), "404 deleted");
    assert_eq!(gone.body["deletedBy"]["name"], "王芳");
    let (at, until) = ("2027-01-15T08:00:00Z", "2027-01-15T09:00:00Z");
    assert_eq!((&gone.body["deletedAt"], &gone.body["undoUntil"]), (&json!(at), &json!(until)));
    for method in ["PATCH", "DELETE"] {
        let sent = if method == "PATCH" { json!({ "note": "x" }) } else { Value::Null };
        let late = office.manager.at(method, &path, &json!(2), sent).await;
        assert_eq!((late.told(), &late.body["undoUntil"]), ("404 deleted".into(), &json!(until)));
    }
    let list = office.manager.get("/contacts/deleted").await.good();
    let by = gone.body["deletedBy"].clone();
    assert_eq!(
        list["items"],
        json!([{
            "id": made["id"], "name": "张三明", "company": "上海电子",
            "deletedAt": at, "deletedBy": by, "undoUntil": until, "version": 3,
        }])
    );
    let log = office.manager.get("/log").await.good();
    let entries = log["items"].as_array().unwrap();
    let entry = entries.iter().find(|one| one["action"] == "contact-deleted").unwrap();
    assert_eq!(entry["records"][0]["label"], "张三明");
    let back = office.manager.post(&restore, Value::Null).await;
    assert_eq!(back.headers["etag"], "\"4\"");
    assert_eq!(back.good()["note"], "n");
    let history = office.manager.get(&format!("{path}/history")).await.good();
    let told: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["version"].as_u64().unwrap(), one["kind"].clone(), one["changed"].clone()))
        .collect();
    assert_eq!(
        told,
        [
            (4, json!("restored"), json!([])),
            (3, json!("deleted"), json!([])),
            (2, json!("changed"), json!(["note"])),
            (1, json!("created"), json!(["name", "company", "phone"])),
        ]
    );
    assert_eq!(history["items"][0]["actor"]["name"], "王芳");
    assert_eq!(history["next"], Value::Null);
    let half = office.manager.get(&format!("{path}/history?limit=2")).await.good();
    let cursor = half["next"].as_str().unwrap();
    let rest = office.manager.get(&format!("{path}/history?limit=2&cursor={cursor}")).await.good();
    let both = [half["items"].as_array().unwrap().as_slice(), rest["items"].as_array().unwrap()];
    assert_eq!((json!(both.concat()), &rest["next"]), (history["items"].clone(), &Value::Null));
    for (asked, told) in
        [("cursor=x", "/cursor cursor"), ("limit=201", "/limit limit"), ("page=2", "/page unknown")]
    {
        let refused = office.manager.get(&format!("{path}/history?{asked}")).await;
        assert_eq!(refused.told(), format!("422 invalid {told}"));
    }
    office.manager.at("DELETE", &path, &json!(4), Value::Null).await.good();
    let (later, _) = office.joined("Anna", identity::Role::Staff).await;
    office.clock.forward(Duration::from_secs(20 * 60));
    for _ in 0..2 {
        later.get("/session").await.good();
        office.clock.forward(Duration::from_secs(20 * 60 + 1));
    }
    let late = later.post(&restore, Value::Null).await;
    assert_eq!(late.told(), "410 undo-over");
    let gone = later.get(&path).await;
    assert_eq!((gone.told(), &gone.body["undoUntil"]), ("404 deleted".into(), &Value::Null));
    assert_eq!(later.get("/contacts/deleted").await.good()["items"], json!([]));
    assert!(office.log().contains(&"!contact-restored".to_owned()));
}

#[tokio::test]
async fn a_change_that_changes_nothing_makes_no_version() {
    let office = Office::open().await;
    let made = office.manager.post("/contacts", zhang()).await.good();
    let path = format!("/contacts/{}", made["id"].as_str().unwrap());
    for same in [json!({}), json!({ "name": null }), json!({ "name": made["name"] })] {
        let answer = office.manager.at("PATCH", &path, &json!(1), same.clone()).await;
        assert_eq!(answer.headers["etag"], "\"1\"", "{same}");
        assert_eq!(answer.good(), made);
    }
    let late = office.manager.at("PATCH", &path, &json!(2), json!({})).await;
    assert_eq!(late.told(), "412 changed-meanwhile");
    let account = office.manager.get("/session").await.good()["account"].clone();
    let zone = json!({ "timeZone": account["timeZone"], "language": null });
    let same = office.manager.ask("PATCH", "/account", &[], zone).await.good();
    assert_eq!(same, account);
    let me = format!("/people/{}", account["id"].as_str().unwrap());
    let same = office.manager.at("PATCH", &me, &json!(1), json!({ "role": "manager" })).await;
    assert_eq!((&same.headers["etag"], same.status.as_u16()), (&"\"1\"".parse().unwrap(), 200));
    let log = office.log();
    assert!(!log.iter().any(|it| it == "contact-changed" || it == "account-changed"), "{log:?}");
    // Each answer shows the contact; the one that was refused, too.
    assert_eq!(log.iter().filter(|entry| *entry == "contact-opened").count(), 4, "{log:?}");
}
