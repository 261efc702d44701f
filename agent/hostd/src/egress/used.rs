//! How often destinations were used, and when last.

use std::collections::BTreeMap;
use std::time::SystemTime;

use firewall::{RulesetHash, egress_acting, egress_id};
use host_api::egress::EgressUsed;
use kernel::nft::NftError;
use settings::Settings;

use crate::counts::{Counts, seconds, table};
use crate::store::directory::Real;

/// Name of the file.
const FILE: &str = "egress-used.json";

/// Counts of all destinations. Their keys say all that they are.
pub struct Used(Counts<String>);

impl Used {
    /// What was written down.
    pub fn open(state: &Real) -> Self {
        Self(Counts::open(state, FILE))
    }

    /// Adds up what the kernel has counted since the last time.
    pub fn count(&mut self, settings: &Settings) -> Result<(), NftError> {
        if settings.egress.is_empty() && self.0.told().next().is_none() {
            return Ok(());
        }
        let Some(table) = table() else { return Ok(()) };
        let counted = kernel::nft::counted(&table)?;
        let counted = counted.iter().filter_map(|(chain, packets)| {
            egress_acting(chain).map(|id| (id.to_owned(), *packets))
        });
        self.note(settings, &counted.collect(), seconds(SystemTime::now()));
        Ok(())
    }

    /// The kernel begins to count anew.
    pub fn loaded(&mut self, hash: &RulesetHash) {
        self.0.loaded(hash);
    }

    fn note(&mut self, settings: &Settings, counted: &BTreeMap<String, u64>, now: u64) {
        let known = settings.egress.iter().map(|one| (egress_id(one), String::new()));
        self.0.note(known.collect(), counted, now);
    }

    /// What is known of every destination.
    pub fn told(&self) -> Vec<EgressUsed> {
        let told = self.0.told();
        told.map(|(id, one)| EgressUsed {
            id: id.clone(),
            hits: one.hits,
            last: one.last,
            since: one.since,
        })
        .collect()
    }

    /// Writes it down when there is news, and it is time or `now`.
    pub fn keep(&mut self, state: &Real, now: bool) {
        self.0.keep(state, now);
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
