//! A stranger's script on the CRM's origin, in the browser of somebody who is signed in to the admin
//! application: the same site, so the browser sends the session along. `tests/vm` runs such a script in
//! a browser and sees that it gets nothing; here is shown which check of the server refuses each of its
//! requests. Every request passes from the application's own page, and is refused for each of its marks
//! of a foreign page alone: leave one check out, and this is red.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "admin/browser.rs"]
#[allow(dead_code)]
mod browser;
mod common;
#[path = "admin/hostd.rs"]
#[allow(dead_code)]
mod hostd;

use std::path::PathBuf;

use api::contract::App;
use api::language::BoxLanguage;
use api::site::{self, Reports};
use axum::Router;
use common::{Answer, Browser, listed};
use http_body_util::BodyExt;
use serde_json::Value;

const CRM: &str = "https://crm.gatehouse.internal";
const ENGLISH: &str = "{\"language\":\"en\"}";

/// What the script asks for that reads.
const READS: [&str; 6] = ["/session", "/zones", "/log", "/log/export", "/sessions", "/crm-access"];
/// What it asks for that changes something.
const CHANGES: [(&str, &str, &str); 3] =
    [("PATCH", "/account", ENGLISH), ("POST", "/crm/manager-code", ""), ("DELETE", "/session", "")];

/// The admin application with somebody signed in.
async fn victim() -> (browser::Site, Router, Browser) {
    let site = browser::Disk::new(hostd::Hostd::example()).start().await;
    let admin = browser::Browser::admin(&site).await;
    let session = admin.cookies.iter().find(|(name, _)| name == "__Host-admin").unwrap();
    let (language, reports) = (BoxLanguage::default(), Reports::default());
    let api = api::admin::routes(site.admin.clone());
    let router = site::router(App::Admin, language, PathBuf::new(), reports, api);
    let who = Browser::new(&router, App::Admin, &session.1);
    (site, router, who)
}

/// The request as the application's own page sends it, but for these headers.
async fn sent(who: &Browser, method: &str, path: &str, but: &[(&str, &str)], body: &str) -> Answer {
    let mut request = axum::http::Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header("host", App::Admin.host())
        .header("origin", format!("https://{}", App::Admin.host()))
        .header("sec-fetch-site", "same-origin")
        .header("cookie", &who.cookie)
        .extension(api::caller::Remote(common::ADDRESS.into()))
        .extension(api::caller::Line { number: 0, at: common::ADDRESS.into() });
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in but {
        let headers = request.headers_mut().unwrap();
        headers.insert(axum::http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
    }
    let request = request.body(axum::body::Body::from(body.to_owned())).unwrap();
    let answer = tower::ServiceExt::oneshot(who.router.clone(), request).await.unwrap();
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { status: parts.status, headers: parts.headers, body }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reads_is_refused_by_where_the_browser_says_it_comes_from() {
    let (_site, _, who) = victim().await;
    for path in READS {
        assert_eq!(sent(&who, "GET", path, &[], "").await.status, 200, "{path}: from our own page");
        // A simple request has no `Origin`; one with CORS has, and must not count for more.
        for origin in [CRM, "https://gatehouse.internal"] {
            let foreign = [("sec-fetch-site", "same-site"), ("origin", origin)];
            let refused = sent(&who, "GET", path, &foreign, "").await;
            assert_eq!(refused.told(), "403 foreign-page", "{path}");
            assert!(!refused.headers.contains_key("access-control-allow-origin"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_something_is_refused_by_each_mark_of_a_foreign_page_alone() {
    let (site, _, who) = victim().await;
    let before = (site.log().len(), who.get("/session").await.good()["account"].clone());
    for (method, path, body) in CHANGES {
        for mark in [
            ("origin", CRM),
            ("origin", "null"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "cross-site"),
        ] {
            let refused = sent(&who, method, path, &[mark], body).await;
            assert_eq!(refused.told(), "403 foreign-page", "{method} {path} {mark:?}");
        }
        let both = [("origin", CRM), ("sec-fetch-site", "same-site")];
        let refused = sent(&who, method, path, &both, body).await;
        assert_eq!(refused.told(), "403 foreign-page", "{method} {path}");
    }
    // A form, or a request without preflight, says another type: refused for that alone.
    for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let form = [("content-type", media)];
        let refused = sent(&who, "PATCH", "/account", &form, ENGLISH).await;
        assert_eq!(refused.told(), "415 not-json", "{media}");
    }
    // A cookie of the same name tossed in from the other origin: neither of the two is believed.
    let tossed = format!("{}; __Host-admin=tossed", who.cookie);
    let refused = sent(&who, "PATCH", "/account", &[("cookie", &tossed)], ENGLISH).await;
    assert_eq!(refused.told(), "400 cookies");
    let after = (site.log().len(), who.get("/session").await.good()["account"].clone());
    assert_eq!(before, after, "nothing was changed, and nobody signed out");
    assert_eq!(after.1["language"], "zh-CN");
    // The control: every one of them is done when our own page sends it.
    for (method, path, body) in CHANGES {
        let done = sent(&who, method, path, &[], body).await;
        assert!(done.status.is_success(), "{method} {path}: {} {}", done.status, done.body);
    }
    assert_eq!(who.get("/session").await.told(), "401 sign-in", "the last one signed out");
}
