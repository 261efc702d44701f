//! Knocks at the door of both applications, at every path of their contracts.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::PathBuf;

use api::caller::Remote;
use api::contract::{App, Method};
use api::language::BoxLanguage;
use api::site::{self, Reports};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, request};
use axum::routing::post;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

struct Site {
    router: Router,
    reports: Reports,
    files: tempfile::TempDir,
}

fn site(app: App) -> Site {
    let files = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(files.path().join(name), text).unwrap();
    std::fs::create_dir(files.path().join("assets")).unwrap();
    write("index.html", "<!doctype html>");
    write("assets/app-1a2b.js", "plain");
    write("assets/app-1a2b.js.br", "brotli");
    write("assets/app-1a2b.js.gz", "gzip");
    write("assets/only-3c.css", "css");
    write("secret", "secret");
    let reports = Reports::default();
    let echo = post(|body: String| async { body });
    let api = Router::new().route("/api/v1/echo", echo);
    let directory = PathBuf::from(files.path());
    let router = router(app, directory, reports.clone(), api);
    Site { router, reports, files }
}

fn router(app: App, directory: PathBuf, reports: Reports, api: Router) -> Router {
    site::router(app, BoxLanguage::default(), directory, reports, api)
}

fn own(app: App, method: &str, path: &str) -> request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", app.host())
        .header("origin", format!("https://{}", app.host()))
        .header("sec-fetch-site", "same-origin")
}

async fn ask(site: &Site, request: request::Builder, body: impl Into<Body>) -> Response<Body> {
    site.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

async fn code(response: Response<Body>) -> String {
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let body: Value = serde_json::from_str(&text(response).await).unwrap();
    body["type"].as_str().unwrap().replace("urn:gatehouse:problem:", "")
}

/// Each path and method of the contract, and a few that are in none.
fn knocks(app: App) -> Vec<(String, String)> {
    let name = |method: Method| format!("{method:?}").to_uppercase();
    let path = |path: &str| {
        format!("/api/v1{}", path.replace("{id}", "01010101-0101-0101-0101-010101010101"))
    };
    let mut all: Vec<_> =
        app.routes().iter().map(|route| (name(route.method), path(route.path))).collect();
    for other in ["/", "/healthz", "/contacts/1", "/assets/app-1a2b.js", "/assets/none.js", "/api"]
    {
        all.extend(
            ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"]
                .map(|method| (method.to_owned(), other.to_owned())),
        );
    }
    all
}

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
async fn other_names_and_other_pages_change_and_learn_nothing() {
    for app in App::ALL {
        let site = site(app);
        let other = if app == App::Admin { App::Crm } else { App::Admin };
        for (method, path) in knocks(app) {
            for host in ["192.168.1.1", "evil.example", other.host(), "", "a.gatehouse.internal"] {
                let mut request = own(app, &method, &path);
                request.headers_mut().unwrap().insert("host", host.parse().unwrap());
                let answer = ask(&site, request, "").await;
                assert_eq!(
                    answer.status(),
                    StatusCode::MISDIRECTED_REQUEST,
                    "{method} {path} {host}"
                );
            }
            if matches!(method.as_str(), "GET" | "HEAD") || path == site::REPORT {
                continue;
            }
            let origin = format!("https://{}", other.host());
            for (name, value) in [
                ("origin", Some("null")),
                ("origin", Some(origin.as_str())),
                ("origin", Some("http://gatehouse.internal")),
                ("origin", Some("https://gatehouse.internal.evil.example")),
                ("origin", None),
                ("sec-fetch-site", Some("same-site")),
                ("sec-fetch-site", Some("cross-site")),
                ("sec-fetch-site", Some("none")),
                ("sec-fetch-site", None),
            ] {
                let mut request = own(app, &method, &path);
                let headers = request.headers_mut().unwrap();
                headers.remove(name);
                headers.extend(
                    value
                        .map(|value| (name.parse().unwrap(), value.parse().unwrap()))
                        .map(|(n, v)| (Some::<axum::http::HeaderName>(n), v)),
                );
                let answer = ask(&site, request, "").await;
                assert_eq!(
                    answer.status(),
                    StatusCode::FORBIDDEN,
                    "{method} {path} {name} {value:?}"
                );
                if method != "HEAD" {
                    assert_eq!(code(answer).await, "foreign-page");
                }
            }
            for twice in ["origin", "sec-fetch-site"] {
                let mut request = own(app, &method, &path);
                let headers = request.headers_mut().unwrap();
                let value = headers[twice].clone();
                headers.append(twice, value);
                assert_eq!(ask(&site, request, "").await.status(), StatusCode::FORBIDDEN);
            }
        }
    }
}

#[tokio::test]
async fn the_name_counts_wherever_it_stands() {
    let site = site(App::Admin);
    let asked = async |uri: &str, hosts: &[&str]| {
        let mut request = Request::get(uri);
        for host in hosts {
            request = request.header("host", *host);
        }
        ask(&site, request, "").await.status().as_u16()
    };
    for (uri, hosts, status) in [
        ("/healthz", &["gatehouse.internal"][..], 200),
        ("/healthz", &["GATEHOUSE.internal:443"], 200),
        ("https://gatehouse.internal/healthz", &[], 200),
        ("https://gatehouse.internal/healthz", &["gatehouse.internal"], 200),
        ("https://evil.example/healthz", &["gatehouse.internal"], 421),
        ("https://gatehouse.internal/healthz", &["evil.example"], 421),
        ("https://u@gatehouse.internal/healthz", &[], 421),
        ("/healthz", &["gatehouse.internal:8443"], 421),
        ("/healthz", &["gatehouse.internal."], 421),
        ("/healthz", &["gatehouse.internal", "gatehouse.internal"], 421),
        ("/healthz", &[], 421),
    ] {
        assert_eq!(asked(uri, hosts).await, status, "{uri} {hosts:?}");
    }
}

#[tokio::test]
async fn bodies_are_json_and_bounded() {
    let site = site(App::Crm);
    let send = async |media: Option<&str>, body: Vec<u8>| {
        let mut request = own(App::Crm, "POST", "/api/v1/echo");
        if let Some(media) = media {
            request = request.header("content-type", media);
        }
        ask(&site, request, body).await
    };
    let json = Some("application/json; charset=utf-8");
    assert_eq!(text(send(json, b"{}".to_vec()).await).await, "{}");
    assert_eq!(send(json, vec![b' '; 64 * 1024]).await.status(), StatusCode::OK);
    assert_eq!(code(send(json, vec![b' '; 64 * 1024 + 1]).await).await, "too-long");
    for media in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonp"),
    ] {
        assert_eq!(code(send(media, b"{}".to_vec()).await).await, "not-json");
    }
}

