//! The bell: what happened lately, and who of the people with an account has read it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use settings::Language;

use crate::state::MAX_BELL;
use crate::value::HOUR;
use crate::{Alert, LocalTime, Message, Moment, Severity, State, Words};

/// How long alerts of a kind and subject become one entry.
const DAY: u64 = 24 * HOUR;

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BellEntry {
    /// Its number, which stays.
    pub id: u64,
    /// The alert; of several the last one's values, and the counts of all.
    pub alert: Alert,
    /// How many alerts it stands for.
    pub times: u64,
    /// When the first one happened.
    pub first: Moment,
    /// When the last one did.
    pub last: Moment,
    /// It was muted: shown, but it does not ring.
    pub muted: bool,
    pub(crate) read_by: BTreeSet<String>,
}

/// What somebody read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// All there is.
    All,
    /// These entries.
    These(Vec<u64>),
}

impl BellEntry {
    /// The last one comes last, also when the clock was put back meanwhile.
    pub(crate) fn order(&self) -> (Moment, u64) {
        (self.last, self.id)
    }

    /// In words, for whoever calls zones by these labels.
    pub fn words(
        &self,
        language: Language,
        local: &LocalTime,
        label: impl Fn(&str) -> Option<String>,
    ) -> Words {
        let mut alert = self.alert.clone();
        alert.name_zones(label);
        Message::told(&alert, (self.times, self.first, self.last), language, local)
    }

    /// Whether this account has read it; what was muted counts as read.
    pub fn is_read(&self, account: &str) -> bool {
        self.muted || self.read_by.contains(account)
    }
}

impl State {
    /// The entries, the last first.
    pub fn bell(&self) -> impl Iterator<Item = &BellEntry> {
        self.bell.iter().rev()
    }

    /// How many entries this account has not read, and how much the gravest of them matters.
    pub fn unread(&self, account: &str) -> (usize, Option<Severity>) {
        let unread = self.bell.iter().filter(|entry| !entry.is_read(account));
        let severities = unread.map(|entry| entry.alert.kind().severity());
        severities.fold((0, None), |(count, gravest), one| (count + 1, gravest.max(Some(one))))
    }

    pub(crate) fn ring(&mut self, alert: &Alert, now: Moment, muted: bool) {
        if !alert.kind().bell().is_of(self.realm) {
            return;
        }
        let like = self.bell.iter().position(|entry| {
            entry.alert.is_like(alert) && now.0.saturating_sub(entry.last.0) < DAY
        });
        let entry = match like.map(|at| self.bell.remove(at)) {
            Some(mut entry) => {
                entry.alert.absorb(alert);
                entry.times = entry.times.saturating_add(1);
                entry.last = now;
                if !muted {
                    entry.muted = false;
                    entry.read_by.clear();
                }
                entry
            }
            None => {
                let (id, alert) = (self.number(), alert.clone());
                let read_by = BTreeSet::new();
                BellEntry { id, alert, times: 1, first: now, last: now, muted, read_by }
            }
        };
        self.bell.push(entry);
        self.bell.sort_by_key(BellEntry::order);
        while self.bell.len() > MAX_BELL {
            let least = self.bell.iter().map(|entry| entry.alert.kind().severity()).min();
            let oldest =
                self.bell.iter().position(|entry| Some(entry.alert.kind().severity()) == least);
            self.bell.remove(oldest.unwrap_or_default());
            self.bell_lost = self.bell_lost.saturating_add(1);
        }
    }

    pub(crate) fn read(&mut self, account: &str, reading: &Reading) {
        for entry in &mut self.bell {
            let is_read = match reading {
                Reading::All => true,
                Reading::These(ids) => ids.contains(&entry.id),
            };
            if is_read {
                entry.read_by.insert(account.to_owned());
            }
        }
    }

    pub(crate) fn forget_reader(&mut self, account: &str) {
        for entry in &mut self.bell {
            entry.read_by.remove(account);
        }
    }
}
