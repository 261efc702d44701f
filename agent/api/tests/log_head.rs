//! A head of the log that leaves the box.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "admin/browser.rs"]
#[allow(dead_code)]
mod browser;
mod common;
#[path = "admin/hostd.rs"]
#[allow(dead_code)]
mod hostd;

use common::{Office, listed};
use data_encoding::BASE64URL_NOPAD;
use identity::Role;
use seal::audit::SignedHead;
use seal::numbers::{action, outcome};
use serde_json::Value;
use vault::Store;

/// Who took the newest head by the log, and that this head stands for the entry that says so.
#[track_caller]
fn logged(store: &Store, answer: &Value) -> seal::RecordId {
    let newest = store.audit(None, 1).unwrap().remove(0);
    assert_eq!((newest.action, newest.outcome), (Some(action::LOG_HEAD), Some(outcome::ALLOWED)));
    let line = answer["line"].as_str().unwrap().strip_prefix("gatehouse-head-1 ").unwrap();
    let head = SignedHead::decode(&BASE64URL_NOPAD.decode(line.as_bytes()).unwrap()).unwrap();
    assert_eq!(head.seq, newest.seq);
    newest.account.unwrap()
}

#[tokio::test]
async fn is_an_entry_of_the_crms_log() {
    let office = Office::open().await;
    let store = office.crm.open().unwrap().store.clone();
    let head = office.manager.get("/log/head").await.good();
    let by = logged(&store, &head);
    let told = office.manager.get("/log").await.good();
    let entry = told["items"].as_array().unwrap().iter().find(|it| it["action"] == "log-head");
    assert_eq!(entry.unwrap()["actor"]["name"], "王芳");
    let (anna, signed) = office.joined("Anna", Role::Manager).await;
    let other = logged(&store, &anna.get("/log/head").await.good());
    assert_eq!(other, signed.account().id);
    assert_ne!(other, by);
}

#[tokio::test(flavor = "multi_thread")]
async fn is_an_entry_of_the_admins_log() {
    let site = browser::Disk::new(hostd::Hostd::example()).start().await;
    let mut admin = browser::Browser::admin(&site).await;
    let head = admin.get(&site, "/log/head").await;
    assert_eq!(head.status, 200);
    logged(&site.store, &head.body);
}

/// Every hour, after an export and after a change of a role; what the export and the change say of themselves is
/// covered by it.
#[tokio::test]
async fn leaves_by_itself() {
    let office = Office::open().await;
    let store = office.crm.open().unwrap().store.clone();
    let seq = |line: &str| {
        let bytes = line.strip_prefix("gatehouse-head-1 ").unwrap();
        SignedHead::decode(&BASE64URL_NOPAD.decode(bytes.as_bytes()).unwrap()).unwrap().seq
    };
    let newest = || store.audit(None, 1).unwrap()[0].seq;
    office.crm.tick().await;
    assert_eq!(seq(&office.head().await), newest(), "at the first minute");
    let file = office.manager.raw("GET", "/log/export", &[], "").await;
    assert_eq!(file.status(), 200);
    let exported = store.audit(None, 1).unwrap().remove(0);
    assert_eq!(exported.action, Some(action::LOG_EXPORTED));
    assert!(seq(&office.head().await) >= exported.seq);
    let (_, bert) = office.joined("Bert", Role::Staff).await;
    let path = format!("/people/{}", api::shape::plain::Id(bert.account().id.0).text());
    let change = serde_json::json!({ "role": "manager" });
    office.manager.at("PATCH", &path, &serde_json::json!(1), change).await.good();
    assert!(seq(&office.head().await) >= newest());
    office.clock.forward(std::time::Duration::from_secs(3_601));
    office.crm.tick().await;
    assert_eq!(seq(&office.head().await), newest(), "an hour later");
}
