//! Locked and opened again: who may, how often, and what the page shows meanwhile.

use std::time::Duration;

use events::{CrmState, Event};
use futures_util::FutureExt;
use serde_json::json;

use crate::place::{ORGANISATION, PASSPHRASE, Place, passphrase};

#[tokio::test(flavor = "multi_thread")]
async fn a_start_finds_it_locked_and_passphrase_or_recovery_key_opens_it() {
    let place = Place::new();
    let process = place.start();
    let (mut anna, key) = process.claimed(&place).await;
    process.crm.close().await;
    drop(process);
    for secret in [passphrase(), json!({ "recoveryKey": key })] {
        let mut process = place.start();
        assert_eq!(process.told(), CrmState::Locked);
        let start = process.start().await;
        assert_eq!(
            (&start["state"], &start["lockedBecause"]),
            (&json!("locked"), &json!("started"))
        );
        assert_eq!(start["organisation"], ORGANISATION);
        assert_eq!(start["unlockers"], json!(["Anna Müller"]));
        let mut person = process.person();
        assert_eq!(person.get("/session").await.told(), "401 sign-in");
        let sign_in = json!({ "name": "Anna Müller", "password": "x" });
        assert_eq!(person.post("/session", sign_in).await.told(), "409 locked");
        let (mut one, mut other) = (process.person(), process.person());
        let (one, other) = tokio::join!(
            one.post("/unlock", secret.clone()),
            other.post("/unlock", secret.clone()),
        );
        let mut told = [one.told(), other.told()];
        told.sort();
        assert_eq!(told, ["204 ", "409 not-locked"]);
        let start = process.start().await;
        assert_eq!((&start["state"], &start["lockedBecause"]), (&json!("open"), &json!(null)));
        assert_eq!(process.told(), CrmState::Open);
        let with_key = secret["recoveryKey"].is_string();
        let told = [Event::Unlocked].into_iter();
        let told: Vec<_> = told.chain(with_key.then_some(Event::RecoveryKeyUsed)).collect();
        assert_eq!(process.happened(), told);
        // Locking ended every session.
        assert_eq!(anna.get("/session").await.told(), "401 sign-in");
        let findings = process.crm.open().unwrap().store.findings().clone();
        assert_eq!((findings.gap, findings.digest_differs), (None, false));
        process.crm.close().await;
        assert_eq!(process.start().await["state"], "locked");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_passphrases_make_the_sixth_wait_also_after_a_restart() {
    let place = Place::new();
    let process = place.start();
    process.claimed(&place).await;
    process.crm.close().await;
    let mut process = place.start();
    let mut person = process.person();
    for body in [json!({}), json!({ "passphrase": PASSPHRASE, "recoveryKey": "x" })] {
        let refused = person.post("/unlock", body).await;
        assert_eq!(refused.told(), "422 invalid /passphrase one-of-both /recoveryKey one-of-both");
    }
    let slip = person.post("/unlock", json!({ "recoveryKey": "ABC" })).await;
    assert_eq!(slip.told(), "422 invalid /recoveryKey mistyped");
    place.clock.forward(Duration::from_secs(1));
    let other = seal::recovery::encode(&[7; 20]).to_string();
    let wrong = person.post("/unlock", json!({ "recoveryKey": other })).await;
    assert_eq!(
        (wrong.told().as_str(), &wrong.body["triesLeft"]),
        ("403 wrong-secret", &json!(null))
    );
    assert_eq!(process.happened(), [Event::UnlockFailed { count: 1 }]);
    // Too short to be one: counted like any other.
    for left in (0..5).rev() {
        let wrong = person.post("/unlock", json!({ "passphrase": "wrong" })).await;
        assert_eq!(
            (wrong.told().as_str(), &wrong.body["triesLeft"]),
            ("403 wrong-secret", &json!(left))
        );
        let wait = wrong.headers.get("retry-after").map(|seconds| seconds.to_str().unwrap());
        assert_eq!(wait, (left == 0).then_some("30"));
    }
    assert_eq!(process.happened().len(), 5);
    let wait = person.post("/unlock", passphrase()).await;
    assert_eq!((wait.told().as_str(), &wait.body["retryAfter"]), ("429 slow-down", &json!(30)));
    // A page that is loaded anew counts on.
    assert_eq!(process.start().await["unlockWait"], 30);
    let mut process = place.start();
    let mut person = process.person();
    place.clock.forward(Duration::from_secs(29));
    assert_eq!(process.start().await["unlockWait"], 1);
    assert_eq!(person.post("/unlock", passphrase()).await.told(), "429 slow-down");
    place.clock.forward(Duration::from_secs(1));
    assert_eq!(process.start().await["unlockWait"], 0);
    person.post("/unlock", passphrase()).await.good();
    assert_eq!(process.happened(), [Event::Unlocked]);
    let failures = process.crm.open().unwrap().store.findings().failures;
    assert_eq!(failures.count, 5);
    process.crm.close().await;
}

/// A PC that does nothing else than guess.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_guesses_makes_nobody_else_wait() {
    let place = Place::new();
    let process = place.start();
    let (_, key) = process.claimed(&place).await;
    process.crm.close().await;
    for secret in [passphrase(), json!({ "recoveryKey": key })] {
        let mut process = place.start();
        let mut stranger = process.person_at([192, 168, 8, 66]);
        let guess = json!({ "passphrase": "wrong" });
        while stranger.post("/unlock", guess.clone()).await.told() == "403 wrong-secret" {}
        assert_eq!(stranger.post("/unlock", passphrase()).await.told(), "429 slow-down");
        process.happened();
        place.clock.forward(Duration::from_secs(1));
        let other = json!({ "recoveryKey": seal::recovery::encode(&[7; 20]).to_string() });
        for _ in 0..200 {
            assert_eq!(stranger.post("/unlock", other.clone()).await.told(), "403 wrong-secret");
        }
        assert_eq!(process.happened(), [Event::UnlockFailed { count: 1 }]);
        process.crm.tick().await;
        assert_eq!(process.happened(), [Event::UnlockFailed { count: 199 }]);
        let mut owner = process.person();
        let slip = owner.post("/unlock", guess).await;
        assert_eq!(
            (slip.told().as_str(), &slip.body["triesLeft"]),
            ("403 wrong-secret", &json!(2))
        );
        owner.post("/unlock", secret).await.good();
        process.crm.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_locks_by_hand_and_the_page_says_so_once() {
    let place = Place::new();
    let mut process = place.start();
    let (mut anna, _) = process.claimed(&place).await;
    process.happened();
    let mut stranger = process.person();
    assert_eq!(stranger.post("/lock", json!(null)).await.told(), "401 sign-in");
    // Her page is told at once who may unlock: until the next process there is nobody to ask.
    let locked = anna.post("/lock", json!(null)).await.good();
    assert_eq!((&locked["state"], &locked["lockedBecause"]), (&json!("locked"), &json!("by-hand")));
    assert_eq!(locked["unlockers"], json!(["Anna Müller"]));
    assert!(!anna.has("__Host-crm"));
    process.end.notified().await;
    assert_eq!(process.told(), CrmState::Locked);
    // Where the log stands leaves the box before nobody can ask for it any more.
    let happened = process.happened();
    assert!(matches!(&happened[..], [Event::Locked, Event::Head { .. }]), "{happened:?}");
    let start = process.start().await;
    assert_eq!((&start["state"], &start["lockedBecause"]), (&json!("locked"), &json!("by-hand")));
    // The process is about to end: the next one answers.
    let ending = anna.post("/unlock", passphrase()).await;
    assert_eq!(ending.told(), "429 slow-down");
    process.crm.close().await;
    let again = place.start();
    assert_eq!(again.start().await["lockedBecause"], "by-hand");
    again.person().post("/unlock", passphrase()).await.good();
    let closed = again.crm.open().unwrap().store.audit(None, 50).unwrap();
    let closed = closed.iter().find(|entry| entry.action == Some(seal::numbers::action::CLOSED));
    assert!(closed.unwrap().account.is_some());
    again.crm.close().await;
    assert_eq!(place.start().start().await["lockedBecause"], "started");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_locked_page_shows_may_be_broken_and_is_mended_by_the_next_opening() {
    let place = Place::new();
    let process = place.start();
    process.claimed(&place).await;
    process.crm.close().await;
    std::fs::write(place.path("front.json"), "{\"organisation\":7").unwrap();
    let process = place.start();
    let start = process.start().await;
    assert_eq!((&start["organisation"], &start["unlockers"]), (&json!(null), &json!([])));
    process.person().post("/unlock", passphrase()).await.good();
    process.crm.close().await;
    let start = place.start().start().await;
    assert_eq!(start["organisation"], ORGANISATION);
    assert_eq!(start["unlockers"], json!(["Anna Müller"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_to_lock_what_is_not_open_does_nothing() {
    let place = Place::new();
    let mut process = place.start();
    process.crm.lock(vault::Actor::default()).await;
    assert_eq!((process.told(), process.happened()), (CrmState::Unclaimed, Vec::new()));
    process.made().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_disk_fails_every_page_says_so() {
    let place = Place::new();
    let mut process = place.start();
    let (mut anna, _) = process.claimed(&place).await;
    process.happened();
    // The disk takes nothing any more: the store finds out when it writes the next time.
    std::fs::remove_dir_all(place.path("store.1")).unwrap();
    let open = process.crm.open().unwrap();
    let failed = open.store.close(vault::Actor::default()).await;
    assert_eq!(failed, Err(vault::CommitError::DiskFailed));
    soon(process.state.wait_for(|state| *state == CrmState::DiskFailed)).await.unwrap();
    assert_eq!(process.start().await["state"], "disk-failed");
    assert_eq!(anna.get("/session").await.told(), "503 disk-failed");
    assert_eq!(anna.post("/unlock", passphrase()).await.told(), "503 disk-failed");
    let code = json!({ "code": crate::place::CODE });
    assert_eq!(anna.post("/claim/code", code.clone()).await.told(), "503 disk-failed");
    assert_eq!(anna.post("/enrol/code", code).await.told(), "503 disk-failed");
    process.crm.close().await;
    assert_eq!(process.start().await["state"], "disk-failed");
    assert_eq!(process.happened(), [Event::DiskFailed]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_and_goes_away_at_once_gets_it_all_the_same() {
    let place = Place::new();
    let process = place.start();
    let (mut anna, _) = process.claimed(&place).await;
    assert!(anna.post("/lock", json!(null)).now_or_never().is_none());
    soon(process.end.notified()).await;
    let mut process = place.start();
    assert!(process.person().post("/unlock", passphrase()).now_or_never().is_none());
    soon(process.state.wait_for(|state| *state == CrmState::Open)).await.unwrap();
    let findings = process.crm.open().unwrap().store.findings().clone();
    assert_eq!(findings.gap, None);
    process.crm.close().await;
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future).await.unwrap()
}
