//! The log as a file, to readers that take it slowly or not at all.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::time::Duration;

use common::Office;
use http_body_util::BodyExt;
use seal::numbers::{action, outcome};
use vault::{Access, Actor};

#[tokio::test]
async fn readers_that_stand_still_hold_few_threads_and_not_for_long() {
    let office = Office::open().await;
    let store = office.crm.open().unwrap().store.clone();
    // More than waits for a reader.
    for _ in 0..3_000 {
        let read = Access::new(Actor::default(), action::LOG_READ, outcome::ALLOWED);
        store.note_list_read(Access { reason: Some("x".repeat(200)), ..read });
    }
    // With the next entry that is waited for, those before it are on the disk.
    let read = Access::new(Actor::default(), action::LOG_READ, outcome::ALLOWED);
    store.read_logged(read).await.unwrap();
    let export = || office.manager.raw("GET", "/log/export", &[], "");
    let (one, other, third) = (export().await, export().await, export().await);
    assert_eq!([one.status(), other.status()], [200, 200]);
    assert_eq!(
        (third.status().as_u16(), third.headers()["retry-after"].as_bytes()),
        (503, &b"30"[..])
    );
    let whole = one.into_body().collect().await.unwrap().to_bytes();
    assert!(whole.len() > 3_000 * 200);
    let again = export().await;
    assert_eq!(again.status(), 200);
    // Nobody takes these two: their threads are free for others.
    tokio::time::pause();
    let mut taken = Vec::new();
    while taken.len() < 2 {
        let answer = export().await;
        if answer.status() == 503 {
            tokio::time::advance(Duration::from_secs(30)).await;
        } else {
            taken.push(answer);
        }
    }
    // What was given up is not mistaken for whole. On a busy machine one may not have begun to wait when the clock
    // was turned: then a later reader was given up in its place, and this one is whole.
    let mut given_up = 0;
    for body in [other, again].map(|answer| answer.into_body()) {
        match body.collect().await {
            Err(_) => given_up += 1,
            Ok(read) => assert!(read.to_bytes().len() > 3_000 * 200),
        }
    }
    assert!(given_up > 0);
}
