//! Every request that changes something, of somebody whose session ends while it is under way: it was let
//! in, waits for its turn behind the write that ends the session, and then does nothing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "admin/browser.rs"]
#[allow(dead_code)]
mod browser;
mod common;
#[path = "admin/hostd.rs"]
#[allow(dead_code)]
mod hostd;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc;

use api::contract::{Access, App, Method};
use api::language::BoxLanguage;
use api::realm::Realm;
use api::shape::plain::Id;
use api::site::{self, Reports};
use common::{Answer, Browser, JOINED_PASSWORD, Office, listed};
use identity::{Identity, Role, STEP_MS, Signed, TotpSecret};
use seal::numbers::{outcome, table};
use serde_json::{Value, json};
use vault::{Actor, BatchError, Clock, Store};

const NEW_PASSWORD: &str = "sieben-blaue-regenschirme-am-see";

/// A request.
struct Asked {
    method: &'static str,
    path: String,
    version: Option<String>,
    body: Value,
}

fn asked(method: &'static str, path: impl Into<String>, body: Value) -> Asked {
    Asked { method, path: path.into(), version: None, body }
}

/// Asks, and ends the session after the request was let in and before its turn to write.
async fn overtaken(store: &Store, who: &Browser, signed: &Signed, request: &Asked) -> Answer {
    let before = newest(store);
    let session = signed.session();
    let (go, wait) = mpsc::channel();
    let ends = store.write(Actor::default(), move |batch| {
        wait.recv().unwrap();
        batch.delete(table::SESSIONS, session)?;
        Ok::<_, BatchError>(())
    });
    let version = request.version.clone().unwrap_or_default();
    let headers = [("if-match", version.as_str())];
    let headers = if version.is_empty() { &[][..] } else { &headers[..] };
    let asks = who.ask(request.method, &request.path, headers, request.body.clone());
    // Each is begun in this order: the write that ends the session, the request, the end of waiting.
    let (ended, answer, ()) = tokio::join!(ends, asks, async { go.send(()).unwrap() });
    ended.unwrap().unwrap();
    let done = store.audit(None, 50).unwrap().into_iter().filter(|entry| {
        entry.seq > before
            && entry.account == Some(signed.account().id)
            && entry.outcome == Some(outcome::ALLOWED)
    });
    let done: Vec<_> = done.filter_map(|entry| entry.action).collect();
    assert_eq!(done, [] as [u32; 0], "{} {}", request.method, request.path);
    answer
}

fn newest(store: &Store) -> u64 {
    store.audit(None, 1).unwrap()[0].seq
}

/// Every request of an application that changes something and needs a session.
fn changes(app: App) -> BTreeSet<String> {
    let signed_in = |access| matches!(access, Access::Session | Access::Manager);
    let routes = app.routes().into_iter();
    // A preview changes nothing, nor does a question of what rules do: they are sent because they are long.
    let is_change = |path: &str| !path.ends_with("/preview") && path != "/simulations";
    let changing =
        routes.filter(|it| it.method != Method::Get && signed_in(it.access) && is_change(it.path));
    changing
        .map(|it| format!("{} {}", format!("{:?}", it.method).to_uppercase(), it.path))
        .collect()
}

fn listed(request: &Asked) -> String {
    let parts = request.path.split('/').map(|part| if part.len() == 36 { "{id}" } else { part });
    format!("{} {}", request.method, parts.collect::<Vec<_>>().join("/"))
}

fn code(app: &TotpSecret, clock: &dyn Clock) -> String {
    String::from_utf8(app.code(clock.now().wall / STEP_MS).to_vec()).unwrap()
}

/// What both applications have; `current` is the password.
fn own(signed: &Signed, current: &str, code: &str) -> Vec<Asked> {
    let session = Id(signed.session().0).text();
    vec![
        asked("DELETE", "/session", Value::Null),
        asked("DELETE", format!("/sessions/{session}"), Value::Null),
        asked("PATCH", "/account", json!({ "timeZone": "Europe/Berlin" })),
        asked(
            "POST",
            "/account/password",
            json!({ "current": current, "new": NEW_PASSWORD, "code": code }),
        ),
    ]
}

fn copy_target(name: &str) -> Value {
    let address = "https://nas.example/shop";
    json!({ "name": name, "address": address, "user": "shop", "password": "s3cret" })
}

