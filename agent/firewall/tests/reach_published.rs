//! What is found of published services.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::collections::BTreeSet;

use common::{context, example};
use firewall::{Context, Side, compile, reach};
use serde_json::{Value, json};
use settings::{Language, Settings};

fn with(publish: &Value) -> Settings {
    let mut document: Value = serde_json::from_str(&example().to_json()).unwrap();
    document["publish"] = publish.clone();
    document["time_zone"] = json!("UTC");
    settings::parse(document.to_string().as_bytes()).unwrap()
}

fn one(ports: &[&str], from: &Value, to: &Value) -> Value {
    json!([{"id": 7, "label": "Till", "ports": ports, "from": from, "to": to}])
}

/// What is found, in words, warnings with a mark.
fn found_in(
    before: &Settings,
    after: &Settings,
    context: &Context,
    language: Language,
) -> Vec<String> {
    let (rules, new) = (compile(before, context), compile(after, context));
    let before = Side { settings: before, context, rules: rules.check().unwrap() };
    let after = Side { settings: after, context, rules: new.check().unwrap() };
    let told = reach(&before, &after, None);
    told.iter()
        .map(|finding| {
            let mark = if finding.weight() == firewall::Weight::Warning { "! " } else { "" };
            format!("{mark}{}", finding.text(language))
        })
        .collect()
}

/// What ends what is said of our own zones.
const INSIDE: &str = " at the box’s internet address.";

fn all(before: &Value, after: &Value) -> Vec<String> {
    found_in(&with(before), &with(after), &context(), Language::English)
}

/// What is said of the internet.
fn found(before: &Value, after: &Value) -> Vec<String> {
    all(before, after).into_iter().filter(|told| !told.ends_with(INSIDE)).collect()
}

/// What is said of our own zones.
fn inside(before: &Value, after: &Value) -> Vec<String> {
    let of_zones = |told: String| told.strip_suffix(INSIDE).map(str::to_owned);
    all(before, after).into_iter().filter_map(of_zones).collect()
}

#[test]
fn whom_of_our_own_it_lets_in_is_told() {
    let none = json!([]);
    let server = json!({"zone": "office", "address": "192.168.10.5"});
    let of = |ports: &[&str], from: &[&str]| match from {
        [] => one(ports, &json!("all"), &server),
        list => one(ports, &json!(list), &server),
    };
    // Guests may open web pages on the internet; the office reaches its own server without the box.
    let web = ["guest can now reach 192.168.10.5:443 in office, by tcp/443"];
    assert_eq!(inside(&none, &of(&["tcp/443"], &[])), web);
    assert_eq!(inside(&none, &of(&["tcp/8443"], &[])), [] as [&str; 0]);
    let some = of(&["tcp/443"], &["5.6.7.8"]);
    assert_eq!(inside(&none, &some), [] as [&str; 0]);
    assert_eq!(inside(&some, &of(&["tcp/443"], &["5.6.7.8", "192.168.20.0/24"])), web);
    let part = of(&["tcp/443"], &["5.6.7.8", "192.168.20.64/26"]);
    let few = "guest (192.168.20.64/26) can now reach 192.168.10.5:443 in office, by tcp/443";
    assert_eq!(inside(&some, &part), [few]);
    let two = of(&["tcp/443"], &["5.6.7.8", "192.168.20.64/26", "192.168.20.9"]);
    let both = inside(&some, &two);
    assert_eq!(both.len(), 1, "{both:?}");
    assert!(both[0].contains("192.168.20.9") && both[0].contains("192.168.20.64/26"), "{both:?}");
    let no_longer =
        "guest (192.168.20.64/26) can no longer reach 192.168.10.5:443 in office by tcp/443";
    assert_eq!(inside(&part, &some), [no_longer]);
    assert_eq!(inside(&part, &part), [] as [&str; 0]);
    // Who reaches it anyway is not told.
    let open = |publish: &Value| {
        let mut settings = with(publish);
        settings.policies.push(settings::Policy {
            from: "guest".parse().unwrap(),
            to: settings::Target::Zone("office".parse().unwrap()),
            allow: settings::Allow::All,
        });
        settings
    };
    let (before, after) = (open(&none), open(&of(&["tcp/443"], &[])));
    let told = found_in(&before, &after, &context(), Language::English);
    assert_eq!(told, ["! From the internet, tcp/443 now reaches 192.168.10.5:443 in office."]);
}

