//! The claim, step by step, and what stops it.

use std::time::Duration;

use events::{CrmState, Event};
use serde_json::json;

use crate::place::{CODE, ORGANISATION, PASSPHRASE, Place, manager, new_vault};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn from_a_code_to_the_first_manager() {
    let place = Place::new();
    let mut process = place.start();
    let start = process.start().await;
    assert_eq!((&start["state"], &start["organisation"]), (&json!("unclaimed"), &json!(null)));
    assert_eq!(process.told(), CrmState::Unclaimed);
    let (mut person, key) = process.made().await;
    let start = process.start().await;
    assert_eq!((&start["state"], &start["recoveryConfirmed"]), (&json!("claiming"), &json!(false)));
    // Until its key is on paper the organisation is not told: the page begins with the vault again.
    assert_eq!(start["organisation"], json!(null));
    assert_eq!(process.told(), CrmState::Unclaimed);
    let slip = format!("{}0", key.strip_suffix(|_: char| true).unwrap());
    let slip = if slip == key { slip.replace('0', "1") } else { slip };
    let wrong = person.post("/claim/recovery", json!({ "recoveryKey": slip })).await;
    assert_eq!(wrong.told(), "422 invalid /recoveryKey mistyped");
    let other = seal::recovery::encode(&[7; 20]).to_string();
    let wrong = person.post("/claim/recovery", json!({ "recoveryKey": other })).await;
    assert_eq!(wrong.told(), "422 invalid /recoveryKey wrong");
    let early = person.post("/claim/account", manager()).await;
    assert_eq!(early.told(), "409 out-of-order");
    let typed = json!({ "recoveryKey": key.to_lowercase().replace('-', " ") });
    person.post("/claim/recovery", typed.clone()).await.good();
    // The answer was lost: the same again is as good.
    person.post("/claim/recovery", typed).await.good();
    let start = process.start().await;
    assert_eq!((&start["state"], &start["recoveryConfirmed"]), (&json!("claiming"), &json!(true)));
    assert_eq!(start["organisation"], json!(null), "a stranger learns no name");
    let late = person.post("/claim/vault", new_vault()).await;
    assert_eq!(late.told(), "409 out-of-order");
    let early = person.post("/claim/totp", json!({ "code": "123456" })).await;
    assert_eq!(early.told(), "409 out-of-order");
    let mut weak = manager();
    weak["password"] = json!("short");
    let weak = person.post("/claim/account", weak).await;
    assert_eq!(weak.told(), "422 invalid /password too-short");
    let former = person.post("/claim/account", manager()).await.good();
    // Back, and on again, also with the code: the app's secret is the same.
    let setup = person.post("/claim/account", manager()).await.good();
    assert_eq!(setup, former);
    person.post("/claim/code", json!({ "code": CODE })).await.good();
    let setup = person.post("/claim/account", manager()).await.good();
    assert_eq!(setup, former);
    let code = json!({ "code": place.code(&setup) });
    let signed_in = person.post("/claim/totp", code.clone()).await.good();
    assert_eq!(signed_in["account"]["role"], "manager");
    assert!(person.has("__Host-crm") && !person.has("__Host-crm-step"));
    let session = person.get("/session").await.good();
    assert_eq!(session["account"]["name"], "Anna Müller");
    let start = process.start().await;
    assert_eq!(start["state"], "open");
    assert_eq!(process.told(), CrmState::Open);
    assert_eq!(process.happened(), [Event::Claimed, Event::Unlocked]);
    // The code is used up, also when the admin application sends it again.
    process.has_code();
    let mut late = process.person();
    assert_eq!(
        late.post("/claim/code", json!({ "code": CODE })).await.told(),
        "409 already-set-up"
    );
    assert_eq!(late.post("/claim/totp", code).await.told(), "401 step-late");
    let log = process.log();
    let expected = ["recovery-made", "recovery-confirmed", "vault-created", "enrolled"];
    let places = expected.map(|action| log.iter().position(|one| one == action).unwrap());
    assert!(places.is_sorted(), "{log:?}");
    process.crm.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_the_admin_has_five_tries_and_then_a_wait() {
    let place = Place::new();
    let process = place.start();
    let mut person = process.person();
    let none = person.post("/claim/code", json!({ "code": CODE })).await;
    assert_eq!(none.told(), "409 no-code");
    process.has_code();
    for left in (0..5).rev() {
        let wrong = person.post("/claim/code", json!({ "code": "0000-0000-0000" })).await;
        assert_eq!(
            (wrong.told().as_str(), &wrong.body["triesLeft"]),
            ("403 wrong-code", &json!(left))
        );
        // The admin application was away and sends the same code: no new tries for that.
        process.has_code();
    }
    person.speaks("zh-CN");
    let wait = person.post("/claim/code", json!({ "code": CODE })).await;
    assert_eq!((wait.told().as_str(), &wait.body["retryAfter"]), ("429 slow-down", &json!(600)));
    assert!(wait.body["title"].as_str().unwrap().contains('请'), "{}", wait.body["title"]);
    process.crm.manager_code(identity::code_hash("AAAA-BBBB-CCCC"), u64::MAX);
    person.post("/claim/code", json!({ "code": "aaaa bbbb cccc" })).await.good();
    place.clock.forward(15 * MINUTE);
    let over = person.post("/claim/vault", new_vault()).await;
    assert_eq!(over.told(), "401 step-late");
}

#[tokio::test(flavor = "multi_thread")]
async fn weak_passphrases_and_odd_names_are_refused_at_their_fields() {
    let place = Place::new();
    let process = place.start();
    process.has_code();
    let mut person = process.person();
    person.post("/claim/code", json!({ "code": CODE })).await.good();
    for (organisation, passphrase, told) in [
        ("", "short", "/organisation empty /passphrase too-short"),
        ("Nord\u{7}wind", PASSPHRASE, "/organisation control-character"),
        ("Nord\u{2066}wind", PASSPHRASE, "/organisation hidden-character"),
        (&"x".repeat(201), PASSPHRASE, "/organisation too-long"),
        (ORGANISATION, &"x ".repeat(501), "/passphrase too-long"),
        (ORGANISATION, "password1234", "/passphrase common"),
        (ORGANISATION, "nordwind gmbh 1", "/passphrase contains-name"),
        (ORGANISATION, "aaaaaaaaaaaaaaaa", "/passphrase repeats"),
    ] {
        let new = json!({ "organisation": organisation, "passphrase": passphrase });
        let refused = person.post("/claim/vault", new).await;
        assert_eq!(refused.told(), format!("422 invalid {told}"));
    }
    assert!(!place.path("store.1").exists());
    assert_eq!(process.start().await["state"], "claiming");
    let proposal = person.post("/claim/passphrase-proposal", json!(null)).await.good();
    let passphrase = &proposal["passphrase"];
    assert_eq!(passphrase.as_str().unwrap().split(' ').count(), 6);
    let new = json!({ "organisation": " Nordwind   GmbH ", "passphrase": passphrase });
    person.post("/claim/vault", new).await.good();
    process.crm.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_long_stays_in_and_who_comes_with_the_code_takes_over() {
    let place = Place::new();
    let process = place.start();
    let (mut first, lost) = process.made().await;
    place.clock.forward(14 * MINUTE);
    first.post("/claim/passphrase-proposal", json!(null)).await.good();
    place.clock.forward(14 * MINUTE);
    // The first answer, or the paper, was lost: the vault is made anew, its former key opens nothing.
    let made = first.post("/claim/vault", new_vault()).await.good();
    let former = first.post("/claim/recovery", json!({ "recoveryKey": lost })).await;
    assert_eq!(former.told(), "422 invalid /recoveryKey wrong");
    let mut second = process.person();
    let nobody = second.post("/claim/vault", new_vault()).await;
    assert_eq!(nobody.told(), "401 step-late");
    second.post("/claim/code", json!({ "code": CODE })).await.good();
    for path in [
        "/claim/passphrase-proposal",
        "/claim/vault",
        "/claim/recovery",
        "/claim/account",
        "/claim/totp",
    ] {
        let body = match path {
            "/claim/vault" => new_vault(),
            "/claim/recovery" => json!({ "recoveryKey": made["recoveryKey"] }),
            "/claim/account" => manager(),
            "/claim/totp" => json!({ "code": "123456" }),
            _ => json!(null),
        };
        assert_eq!(first.post(path, body).await.told(), "401 step-gone", "{path}");
    }
    second.post("/claim/recovery", json!({ "recoveryKey": made["recoveryKey"] })).await.good();
    process.crm.close().await;
}

/// A page that is loaded again asks how far it had come.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_gave_the_code_is_told_how_far_the_claim_has_come() {
    let place = Place::new();
    let process = place.start();
    process.has_code();
    let mut person = process.person();
    assert_eq!(person.get("/claim").await.told(), "401 step-late");
    person.post("/claim/code", json!({ "code": CODE })).await.good();
    let so_far = person.get("/claim").await.good();
    assert_eq!(so_far, json!({ "next": "vault", "organisation": null, "totp": null }));
    let made = person.post("/claim/vault", new_vault()).await.good();
    assert_eq!(made["replaces"], false);
    let so_far = person.get("/claim").await.good();
    assert_eq!(so_far, json!({ "next": "recovery", "organisation": ORGANISATION, "totp": null }));
    // The page does not have the key any more, nor does anybody: another one is made.
    let made = person.post("/claim/vault", new_vault()).await.good();
    assert_eq!(made["replaces"], true);
    let key = json!({ "recoveryKey": made["recoveryKey"] });
    person.post("/claim/recovery", key).await.good();
    let so_far = person.get("/claim").await.good();
    assert_eq!(so_far, json!({ "next": "account", "organisation": ORGANISATION, "totp": null }));
    let setup = person.post("/claim/account", manager()).await.good();
    let so_far = person.get("/claim").await.good();
    assert_eq!((&so_far["next"], &so_far["totp"]), (&json!("totp"), &setup));
    // Somebody who takes over goes on where it is, and sees nothing of the account that was typed.
    let mut second = process.person();
    second.post("/claim/code", json!({ "code": CODE })).await.good();
    assert_eq!(second.get("/claim").await.good()["next"], "account");
    assert_eq!(person.get("/claim").await.told(), "401 step-gone");
    let setup = second.post("/claim/account", manager()).await.good();
    second.post("/claim/totp", json!({ "code": place.code(&setup) })).await.good();
    assert_eq!(second.get("/claim").await.told(), "401 step-late");
    process.crm.close().await;
}

/// Before there is a vault nobody here keeps a log of it: the admin application's does, once a minute.
#[tokio::test(flavor = "multi_thread")]
async fn refused_codes_are_counted_for_the_admin_and_fill_no_log() {
    let place = Place::new();
    let mut process = place.start();
    process.has_code();
    let guess = json!({ "code": "0000-0000-0000" });
    for address in 0..100 {
        let told =
            process.person_at([192, 168, 9, address]).post("/claim/code", guess.clone()).await;
        assert!(["403 wrong-code", "429 slow-down"].contains(&told.told().as_str()));
    }
    assert_eq!(process.happened(), []);
    process.crm.tick().await;
    assert_eq!(process.happened(), [Event::ClaimRefused { count: 100 }]);
    process.crm.tick().await;
    assert_eq!(process.happened(), []);
    let (mut person, key) = process.made().await;
    person.post("/claim/recovery", json!({ "recoveryKey": key })).await.good();
    for address in 0..100 {
        process.person_at([192, 168, 7, address % 2]).post("/claim/code", guess.clone()).await;
    }
    let setup = person.post("/claim/account", manager()).await.good();
    person.post("/claim/totp", json!({ "code": place.code(&setup) })).await.good();
    process.crm.tick().await;
    process.crm.close().await;
    let told = process.happened();
    assert!(told.contains(&Event::ClaimRefused { count: 100 }), "{told:?}");
}
