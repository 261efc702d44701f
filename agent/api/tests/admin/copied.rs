//! Copies of the box itself: a real server takes them, and a blank box, of other cards and with another key of its
//! machine, comes back from the printed sheet.

use std::time::{Duration, Instant};

use backup::Sheet;
use backup::service::Said;
use serde_json::{Value, json};

use crate::browser::{Browser, Disk, PASSWORD, Site, choices, code};
use crate::hostd::{CODE, Hostd};
use crate::nas::{Authority, NAME, Nas, PASSWORD as AT_NAS};

/// Longer than any step here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn target(nas: &Nas) -> Value {
    json!({
        "name": "Storage at home",
        "address": format!("https://{NAME}:{}/box/itself", nas.port),
        "user": "box",
        "password": AT_NAS,
        "authority": nas.authority.pem,
    })
}

async fn until(
    browser: &mut Browser,
    site: &Site,
    path: &str,
    is_so: impl Fn(&Value) -> bool,
) -> Value {
    let begun = Instant::now();
    loop {
        let answer = browser.get(site, path).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        if is_so(&answer.body) {
            return answer.body;
        }
        assert!(begun.elapsed() < PATIENCE, "{}", answer.body);
        tokio::task::yield_now().await;
    }
}

/// A box that was set up and copies itself, its sheet, and its admin's authenticator app.
struct Burnt {
    sheet: Value,
    settings: Value,
    app: identity::TotpSecret,
}

