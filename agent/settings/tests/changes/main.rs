//! What differs between two documents, in words: every change provoked by a few edits and read in both
//! languages, and what holds for any two documents.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod access;
mod blocking;
mod dns;
mod documents;
mod drawn;
mod egress;
mod labels;
mod places;
mod ports;
mod properties;
mod publish;
mod relays;
mod reservations;
mod rules;
mod truth;

use documents::edited;
use serde_json::Value;
use settings::{Change, Language};

/// Values put into the example, or (null) taken out of it.
type Edits = Vec<(&'static str, Value)>;
/// Edits that give the document before, those that give the one after, and what is told: code, English,
/// Chinese.
type Case = (Edits, Edits, Vec<(&'static str, &'static str, &'static str)>);

fn cases() -> Vec<Case> {
    [
        access::cases(),
        blocking::cases(),
        dns::cases(),
        egress::cases(),
        labels::cases(),
        places::cases(),
        ports::cases(),
        publish::cases(),
        relays::cases(),
        reservations::cases(),
        rules::cases(),
    ]
    .concat()
}

/// What the pages call the zones of the example.
fn name(zone: &str, language: Language) -> Option<String> {
    let name = match (zone, language) {
        ("office", Language::English) => "Office",
        ("office", Language::Chinese) => "办公",
        ("guest", Language::English) => "Guest",
        ("guest", Language::Chinese) => "访客",
        ("crm", _) => "CRM",
        _ => return None,
    };
    Some(name.to_owned())
}

#[test]
fn each_change_is_one_sentence() {
    for (before, after, want) in cases() {
        let told = edited(&before).changes(&edited(&after));
        let texts = told.iter().map(|change| {
            let text = |language| change.text_naming(language, |zone| name(zone, language));
            (change.code(), text(Language::English), text(Language::Chinese))
        });
        let texts: Vec<_> = texts.collect();
        let told: Vec<_> =
            texts.iter().map(|(code, en, zh)| (*code, en.as_str(), zh.as_str())).collect();
        assert_eq!(told, want, "{before:?} {after:?}");
    }
}

#[test]
fn no_change_goes_untested() {
    let tested: Vec<&str> =
        cases().iter().flat_map(|case| case.2.iter().map(|(code, ..)| *code)).collect();
    for code in Change::CODES {
        assert!(tested.contains(code), "nothing provokes {code}");
    }
}

#[test]
fn a_zone_without_another_name_is_said_as_it_is() {
    let told = Change::ZoneGone { zone: "cellar".parse().expect("zone") };
    assert_eq!(told.text(Language::English), "Zone cellar is removed.");
    assert_eq!(told.text(Language::Chinese), "删除分区“cellar”。");
    let told = told.text_naming(Language::English, |_| Some("{zone}".to_owned()));
    assert_eq!(told, "Zone {zone} is removed.");
}
