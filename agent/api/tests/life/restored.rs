//! A box that burned, and a blank one that gets its CRM back from a real server with the printed sheet alone.

use std::time::{Duration, Instant};

use events::{CrmState, Event};
use serde_json::{Value, json};

use crate::nas::{NAME, Nas, PASSWORD};
use crate::place::{CODE, ORGANISATION, Person, Place, Process, passphrase};

/// Longer than any step here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn target(nas: &Nas) -> Value {
    json!({
        "name": "Storage at home",
        "address": format!("https://{NAME}:{}/box/crm", nas.port),
        "user": "box",
        "password": PASSWORD,
        "authority": nas.authority.pem,
    })
}

pub async fn until(person: &mut Person, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let answer = person.get(path).await.good();
        if is_so(&answer) {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{answer}");
        tokio::task::yield_now().await;
    }
}

/// Somebody at a blank box who gave the admin's code.
async fn begun(process: &Process) -> Person {
    process.has_code();
    let mut person = process.person();
    person.post("/claim/code", json!({ "code": CODE })).await.good();
    person
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blank_box_comes_back_from_the_sheet_and_is_locked_as_the_other_was() {
    let nas = Nas::start(&["--private-repos", "--append-only"]);
    let place = Place::new();
    let process = place.start();
    let (mut anna, key) = process.claimed(&place).await;
    anna.post("/contacts", json!({ "name": "李雷" })).await.good();
    let made = anna.post("/copies", target(&nas)).await.good();
    let path = format!("/copies/{}", made["id"].as_str().unwrap());
    let shown = until(&mut anna, "/copies", |told| {
        told["items"][0]["drill"] != Value::Null && told["items"][0]["doing"] == Value::Null
    });
    let shown = shown.await["items"][0].clone();
    assert_eq!((&shown["failing"], &shown["protection"]), (&Value::Null, &json!("append-only")));
    assert_eq!((&shown["drill"]["good"], &shown["drill"]["contacts"]), (&json!(true), &json!(1)));
    let sheet = anna.post(&format!("{path}/sheet"), Value::Null).await.good();
    assert_eq!(sheet["organisation"], ORGANISATION);
    process.crm.close().await;
    drop((process, place));

    let place = Place::new();
    let mut process = place.start();
    let mut person = begun(&process).await;
    let typed = json!({
        "address": sheet["address"],
        "user": sheet["user"],
        "password": sheet["password"],
        "key": sheet["key"].as_str().unwrap().to_lowercase(),
        "authority": nas.authority.pem,
    });
    let by_hand = person.post("/claim/copies", typed).await.good();
    let scanned = json!({ "text": sheet["text"] });
    let found = person.post("/claim/copies", scanned.clone()).await.good();
    assert_eq!(found, by_hand);
    assert_eq!((&found["why"], &found["damaged"]), (&Value::Null, &json!(0)));
    let copy = found["items"][0]["id"].clone();
    person.post("/claim/restore", json!({ "sheet": scanned, "copy": copy })).await.good();
    let begun = Instant::now();
    while process.start().await["state"] != "locked" {
        assert!(begun.elapsed() < PATIENCE);
        tokio::task::yield_now().await;
    }
    assert_eq!(process.told(), CrmState::Locked);
    assert!(process.happened().contains(&Event::Restored));
    // The code of the admin opens nothing any more, nor does the step.
    assert!(
        person
            .post("/claim/copies", json!({ "text": sheet["text"] }))
            .await
            .told()
            .starts_with("401")
    );

    let mut ruth = process.person();
    ruth.post("/unlock", json!({ "recoveryKey": key })).await.good();
    assert_eq!(process.start().await["state"], "open");
    assert_eq!(ruth.get("/session").await.told(), "401 sign-in", "no session came along");
    let open = process.crm.open().unwrap();
    let findings = open.store.findings();
    assert!(findings.restored.is_some() && !findings.digest_differs);
    assert!(findings.chain_broken_at.is_none() && findings.lost_persons.is_empty());
    drop(open);
    process.crm.close().await;
    // The next start asks for the same passphrase.
    let process = place.start();
    process.person().post("/unlock", passphrase()).await.good();
    assert_eq!(process.start().await["organisation"], Value::Null, "open: told who is signed in");
    process.crm.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_to_no_copy_says_why_and_changes_nothing() {
    let nas = Nas::start(&["--private-repos"]);
    let place = Place::new();
    let process = place.start();
    let mut stranger = process.person();
    let nobody = stranger.post("/claim/copies", json!({ "text": "{}" })).await;
    assert!(nobody.told().starts_with("401"), "{}", nobody.told());
    let mut person = begun(&process).await;
    let refused = person.post("/claim/copies", json!({ "text": "hello" })).await;
    assert_eq!(refused.told(), "422 invalid /text no-sheet");
    let empty = person.post("/claim/copies", json!({ "key": "ABCDE" })).await;
    let fields = empty.told();
    for field in ["/address empty", "/user empty", "/password empty", "/key mistyped"] {
        assert!(fields.contains(field), "{fields}");
    }
    let mut typed = target(&nas);
    typed.as_object_mut().unwrap().remove("name");
    typed["key"] = json!(backup::SheetKey::new().unwrap().text().as_str());
    let found = person.post("/claim/copies", typed.clone()).await.good();
    assert_eq!((&found["why"], &found["items"]), (&json!("nothing"), &json!([])));
    assert_eq!(person.get("/claim/restore").await.good()["state"], "none");
    person.post("/claim/restore", json!({ "sheet": typed })).await.good();
    let ended = until(&mut person, "/claim/restore", |told| told["state"] != "running").await;
    assert_eq!((&ended["state"], &ended["why"]), (&json!("failed"), &json!("nothing")));
    // The claim goes on as if nothing had been tried.
    assert_eq!(process.start().await["state"], "claiming");
    let other = json!({ "sheet": typed, "copy": "x" });
    assert_eq!(person.post("/claim/restore", other).await.told(), "422 invalid /copy unknown");
    let (mut person, _) = process.proved().await;
    person.post("/claim/restore", json!({ "sheet": typed })).await.good();
    let ended = until(&mut person, "/claim/restore", |told| told["state"] != "running").await;
    assert_eq!(ended["state"], "failed", "a vault that has its organisation stays");
    assert_eq!(person.get("/claim").await.good()["organisation"], ORGANISATION);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_from_before_a_change_of_the_target_says_that_it_is_void() {
    // A server that takes any password.
    let nas = Nas::start(&["--no-auth"]);
    let place = Place::new();
    let process = place.start();
    let (mut anna, _) = process.claimed(&place).await;
    let made = anna.post("/copies", target(&nas)).await.good();
    let path = format!("/copies/{}", made["id"].as_str().unwrap());
    let copied = |told: &Value| told["items"][0]["good"] != Value::Null;
    until(&mut anna, "/copies", copied).await;
    let former = anna.post(&format!("{path}/sheet"), Value::Null).await.good();
    place.clock.forward(Duration::from_secs(60));
    let mut changed = target(&nas);
    changed["password"] = json!("another");
    anna.put(&path, &json!(1), changed).await.good();
    let newer = |found: &Value| found["count"].as_u64() > Some(1);
    until(&mut anna, &format!("{path}/made"), newer).await;
    let sheet = anna.post(&format!("{path}/sheet"), Value::Null).await.good();
    process.crm.close().await;

    let place = Place::new();
    let process = place.start();
    let mut person = begun(&process).await;
    for (sheet, void) in [(former, true), (sheet, false)] {
        let found = person.post("/claim/copies", json!({ "text": sheet["text"] })).await.good();
        assert_eq!((&found["why"], &found["voidSheet"]), (&Value::Null, &json!(void)));
    }
    process.crm.close().await;
}
