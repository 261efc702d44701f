//! How often destinations were used, and when last, over new rulesets and restarts. The kernel counts from
//! the load of a ruleset on; here that is added up, and written down from time to time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant, SystemTime};

use firewall::{RulesetHash, egress_acting, egress_id};
use host_api::egress::EgressUsed;
use kernel::nft::NftError;
use serde::{Deserialize, Serialize};
use settings::Settings;

use super::table;
use crate::hits::boot;
use crate::store::directory::{Directory, Real};

/// Name of the file.
const FILE: &str = "egress-used.json";
/// How often it is written.
const WRITTEN: Duration = Duration::from_secs(15 * 60);

/// Counts of all destinations.
pub struct Used {
    stored: Stored,
    written: Instant,
    news: bool,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    /// Which load of which ruleset the kernel's counters belong to.
    load: String,
    destinations: BTreeMap<String, Counted>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counted {
    /// Seconds since 1970 when it was first counted.
    since: u64,
    hits: u64,
    last: Option<u64>,
    /// The kernel's counter, as it was read last.
    read: u64,
}

impl Used {
    /// What was written down.
    pub fn open(state: &Real) -> Self {
        let stored = match state.read(FILE) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(%error, "what destinations did cannot be read; it is counted anew");
                Stored::default()
            }),
            Err(_) => Stored::default(),
        };
        Self { stored, written: Instant::now(), news: false }
    }

    /// Adds up what the kernel has counted since the last time.
    pub fn count(&mut self, settings: &Settings) -> Result<(), NftError> {
        if settings.egress.is_empty() && self.stored.destinations.is_empty() {
            return Ok(());
        }
        let Some(table) = table() else { return Ok(()) };
        let counted = kernel::nft::counted(&table)?;
        let counted = counted.iter().filter_map(|(chain, packets)| {
            egress_acting(chain).map(|id| (id.to_owned(), *packets))
        });
        self.note(settings, &counted.collect(), super::wanted::seconds(SystemTime::now()));
        Ok(())
    }

    /// The kernel begins to count anew.
    pub fn loaded(&mut self, hash: &RulesetHash) {
        let load = format!("{} {hash}", boot());
        if self.stored.load != load {
            self.stored.load = load;
            self.stored.destinations.values_mut().for_each(|one| one.read = 0);
        }
    }

    fn note(&mut self, settings: &Settings, counted: &BTreeMap<String, u64>, now: u64) {
        let known: BTreeSet<String> = settings.egress.iter().map(egress_id).collect();
        let before = self.stored.destinations.len();
        self.stored.destinations.retain(|id, _| known.contains(id));
        self.news |= before != self.stored.destinations.len();
        for id in known {
            let read = counted.get(&id).copied().unwrap_or(0);
            let fresh = || Counted { since: now, hits: 0, last: None, read: 0 };
            let one = self.stored.destinations.entry(id).or_insert_with(fresh);
            let more = read.checked_sub(one.read).unwrap_or(read);
            if more > 0 {
                one.hits = one.hits.saturating_add(more);
                one.last = Some(now);
                self.news = true;
            }
            one.read = read;
        }
    }

    /// What is known of every destination.
    pub fn told(&self) -> Vec<EgressUsed> {
        let one = |(id, one): (&String, &Counted)| EgressUsed {
            id: id.clone(),
            hits: one.hits,
            last: one.last,
            since: one.since,
        };
        self.stored.destinations.iter().map(one).collect()
    }

    /// Writes it down when there is news, and it is time or `now`.
    pub fn keep(&mut self, state: &Real, now: bool) {
        if !self.news || !(now || self.written.elapsed() >= WRITTEN) {
            return;
        }
        let bytes = serde_json::to_vec(&self.stored).map_err(std::io::Error::from);
        match bytes.and_then(|bytes| state.replace(FILE, &bytes)) {
            Ok(()) => self.news = false,
            Err(error) => tracing::warn!(%error, "what destinations did cannot be written down"),
        }
        self.written = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    #[test]
    fn it_is_counted_over_a_new_ruleset_and_a_restart_and_not_after_it_is_gone() {
        let directory = tempfile::tempdir().unwrap();
        let state = Real::open(directory.path()).unwrap();
        let text = include_str!("../../../settings/tests/example.json");
        let none = settings::parse(text.as_bytes()).unwrap();
        let egress = r#""egress": [{"for": "crm", "to": "a.example", "protocol": "tcp",
            "port": 1}], "version""#;
        let some = settings::parse(text.replacen("\"version\"", egress, 1).as_bytes()).unwrap();
        let id = egress_id(&some.egress[0]);
        let mut used = Used::open(&state);
        let hash = |byte| RulesetHash::from_bytes([byte; 32]);
        used.loaded(&hash(1));
        let count = |packets: u64| BTreeMap::from([(id.clone(), packets)]);
        used.note(&some, &count(5), 10);
        used.note(&some, &count(7), 20);
        used.loaded(&hash(2));
        used.note(&some, &count(1), 30);
        used.keep(&state, true);
        let mut used = Used::open(&state);
        used.loaded(&hash(2));
        used.note(&some, &count(2), 40);
        let told = EgressUsed { id: id.clone(), hits: 9, last: Some(40), since: 10 };
        assert_eq!(used.told(), [told]);
        used.note(&none, &BTreeMap::new(), 50);
        assert_eq!(used.told(), []);
    }
}