#[test]
fn ports_that_are_grouped_otherwise_are_the_same_ports() {
    let server = json!({"zone": "office", "address": "192.168.10.5"});
    let of = |ports: &[&str]| one(ports, &json!("all"), &server);
    let range = of(&["tcp/8443-8445"]);
    assert_eq!(found(&range, &of(&["tcp/8443", "tcp/8444-8445"])), [] as [&str; 0]);
    assert_eq!(found(&of(&["tcp/8443", "tcp/8444", "tcp/8445"]), &range), [] as [&str; 0]);
    let both = json!([
        {"id": 7, "label": "Till", "ports": ["tcp/8443"], "from": "all", "to": server},
        {"id": 8, "label": "Desk", "ports": ["tcp/8444-8445"], "from": "all", "to": server},
    ]);
    assert_eq!(found(&range, &both), [] as [&str; 0]);
    assert_eq!(
        found(&range, &of(&["tcp/8443-8444"])),
        ["From the internet, tcp/8445 no longer reaches 192.168.10.5:8445 in office."]
    );
    assert_eq!(
        found(&range, &of(&["tcp/8440-8450"])),
        [
            "! From the internet, tcp/8440-8442 now reaches 192.168.10.5:8440 in office.",
            "! From the internet, tcp/8446-8450 now reaches 192.168.10.5:8446 in office.",
        ]
    );
    let none = json!([]);
    assert_eq!(
        found(&none, &both),
        ["! From the internet, tcp/8443-8445 now reaches 192.168.10.5:8443 in office."]
    );
}

#[test]
fn what_the_internet_reaches_is_told_with_who_answers() {
    let none = json!([]);
    let server = json!({"zone": "office", "address": "192.168.10.5", "port": 8443});
    let web = one(&["tcp/443"], &json!("all"), &server);
    assert_eq!(
        found(&none, &web),
        ["! From the internet, tcp/443 now reaches 192.168.10.5:8443 in office."]
    );
    assert_eq!(
        found(&web, &none),
        ["From the internet, tcp/443 no longer reaches 192.168.10.5:8443 in office."]
    );
    assert_eq!(found(&web, &web), [] as [&str; 0]);
    let mut other = web.clone();
    other[0]["to"]["address"] = json!("192.168.10.6");
    assert_eq!(
        found(&web, &other),
        ["! From the internet, tcp/443 now reaches 192.168.10.6:8443 in office."]
    );
    let mut off = web.clone();
    off[0]["enabled"] = json!(false);
    assert_eq!(found(&none, &off), [] as [&str; 0]);
    assert_eq!(found(&web, &off), found(&web, &none));
}

#[test]
fn a_list_ipv6_and_danger_are_told() {
    let none = json!([]);
    let pc = json!({"zone": "office", "address": "192.168.10.5", "ipv6": "::5"});
    let list = json!(["5.6.7.0/24", "2620:fe::/32"]);
    let told = found(&none, &one(&["tcp/3389"], &list, &pc));
    assert!(told[0].starts_with("! Till is a remote desktop."), "{told:?}");
    assert_eq!(
        told[1..],
        [
            "From the internet, tcp/3389 now reaches 192.168.10.5:3389 in office, for the listed \
             addresses only.",
            "From the internet, tcp/3389 now reaches [fd12:3456:789a:a::5]:3389 in office, for \
             the listed addresses only.",
        ]
    );
    let (before, after) = (with(&none), with(&one(&["tcp/3389"], &list, &pc)));
    let chinese = found_in(&before, &after, &context(), Language::Chinese);
    assert!(chinese[0].starts_with("! “Till”是远程桌面"), "{chinese:?}");
    assert!(chinese[1].contains("分区“office”的 192.168.10.5:3389，仅限列表"), "{chinese:?}");
}

#[test]
fn what_is_over_is_not_reached() {
    let server = json!({"zone": "office", "address": "192.168.10.5"});
    let over = Context { over: BTreeSet::from([7]), ..context() };
    let (before, after) = (with(&json!([])), with(&one(&["tcp/443"], &json!("all"), &server)));
    assert_eq!(found_in(&before, &after, &over, Language::English), [] as [&str; 0]);
}

