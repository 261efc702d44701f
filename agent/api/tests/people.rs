//! People and invitations over HTTP, as a manager's page asks for them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::time::Duration;

use common::{Browser, Office};
use identity::{Role, Signed};
use serde_json::{Value, json};

fn path(of: &Signed) -> String {
    format!("/people/{}", api::shape::plain::Id(of.account().id.0).text())
}

#[tokio::test]
async fn a_manager_sees_everybody_and_staff_nobody() {
    let office = Office::open().await;
    office.clock.forward(Duration::from_secs(60));
    let (anna, _) = office.joined("Anna", Role::Staff).await;
    office.clock.forward(Duration::from_secs(60));
    let seen = office.manager.get("/people").await.good();
    let told: Vec<_> = seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let of = |name: &str| one[name].clone();
            (of("name"), of("role"), of("disabled"), of("invited"), of("version"), of("lastSeen"))
        })
        .collect();
    let one = |name, role, invited, seen| {
        (json!(name), json!(role), json!(false), json!(invited), json!(1), json!(seen))
    };
    assert_eq!(
        told,
        [
            one("Anna", "staff", true, "2027-01-15T08:01:00Z"),
            one("王芳", "manager", false, "2027-01-15T08:02:00Z"),
        ]
    );
    for (method, path) in [("GET", "/people"), ("GET", "/invitations"), ("POST", "/lock")] {
        let refused = anna.ask(method, path, &[], Value::Null).await;
        assert_eq!(refused.told(), "403 not-allowed", "{path}");
    }
    // Any write carries the list's entry to the disk with it.
    office.manager.post("/contacts", json!({ "name": "张三明" })).await.good();
    for action in ["people-list", "!not-allowed"] {
        assert!(office.log().contains(&action.to_owned()), "{:?}", office.log());
    }
}

#[tokio::test]
async fn when_somebody_was_last_seen_never_goes_back() {
    let office = Office::open().await;
    let (anna, _) = office.joined("Anna", Role::Staff).await;
    let (bea, signed) = office.joined("Bea", Role::Staff).await;
    office.clock.forward(Duration::from_secs(600));
    anna.get("/contacts").await.good();
    bea.get("/contacts").await.good();
    let seen = async || {
        let people = office.manager.get("/people").await.good();
        let items = people["items"].as_array().unwrap();
        [items[0]["lastSeen"].clone(), items[1]["lastSeen"].clone()]
    };
    let last = json!("2027-01-15T08:10:00Z");
    assert_eq!(seen().await, [last.clone(), last.clone()]);
    anna.ask("DELETE", "/session", &[], Value::Null).await;
    let off = json!({ "disabled": true });
    office.manager.at("PATCH", &path(&signed), &json!(1), off).await.good();
    office.clock.forward(Duration::from_secs(60));
    assert_eq!(seen().await, [last.clone(), last]);
}

#[tokio::test]
async fn who_is_disabled_is_out_at_once() {
    let office = Office::open().await;
    let (anna, signed) = office.joined("Anna", Role::Staff).await;
    let (path, off) = (path(&signed), json!({ "disabled": true }));
    let bare = office.manager.ask("PATCH", &path, &[], off.clone()).await;
    assert_eq!(bare.told(), "428 needs-version");
    let changed = office.manager.at("PATCH", &path, &json!(1), off.clone()).await;
    assert_eq!(changed.headers["etag"], "\"2\"");
    let changed = changed.good();
    assert_eq!((&changed["disabled"], &changed["role"]), (&json!(true), &json!("staff")));
    assert_eq!(anna.get("/contacts").await.told(), "401 sign-in");
    let late = office.manager.at("PATCH", &path, &json!(1), json!({ "role": "manager" })).await;
    assert_eq!(late.told(), "412 changed-meanwhile");
    assert_eq!(late.body["current"], changed);
    let on = json!({ "disabled": false, "role": "manager" });
    let on = office.manager.at("PATCH", &path, &json!(2), on).await.good();
    assert_eq!((&on["disabled"], &on["role"]), (&json!(false), &json!("manager")));
    assert_eq!(anna.get("/contacts").await.told(), "401 sign-in", "the old session stays over");
    let log = office.log();
    for told in ["account-disabled", "account-enabled", "!account-changed"] {
        assert!(log.contains(&told.to_owned()), "{log:?}");
    }
}

#[tokio::test]
async fn the_last_manager_stays_one() {
    let office = Office::open().await;
    let me = office.manager.get("/people").await.good()["items"][0].clone();
    let path = format!("/people/{}", me["id"].as_str().unwrap());
    for change in [json!({ "role": "staff" }), json!({ "disabled": true })] {
        let refused = office.manager.at("PATCH", &path, &me["version"], change).await;
        assert_eq!(refused.told(), "409 last-manager");
    }
    let admin = office.manager.at("PATCH", &path, &me["version"], json!({ "role": "admin" })).await;
    assert_eq!(admin.told(), "422 invalid /role role");
    let log = office.log();
    assert!(log.contains(&"!account-disabled".to_owned()), "{log:?}");
    let nobody = "/people/01890000-0000-7000-8000-000000000009";
    let nobody = office.manager.at("PATCH", nobody, &json!(1), json!({})).await;
    assert_eq!(nobody.told(), "404 not-found");
}

