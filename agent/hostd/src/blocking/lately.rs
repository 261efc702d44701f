//! What was refused lately: in memory alone, so many names and no more. What was not refused is not here.

use std::collections::BTreeMap;
use std::time::SystemTime;

use host_api::blocking::{BlockedName, WhyBlocked};

use crate::counts::seconds;

/// Most names that are remembered; the one that was asked for longest ago goes.
const MOST: usize = 2000;

/// What was refused.
pub struct Lately {
    names: BTreeMap<(String, String), One>,
    since: u64,
}

struct One {
    times: u64,
    last: u64,
    why: Option<WhyBlocked>,
}

impl Default for Lately {
    fn default() -> Self {
        Self::new()
    }
}

impl Lately {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { names: BTreeMap::new(), since: seconds(SystemTime::now()) }
    }

    /// Since when it is looked at.
    pub fn since(&self) -> u64 {
        self.since
    }

    /// A name was refused in a zone.
    pub fn add(&mut self, zone: &str, name: &str, now: SystemTime) {
        let key = (zone.to_owned(), name.to_ascii_lowercase());
        if !self.names.contains_key(&key) && self.names.len() >= MOST {
            let oldest =
                self.names.iter().min_by_key(|(_, one)| one.last).map(|(key, _)| key.clone());
            oldest.map(|key| self.names.remove(&key));
        }
        let one = self.names.entry(key).or_insert(One { times: 0, last: 0, why: None });
        one.times = one.times.saturating_add(1);
        one.last = seconds(now);
    }

    /// Other lists: why is to be said anew.
    pub fn forget_why(&mut self) {
        self.names.values_mut().for_each(|one| one.why = None);
    }

    /// Says why, of those that are told and for which nobody has said it.
    pub fn explain(&mut self, mut why: impl FnMut(&str, &str) -> WhyBlocked) {
        let told: Vec<(String, String)> = self.newest().into_iter().cloned().collect();
        for key in told {
            if let Some(one) = self.names.get_mut(&key)
                && one.why.is_none()
            {
                one.why = Some(why(&key.0, &key.1));
            }
        }
    }

    /// The last ones, the newest first.
    pub fn told(&self) -> Vec<BlockedName> {
        let newest = self.newest().into_iter();
        let told = newest.filter_map(|key| Some((key, self.names.get(key)?)));
        told.map(|((zone, name), one)| BlockedName {
            zone: zone.clone(),
            name: name.clone(),
            times: one.times,
            last: one.last,
            why: one.why.clone().unwrap_or(WhyBlocked::Not),
        })
        .collect()
    }

    fn newest(&self) -> Vec<&(String, String)> {
        let mut all: Vec<_> = self.names.iter().collect();
        all.sort_by_key(|(_, one)| std::cmp::Reverse(one.last));
        all.into_iter().take(BlockedName::MAX).map(|(key, _)| key).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn counts_by_zone_and_forgets_the_oldest() {
        let at = |number: usize| SystemTime::UNIX_EPOCH + Duration::from_secs(number as u64);
        let mut lately = Lately::new();
        for number in 0..MOST + 5 {
            lately.add("guest", &format!("n{number}.example"), at(number));
        }
        lately.add("guest", "N100.example", at(9000));
        lately.add("office", "n100.example", at(9001));
        let told = lately.told();
        assert_eq!(told.len(), BlockedName::MAX);
        assert_eq!(lately.names.len(), MOST);
        let of = |one: &BlockedName| (one.zone.clone(), one.name.clone(), one.times, one.last);
        assert_eq!(of(&told[0]), ("office".into(), "n100.example".into(), 1, 9001));
        assert_eq!(of(&told[1]), ("guest".into(), "n100.example".into(), 2, 9000));
        let mut asked = 0;
        for _ in 0..2 {
            lately.explain(|_, name| {
                asked += 1;
                WhyBlocked::Own(name.to_owned())
            });
        }
        assert_eq!(asked, BlockedName::MAX, "said once");
        assert_eq!(lately.told()[0].why, WhyBlocked::Own("n100.example".to_owned()));
    }
}