#[test]
fn sources_that_are_no_place_on_the_internet_are_told() {
    let none = json!([]);
    let server = json!({"zone": "office", "address": "192.168.10.5"});
    let from = |list: &[&str]| found(&none, &one(&["tcp/443"], &json!(list), &server));
    assert_eq!(
        from(&["203.0.113.5"]),
        [
            "! Till: only 203.0.113.5 may come, and such addresses are not used on the internet: nobody there reaches it."
        ]
    );
    // Neither where the box's stand-in on the internet would meet somebody.
    for list in [&["10.1.2.3"][..], &["100.64.0.1"], &["fd00::1"]] {
        let told = from(list);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].ends_with("nobody there reaches it."), "{told:?}");
    }
    let opened = "From the internet, tcp/443 now reaches 192.168.10.5:443 in office, for the listed addresses only.";
    let mut some = from(&["203.0.113.5", "5.6.7.8"]);
    some.sort_unstable();
    assert_eq!(
        some,
        [
            opened,
            "Till: addresses such as 203.0.113.5 are not used on the internet, so nobody there comes from them."
        ]
    );
    for list in [&["5.6.7.8"][..], &["5.6.7.8", "192.168.20.0/24"]] {
        assert_eq!(from(list), [opened], "{list:?}");
    }
    // Guests reach it by its public name.
    let own = "Till: only 192.168.20.0/24 are listed, which are in your own network. Nobody on the internet \
               reaches it; those who are listed do by the box’s internet address, as far as the rules let them.";
    assert_eq!(from(&["192.168.20.0/24"]), [own]);
    // Everybody in a list is everybody.
    let anybody = "! From the internet, tcp/443 now reaches 192.168.10.5:443 in office.";
    for list in [&["0.0.0.0/0"][..], &["0.0.0.0/1", "128.0.0.0/1"]] {
        assert_eq!(from(list), [anybody], "{list:?}");
    }
    // Those of a network whose first addresses are no place on the internet.
    for list in [&["192.0.0.0/8"][..], &["192.0.2.0/23"], &["192.0.0.0/8", "192.168.20.0/24"]] {
        assert_eq!(from(list), [opened], "{list:?}");
    }
    let off = |on: bool| {
        let mut one = one(&["tcp/443"], &json!(["203.0.113.5"]), &server);
        one[0]["enabled"] = json!(on);
        one
    };
    assert_eq!(found(&off(false), &off(false)), [] as [&str; 0]);
    assert_eq!(found(&off(false), &off(true)).len(), 1);
    assert_eq!(found(&off(true), &off(true)), [] as [&str; 0]);
}

/// The same device answers, and others come than before.
#[test]
fn who_may_come_is_told_where_the_service_stays() {
    let server = json!({"zone": "office", "address": "192.168.10.5"});
    let of = |from: &Value| one(&["tcp/443"], from, &server);
    let changed = |before: Value, after: Value| found(&of(&before), &of(&after));
    let opened = "From the internet, tcp/443 now reaches 192.168.10.5:443 in office";
    let (all, listed) =
        (format!("! {opened}."), format!("{opened}, for the listed addresses only."));
    let fewer = "From the internet, tcp/443 reaches 192.168.10.5:443 in office for fewer addresses than before.";
    let some = json!(["5.6.7.8"]);
    assert_eq!(changed(some.clone(), json!("all")), [all.as_str()]);
    assert_eq!(changed(some.clone(), json!(["0.0.0.0/0"])), [all.as_str()]);
    assert_eq!(changed(some.clone(), json!(["5.6.0.0/16"])), [listed.as_str()]);
    assert_eq!(changed(json!("all"), some.clone()), [fewer]);
    assert_eq!(changed(json!(["5.6.0.0/16"]), some.clone()), [fewer]);
    assert_eq!(changed(json!("all"), json!(["0.0.0.0/1", "128.0.0.0/1", "::/0"])), [] as [&str; 0]);
    assert_eq!(changed(some.clone(), some), [] as [&str; 0]);
    let mut moved = changed(json!(["5.6.7.8"]), json!(["192.0.0.0/8"]));
    moved.sort_unstable();
    assert_eq!(moved, [listed.as_str(), fewer]);
}
