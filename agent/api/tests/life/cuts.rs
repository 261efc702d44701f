//! The power is cut at each step of the claim: what the next start finds.

use serde_json::json;

use crate::place::{CODE, Place, manager, new_vault, passphrase};

#[tokio::test(flavor = "multi_thread")]
async fn before_the_recovery_key_is_proved_nothing_stays() {
    let place = Place::new();
    let process = place.start();
    let (_, key) = process.made().await;
    assert!(place.path("claiming").exists() && place.path("store.1").exists());
    let (after, process_after) = place.cut();
    assert_eq!(process_after.start().await["state"], "unclaimed");
    for gone in ["store.1", "store.1.new"] {
        assert!(!after.path(gone).exists(), "{gone}");
    }
    let mut person = process_after.person();
    let shut = person.post("/unlock", passphrase()).await;
    assert_eq!(shut.told(), "409 not-locked");
    process_after.has_code();
    person.post("/claim/code", json!({ "code": CODE })).await.good();
    let so_far = person.get("/claim").await.good();
    assert_eq!(so_far, json!({ "next": "vault", "organisation": null, "totp": null }));
    let made = person.post("/claim/vault", new_vault()).await.good();
    let fresh = made["recoveryKey"].as_str().unwrap();
    assert_ne!(key, fresh);
    assert_eq!(made["replaces"], true, "the former key may be on paper");
    person.post("/claim/recovery", json!({ "recoveryKey": fresh })).await.good();
    process.crm.close().await;
    process_after.crm.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_made_vault_and_a_half_discarded_one_are_taken_away() {
    let place = Place::new();
    std::fs::write(place.path("claiming"), "").unwrap();
    let process = place.start();
    assert_eq!(process.start().await["state"], "unclaimed");
    std::fs::create_dir(place.path("store.1.new")).unwrap();
    std::fs::write(place.path("store.1.new").join("keys"), "half").unwrap();
    let (_person, _) = process.made().await;
    process.crm.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_may_hold_records_is_never_taken_away() {
    let place = Place::new();
    let process = place.start();
    process.proved().await;
    // The mark is taken away after the recovery key is in use: a cut between leaves it.
    let (after, _) = place.cut();
    std::fs::write(after.path("claiming"), "").unwrap();
    let again = after.start();
    assert_eq!(again.start().await["state"], "locked");
    assert!(after.path("store.1").join("keys").exists());
    // Broken keys tell nothing of records.
    let (broken, _) = place.cut();
    std::fs::write(broken.path("claiming"), "").unwrap();
    for name in ["keys", "keys-copy"] {
        std::fs::write(broken.path("store.1").join(name), "x").unwrap();
    }
    let process_broken = broken.start();
    assert_eq!(process_broken.start().await["state"], "locked");
    assert!(broken.path("store.1").exists());
    let damaged = process_broken.person().post("/unlock", passphrase()).await;
    assert_eq!(damaged.told(), "500 vault-damaged");
    process.crm.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_it_the_vault_is_locked_and_the_claim_goes_on_once_it_is_open() {
    let place = Place::new();
    let process = place.start();
    let (_, key) = process.proved().await;
    let (after, mut process_after) = place.cut();
    let start = process_after.start().await;
    assert_eq!((&start["state"], &start["organisation"]), (&json!("locked"), &json!(null)));
    assert_eq!(start["recoveryConfirmed"], true);
    process_after.has_code();
    let mut person = process_after.person();
    let shut = person.post("/claim/code", json!({ "code": CODE })).await;
    assert_eq!(shut.told(), "409 locked");
    person.post("/unlock", json!({ "recoveryKey": key })).await.good();
    let start = process_after.start().await;
    assert_eq!((&start["state"], &start["recoveryConfirmed"]), (&json!("claiming"), &json!(true)));
    let nobody = person.post("/claim/account", manager()).await;
    assert_eq!(nobody.told(), "401 step-late");
    person.post("/claim/code", json!({ "code": CODE })).await.good();
    let so_far = person.get("/claim").await.good();
    assert_eq!(so_far["next"], "account");
    let late = person.post("/claim/vault", new_vault()).await;
    assert_eq!(late.told(), "409 out-of-order");
    let setup = person.post("/claim/account", manager()).await.good();
    person.post("/claim/totp", json!({ "code": after.code(&setup) })).await.good();
    assert_eq!(process_after.start().await["state"], "open");
    assert!(process_after.happened().contains(&events::Event::Claimed));
    process.crm.close().await;
    process_after.crm.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_without_its_organisation_is_made_anew() {
    let place = Place::new();
    let process = place.start();
    process.made().await;
    // Locked before the recovery key was typed back, and no mark says that a claim was under way.
    process.crm.close().await;
    std::fs::remove_file(place.path("claiming")).unwrap();
    let again = place.start();
    assert_eq!(again.start().await["state"], "locked");
    again.person().post("/unlock", passphrase()).await.good();
    let start = again.start().await;
    assert_eq!((&start["state"], &start["recoveryConfirmed"]), (&json!("claiming"), &json!(false)));
    again.has_code();
    let mut person = again.person();
    person.post("/claim/code", json!({ "code": CODE })).await.good();
    assert_eq!(person.get("/claim").await.good()["next"], "vault");
    let made = person.post("/claim/vault", new_vault()).await.good();
    assert_eq!(made["replaces"], true);
    let key = json!({ "recoveryKey": made["recoveryKey"] });
    person.post("/claim/recovery", key).await.good();
    assert!(!place.path("claiming").exists());
    again.crm.close().await;
}