#[tokio::test]
async fn a_request_has_so_many_header_fields_and_no_more() {
    let site = site(App::Crm);
    let send = async |more: usize| {
        // Three are there already.
        let names = (3..more).map(|number| format!("x-{number}"));
        let request =
            names.fold(own(App::Crm, "GET", "/healthz"), |request, name| request.header(name, "1"));
        ask(&site, request, "").await
    };
    assert_eq!(send(64).await.status(), StatusCode::OK);
    let answer = send(65).await;
    assert_eq!(answer.status().as_u16(), 431);
    assert!(answer.headers().contains_key("content-security-policy"));
    assert_eq!(code(answer).await, "head-too-long");
}

#[tokio::test]
async fn who_is_refused_for_want_of_room_learns_when_to_come_again() {
    let site = site(App::Crm);
    let never =
        || Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let post = || own(App::Crm, "POST", "/api/v1/echo").header("content-type", "application/json");
    let waiting = (0..64).map(|_| Box::pin(ask(&site, post(), never())));
    let mut waiting = futures_util::future::join_all(waiting);
    assert!((&mut waiting).now_or_never().is_none());
    let request = post().header("accept-language", "zh-CN");
    let answer = ask(&site, request, never()).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers()["retry-after"], "2");
    assert_eq!(answer.headers()["content-language"], "zh-CN");
    assert_eq!(code(answer).await, "slow-down");
    let asks = ask(&site, own(App::Crm, "GET", "/healthz"), "").await;
    assert_eq!(asks.status(), StatusCode::OK, "what has no body needs no room");
}

#[tokio::test]
async fn an_address_holds_so_many_event_streams_and_others_theirs() {
    let stream = || async {
        let events = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        ([("content-type", "text/event-stream")], Body::from_stream(events))
    };
    let api = Router::new().route("/api/v1/stream", axum::routing::get(stream));
    let site = Site {
        router: router(App::Crm, PathBuf::new(), Reports::default(), api),
        ..site(App::Crm)
    };
    let listen = async |from: [u8; 4]| {
        let request = own(App::Crm, "GET", "/api/v1/stream").extension(Remote(from.into()));
        ask(&site, request, "").await
    };
    let mut held = Vec::new();
    for _ in 0..32 {
        held.push(listen([10, 0, 0, 1]).await);
    }
    assert!(held.iter().all(|answer| answer.status() == StatusCode::OK));
    let refused = listen([10, 0, 0, 1]).await;
    assert_eq!(refused.headers()["retry-after"], "30");
    assert_eq!(code(refused).await, "slow-down");
    assert_eq!(listen([10, 0, 0, 2]).await.status(), StatusCode::OK);
    held.pop();
    assert_eq!(listen([10, 0, 0, 1]).await.status(), StatusCode::OK, "one has ended");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_given_up() {
    let site = site(App::Crm);
    let never =
        Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let request = own(App::Crm, "POST", "/api/v1/echo").header("content-type", "application/json");
    assert_eq!(code(ask(&site, request, never).await).await, "too-slow");
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

/// The other application is the same site, so its pages' requests would carry the cookies along.
#[tokio::test]
async fn other_pages_do_not_even_ask() {
    for app in App::ALL {
        let site = site(app);
        for (from, is_let_in) in [
            (Some("same-origin"), true),
            (Some("none"), true),
            (None, true),
            (Some("same-site"), false),
            (Some("cross-site"), false),
        ] {
            let mut request = Request::get("/api/v1/none").header("host", app.host());
            if let Some(from) = from {
                request = request.header("sec-fetch-site", from);
            }
            let code = code(ask(&site, request, "").await).await;
            assert_eq!(code, if is_let_in { "not-found" } else { "foreign-page" }, "{from:?}");
            let page = Request::get("/").header("host", app.host());
            let page = ask(&site, page.header("sec-fetch-site", "same-site"), "").await;
            assert_eq!(page.status(), 200, "a link leads here");
        }
    }
}