#[tokio::test]
async fn a_new_role_is_in_force_at_the_next_request() {
    let office = Office::open().await;
    let (anna, signed) = office.joined("Anna", Role::Staff).await;
    assert_eq!(anna.get("/people").await.told(), "403 not-allowed");
    let manager = json!({ "role": "manager" });
    office.manager.at("PATCH", &path(&signed), &json!(1), manager).await.good();
    anna.get("/people").await.good();
    let staff = json!({ "role": "staff" });
    anna.at("PATCH", &path(&signed), &json!(2), staff).await.good();
    assert_eq!(anna.get("/people").await.told(), "403 not-allowed");
}

#[tokio::test]
async fn an_invitation_is_a_link_shown_once() {
    let office = Office::open().await;
    let invite =
        |name: &str| office.manager.post("/invitations", json!({ "name": name, "role": "staff" }));
    let first = invite("Anna").await.good();
    let code = first["code"].as_str().unwrap();
    assert_eq!(first["link"], format!("https://crm.gatehouse.internal/enrol#{code}"));
    assert_eq!(first["expires"], "2027-01-22T08:00:00Z");
    let second = invite("Bert").await.good();
    let list = office.manager.get("/invitations").await.good();
    let ids: Vec<_> =
        list["items"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, [second["id"].clone(), first["id"].clone()], "newest first");
    assert_eq!(list["items"][0]["name"], "Bert");
    assert!(!list.to_string().contains(code));
    let withdraw = format!("/invitations/{}", first["id"].as_str().unwrap());
    let gone = office.manager.ask("DELETE", &withdraw, &[], Value::Null).await;
    assert_eq!(gone.status, 204);
    let twice = office.manager.ask("DELETE", &withdraw, &[], Value::Null).await;
    assert_eq!(twice.told(), "404 not-found");
    let stranger = Browser { cookie: String::new(), ..office.manager.clone() };
    let used = stranger.post("/enrol/code", json!({ "code": code })).await;
    assert_eq!(used.told(), "403 invitation-gone");
}

#[tokio::test]
async fn the_same_invitation_twice_is_one_with_one_link() {
    let office = Office::open().await;
    let key = &[("idempotency-key", "01890000-0000-7000-8000-000000000001")];
    let send = |who: &Browser, name: &str| {
        let (who, new) = (who.clone(), json!({ "name": name, "role": "staff" }));
        async move { who.ask("POST", "/invitations", key, new).await }
    };
    let manager = &office.manager;
    let (one, other) = tokio::join!(send(manager, "Anna"), send(manager, "Anna"));
    let (one, other) = (one.good(), other.good());
    assert_eq!(one, other);
    let listed = async || manager.get("/invitations").await.good()["items"].clone();
    assert_eq!(listed().await.as_array().unwrap().len(), 1);
    assert_eq!(send(manager, "Bert").await.told(), "409 key-used");
    let (other, _) = office.joined("Berta", Role::Manager).await;
    assert_eq!(send(&other, "Anna").await.told(), "409 key-used", "somebody else's key");
    let no_key = &[("idempotency-key", "1")];
    let refused = manager.ask("POST", "/invitations", no_key, json!({})).await;
    assert_eq!(refused.told(), "400 idempotency-key");
    // Without a key, two are two.
    let bert = json!({ "name": "Bert", "role": "staff" });
    let (two, three) =
        (manager.post("/invitations", bert.clone()), manager.post("/invitations", bert));
    assert_ne!(two.await.good()["code"], three.await.good()["code"]);
    assert_eq!(listed().await.as_array().unwrap().len(), 3);
    // Once it was withdrawn the same request makes none in its place.
    let withdraw = format!("/invitations/{}", one["id"].as_str().unwrap());
    manager.ask("DELETE", &withdraw, &[], Value::Null).await.good();
    assert_eq!(send(manager, "Anna").await.told(), "404 not-found");
    assert!(office.log().contains(&"!invitation-made".to_owned()), "{:?}", office.log());
}

#[tokio::test]
async fn every_refused_invitation_says_why() {
    let office = Office::open().await;
    let invite = |name: &str, role: &str| {
        office.manager.post("/invitations", json!({ "name": name, "role": role }))
    };
    assert_eq!(invite("王芳", "staff").await.told(), "422 invalid /name taken");
    assert_eq!(invite(" ", "staff").await.told(), "422 invalid /name empty");
    let turned = invite("An\u{202e}na", "staff").await;
    assert_eq!(turned.told(), "422 invalid /name hidden-character");
    assert_eq!(invite(&"x".repeat(500), "staff").await.told(), "422 invalid /name too-long");
    assert_eq!(invite("Anna", "admin").await.told(), "422 invalid /role role");
    assert_eq!(invite("Anna", "owner").await.told(), "422 invalid /role type");
    let refused = office.log().into_iter().filter(|entry| entry == "!invitation-made").count();
    assert_eq!(refused, 5, "what is no request at all is not in it");
    let (anna, _) = office.joined("Anna", Role::Staff).await;
    let staff = anna.post("/invitations", json!({ "name": "Bert", "role": "manager" })).await;
    assert_eq!(staff.told(), "403 not-allowed");
}

#[tokio::test]
async fn a_session_that_is_not_ones_own_is_not_ended_and_the_log_says_so() {
    let office = Office::open().await;
    let (anna, _) = office.joined("Anna", Role::Staff).await;
    let hers = anna.get("/sessions").await.good()["items"][0]["id"].clone();
    let path = format!("/sessions/{}", hers.as_str().unwrap());
    let refused = office.manager.ask("DELETE", &path, &[], Value::Null).await;
    assert_eq!(refused.told(), "404 not-found");
    anna.get("/session").await.good();
    assert_eq!(office.log().last().unwrap(), "!session-revoked");
}
