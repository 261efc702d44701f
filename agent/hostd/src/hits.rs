//! What rules did and what came to published services: how often, and when last.

use std::collections::BTreeMap;
use std::time::SystemTime;

use firewall::{RulesetHash, acting, arriving};
use host_api::{Arrivals, RuleHits};
use kernel::nft::NftError;
use serde::Serialize;
use settings::{Publication, Rule, Settings};
use sha2::{Digest, Sha256};

use crate::counts::{Counts, seconds, table};
use crate::store::directory::Real;

/// Names of the files.
const FILE: &str = "rule-hits.json";
const PUBLISHED_FILE: &str = "publish-hits.json";

/// Counts of all rules and of all published services.
pub struct Hits {
    rules: Counts<u16>,
    published: Counts<u16>,
}

impl Hits {
    /// What was written down.
    pub fn open(state: &Real) -> Self {
        Self { rules: Counts::open(state, FILE), published: Counts::open(state, PUBLISHED_FILE) }
    }

    /// Adds up what the kernel has counted since the last time.
    pub fn count(&mut self, settings: &Settings) -> Result<(), NftError> {
        let Some(table) = table() else { return Ok(()) };
        let counted = kernel::nft::counted(&table)?;
        let of = |number: fn(&str) -> Option<u16>| {
            counted.iter().filter_map(move |(chain, packets)| Some((number(chain)?, *packets)))
        };
        let now = seconds(SystemTime::now());
        self.note(settings, &of(acting).collect(), now);
        self.note_published(settings, &of(arriving).collect(), now);
        Ok(())
    }

    /// The kernel begins to count anew.
    pub fn loaded(&mut self, hash: &RulesetHash) {
        self.rules.loaded(hash);
        self.published.loaded(hash);
    }

    fn note(&mut self, settings: &Settings, counted: &BTreeMap<u16, u64>, now: u64) {
        let known = settings.rules.iter().map(|rule| (rule.id, said(rule)));
        self.rules.note(known.collect(), counted, now);
    }

    fn note_published(&mut self, settings: &Settings, counted: &BTreeMap<u16, u64>, now: u64) {
        let known = settings.publish.iter().map(|one| (one.id, said_of_service(one)));
        self.published.note(known.collect(), counted, now);
    }

    /// What is known of every rule.
    pub fn told(&self) -> Vec<RuleHits> {
        let told = self.rules.told();
        told.map(|(id, rule)| RuleHits {
            rule: *id,
            hits: rule.hits,
            last: rule.last,
            since: rule.since,
        })
        .collect()
    }

    /// What is known of every published service.
    pub fn arrivals(&self) -> Vec<Arrivals> {
        let told = self.published.told();
        told.map(|(id, one)| Arrivals {
            service: *id,
            hits: one.hits,
            last: one.last,
            since: one.since,
        })
        .collect()
    }

    /// Writes it down when there is news, and it is time or `now`.
    pub fn keep(&mut self, state: &Real, now: bool) {
        self.rules.keep(state, now);
        self.published.keep(state, now);
    }
}

/// What a rule says, without what a person noted beside it.
fn said(rule: &Rule) -> String {
    hashed(&Rule { enabled: true, log: false, comment: None, ..rule.clone() })
}

/// What is published where. Its name, who may come and until when may change: it is the same service.
fn said_of_service(one: &Publication) -> String {
    hashed(&(&one.ports, &one.to))
}

