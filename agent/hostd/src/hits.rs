//! What rules did: how often each decided, and when last.

use std::collections::BTreeMap;
use std::time::SystemTime;

use firewall::{RulesetHash, acting};
use host_api::RuleHits;
use kernel::nft::NftError;
use settings::{Rule, Settings};
use sha2::{Digest, Sha256};

use crate::counts::{Counts, seconds, table};
use crate::store::directory::Real;

/// Name of the file.
const FILE: &str = "rule-hits.json";

/// Counts of all rules.
pub struct Hits(Counts<u16>);

impl Hits {
    /// What was written down.
    pub fn open(state: &Real) -> Self {
        Self(Counts::open(state, FILE))
    }

    /// Adds up what the kernel has counted since the last time.
    pub fn count(&mut self, settings: &Settings) -> Result<(), NftError> {
        let Some(table) = table() else { return Ok(()) };
        let counted = kernel::nft::counted(&table)?;
        let counted =
            counted.iter().filter_map(|(chain, packets)| Some((acting(chain)?, *packets)));
        self.note(settings, &counted.collect(), seconds(SystemTime::now()));
        Ok(())
    }

    /// The kernel begins to count anew.
    pub fn loaded(&mut self, hash: &RulesetHash) {
        self.0.loaded(hash);
    }

    fn note(&mut self, settings: &Settings, counted: &BTreeMap<u16, u64>, now: u64) {
        self.0.note(
            settings.rules.iter().map(|rule| (rule.id, said(rule))).collect(),
            counted,
            now,
        );
    }

    /// What is known of every rule.
    pub fn told(&self) -> Vec<RuleHits> {
        let told = self.0.told();
        told.map(|(id, rule)| RuleHits {
            rule: *id,
            hits: rule.hits,
            last: rule.last,
            since: rule.since,
        })
        .collect()
    }

    /// Writes it down when there is news, and it is time or `now`.
    pub fn keep(&mut self, state: &Real, now: bool) {
        self.0.keep(state, now);
    }
}

/// What a rule says, without what a person noted beside it.
fn said(rule: &Rule) -> String {
    let plain = Rule { enabled: true, log: false, comment: None, ..rule.clone() };
    let text = serde_json::to_vec(&plain).unwrap_or_default();
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
}
