//! What rules did: how often each decided, and when last, over new rulesets and restarts. The kernel counts
//! from the load of a ruleset on; here that is added up, and written down from time to time: a power cut
//! loses a quarter of an hour of it at most.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use firewall::ir::{Family, TableId};
use firewall::{RulesetHash, acting};
use host_api::RuleHits;
use kernel::nft::NftError;
use serde::{Deserialize, Serialize};
use settings::{Rule, Settings};
use sha2::{Digest, Sha256};

use crate::store::directory::{Directory, Real};

/// Name of the file.
const FILE: &str = "rule-hits.json";
/// How often it is written.
const WRITTEN: Duration = Duration::from_secs(15 * 60);

/// Counts of all rules.
pub struct Hits {
    stored: Stored,
    written: Instant,
    news: bool,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    /// Which load of which ruleset the kernel's counters belong to.
    load: String,
    rules: BTreeMap<u16, Counted>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counted {
    /// What it says, as a hash: another rule under its number begins anew.
    rule: String,
    /// Seconds since 1970 when it was first counted.
    since: u64,
    hits: u64,
    last: Option<u64>,
    /// The kernel's counter, as it was read last.
    read: u64,
}

impl Hits {
    /// What was written down.
    pub fn open(state: &Real) -> Self {
        let stored = match state.read(FILE) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(%error, "what rules did cannot be read; it is counted anew");
                Stored::default()
            }),
            Err(_) => Stored::default(),
        };
        Self { stored, written: Instant::now(), news: false }
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
        let load = format!("{} {hash}", boot());
        if self.stored.load != load {
            self.stored.load = load;
            self.stored.rules.values_mut().for_each(|rule| rule.read = 0);
        }
    }

    fn note(&mut self, settings: &Settings, counted: &BTreeMap<u16, u64>, now: u64) {
        let known: BTreeMap<u16, String> =
            settings.rules.iter().map(|rule| (rule.id, said(rule))).collect();
        let before = self.stored.rules.len();
        self.stored.rules.retain(|id, rule| known.get(id) == Some(&rule.rule));
        self.news |= before != self.stored.rules.len();
        for (id, rule) in known {
            let fresh = || Counted { rule, since: now, hits: 0, last: None, read: 0 };
            let rule = self.stored.rules.entry(id).or_insert_with(fresh);
            // One that is out of its hours has no counter.
            let read = counted.get(&id).copied().unwrap_or(0);
            let more = read.checked_sub(rule.read).unwrap_or(read);
            if more > 0 {
                rule.hits = rule.hits.saturating_add(more);
                rule.last = Some(now);
                self.news = true;
            }
            rule.read = read;
        }
    }

    /// What is known of every rule.
    pub fn told(&self) -> Vec<RuleHits> {
        let one = |(id, rule): (&u16, &Counted)| RuleHits {
            rule: *id,
            hits: rule.hits,
            last: rule.last,
            since: rule.since,
        };
        self.stored.rules.iter().map(one).collect()
    }

    /// Writes it down when there is news, and it is time or `now`.
    pub fn keep(&mut self, state: &Real, now: bool) {
        if !self.news || !(now || self.written.elapsed() >= WRITTEN) {
            return;
        }
        let bytes = serde_json::to_vec(&self.stored).map_err(std::io::Error::from);
        match bytes.and_then(|bytes| state.replace(FILE, &bytes)) {
            Ok(()) => self.news = false,
            Err(error) => tracing::warn!(%error, "what rules did cannot be written down"),
        }
        self.written = Instant::now();
    }
}

fn table() -> Option<TableId> {
    let name = firewall::ir::Name::new(firewall::compile::TABLE)?;
    Some(TableId { family: Family::Inet, name })
}

/// What a rule says, without what a person noted beside it.
fn said(rule: &Rule) -> String {
    let plain = Rule { enabled: true, log: false, comment: None, ..rule.clone() };
    let text = serde_json::to_vec(&plain).unwrap_or_default();
    let hash = Sha256::digest(text);
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Of this boot: the kernel's counters do not outlive it.
pub fn boot() -> String {
    let path = Path::new("/proc/sys/kernel/random/boot_id");
    std::fs::read_to_string(path).map(|id| id.trim().to_owned()).unwrap_or_default()
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
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
