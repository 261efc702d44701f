//! How much and how long: of one address, and what it is told when that is too much.

use std::path::PathBuf;

use api::caller::Remote;
use api::contract::App;
use api::site::Reports;
use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use futures_util::FutureExt;

use crate::{Site, ask, code, own, router, site, text};

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
async fn who_takes_no_answer_is_given_no_more() {
    let large = || async { vec![b'1'; 3 * 1024 * 1024] };
    let api = Router::new().route("/api/v1/large", axum::routing::get(large));
    let site = Site {
        router: router(App::Crm, PathBuf::new(), Reports::default(), api),
        ..site(App::Crm)
    };
    let read = async |from: [u8; 4]| {
        let request = own(App::Crm, "GET", "/api/v1/large").extension(Remote(from.into()));
        ask(&site, request, "").await
    };
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(read([10, 0, 0, 1]).await);
    }
    assert!(held.iter().all(|answer| answer.status() == StatusCode::OK));
    let refused = read([10, 0, 0, 1]).await;
    assert_eq!(refused.headers()["retry-after"], "5");
    assert_eq!(code(refused).await, "slow-down");
    assert_eq!(read([10, 0, 0, 2]).await.status(), StatusCode::OK);
    assert_eq!(text(held.remove(0)).await.len(), 3 * 1024 * 1024);
    assert_eq!(read([10, 0, 0, 1]).await.status(), StatusCode::OK, "one was taken");
}

#[tokio::test]
async fn when_all_room_for_bodies_is_taken_the_oldest_of_the_most_is_told_to_come_again() {
    let site = site(App::Crm);
    let post = |from: u8| {
        let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        let request = own(App::Crm, "POST", "/api/v1/echo")
            .header("content-type", "application/json")
            .header("accept-language", "zh-CN")
            .extension(Remote([10, 0, from, 1].into()));
        Box::pin(ask(&site, request, Body::from_stream(never)))
    };
    let mut held: Vec<_> = (0..16 * 64).map(|at| post((at % 16) as u8)).collect();
    assert!(held.iter_mut().all(|one| one.now_or_never().is_none()));
    assert!(post(99).now_or_never().is_none(), "a newcomer is given room");
    let mut ended =
        held.iter_mut().enumerate().filter_map(|(at, one)| Some((at, one.now_or_never()?)));
    let (at, answer) = ended.next().unwrap();
    assert_eq!((at, answer.status()), (0, StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(
        (&answer.headers()["retry-after"], &answer.headers()["content-language"]),
        (&"2".parse().unwrap(), &"zh-CN".parse().unwrap())
    );
    assert_eq!(code(answer).await, "busy");
    assert!(ended.next().is_none(), "no more go than have to");
}

#[tokio::test]
async fn when_all_room_for_answers_is_taken_there_is_none_for_anybody_until_one_is_read() {
    let large = || async { vec![b'1'; 20 * 1024 * 1024] };
    let api = Router::new().route("/api/v1/large", axum::routing::get(large));
    let site = Site {
        router: router(App::Crm, PathBuf::new(), Reports::default(), api),
        ..site(App::Crm)
    };
    let read = async |last: u8| {
        let request =
            own(App::Crm, "GET", "/api/v1/large").extension(Remote([10, 0, 0, last].into()));
        ask(&site, request, "").await
    };
    let held = [read(1).await, read(2).await, read(3).await];
    assert!(held.iter().all(|answer| answer.status() == StatusCode::OK));
    let refused = read(4).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "5");
    assert_eq!(code(refused).await, "busy");
    let [one, ..] = held;
    drop(text(one).await);
    assert_eq!(read(4).await.status(), StatusCode::OK);
}
