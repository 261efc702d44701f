//! Targets of alerts: what is typed is judged field by field, passwords and keys are never told and never go to
//! another place, the way out is asked for, what is to be sent is on the disk first, and the page says how it went.

use notify::{Alert, Failure, Way};
use serde_json::{Value, json};

use crate::browser::{Answer, Browser, Disk, Site};
use crate::hostd::Hostd;

fn mail() -> Value {
    json!({
        "name": "Owner 老板", "way": "mail", "language": "zh-CN", "from": "warning", "heads": true, "perHour": 20,
        "quiet": {"from": "22:00", "to": "07:00", "critical": true},
        "host": "smtp.example.net", "port": 465, "security": "tls", "user": "box", "password": "hunter2",
        "sender": "box@example.net", "recipients": ["owner@example.net"],
    })
}

fn webhook() -> Value {
    json!({
        "name": "Desk", "way": "webhook", "language": "en", "from": "info", "heads": false, "perHour": 60,
        "address": "https://hooks.example.net:8443/in?key=1",
    })
}

fn with(mut body: Value, changes: &[(&str, Value)]) -> Value {
    for (name, value) in changes {
        body[*name] = value.clone();
        if value.is_null() {
            body.as_object_mut().unwrap().remove(*name);
        }
    }
    body
}

async fn add(browser: &mut Browser, site: &Site, body: Value) -> Answer {
    browser.post(site, "/alerts/targets", body).await
}

