//! Targets of copies over HTTP, as a manager's page asks for them. That copies arrive and come back is tested in
//! the crate `backup`, and in the image.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;
#[path = "../../backup/tests/all/nas.rs"]
#[allow(dead_code, clippy::expect_used)]
mod nas;

use backup::Sheet;
use common::{Browser, Office};
use identity::Role;
use serde_json::{Value, json};

const SECRETS: [&str; 2] = ["s3cret", "other-s3cret"];

fn given(name: &str) -> Value {
    let address = "https://nas.example/shop";
    json!({ "name": name, "address": address, "user": "shop", "password": SECRETS[0] })
}

fn with(name: &str, field: &str, value: Value) -> Value {
    let mut given = given(name);
    given[field] = value;
    given
}

async fn added(manager: &Browser, given: Value) -> String {
    let made = manager.post("/copies", given).await.good();
    format!("/copies/{}", made["id"].as_str().unwrap())
}

async fn items(manager: &Browser) -> Vec<Value> {
    let told = manager.get("/copies").await.good();
    for secret in SECRETS {
        assert!(!told.to_string().contains(secret));
    }
    told["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_target_that_is_not_reached_says_so_and_its_way_is_asked_for() {
    let office = Office::open().await;
    let manager = &office.manager;
    assert_eq!(items(manager).await, [] as [Value; 0]);
    let authority = nas::Authority::new().pem;
    added(manager, with("NAS", "authority", json!(authority))).await;
    let failing = loop {
        let one = items(manager).await.remove(0);
        if one["failing"] != Value::Null {
            break one;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(failing["failing"]["why"], "unreachable");
    let is_none = |field: &str| failing[field].is_null();
    assert!(["good", "copied", "protection", "drill", "sheet"].into_iter().all(is_none));
    assert_eq!(failing["late"], false, "it is new");
    let wanted = office.wanted().await;
    assert_eq!(wanted, ("nas.example".to_owned(), 443, Some("NAS".to_owned())));
}

#[tokio::test]
async fn what_cannot_be_is_told_by_field() {
    let office = Office::open().await;
    let manager = &office.manager;
    let long = "x".repeat(101);
    for (field, value, code) in [
        ("name", "", "empty"),
        ("name", long.as_str(), "too-long"),
        ("name", "a\u{202e}b", "unseen"),
        ("address", "", "empty"),
        ("address", "http://nas.example/shop", "rest-address"),
        ("address", "https://me:secret@nas.example/shop", "rest-address"),
        ("address", "https://127.0.0.1/shop", "rest-address"),
        ("address", "https://nas.example/shop/data", "rest-address"),
        ("user", " ", "empty"),
        ("user", "a:b", "unseen"),
        ("password", "", "empty"),
        ("password", "a\nb", "unseen"),
        ("authority", "none", "certificates"),
    ] {
        let refused = manager.post("/copies", with("NAS", field, json!(value))).await;
        assert_eq!(refused.told(), format!("422 invalid /{field} {code}"), "{value}");
    }
    assert_eq!(items(manager).await, [] as [Value; 0]);
    for number in 0..8 {
        added(manager, given(&format!("NAS {number}"))).await;
    }
    let full = manager.post("/copies", given("one more")).await;
    assert_eq!(full.told(), "422 invalid  too-many");
    let taken = manager.at("PUT", &first(manager).await, &json!(1), given("NAS 1")).await;
    assert_eq!(taken.told(), "422 invalid /name target-taken");
}

async fn first(manager: &Browser) -> String {
    format!("/copies/{}", items(manager).await[0]["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_sheet_is_proved_by_its_end_and_void_when_it_would_lead_nowhere() {
    let office = Office::open().await;
    let manager = &office.manager;
    let path = added(manager, given("NAS")).await;
    let shown = manager.post(&format!("{path}/sheet"), Value::Null).await.good();
    let sheet = Sheet::parse(shown["text"].as_str().unwrap()).unwrap();
    assert_eq!(sheet.key.text().as_str(), shown["key"].as_str().unwrap());
    assert_eq!((sheet.at.as_str(), sheet.user.as_str()), ("https://nas.example/shop", "shop"));
    assert_eq!(sheet.password.reveal(), SECRETS[0]);
    assert_eq!((&shown["password"], &shown["hasAuthority"]), (&json!(SECRETS[0]), &json!(false)));

    let proof = format!("{path}/sheet/proof");
    let wrong = manager.at("POST", &proof, &json!(1), json!({ "lastWord": "UUUUU" })).await;
    assert_eq!(wrong.told(), "422 invalid /lastWord mistyped");
    let end = shown["lastWord"].as_str().unwrap().to_lowercase();
    let proved = manager.at("POST", &proof, &json!(1), json!({ "lastWord": end })).await.good();
    assert!(proved["sheet"].is_string());
    assert_eq!(proved["version"], 2);

    // Another name leads to the same place.
    let left_out = |name: &str| with(name, "password", Value::Null);
    let renamed = manager.at("PUT", &path, &json!(2), left_out("Cellar")).await.good();
    assert_eq!((&renamed["sheet"], &renamed["name"]), (&proved["sheet"], &json!("Cellar")));
    // The password goes nowhere else than where it was typed for.
    let mut moved = left_out("Cellar");
    moved["address"] = json!("https://other.example/shop");
    let refused = manager.at("PUT", &path, &json!(3), moved.clone()).await;
    assert_eq!(refused.told(), "422 invalid /password empty");
    moved["password"] = json!(SECRETS[1]);
    assert_eq!(
        manager.at("PUT", &path, &json!(2), moved.clone()).await.told(),
        "412 changed-meanwhile"
    );
    let moved = manager.at("PUT", &path, &json!(3), moved).await.good();
    assert!(moved["sheet"].is_null());

    manager.at("DELETE", &path, &json!(4), Value::Null).await.good();
    assert_eq!(items(manager).await, [] as [Value; 0]);
    assert_eq!(manager.post(&format!("{path}/copy"), Value::Null).await.told(), "404 not-found");
    let log = office.log();
    for action in [
        "copy-target-added",
        "copy-sheet-shown",
        "copy-sheet-proved",
        "copy-target-changed",
        "copy-target-removed",
    ] {
        assert!(log.contains(&action.to_owned()), "{action}: {log:?}");
    }
}

#[tokio::test]
async fn staff_has_nothing_to_do_with_copies() {
    let office = Office::open().await;
    let path = added(&office.manager, given("NAS")).await;
    let (anna, _) = office.joined("Anna", Role::Staff).await;
    for (method, path) in [
        ("GET", "/copies".to_owned()),
        ("POST", "/copies".to_owned()),
        ("POST", format!("{path}/copy")),
        ("POST", format!("{path}/drill")),
        ("POST", format!("{path}/sheet")),
    ] {
        let refused = anna.ask(method, &path, &[], given("X")).await;
        assert_eq!(refused.told(), "403 not-allowed", "{method} {path}");
    }
}

/// A bucket of an object store, changed.
fn bucket(changes: &[(&str, Value)]) -> Value {
    let mut given = json!({
        "name": "Cloud", "address": "https://s3.example.net", "user": "AKIA7", "password": SECRETS[0],
        "bucket": {"region": "eu-1", "name": "copies", "folder": "shop", "style": "virtual-host"},
        "lockDays": 30,
    });
    for (pointer, value) in changes {
        *given.pointer_mut(pointer).unwrap() = value.clone();
    }
    given
}

#[tokio::test]
async fn what_cannot_be_of_a_bucket_is_told_by_field() {
    let office = Office::open().await;
    let manager = &office.manager;
    for (field, value, code) in [
        ("/address", json!(""), "empty"),
        ("/address", json!("http://s3.example.net"), "s3-address"),
        ("/address", json!("https://s3.example.net/copies"), "s3-address"),
        ("/user", json!(""), "empty"),
        ("/user", json!("a b"), "unseen"),
        ("/password", Value::Null, "empty"),
        ("/bucket/region", json!(""), "empty"),
        ("/bucket/region", json!("eu 1"), "region"),
        ("/bucket/name", json!(""), "empty"),
        ("/bucket/name", json!("Copies"), "bucket"),
        ("/bucket/folder", json!("a//b"), "bucket-folder"),
        ("/lockDays", json!(0), "limit"),
        ("/lockDays", json!(3_651), "limit"),
    ] {
        let refused = manager.post("/copies", bucket(&[(field, value.clone())])).await;
        assert_eq!(refused.told(), format!("422 invalid {field} {code}"), "{value}");
    }
    // The box itself.
    let path = [("/address", json!("https://[::1]")), ("/bucket/style", json!("path"))];
    let here = manager.post("/copies", bucket(&path)).await;
    assert_eq!(here.told(), "422 invalid /address s3-address");
    let style = manager.post("/copies", bucket(&[("/bucket/name", json!("a.copies"))])).await;
    assert_eq!(style.told(), "422 invalid /bucket/style bucket-in-name");
    let lock = manager.post("/copies", with("NAS", "lockDays", json!(7))).await;
    assert_eq!(lock.told(), "422 invalid /lockDays no-bucket");
    assert_eq!(items(manager).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_bucket_is_a_target_with_its_own_sheet() {
    let office = Office::open().await;
    let manager = &office.manager;
    // As it is typed: without the scheme, with strokes around the folder.
    let typed = [("/address", json!("s3.example.net")), ("/bucket/folder", json!("/shop/"))];
    let mut typed = bucket(&typed);
    let authority = json!(nas::Authority::new().pem);
    typed["authority"] = authority.clone();
    let path = added(manager, typed).await;
    let one = items(manager).await.remove(0);
    let expected = bucket(&[]);
    for field in ["address", "user", "bucket", "lockDays"] {
        assert_eq!(one[field], expected[field], "{field}");
    }
    let wanted = office.wanted().await;
    assert_eq!(wanted, ("copies.s3.example.net".to_owned(), 443, Some("Cloud".to_owned())));
    let shown = manager.post(&format!("{path}/sheet"), Value::Null).await.good();
    assert_eq!(shown["bucket"], expected["bucket"]);
    let sheet = Sheet::parse(shown["text"].as_str().unwrap()).unwrap();
    assert_eq!(sheet.s3.unwrap().bucket, "copies");
    assert!(sheet.ca.is_some());
    let proof = json!({ "lastWord": shown["lastWord"] });
    let proved = manager.at("POST", &format!("{path}/sheet/proof"), &json!(1), proof).await.good();
    // How long it locks no sheet says, and the secret stays.
    let mut locked = bucket(&[("/password", Value::Null), ("/lockDays", json!(60))]);
    locked["authority"] = authority.clone();
    let changed = manager.at("PUT", &path, &json!(2), locked).await.good();
    assert_eq!((&changed["lockDays"], &changed["sheet"]), (&json!(60), &proved["sheet"]));
    let moved = bucket(&[("/password", Value::Null), ("/bucket/name", json!("other"))]);
    let refused = manager.at("PUT", &path, &json!(3), moved).await;
    assert_eq!(refused.told(), "422 invalid /password empty");
    let mut region = bucket(&[("/password", Value::Null), ("/bucket/region", json!("eu-2"))]);
    region["authority"] = authority;
    let changed = manager.at("PUT", &path, &json!(3), region).await.good();
    assert!(changed["sheet"].is_null(), "a sheet with another region is another");
}

const HOST_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5vERNLJyhITwD9Qz6gVZf3eFpFGDvXeZ1PEUcI7W4A";

/// A folder on an SFTP server, changed.
fn folder(changes: &[(&str, Value)]) -> Value {
    let mut given = json!({
        "name": "Cellar", "address": "sftp://nas.example:2222", "user": "shop", "password": SECRETS[0],
        "sftp": {"folder": "copies/crm", "hostKey": HOST_KEY, "signIn": "password"},
    });
    for (pointer, value) in changes {
        *given.pointer_mut(pointer).unwrap() = value.clone();
    }
    given
}

#[tokio::test]
async fn what_cannot_be_of_an_sftp_server_is_told_by_field() {
    let office = Office::open().await;
    let manager = &office.manager;
    for (field, value, code) in [
        ("/address", json!(""), "empty"),
        ("/address", json!("https://nas.example"), "sftp-address"),
        ("/address", json!("sftp://nas.example/copies"), "sftp-address"),
        ("/address", json!("[::1]:22"), "sftp-address"),
        ("/user", json!(""), "empty"),
        ("/user", json!("a\nb"), "unseen"),
        ("/password", Value::Null, "empty"),
        ("/password", json!("a\nb"), "unseen"),
        ("/sftp/folder", json!(" "), "empty"),
        ("/sftp/folder", json!("/"), "empty"),
        ("/sftp/folder", json!("a/../b"), "sftp-folder"),
        ("/sftp/hostKey", json!(" "), "empty"),
        ("/sftp/hostKey", json!("SHA256:abc"), "host-key"),
        ("/sftp/hostKey", json!("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7"), "host-key-kind"),
    ] {
        let refused = manager.post("/copies", folder(&[(field, value.clone())])).await;
        assert_eq!(refused.told(), format!("422 invalid {field} {code}"), "{value}");
    }
    let mut by_key = folder(&[("/sftp/signIn", json!("key"))]);
    let refused = manager.post("/copies", by_key.clone()).await;
    assert_eq!(refused.told(), "422 invalid /password box-key");
    by_key["password"] = Value::Null;
    by_key["authority"] = json!(nas::Authority::new().pem);
    let refused = manager.post("/copies", by_key.clone()).await;
    assert_eq!(refused.told(), "422 invalid /authority no-certificate");
    by_key["authority"] = Value::Null;
    by_key["lockDays"] = json!(7);
    let refused = manager.post("/copies", by_key.clone()).await;
    assert_eq!(refused.told(), "422 invalid /lockDays no-bucket");
    let mut both = folder(&[]);
    both["bucket"] = bucket(&[])["bucket"].clone();
    assert_eq!(manager.post("/copies", both).await.told(), "422 invalid /sftp one-kind");
    assert_eq!(items(manager).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_folder_over_sftp_is_a_target_whose_server_is_known_first() {
    let office = Office::open().await;
    let manager = &office.manager;
    // As it is typed: without the scheme, with a stroke behind, and with what a file or a tool says around the key.
    let typed = [
        ("/address", json!("nas.example:2222")),
        ("/sftp/folder", json!("copies/crm/")),
        (
            "/sftp/hostKey",
            json!(format!("# nas SSH-2.0\n[nas.example]:2222 {HOST_KEY} root@nas\n")),
        ),
    ];
    let path = added(manager, folder(&typed)).await;
    let one = items(manager).await.remove(0);
    let expected = folder(&[]);
    for field in ["address", "user", "sftp"] {
        assert_eq!(one[field], expected[field], "{field}");
    }
    assert!(one["bucket"].is_null() && one["publicKey"].is_null() && one["authority"].is_null());
    let wanted = office.wanted().await;
    assert_eq!(wanted, ("nas.example".to_owned(), 2222, Some("Cellar".to_owned())));
    let shown = manager.post(&format!("{path}/sheet"), Value::Null).await.good();
    assert_eq!((&shown["sftp"], &shown["password"]), (&expected["sftp"], &json!(SECRETS[0])));
    let sheet = Sheet::parse(shown["text"].as_str().unwrap()).unwrap();
    assert_eq!(sheet.sftp.unwrap().host_key, HOST_KEY);
    // The password goes to nobody else than whom it was typed for.
    let left_out =
        |pointer: &str, value: Value| folder(&[("/password", Value::Null), (pointer, value)]);
    let renamed = manager.at("PUT", &path, &json!(1), left_out("/name", json!("Attic"))).await;
    assert_eq!(renamed.good()["name"], "Attic");
    let other_key = format!("SHA256:{}", "A".repeat(43));
    for (pointer, value) in [
        ("/sftp/hostKey", json!(other_key)),
        ("/sftp/folder", json!("copies/other")),
        ("/address", json!("sftp://other.example")),
        ("/user", json!("other")),
    ] {
        let refused = manager.at("PUT", &path, &json!(2), left_out(pointer, value)).await;
        assert_eq!(refused.told(), "422 invalid /password empty", "{pointer}");
    }
}

#[tokio::test]
async fn the_box_makes_a_key_for_a_target_and_keeps_it() {
    let office = Office::open().await;
    let manager = &office.manager;
    let by_key = |changes: &[(&str, Value)]| {
        let keyed = [("/password", Value::Null), ("/sftp/signIn", json!("key"))];
        folder(&[&keyed[..], changes].concat())
    };
    let path = added(manager, by_key(&[])).await;
    let one = items(manager).await.remove(0);
    let public = one["publicKey"].as_str().unwrap();
    assert!(public.starts_with("ssh-ed25519 AAAA") && public.ends_with(" gatehouse"), "{public}");
    let shown = manager.post(&format!("{path}/sheet"), Value::Null).await.good();
    let private = backup::BoxKey::parse(shown["password"].as_str().unwrap()).unwrap();
    assert_eq!(private.public_line(), public);
    assert!(!one.to_string().contains(private.text().as_str()));
    // Its server learns nothing of it, so it moves along.
    let moved = by_key(&[("/address", json!("sftp://other.example"))]);
    let moved = manager.at("PUT", &path, &json!(1), moved).await.good();
    assert_eq!(moved["publicKey"], public);
    assert!(moved["sheet"].is_null());
    // Another target has another one; and a password in its place is typed.
    let other = added(manager, by_key(&[("/name", json!("Attic"))])).await;
    let keys: Vec<_> = items(manager).await.iter().map(|one| one["publicKey"].clone()).collect();
    assert!(keys.len() == 2 && keys[0] != keys[1], "{keys:?}");
    let changed = folder(&[("/name", json!("Attic")), ("/password", Value::Null)]);
    let refused = manager.at("PUT", &other, &json!(1), changed).await;
    assert_eq!(refused.told(), "422 invalid /password empty");
}

#[tokio::test]
async fn copies_go_out_no_faster_than_somebody_wants() {
    let office = Office::open().await;
    let manager = &office.manager;
    let limited = |limit: Value| with("NAS", "limit", limit);
    let path = added(manager, limited(json!({"kbits": 2_000}))).await;
    assert_eq!(items(manager).await[0]["limit"], json!({"kbits": 2_000, "hours": null}));
    let hours = json!({"kbits": 512, "hours": {"from": "08:00", "to": "18:00"}});
    manager.at("PUT", &path, &json!(1), limited(hours.clone())).await.good();
    assert_eq!(items(manager).await[0]["limit"], hours);
    for (pointer, value, refused) in [
        ("/kbits", json!(127), "/limit/kbits between"),
        ("/kbits", json!(0), "/limit/kbits between"),
        ("/hours/from", json!("8"), "/limit/hours/from time-of-day"),
        ("/hours/to", json!("08:00"), "/limit/hours/to no-time"),
    ] {
        let mut wrong = hours.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        let told = manager.at("PUT", &path, &json!(2), limited(wrong)).await.told();
        assert_eq!(told, format!("422 invalid {refused}"));
    }
    manager.at("PUT", &path, &json!(2), given("NAS")).await.good();
    assert!(items(manager).await[0]["limit"].is_null());
}
