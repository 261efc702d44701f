//! Policies compared: by the two zones, of which each pair has one at most.

use std::collections::{BTreeMap, BTreeSet};

use super::Change;
use crate::{Allow, Policy, Target, ZoneName};

/// Told zone by zone, the internet first.
pub(super) fn compare(before: &[Policy], now: &[Policy]) -> Vec<Change> {
    let (before, now) = (by_pair(before), by_pair(now));
    let pairs: BTreeSet<_> = before.keys().chain(now.keys()).copied().collect();
    let change = |(from, to): (&ZoneName, &Target)| {
        let (from, to) = (from.clone(), to.clone());
        match (before.get(&(&from, &to)).copied(), now.get(&(&from, &to)).copied()) {
            (None, Some(allow)) => Some(Change::PolicyNew { from, to, allow }),
            (Some(before), Some(allow)) if before != allow => {
                Some(Change::Policy { from, to, allow, before })
            }
            (Some(_), None) => Some(Change::PolicyGone { from, to }),
            _ => None,
        }
    };
    pairs.into_iter().filter_map(change).collect()
}

fn by_pair(policies: &[Policy]) -> BTreeMap<(&ZoneName, &Target), Allow> {
    policies.iter().map(|Policy { from, to, allow }| ((from, to), *allow)).collect()
}
