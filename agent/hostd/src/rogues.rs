//! Devices that would be what only the box is: what the rules counted of them, as notices for a while.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use host_api::Notice;

/// How long after the last frame it is still told.
const TOLD: Duration = Duration::from_secs(600);

/// What was counted.
#[derive(Default)]
pub struct Rogues {
    /// By code; none before the first look.
    counted: Option<BTreeMap<&'static str, u64>>,
    /// Frames since it was told first, and when the last ones were seen.
    told: BTreeMap<&'static str, (u64, Instant)>,
}

impl Rogues {
    /// Looks at the rules' counters. What they counted before the first look is not news.
    pub fn look(&mut self, now: Instant) {
        match kernel::nft::counts(&firewall::rogues_table(), firewall::ROGUES_CHAIN) {
            Ok(counts) => self.take(&counts, now),
            Err(error) => {
                tracing::warn!(error = systemd::log::chain(&error), "counters cannot be read");
            }
        }
    }

    fn take(&mut self, counts: &BTreeMap<String, u64>, now: Instant) {
        let mut counted = BTreeMap::new();
        for (comment, code) in firewall::ROGUES {
            let sum: &mut u64 = counted.entry(code).or_default();
            *sum = sum.saturating_add(counts.get(comment).copied().unwrap_or_default());
        }
        for (code, count) in &counted {
            let Some(before) = self.counted.as_ref().and_then(|before| before.get(code)) else {
                continue;
            };
            // Rules that were loaded anew count from nothing.
            let news = if count < before { *count } else { count.saturating_sub(*before) };
            if news > 0 {
                let (told, last) = self.told.entry(code).or_insert((0, now));
                (*told, *last) = (told.saturating_add(news), now);
            }
        }
        self.counted = Some(counted);
        self.told.retain(|_, (_, last)| now.saturating_duration_since(*last) < TOLD);
    }

    /// What a person must know.
    pub fn notices(&self) -> impl Iterator<Item = Notice> + '_ {
        self.told.iter().map(|(code, (count, _))| Notice::new(code, [("count", count.to_string())]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_news_is_told_and_not_for_ever() {
        let mut rogues = Rogues::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let counts = |v4: u64, v6: u64, router: u64| {
            let numbers = [v4, v6, router];
            let all = firewall::ROGUES.iter().zip(numbers);
            all.map(|((comment, _), number)| ((*comment).to_owned(), number)).collect()
        };
        let told = |rogues: &Rogues| -> Vec<(String, String)> {
            rogues.notices().map(|it| (it.code, it.values["count"].clone())).collect()
        };
        let notice = |code: &str, count: &str| (code.to_owned(), count.to_owned());
        rogues.take(&counts(5, 0, 0), at(0));
        assert_eq!(told(&rogues), []);
        rogues.take(&counts(6, 2, 0), at(30));
        assert_eq!(told(&rogues), [notice("rogue_dhcp", "3")]);
        rogues.take(&counts(6, 2, 4), at(60));
        assert_eq!(told(&rogues), [notice("rogue_dhcp", "3"), notice("rogue_router", "4")]);
        // Loaded anew.
        rogues.take(&counts(1, 0, 0), at(90));
        assert_eq!(told(&rogues), [notice("rogue_dhcp", "4"), notice("rogue_router", "4")]);
        rogues.take(&counts(1, 0, 0), at(661));
        assert_eq!(told(&rogues), [notice("rogue_dhcp", "4")]);
        rogues.take(&BTreeMap::new(), at(700));
        assert_eq!(told(&rogues), []);
    }
}
