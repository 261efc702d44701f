//! From an invitation to an account.

use std::time::Duration;

use serde_json::{Value, json};

use crate::place::{ORGANISATION, Person, Place, Process, passphrase};

async fn invited(process: &Process, anna: &mut Person, role: &str) -> String {
    let new = json!({ "name": "王芳", "role": role });
    let made = anna.post("/invitations", new).await.good();
    let link = made["link"].as_str().unwrap();
    assert_eq!(process.start().await["state"], "open");
    link.split_once('#').unwrap().1.to_owned()
}

fn fang() -> Value {
    json!({ "name": "王芳", "password": "春风又绿江南岸边几只鸭子", "language": "zh-CN", "timeZone": "Asia/Shanghai" })
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_link_to_an_account() {
    let place = Place::new();
    let process = place.start();
    let (mut anna, _) = process.claimed(&place).await;
    let link = invited(&process, &mut anna, "staff").await;
    let mut person = process.person();
    assert_eq!(person.post("/enrol/account", fang()).await.told(), "401 step-late");
    let wrong = person.post("/enrol/code", json!({ "code": "AAAA" })).await;
    assert_eq!(wrong.told(), "403 invitation-gone");
    let shown = person.post("/enrol/code", json!({ "code": format!(" {link} ") })).await.good();
    assert_eq!(shown, json!({ "organisation": ORGANISATION, "invitedName": "王芳" }));
    let early = person.post("/enrol/totp", json!({ "code": "123456" })).await;
    assert_eq!(early.told(), "409 out-of-order");
    let mut taken = fang();
    taken["name"] = json!("anna müller");
    assert_eq!(person.post("/enrol/account", taken).await.told(), "422 invalid /name taken");
    let mut weak = fang();
    weak["password"] = json!("password1234");
    assert_eq!(person.post("/enrol/account", weak).await.told(), "422 invalid /password common");
    let former = person.post("/enrol/account", fang()).await.good();
    person.post("/enrol/code", json!({ "code": link })).await.good();
    let setup = person.post("/enrol/account", fang()).await.good();
    assert_eq!(setup, former, "back, and on again: the app's secret is the same");
    let wrong = person.post("/enrol/totp", json!({ "code": "000000" })).await;
    assert_eq!(wrong.told(), "422 wrong-totp");
    assert!(wrong.body["boxTime"].is_string());
    let code = json!({ "code": place.code(&setup) });
    let signed_in = person.post("/enrol/totp", code.clone()).await.good();
    assert_eq!(signed_in["account"]["role"], "staff");
    assert!(person.has("__Host-crm") && !person.has("__Host-crm-step"));
    assert_eq!(person.post("/enrol/totp", code).await.told(), "401 step-late");
    assert_eq!(person.post("/lock", json!(null)).await.told(), "403 not-allowed");
    let mut late = process.person();
    let used = late.post("/enrol/code", json!({ "code": link })).await;
    assert_eq!(used.told(), "403 invitation-gone");
    process.crm.close().await;
    let shut = late.post("/enrol/code", json!({ "code": link })).await;
    assert_eq!(shut.told(), "409 locked");
    let again = place.start();
    assert_eq!(again.start().await["unlockers"], json!(["Anna Müller"]));
    again.person().post("/unlock", passphrase()).await.good();
    let log = again.log();
    assert!(log.contains(&"!enrol-refused".to_owned()), "{log:?}");
    again.crm.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_invitation_and_a_step_that_is_over_let_nobody_in() {
    let place = Place::new();
    let process = place.start();
    let (mut anna, _) = process.claimed(&place).await;
    let link = invited(&process, &mut anna, "staff").await;
    let mut person = process.person();
    person.post("/enrol/code", json!({ "code": link })).await.good();
    place.clock.forward(Duration::from_secs(15 * 60));
    assert_eq!(person.post("/enrol/account", fang()).await.told(), "401 step-late");
    person.post("/enrol/code", json!({ "code": link })).await.good();
    let setup = person.post("/enrol/account", fang()).await.good();
    let listed = anna.get("/invitations").await.good();
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    anna.delete(&format!("/invitations/{id}")).await.good();
    let gone = person.post("/enrol/totp", json!({ "code": place.code(&setup) })).await;
    assert_eq!(gone.told(), "403 invitation-gone");
    process.crm.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_leaves_the_locked_page_within_a_minute() {
    let place = Place::new();
    let process = place.start();
    let (mut anna, _) = process.claimed(&place).await;
    let link = invited(&process, &mut anna, "manager").await;
    let mut person = process.person();
    person.post("/enrol/code", json!({ "code": link })).await.good();
    let setup = person.post("/enrol/account", fang()).await.good();
    person.post("/enrol/totp", json!({ "code": place.code(&setup) })).await.good();
    let people = person.get("/people").await.good();
    let other = &people["items"][0];
    assert_eq!(other["name"], "Anna Müller");
    let path = format!("/people/{}", other["id"].as_str().unwrap());
    person.change(&path, &other["version"], json!({ "disabled": true })).await.good();
    process.crm.tick().await;
    let (_, after) = place.cut();
    let start = after.start().await;
    assert_eq!((&start["unlockers"], &start["organisation"]), (&json!([]), &json!(ORGANISATION)));
    process.crm.close().await;
}