#[tokio::test]
async fn of_the_crm() {
    let office = Office::open().await;
    let store = office.crm.open().unwrap().store.clone();
    let manager = &office.manager;
    let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
    let kept = id(&manager.post("/contacts", json!({ "name": "张三明" })).await.good());
    let gone = id(&manager.post("/contacts", json!({ "name": "李四" })).await.good());
    let gone_path = format!("/contacts/{gone}");
    manager.at("DELETE", &gone_path, &json!(1), Value::Null).await.good();
    let invited = json!({ "name": "Carla", "role": "staff" });
    let invited = id(&manager.post("/invitations", invited).await.good());
    let target = id(&manager.post("/copies", copy_target("NAS")).await.good());
    let copies = format!("/copies/{target}");
    let sheet = manager.post(&format!("{copies}/sheet"), Value::Null).await.good();
    let end = sheet["lastWord"].as_str().unwrap().to_owned();
    let (_, staff) = office.joined("Bert", Role::Staff).await;
    let staff = Id(staff.account().id.0).text();
    let versioned = |request: Asked| Asked { version: Some("\"1\"".to_owned()), ..request };
    let others = || {
        let contact = format!("/contacts/{kept}");
        vec![
            asked("POST", "/contacts", json!({ "name": "王五" })),
            versioned(asked("PATCH", &contact, json!({ "note": "n" }))),
            versioned(asked("DELETE", &contact, Value::Null)),
            asked("POST", format!("{gone_path}/restore"), Value::Null),
            versioned(asked("POST", format!("{contact}/erasure"), json!({ "reason": "asked" }))),
            versioned(asked("PATCH", format!("/people/{staff}"), json!({ "disabled": true }))),
            asked("POST", "/invitations", json!({ "name": "Dora", "role": "staff" })),
            asked("DELETE", format!("/invitations/{invited}"), Value::Null),
            asked("POST", "/past", json!({ "target": target, "copy": "0".repeat(64) })),
            asked("POST", format!("/past{contact}/restore"), Value::Null),
            asked("POST", "/past/restore", json!({ "deleteMade": true })),
            asked("DELETE", "/past", Value::Null),
            asked("POST", "/lock", Value::Null),
        ]
    };
    let mut tried = BTreeSet::new();
    for number in 0..changes(App::Crm).len() {
        let name = format!("Manager {number}");
        let (who, signed, app) = office.joined_with_app(&name, Role::Manager).await;
        office.clock.forward(std::time::Duration::from_secs(30));
        let own = own(&signed, JOINED_PASSWORD, &code(&app, &*office.clock));
        let others = others().into_iter().chain(of_copies(&copies, &end));
        let request = own.into_iter().chain(others).nth(number).unwrap();
        let answer = overtaken(&store, &who, &signed, &request).await;
        assert_eq!(answer.told(), "401 sign-in", "{} {}", request.method, request.path);
        tried.insert(listed(&request));
    }
    assert_eq!(tried, changes(App::Crm));
    assert_eq!(manager.get("/start").await.good()["state"], "open");
}

