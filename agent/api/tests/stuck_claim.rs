//! A claim that the power cut off once its recovery key was proved, over both applications and their
//! stores: what one tells the other goes through here as their programs pass it on.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "admin/browser.rs"]
#[allow(dead_code)]
mod browser;
mod common;
#[path = "admin/hostd.rs"]
#[allow(dead_code)]
mod hostd;
#[path = "life/place.rs"]
#[allow(dead_code)]
mod place;

use api::shape::admin::CrmReach;
use browser::{Browser, Disk, EPOCH, Site};
use common::listed;
use data_encoding::HEXLOWER;
use events::{CrmState, Event, Order};
use place::{Place, Process, manager, new_vault, passphrase};
use serde_json::{Value, json};

/// The admin application hears that the CRM is so, and gives it the orders in force.
async fn started(site: &Site, crm: &Process) {
    let state = crm.told();
    let reach = match state {
        CrmState::Unclaimed => CrmReach::Unclaimed,
        CrmState::Locked => CrmReach::Locked,
        CrmState::Open => CrmReach::Open,
        CrmState::DiskFailed => CrmReach::DiskFailed,
    };
    site.reach.send_replace((reach, EPOCH));
    obey(crm, site.admin.orders_in_force().await);
    site.admin.crm_said(&Event::Started { state }).await;
}

fn obey(crm: &Process, orders: Vec<Order>) {
    for order in orders {
        if let Order::ManagerCode { sha256, expires } = order {
            let sha256 = HEXLOWER.decode(sha256.as_bytes()).unwrap();
            crm.crm.manager_code(sha256.try_into().unwrap(), expires);
        }
    }
}

/// A new code, as the admin's page asks for it, on its way to the CRM.
async fn new_code(admin: &mut Browser, site: &Site, crm: &Process) -> Result<Value, String> {
    let made = admin.post(site, "/crm/manager-code", Value::Null).await;
    obey(crm, site.orders());
    match made.status.as_u16() {
        200 => Ok(json!({ "code": made.body["managerCode"] })),
        status => Err(format!("{status} {}", made.code())),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn goes_on_with_a_new_code_once_the_vault_is_open() {
    let site = Disk::new(hostd::Hostd::example()).start().await;
    let mut admin = Browser::admin(&site).await;
    let place = Place::new();
    let crm = place.start();
    started(&site, &crm).await;
    let code = new_code(&mut admin, &site, &crm).await.unwrap();
    let mut person = crm.person();
    person.post("/claim/code", code.clone()).await.good();
    let made = person.post("/claim/vault", new_vault()).await.good();
    let key = json!({ "recoveryKey": made["recoveryKey"] });
    person.post("/claim/recovery", key).await.good();

    // The power goes before there is a manager.
    let (place, mut crm) = place.cut();
    assert_eq!(crm.told(), CrmState::Locked);
    started(&site, &crm).await;
    // A vault that is locked was claimed, as far as anybody can tell: the former code is forgotten.
    assert_eq!(new_code(&mut admin, &site, &crm).await, Err("409 already-set-up".to_owned()));
    assert_eq!(site.admin.orders_in_force().await.len(), 1, "the language and no code");

    let mut person = crm.person();
    person.post("/unlock", passphrase()).await.good();
    assert_eq!(crm.start().await["state"], "claiming");
    assert_eq!(crm.told(), CrmState::Unclaimed, "it waits for its manager again, and says so");
    started(&site, &crm).await;
    assert_eq!(admin.get(&site, "/crm").await.body["state"], "unclaimed");
    let fresh = new_code(&mut admin, &site, &crm).await.unwrap();
    assert_ne!(fresh, code);
    let former = person.post("/claim/code", code).await;
    assert_eq!(former.told(), "403 wrong-code");
    person.post("/claim/code", fresh).await.good();
    let setup = person.post("/claim/account", manager()).await.good();
    person.post("/claim/totp", json!({ "code": place.code(&setup) })).await.good();
    person.post("/contacts", json!({ "name": "张三明" })).await.good();

    assert_eq!(crm.told(), CrmState::Open);
    for event in crm.happened() {
        site.admin.crm_said(&event).await;
    }
    started(&site, &crm).await;
    assert_eq!(new_code(&mut admin, &site, &crm).await, Err("409 already-set-up".to_owned()));
    assert!(site.log().iter().any(|entry| entry == "crm-event claimed"), "{:?}", site.log());
    crm.crm.close().await;
}
