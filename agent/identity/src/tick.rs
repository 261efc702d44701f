//! What is done once a minute: sessions that are over leave the disk, and requests are noted on it
//! now and then, so that a restart knows how long a session was idle; keys of requests answered more
//! than a day ago are forgotten, invitations and codes that are over taken out; refusals that were only
//! counted are told.

use std::time::Duration;

use seal::numbers::{action, outcome, table};
use vault::{Actor, BatchError, MAX_CHANGES};

use crate::ended::{ENDED_MOST, Ended, end};
use crate::realm::Identity;
use crate::refused::Refused;
use crate::repeated;
use crate::stored::set_seen;

/// A session's last request is written when the one on the disk is this much older.
const WRITE_AFTER: Duration = Duration::from_secs(600);

/// Invitations and codes stay this long after they are over, ms: the box's clock may be ahead for a while.
const KEPT_FOR: u64 = 24 * 60 * 60 * 1_000;

impl Identity {
    /// To be called once a minute.
    ///
    /// # Errors
    /// [`Refused`]; the next minute tries again.
    pub async fn tick(&self) -> Result<(), Refused> {
        let (over, seen) = {
            let mut door = self.door();
            let sessions = door.sessions();
            (sessions.sweep(self.now()), sessions.worth_writing(WRITE_AFTER))
        };
        let over: Vec<Ended> = over.iter().map(Ended::of).collect();
        for some in over.chunks(ENDED_MOST) {
            let some = some.to_vec();
            self.write(Actor::default(), move |batch| {
                end(batch, &some)?;
                batch.audit(action::SESSION_EXPIRED, outcome::ALLOWED);
                Ok(())
            })
            .await?;
        }
        for some in seen.chunks(MAX_CHANGES) {
            let some = some.to_vec();
            self.write(Actor::default(), move |batch| {
                for (id, at) in some {
                    unless_gone(batch.change(table::SESSIONS, id, |fields| set_seen(fields, at)))?;
                }
                batch.audit(action::LAST_SEEN, outcome::ALLOWED);
                Ok(())
            })
            .await?;
        }
        self.note_counted();
        let now = self.now().wall;
        let over = repeated::over(&self.0.answered, now);
        if !over.is_empty() {
            self.write(Actor::default(), move |batch| Ok(repeated::forget(batch, over)?)).await?;
        }
        let over = self.0.invitations.before(now.saturating_sub(KEPT_FOR));
        if !over.is_empty() {
            self.write(Actor::default(), move |batch| {
                for id in over {
                    unless_gone(batch.delete(table::INVITATIONS, id))?;
                }
                batch.audit(action::INVITATION_EXPIRED, outcome::ALLOWED);
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}

/// What was taken out meanwhile needs nothing any more.
pub(crate) fn unless_gone<T>(done: Result<T, BatchError>) -> Result<(), Refused> {
    match done {
        Ok(_) | Err(BatchError::NotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
