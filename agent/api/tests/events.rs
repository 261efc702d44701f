//! The stream of what happens to contacts.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::time::Duration;

use axum::body::Body;
use common::{Browser, Office};
use http_body_util::BodyExt;
use identity::Role;
use serde_json::{Value, json};

/// How soon a stream tells, and ends.
const SOON: Duration = Duration::from_secs(1);

async fn listen(who: &Browser) -> Body {
    let answer = who.raw("GET", "/events", &[], "").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    answer.into_body()
}

/// What it says next; none when it ends.
async fn next(stream: &mut Body) -> Option<String> {
    let frame = tokio::time::timeout(SOON, stream.frame()).await.unwrap()?;
    Some(String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap())
}

#[tokio::test]
async fn others_see_what_happens_to_a_contact() {
    let office = Office::open().await;
    let (other, _) = office.joined("Anna", Role::Staff).await;
    let mut stream = listen(&other).await;
    let made = office.manager.post("/contacts", json!({ "name": "张三明" })).await.good();
    let path = format!("/contacts/{}", made["id"].as_str().unwrap());
    office.manager.at("PATCH", &path, &json!(1), json!({ "note": "n" })).await.good();
    office.manager.at("DELETE", &path, &json!(2), Value::Null).await.good();
    office.manager.post(&format!("{path}/restore"), Value::Null).await.good();
    for (version, kind) in [(1, "created"), (2, "changed"), (3, "deleted"), (4, "created")] {
        let said = next(&mut stream).await.unwrap();
        let data = said.strip_prefix("event: contact\ndata: ").unwrap().trim_end();
        let told = json!({ "id": made["id"], "version": version, "kind": kind });
        assert_eq!(serde_json::from_str::<Value>(data).unwrap(), told);
    }
}

#[tokio::test]
async fn others_see_that_a_contact_was_erased_also_one_that_was_deleted_before() {
    let office = Office::open().await;
    let (other, _) = office.joined("Anna", Role::Staff).await;
    for deleted in [false, true] {
        let made = office.manager.post("/contacts", json!({ "name": "张三明" })).await.good();
        let path = format!("/contacts/{}", made["id"].as_str().unwrap());
        if deleted {
            office.manager.at("DELETE", &path, &json!(1), Value::Null).await.good();
        }
        let mut stream = listen(&other).await;
        let version = if deleted { 2 } else { 1 };
        let (path, why) = (format!("{path}/erasure"), json!({ "reason": "asked" }));
        office.manager.at("POST", &path, &json!(version), why).await.good();
        let said = next(&mut stream).await.unwrap();
        let data = said.strip_prefix("event: contact\ndata: ").unwrap().trim_end();
        let told = json!({ "id": made["id"], "version": version, "kind": "erased" });
        assert_eq!(serde_json::from_str::<Value>(data).unwrap(), told);
    }
}

#[tokio::test]
async fn it_ends_with_the_session_the_account_and_the_vault() {
    let office = Office::open().await;
    let (anna, signed) = office.joined("Anna", Role::Staff).await;
    let mut stream = listen(&anna).await;
    anna.ask("DELETE", "/session", &[], Value::Null).await;
    assert_eq!(next(&mut stream).await, None);
    drop(signed);
    let (bert, signed) = office.joined("Bert", Role::Staff).await;
    let mut stream = listen(&bert).await;
    let id = api::shape::plain::Id(signed.account().id.0).text();
    let off = json!({ "disabled": true });
    office.manager.at("PATCH", &format!("/people/{id}"), &json!(1), off).await.good();
    office.manager.post("/contacts", json!({ "name": "张三明" })).await.good();
    assert_eq!(next(&mut stream).await, None, "nothing is told after that");
    let mut stream = listen(&office.manager).await;
    office.manager.post("/lock", Value::Null).await.good();
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test]
async fn it_is_no_request_and_does_not_lengthen_the_session() {
    let office = Office::open().await;
    office.clock.forward(Duration::from_secs(20 * 60));
    let mut stream = listen(&office.manager).await;
    office.clock.forward(Duration::from_secs(10 * 60));
    assert_eq!(next(&mut stream).await, None, "half an hour after the last request");
    assert_eq!(office.manager.get("/events").await.told(), "401 sign-in");
}

#[tokio::test]
async fn a_session_has_a_few_streams_at_once() {
    let office = Office::open().await;
    let mut streams = Vec::new();
    for _ in 0..6 {
        streams.push(listen(&office.manager).await);
    }
    let refused = office.manager.get("/events").await;
    assert_eq!(refused.told(), "429 slow-down");
    let (other, _) = office.joined("Anna", Role::Staff).await;
    let theirs = listen(&other).await;
    streams.pop();
    streams.push(listen(&office.manager).await);
    drop(theirs);
}

/// Who reads so slowly that changes were lost is cut off; the page that comes back reads anew.
#[tokio::test]
async fn who_missed_something_is_told_by_the_end() {
    let office = Office::open().await;
    let mut stream = listen(&office.manager).await;
    let mut in_time = listen(&office.manager).await;
    for number in 0..257 {
        let name = format!("contact {number}");
        office.manager.post("/contacts", json!({ "name": name })).await.good();
        assert!(next(&mut in_time).await.unwrap().starts_with("event: contact"));
    }
    assert_eq!(next(&mut stream).await, None, "257 happened, and only 256 wait");
    // Coming back works, and from then on nothing is missed.
    let mut stream = listen(&office.manager).await;
    let late = office.manager.post("/contacts", json!({ "name": "late" })).await.good();
    let said = next(&mut stream).await.unwrap();
    assert!(said.contains(late["id"].as_str().unwrap()), "{said}");
}

#[tokio::test]
async fn as_many_as_may_wait_are_all_told() {
    let office = Office::open().await;
    let mut stream = listen(&office.manager).await;
    for number in 0..256 {
        let name = format!("contact {number}");
        office.manager.post("/contacts", json!({ "name": name })).await.good();
    }
    for _ in 0..256 {
        assert!(next(&mut stream).await.unwrap().starts_with("event: contact"));
    }
}

#[tokio::test]
async fn it_shows_that_it_lives() {
    let office = Office::open().await;
    let mut stream = listen(&office.manager).await;
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let frame = stream.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(frame.starts_with(b":"), "{frame:?}");
    let waited = begun.elapsed();
    assert!((19..=21).contains(&waited.as_secs()), "{waited:?}");
}
