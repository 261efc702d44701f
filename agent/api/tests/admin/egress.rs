//! Where the box's own programs may go, as it is told; what the CRM asks for reaches hostd, and no more than
//! an hour takes; who declined is written down.

use events::{EgressProtocol, Event};
use host_api::egress::{EgressAsked, EgressName, EgressTold, EgressUsed, EgressWanted, NameState};
use serde_json::{Value, json};
use settings::EgressUser;

use crate::browser::{Browser, Disk};
use crate::hostd::Hostd;

fn with_egress(hostd: &Hostd) {
    let mut now = hostd.now();
    let mut document: Value = serde_json::from_str(&now.settings.to_json()).unwrap();
    document["egress"] = json!([
        {"for": "crm", "to": "mail.example.com", "protocol": "tcp", "port": 465},
        {"for": "admin", "to": "192.168.10.20", "protocol": "tcp", "port": 22, "note": "NAS"},
    ]);
    now.settings = settings::parse(document.to_string().as_bytes()).unwrap();
    let id = firewall::egress_id(&now.settings.egress[0]);
    let asked = EgressAsked {
        user: EgressUser::Crm,
        to: "api.example.com".to_owned(),
        protocol: settings::EgressProtocol::Udp,
        port: 1234,
        reason: Some("包裹".to_owned()),
    };
    now.egress = EgressTold {
        used: vec![EgressUsed { id, hits: 12, last: Some(4_000_000_000), since: 1_700_000_000 }],
        names: vec![EgressName {
            name: "mail.example.com".to_owned(),
            addresses: vec!["9.9.9.9".parse().unwrap()],
            refused: vec!["10.0.0.1".parse().unwrap()],
            asked: None,
            state: NameState::Found,
        }],
        wanted: vec![EgressWanted {
            id: "abc".to_owned(),
            asked,
            since: 1_700_000_000,
            last: 1_700_000_060,
            times: 3,
            declined: None,
        }],
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn destinations_are_told_with_what_became_of_them() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    with_egress(&hostd);
    let told = browser.get(&site, "/egress").await;
    assert_eq!(told.status, 200, "{}", told.body);
    let (mail, nas) = (&told.body["destinations"][0], &told.body["destinations"][1]);
    assert_eq!((&mail["for"], &mail["to"]), (&json!("crm"), &json!("mail.example.com")));
    assert_eq!((&mail["hits"], &mail["lastUsed"]), (&json!(12), &json!("2096-10-02T07:06:40Z")));
    let name = json!({"state": "found", "addresses": ["9.9.9.9"], "refused": ["10.0.0.1"],
        "asked": null});
    assert_eq!((&mail["name"], &mail["zone"]), (&name, &Value::Null));
    assert_eq!((&nas["zone"], &nas["name"]), (&json!("office"), &Value::Null));
    assert_eq!((&nas["hits"], &nas["lastUsed"]), (&json!(0), &Value::Null));
    let wanted = json!({"id": "abc", "for": "crm", "to": "api.example.com", "protocol": "udp",
        "port": 1234, "reason": "包裹", "since": "2023-11-14T22:13:20Z",
        "last": "2023-11-14T22:14:20Z", "times": 3, "declined": null});
    assert_eq!(told.body["wanted"], json!([wanted]));

    let declined = browser.post(&site, "/egress/decline", json!({"id": "abc"})).await;
    assert_eq!(declined.status, 204);
    assert_eq!(hostd.now().egress_declined, ["abc"]);
    assert_eq!(site.log().last().unwrap(), "egress-declined");
    let wrong = browser.post(&site, "/egress/decline", json!({"name": "abc"})).await;
    assert!(wrong.status.is_client_error(), "{}", wrong.body);
    assert_eq!(Browser::new().get(&site, "/egress").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_crm_asks_for_is_handed_on_and_bounded() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let _ = Browser::admin(&site).await;
    let wants = |port| Event::EgressWanted {
        to: "api.example.com".to_owned(),
        protocol: EgressProtocol::Tcp,
        port,
        reason: None,
    };
    for port in 1..=70 {
        site.admin.crm_said(&wants(port)).await;
    }
    let asked = hostd.now().egress_asked.clone();
    assert_eq!(asked.len(), 60, "one that is captured asks without end");
    assert_eq!(
        (asked[0].user, asked[0].to.as_str(), asked[0].port),
        (EgressUser::Crm, "api.example.com", 1)
    );
    assert_eq!(site.log().iter().filter(|it| *it == "egress-wanted").count(), 60);
    // Its other events are counted apart.
    site.admin.crm_said(&Event::Locked).await;
    assert_eq!(site.log().last().unwrap(), "crm-event locked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_crm_may_reach_already_is_not_asked_for_again() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let _ = Browser::admin(&site).await;
    with_egress(&hostd);
    for port in [465, 466] {
        let wants = Event::EgressWanted {
            to: "mail.example.com".to_owned(),
            protocol: EgressProtocol::Tcp,
            port,
            reason: None,
        };
        site.admin.crm_said(&wants).await;
    }
    let asked = hostd.now().egress_asked.clone();
    assert_eq!(asked.iter().map(|one| one.port).collect::<Vec<_>>(), [466]);
}
