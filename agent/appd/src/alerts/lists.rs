//! Block lists that could not be fetched for days: told once, and again when one was fetched meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use host_api::blocking::ListHeld;
use notify::Alert;

/// After so many seconds a list is late: it is fetched once a day, and tried again for hours.
const LATE: u64 = 2 * DAY;
const DAY: u64 = 24 * 3600;

/// What was seen.
#[derive(Default)]
pub struct Lists {
    told: BTreeSet<String>,
    /// Since when one that was never fetched is waited for, in seconds since 1970.
    waited: BTreeMap<String, u64>,
}

impl Lists {
    /// Takes in the lists of the settings, by name and address, and those that are held.
    pub fn look<'a>(
        &mut self,
        wanted: impl Iterator<Item = (&'a str, &'a str)> + Clone,
        held: &[ListHeld],
        now: u64,
    ) -> Vec<Alert> {
        let is_wanted = |address: &str| wanted.clone().any(|(_, known)| known == address);
        self.told.retain(|address| is_wanted(address));
        self.waited.retain(|address, _| is_wanted(address));
        let mut alerts = Vec::new();
        for (name, address) in wanted.clone() {
            let since = match held.iter().find(|list| list.address == address) {
                Some(list) => list.checked,
                None => *self.waited.entry(address.to_owned()).or_insert(now),
            };
            let late = now.saturating_sub(since);
            if late < LATE {
                self.told.remove(address);
            } else if self.told.insert(address.to_owned()) {
                let days = u32::try_from(late / DAY).unwrap_or(u32::MAX);
                alerts.push(Alert::ListNotFetched { list: name.into(), days });
            }
        }
        alerts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;
    const HOUR: u64 = 3600;

    fn held(checked: u64) -> Vec<ListHeld> {
        let (names, odd, etag, modified) = (1, 0, None, None);
        let address = "https://a".to_owned();
        vec![ListHeld { address, names, odd, fetched: checked, checked, etag, modified }]
    }

    #[test]
    fn a_list_is_late_once_until_it_comes() {
        let mut lists = Lists::default();
        let wanted = || [("Ads", "https://a")].into_iter();
        let late = |days| vec![Alert::ListNotFetched { list: "Ads".into(), days }];
        assert_eq!(lists.look(wanted(), &held(NOW), NOW + 47 * HOUR), []);
        assert_eq!(lists.look(wanted(), &held(NOW), NOW + 49 * HOUR), late(2));
        assert_eq!(lists.look(wanted(), &held(NOW), NOW + 90 * HOUR), []);
        assert_eq!(lists.look(wanted(), &held(NOW + 91 * HOUR), NOW + 91 * HOUR), []);
        assert_eq!(lists.look(wanted(), &held(NOW + 91 * HOUR), NOW + 163 * HOUR), late(3));
    }

    #[test]
    fn one_that_never_came_is_late_too_and_one_that_nobody_wants_is_not() {
        let mut lists = Lists::default();
        let wanted = || [("Ads", "https://a")].into_iter();
        assert_eq!(lists.look(wanted(), &[], NOW), []);
        assert_eq!(lists.look(wanted(), &[], NOW + LATE).len(), 1);
        assert_eq!(lists.look([].into_iter(), &[], NOW + LATE), []);
        assert_eq!(lists.look(wanted(), &[], NOW + LATE + HOUR), []);
    }
}
