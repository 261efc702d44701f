//! Names that are not answered: lists are told with how their fetching goes, one is fetched when an admin says
//! so, which is written down, and a name is judged.

use api::shape::blocking::{FetchFailure, FetchProblem, FetchState};
use host_api::blocking::{BlockedName, ListHeld, WhyBlocked, ZoneBlocking};
use serde_json::{Value, json};

use crate::browser::{Browser, Disk};
use crate::hostd::Hostd;

const ADDRESS: &str = "https://lists.example.net/a";

fn with_lists(hostd: &Hostd) {
    let mut now = hostd.now();
    let mut document: Value = serde_json::from_str(&now.settings.to_json()).unwrap();
    document["egress"] =
        json!([{"for": "admin", "to": "lists.example.net", "protocol": "tcp", "port": 443}]);
    document["blocking"] = json!({"lists": {"广告": ADDRESS, "Other": "https://lists.example.net/b"},
        "zones": {"office": ["广告"]}});
    now.settings = settings::parse(document.to_string().as_bytes()).unwrap();
    now.blocking.lists = vec![ListHeld {
        address: ADDRESS.to_owned(),
        names: 12,
        odd: 1,
        fetched: 1_700_000_000,
        checked: 1_700_000_060,
        etag: None,
        modified: None,
    }];
    now.blocking.zones = vec![ZoneBlocking {
        zone: "office".to_owned(),
        names: 12,
        spared: vec!["pool.ntp.org".to_owned()],
        no_room: Vec::new(),
        down: true,
    }];
    now.blocking.lately = vec![BlockedName {
        zone: "office".to_owned(),
        name: "x.ads.example".to_owned(),
        times: 3,
        last: 1_700_000_000,
        why: WhyBlocked::Lists(vec![("广告".to_owned(), "ads.example".to_owned())]),
    }];
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_told_with_how_their_fetching_goes() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    with_lists(&hostd);
    let failure = FetchFailure { why: FetchProblem::Status, detail: Some("404".to_owned()) };
    let state = FetchState { failure: Some(failure), ..FetchState::default() };
    site.fetches.send_replace([(ADDRESS.to_owned(), state)].into());
    let told = browser.get(&site, "/blocking").await;
    assert_eq!(told.status, 200, "{}", told.body);
    let lists = told.body["lists"].as_array().unwrap();
    let ads = lists.iter().find(|list| list["name"] == "广告").unwrap();
    assert_eq!((&ads["names"], &ads["odd"]), (&json!(12), &json!(1)));
    assert_eq!(ads["fetch"]["failure"], json!({"why": "status", "detail": "404"}));
    let other = lists.iter().find(|list| list["name"] == "Other").unwrap();
    assert_eq!((&other["names"], &other["fetch"]["failure"]), (&Value::Null, &Value::Null));
    assert_eq!(told.body["zones"][0]["spared"], json!(["pool.ntp.org"]));
    let why = json!({"kind": "lists", "by": "ads.example", "lists": ["广告"]});
    assert_eq!(told.body["lately"][0]["why"], why);
    assert_eq!(Browser::new().get(&site, "/blocking").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_fetched_when_an_admin_says_so() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    with_lists(&hostd);
    let fetched = browser
        .post(&site, "/blocking/fetch", json!({"address": ADDRESS, "mayShrink": true}))
        .await;
    assert_eq!(fetched.status, 204, "{}", fetched.body);
    let order = site.fetching.lock().unwrap().try_recv().unwrap();
    assert_eq!((order.address.as_str(), order.may_shrink), (ADDRESS, true));
    assert_eq!(site.log().last().unwrap(), "list-fetched 广告");
    let foreign = json!({"address": "https://lists.example.net/c"});
    assert_eq!(browser.post(&site, "/blocking/fetch", foreign).await.status, 404);
    assert!(site.fetching.lock().unwrap().try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_judged() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    let judged = browser.get(&site, "/blocking/name?name=Ads.Example.").await;
    let why = json!({"kind": "own", "by": "ads.example", "lists": []});
    assert_eq!(
        judged.body,
        json!({"name": "ads.example", "zones": [{"zone": "guest", "why": why}]})
    );
    for wrong in ["/blocking/name", "/blocking/name?name=ads", "/blocking/name?name=a.b&x=1"] {
        assert_eq!(browser.get(&site, wrong).await.status, 422, "{wrong}");
    }
}
