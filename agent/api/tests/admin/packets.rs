//! Packets that are judged, and packets that are sent.

use host_api::NoProbe;
use serde_json::{Value, json};

use crate::browser::{Browser, Disk};
use crate::hostd::Hostd;

fn packet(from: &str, source: &str, destination: &str) -> Value {
    let (protocol, port) = ("tcp", 443);
    json!({"from": from, "source": source, "destination": destination, "protocol": protocol, "port": port})
}

fn with(mut value: Value, name: &str, to: Value) -> Value {
    value[name] = to;
    value
}

#[tokio::test(flavor = "multi_thread")]
async fn are_judged_with_verdict_rule_and_reason() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    hostd.forget();
    let out = packet("office", "192.168.10.20", "1.2.3.4");
    let judged = browser.post(&site, "/simulations", out.clone()).await.body;
    assert_eq!(
        (&judged["verdict"], &judged["to"], &judged["newSource"]),
        (&json!("passes"), &json!("wan"), &json!(true)),
        "{judged}"
    );
    assert_eq!(judged["rule"]["chain"], "forward_office_wan");
    assert!(judged["rule"]["text"].as_str().unwrap().contains("policy: everything"), "{judged}");
    let steps = judged["steps"].as_array().unwrap();
    let hooks: Vec<_> = steps.iter().map(|step| step["hook"].as_str().unwrap()).collect();
    assert_eq!(hooks, ["prerouting", "forward", "postrouting"]);
    assert_eq!(steps.iter().filter(|step| step["decides"] == true).count(), 1);

    let blocked = packet("guest", "192.168.20.20", "192.168.10.20");
    let judged = browser.post(&site, "/simulations", blocked).await.body;
    assert_eq!((&judged["verdict"], &judged["to"]), (&json!("dropped"), &json!("office")));
    assert_eq!(judged["why"], "No rule allows it, and what is not allowed is blocked.");

    let forged = packet("guest", "192.168.10.20", "1.2.3.4");
    let judged = browser.post(&site, "/simulations", forged).await.body;
    assert_eq!(judged["steps"].as_array().unwrap().len(), 1, "{judged}");
    assert_eq!(judged["rule"]["chain"], "spoof_guest");

    // An answer passes where a new connection does not.
    let back = with(packet("wan", "1.2.3.4", "192.168.10.20"), "state", json!("answer"));
    assert_eq!(browser.post(&site, "/simulations", back.clone()).await.body["verdict"], "passes");
    let new = with(back, "state", json!("new"));
    assert_eq!(browser.post(&site, "/simulations", new).await.body["verdict"], "dropped");
    let beside = packet("office", "192.168.10.20", "192.168.10.21");
    assert_eq!(browser.post(&site, "/simulations", beside).await.body["verdict"], "inside");

    // The box itself, by who of it sends.
    let asks = json!({"from": "box", "source": "203.0.113.10", "destination": "1.2.3.4", "protocol": "udp", "port": 123});
    for (sender, verdict) in [("time", "passes"), ("names", "dropped"), ("system", "dropped")] {
        let asks = with(asks.clone(), "sender", json!(sender));
        let judged = browser.post(&site, "/simulations", asks).await.body;
        assert_eq!(judged["verdict"], verdict, "{sender}: {judged}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_not_in_force_is_asked_too() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    hostd.forget();
    let now = browser.get(&site, "/settings").await.body["document"].clone();
    let asked = packet("guest", "192.168.20.20", "192.168.10.20");
    let mut other = now.clone();
    let policy = json!({"from": "guest", "to": "office", "allow": "web"});
    other["policies"].as_array_mut().unwrap().push(policy);
    let judged = browser.post(&site, "/simulations", with(asked.clone(), "document", other)).await;
    assert_eq!(judged.body["verdict"], "passes", "{}", judged.body);
    assert_eq!(browser.post(&site, "/simulations", asked.clone()).await.body["verdict"], "dropped");
    let mut bad = now;
    bad["crm"]["zone"] = json!("nowhere");
    let refused = browser.post(&site, "/simulations", with(asked, "document", bad)).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.body["errors"][0]["field"], "/document/crm/zone", "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_judged_by_its_card() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    {
        let mut now = hostd.now();
        let mut document: Value = serde_json::from_str(&now.settings.to_json()).unwrap();
        document["quarantine"] = json!(["52:54:00:00:00:01"]);
        now.settings = settings::parse(document.to_string().as_bytes()).unwrap();
    }
    let asked = packet("office", "192.168.10.20", "1.2.3.4");
    assert_eq!(browser.post(&site, "/simulations", asked.clone()).await.body["verdict"], "passes");
    let by = |card: &str| with(asked.clone(), "card", json!(card));
    let shut = browser.post(&site, "/simulations", by("52:54:00:00:00:01")).await.body;
    assert_eq!(shut["verdict"], "dropped", "{shut}");
    let other = browser.post(&site, "/simulations", by("52:54:00:00:00:02")).await.body;
    assert_eq!(other["verdict"], "passes", "{other}");
    let outside = with(by("52:54:00:00:00:01"), "from", json!("wan"));
    let refused = browser.post(&site, "/simulations", outside).await.body;
    assert_eq!(refused["errors"][0]["code"], "card-in-zone", "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_named_by_its_field() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    hostd.forget();
    let good = packet("office", "192.168.10.20", "1.2.3.4");
    for (name, to, code) in [
        ("from", json!("nowhere"), "no-zone"),
        ("source", json!("192.168.10"), "address"),
        ("destination", json!(""), "address"),
        ("destination", json!("2001:db8::1"), "other-version"),
        ("port", json!(0), "port"),
        ("port", json!(70_000), "port"),
        ("port", json!("ssh"), "port"),
        ("sourcePort", json!(99_999), "port"),
        ("card", json!("02:00"), "mac"),
        ("port", json!(null), "port"),
        ("state", json!("error"), "icmp-only"),
        ("state", json!("odd"), "type"),
        ("more", json!(1), "unknown"),
    ] {
        let answer = browser.post(&site, "/simulations", with(good.clone(), name, to)).await;
        let told = (answer.status.as_u16(), &answer.body["errors"][0]);
        assert_eq!((told.0, &told.1["field"]), (422, &json!(format!("/{name}"))), "{name} {code}");
        assert_eq!(told.1["code"], code, "{}", answer.body);
    }
    let probe =
        json!({"from": "office", "to": "guest", "protocol": "tcp", "port": 443, "version": 4});
    for (name, to, code) in [
        ("from", json!("x"), "no-zone"),
        ("to", json!("office"), "same-place"),
        ("port", json!(null), "port"),
        ("version", json!(5), "ip-version"),
    ] {
        let answer = browser.post(&site, "/probes", with(probe.clone(), name, to)).await;
        let error = &answer.body["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(format!("/{name}")), &json!(code)));
    }
    assert!(!site.hostd.now().asked.contains(&"probe"), "hostd was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_held_against_the_rules() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    hostd.forget();
    let probe = |from: &str, to: &str| json!({"from": from, "to": to, "protocol": "tcp", "port": 443, "version": 4});
    let shut = browser.post(&site, "/probes", probe("guest", "office")).await.body;
    assert_eq!((&shut["arrived"], &shut["agrees"]), (&json!(false), &json!(true)), "{shut}");
    assert_eq!(
        shut["text"],
        "A packet from Guest to Office (TCP 443, IPv4) did not arrive. No rule allows it, and what is not allowed is blocked."
    );
    site.hostd.now().arrives = Some(1_234);
    let open = browser.post(&site, "/probes", probe("guest", "office")).await.body;
    assert_eq!((&open["arrived"], &open["agrees"]), (&json!(true), &json!(false)), "{open}");
    assert!(
        open["text"].as_str().unwrap().contains("after 1.2 ms, and it should not have"),
        "{open}"
    );
    let out = browser.post(&site, "/probes", probe("office", "wan")).await.body;
    assert_eq!((&out["arrived"], &out["agrees"]), (&json!(true), &json!(true)), "{out}");
    // By the name of the application, whatever its zone is called.
    assert_eq!(browser.post(&site, "/probes", probe("office", "crm")).await.body["to"], "crm");

    for (why, status, code) in [
        (NoProbe::Running, 409, "probe-running"),
        (NoProbe::NoRoute, 409, "no-way-out"),
        (NoProbe::NoFreeAddress, 409, "no-free-address"),
        (NoProbe::Failed, 409, "not-tried"),
        (NoProbe::NoVersion, 422, "invalid"),
    ] {
        site.hostd.now().no_probe = Some(why);
        let answer = browser.post(&site, "/probes", probe("office", "wan")).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{why:?}");
    }
    let log: Vec<_> = site.log().into_iter().filter(|it| it.contains("packet-tried")).collect();
    assert_eq!(log[0], "packet-tried guest to office, tcp 443, IPv4: stopped");
    assert_eq!(log[4], "!packet-tried probe-running");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_says_what_passes_for_every_pair() {
    let hostd = Hostd::example();
    let site = Disk::new(hostd.clone()).start().await;
    let mut browser = Browser::admin(&site).await;
    hostd.forget();
    hostd.now().settings.policies[1].allow = settings::Allow::Web;
    let matrix = browser.get(&site, "/matrix").await.body;
    let all = matrix["passages"].as_array().unwrap();
    // WAN, three zones and the box; three protocols of two versions.
    assert_eq!(all.len(), 5 * 4 * 6);
    let of = |from: &str, to: &str, protocol: &str, version: u8| {
        let is = |one: &&Value| {
            (&one["from"], &one["to"]) == (&json!(from), &json!(to))
                && (&one["protocol"], &one["version"]) == (&json!(protocol), &json!(version))
        };
        all.iter().find(is).unwrap().clone()
    };
    let out = of("office", "wan", "tcp", 4);
    assert_eq!(
        out["passes"],
        json!([{"sources": ["192.168.10.0/24"], "allBut": true, "ports": []}])
    );
    let web = of("guest", "wan", "tcp", 6);
    assert_eq!(
        (&web["passes"][0]["allBut"], &web["passes"][0]["ports"]),
        (&json!(false), &json!([80, 443]))
    );
    assert_eq!(of("guest", "wan", "icmp", 4)["passes"], json!([]));
    assert_eq!(of("wan", "office", "tcp", 4)["passes"], json!([]));
    assert_eq!(of("guest", "box", "udp", 4)["passes"][0]["ports"], json!([53, 123]));
    assert_eq!(of("office", "crm", "tcp", 4)["passes"][0]["ports"], json!([80, 443]));
    assert_eq!(of("crm", "box", "tcp", 4)["passes"], json!([]));
}
