//! The network is proven by packets that were sent, and by nothing else.

use std::time::Duration;

use host_api::NoProbe;
use serde_json::{Value, json};

use crate::browser::{Browser, Disk, Site};
use crate::hostd::Hostd;

const OFFICE: [(&str, &str); 2] = [("office", "crm"), ("office", "box")];

/// The row of the network.
async fn row(browser: &mut Browser, site: &Site) -> Value {
    let protection = browser.get(site, "/protection").await.body;
    protection["rows"][2].clone()
}

/// Time passes, and somebody looks at the page now and then.
async fn pass(browser: &mut Browser, site: &Site, minutes: u64) {
    for _ in 0..minutes {
        site.clock.forward(60);
        row(browser, site).await;
    }
}

/// The row after another round.
async fn after_a_round(browser: &mut Browser, site: &Site) -> Value {
    changed_within(browser, site, 60).await.unwrap()
}

/// Whether there was a round within a second.
async fn is_tried_again(browser: &mut Browser, site: &Site) -> bool {
    changed_within(browser, site, 1).await.is_some()
}

async fn changed_within(browser: &mut Browser, site: &Site, seconds: u64) -> Option<Value> {
    let before = row(browser, site).await;
    site.admin.settle().await;
    let changed = async {
        loop {
            let now = row(browser, site).await;
            if now["proof"]["at"] != before["proof"]["at"] {
                return now;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(seconds), changed).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn packets_that_fare_as_they_should_prove_the_network() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    site.hostd.forget();
    site.hostd.now().passing = OFFICE.into();
    let proven = after_a_round(&mut browser, &site).await;
    assert_eq!(proven["state"], "proven", "{proven}");
    assert_eq!(proven["proof"]["at"], "2027-01-15T08:00:00Z");
    assert_eq!(
        proven["proof"]["result"],
        "All 18 fared as they should: 14 were stopped, 4 arrived."
    );
    // Not again at once; after a quarter of an hour, and as soon as other settings are in force.
    site.hostd.now().asked.clear();
    assert!(!is_tried_again(&mut browser, &site).await);
    assert_eq!(row(&mut browser, &site).await, proven);
    assert!(!site.hostd.now().asked.contains(&"probe"));
    pass(&mut browser, &site, 15).await;
    let again = after_a_round(&mut browser, &site).await;
    assert_eq!(again["proof"]["at"], "2027-01-15T08:15:00Z");
    pass(&mut browser, &site, 1).await;
    site.hostd.now().settings.policies.clear();
    let again = after_a_round(&mut browser, &site).await;
    assert_eq!(again["proof"]["at"], "2027-01-15T08:16:00Z");
    // What could not be tried again says nothing any more.
    site.hostd.now().no_probe = Some(NoProbe::Failed);
    pass(&mut browser, &site, 59).await;
    assert!(!is_tried_again(&mut browser, &site).await);
    assert_eq!(row(&mut browser, &site).await["state"], "proven");
    pass(&mut browser, &site, 2).await;
    let old = row(&mut browser, &site).await;
    assert_eq!((&old["state"], &old["proof"]), (&json!("unknown"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_settings_are_not_proven_by_a_round_from_before() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    site.hostd.now().passing = OFFICE.into();
    let proven = after_a_round(&mut browser, &site).await;
    assert_eq!(proven["state"], "proven", "{proven}");
    let former = site.hostd.now().settings.clone();
    site.hostd.now().settings.policies.clear();
    let changed = row(&mut browser, &site).await;
    assert_eq!((&changed["state"], &changed["proof"]), (&json!("unknown"), &Value::Null));
    let todo = changed["todo"].as_str().unwrap();
    assert!(todo.starts_with("The settings have changed since"), "{todo}");
    // They are back as they were: so is what was found of them.
    site.hostd.now().settings = former;
    assert_eq!(row(&mut browser, &site).await, proven);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packet_that_gets_in_is_told_and_written_down_once() {
    let site = Disk::new(Hostd::example()).start().await;
    let mut browser = Browser::admin(&site).await;
    site.hostd.forget();
    // The office reaches nothing, which is less bad than what the internet reaches.
    site.hostd.now().passing = vec![("wan", "guest")];
    let open = after_a_round(&mut browser, &site).await;
    assert_eq!(open["state"], "open", "{open}");
    assert_eq!(
        open["proof"]["result"],
        "A packet from the internet to Guest (TCP 445, IPv4) arrived, and it should not have. \
         Tell whoever looks after the box."
    );
    pass(&mut browser, &site, 15).await;
    after_a_round(&mut browser, &site).await;
    let log: Vec<_> = site.log().into_iter().filter(|it| it.contains("packet-tried")).collect();
    assert_eq!(log, ["packet-tried wan to guest, tcp 445, IPv4: arrived"]);
    site.hostd.now().passing = OFFICE[..1].into();
    pass(&mut browser, &site, 15).await;
    let lost = after_a_round(&mut browser, &site).await;
    assert_eq!(lost["state"], "needs-you");
    assert!(lost["proof"]["result"].as_str().unwrap().contains("from Office to the box"), "{lost}");
}
