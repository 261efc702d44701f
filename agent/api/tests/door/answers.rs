//! What every answer has, and what is answered whatever the routes.

use api::contract::App;
use axum::http::{Request, StatusCode};
use serde_json::Value;

use crate::{ask, code, knocks, own, site, text};

#[tokio::test]
async fn every_answer_confines_the_browser() {
    for app in App::ALL {
        let site = site(app);
        for (method, path) in knocks(app) {
            for host in [app.host(), "evil.example"] {
                let request =
                    Request::builder().method(method.as_str()).uri(&path).header("host", host);
                let answer = ask(&site, request, "").await;
                let has = |name: &str, what: &str| {
                    let value = answer.headers().get(name).unwrap().to_str().unwrap();
                    assert!(value.contains(what), "{method} {path}: {name}: {value}");
                };
                has("content-security-policy", "require-trusted-types-for 'script'");
                has("content-security-policy", "default-src 'self'");
                has("cross-origin-opener-policy", "same-origin");
                has("cross-origin-resource-policy", "same-origin");
                has("referrer-policy", "no-referrer");
                has("x-content-type-options", "nosniff");
                has("permissions-policy", "camera=()");
                has(
                    "cache-control",
                    if path.ends_with("1a2b.js")
                        && matches!(method.as_str(), "GET" | "HEAD")
                        && host == app.host()
                    {
                        "immutable"
                    } else {
                        "no-store"
                    },
                );
                for no in ["server", "access-control-allow-origin", "set-cookie"] {
                    assert!(!answer.headers().contains_key(no), "{method} {path}: {no}");
                }
            }
        }
    }
}

#[tokio::test]
async fn problems_are_in_the_readers_language() {
    let site = site(App::Crm);
    let request = own(App::Crm, "GET", "/api/v1/none").header("accept-language", "zh-CN,en;q=0.5");
    let answer = ask(&site, request, "").await;
    assert_eq!(answer.headers()["content-language"], "zh-CN");
    let body: Value = serde_json::from_str(&text(answer).await).unwrap();
    assert_eq!((&body["title"], &body["status"]), (&"找不到".into(), &404.into()));
}

#[tokio::test]
async fn what_the_api_does_not_have_is_a_problem_and_no_page() {
    for app in App::ALL {
        let site = site(app);
        for path in ["/api", "/api/", "/api/v1", "/api/v1/", "/api//", "/api/v2/none"] {
            let answer = ask(&site, own(app, "GET", path), "").await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
        }
    }
}

#[tokio::test]
async fn other_methods_are_a_problem_that_says_which_there_are() {
    let site = site(App::Crm);
    let answer = ask(&site, own(App::Crm, "GET", "/api/v1/echo"), "").await;
    assert_eq!(answer.headers()["allow"], "POST");
    assert_eq!(code(answer).await, "method");
}

#[tokio::test]
async fn files_are_served_and_nothing_around_them() {
    let site = site(App::Admin);
    let fetch = async |path: &str, encodings: &str| {
        let request = own(App::Admin, "GET", path).header("accept-encoding", encodings);
        ask(&site, request, "").await
    };
    for place in ["/", "/index.html", "/zones", "/a/b?c=d", "/secret", "/..%2fsecret"] {
        let answer = fetch(place, "").await;
        assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
        assert_eq!(text(answer).await, "<!doctype html>", "{place}");
    }
    for (encodings, expected) in [
        ("gzip, deflate, br, zstd", "brotli"),
        ("gzip", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("identity", "plain"),
        ("", "plain"),
    ] {
        let answer = fetch("/assets/app-1a2b.js", encodings).await;
        assert_eq!(answer.headers()["content-type"], "text/javascript; charset=utf-8");
        assert_eq!(answer.headers().contains_key("content-encoding"), expected != "plain");
        assert!(answer.headers()["vary"].to_str().unwrap().contains("Accept-Encoding"));
        assert_eq!(text(answer).await, expected, "{encodings}");
    }
    assert_eq!(text(fetch("/assets/only-3c.css", "br").await).await, "css");
    std::fs::remove_dir_all(site.files.path()).unwrap();
    assert_eq!(text(fetch("/assets/only-3c.css", "br").await).await, "css", "it is in memory");
    for wrong in [
        "/assets/",
        "/assets/none.js",
        "/assets/../secret",
        "/assets/..%2fsecret",
        "/assets/.x",
        "/assets/a/b",
        "/assets/%2e%2e",
        "/assets/..",
    ] {
        assert_eq!(fetch(wrong, "br").await.status(), StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn reports_of_the_policy_are_counted() {
    let site = site(App::Admin);
    let send = async |bytes: usize| {
        let request = Request::post(site::REPORT)
            .header("host", App::Admin.host())
            .header("content-type", "application/csp-report");
        ask(&site, request, vec![b'x'; bytes]).await.status()
    };
    assert_eq!(send(8 * 1024).await, StatusCode::NO_CONTENT);
    assert_eq!(site.reports.count(), 1);
    assert_eq!(send(8 * 1024 + 1).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(site.reports.count(), 1);
}
