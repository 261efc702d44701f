//! What an admin does not want to hear of, for a while. It always ends.

use serde::{Deserialize, Serialize};

use crate::value::HOUR;
use crate::{Alert, Kind, Moment, Name, State};

/// Most mutes at once.
pub const MAX_MUTES: usize = 100;
/// Longest mute: ninety days.
const LONGEST: u64 = 90 * 24 * HOUR;

/// A kind, or a kind and its subject, that is not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    /// The kind.
    pub kind: Kind,
    /// Of this subject ([`Alert::subject`]); of all if none.
    pub subject: Option<String>,
    /// Until when; at most ninety days.
    pub until: Moment,
    /// Who wants it.
    pub by: Name,
}

impl Mute {
    pub(crate) fn covers(&self, alert: &Alert, now: Moment) -> bool {
        let is_its = self.subject.as_ref().is_none_or(|subject| *subject == alert.subject());
        now < self.until && self.kind == alert.kind() && is_its && self.kind != Kind::Test
    }

    /// Whether it is this one.
    pub fn is_of(&self, kind: Kind, subject: Option<&str>) -> bool {
        self.kind == kind && self.subject.as_deref() == subject
    }
}

impl State {
    /// Holds it back from now on, and drops what waits of it.
    pub(crate) fn mute(&mut self, now: Moment, mut mute: Mute) {
        mute.until = mute.until.min(Moment(now.0.saturating_add(LONGEST)));
        self.mutes.retain(|known| !known.is_of(mute.kind, mute.subject.as_deref()));
        if self.mutes.len() < MAX_MUTES {
            self.waiting.retain(|it| it.handed.is_some() || !mute.covers(&it.message.alert, now));
            self.mutes.push(mute);
        }
    }

    pub(crate) fn is_muted(&self, alert: &Alert, now: Moment) -> bool {
        self.mutes.iter().any(|mute| mute.covers(alert, now))
    }
}
