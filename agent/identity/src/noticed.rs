//! What a bell may tell of who signs in: how often somebody was wrong at an address, accounts that are locked for a
//! while, browsers that an account did not use before. Bounded, and in memory: the log has it all.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::PoisonError;

use seal::RecordId;

use crate::realm::Identity;

/// Most of each; what comes on top is in the log alone.
const MOST: usize = 200;

/// What was noticed since it was asked for last.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Noticed {
    /// Sign-ins that were judged and wrong, by address.
    pub wrong: BTreeMap<IpAddr, u64>,
    /// Accounts that strangers have to wait for.
    pub locked: BTreeSet<RecordId>,
    /// Accounts that signed in with a browser of which they did not use the cookie before, and from where.
    pub browsers: BTreeSet<(RecordId, IpAddr)>,
}

impl Noticed {
    pub(crate) fn wrong(&mut self, address: IpAddr, locked: Option<RecordId>) {
        let address = address.to_canonical();
        if self.wrong.contains_key(&address) || self.wrong.len() < MOST {
            let count = self.wrong.entry(address).or_default();
            *count = count.saturating_add(1);
        }
        if self.locked.len() < MOST {
            self.locked.extend(locked);
        }
    }

    pub(crate) fn browser(&mut self, account: RecordId, address: IpAddr) {
        if self.browsers.len() < MOST {
            self.browsers.insert((account, address.to_canonical()));
        }
    }
}

impl Identity {
    /// What was noticed since this was asked last.
    pub fn take_noticed(&self) -> Noticed {
        std::mem::take(&mut *self.noticed())
    }

    pub(crate) fn noticed(&self) -> std::sync::MutexGuard<'_, Noticed> {
        self.0.noticed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_many_addresses_fills_no_memory() {
        let mut noticed = Noticed::default();
        for number in 0..1_000_u32 {
            let address = IpAddr::V4(number.into());
            let id = RecordId([u8::try_from(number % 250).unwrap(); 16]);
            noticed.wrong(address, Some(id));
            noticed.wrong(IpAddr::V4(1.into()), None);
            noticed.browser(id, address);
        }
        let lengths = [noticed.wrong.len(), noticed.locked.len(), noticed.browsers.len()];
        assert_eq!(lengths, [MOST; 3]);
        assert_eq!(noticed.wrong[&IpAddr::V4(1.into())], 1_001);
    }
}
