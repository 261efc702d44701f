//! How often what the rules name decided, and when last, over new rulesets and restarts. The kernel counts
//! from the load of a ruleset on; here that is added up, and written down from time to time: a power cut
//! loses a quarter of an hour of it at most.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use firewall::RulesetHash;
use firewall::ir::{Family, TableId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::store::directory::{Directory, Real};

/// How often it is written.
const WRITTEN: Duration = Duration::from_secs(15 * 60);
/// For so many seconds what is gone may come back as it was: longer than any trial.
const BACK: u64 = 3600;

/// Counts of all that go by a key.
pub struct Counts<K: Ord> {
    file: &'static str,
    stored: Stored<K>,
    written: Instant,
    news: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored<K: Ord> {
    /// Which load of which ruleset the kernel's counters belong to.
    load: String,
    of: BTreeMap<K, Counted>,
    /// What is gone or another thing now, and since when: settings that were only tried end nothing.
    #[serde(default = "BTreeMap::new")]
    former: BTreeMap<K, (u64, Counted)>,
}

/// What is known of one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// What it is beside its key: another one under the same key begins anew.
    what: String,
    /// Seconds since 1970 when it was first counted.
    pub since: u64,
    /// How often it decided.
    pub hits: u64,
    /// When last.
    pub last: Option<u64>,
    /// The kernel's counter, as it was read last.
    read: u64,
}

impl<K: Ord + Clone + Serialize + DeserializeOwned> Counts<K> {
    /// What was written down in the file.
    pub fn open(state: &Real, file: &'static str) -> Self {
        let nothing =
            || Stored { load: String::new(), of: BTreeMap::new(), former: BTreeMap::new() };
        let stored = match state.read(file) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(file, %error, "counts cannot be read; they begin anew");
                nothing()
            }),
            Err(_) => nothing(),
        };
        Self { file, stored, written: Instant::now(), news: false }
    }

    /// The kernel begins to count anew.
    pub fn loaded(&mut self, hash: &RulesetHash) {
        let load = format!("{} {hash}", boot());
        if self.stored.load != load {
            self.stored.load = load;
            self.stored.of.values_mut().for_each(|one| one.read = 0);
        }
    }

    /// Takes what the kernel has counted of those that there are, by what they are.
    pub fn note(&mut self, known: BTreeMap<K, String>, counted: &BTreeMap<K, u64>, now: u64) {
        let Stored { of, former, .. } = &mut self.stored;
        let gone: Vec<K> = of
            .iter()
            .filter(|(key, one)| known.get(key) != Some(&one.what))
            .map(|(key, _)| key.clone())
            .collect();
        self.news |= !gone.is_empty();
        // Of two in a row the first is what was kept.
        former.retain(|_, (since, _)| now.saturating_sub(*since) < BACK);
        for key in gone {
            if let Some(one) = of.remove(&key) {
                former.entry(key).or_insert((now, one));
            }
        }
        for (key, what) in known {
            // One that is out of its hours has no counter.
            let read = counted.get(&key).copied().unwrap_or(0);
            let one = of.entry(key).or_insert_with_key(|key| {
                let is_back = former.get(key).is_some_and(|(_, back)| back.what == what);
                match is_back.then(|| former.remove(key)).flatten() {
                    Some((_, back)) => Counted { read: 0, ..back },
                    None => Counted { what, since: now, hits: 0, last: None, read: 0 },
                }
            });
            let more = read.checked_sub(one.read).unwrap_or(read);
            if more > 0 {
                one.hits = one.hits.saturating_add(more);
                one.last = Some(now);
                self.news = true;
            }
            one.read = read;
        }
    }

    /// All of them.
    pub fn told(&self) -> impl Iterator<Item = (&K, &Counted)> {
        self.stored.of.iter()
    }

    /// Writes it down when there is news, and it is time or `now`.
    pub fn keep(&mut self, state: &Real, now: bool) {
        if !self.news || !(now || self.written.elapsed() >= WRITTEN) {
            return;
        }
        let bytes = serde_json::to_vec(&self.stored).map_err(std::io::Error::from);
        match bytes.and_then(|bytes| state.replace(self.file, &bytes)) {
            Ok(()) => self.news = false,
            Err(error) => tracing::warn!(file = self.file, %error, "counts cannot be written down"),
        }
        self.written = Instant::now();
    }
}

/// The table whose counters these are.
pub fn table() -> Option<TableId> {
    let name = firewall::ir::Name::new(firewall::compile::TABLE)?;
    Some(TableId { family: Family::Inet, name })
}

/// Of this boot: the kernel's counters do not outlive it.
pub fn boot() -> String {
    let path = Path::new("/proc/sys/kernel/random/boot_id");
    std::fs::read_to_string(path).map(|id| id.trim().to_owned()).unwrap_or_default()
}

/// Since 1970.
pub fn seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