fn hashed(what: &impl Serialize) -> String {
    let text = serde_json::to_vec(what).unwrap_or_default();
    let hash = Sha256::digest(text);
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn settings(services: &str) -> Settings {
        let text = include_str!("../../settings/tests/example.json");
        let rule = format!(
            r#""rules": [{{"id": 3, "action": "block", "services": [{services}],
            "from": {{"zones": "all", "addresses": "all"}},
            "to": {{"zones": "all", "addresses": "all"}}}}], "version""#
        );
        settings::parse(text.replacen("\"version\"", &rule, 1).as_bytes()).unwrap()
    }

    fn told(hits: &Hits) -> Vec<(u64, Option<u64>, u64)> {
        hits.told().iter().map(|rule| (rule.hits, rule.last, rule.since)).collect()
    }

    fn published(from: &str, port: u16) -> Settings {
        let text = include_str!("../../settings/tests/example.json");
        let publish = format!(
            r#""publish": [{{"id": 5, "label": "Shop", "ports": ["tcp/{port}"], "from": {from},
            "to": {{"zone": "office", "address": "192.168.10.20"}}}}], "version""#
        );
        settings::parse(text.replacen("\"version\"", &publish, 1).as_bytes()).unwrap()
    }

    #[test]
    fn arrivals_go_on_over_a_restart_and_another_list_of_who_may_come() {
        let directory = tempfile::tempdir().unwrap();
        let state = Real::open(directory.path()).unwrap();
        let mut hits = Hits::open(&state);
        hits.loaded(&RulesetHash::from_bytes([1; 32]));
        hits.note_published(&published("\"all\"", 443), &BTreeMap::from([(5, 3)]), 100);
        hits.keep(&state, true);
        let mut hits = Hits::open(&state);
        hits.loaded(&RulesetHash::from_bytes([2; 32]));
        hits.note_published(&published("[\"9.9.9.9\"]", 443), &BTreeMap::from([(5, 2)]), 110);
        let told = Arrivals { service: 5, hits: 5, last: Some(110), since: 100 };
        assert_eq!(hits.arrivals(), [told]);
        hits.note_published(&published("\"all\"", 444), &BTreeMap::from([(5, 2)]), 120);
        let told = Arrivals { service: 5, hits: 2, last: Some(120), since: 120 };
        assert_eq!(hits.arrivals(), [told], "another service under its number");
    }

    #[test]
    fn hits_go_on_over_a_new_ruleset_and_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let state = Real::open(directory.path()).unwrap();
        let mut hits = Hits::open(&state);
        let (ssh, web) = (settings("\"ssh\""), settings("\"web\""));
        let note = |hits: &mut Hits, settings: &Settings, packets: u64, now| {
            hits.note(settings, &BTreeMap::from([(3, packets)]), now);
        };
        note(&mut hits, &ssh, 0, 100);
        assert_eq!(told(&hits), [(0, None, 100)]);
        note(&mut hits, &ssh, 5, 110);
        note(&mut hits, &ssh, 5, 120);
        assert_eq!(told(&hits), [(5, Some(110), 100)]);
        hits.loaded(&RulesetHash::from_bytes([1; 32]));
        note(&mut hits, &ssh, 7, 130);
        assert_eq!(told(&hits), [(12, Some(130), 100)], "counted from nothing");
        hits.keep(&state, true);
        let mut hits = Hits::open(&state);
        hits.loaded(&RulesetHash::from_bytes([1; 32]));
        note(&mut hits, &ssh, 9, 140);
        assert_eq!(told(&hits), [(14, Some(140), 100)], "the ruleset stayed");
        note(&mut hits, &web, 9, 150);
        assert_eq!(told(&hits), [(9, Some(150), 150)], "another rule under its number");
        hits.note(&web, &BTreeMap::new(), 160);
        assert_eq!(told(&hits), [(9, Some(150), 150)], "out of its hours");
    }

    #[test]
    fn what_was_only_tried_takes_no_counts_with_it() {
        let directory = tempfile::tempdir().unwrap();
        let state = Real::open(directory.path()).unwrap();
        let mut hits = Hits::open(&state);
        let (kept, tried, other) = (settings("\"ssh\""), settings("\"web\""), settings("\"dns\""));
        let none: Settings =
            settings::parse(include_bytes!("../../settings/tests/example.json")).unwrap();
        hits.note(&kept, &BTreeMap::from([(3, 5)]), 100);
        for trial in [&tried, &none, &other] {
            hits.loaded(&RulesetHash::from_bytes([2; 32]));
            hits.note(trial, &BTreeMap::new(), 110);
            hits.keep(&state, true);
            // hostd may have been killed meanwhile.
            hits = Hits::open(&state);
        }
        hits.loaded(&RulesetHash::from_bytes([1; 32]));
        hits.note(&kept, &BTreeMap::from([(3, 2)]), 120);
        assert_eq!(told(&hits), [(7, Some(120), 100)]);
        hits.note(&tried, &BTreeMap::new(), 130);
        hits.note(&kept, &BTreeMap::new(), 130 + 3600);
        assert_eq!(told(&hits), [(0, None, 130 + 3600)], "after an hour it is a new one");
    }
}
