//! Who learns whose CRM it is, and who may unlock it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::place::{ORGANISATION, Place};

/// The names that `/start` gives.
fn named(start: &Value) -> (Value, Value) {
    (start["organisation"].clone(), start["unlockers"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_names_are_told_while_it_is_locked_and_then_only_to_who_is_signed_in() {
    let place = Place::new();
    let process = place.start();
    let none = (json!(null), json!([]));
    assert_eq!(named(&process.start().await), none);
    let (mut anna, _) = process.proved().await;
    assert_eq!(named(&anna.get("/start").await.good()), none, "not while it is claimed either");
    drop(process);

    let place = Place::new();
    let process = place.start();
    let (mut anna, _) = process.claimed(&place).await;
    assert_eq!(process.start().await["state"], "open");
    assert_eq!(named(&process.start().await), none, "a stranger learns no name");
    let hers = anna.get("/start").await.good();
    assert_eq!(named(&hers), (json!(ORGANISATION), json!([])));
    // Asking is no request: the session ends as if it had not asked.
    place.clock.forward(Duration::from_secs(29 * 60));
    assert_eq!(named(&anna.get("/start").await.good()).0, ORGANISATION);
    place.clock.forward(Duration::from_secs(60));
    assert_eq!(named(&anna.get("/start").await.good()), none, "her session has ended");

    process.crm.close().await;
    let locked = process.start().await;
    assert_eq!(named(&locked), (json!(ORGANISATION), json!(["Anna Müller"])));
    // Display names and nothing else of anybody: no id, no role, no address.
    let mut members: Vec<_> = locked.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    let all = [
        "damagedAccounts",
        "language",
        "lockedBecause",
        "organisation",
        "realm",
        "recoveryConfirmed",
        "state",
        "time",
        "unlockWait",
        "unlockers",
        "version",
    ];
    assert_eq!(members, all);
}
