//! Every route of both applications' tables: who gets in, and that the table is what is served.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "admin/browser.rs"]
#[allow(dead_code)]
mod browser;
mod common;
#[path = "admin/hostd.rs"]
#[allow(dead_code)]
mod hostd;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use api::admin;
use api::contract::{Access, App, Method, Route};
use api::language::BoxLanguage;
use api::realm::Realm;
use api::site::{self, Reports};
use axum::Router;
use axum::body::Body;
use common::{Browser, Office, listed};
use identity::{Role, STEP_MS, TotpSecret};
use serde_json::{Value, json};
use tower::ServiceExt;
use vault::Clock;

const ID: &str = "01890000-0000-7000-8000-000000000009";

/// The admin application with one admin who is signed in.
struct AdminSite {
    disk: browser::Disk,
    router: Router,
    token: String,
}

async fn admin_site() -> AdminSite {
    let disk = browser::Disk::new(hostd::Hostd::example());
    let running = disk.start().await;
    let identity = running.admin.identity().unwrap();
    let new = common::account("admin", "lampe-wolke-7-fahrrad");
    let (step, setup) = identity.begin_first(new).await.unwrap();
    let secret = data_encoding::BASE32_NOPAD.decode(setup.secret.as_bytes()).unwrap();
    let code = TotpSecret::from_bytes(&secret).unwrap().code(disk.clock.now().wall / STEP_MS);
    identity.enrol_code(step.expose(), str::from_utf8(&code).unwrap(), &common::peer()).unwrap();
    let (token, _) = identity.enrol_finish(step.expose(), &common::peer()).await.unwrap();
    let api = admin::routes(running.admin.clone());
    let language = BoxLanguage::default();
    let router = site::router(App::Admin, language, PathBuf::new(), Reports::default(), api);
    AdminSite { disk, router, token: token.expose().to_owned() }
}

fn token(of: &Browser) -> String {
    of.cookie.split_once('=').unwrap().1.to_owned()
}

fn name(of: Method) -> String {
    format!("{of:?}").to_uppercase()
}

/// What the route answers to a body of the right shape.
async fn told(who: &Browser, route: &Route) -> String {
    static DOCUMENTS: LazyLock<[Value; 2]> = LazyLock::new(|| {
        App::ALL.map(|app| serde_json::from_str(&app.document().unwrap()).unwrap())
    });
    let document = &DOCUMENTS[usize::from(who.app == App::ALL[1])];
    let of = &document["paths"][route.path][name(route.method).to_lowercase()];
    let body = match &of["requestBody"]["content"]["application/json"]["schema"] {
        Value::Null => Value::Null,
        schema => example(schema, document),
    };
    who.ask(&name(route.method), &route.path.replace("{id}", ID), &[], body).await.told()
}

