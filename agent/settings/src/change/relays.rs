//! Relays compared by their zones, and how they are said.

use std::collections::{BTreeMap, BTreeSet};

use super::Change;
use super::speech::{Said, Speech, Word};
use crate::{Relay, Relayed, ZoneName};

type Pair<'r> = (&'r ZoneName, &'r ZoneName);

pub(super) fn compare(before: &[Relay], now: &[Relay]) -> Vec<Change> {
    let (before, now) = (by_zones(before), by_zones(now));
    let pairs: BTreeSet<_> = before.keys().chain(now.keys()).copied().collect();
    let change = |pair: Pair<'_>| {
        let (zone, other) = (pair.0.clone(), pair.1.clone());
        match (before.get(&pair).copied(), now.get(&pair).copied()) {
            (None, Some(what)) => Some(Change::RelayNew { zone, other, what }),
            (Some(before), Some(what)) if before != what => {
                Some(Change::Relay { zone, other, what, before })
            }
            (Some(_), None) => Some(Change::RelayGone { zone, other }),
            _ => None,
        }
    };
    pairs.into_iter().filter_map(change).collect()
}

fn by_zones(relays: &[Relay]) -> BTreeMap<Pair<'_>, Relayed> {
    relays.iter().map(|relay| (relay.pair(), relay.what)).collect()
}

impl Said for Relayed {
    fn said(&self, speech: &Speech<'_>) -> String {
        speech.word(match self {
            Self::All => Word::RelayedAll,
            Self::Printing => Word::RelayedPrinting,
        })
    }
}
