//! What is kept: messages that wait, how targets do, mutes, the bell. Plain data, bounded; whoever keeps it
//! writes it down in pieces ([`crate::piece`]), sealed, before anything is sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{BellEntry, Failure, Message, Moment, Mute, Realm, TargetId};

/// Most messages that wait for a target.
pub const MAX_WAITING: usize = 200;
/// Most entries of the bell.
pub const MAX_BELL: usize = 200;

/// All that is kept of an application's alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub(crate) realm: Realm,
    pub(crate) seed: String,
    pub(crate) number: u64,
    /// In the order in which they came.
    pub(crate) waiting: Vec<Waiting>,
    pub(crate) targets: BTreeMap<TargetId, TargetState>,
    pub(crate) mutes: Vec<Mute>,
    pub(crate) bell: Vec<BellEntry>,
    pub(crate) bell_lost: u64,
    /// Since when the internet is gone.
    pub(crate) away: Option<Moment>,
}

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub target: TargetId,
    pub message: Message,
    /// Not before: so that others of its kind can join it.
    pub due: Moment,
    /// When it was handed out, while nobody knows what came of it.
    pub handed: Option<Moment>,
    /// It was handed out once: whoever got it must not get another one with its id.
    pub frozen: bool,
}

/// How a target does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TargetState {
    pub failing: Option<Failing>,
    pub sent: Option<Moment>,
    /// When it is tried again.
    pub next: Moment,
    /// When messages were handed out within the last hour that arrived, or may have.
    pub handed: Vec<Moment>,
    /// Kinds and subjects sent lately, and until when others of them wait.
    pub lately: BTreeMap<String, Moment>,
}

/// A target that cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// Since when.
    pub since: Moment,
    /// When it was tried last.
    pub last: Moment,
    /// How often.
    pub tries: u32,
    /// Why not, the last time.
    pub why: Failure,
    /// Others were told.
    pub(crate) told: bool,
}

/// How a target does, for a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Why nothing reaches it; none if nothing failed since the last success.
    pub failing: Option<Failing>,
    /// When a message reached it last.
    pub sent: Option<Moment>,
    /// When it is tried again, if it fails.
    pub next: Option<Moment>,
    /// How many messages wait.
    pub waiting: usize,
}

impl State {
    /// Nothing yet. `seed` is 16 bytes of chance: it tells the messages of boxes apart.
    pub fn new(realm: Realm, seed: [u8; 16]) -> Self {
        Self {
            realm,
            seed: data_encoding::HEXLOWER.encode(&seed),
            number: 0,
            waiting: Vec::new(),
            targets: BTreeMap::new(),
            mutes: Vec::new(),
            bell: Vec::new(),
            bell_lost: 0,
            away: None,
        }
    }

    /// How a target does.
    pub fn told(&self, id: &TargetId) -> Told {
        let state = self.targets.get(id);
        let failing = state.and_then(|state| state.failing.clone());
        let next = state.filter(|_| failing.is_some()).map(|state| state.next);
        let waiting = self.waiting.iter().filter(|it| it.target == *id).count();
        Told { failing, sent: state.and_then(|state| state.sent), next, waiting }
    }

    /// The mutes that have not ended.
    pub fn mutes(&self, now: Moment) -> impl Iterator<Item = &Mute> {
        self.mutes.iter().filter(move |mute| now < mute.until)
    }

    /// How many entries the bell has forgotten, for there was no room.
    pub fn bell_lost(&self) -> u64 {
        self.bell_lost
    }

    /// Since when the internet is gone.
    pub fn away(&self) -> Option<Moment> {
        self.away
    }

    /// The next number, which was never given before.
    pub(crate) fn number(&mut self) -> u64 {
        self.number = self.number.saturating_add(1);
        self.number
    }
}