/// Something that fits a schema of the application's document.
fn example(schema: &Value, document: &Value) -> Value {
    if let Some(place) = schema["$ref"].as_str() {
        return example(document.pointer(place.trim_start_matches('#')).unwrap(), document);
    }
    if let Some(first) = schema["enum"].get(0).or_else(|| schema["oneOf"].get(0)) {
        return if first.is_string() { first.clone() } else { example(first, document) };
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind.unwrap() {
        "object" => {
            let needed = schema["required"].as_array().into_iter().flatten();
            let field = |name: &Value| {
                let name = name.as_str().unwrap().to_owned();
                let value = example(&schema["properties"][&name], document);
                (name, value)
            };
            Value::Object(needed.map(field).collect())
        }
        "array" => json!([]),
        "boolean" => json!(false),
        "string" => json!("x"),
        "integer" => json!(60),
        other => unreachable!("{other}"),
    }
}

/// Nobody with this cookie gets anything but what is public.
async fn stays_out(router: &Router, app: App, cookie: &str) {
    let mut who = Browser::new(router, app, "");
    cookie.clone_into(&mut who.cookie);
    for route in app.routes() {
        let expected = match route.access {
            Access::Public => continue,
            Access::Step if cookie.contains(&format!("__Host-{}-step=", app.as_str())) => {
                "401 step-gone"
            }
            Access::Step => "401 step-late",
            Access::Session | Access::Manager => "401 sign-in",
        };
        assert_eq!(
            told(&who, &route).await,
            expected,
            "{} {} {cookie}",
            name(route.method),
            route.path
        );
    }
}

#[tokio::test]
async fn nobody_gets_in_without_a_session_of_this_application() {
    let (office, other) = (Office::open().await, admin_site().await);
    let (left, _) = office.joined("Anna", Role::Manager).await;
    left.ask("DELETE", "/session", &[], Value::Null).await.good();
    let (crm, ended, admin) = (token(&office.manager), token(&left), &other.token);
    for cookie in [
        String::new(),
        "__Host-crm=".to_owned(),
        "__Host-crm=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        format!("__Host-admin={admin}"),
        format!("__Host-crm={admin}"),
        format!("__Host-crm-step={admin}"),
        format!("__Host-crm={ended}"),
        format!("__Host-crm-step={crm}"),
        format!("crm={crm}"),
    ] {
        stays_out(&office.router, App::Crm, &cookie).await;
    }
    for cookie in [
        String::new(),
        format!("__Host-crm={crm}"),
        format!("__Host-admin={crm}"),
        format!("__Host-admin-step={crm}"),
        format!("__Host-admin-step={admin}"),
    ] {
        stays_out(&other.router, App::Admin, &cookie).await;
    }
    office.manager.get("/session").await.good();
    office.clock.forward(Duration::from_secs(30 * 60));
    stays_out(&office.router, App::Crm, &office.manager.cookie).await;
    other.disk.clock.forward(30 * 60);
    stays_out(&other.router, App::Admin, &format!("__Host-admin={admin}")).await;
}

#[tokio::test]
async fn staff_gets_nothing_that_is_a_managers() {
    let office = Office::open().await;
    let (anna, _) = office.joined("Anna", Role::Staff).await;
    let managers = App::Crm.routes().into_iter().filter(|route| route.access == Access::Manager);
    let managers: Vec<_> = managers.collect();
    assert!(managers.len() >= 11, "{}", managers.len());
    for route in managers {
        assert_eq!(told(&anna, &route).await, "403 not-allowed", "{}", route.path);
    }
}

/// Ending one's own session and locking come last: after them nobody is in.
#[tokio::test]
async fn whoever_may_call_a_route_gets_to_it() {
    let (office, other) = (Office::open().await, admin_site().await);
    let admin = Browser::new(&other.router, App::Admin, &other.token);
    for who in [&office.manager, &admin] {
        let ends = |route: &Route| {
            route.path == "/lock" || (route.path, route.method) == ("/session", Method::Delete)
        };
        let (last, first): (Vec<_>, Vec<_>) = who.app.routes().into_iter().partition(ends);
        for route in first.iter().chain(last.first()) {
            if matches!(route.access, Access::Session | Access::Manager) {
                let told = if route.path == "/events" || route.path == "/log/export" {
                    let answer = who.raw("GET", route.path, &[], "").await;
                    answer.status().as_u16().to_string()
                } else {
                    told(who, route).await
                };
                let refused = ["401", "403", "405", "5"].iter().any(|no| told.starts_with(no));
                assert!(!refused, "{} {}: {told}", name(route.method), route.path);
            }
        }
    }
}

#[tokio::test]
async fn the_table_is_what_is_mounted() {
    let (office, other) = (Office::open().await, admin_site().await);
    let admin = Browser::new(&other.router, App::Admin, "");
    for who in [&office.manager, &admin] {
        let routes = who.app.routes();
        let paths: BTreeSet<_> = routes.iter().map(|route| route.path).collect();
        for path in paths {
            let answer = who.raw("TRACE", &path.replace("{id}", ID), &[], "").await;
            assert_eq!(answer.status(), 405, "{path}");
            let allowed: BTreeSet<_> =
                answer.headers()["allow"].to_str().unwrap().split(',').map(str::to_owned).collect();
            let mut listed: BTreeSet<_> = routes
                .iter()
                .filter(|route| route.path == path)
                .map(|route| name(route.method))
                .collect();
            if listed.contains("GET") {
                listed.insert("HEAD".to_owned());
            }
            assert_eq!(allowed, listed, "{path}");
        }
    }
}

/// A router does not say what it has: every path in the source has to be in the table.
#[test]
fn no_path_of_the_source_is_missing_from_the_table() {
    let table =
        |app: App| app.routes().into_iter().map(|route| route.path).collect::<BTreeSet<_>>();
    let (admin, crm) = (table(App::Admin), table(App::Crm));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = 0;
    for (folder, tables) in [
        ("admin", vec![&admin]),
        ("crm", vec![&crm]),
        ("shared", vec![&admin, &crm]),
        ("site.rs", vec![&admin, &crm]),
    ] {
        for path in paths(&source.join(folder)) {
            found += 1;
            for table in &tables {
                assert!(table.contains(path.as_str()), "{folder}: {path}");
            }
        }
    }
    assert!(found >= admin.len().max(crm.len()), "{found}");
}

/// What follows `"/api/v1` in string literals of a file, or of all files of a folder.
fn paths(of: &Path) -> Vec<String> {
    if of.is_dir() {
        let entries = std::fs::read_dir(of).unwrap();
        return entries.flat_map(|entry| paths(&entry.unwrap().path())).collect();
    }
    let text = std::fs::read_to_string(of).unwrap();
    let literals = text.split("\"/api/v1/").skip(1);
    literals.map(|rest| format!("/{}", rest.split('"').next().unwrap())).collect()
}

/// What the door finds wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Name,
    Page,
    Fields,
    Media,
    Length,
    Slow,
    Cookies,
}