async fn burns(nas: &Nas) -> Burnt {
    let disk = Disk::new(Hostd::factory());
    let site = disk.start().await;
    let mut ruth = Browser::new();
    let app = ruth.up_to_the_last_page(&site).await;
    assert_eq!(ruth.post(&site, "/setup/finish", choices()).await.status, 200);
    site.admin.settle().await;
    let settings = ruth.get(&site, "/settings").await.body["document"].clone();
    let made = ruth.post(&site, "/copies", target(nas)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/copies/{}", made.body["id"].as_str().unwrap());
    let told = until(&mut ruth, &site, "/copies", |told| {
        told["items"][0]["drill"] != Value::Null && told["items"][0]["doing"] == Value::Null
    });
    let told = told.await["items"][0].clone();
    assert_eq!((&told["failing"], &told["sheet"]), (&Value::Null, &Value::Null));
    assert_eq!((&told["drill"]["good"], &told["drill"]["accounts"]), (&json!(true), &json!(1)));
    let sheet = ruth.post(&site, &format!("{path}/sheet"), Value::Null).await;
    assert_eq!(sheet.status, 200, "{}", sheet.body);
    site.copies.end();
    Burnt { sheet: sheet.body, settings, app }
}

/// A blank box at which somebody gave the console's code.
async fn blank() -> (Disk, Site, Browser) {
    let disk = Disk::with_key(Hostd::factory(), [9; 32]);
    let site = disk.start().await;
    let mut browser = Browser::new();
    let begun = browser.post(&site, "/setup/code", json!({ "code": CODE })).await;
    assert_eq!(begun.status, 204, "{}", begun.body);
    (disk, site, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blank_box_takes_the_place_of_one_that_burned() {
    let nas = Nas::start(&["--private-repos", "--append-only"]);
    let Burnt { sheet, settings, app } = burns(&nas).await;
    let (disk, site, mut browser) = blank().await;

    let typed = json!({
        "address": sheet["address"],
        "user": sheet["user"],
        "password": sheet["password"],
        "key": sheet["key"].as_str().unwrap().to_lowercase(),
        "opens": sheet["opens"],
        "authority": nas.authority.pem,
    });
    let by_hand = browser.post(&site, "/setup/copies", typed.clone()).await;
    assert_eq!(by_hand.status, 200, "{}", by_hand.body);
    let scanned = json!({ "text": sheet["text"] });
    let found = browser.post(&site, "/setup/copies", scanned.clone()).await.body;
    assert_eq!((&found, &found["why"]), (&by_hand.body, &Value::Null));
    // The box went there for this alone.
    let asked: Vec<_> = site.hostd.now().asked.clone();
    assert_eq!(asked.iter().filter(|one| **one == "try").count(), 2, "{asked:?}");
    assert_eq!(asked.iter().filter(|one| **one == "undo").count(), 2, "{asked:?}");
    assert!(site.hostd.now().trial.is_none() && site.hostd.now().settings.egress.is_empty());

    let copy = found["items"][0]["id"].clone();
    let begins = json!({ "sheet": scanned, "copy": copy });
    assert_eq!(browser.post(&site, "/setup/restore", begins.clone()).await.status, 204);
    assert_eq!(browser.post(&site, "/setup/restore", begins).await.status, 204, "the second click");
    let done = until(&mut browser, &site, "/setup/restore", |told| told["state"] != "running");
    assert_eq!(done.await["state"], "done");
    assert_eq!(browser.get(&site, "/setup").await.body["next"], "restore");
    // Who sets it up meanwhile would be lost.
    assert_eq!(browser.post(&site, "/setup/finish", choices()).await.code(), "out-of-order");
    site.over.notified().await;
    site.copies.end();
    drop(site);

    let site = disk.start().await;
    let start = browser.get(&site, "/start").await.body;
    assert_eq!(start["state"], "ready");
    site.admin.settle().await;
    assert!(site.hostd.now().set_up, "the code of the console is over");
    assert_eq!(
        browser.post(&site, "/setup/copies", json!({ "text": sheet["text"] })).await.status,
        401
    );
    let mut ruth = Browser::new();
    let credentials = json!({ "name": "王芳", "password": PASSWORD });
    assert_eq!(ruth.post(&site, "/session", credentials).await.status, 200);
    site.clock.forward(60);
    let typed = json!({ "code": code(&app, &site.clock) });
    let signed_in = ruth.post(&site, "/session/totp", typed).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.body);

    // The former settings wait, also when the ones of now are looked at again.
    site.admin.settle().await;
    let former = ruth.get(&site, "/settings/former").await;
    assert_eq!((former.status.as_u16(), &former.body["document"]), (200, &settings));
    let now = ruth.get(&site, "/settings").await.body;
    assert_ne!(now["document"], settings);
    // Copies go on as they did, with the same sheet.
    let told = ruth.get(&site, "/copies").await.body["items"][0].clone();
    let path = format!("/copies/{}/sheet", told["id"].as_str().unwrap());
    assert_eq!(ruth.post(&site, &path, Value::Null).await.body["text"], sheet["text"]);

    // In force: they wait no more.
    let tag = ruth.tag(&site, "/settings").await;
    let tried = ruth.tries(&site, "/settings", &tag, json!({ "document": settings })).await;
    ruth.keeps(&site, &tried).await;
    assert_eq!(ruth.get(&site, "/settings/former").await.status, 404);
    site.copies.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn former_settings_are_left_where_somebody_wants_those_of_now() {
    let nas = Nas::start(&["--private-repos"]);
    let Burnt { sheet, app, .. } = burns(&nas).await;
    let (disk, site, mut browser) = blank().await;
    let begins = json!({ "sheet": { "text": sheet["text"] } });
    assert_eq!(browser.post(&site, "/setup/restore", begins).await.status, 204);
    let done = until(&mut browser, &site, "/setup/restore", |told| told["state"] != "running");
    assert_eq!(done.await["state"], "done");
    site.copies.end();
    drop(site);

    let site = disk.start().await;
    let mut ruth = Browser::new();
    ruth.post(&site, "/session", json!({ "name": "王芳", "password": PASSWORD })).await;
    site.clock.forward(60);
    ruth.post(&site, "/session/totp", json!({ "code": code(&app, &site.clock) })).await;
    assert_eq!(ruth.get(&site, "/settings/former").await.status, 200);
    assert_eq!(ruth.delete(&site, "/settings/former", "").await.status, 204);
    assert_eq!(ruth.get(&site, "/settings/former").await.status, 404);
    assert_eq!(ruth.delete(&site, "/settings/former", "").await.status, 404, "the second click");
    assert!(site.log().contains(&"former-settings-left".to_owned()), "{:?}", site.log());
    site.copies.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_sheet_of_a_box_restores_nothing() {
    let nas = Nas::start(&["--private-repos"]);
    let Burnt { sheet, .. } = burns(&nas).await;
    let (_disk, site, mut browser) = blank().await;
    let mut of_crm = Sheet::parse(sheet["text"].as_str().unwrap()).unwrap();
    of_crm.opens = None;
    for (text, why) in
        [(of_crm.text().reveal().to_owned(), "sheet-of-crm"), ("hello".to_owned(), "no-sheet")]
    {
        let refused = browser.post(&site, "/setup/copies", json!({ "text": text })).await;
        assert_eq!(refused.fields(), [("/text", why)]);
    }
    let typed = json!({
        "address": sheet["address"],
        "user": "box",
        "password": "wrong",
        "key": sheet["key"],
        "opens": "AAAAA",
        "authority": nas.authority.pem,
    });
    let refused = browser.post(&site, "/setup/copies", typed.clone()).await;
    assert_eq!(refused.fields(), [("/opens", "mistyped")]);
    let with_key = |key: &Value| {
        let mut typed = typed.clone();
        typed["opens"] = key.clone();
        typed
    };
    let found = browser.post(&site, "/setup/copies", with_key(&sheet["opens"])).await;
    assert_eq!(found.body["why"], "wrong-login");
    // A key that opens another store: nothing takes the place of anything.
    let mut other = with_key(&sheet["key"]);
    other["password"] = json!(AT_NAS);
    assert_eq!(browser.post(&site, "/setup/restore", json!({ "sheet": other })).await.status, 204);
    let failed = until(&mut browser, &site, "/setup/restore", |told| told["state"] != "running");
    let failed = failed.await;
    assert_eq!((&failed["state"], &failed["why"]), (&json!("failed"), &json!("other-key")));
    assert!(site.hostd.now().trial.is_none());
    site.copies.end();
    // The set-up goes on where it was.
    assert_eq!(browser.get(&site, "/setup").await.body["next"], "account");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_copies_say_is_asked_for_and_told() {
    let disk = Disk::new(Hostd::factory());
    let site = disk.start().await;
    let mut ruth = Browser::admin(&site).await;
    let shut = json!({
        "name": "NAS", "address": "https://nas.example:9/box", "user": "box", "password": "s3cret",
        "authority": Authority::new().pem,
    });
    // Nobody listens there: nothing but the name is wrong.
    let made = ruth.post(&site, "/copies", shut).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let told =
        until(&mut ruth, &site, "/copies", |told| told["items"][0]["failing"] != Value::Null);
    assert_eq!(told.await["items"][0]["failing"]["why"], "unreachable");
    let said = site.said.lock().unwrap().recv_timeout(PATIENCE).unwrap();
    site.admin.copies_said(said).await;
    let asked = site.hostd.now().egress_asked.clone();
    let asked: Vec<_> = asked.iter().map(|one| (one.user, one.to.as_str(), one.port)).collect();
    assert_eq!(asked, [(settings::EgressUser::Admin, "nas.example", 9)]);
    site.admin.copies_said(Said::Late { name: "NAS".to_owned(), days: 3 }).await;
    site.admin.copies_said(Said::Bad { name: "NAS".to_owned() }).await;
    site.bell.ring().await.unwrap();
    let alerts = ruth.get(&site, "/alerts").await.body;
    let kinds: Vec<_> =
        alerts["items"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    for kind in ["copy-late", "copy-bad", "egress-requested"] {
        assert!(kinds.contains(&json!(kind)), "{kinds:?}");
    }
    site.copies.end();
}