async fn list(browser: &mut Browser, site: &Site) -> Vec<Value> {
    let told = browser.get(site, "/alerts/targets").await;
    assert_eq!(told.status, 200, "{}", told.body);
    told.body["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_is_added_changed_and_taken_away_and_stays_over_a_restart() {
    let disk = Disk::new(Hostd::example());
    let site = disk.start().await;
    let mut browser = Browser::admin(&site).await;
    assert_eq!(list(&mut browser, &site).await, [] as [Value; 0]);
    let row = |body: &Value| body["rows"].as_array().unwrap()[6].clone();
    let told = browser.get(&site, "/protection").await;
    assert_eq!(row(&told.body)["state"], "open", "{}", told.body);

    let added = add(&mut browser, &site, mail()).await;
    assert_eq!(added.status, 201, "{}", added.body);
    assert_eq!(added.body["secret"], Value::Null);
    assert_eq!(site.log().last().unwrap(), "alert-target-added Owner 老板");
    let one = &list(&mut browser, &site).await[0];
    assert_eq!(added.body["target"], *one);
    assert_eq!((&one["user"], &one["egress"]), (&json!("box"), &json!("missing")));
    assert_eq!(one["quiet"], json!({"from": "22:00", "to": "07:00", "critical": true}));
    assert!(!added.body.to_string().contains("hunter2"));
    let asked = site.hostd.now().egress_asked.clone();
    assert_eq!((asked[0].to.as_str(), asked[0].port), ("smtp.example.net", 465));
    assert_eq!(asked[0].reason.as_deref(), Some("Owner 老板"));
    let told = browser.get(&site, "/protection").await;
    assert_eq!(row(&told.body)["state"], "unknown", "{}", told.body);

    let path = format!("/alerts/targets/{}", one["id"].as_str().unwrap());
    let other = with(mail(), &[("password", Value::Null), ("name", json!("Boss"))]);
    let changed = browser.put(&site, &path, "\"1\"", other.clone()).await;
    assert_eq!(
        (changed.status.as_u16(), changed.body["target"]["name"].as_str()),
        (200, Some("Boss"))
    );
    assert_eq!(browser.put(&site, &path, "\"1\"", other).await.code(), "changed-meanwhile");
    assert_eq!(site.log().last().unwrap(), "!alert-target-changed changed-meanwhile");
    drop(site);
    let site = disk.start().await;
    assert_eq!(list(&mut browser, &site).await[0]["name"], "Boss");
    assert_eq!(browser.delete(&site, &path, "\"1\"").await.code(), "changed-meanwhile");
    assert_eq!(browser.delete(&site, &path, "\"2\"").await.status, 204);
    assert_eq!(site.log().last().unwrap(), "alert-target-removed Boss");
    assert_eq!(list(&mut browser, &site).await, [] as [Value; 0]);
    assert_eq!(browser.delete(&site, &path, "\"2\"").await.status, 404);
    assert_eq!(browser.post(&site, &format!("{path}/test"), json!({})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_is_named_at_its_field_and_nothing_is_kept() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let cases: &[(Value, &[(&str, &str)])] = &[
        (with(mail(), &[("name", json!(" "))]), &[("/name", "empty")]),
        (with(mail(), &[("name", json!("a\u{202e}b"))]), &[("/name", "unseen")]),
        (with(mail(), &[("host", json!("smtp"))]), &[("/host", "host")]),
        (with(mail(), &[("host", json!("192.168.10.1"))]), &[("/host", "egress_box")]),
        (with(mail(), &[("port", json!(0))]), &[("/port", "port")]),
        (with(mail(), &[("port", json!(65536))]), &[("/port", "port")]),
        (with(mail(), &[("security", Value::Null)]), &[("/security", "required")]),
        (with(mail(), &[("password", Value::Null)]), &[("/password", "empty")]),
        (with(mail(), &[("user", Value::Null)]), &[("/user", "empty")]),
        (with(mail(), &[("sender", json!("box"))]), &[("/sender", "mailbox")]),
        (with(mail(), &[("recipients", json!([]))]), &[("/recipients", "empty")]),
        (
            with(
                mail(),
                &[("recipients", json!(["a@example.net", "b@example.net\r\nBcc: c@d.e"]))],
            ),
            &[("/recipients/1", "mailbox")],
        ),
        (
            with(mail(), &[("recipients", json!(vec!["a@example.net"; 21]))]),
            &[("/recipients", "too-many")],
        ),
        (with(mail(), &[("authority", json!("PRIVATE KEY"))]), &[("/authority", "certificates")]),
        (with(mail(), &[("perHour", json!(0))]), &[("/perHour", "limit")]),
        (
            with(mail(), &[("quiet", json!({"from": "7:00", "to": "24:00", "critical": false}))]),
            &[("/quiet/from", "time-of-day"), ("/quiet/to", "time-of-day")],
        ),
        (
            with(mail(), &[("quiet", json!({"from": "07:00", "to": "07:00", "critical": false}))]),
            &[("/quiet/to", "no-time")],
        ),
        (with(mail(), &[("address", json!("https://a.example"))]), &[("/address", "other-way")]),
        (
            with(webhook(), &[("address", json!("http://a.example/"))]),
            &[("/address", "https-address")],
        ),
        (
            with(webhook(), &[("address", json!("https://127.0.0.1/"))]),
            &[("/address", "egress_not_internet")],
        ),
        (with(webhook(), &[("address", Value::Null)]), &[("/address", "empty")]),
        (with(webhook(), &[("secret", json!("x"))]), &[("/secret", "other-way")]),
        (
            with(webhook(), &[("way", json!("wecom")), ("secret", json!("x"))]),
            &[("/secret", "other-way")],
        ),
        (with(webhook(), &[("host", json!("a.example"))]), &[("/host", "other-way")]),
    ];
    for (body, wanted) in cases {
        let refused = add(&mut browser, &site, body.clone()).await;
        assert_eq!(refused.status, 422, "{body}");
        let told: Vec<_> = refused.fields();
        assert_eq!(&told, wanted, "{}", refused.body);
        for error in refused.body["errors"].as_array().unwrap() {
            let text = error["message"].as_str().unwrap();
            assert!(text.len() > 5 && !text.contains("field."), "{text}");
        }
    }
    assert_eq!(list(&mut browser, &site).await, [] as [Value; 0]);
    assert_eq!(site.hostd.now().egress_asked, []);
    assert_eq!(add(&mut browser, &site, mail()).await.status, 201);
    let again = add(&mut browser, &site, mail()).await;
    assert_eq!(again.fields(), [("/name", "target-taken")]);
    for number in 1..16 {
        let body = with(mail(), &[("name", json!(format!("{number}")))]);
        assert_eq!(add(&mut browser, &site, body).await.status, 201);
    }
    let full = add(&mut browser, &site, webhook()).await;
    assert_eq!((full.status.as_u16(), full.fields()), (422, vec![("", "too-many")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_of_one_place_is_never_taken_to_another() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let added = add(&mut browser, &site, mail()).await;
    let path = format!("/alerts/targets/{}", added.body["target"]["id"].as_str().unwrap());
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for elsewhere in [
        [("host", json!("smtp.evil.example")), ("password", Value::Null)],
        [("port", json!(587)), ("password", Value::Null)],
        [("security", json!("start-tls")), ("password", Value::Null)],
        [("authority", json!(pem)), ("password", Value::Null)],
        [("user", json!("other")), ("password", Value::Null)],
    ] {
        let refused = browser.put(&site, &path, "\"1\"", with(mail(), &elsewhere)).await;
        assert_eq!(refused.fields(), [("/password", "empty")], "{elsewhere:?}");
    }

    let added = add(&mut browser, &site, webhook()).await;
    let first = added.body["secret"].as_str().unwrap().to_owned();
    assert!(first.starts_with("whsec_"), "{first}");
    let path = format!("/alerts/targets/{}", added.body["target"]["id"].as_str().unwrap());
    let same =
        browser.put(&site, &path, "\"1\"", with(webhook(), &[("address", Value::Null)])).await;
    assert_eq!((same.status.as_u16(), &same.body["secret"]), (200, &Value::Null));
    assert_eq!(same.body["target"]["address"], "https://hooks.example.net:8443/in?key=1");
    let elsewhere = with(webhook(), &[("address", json!("https://evil.example/"))]);
    let moved = browser.put(&site, &path, "\"2\"", elsewhere).await;
    let second = moved.body["secret"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    let renewed = with(webhook(), &[("address", Value::Null), ("newSecret", json!(true))]);
    let renewed = browser.put(&site, &path, "\"3\"", renewed).await;
    assert!(![first.as_str(), second.as_str()].contains(&renewed.body["secret"].as_str().unwrap()));

    // A robot's address is its key.
    let robot = with(
        webhook(),
        &[
            ("name", json!("群")),
            ("way", json!("dingtalk")),
            ("address", json!("https://oapi.dingtalk.com/robot/send?access_token=token")),
            ("secret", json!("SECabc")),
        ],
    );
    let added = add(&mut browser, &site, robot.clone()).await;
    assert_eq!(added.status, 201, "{}", added.body);
    assert_eq!(
        (&added.body["target"]["address"], &added.body["target"]["signed"]),
        (&Value::Null, &json!(true))
    );
    let all = json!(list(&mut browser, &site).await).to_string();
    assert!(!all.contains("access_token") && !all.contains("SECabc"), "{all}");
    let path = format!("/alerts/targets/{}", added.body["target"]["id"].as_str().unwrap());
    let kept = with(robot.clone(), &[("address", Value::Null), ("secret", Value::Null)]);
    let kept = browser.put(&site, &path, "\"1\"", kept).await;
    assert_eq!(kept.body["target"]["signed"], json!(true), "{}", kept.body);
    let other =
        with(robot, &[("address", json!("https://evil.example/")), ("secret", Value::Null)]);
    let other = browser.put(&site, &path, "\"2\"", other).await;
    assert_eq!(other.body["target"]["signed"], json!(false), "the secret went to another place");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_on_the_disk_first_and_comes_again_with_its_id_after_a_power_cut() {
    let disk = Disk::new(Hostd::example());
    let site = disk.start().await;
    let mut browser = Browser::admin(&site).await;
    add(&mut browser, &site, webhook()).await;
    assert!(site.bell.ring().await.unwrap().errands.is_empty());
    site.bell.tell(Alert::SettingsLost {});
    let round = site.bell.ring().await.unwrap();
    assert!(round.errands.is_empty(), "others of its kind may join it");
    assert_eq!(round.rest.unwrap().as_secs(), 2);
    site.clock.forward(3);
    let mut errands = site.bell.ring().await.unwrap().errands;
    let errand = errands.pop().unwrap();
    assert!(errands.is_empty() && matches!(errand.way, Way::Webhook(_)));
    assert_eq!(errand.message.alert, Alert::SettingsLost {});
    assert_eq!(site.log().last().unwrap(), "alerts-sending");
    assert_eq!(list(&mut browser, &site).await[0]["waiting"], 1);
    drop(site);

    let site = disk.start().await;
    let again = site.bell.ring().await.unwrap().errands.pop().unwrap();
    assert_eq!(again.message.id, errand.message.id);
    site.bell.carried(again.message.id, Err(Failure::SignInRefused));
    site.bell.ring().await.unwrap();
    assert_eq!(site.log().last().unwrap(), "!alerts-sent sign-in-refused");
    let one = &list(&mut browser, &site).await[0];
    assert_eq!((&one["waiting"], &one["failing"]["code"]), (&json!(1), &json!("sign-in-refused")));
    assert_eq!(one["failing"]["why"], "The server refused the user or the password.");
    let told = browser.get(&site, "/protection").await;
    assert_eq!(told.body["rows"][6]["state"], "needs-you");

    // The test button tries at once; what waited goes with it.
    let path = format!("/alerts/targets/{}/test", one["id"].as_str().unwrap());
    assert_eq!(browser.post(&site, &path, json!({})).await.status, 204);
    assert_eq!(site.log().last().unwrap(), "alert-target-tested Desk");
    let test = site.bell.ring().await.unwrap().errands.pop().unwrap();
    assert_eq!(test.message.alert.kind(), notify::Kind::Test);
    site.bell.carried(test.message.id, Ok(()));
    let rest = site.bell.ring().await.unwrap().errands.pop().unwrap();
    assert_eq!(rest.message.id, errand.message.id);
    site.bell.carried(rest.message.id, Ok(()));
    site.bell.ring().await.unwrap();
    assert_eq!(site.log().last().unwrap(), "alerts-sent");
    let one = &list(&mut browser, &site).await[0];
    assert_eq!((&one["waiting"], &one["failing"]), (&json!(0), &Value::Null));
    assert!(one["sent"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_log_of_the_crm_stands_goes_to_who_keeps_heads_and_to_nobody_else() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    let head = |line: &str| events::Event::Head { line: line.to_owned() };
    add(&mut browser, &site, webhook()).await;
    site.admin.crm_said(&head("gatehouse-head-1 AAAA")).await;
    site.bell.ring().await.unwrap();
    site.clock.forward(20);
    assert!(site.bell.ring().await.unwrap().errands.is_empty(), "nobody wants it");
    add(&mut browser, &site, mail()).await;
    site.admin.crm_said(&head("two\nlines")).await;
    assert!(site.bell.ring().await.unwrap().errands.is_empty());
    site.admin.crm_said(&head("gatehouse-head-1 BBBB")).await;
    let errand = site.bell.ring().await.unwrap().errands.pop().unwrap();
    let told = serde_json::to_string(&errand.message).unwrap();
    assert!(matches!(errand.way, Way::Mail(_)) && told.contains("gatehouse-head-1 BBBB"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_is_shut_is_told_and_goes_once_it_is_open() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    add(&mut browser, &site, webhook()).await;
    site.bell.tell(Alert::SettingsLost {});
    site.bell.ring().await.unwrap();
    site.clock.forward(3);
    let errand = site.bell.ring().await.unwrap().errands.pop().unwrap();
    site.bell.carried(errand.message.id, Err(Failure::NotAllowed));
    assert!(site.bell.ring().await.unwrap().errands.is_empty());
    let missed = site.bell.missed().await;
    assert_eq!((missed.len(), &missed[0].2), (1, &Failure::NotAllowed));
    site.bell.opened(missed[0].0.clone());
    assert_eq!(site.bell.ring().await.unwrap().errands.len(), 1);
    assert!(site.bell.missed().await.is_empty());
}