async fn knock(router: &Router, app: App, route: &Route, wrong: Wrong) -> u16 {
    let path = format!("/api/v1{}", route.path.replace("{id}", ID));
    let host = if wrong == Wrong::Name { "elsewhere.example" } else { app.host() };
    let from = if wrong == Wrong::Page { "cross-site" } else { "same-origin" };
    let mut request = axum::http::Request::builder()
        .method(name(route.method).as_str())
        .uri(&path)
        .header("host", host)
        .header("origin", format!("https://{}", app.host()))
        .header("sec-fetch-site", from)
        .header(
            "content-type",
            if wrong == Wrong::Media { "text/plain" } else { "application/json" },
        )
        .extension(api::caller::Remote(common::ADDRESS.into()))
        .extension(api::caller::Line { number: 0, at: common::ADDRESS.into() });
    let fields = if wrong == Wrong::Fields { 100 } else { 0 };
    for at in 0..fields {
        request = request.header(format!("x-{at}"), "x");
    }
    if wrong == Wrong::Cookies {
        for _ in 0..2 {
            let (session, step) = (format!("__Host-{}=x", app.as_str()), "step=x");
            request =
                request.header("cookie", format!("{session}; __Host-{}-{step}", app.as_str()));
        }
    }
    let body = match wrong {
        Wrong::Slow => {
            Body::from_stream(futures_util::stream::pending::<std::io::Result<Vec<u8>>>())
        }
        // Also where a document of settings comes in.
        Wrong::Length => Body::from(vec![b' '; settings::MAX_BYTES + 4 * 1024 + 1]),
        _ => Body::from("{}"),
    };
    router.clone().oneshot(request.body(body).unwrap()).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn what_the_door_says_is_in_the_contract_of_every_route() {
    let (office, other) = (Office::open().await, admin_site().await);
    tokio::time::pause();
    for (router, app) in [(&office.router, App::Crm), (&other.router, App::Admin)] {
        for route in app.routes() {
            for (wrong, status) in [
                (Wrong::Name, 421),
                (Wrong::Page, 403),
                (Wrong::Fields, 431),
                (Wrong::Media, 415),
                (Wrong::Length, 413),
                (Wrong::Slow, 408),
            ] {
                let told = knock(router, app, &route, wrong).await;
                // Browsers send reports without saying from where, and of a media type of their own.
                let is_report = route.path == "/csp-report" && told == 204;
                assert!(told == status || is_report, "{wrong:?} {}: {told}", route.path);
                listed::check(app, &name(route.method), route.path, told);
            }
            if route.access != Access::Public {
                assert_eq!(knock(router, app, &route, Wrong::Cookies).await, 400, "{}", route.path);
            }
            let any = [400, 403, 408, 413, 415, 421, 429, 431, 500, 503];
            let lacks: Vec<_> = any.iter().filter(|it| !route.refusals().contains(it)).collect();
            assert!(lacks.is_empty(), "{}: {lacks:?}", route.path);
        }
    }
}