#[tokio::test]
async fn of_the_admin_application() {
    let disk = browser::Disk::new(hostd::Hostd::example());
    let running = disk.start().await;
    let identity = running.admin.identity().unwrap();
    let new = common::account("admin", browser::PASSWORD);
    let (step, setup) = identity.begin_first(new).await.unwrap();
    let secret = data_encoding::BASE32_NOPAD.decode(setup.secret.as_bytes()).unwrap();
    let app = TotpSecret::from_bytes(&secret).unwrap();
    identity.enrol_code(step.expose(), &code(&app, &*disk.clock), &common::peer()).unwrap();
    identity.enrol_finish(step.expose(), &common::peer()).await.unwrap();
    let api = api::admin::routes(running.admin.clone());
    let language = BoxLanguage::default();
    let router = site::router(App::Admin, language, PathBuf::new(), Reports::default(), api);
    let before = disk.hostd.now().settings.to_json();
    let (token, _) = signs_in(&disk, &identity, &app).await;
    let first = Browser::new(&router, App::Admin, &token);
    let copies = first.post("/copies", copy_target("NAS")).await.good();
    let copies = format!("/copies/{}", copies["id"].as_str().unwrap());
    let sheet = first.post(&format!("{copies}/sheet"), Value::Null).await.good();
    let end = sheet["lastWord"].as_str().unwrap().to_owned();
    let mut tried = BTreeSet::new();
    for number in 0..changes(App::Admin).len() {
        let (token, signed) = signs_in(&disk, &identity, &app).await;
        let who = Browser::new(&router, App::Admin, &token);
        let tag = who.get("/crm-access").await.headers["etag"].to_str().unwrap().to_owned();
        disk.clock.forward(30);
        let own = own(&signed, browser::PASSWORD, &code(&app, &*disk.clock));
        let path = format!("/alerts/targets/{}", Id([1; 16]).text());
        let versioned = |request: Asked| Asked { version: Some("\"1\"".to_owned()), ..request };
        let others = [
            Asked {
                version: Some(tag.clone()),
                ..asked(
                    "PUT",
                    "/crm-access",
                    json!({ "reachableFrom": [], "reason": "", "seconds": 60 }),
                )
            },
            Asked {
                version: Some(tag),
                ..asked("PUT", "/settings", json!({ "document": {}, "reason": "", "seconds": 60 }))
            },
            asked("POST", "/settings/confirm", json!({ "token": "x" })),
            asked("POST", "/settings/undo", Value::Null),
            asked("POST", "/devices/known", json!({ "macs": [] })),
            asked("POST", "/devices/forget", json!({ "mac": "52:54:00:67:00:99" })),
            asked("POST", "/connections/end", json!({ "device": "52:54:00:67:00:99" })),
            asked(
                "POST",
                "/probes",
                json!({ "from": "office", "to": "wan", "protocol": "tcp", "port": 443, "version": 4 }),
            ),
            asked("POST", "/egress/decline", json!({ "id": "a".repeat(12) })),
            asked("POST", "/crm/manager-code", Value::Null),
            asked("POST", "/alerts/read", json!({ "ids": [] })),
            asked("POST", "/alerts/mutes", json!({ "kind": "new-device", "days": 1 })),
            asked("POST", "/alerts/mutes/end", json!({ "kind": "new-device" })),
            asked("POST", "/blocking/fetch", json!({ "address": "https://lists.example/names" })),
            asked("POST", "/alerts/targets", target()),
            versioned(asked("PUT", &path, target())),
            versioned(asked("DELETE", &path, Value::Null)),
            asked("POST", format!("{path}/test"), Value::Null),
            asked("DELETE", "/settings/former", Value::Null),
        ];
        let others = others.into_iter().chain(of_copies(&copies, &end));
        let request = own.into_iter().chain(others).nth(number).unwrap();
        let answer = overtaken(&running.store, &who, &signed, &request).await;
        assert_eq!(answer.told(), "401 sign-in", "{} {}", request.method, request.path);
        tried.insert(listed(&request));
    }
    assert_eq!(tried, changes(App::Admin));
    assert_eq!(disk.hostd.now().settings.to_json(), before);
    assert_eq!(identity.manager_code().unwrap(), None);
}

/// What both applications have of their copies: of this target, whose sheet ends so.
fn of_copies(path: &str, end: &str) -> Vec<Asked> {
    let versioned = |request: Asked| Asked { version: Some("\"1\"".to_owned()), ..request };
    vec![
        asked("POST", "/copies", copy_target("Cellar")),
        versioned(asked("PUT", path, copy_target("Attic"))),
        asked("POST", format!("{path}/copy"), Value::Null),
        asked("POST", format!("{path}/drill"), Value::Null),
        asked("POST", format!("{path}/sheet"), Value::Null),
        versioned(asked("POST", format!("{path}/sheet/proof"), json!({ "lastWord": end }))),
        versioned(asked("DELETE", path, Value::Null)),
    ]
}

fn target() -> Value {
    json!({
        "name": "Desk", "way": "webhook", "language": "en", "from": "info", "heads": false, "perHour": 20,
        "address": "https://hooks.example.net/in",
    })
}

async fn signs_in(disk: &browser::Disk, identity: &Identity, app: &TotpSecret) -> (String, Signed) {
    disk.clock.forward(30);
    let (peer, password) = (common::peer(), browser::PASSWORD.to_owned().into());
    let step = identity.sign_in("admin", password, &peer).await.unwrap();
    let code = code(app, &*disk.clock);
    let (token, signed) = identity.sign_in_code(step.expose(), &code, &peer).await.unwrap();
    (token.expose().to_owned(), signed)
}
