//! Knocks at the door of both applications, at every path of their contracts.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod answers;
mod foreign;
mod room;

use std::path::PathBuf;

use api::contract::{App, Method};
use api::language::BoxLanguage;
use api::site::{self, Reports};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, request};
use axum::routing::post;
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
