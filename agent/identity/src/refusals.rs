//! What the log takes of strangers who are refused: so many entries of one place and of all in an hour,
//! each with where it came from; what comes on top is counted, and the count is an entry a minute. So
//! nobody fills the log, and nothing is left out of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::PoisonError;
use std::time::Duration;

use seal::RecordId;
use seal::numbers::{action, outcome};
use vault::{Access, Actor, Moment};

use crate::door::DoorRefused;
use crate::place::Place;
use crate::realm::Identity;
use crate::refused::Refused;
use crate::sessions::Peer;

const HOUR: Duration = Duration::from_secs(60 * 60);
/// Entries of one place in an hour.
pub(crate) const OF_ONE_PLACE: u32 = 30;
/// Entries of all places in an hour.
pub(crate) const OF_ALL: u32 = 600;
/// Reason of the entry that stands for many.
const COUNTED: &str = "counted";

/// Refusals of this hour.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    begun: Duration,
    all: u32,
    /// Only of places with an entry, so at most as many as there are entries.
    places: HashMap<Place, u32>,
    /// Those without an entry of their own, by action.
    counted: BTreeMap<u32, i64>,
}

impl Refusals {
    /// Whether one more has an entry of its own; else it is counted.
    pub(crate) fn take(&mut self, action: u32, place: Place, now: Moment) -> bool {
        if now.since_start.saturating_sub(self.begun) >= HOUR {
            self.begun = now.since_start;
            self.all = 0;
            self.places.clear();
        }
        let of_place = self.places.get(&place).copied().unwrap_or_default();
        if self.all >= OF_ALL || of_place >= OF_ONE_PLACE {
            *self.counted.entry(action).or_default() += 1;
            return false;
        }
        self.all += 1;
        self.places.insert(place, of_place + 1);
        true
    }

    /// How many were counted since the last time, by action.
    pub(crate) fn counted(&mut self) -> BTreeMap<u32, i64> {
        std::mem::take(&mut self.counted)
    }
}

impl Identity {
    /// Logs a refusal that was judged, on the disk before the answer.
    pub(crate) async fn refused(
        &self,
        refused: DoorRefused,
        account: Option<RecordId>,
        peer: &Peer,
    ) -> Refused {
        let now = self.now();
        let locked = account.filter(|id| self.door().is_locked(*id, now));
        self.noticed().wrong(peer.address, locked);
        if !self.has_entry(action::SIGN_IN_REFUSED, peer) {
            return refused.into();
        }
        let reason = Some(refused.reason().to_owned());
        let entry = Access { reason, ..refusal(action::SIGN_IN_REFUSED, account, peer) };
        match self.0.store.read_logged(entry).await {
            Ok(()) => refused.into(),
            Err(error) => Refused::Commit(error),
        }
    }

    /// Logs a refusal that cost nothing, within a second.
    pub(crate) fn noted(&self, refused: DoorRefused, peer: &Peer) -> Refused {
        self.note(action::SIGN_IN_REFUSED, refused.reason(), peer);
        refused.into()
    }

    /// Logs that an enrolment was refused, within a second; `what` was wrong.
    pub fn note_enrol_refused(&self, what: &str, peer: &Peer) {
        self.note(action::ENROL_REFUSED, what, peer);
    }

    /// Logs that a password was not judged, within a second.
    pub(crate) fn note_busy(&self, refused: &Refused, action: u32, peer: &Peer) {
        if matches!(refused, Refused::Busy { .. }) {
            self.note(action, "busy", peer);
        }
    }

    /// To be called once a minute.
    pub(crate) fn note_counted(&self) {
        let counted = self.0.refusals.lock().unwrap_or_else(PoisonError::into_inner).counted();
        for (action, count) in counted {
            let many = Access::new(Actor::default(), action, outcome::REFUSED);
            let (count, reason) = (Some(count), Some(COUNTED.to_owned()));
            self.0.store.note_list_read(Access { count, reason, ..many });
        }
    }

    fn note(&self, action: u32, reason: &str, peer: &Peer) {
        if self.has_entry(action, peer) {
            let reason = Some(reason.to_owned());
            self.0.store.note_list_read(Access { reason, ..refusal(action, None, peer) });
        }
    }

    fn has_entry(&self, action: u32, peer: &Peer) -> bool {
        let mut refusals = self.0.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        refusals.take(action, Place::of(peer.address), self.now())
    }
}

fn refusal(action: u32, account: Option<RecordId>, peer: &Peer) -> Access {
    let actor =
        Actor { account, session: None, device: peer.device.clone(), address: Some(peer.address) };
    Access::new(actor, action, outcome::REFUSED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(n: u32) -> Place {
        Place::of(std::net::IpAddr::V4(n.into()))
    }

    fn at(minutes: u64) -> Moment {
        Moment { wall: 0, since_start: Duration::from_secs(minutes * 60) }
    }

    #[test]
    fn one_place_has_its_entries_and_leaves_the_others_theirs() {
        let mut refusals = Refusals::default();
        let mut of = |n, minute| {
            let now = at(minute);
            (0..100).filter(|_| refusals.take(action::ENROL_REFUSED, place(n), now)).count()
        };
        assert_eq!((of(1, 0), of(1, 59), of(2, 59), of(1, 60)), (30, 0, 30, 30));
        assert_eq!(refusals.counted(), [(action::ENROL_REFUSED, 70 + 100 + 70 + 70)].into());
        assert!(refusals.counted().is_empty());
    }

    #[test]
    fn whoever_has_many_addresses_fills_neither_log_nor_memory() {
        let mut refusals = Refusals::default();
        let mut entries = 0;
        for n in 0..100_000 {
            entries += u32::from(refusals.take(action::SIGN_IN_REFUSED, place(n), at(0)));
        }
        assert_eq!(entries, OF_ALL);
        assert_eq!(refusals.places.len(), OF_ALL as usize);
        let left_over = i64::from(100_000 - OF_ALL);
        assert_eq!(refusals.counted(), [(action::SIGN_IN_REFUSED, left_over)].into());
    }
}
