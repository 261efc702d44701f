//! Bodies that do not end, by the thousand: memory stays bounded and others are served. Alone in its file,
//! so in a process of its own: it measures that.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::net::IpAddr;
use std::path::PathBuf;

use api::caller::Remote;
use api::contract::App;
use api::language::BoxLanguage;
use api::site::{self, Reports};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use axum::routing::post;
use futures_util::{FutureExt, StreamExt, stream};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// Bytes that the process may grow by: what bodies may take, as much again for the allocator, and the test
/// itself.
const FROM_ONE: usize = 4 << 20;
const FROM_MANY: usize = 40 << 20;
/// As many as one address may have open: 64 connections of 16 requests each.
const OPEN: usize = 1024;

fn address(number: usize) -> IpAddr {
    IpAddr::from([10, 0, (number / 250) as u8, (number % 250) as u8 + 1])
}

fn send(router: &Router, from: IpAddr, body: Body) -> Sent {
    let request = Request::post("/api/v1/echo")
        .header("host", App::Crm.host())
        .header("origin", format!("https://{}", App::Crm.host()))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/json")
        .extension(Remote(from));
    Box::pin(router.clone().oneshot(request.body(body).unwrap()).map(Result::unwrap))
}

type Sent = futures_util::future::BoxFuture<'static, Response<Body>>;

/// So many bytes in frames of a size, and no end.
fn endless(bytes: usize, frame: usize) -> Body {
    static BYTES: Bytes = Bytes::from_static(&[b'1'; 4096]);
    let data = BYTES.slice(..frame);
    let frames = stream::repeat_with(move || Ok::<_, std::io::Error>(data.clone()));
    Body::from_stream(frames.take(bytes / frame).chain(stream::pending()))
}

/// Polls each until it waits; the statuses of those that were answered.
fn waiting(sent: &mut Vec<Sent>) -> Vec<u16> {
    let mut answered = Vec::new();
    let mut rest = Vec::new();
    for mut one in sent.drain(..) {
        // A runtime makes a task pause now and then: the second look goes on.
        let looks = std::iter::repeat_with(|| (&mut one).now_or_never()).take(1024);
        match looks.flatten().next() {
            Some(answer) => answered.push(answer.status().as_u16()),
            None => rest.push(one),
        }
    }
    *sent = rest;
    answered
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

async fn is_served(router: &Router, from: IpAddr) {
    let answer = send(router, from, Body::from(r#"{"a":1}"#)).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), r#"{"a":1}"#);
}

#[tokio::test]
async fn bodies_without_end_take_bounded_memory_and_nobodys_place() {
    let echo = Router::new().route("/api/v1/echo", post(|body: String| async { body }));
    let language = BoxLanguage::default();
    let router = site::router(App::Crm, language, PathBuf::new(), Reports::default(), echo);
    let other = IpAddr::from([192, 168, 10, 7]);
    is_served(&router, other).await;

    let tiny = || endless(4096, 1);
    let before = resident();
    let mut sent: Vec<_> = (0..OPEN).map(|_| send(&router, address(0), tiny())).collect();
    let refused = waiting(&mut sent);
    let grown = resident().saturating_sub(before);
    assert!(grown < FROM_ONE, "one address takes {grown} bytes");
    assert!(refused.len() > OPEN * 9 / 10 && refused.iter().all(|status| *status == 429));
    is_served(&router, other).await;
    drop(sent);
    is_served(&router, address(0)).await;

    let large = || endless(60 * 1024, 4096);
    let before = resident();
    let mut sent: Vec<_> = (0..4 * OPEN).map(|at| send(&router, address(at), large())).collect();
    let mut refused = waiting(&mut sent);
    // Those that had to go learn it when they are looked at again.
    refused.extend(waiting(&mut sent));
    let grown = resident().saturating_sub(before);
    assert!(grown < FROM_MANY, "many addresses take {grown} bytes");
    assert!(refused.len() > 3 * OPEN && refused.iter().all(|status| *status == 503));
    is_served(&router, other).await;
    drop(sent);
}
