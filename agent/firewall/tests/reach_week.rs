//! What is found when rules are in force in some hours only, whatever the hour is.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::collections::BTreeSet;

use common::{context, example};
use firewall::{Context, Side, Weight, compile, reach_in_a_week};
use serde_json::{Value, json};
use settings::{Language, Settings};

/// The example with hours and what is changed.
fn with(change: impl FnOnce(&mut Value)) -> Settings {
    let mut document: Value = serde_json::from_str(&example().to_json()).unwrap();
    document["time_zone"] = json!("UTC");
    let days = ["mon", "tue", "wed", "thu", "fri"];
    document["schedules"] = json!({
        "Opening": [{"days": days, "from": "08:00", "to": "18:00"}],
        "Night": [{"days": days, "from": "22:00", "to": "06:00"}],
    });
    change(&mut document);
    settings::parse(document.to_string().as_bytes()).unwrap()
}

fn rule(action: &str, schedule: Option<&str>) -> Value {
    let mut rule = json!({"id": 1, "action": action, "services": "all",
        "from": {"zones": ["guest"], "addresses": "all"},
        "to": {"zones": ["office"], "addresses": "all"}});
    if let Some(schedule) = schedule {
        rule["schedule"] = json!(schedule);
    }
    rule
}

fn crm(schedule: Option<&str>) -> impl Fn(&mut Value) {
    move |document| {
        let mut source = json!({"zone": "office", "addresses": "all"});
        if let Some(schedule) = schedule {
            source["schedule"] = json!(schedule);
        }
        document["crm"]["reachable_from"] = json!([source]);
    }
}

/// What is found while the hours named are on.
fn found_at(on: &[&str], before: &Settings, after: &Settings) -> Vec<String> {
    let on: BTreeSet<_> = on.iter().map(|name| name.parse().unwrap()).collect();
    let context = Context { on, ..context() };
    let (rules, new) = (compile(before, &context), compile(after, &context));
    let side = |settings, rules| Side { settings, context: &context, rules };
    let (before, after) = (side(before, rules.check().unwrap()), side(after, new.check().unwrap()));
    let timed = reach_in_a_week(&before, &after, None).unwrap();
    let text = |one: &firewall::Timed| {
        let mark = if one.weight() == Weight::Warning { "! " } else { "" };
        format!("{mark}{}", one.text_naming(Language::English, &|_: &str| None))
    };
    timed.iter().map(text).collect()
}

/// What is found, the same at any hour.
fn found(before: &Settings, after: &Settings) -> Vec<String> {
    let found = found_at(&[], before, after);
    for on in [&["Opening"][..], &["Night"], &["Opening", "Night"]] {
        assert_eq!(found_at(on, before, after), found, "{on:?}");
    }
    found
}

#[test]
fn what_opens_in_hours_is_told_with_them_outside_of_them_too() {
    let none = with(|_| {});
    let opening = with(|document| document["rules"] = json!([rule("allow", Some("Opening"))]));
    assert_eq!(
        found(&none, &opening),
        ["In the hours Opening: guest can now reach office: everything."]
    );
    assert_eq!(
        found(&opening, &none),
        ["In the hours Opening: guest can no longer reach office at all."]
    );
    let always = with(|document| document["rules"] = json!([rule("allow", None)]));
    assert_eq!(found(&none, &always), ["guest can now reach office: everything."]);
    assert_eq!(
        found(&opening, &always),
        ["Outside the hours Opening: guest can now reach office: everything."]
    );
    assert_eq!(found(&opening, &opening), [] as [&str; 0]);
}

#[test]
fn longer_hours_open_at_some_time() {
    let to = |end: &str| {
        with(|document| {
            document["schedules"]["Opening"][0]["to"] = json!(end);
            document["rules"] = json!([rule("allow", Some("Opening"))]);
        })
    };
    assert_eq!(
        found(&to("18:00"), &to("20:00")),
        ["At some hours of the week: guest can now reach office: everything."]
    );
}

#[test]
fn what_differs_from_hour_to_hour_is_told_apart() {
    let none = with(|_| {});
    let ssh = with(|document| {
        let mut always = rule("allow", None);
        (always["id"], always["services"]) = (json!(2), json!(["ssh"]));
        document["rules"] = json!([rule("allow", Some("Opening")), always]);
    });
    assert_eq!(
        found(&none, &ssh),
        [
            "guest can now reach office: SSH.",
            "In the hours Opening: guest can now reach office: everything."
        ]
    );
    let both = with(|document| {
        let mut night = rule("allow", Some("Night"));
        night["id"] = json!(2);
        document["rules"] = json!([rule("allow", Some("Opening")), night]);
    });
    assert_eq!(
        found(&none, &both),
        ["At some hours of the week: guest can now reach office: everything."]
    );
}

#[test]
fn nobody_reaches_the_crm_when_no_hour_lets_anybody() {
    let (always, opening) = (with(crm(None)), with(crm(Some("Opening"))));
    let told = found(&always, &opening);
    assert_eq!(told, ["Outside the hours Opening: office can no longer reach the CRM: web pages."]);
    let nobody = with(|document| document["crm"]["reachable_from"] = json!([]));
    let told = found(&opening, &nobody);
    assert_eq!(
        told,
        [
            "! Nobody can reach the CRM any more.",
            "In the hours Opening: office can no longer reach the CRM: web pages."
        ]
    );
    let told = found(&nobody, &opening);
    assert_eq!(told, ["! In the hours Opening: office can now reach the CRM: web pages."]);
    assert_eq!(found(&opening, &with(crm(Some("Night")))).len(), 2);
}

#[test]
fn of_more_times_than_are_tried_it_is_said_that_not_all_was() {
    let none = with(|_| {});
    let many = with(|document| {
        let mut rules = Vec::new();
        for hour in 0..20 {
            let hours = json!([{"days": ["mon"], "from": format!("{hour:02}:00"), "to": format!("{hour:02}:30")}]);
            document["schedules"][format!("Hour {hour}")] = hours;
            let mut one = rule("allow", Some(&format!("Hour {hour}")));
            one["id"] = json!(hour + 1);
            rules.push(one);
        }
        document["rules"] = json!(rules);
    });
    assert_eq!(
        found(&none, &many),
        [
            "At some hours of the week: guest can now reach office: everything.",
            "The rules tell too many addresses or hours apart to try them all. More may change, for \
             single addresses or at some hours, than is listed here.",
        ]
    );
}
