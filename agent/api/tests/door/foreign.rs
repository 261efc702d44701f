//! Other names and other pages.

use api::contract::App;
use axum::http::{Request, StatusCode};

use crate::{ask, code, knocks, own, site};

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
