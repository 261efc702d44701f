//! The CRM as the admin application knows it.

use api::shape::admin::CrmReach;
use events::{CrmState, Event, Order};
use serde_json::json;

use crate::browser::{Browser, Disk, EPOCH};
use crate::hostd::Hostd;

/// SHA-256 of the manager's codes among these orders.
fn codes(orders: &[Order]) -> Vec<&str> {
    let mut found = Vec::new();
    for order in orders {
        if let Order::ManagerCode { sha256, .. } = order {
            found.push(sha256.as_str());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_code_takes_the_place_of_the_former_one() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::admin(&site).await;
    let first = site.admin.orders_in_force().await;
    let crm = browser.get(&site, "/crm").await.body;
    assert_eq!(crm["state"], "unclaimed");
    assert_eq!(crm["url"], "https://crm.gatehouse.internal");
    assert!(crm["managerCode"]["expires"].is_string());
    let made = browser.post(&site, "/crm/manager-code", json!({})).await;
    assert_eq!(made.status, 200);
    let told = site.orders();
    let in_force = site.admin.orders_in_force().await;
    assert_eq!(codes(&told), codes(&in_force));
    assert_eq!(codes(&in_force).len(), 1);
    assert_ne!(codes(&first), codes(&in_force));
    let typed: String = made.body["managerCode"].as_str().unwrap().replace('-', "");
    let sha256 = identity::code_hash(&typed);
    assert_eq!(codes(&in_force)[0], data_encoding::HEXLOWER.encode(&sha256));
    assert!(in_force.contains(&Order::Language { tag: "zh-CN".to_owned() }));
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_a_code_only_while_nobody_has_claimed_it() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::admin(&site).await;
    for (reach, status, refused) in [
        (CrmReach::Locked, 409, "already-set-up"),
        (CrmReach::Open, 409, "already-set-up"),
        (CrmReach::Unreachable, 503, "crm-away"),
        (CrmReach::DiskFailed, 503, "disk-failed"),
    ] {
        site.reach.send_replace((reach, EPOCH));
        let answer = browser.post(&site, "/crm/manager-code", json!({})).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, refused), "{reach:?}");
    }
    assert_eq!(site.orders(), []);
    let log = site.log();
    let refused = ["already-set-up", "already-set-up", "crm-away", "disk-failed"];
    assert_eq!(log[log.len() - 4..], refused.map(|why| format!("!code-made {why}")));
    let answer = Browser::new().post(&site, "/crm/manager-code", json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (401, "sign-in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_crm_says_is_kept() {
    let site = Disk::new(Hostd::factory()).start().await;
    let mut browser = Browser::admin(&site).await;
    site.admin.crm_said(&Event::Started { state: CrmState::Unclaimed }).await;
    assert_eq!(codes(&site.admin.orders_in_force().await).len(), 1);
    site.admin.crm_said(&Event::Claimed).await;
    assert_eq!(codes(&site.admin.orders_in_force().await).len(), 0);
    site.admin.crm_said(&Event::UnlockFailed { count: 3 }).await;
    let log = site.log();
    assert!(
        log.ends_with(&["crm-event claimed".to_owned(), "crm-event unlock-failed".to_owned()]),
        "{log:?}"
    );

    site.admin.crm_said(&Event::ClaimRefused { count: 7 }).await;
    let entry = site.store.audit(None, 1).unwrap().remove(0);
    assert_eq!((entry.reason.as_deref(), entry.count), (Some("claim-refused"), Some(7)));

    let made = browser.post(&site, "/crm/manager-code", json!({})).await;
    assert_eq!(made.status, 200);
    // The event of the claim was lost: its start says so, too.
    site.admin.crm_said(&Event::Started { state: CrmState::Locked }).await;
    assert_eq!(codes(&site.admin.orders_in_force().await).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crm_that_talks_without_end_does_not_fill_the_log() {
    let site = Disk::new(Hostd::factory()).start().await;
    let kept = || site.log().iter().filter(|entry| entry.starts_with("crm-event")).count();
    for _ in 0..70 {
        site.admin.crm_said(&Event::Locked).await;
    }
    assert_eq!(kept(), 60);
    // Wrong passphrases, which anybody can send, are counted apart.
    for _ in 0..70 {
        site.admin.crm_said(&Event::UnlockFailed { count: 1 }).await;
    }
    assert_eq!(kept(), 120);
    site.clock.forward(3600);
    site.admin.crm_said(&Event::Unlocked).await;
    assert_eq!(kept(), 121);
}
